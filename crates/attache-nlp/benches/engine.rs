//! Word pieces a CPU-second that each kernel of this processor parses, on one thread: `cargo bench -p attache-nlp`.
//!
//! CPU time is that of the process, as the operating system counts it (Linux only; elsewhere it is the time that went by).

use std::fs;
use std::time::Instant;

use attache_nlp::{Kernel, Nlp};

/// Long enough that the operating system's hundredths of a second do not matter.
const SECONDS: f64 = 3.0;

const SENTENCES: [&str; 8] = [
    "The foreign ministers of Norway and Chile met in Oslo on Monday to discuss a treaty on fishing in the southern seas .",
    "“ We will not sign anything before the spring , ” Ana Ruiz , Chile ’s envoy , told reporters after the meeting .",
    "Kenya recalled its ambassador .",
    "A spokeswoman for the ministry denied on Thursday that soldiers had crossed the river , but confirmed that two bridges \
     in the border province had been closed after what she called a series of provocations by the other side .",
    "The opposition , which has called for early elections since the government lost its majority in June , said it would \
     boycott the talks unless the prisoners were released .",
    "Thousands marched through the capital for a third day .",
    "The Security Council is expected to vote next week on a draft resolution that would extend the sanctions by a year , \
     diplomats from three member states said .",
    "Officials in Nairobi did not respond to requests for comment .",
];

fn main() {
    let sentences: Vec<Vec<String>> =
        SENTENCES.iter().map(|s| s.split_whitespace().map(String::from).collect()).collect();
    let sentences: Vec<Vec<String>> = sentences.iter().cycle().take(10 * SENTENCES.len()).cloned().collect();
    let rates: Vec<(Kernel, f64, f64)> = Kernel::all().into_iter().map(|kernel| measure(kernel, &sentences)).collect();
    let portable = rates.last().map_or(f64::NAN, |&(_, _, rate)| rate);
    for (kernel, load, rate) in rates {
        println!(
            "{kernel:<12} {rate:>7.0} pieces a CPU-second, {:>5.2} times portable; loaded in {:.0} ms",
            rate / portable,
            1000.0 * load
        );
    }
}

/// Seconds that loading takes, and pieces a CPU-second.
fn measure(kernel: Kernel, sentences: &[Vec<String>]) -> (Kernel, f64, f64) {
    let began = cpu_seconds();
    let nlp = Nlp::on(kernel).expect("the embedded model fits the program");
    let load = cpu_seconds() - began;
    let document = [sentences.to_vec()];
    let pieces: usize = sentences.iter().flatten().map(|word| nlp.count_pieces(word)).sum();
    nlp.parse_words(&document);
    let (began, mut rounds) = (cpu_seconds(), 0);
    loop {
        nlp.parse_words(&document);
        rounds += 1;
        let seconds = cpu_seconds() - began;
        if seconds > SECONDS {
            return (kernel, load, (rounds * pieces) as f64 / seconds);
        }
    }
}

/// User and system time of this process; where it is not to be had, the time since the first call.
fn cpu_seconds() -> f64 {
    static FIRST: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    let ticks = || {
        let stat = fs::read_to_string("/proc/self/stat").ok()?;
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        Some(fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?)
    };
    ticks().map_or_else(|| FIRST.get_or_init(Instant::now).elapsed().as_secs_f64(), |ticks| ticks / 100.0)
}

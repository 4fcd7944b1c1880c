//! Bytes to text: byte order marks, UTF-8, UTF-16 with and without a mark, and a guess for the rest.

use attache_doc::Warning;
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use crate::IngestError;

/// How much of an input is looked at to tell text from binary data: binary formats show within their first kilobytes.
const SNIFF: usize = 64 << 10;

/// Decodes an input and says what had to be guessed or replaced.
pub(crate) fn decode(bytes: &[u8]) -> Result<(String, Vec<Warning>), IngestError> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let (text, warnings) = decode_as(encoding, &bytes[mark..], Vec::new());
        // A mark is two bytes that binary data may start with by chance.
        return if is_binary(text.as_bytes()) { Err(IngestError::Binary) } else { Ok((text, warnings)) };
    }
    if let Some(encoding) = unmarked_utf16(bytes) {
        let guessed = guess(encoding);
        let (text, warnings) = decode_as(encoding, bytes, vec![guessed]);
        return if is_binary(text.as_bytes()) { Err(IngestError::Binary) } else { Ok((text, warnings)) };
    }
    if is_binary(bytes) {
        return Err(IngestError::Binary);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok((text.to_string(), Vec::new()));
    }
    if mostly_utf8(bytes) {
        return Ok(decode_as(UTF_8, bytes, Vec::new()));
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let encoding = detector.guess(None, Utf8Detection::Deny);
    Ok(decode_as(encoding, bytes, vec![guess(encoding)]))
}

fn guess(encoding: &'static Encoding) -> Warning {
    Warning::new("encoding-guessed", format!("the text is not UTF-8; it was read as {}", encoding.name()))
}

fn decode_as(encoding: &'static Encoding, bytes: &[u8], mut warnings: Vec<Warning>) -> (String, Vec<Warning>) {
    let (text, replaced) = encoding.decode_without_bom_handling(bytes);
    if replaced {
        let n = text.matches('\u{fffd}').count();
        warnings.push(Warning::new(
            "invalid-encoding",
            format!("bytes that are not valid {} were replaced in {n} places", encoding.name()),
        ));
    }
    (text.into_owned(), warnings)
}

/// UTF-16 without a mark: in text with Latin letters or spaces nearly every second byte is zero, always on the same side.
fn unmarked_utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(SNIFF)];
    if head.len() < 8 {
        return None;
    }
    let zeros = |side: usize| head.iter().skip(side).step_by(2).filter(|&&b| b == 0).count();
    let (even, odd, units) = (zeros(0), zeros(1), head.len() / 2);
    if odd * 10 > units * 4 && even * 50 < units {
        Some(UTF_16LE)
    } else if even * 10 > units * 4 && odd * 50 < units {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// More than one control character in twenty is no text: text has next to none, compressed data one in nine.
fn is_binary(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(SNIFF)];
    let control = |b: &&u8| matches!(b, 0..=8 | 11 | 14..=26 | 28..=31 | 127);
    head.starts_with(b"%PDF-") || head.iter().filter(control).count() * 20 > head.len()
}

/// True when most bytes beyond ASCII form valid sequences of UTF-8: those of other encodings hardly ever do.
fn mostly_utf8(bytes: &[u8]) -> bool {
    let (mut valid, mut invalid) = (0usize, 0usize);
    for chunk in bytes.utf8_chunks() {
        valid += chunk.valid().bytes().filter(|b| !b.is_ascii()).count();
        invalid += chunk.invalid().len();
    }
    valid > 2 * invalid
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENTENCE: &str = "Le président a reçu l’envoyé à Genève, où il a évoqué la médiation.";

    fn codes(warnings: &[Warning]) -> Vec<&str> {
        warnings.iter().map(|w| w.code.as_str()).collect()
    }

    #[test]
    fn marks_are_dropped_and_obeyed() {
        let (text, warnings) = decode(format!("\u{feff}{SENTENCE}").as_bytes()).unwrap();
        assert_eq!((text.as_str(), warnings.len()), (SENTENCE, 0));
        for big in [false, true] {
            let bytes = |c: u16| if big { c.to_be_bytes() } else { c.to_le_bytes() };
            let marked: Vec<u8> = std::iter::once(0xfeff).chain(SENTENCE.encode_utf16()).flat_map(bytes).collect();
            let (text, warnings) = decode(&marked).unwrap();
            assert_eq!((text.as_str(), warnings.len()), (SENTENCE, 0));
            let (text, warnings) = decode(&marked[2..]).unwrap();
            assert_eq!((text.as_str(), codes(&warnings)), (SENTENCE, vec!["encoding-guessed"]));
        }
    }

    #[test]
    fn other_encodings_are_guessed_and_the_guess_is_told() {
        let (bytes, _, _) = encoding_rs::WINDOWS_1252.encode(SENTENCE);
        let (text, warnings) = decode(&bytes).unwrap();
        assert_eq!((text.as_str(), codes(&warnings)), (SENTENCE, vec!["encoding-guessed"]));
        let russian = "Министр иностранных дел заявил, что переговоры состоятся в октябре.";
        let (bytes, _, _) = encoding_rs::WINDOWS_1251.encode(russian);
        assert_eq!(decode(&bytes).unwrap().0, russian);
    }

    #[test]
    fn a_few_bad_bytes_in_utf8_are_replaced_and_told() {
        let mut bytes = SENTENCE.as_bytes().to_vec();
        bytes.insert(0, 0xff);
        let (text, warnings) = decode(&bytes).unwrap();
        assert_eq!(text, format!("\u{fffd}{SENTENCE}"));
        assert_eq!(codes(&warnings), ["invalid-encoding"]);
    }

    #[test]
    fn binary_data_is_refused_and_a_stray_nul_is_not() {
        assert!(matches!(decode(&[0; 100]), Err(IngestError::Binary)));
        assert!(matches!(decode(b"%PDF-1.7\nsome text"), Err(IngestError::Binary)));
        let noise: Vec<u8> = (0..4096u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        assert!(matches!(decode(&noise), Err(IngestError::Binary)));
        assert_eq!(
            decode(b"The envoy arrived on Mon\0day in Oslo.").unwrap().0,
            "The envoy arrived on Mon\0day in Oslo."
        );
    }
}

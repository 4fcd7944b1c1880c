//! `attache explain`: why an event or statement was coded so, why something was not, what a code means.

use std::io::Write;
use std::path::Path;

use attache_doc::{Reason, Span};

use crate::cli::ExplainArgs;
use crate::codebook as book;
use crate::engine::{Engine, one_document};
use crate::folder;
use crate::output::{self, Failure, Outcome, phrase};
use crate::report::{Report, event_label, quote, statement_label};
use crate::terminal::{EVENT, FAINT, HEADING, OPEN, STATEMENT, columns, flat, styled, wrap};

/// Runs the command.
pub fn run(args: &ExplainArgs) -> Result<Outcome, Failure> {
    if args.all || args.not_coded {
        if let Some(extra) = &args.input {
            return Err(Failure::new(format!("with --all or --not-coded only the input is named: what is `{extra}`?")));
        }
        return coded(args, Some(args.what.as_str()), None);
    }
    match &args.input {
        Some(input) => coded(args, Some(input), Some(&args.what)),
        None => code(&args.what, args.own.knowledge.as_deref()),
    }
}

/// Explains a code of the codebook.
fn code(code: &str, own: Option<&Path>) -> Result<Outcome, Failure> {
    let knowledge = folder::knowledge(own)?;
    let all = book::entries(&knowledge);
    let found = book::find(&all, code);
    if found.is_empty() {
        let id = code.starts_with("e:") || code.starts_with("s:");
        let hint = if id { ": to explain an event or statement, name the input too" } else { "" };
        eprintln!("attache: the codebook has no `{}`{hint}", flat(code));
        return Ok(Outcome::NothingFound);
    }
    let mut out = output::text(None)?;
    book::write_entries(&found, &mut *out)?;
    out.flush()?;
    Ok(Outcome::Done)
}

/// Codes an input and explains what is asked for in it.
fn coded(args: &ExplainArgs, input: Option<&str>, what: Option<&str>) -> Result<Outcome, Failure> {
    let doc = one_document(input, args.row, &args.about.options())?;
    let engine = Engine::load_for_one(args.own.knowledge.as_deref())?;
    let coded = engine.code(doc);
    let report = Report::new(&engine, &coded);
    let mut out = output::text(None)?;
    let mut page = Explanation { report: &report, width: columns(), out: &mut out, found: 0 };
    match what {
        Some(what) => page.one(what)?,
        None if args.not_coded => page.not_coded()?,
        None => {
            for n in 0..report.coding().events.len() {
                page.event(n)?;
            }
            for n in 0..report.coding().statements.len() {
                page.statement(n)?;
            }
            page.not_coded()?;
        }
    }
    let found = page.found;
    out.flush()?;
    if let (0, Some(what)) = (found, what) {
        eprintln!("attache: the input has no event or statement `{}`", flat(what));
    }
    Ok(if found > 0 { Outcome::Done } else { Outcome::NothingFound })
}

struct Explanation<'p, 'r> {
    report: &'p Report<'r>,
    width: usize,
    out: &'p mut dyn Write,
    found: usize,
}

impl Explanation<'_, '_> {
    /// Explains what an id, the start of one, or a label names.
    fn one(&mut self, what: &str) -> Result<(), Failure> {
        let coding = self.report.coding();
        let names =
            |label: String, id: &str| label.eq_ignore_ascii_case(what) || (what.len() > 3 && id.starts_with(what));
        for (n, event) in coding.events.iter().enumerate() {
            if names(event_label(n), event.id.as_str()) {
                self.event(n)?;
            }
        }
        for (n, statement) in coding.statements.iter().enumerate() {
            if names(statement_label(n), statement.id.as_str()) {
                self.statement(n)?;
            }
        }
        // A time by its words.
        if self.found == 0 && what.len() > 2 {
            let named: Vec<Span> = coding
                .times
                .iter()
                .map(|time| time.span)
                .filter(|&span| self.report.words(span).eq_ignore_ascii_case(what))
                .collect();
            for span in named {
                self.start()?;
                self.time(Some(span))?;
            }
        }
        // A word of the text: what was made of it, or why nothing was.
        if self.found == 0 && what.len() > 2 {
            let has = |span| self.report.words(span).to_lowercase().contains(&what.to_lowercase());
            let candidates: Vec<usize> =
                (0..coding.candidates.len()).filter(|&n| has(coding.candidates[n].span)).collect();
            for n in candidates {
                self.candidate(n)?;
            }
        }
        Ok(())
    }

    fn start(&mut self) -> Result<(), Failure> {
        if self.found > 0 {
            writeln!(self.out)?;
        }
        self.found += 1;
        Ok(())
    }

    fn line(&mut self, indent: usize, text: &str) -> Result<(), Failure> {
        let mut first = true;
        for line in wrap(text, self.width.saturating_sub(indent + 2)) {
            writeln!(self.out, "{}{line}", " ".repeat(if first { indent } else { indent + 2 }))?;
            first = false;
        }
        Ok(())
    }

    fn heading(&mut self, name: &str) -> Result<(), Failure> {
        writeln!(self.out, "  {}", styled(FAINT, name))?;
        Ok(())
    }

    fn event(&mut self, n: usize) -> Result<(), Failure> {
        self.start()?;
        let report = self.report;
        let coding = report.coding();
        let event = &coding.events[n];
        writeln!(
            self.out,
            "{}  {}  {}  {}",
            styled(EVENT, &event_label(n)),
            styled(HEADING, &event.act),
            styled(OPEN, event.status.as_str()),
            styled(FAINT, event.id.as_str())
        )?;
        self.sentence(&report.words(event.trigger), event.sentence)?;

        self.heading("coded because")?;
        self.reasons(&event.because)?;
        if let Some(act) = report.knowledge.act(&event.act) {
            self.line(4, &format!("{}: {}", act.name, act.gloss))?;
        }
        if let Some(row) = report.events.get(n) {
            let mode = row.event_mode.as_ref().map(|mode| format!("/{mode}")).unwrap_or_default();
            let plover = row.event_type.as_ref().map(|code| format!("PLOVER {code}{mode}"));
            let cameo = row.cameo.as_ref().map(|code| format!("CAMEO {code}"));
            let codes: Vec<String> = plover.into_iter().chain(cameo).collect();
            if !codes.is_empty() {
                self.line(4, &format!("written as {}", codes.join(", ")))?;
            }
            // The rows know what the ontologies add to the coder's own reasons.
            let more: Vec<Reason> = row.because.iter().filter(|r| !event.because.contains(r)).cloned().collect();
            self.reasons(&more)?;
        }
        for (role, parties) in [("actor", &event.initiator), ("recipient", &event.counterpart)] {
            if parties.is_empty() {
                continue;
            }
            self.heading(role)?;
            for &(party, span) in parties {
                self.line(4, &format!("{} “{}”", report.described(party), report.words(span)))?;
                let because = coding.parties.get(party as usize).map(|actor| actor.because.clone()).unwrap_or_default();
                self.reasons(&because)?;
            }
        }
        self.heading("when")?;
        self.line(4, &report.when(&event.when))?;
        self.time(event.when.span)?;
        if let Some(place) = &event.place {
            self.heading("where")?;
            self.line(4, &format!("{} “{}”", flat(&place.name), report.words(place.span)))?;
            self.reasons(&place.because)?;
        }
        if let Some(presented) = report.presented(event) {
            self.heading("presented as")?;
            self.line(4, &presented)?;
        }
        self.heading("on the word of")?;
        for voice in &event.voices {
            self.line(4, &report.voice(voice))?;
        }
        let responses = report.responses(n);
        if !responses.is_empty() {
            self.heading("responses")?;
        }
        for response in responses {
            self.line(4, &format!("{} “{}”", report.response(response), report.words(response.cue)))?;
            self.reasons(&response.because)?;
        }
        self.heading("status")?;
        self.meaning(event.status.as_str())?;
        for flag in &event.flags {
            self.meaning(&output::word(flag))?;
        }
        Ok(())
    }

    /// Why the time under a span was read so: the rows of the patterns, and what it is reckoned from.
    fn time(&mut self, span: Option<Span>) -> Result<(), Failure> {
        let (report, coding) = (self.report, self.report.coding());
        let Some(span) = span else { return Ok(()) };
        let Some(time) = coding.times.iter().find(|t| t.span == span || span.contains(t.span)) else { return Ok(()) };
        let value = format!("{} {} “{}”", time.kind.as_str(), time.value, report.words(time.span));
        self.line(4, &value)?;
        let ends = time.ends.map_or(Vec::new(), |(a, b)| vec![a, b]);
        for other in time.anchor.into_iter().chain(ends).filter_map(|n| coding.times.get(n as usize)) {
            let role = if time.ends.is_some() { "from" } else { "reckoned from" };
            self.line(6, &format!("{role} {} “{}”", other.value, report.words(other.span)))?;
            self.reasons(&other.because)?;
        }
        self.reasons(&time.because)
    }

    fn statement(&mut self, n: usize) -> Result<(), Failure> {
        self.start()?;
        let report = self.report;
        let coding = report.coding();
        let statement = &coding.statements[n];
        writeln!(
            self.out,
            "{}  {}  {}",
            styled(STATEMENT, &statement_label(n)),
            styled(HEADING, &report.chain(n as u32)),
            styled(FAINT, statement.id.as_str())
        )?;
        let sentence = report.coded.parse.sentence_of(statement.cue_head);
        self.sentence(&report.joined(&statement.cue), sentence as u32)?;
        self.heading("coded because")?;
        self.reasons(&statement.because)?;
        self.heading("source")?;
        let words = statement.source.map_or_else(|| "no words name it".to_string(), |span| report.quoted(span));
        self.line(4, &format!("{words}, {}", phrase(statement.class)))?;
        if let Some(actor) = statement.party.and_then(|party| coding.parties.get(party as usize)) {
            self.line(4, &report.described(statement.party.unwrap_or_default()))?;
            self.reasons(&actor.because)?;
        }
        self.heading("content")?;
        self.line(4, &quote(report.joined(&statement.content)))?;
        self.line(
            4,
            &format!(
                "{}, {}, {}",
                phrase(&statement.speech_act),
                phrase(statement.manner),
                phrase(&statement.distance)
            ),
        )?;
        for hedge in &statement.hedges {
            self.line(4, &format!("hedge “{}”, {}", report.words(hedge.span), hedge.class))?;
        }
        if let Some(outer) = statement.within {
            self.heading("within")?;
            self.line(4, &format!("{}: what is said in it is the relayer's word", statement_label(outer as usize)))?;
        }
        if !statement.events.is_empty() {
            self.heading("events in the content")?;
            for &event in &statement.events {
                let act = coding.events.get(event as usize).map_or("", |event| event.act.as_str());
                self.line(4, &format!("{} {act}", event_label(event as usize)))?;
            }
        }
        Ok(())
    }

    fn not_coded(&mut self) -> Result<(), Failure> {
        for n in 0..self.report.coding().candidates.len() {
            self.candidate(n)?;
        }
        Ok(())
    }

    fn candidate(&mut self, n: usize) -> Result<(), Failure> {
        self.start()?;
        let report = self.report;
        let candidate = &report.coding().candidates[n];
        writeln!(self.out, "{}  {}", styled(FAINT, "not coded"), styled(HEADING, &candidate.act))?;
        self.line(4, &report.quoted(candidate.span))?;
        self.line(4, &candidate.why)?;
        self.reasons(&candidate.because)
    }

    fn sentence(&mut self, words: &str, sentence: u32) -> Result<(), Failure> {
        let text = self.report.coded.parse.sentences.get(sentence as usize).map(|s| self.report.words(s.span));
        self.line(2, &format!("“{words}”, sentence {}: {}", sentence + 1, text.unwrap_or_default()))
    }

    /// Reasons with the knowledge line behind them.
    fn reasons(&mut self, reasons: &[Reason]) -> Result<(), Failure> {
        for reason in reasons {
            let text = match reason {
                Reason::Lexicon { file, line } => {
                    let row = self.report.knowledge.line(file, *line).map(cells).unwrap_or_default();
                    format!("{file}:{line} · {row}")
                }
                Reason::Model { head, score } => format!("the model's head {head}, probability {score:.2}"),
                Reason::Rule { name } => format!("rule: {name}"),
                Reason::Judgement { id } => format!("a person's judgement, {id}"),
            };
            self.line(4, &text)?;
        }
        Ok(())
    }

    /// A status or flag with its definition.
    fn meaning(&mut self, code: &str) -> Result<(), Failure> {
        let entries = book::entries(self.report.knowledge);
        let definition = book::find(&entries, code).first().map(|entry| entry.definition.clone()).unwrap_or_default();
        self.line(4, &format!("{code}: {definition}"))
    }
}

/// A row of a knowledge file for people: cells apart, empty ones left out.
fn cells(line: &str) -> String {
    line.split('\t').filter(|cell| !matches!(*cell, "" | "-")).collect::<Vec<_>>().join(" · ")
}

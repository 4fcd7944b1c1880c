//! `attache read`: one article for a human.

use std::io::Write;

use attache_doc::{
    Block, BlockKind, Document, EventMention, PartyIx, Resolution, SourceClass, Span, Stance, Statement, Status,
};
use serde_json::json;

use crate::cli::{ReadArgs, ReadFormat};
use crate::engine::{Engine, one_document};
use crate::output::{self, Failure, Outcome, phrase};
use crate::report::{Report, event_label, quote, statement_label};
use crate::terminal::{
    BAD, EVENT, FAINT, GOOD, HEADING, OPEN, STATEMENT, clean, columns, flat, pad, shorten, styled, width, wrap,
    wrap_ranges,
};

/// The margin grows with the labels in it, up to this many columns; more labels go on the next line.
const WIDEST_MARGIN: usize = 16;
/// Column at which the text of a field starts.
const FIELD: usize = 15;
/// Spans that begin before a line and may reach into it: triggers and cues nest no deeper.
const REACHING_BACK: usize = 8;
/// Lines of a statement's content: its words are all in the text above.
const CONTENT_LINES: usize = 2;

/// Runs the command.
pub fn run(args: &ReadArgs) -> Result<Outcome, Failure> {
    let doc = one_document(args.file.as_deref(), args.row, &args.about.options())?;
    let engine = Engine::load_for_one(args.own.knowledge.as_deref())?;
    let coded = engine.code(doc);
    let report = Report::new(&engine, &coded);
    let found = !(report.events.is_empty() && report.statements.is_empty() && report.standings.is_empty());
    match args.format {
        ReadFormat::Json => {
            let mut out = output::data(None)?;
            let whole = json!({
                "v": attache_doc::wire::VERSION,
                "document": engine.document(&coded),
                "text": coded.doc.full_text(),
                "statements": report.statements,
                "events": report.events,
                "standings": report.standings,
            });
            serde_json::to_writer(&mut out, &whole)?;
            writeln!(out)?;
            out.flush()?;
        }
        ReadFormat::Text => {
            let mut out = output::text(None)?;
            Page { report: &report, width: columns(), out: &mut out }.write()?;
            out.flush()?;
        }
    }
    Ok(if found { Outcome::Done } else { Outcome::NothingFound })
}

/// A page being written.
struct Page<'p, 'r> {
    report: &'p Report<'r>,
    width: usize,
    out: &'p mut dyn Write,
}

impl Page<'_, '_> {
    fn write(&mut self) -> Result<(), Failure> {
        self.title()?;
        self.text()?;
        self.statements()?;
        self.events("Events", |event| !event.background)?;
        self.open_questions()?;
        self.standings()?;
        self.calendar()?;
        self.anonymous()?;
        self.events("Background", |event| event.background)?;
        self.warnings()?;
        let left = self.report.coding().candidates.len();
        if left > 0 {
            let hint = format!("{left} more were considered and not coded: attache explain --not-coded says why");
            writeln!(self.out)?;
            for line in wrap(&hint, self.width) {
                writeln!(self.out, "{}", styled(FAINT, &line))?;
            }
        }
        Ok(())
    }

    fn title(&mut self) -> Result<(), Failure> {
        let doc = self.report.doc();
        // A title that stands in the text is shown there; one that was given apart is not.
        let in_text = doc.blocks().iter().any(|block| block.kind == BlockKind::Headline);
        if let (false, Some(title)) = (in_text, &doc.meta.title) {
            for line in wrap(title, self.width) {
                writeln!(self.out, "{}", styled(HEADING, &line))?;
            }
        }
        let meta = &doc.meta;
        let mut about: Vec<String> = Vec::new();
        about.extend(meta.publisher.as_deref().map(flat));
        about.extend(meta.agency.as_deref().map(flat));
        about.extend(meta.dateline_place.as_deref().map(flat));
        about.push(meta.published.map_or_else(|| "no date of publication".to_string(), |date| date.to_string()));
        let coding = self.report.coding();
        about.push(count(self.report.coded.parse.sentences.len(), "sentence"));
        about.push(count(coding.statements.len(), "statement"));
        about.push(count(coding.events.len(), "event"));
        for line in wrap(&about.join(" · "), self.width) {
            writeln!(self.out, "{}", styled(FAINT, &line))?;
        }
        Ok(())
    }

    /// The text with labels of statements and events beside the lines where their cues and triggers are.
    fn text(&mut self) -> Result<(), Failure> {
        let (report, coding) = (self.report, self.report.coding());
        let mut marks: Vec<(u32, bool, String)> = Vec::new();
        for (n, statement) in coding.statements.iter().enumerate() {
            marks.extend(statement.cue.first().map(|cue| (cue.start, false, statement_label(n))));
        }
        for (n, event) in coding.events.iter().enumerate() {
            marks.extend(std::iter::once(&event.trigger).chain(&event.also).map(|t| (t.start, true, event_label(n))));
        }
        marks.sort();
        let mut lit: Vec<(Span, bool)> = Vec::new();
        lit.extend(coding.statements.iter().flat_map(|s| &s.cue).map(|&cue| (cue, false)));
        lit.extend(coding.events.iter().flat_map(|e| std::iter::once(&e.trigger).chain(&e.also)).map(|&t| (t, true)));
        lit.sort();

        let longest = marks.iter().map(|m| m.2.len()).max().unwrap_or(2);
        let margin = (longest * 3 + 2).clamp(8, WIDEST_MARGIN);
        let room = self.width - margin - 2;
        for blocks in paragraphs(report.doc()) {
            writeln!(self.out)?;
            let (first, last) = (blocks[0], blocks[blocks.len() - 1]);
            let (start, end) = (first.span.start, last.span.end);
            let lines = wrap_ranges(&report.doc().full_text()[start as usize..end as usize], room);
            for (i, line) in lines.iter().enumerate() {
                let span = (start + line.start as u32, start + line.end as u32);
                let until = lines.get(i + 1).map_or(end, |next| start + next.start as u32);
                let here = &marks[marks.partition_point(|m| m.0 < span.0)..marks.partition_point(|m| m.0 < until)];
                let mut labels = label_rows(here, margin);
                if let (0, true, Some(name)) = (i, labels.is_empty(), furniture(first.kind)) {
                    labels.push(styled(FAINT, name));
                }
                let beside = if labels.is_empty() { String::new() } else { labels.remove(0) };
                writeln!(self.out, "{}  {}", pad(&beside, margin), self.lit(span, &lit, &blocks))?;
                for rest in labels {
                    writeln!(self.out, "{rest}")?;
                }
            }
        }
        Ok(())
    }

    /// A line of the text with its cues and triggers in their styles.
    fn lit(&self, (start, end): (u32, u32), lit: &[(Span, bool)], blocks: &[Block]) -> String {
        let text = self.report.doc().full_text();
        let shown = |style: anstyle::Style, from: u32, to: u32| {
            let words = clean(&text[from as usize..to as usize]).replace(['\n', '\t'], " ");
            if style == anstyle::Style::new() { words } else { styled(style, &words) }
        };
        // What is not lit has the style of its block.
        let plain = |from: u32, to: u32| {
            let mut out = String::new();
            let mut at = from;
            for block in blocks.iter().filter(|block| block.span.end > from && block.span.start < to) {
                let (inner, until) = (block.span.start.max(at), block.span.end.min(to));
                out.push_str(&shown(anstyle::Style::new(), at, inner));
                out.push_str(&shown(block_style(block.kind), inner, until));
                at = until;
            }
            out.push_str(&shown(anstyle::Style::new(), at, to));
            out
        };
        let mut out = String::new();
        let mut at = start;
        let first = lit.partition_point(|(span, _)| span.start < start).saturating_sub(REACHING_BACK);
        for &(span, is_event) in lit[first..].iter().take_while(|(span, _)| span.start < end) {
            let (from, to) = (span.start.max(at), span.end.min(end));
            if from >= to {
                continue;
            }
            out.push_str(&plain(at, from));
            out.push_str(&shown(if is_event { EVENT } else { STATEMENT.underline() }, from, to));
            at = to;
        }
        out.push_str(&plain(at, end));
        out
    }

    fn heading(&mut self, name: &str) -> Result<(), Failure> {
        let rule = "─".repeat(self.width.saturating_sub(width(name) + 1));
        writeln!(self.out)?;
        writeln!(self.out, "{} {}", styled(HEADING, name), styled(FAINT, &rule))?;
        Ok(())
    }

    /// A label and a text beside it, wrapped.
    fn entry(&mut self, label: &str, text: &str) -> Result<(), Failure> {
        self.field(label, text, 5)
    }

    /// An entry of a list, by the label it has above.
    fn item(&mut self, label: &str, text: &str) -> Result<(), Failure> {
        self.field(&format!("  {label}"), text, 7)
    }

    /// A named field of an entry.
    fn field(&mut self, name: &str, text: &str, indent: usize) -> Result<(), Failure> {
        let mut name = name.to_string();
        for line in wrap(text, self.width - indent) {
            writeln!(self.out, "{}{line}", pad(&name, indent))?;
            name.clear();
        }
        Ok(())
    }

    fn about(&mut self, name: &str, text: &str) -> Result<(), Failure> {
        self.field(&format!("     {}", styled(FAINT, name)), text, FIELD)
    }

    fn statements(&mut self) -> Result<(), Failure> {
        let (report, coding) = (self.report, self.report.coding());
        if coding.statements.is_empty() {
            return Ok(());
        }
        self.heading("Statements")?;
        for (n, statement) in coding.statements.iter().enumerate() {
            writeln!(self.out)?;
            self.entry(&styled(STATEMENT, &statement_label(n)), &report.chain(n as u32))?;
            let mut says = vec![quote(report.joined(&statement.cue)), phrase(&statement.speech_act)];
            says.push(phrase(statement.manner));
            if statement.polarity == attache_doc::Polarity::Negative {
                says.push("not said".to_string());
            }
            if let Some(medium) = &statement.medium {
                says.push(format!("in: {}", flat(medium)));
            }
            if !matches!(statement.distance.as_str(), "" | "neutral") {
                says.push(phrase(&statement.distance));
            }
            if statement.class != SourceClass::Named {
                says.push(format!("{} source", phrase(statement.class)));
            }
            self.about("cue", &says.join(" · "))?;
            if !statement.content.is_empty() {
                let words = quote(report.joined(&statement.content));
                self.about("content", &shorten(&words, (self.width - FIELD) * CONTENT_LINES - 12))?;
            }
            if !statement.hedges.is_empty() {
                let hedges: Vec<_> = statement.hedges.iter().map(|h| report.quoted(h.span)).collect();
                self.about("hedged", &hedges.join(", "))?;
            }
            if !statement.events.is_empty() {
                let labels: Vec<_> = statement.events.iter().map(|&e| event_label(e as usize)).collect();
                self.about("carries", &labels.join(" "))?;
            }
        }
        Ok(())
    }

    fn events(&mut self, heading: &str, wanted: impl Fn(&EventMention) -> bool) -> Result<(), Failure> {
        let coding = self.report.coding();
        if !coding.events.iter().any(&wanted) {
            return Ok(());
        }
        self.heading(heading)?;
        for (n, event) in coding.events.iter().enumerate().filter(|(_, event)| wanted(event)) {
            writeln!(self.out)?;
            self.event(n, event)?;
        }
        Ok(())
    }

    fn event(&mut self, n: usize, event: &EventMention) -> Result<(), Failure> {
        let report = self.report;
        let mut codes = Vec::new();
        if let Some(row) = report.events.get(n) {
            let mode = row.event_mode.as_ref().map(|mode| format!("/{mode}")).unwrap_or_default();
            codes.extend(row.event_type.as_ref().map(|code| format!("PLOVER {code}{mode}")));
            codes.extend(row.cameo.as_ref().map(|code| format!("CAMEO {code}")));
        }
        let mut title = styled(HEADING, &event.act);
        if let Some(presented) = report.presented(event) {
            title.push_str(&format!(" ({presented})"));
        }
        if !codes.is_empty() {
            title.push_str(&styled(FAINT, &format!("  {}", codes.join(" · "))));
        }
        let status = styled(status_style(event.status), event.status.as_str());
        let used = 5 + width(&anstream::adapter::strip_str(&title).to_string());
        if used + 2 + event.status.as_str().len() <= self.width {
            let line = format!("{}{title}", pad(&styled(EVENT, &event_label(n)), 5));
            writeln!(self.out, "{}{status}", pad(&line, self.width - event.status.as_str().len()))?;
        } else {
            writeln!(self.out, "{}{title}", pad(&styled(EVENT, &event_label(n)), 5))?;
            writeln!(self.out, "     {status}")?;
        }
        let joint = report.knowledge.act(&event.act).is_some_and(|act| act.joint);
        let arrow = if joint { "↔" } else { "→" };
        let mut who = report.parties(&event.initiator);
        if !event.counterpart.is_empty() || !joint {
            who.push_str(&format!(" {arrow} {}", report.parties(&event.counterpart)));
        }
        self.about("who", &who)?;
        self.about("when", &report.when(&event.when))?;
        if let Some(place) = &event.place {
            let country = place.country.as_ref().map(|c| format!(", {c}")).unwrap_or_default();
            self.about("where", &format!("{}{country} “{}”", flat(&place.name), report.words(place.span)))?;
        }
        let mut words = vec![report.quoted(event.trigger)];
        for &span in &event.also {
            let more = report.quoted(span);
            if !words.contains(&more) {
                words.push(more);
            }
        }
        self.about("words", &words.join(", "))?;
        for (i, voice) in event.voices.iter().enumerate() {
            self.about(if i == 0 { "voices" } else { "" }, &report.voice(voice))?;
        }
        for (i, response) in report.responses(n).into_iter().enumerate() {
            let text = format!("{} “{}”", report.response(response), report.words(response.cue));
            self.about(if i == 0 { "response" } else { "" }, &text)?;
        }
        if !event.flags.is_empty() {
            let flags: Vec<String> = event.flags.iter().map(output::word).collect();
            self.about("flags", &flags.join(", "))?;
        }
        Ok(())
    }

    /// What parties have not said: silence, refusals to comment, what is disputed.
    fn open_questions(&mut self) -> Result<(), Failure> {
        let (report, coding) = (self.report, self.report.coding());
        if coding.responses.is_empty() {
            return Ok(());
        }
        self.heading("Responses and open questions")?;
        writeln!(self.out)?;
        for response in &coding.responses {
            let to = match (response.event, response.to_statement) {
                (Some(event), _) => {
                    let act = coding.events.get(event as usize).map_or("", |e| e.act.as_str());
                    format!(" {} {act}", event_label(event as usize))
                }
                (None, Some(statement)) => format!(" {}", statement_label(statement as usize)),
                (None, None) => response.to_words.map_or(String::new(), |to| format!(" “{}”", report.words(to))),
            };
            let mark = if matches!(response.stance, Stance::Confirms | Stance::Denies) { "•" } else { "?" };
            let text = format!("{}{to} “{}”", report.response(response), report.words(response.cue));
            self.entry(&format!("  {}", styled(OPEN, mark)), &text)?;
        }
        Ok(())
    }

    fn standings(&mut self) -> Result<(), Failure> {
        let (report, coding) = (self.report, self.report.coding());
        if coding.standings.is_empty() {
            return Ok(());
        }
        self.heading("Standings")?;
        writeln!(self.out)?;
        for standing in &coding.standings {
            let not = if standing.polarity == attache_doc::Polarity::Negative { "not: " } else { "" };
            let holder = standing.holder.map_or_else(|| "not said who".to_string(), |party| report.party(party));
            let subject = report.party(standing.subject);
            let mut text = format!("{holder} · {not}{} · {subject}", phrase(&standing.relation));
            if let Some(edtf) = standing.when.edtf() {
                text.push_str(&format!(", {edtf}"));
            }
            text.push_str(&format!(" “{}”", report.words(standing.span)));
            let voices: Vec<String> = standing.voices.iter().map(|voice| report.voice(voice)).collect();
            if !voices.is_empty() {
                text.push_str(&format!(" · {}", voices.join("; ")));
            }
            self.entry("  •", &text)?;
        }
        Ok(())
    }

    /// What is still to come, by date.
    fn calendar(&mut self) -> Result<(), Failure> {
        let (report, coding) = (self.report, self.report.coding());
        let mut ahead: Vec<(usize, &EventMention)> =
            coding.events.iter().enumerate().filter(|(_, event)| report.is_ahead(event)).collect();
        if ahead.is_empty() {
            return Ok(());
        }
        ahead.sort_by_key(|(n, event)| {
            (event.when.earliest.or(event.when.latest).is_none(), event.when.earliest.or(event.when.latest), *n)
        });
        self.heading("Calendar")?;
        writeln!(self.out)?;
        for (n, event) in ahead {
            let date = event.when.edtf().unwrap_or_else(|| "no date".to_string());
            let firmness = match event.status {
                Status::ScheduledFirm | Status::ScheduledTentative | Status::Proposed => phrase(event.status),
                _ if event.when.firm => phrase(event.realis),
                _ => format!("{}, tentative", phrase(event.realis)),
            };
            let mut text = format!("{date} · {firmness} · {}", event.act);
            let who = report.parties(&event.initiator);
            if who != "–" {
                text.push_str(&format!(" · {who}"));
            }
            text.push_str(&format!(" “{}”", report.words(event.trigger)));
            self.item(&styled(EVENT, &event_label(n)), &text)?;
        }
        Ok(())
    }

    /// Voices without a name: nothing rests on them alone.
    fn anonymous(&mut self) -> Result<(), Failure> {
        let (report, coding) = (self.report, self.report.coding());
        let unnamed = |class: SourceClass| {
            matches!(class, SourceClass::Role | SourceClass::Collective | SourceClass::Vague | SourceClass::Implicit)
        };
        // A role whose holder the tables know is no unnamed voice.
        let known = |party: PartyIx| {
            coding.parties.get(party as usize).is_some_and(|actor| actor.resolution == Resolution::Known)
        };
        let unknown = |statement: &Statement| unnamed(statement.class) && !statement.party.is_some_and(known);
        let list: Vec<_> = coding.statements.iter().enumerate().filter(|(_, s)| unknown(s)).collect();
        if list.is_empty() {
            return Ok(());
        }
        self.heading("Unnamed voices")?;
        writeln!(self.out)?;
        for (n, statement) in list {
            let who = statement.source.map_or_else(|| "nobody named".to_string(), |span| report.quoted(span));
            let text = format!("{who} · {} · “{}”", phrase(statement.class), report.joined(&statement.cue));
            self.item(&styled(STATEMENT, &statement_label(n)), &text)?;
        }
        Ok(())
    }

    fn warnings(&mut self) -> Result<(), Failure> {
        let coded = self.report.coded;
        let all: Vec<_> =
            coded.doc.warnings.iter().chain(&coded.parse.warnings).chain(&coded.coding.warnings).collect();
        if all.is_empty() {
            return Ok(());
        }
        self.heading("Warnings")?;
        writeln!(self.out)?;
        for warning in all {
            self.entry("  !", &warning.to_string())?;
        }
        Ok(())
    }
}

/// The blocks in runs that stand on one line of the text: a dateline and its paragraph.
fn paragraphs(doc: &Document) -> Vec<Vec<Block>> {
    let mut runs: Vec<Vec<Block>> = Vec::new();
    for &block in doc.blocks() {
        let joined = runs.last().and_then(|run| run.last()).is_some_and(|before| {
            let between = &doc.full_text()[before.span.end as usize..block.span.start as usize];
            before.kind == BlockKind::Dateline && !between.contains(['\n', '\r'])
        });
        match runs.last_mut() {
            Some(run) if joined => run.push(block),
            _ => runs.push(vec![block]),
        }
    }
    runs
}

fn block_style(kind: BlockKind) -> anstyle::Style {
    match kind {
        BlockKind::Headline => HEADING,
        BlockKind::Paragraph | BlockKind::Quote => anstyle::Style::new(),
        _ => FAINT,
    }
}

/// What stands beside a block that is not the article's text.
fn furniture(kind: BlockKind) -> Option<&'static str> {
    match kind {
        BlockKind::Byline => Some("byline"),
        BlockKind::Caption => Some("caption"),
        BlockKind::Boilerplate => Some("page"),
        _ => None,
    }
}

/// The more there is behind it, the calmer the colour.
fn status_style(status: Status) -> anstyle::Style {
    match status {
        Status::Confirmed => GOOD,
        Status::Contested | Status::Denied | Status::Cancelled => BAD,
        _ => OPEN,
    }
}

/// "1 event", "2 events".
fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// The labels of a line in rows of at most `margin` columns.
fn label_rows(marks: &[(u32, bool, String)], margin: usize) -> Vec<String> {
    let mut rows: Vec<(String, usize)> = Vec::new();
    for (i, (_, is_event, label)) in marks.iter().enumerate() {
        if marks[..i].iter().any(|earlier| earlier.2 == *label) {
            continue;
        }
        let shown = styled(if *is_event { EVENT } else { STATEMENT }, label);
        match rows.last_mut() {
            Some((row, used)) if *used + 1 + label.len() <= margin => {
                row.push(' ');
                row.push_str(&shown);
                *used += 1 + label.len();
            }
            _ => rows.push((shown, label.len())),
        }
    }
    rows.into_iter().map(|(row, _)| row).collect()
}

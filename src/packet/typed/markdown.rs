//! Markdown (CommonMark with tables): its blocks, and what of it no paper can carry.

use std::collections::HashSet;
use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd};

use super::block::{Block, Run};
use super::headings::{self, Kind};
use super::ledger::Ledger;
use super::plain;
use super::runs::{Pieces, flattened};
use super::source::Source;
use crate::values::Finding;

/// More columns than this have no room for three characters each.
const COLUMNS: usize = 12;

/// The headings of official papers go no deeper.
const DEEPEST: usize = 4;

/// The title and the blocks of a text.
pub(super) fn read(text: &str, ledger: &mut Ledger<'_>) -> (Option<String>, Vec<Block>) {
    let source = Source::new(text, ledger);
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS;
    let parser = Parser::new_ext(source.text(), options);
    // Text in brackets with a colon is taken for the address of a link, and not printed.
    let mut definitions: Vec<(String, usize)> = parser
        .reference_definitions()
        .iter()
        .map(|(name, definition)| (name.to_owned(), definition.span.start))
        .collect();
    definitions.sort_by_key(|(_, start)| *start);
    let events: Vec<(Event<'_>, Range<usize>)> = parser.into_offset_iter().collect();
    let mut reader = Reader::new(&source, ledger, &events);
    for (event, range) in events {
        reader.take(event, &range);
    }
    reader.flush();
    for (name, start) in definitions {
        if !reader.used.contains(&folded(&name)) {
            let found = source.text()[start..].lines().next().unwrap_or_default();
            let line = source.line_at(start);
            reader.ledger.note(line, Finding::problem("typed.definition").with("found", found));
        }
    }
    (reader.title, reader.blocks)
}

struct Reader<'a, 'b> {
    source: &'a Source,
    ledger: &'a mut Ledger<'b>,
    title: Option<String>,
    blocks: Vec<Block>,
    /// What is to become the next block, or the next cell.
    pieces: Pieces,
    /// Where it begins.
    line: Option<usize>,
    /// How much deeper Markdown's headings are counted than ours.
    shift: usize,
    titled: bool,
    /// The level of the last heading.
    heading: u8,
    in_heading: bool,
    /// What is open: the next number of each list, if it has numbers.
    lists: Vec<Option<u64>>,
    /// What is to be printed before the next block.
    marker: Option<String>,
    table: Option<(usize, Vec<Vec<String>>)>,
    in_code: bool,
    /// Whether the HTML that follows has been told of.
    html_told: bool,
    pictures: usize,
    /// Where the words of open links begin.
    links: Vec<(LinkType, String, (usize, usize))>,
    used: HashSet<String>,
}

impl<'a, 'b> Reader<'a, 'b> {
    fn new(
        source: &'a Source,
        ledger: &'a mut Ledger<'b>,
        events: &[(Event<'_>, Range<usize>)],
    ) -> Self {
        let is_highest = |(event, _): &&(Event<'_>, Range<usize>)| {
            matches!(event, Event::Start(Tag::Heading { level: HeadingLevel::H1, .. }))
        };
        let highest = events.iter().filter(is_highest).count();
        // The only # at the very beginning is the title; several are headings of the first level.
        let titled = highest == 1 && events.first().as_ref().is_some_and(is_highest);
        Self {
            source,
            ledger,
            title: None,
            blocks: Vec::new(),
            pieces: Pieces::default(),
            line: None,
            shift: usize::from(titled || highest == 0),
            titled,
            heading: 0,
            in_heading: false,
            lists: Vec::new(),
            marker: None,
            table: None,
            in_code: false,
            html_told: false,
            pictures: 0,
            links: Vec::new(),
            used: HashSet::new(),
        }
    }

    fn take(&mut self, event: Event<'_>, range: &Range<usize>) {
        let line = self.source.line_at(range.start);
        // What stands for a picture is not printed; the picture has been told of.
        if self.pictures > 0 && !matches!(event, Event::Start(_) | Event::End(_)) {
            return;
        }
        match event {
            Event::Start(tag) => self.start(tag, line, range),
            Event::End(tag) => self.end(tag, range),
            Event::Text(text) if self.in_code => {
                for (at, text) in text.split('\n').enumerate() {
                    if at > 0 {
                        self.flush();
                    }
                    self.words(line + at, text, false);
                }
            }
            // What is written as \* or as an entity is no mark.
            Event::Text(text) => self.words(line, &text, self.source.says(range, &text)),
            Event::Code(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                self.words(line, &text, false);
            }
            Event::SoftBreak => self.end_line(line),
            Event::HardBreak => self.break_line(),
            Event::Html(tag) | Event::InlineHtml(tag) => self.html(line, &tag),
            Event::Rule => {
                self.flush();
                self.ledger.note(line, Finding::advice("typed.rule"));
            }
            Event::TaskListMarker(done) => {
                self.words(line, if done { "☑" } else { "☐" }, false);
            }
            Event::FootnoteReference(_) => {
                self.ledger.note(line, Finding::problem("typed.footnote"));
            }
        }
    }

    fn start(&mut self, tag: Tag<'_>, line: usize, range: &Range<usize>) {
        match tag {
            Tag::Strong => self.pieces.strong(true),
            Tag::Emphasis => self.literal(line, "*", self.source.is_product(range)),
            Tag::Strikethrough => self.literal(line, "~", self.source.is_range(range)),
            Tag::Link { link_type, dest_url, id, .. } => {
                self.used.insert(folded(&id));
                self.links.push((link_type, dest_url.into_string(), self.pieces.place()));
            }
            Tag::Image { id, .. } => {
                self.used.insert(folded(&id));
                self.pictures += 1;
                self.ledger.note(line, Finding::problem("typed.picture"));
            }
            Tag::TableCell => {}
            Tag::TableHead | Tag::TableRow => {
                if let Some((_, rows)) = &mut self.table {
                    rows.push(Vec::new());
                }
            }
            tag => {
                self.flush();
                match tag {
                    Tag::Heading { .. } => self.in_heading = true,
                    Tag::CodeBlock(_) => self.in_code = true,
                    Tag::List(first) => self.lists.push(first),
                    Tag::Item => self.item(),
                    Tag::Table(_) => self.table = Some((line, Vec::new())),
                    _ => {}
                }
            }
        }
    }

    fn end(&mut self, tag: TagEnd, range: &Range<usize>) {
        let line = self.source.line_at(range.start);
        match tag {
            TagEnd::Strong => self.pieces.strong(false),
            TagEnd::Emphasis => self.literal(line, "*", self.source.is_product(range)),
            TagEnd::Strikethrough if self.source.is_range(range) => self.literal(line, "~", true),
            TagEnd::Strikethrough => {
                let words = self.source.slice(range).trim_matches('~').to_owned();
                self.ledger.note(line, Finding::problem("typed.struck").with("words", words));
            }
            TagEnd::Link => self.end_link(line),
            TagEnd::Image => self.pictures = self.pictures.saturating_sub(1),
            TagEnd::TableCell => {
                let cell = flattened(&self.runs(line));
                if let Some(row) = self.table.as_mut().and_then(|(_, rows)| rows.last_mut()) {
                    row.push(cell);
                }
            }
            TagEnd::TableHead | TagEnd::TableRow => {}
            TagEnd::Table => self.end_table(),
            TagEnd::Heading(level) => {
                self.in_heading = false;
                self.end_heading(level as usize, line, self.source.slice(range).starts_with('#'));
            }
            tag => {
                self.flush();
                match tag {
                    TagEnd::CodeBlock => self.in_code = false,
                    TagEnd::HtmlBlock => self.html_told = false,
                    TagEnd::List(_) => {
                        self.lists.pop();
                    }
                    TagEnd::Item => self.marker = None,
                    _ => {}
                }
            }
        }
    }

    fn words(&mut self, line: usize, text: &str, open: bool) {
        self.line.get_or_insert(line);
        // The lines are clean; what was written as an entity is not.
        let text = self.ledger.clean(line, text);
        self.pieces.push(&text, open);
    }

    /// A mark that Markdown has taken for its own and that is none.
    fn literal(&mut self, line: usize, mark: &str, is_none: bool) {
        if is_none {
            self.words(line, mark, false);
        }
    }

    /// A line ends within a paragraph, unless the next one plainly begins another.
    fn end_line(&mut self, line: usize) {
        let is_heading = |words: String| matches!(headings::kind_of(&words), Kind::Heading(_));
        let ended = self.pieces.short_words().is_some_and(is_heading);
        if !self.in_heading && (ended || self.source.begins_anew(line + 1)) {
            self.flush();
            return;
        }
        if self.pieces.end_with(&['。', '！', '？', '；']) {
            self.ledger.note(line, Finding::advice("typed.joined"));
        }
        self.pieces.join();
    }

    fn break_line(&mut self) {
        if self.table.is_some() {
            self.pieces.break_line();
        } else if self.in_heading {
            self.pieces.join();
        } else {
            self.flush();
        }
    }

    fn html(&mut self, line: usize, tag: &str) {
        let found = tag.trim();
        let name = found.trim_matches(['<', '>', '/', ' ']);
        if name.eq_ignore_ascii_case("br") {
            self.break_line();
        } else if !found.is_empty() && !self.html_told {
            // A block of HTML is told of once.
            self.html_told = tag.ends_with('\n');
            self.ledger.note(line, Finding::problem("typed.html").with("found", found));
        }
    }

    fn end_link(&mut self, line: usize) {
        let Some((kind, address, start)) = self.links.pop() else { return };
        let words = self.pieces.words_from(start);
        let said = words == address || address.strip_prefix("mailto:") == Some(&words);
        if !said && !matches!(kind, LinkType::Autolink | LinkType::Email) {
            let finding = Finding::advice("typed.link").with("words", words);
            self.ledger.note(line, finding.with("address", address));
        }
    }

    fn item(&mut self) {
        let depth = self.lists.len().saturating_sub(1);
        let number = self.lists.last_mut().and_then(|next| {
            let now = *next;
            *next = next.map(|number| number.saturating_add(1));
            now
        });
        self.marker = Some(headings::of_item(depth, self.heading, number));
    }

    fn end_table(&mut self) {
        let Some((line, rows)) = self.table.take() else { return };
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        if columns > COLUMNS {
            let finding = Finding::problem("typed.wide-table").with("found", columns);
            self.ledger.note(line, finding.with("limit", COLUMNS));
        }
        self.blocks.push(Block::Table { line, rows });
    }

    fn end_heading(&mut self, level: usize, line: usize, marked: bool) {
        // A rule right below a paragraph makes the paragraph a heading, which nobody means.
        let may_be = |words: String| !headings::ends_a_sentence(&words);
        if !marked && !self.pieces.short_words().is_some_and(may_be) {
            self.flush();
            self.ledger.note(line, Finding::advice("typed.rule"));
            return;
        }
        let text = flattened(&self.runs(line));
        self.marker = None;
        if text.is_empty() {
            return;
        }
        if level == 1 && self.titled {
            self.title = Some(text);
            return;
        }
        let level = level - self.shift.min(level - 1);
        if level > DEEPEST {
            let finding = Finding::advice("typed.deep-heading").with("words", text.as_str());
            self.ledger.note(line, finding);
        }
        self.put_heading(level.min(DEEPEST) as u8, line, text);
    }

    fn put_heading(&mut self, level: u8, line: usize, text: String) {
        self.heading = level;
        self.blocks.push(Block::Heading { line, level, number: None, text });
    }

    /// The runs of the words up to now, which begin nothing else any more.
    fn runs(&mut self, line: usize) -> Vec<Run> {
        self.line = None;
        let (runs, stars) = self.pieces.take();
        if stars {
            self.ledger.note(line, Finding::advice("typed.marks").with("marks", "**"));
        }
        runs
    }

    /// Makes a block of the words up to now, if there are any.
    fn flush(&mut self) {
        let line = self.line.unwrap_or(1);
        let runs = self.runs(line);
        if runs.is_empty() {
            return;
        }
        if let Some(number) = self.marker.take() {
            self.blocks.push(Block::Item { line, number, runs });
            return;
        }
        let words = flattened(&runs);
        let kind = if self.lists.is_empty() { headings::kind_of(&words) } else { Kind::Plain };
        match kind {
            Kind::Heading(level) => self.put_heading(level, line, words),
            kind => {
                if let Kind::Headed(level, _) = kind {
                    self.heading = level;
                }
                self.blocks.push(plain::paragraph(line, kind, runs));
            }
        }
    }
}

/// The name of a definition as it is compared: case and white space do not matter.
fn folded(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

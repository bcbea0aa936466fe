//! Plain text: every line that is not empty is a paragraph or a heading.

use super::block::{Block, Head, Run};
use super::headings::{self, Kind};
use super::ledger::Ledger;
use crate::values::Finding;

/// The title and the blocks of a text.
pub(super) fn read(text: &str, ledger: &mut Ledger<'_>) -> (Option<String>, Vec<Block>) {
    let mut blocks = Vec::new();
    let lines: Vec<String> = text
        .lines()
        .enumerate()
        .map(|(at, line)| ledger.clean(at + 1, line).trim().to_owned())
        .collect();
    let start = lines.iter().position(|line| !line.is_empty()).unwrap_or(0);
    let title = title_of(&lines[start..]);
    let begun = start + title.map_or(0, <[String]>::len);
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| !line.is_empty()) {
        told_of_markdown(at + 1, line, ledger);
        if at >= begun {
            blocks.push(block(at + 1, line));
        }
    }
    (title.map(|lines| lines.join("\n")), blocks)
}

/// The lines of a title: up to three short ones that say nothing in full, an empty line below them, and
/// something after that.
fn title_of(lines: &[String]) -> Option<&[String]> {
    let end = lines.iter().position(String::is_empty)?;
    let title = &lines[..end];
    let alone = (1..=3).contains(&end) && title.iter().all(|line| is_title(line));
    let more = lines[end..].iter().any(|line| !line.is_empty());
    (alone && more).then_some(title)
}

fn is_title(line: &str) -> bool {
    headings::is_short(line)
        && !headings::ends_a_sentence(line)
        && headings::numbered(line).is_none()
}

/// A line as a block.
fn block(line: usize, text: &str) -> Block {
    let text = text.to_owned();
    match headings::kind_of(&text) {
        Kind::Heading(level) => Block::Heading { line, level, number: None, text },
        kind => paragraph(line, kind, vec![Run { text, strong: false }]),
    }
}

/// A paragraph of this kind; its head is taken off the runs.
pub(super) fn paragraph(line: usize, kind: Kind, mut runs: Vec<Run>) -> Block {
    let Kind::Headed(level, length) = kind else {
        return Block::Paragraph { line, head: None, runs };
    };
    let mut text = String::new();
    while text.len() < length && !runs.is_empty() {
        let left = length - text.len();
        if runs[0].text.len() <= left {
            text.push_str(&runs.remove(0).text);
        } else {
            let rest = runs[0].text.split_off(left);
            text.push_str(&std::mem::replace(&mut runs[0].text, rest));
        }
    }
    Block::Paragraph { line, head: Some(Head { level, text }), runs }
}

/// Markdown in a file that is called plain text would be printed with all its marks.
fn told_of_markdown(line: usize, text: &str, ledger: &mut Ledger<'_>) {
    let heading = text.trim_start_matches('#');
    let marks = if heading.starts_with(' ') && (1..=6).contains(&(text.len() - heading.len())) {
        "#"
    } else if text.matches("**").count() >= 2 {
        "**"
    } else {
        return;
    };
    ledger.note(line, Finding::advice("typed.markdown").with("marks", marks));
}

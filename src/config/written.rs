//! The settings as a file that reads back as the same settings.

use super::{Config, Told};

impl Config {
    /// Every setting as a line of TOML with what it is for and where its value came from. One that is not
    /// set stands as a comment.
    #[must_use]
    pub fn written(&self) -> String {
        let mut text = String::new();
        let mut table = "";
        for told in &self.told {
            let (head, key) = told.key.split_once('.').unwrap_or(("", told.key));
            if head != table {
                let gap = if table.is_empty() { "" } else { "\n" };
                text.push_str(&format!("{gap}[{head}]\n"));
                table = head;
            }
            text.push_str(&line(told, key));
        }
        text
    }
}

fn line(told: &Told, key: &str) -> String {
    let source = told.source.to_string().replace(char::is_control, " ");
    let about = format!("# {}；{source}\n", told.about);
    match told.value.as_str() {
        "" => format!("{about}# {key} = \"\"\n"),
        value => format!("{about}{key} = {}\n", value_of(value)),
    }
}

/// A value as TOML. What could be read as another number, such as 007, stands in quotes.
fn value_of(text: &str) -> String {
    let plain = text == "true" || text == "false" || {
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|it| it.is_ascii_digit());
        let (whole, rest) = text.split_once('.').unwrap_or((text, "0"));
        let short = whole == "0" || !whole.starts_with('0');
        digits(whole) && short && digits(rest) && text.len() < 16
    };
    match plain {
        true => text.to_owned(),
        false => toml::Value::from(text).to_string(),
    }
}

//! What a person does with a page: finds, presses, types, reads, and keeps what is downloaded.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::driver::Browser;

/// The key under which WebDriver names an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// Something on the page.
#[derive(Debug, Clone)]
pub(super) struct Element(Value);

impl Browser {
    /// The first element that a script gives and that can be seen and used.
    #[track_caller]
    fn usable(&self, what: &str, script: &str, argument: &str) -> Element {
        self.until(what, |browser| {
            let script = format!(
                "const found = (() => {{ {script} }})(); const usable = found && !found.disabled && \
                 found.getClientRects().length > 0; return usable ? found : null;"
            );
            // A page that is being left has no scripts for a moment.
            let body = json!({ "script": script, "args": [argument] });
            let found = browser.try_command("POST", "execute/sync", &body).ok()?;
            found.get(ELEMENT).is_some().then(|| Element(found))
        })
    }

    /// What this selector of CSS finds first.
    #[track_caller]
    pub(super) fn find(&self, selector: &str) -> Element {
        self.usable(selector, "return document.querySelector(arguments[0]);", selector)
    }

    /// The field that this label belongs to.
    #[track_caller]
    pub(super) fn field(&self, label: &str) -> Element {
        self.usable(&format!("the field {label}"), LABELLED, label)
    }

    /// Presses the button or follows the link that says this.
    #[track_caller]
    pub(super) fn press(&self, words: &str) {
        let button = self.usable(&format!("the button {words}"), NAMED, words);
        self.click(&button);
    }

    #[track_caller]
    pub(super) fn click(&self, element: &Element) {
        self.command("POST", &format!("element/{}/click", element.id()), &json!({}));
    }

    /// Types into what has the focus of the element; a file's path into a field of files.
    #[track_caller]
    pub(super) fn type_into(&self, element: &Element, text: &str) {
        let keys = json!({ "text": text });
        self.command("POST", &format!("element/{}/value", element.id()), &keys);
    }

    /// Presses keys one after the other, whatever has the focus; with `held` one that is held all the while.
    #[track_caller]
    pub(super) fn keys(&self, held: Option<char>, keys: &str) {
        let key = |kind: &str, key: char| json!({ "type": kind, "value": key });
        let down = held.iter().map(|held| key("keyDown", *held));
        let pressed = keys.chars().flat_map(|it| [key("keyDown", it), key("keyUp", it)]);
        let up = held.iter().map(|held| key("keyUp", *held));
        let actions: Vec<Value> = down.chain(pressed).chain(up).collect();
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": actions });
        self.command("POST", "actions", &json!({ "actions": [keyboard] }));
    }

    /// Composes letters with an input method, as they stand before a choice is made; nothing gives it up.
    #[track_caller]
    pub(super) fn compose(&self, letters: &str) {
        let end = letters.chars().count();
        let composed = json!({ "text": letters, "selectionStart": end, "selectionEnd": end });
        let what = json!({ "cmd": "Input.imeSetComposition", "params": composed });
        self.command("POST", "goog/cdp/execute", &what);
    }

    /// Puts this in place of what is composed.
    #[track_caller]
    pub(super) fn commit(&self, text: &str) {
        let what = json!({ "cmd": "Input.insertText", "params": { "text": text } });
        self.command("POST", "goog/cdp/execute", &what);
    }

    /// Puts this into the field of a label instead of what is there.
    #[track_caller]
    pub(super) fn fill(&self, label: &str, text: &str) {
        let field = self.field(label);
        self.command("POST", &format!("element/{}/clear", field.id()), &json!({}));
        self.type_into(&field, text);
    }

    /// Waits until the page says this.
    #[track_caller]
    pub(super) fn says(&self, words: &str) {
        let words: String = words.split_whitespace().collect();
        self.until(&format!("the words {words}"), |browser| {
            let seen: String = browser.words().split_whitespace().collect();
            seen.contains(&words).then_some(())
        });
    }

    /// The file that is downloaded, when it is whole, and its name.
    #[track_caller]
    pub(super) fn download(&self, ending: &str) -> (String, Vec<u8>) {
        let path: PathBuf = self.until(&format!("a download of {ending}"), |browser| {
            let kept = fs::read_dir(browser.downloads.path()).ok()?;
            let mut paths = kept.flatten().map(|entry| entry.path());
            paths.find(|path| path.extension().is_some_and(|it| it == ending))
        });
        let bytes = fs::read(&path).expect("readable");
        // The next download may have the same name.
        fs::remove_file(&path).expect("removed");
        (path.file_name().expect("a name").to_string_lossy().into_owned(), bytes)
    }
}

impl Element {
    fn id(&self) -> &str {
        self.0[ELEMENT].as_str().unwrap_or_default()
    }

    /// As an argument of a script.
    pub(super) fn argument(&self) -> Value {
        self.0.clone()
    }
}

/// The field of a label, by the words of the label.
const LABELLED: &str = "
    const plain = (text) => text.replace(/\\s+/g, '');
    const wanted = plain(arguments[0]);
    const labels = [...document.querySelectorAll('label')];
    const label = labels.find((it) => plain(it.textContent) === wanted)
        || labels.find((it) => plain(it.textContent).startsWith(wanted));
    return label ? label.control : null;";

/// A button or a link by what it says: in an open dialog before anything below it, what the page is about
/// before what every page has, a button before a link.
const NAMED: &str = "
    const plain = (text) => text.replace(/\\s+/g, '');
    const wanted = plain(arguments[0]);
    const place = document.querySelector('dialog[open]') || document;
    const found = ['main button, main summary, dialog button', 'main a', 'button, a, summary']
        .flatMap((kinds) => [...place.querySelectorAll(kinds)]);
    const seen = found.filter((it) => it.getClientRects().length > 0);
    return seen.find((it) => plain(it.textContent) === wanted) || null;";

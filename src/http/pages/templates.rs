//! The templates of the pages, and a page as text.

use minijinja::{Environment, UndefinedBehavior, Value};

use crate::fault::Fault;

/// The templates, by name; those of pages extend the first.
const TEMPLATES: &[(&str, &str)] = &[
    ("layout.html", include_str!("layout.html")),
    ("start.html", include_str!("start.html")),
    ("help.html", include_str!("help.html")),
    ("sign_in.html", include_str!("sign_in.html")),
    ("broken.html", include_str!("broken.html")),
    ("fields.html", include_str!("fill/fields.html")),
    ("fill.html", include_str!("fill/fill.html")),
    ("document.html", include_str!("fill/document.html")),
    ("packet.html", include_str!("fill/packet.html")),
    ("no_data.html", include_str!("no_data.html")),
    ("batches.html", include_str!("batches/list.html")),
    ("batch_new.html", include_str!("batches/new.html")),
    ("batch.html", include_str!("batches/one.html")),
    ("registry.html", include_str!("registry/search.html")),
    ("ranges.html", include_str!("registry/ranges.html")),
    ("certificate.html", include_str!("registry/one.html")),
];

/// A page as text.
pub(super) fn written(name: &str, seen: Value) -> Result<String, Fault> {
    let fault = |error: minijinja::Error| Fault::new(format!("网页 {name} 写不出来：{error:#}"));
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    for &(name, text) in TEMPLATES {
        environment.add_template(name, text).map_err(fault)?;
    }
    environment.get_template(name).and_then(|page| page.render(seen)).map_err(fault)
}

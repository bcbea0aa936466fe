//! Watches for panics of the program's own, also those that are caught on the way: a library that panics
//! on a damaged file is foreseen, our own code is not.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind, set_hook, take_hook};
use std::sync::{Mutex, Once, PoisonError};

/// What the last panic said, and the last one of our own.
static LAST: Mutex<(String, Option<String>)> = Mutex::new((String::new(), None));

/// Looks at one input.
pub(crate) fn held(run: fn(&[u8]), input: &[u8]) {
    static WATCHING: Once = Once::new();
    WATCHING.call_once(watch);
    let done = catch_unwind(AssertUnwindSafe(|| run(input)));
    let own = LAST.lock().unwrap_or_else(PoisonError::into_inner).1.take();
    match (done, own) {
        (Err(panic), _) => resume_unwind(panic),
        (Ok(()), Some(own)) => panic!("a panic of our own was caught on the way: {own}"),
        (Ok(()), None) => {}
    }
}

/// What a panic said, with its place.
pub(crate) fn told(panic: &(dyn Any + Send)) -> String {
    let last = LAST.lock().unwrap_or_else(PoisonError::into_inner).0.clone();
    let said = panic.downcast_ref::<String>().cloned();
    let said = said.or_else(|| panic.downcast_ref::<&str>().map(|said| (*said).to_owned()));
    format!("{} ({last})", said.unwrap_or_default())
}

fn watch() {
    let usual = take_hook();
    set_hook(Box::new(move |panic| {
        let file = panic.location().map_or("", |place| place.file());
        let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
        last.0 = panic.to_string();
        // Only files of this package are named from its root on.
        if file.starts_with("src/") {
            last.1 = Some(panic.to_string());
        }
        drop(last);
        // What libraries say of damaged files would fill the screen.
        if file.starts_with("src/") || file.starts_with("tests/") {
            usual(panic);
        }
    }));
}

//! The command line: thin, one file for each command.
//!
//! Exit codes: 0 done, 1 the user's input or usage has problems, 2 our fault.

mod arguments;
mod check;
mod demo;
mod fonts;
mod inspect;
mod list;
mod output;
mod render;
mod schema;
mod serve;
mod usage;

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::FromArgMatches;
use tracing::Level;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::app::{App, Refusal, Setup};
use crate::catalog::{Fonts, Home, Places};
use arguments::{Arguments, Verb};

/// Runs the program with the arguments of the process.
#[must_use]
pub fn run() -> ExitCode {
    let parsed = arguments::command()
        .try_get_matches()
        .and_then(|matches| Arguments::from_arg_matches(&matches));
    let arguments = match parsed {
        Ok(arguments) => arguments,
        Err(error) => return usage::tell(&error),
    };
    tell_on_standard_error(arguments.verbose, matches!(arguments.verb, Verb::Serve { .. }));
    let outcome = match arguments.verb {
        Verb::Completion { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut arguments::command(), "chengwen", &mut script);
            output::write(Path::new("-"), &script).map(|()| ExitCode::SUCCESS)
        }
        Verb::Inspect { file, against, json } => {
            inspect::run(&places(arguments.home), &file, against, json)
        }
        Verb::Serve { listen } => {
            open(arguments.home, arguments.fonts).and_then(|app| serve::run(app, listen))
        }
        verb => open(arguments.home, arguments.fonts).and_then(|app| act(&app, verb)),
    };
    outcome.unwrap_or_else(|refusal| output::refuse(&refusal))
}

fn act(app: &App, verb: Verb) -> Result<ExitCode, Refusal> {
    match verb {
        Verb::List { check, json } => list::run(app, check, json),
        Verb::Schema { document } => schema::run(app, &document),
        Verb::Check { document, input, json } => check::run(app, &document, &input, json),
        Verb::Render(render) => render::run(app, &render),
        Verb::RenderProcess { memory } => {
            app.work(memory).map(|()| ExitCode::SUCCESS).map_err(Refusal::from)
        }
        Verb::Fonts { check, json } => fonts::run(app, check.as_deref(), json),
        Verb::Demo { output, contact_sheet } => demo::run(app, &output, contact_sheet),
        // Answered before: some need no home, one keeps what is opened.
        Verb::Completion { .. } | Verb::Inspect { .. } | Verb::Serve { .. } => {
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn open(home: Option<PathBuf>, fonts: Option<PathBuf>) -> Result<App, Refusal> {
    // A folder that the user names and that will not do is the user's slip, not ours.
    let named = home.is_some() || fonts.is_some();
    let places = places(home);
    if named {
        let found = Home::find(&places).map_err(|fault| Refusal::Usage(fault.to_string()))?;
        if let Some(folder) = &fonts {
            Fonts::open(&found.fonts(), Some(folder))
                .map_err(|faults| Refusal::Usage(faults.to_string()))?;
        }
    }
    Ok(App::open(&Setup { places, fonts, processes: None })?)
}

fn places(home: Option<PathBuf>) -> Places {
    Places {
        flag: home,
        variable: std::env::var_os("CHENGWEN_HOME").map(PathBuf::from),
        current: std::env::current_dir().ok(),
        executable: std::env::current_exe().ok(),
    }
}

/// `-v` tells what is done and how long it takes; without it a command tells only warnings, and a
/// server also each answer, both with the time.
fn tell_on_standard_error(verbose: bool, serving: bool) {
    let level = match (verbose, serving) {
        (true, _) => Level::DEBUG,
        (false, true) => Level::INFO,
        (false, false) => Level::WARN,
    };
    let only = || Targets::new().with_target("chengwen", level);
    let told = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false);
    let registry = tracing_subscriber::registry();
    if serving {
        registry.with(told.with_filter(only())).init();
    } else {
        registry.with(told.without_time().with_filter(only())).init();
    }
}

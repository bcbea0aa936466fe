//! The command line: thin, one file for each command.
//!
//! Exit codes: 0 done, 1 the user's input or usage has problems, 2 our fault.

mod arguments;
mod backup;
mod batch;
mod check;
mod collect;
mod config;
mod data;
mod demo;
mod extract;
mod fonts;
mod inspect;
mod keys;
mod list;
mod output;
mod packet;
mod place;
mod preparers;
mod purge;
mod registry;
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

use crate::app::{App, Refusal, Setup, prepare_attachments};
use crate::catalog::{Fonts, Home, Places};
use crate::config::{Config, Log, Sources};
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
    let outcome = act_on(arguments);
    outcome.unwrap_or_else(|refusal| output::refuse(&refusal))
}

fn act_on(arguments: Arguments) -> Result<ExitCode, Refusal> {
    // Rows are checked with the registry beside, where there is one.
    let data = arguments.data.is_some() || std::env::var_os("CHENGWEN_DATA").is_some();
    if arguments.verb.is_configured() || (data && matches!(arguments.verb, Verb::Check { .. })) {
        return with_config(arguments);
    }
    tell_on_standard_error(arguments.verbose, None);
    match arguments.verb {
        Verb::Completion { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut arguments::command(), "chengwen", &mut script);
            output::write(Path::new("-"), &script).map(|()| ExitCode::SUCCESS)
        }
        Verb::AttachmentProcess { memory } => {
            prepare_attachments(memory).map(|()| ExitCode::SUCCESS).map_err(Refusal::from)
        }
        Verb::Inspect { file, against, json } => {
            inspect::run(&places(arguments.home), &file, against, json)
        }
        // What a file carries is told by the file alone.
        Verb::Extract { file, verify: false } => extract::run(None, &file),
        verb => act(&App::open(&setup(arguments.home, arguments.fonts)?)?, verb),
    }
}

/// Commands that the configuration is read for.
fn with_config(arguments: Arguments) -> Result<ExitCode, Refusal> {
    let config = read_config(&arguments)?;
    let serving = matches!(arguments.verb, Verb::Serve { .. });
    tell_on_standard_error(arguments.verbose, serving.then_some(config.server.log));
    match arguments.verb {
        Verb::Config { json, toml } => config::run(&config, json, toml),
        Verb::Keys { verb } => keys::run(&config, verb, &by(arguments.by)),
        Verb::Batch(batch) => {
            let by = by(arguments.by);
            batch::run(&config, setup(arguments.home, arguments.fonts)?, &batch, &by)
        }
        Verb::Registry { verb } => {
            let setup = || setup(arguments.home.clone(), arguments.fonts.clone());
            registry::run(&config, setup, verb, &by(arguments.by.clone()))
        }
        Verb::Check { document, input, json, marked } => {
            let setup = setup(arguments.home, arguments.fonts)?;
            check::run_beside(&config, &setup, &document, &input, json, marked.as_deref())
        }
        Verb::Purge => purge::run(&config),
        Verb::Backup { output } => backup::take(&config, &output),
        Verb::Restore { archive } => backup::restore(&config, &archive, &by(arguments.by)),
        Verb::Packet(pack) => packet::run(&config, setup(arguments.home, arguments.fonts)?, &pack),
        _ => serve::run(config, setup(arguments.home, arguments.fonts)?),
    }
}

/// Who works here, as the history tells it.
fn by(named: Option<String>) -> String {
    let by = named.or_else(|| std::env::var_os("CHENGWEN_BY")?.into_string().ok());
    by.unwrap_or_else(|| "命令行".to_owned())
}

/// A slip in the configuration is the operator's, who typed or wrote it.
fn read_config(arguments: &Arguments) -> Result<Config, Refusal> {
    let mut flags = arguments.set.clone();
    if let Verb::Serve { listen: Some(listen) } = &arguments.verb {
        flags.push(("server.listen".to_owned(), listen.clone()));
    }
    if let Some(data) = &arguments.data {
        let data = data.to_str().ok_or_else(|| {
            Refusal::Usage(format!("数据目录的名称不是 UTF-8 文字：{}", data.display()))
        })?;
        flags.push(("server.data".to_owned(), data.to_owned()));
    }
    let data =
        arguments.data.clone().or_else(|| std::env::var_os("CHENGWEN_DATA").map(PathBuf::from));
    let home = Home::find(&places(arguments.home.clone())).ok();
    let folders = data.into_iter().chain(home.map(|home| home.root().to_owned())).collect();
    let mut environment = Vec::new();
    for (name, value) in std::env::vars_os() {
        let Ok(name) = name.into_string() else { continue };
        match value.into_string() {
            Ok(value) => environment.push((name, value)),
            // A setting that is passed over in silence might have been the one that guards.
            Err(_) if name.starts_with("CHENGWEN_") => {
                return Err(Refusal::Usage(format!("环境变量 {name} 不是 UTF-8 文字")));
            }
            Err(_) => {}
        }
    }
    let file = arguments.config.clone();
    let file = file.or_else(|| std::env::var_os("CHENGWEN_CONFIG").map(PathBuf::from));
    let sources = Sources { file, folders, flags, environment };
    Config::read(&sources).map_err(|faults| Refusal::Usage(faults.to_string()))
}

fn act(app: &App, verb: Verb) -> Result<ExitCode, Refusal> {
    match verb {
        Verb::List { check, json } => list::run(app, check, json),
        Verb::Schema { document, xlsx } => schema::run(app, &document, xlsx.as_deref()),
        Verb::Check { document, input, json, marked } => {
            check::run(app, &document, &input, json, marked.as_deref(), None)
        }
        Verb::Render(render) => render::run(app, &render),
        Verb::RenderProcess { memory } => {
            app.work(memory).map(|()| ExitCode::SUCCESS).map_err(Refusal::from)
        }
        Verb::Fonts { check, json } => fonts::run(app, check.as_deref(), json),
        Verb::Extract { file, .. } => extract::run(Some(app), &file),
        Verb::Collect(collect) => collect::run(app, &collect),
        Verb::Demo { output, contact_sheet } => demo::run(app, &output, contact_sheet),
        // Answered before: some need no home, one keeps what is opened.
        Verb::Completion { .. }
        | Verb::Inspect { .. }
        | Verb::Serve { .. }
        | Verb::Config { .. }
        | Verb::Keys { .. }
        | Verb::Packet(_)
        | Verb::Batch(_)
        | Verb::Registry { .. }
        | Verb::AttachmentProcess { .. }
        | Verb::Backup { .. }
        | Verb::Restore { .. }
        | Verb::Purge => Ok(ExitCode::SUCCESS),
    }
}

fn setup(home: Option<PathBuf>, fonts: Option<PathBuf>) -> Result<Setup, Refusal> {
    // A folder that is not there, or will not do, is the user's slip: it was named, or the command was
    // given in another place.
    let places = places(home);
    let found = Home::find(&places).map_err(|fault| Refusal::Usage(fault.to_string()))?;
    if let Some(folder) = &fonts {
        Fonts::open(&found.fonts(), Some(folder))
            .map_err(|faults| Refusal::Usage(faults.to_string()))?;
    }
    // Nothing is started before a stranger's file comes.
    let preparers = Some(preparers::processes(&Config::default())?);
    Ok(Setup { places, fonts, preparers, ..Setup::default() })
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
fn tell_on_standard_error(verbose: bool, serving: Option<Log>) {
    let level = match (verbose, serving.is_some()) {
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
    match serving {
        Some(Log::Json) => {
            registry.with(told.json().flatten_event(true).with_filter(only())).init()
        }
        Some(Log::Text) => registry.with(told.with_filter(only())).init(),
        None => registry.with(told.without_time().with_filter(only())).init(),
    }
}

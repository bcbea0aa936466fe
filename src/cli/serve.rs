//! `chengwen serve`: the HTTP face.

use std::process::ExitCode;
use std::sync::Arc;

use tokio::runtime::Runtime;

use super::data::{self, Folder};
use super::{output, preparers};
use crate::access::Access;
use crate::app::{App, Most, Processes, Refusal, Setup};
use crate::config::Config;
use crate::crew::Bounds;
use crate::fault::{Fault, io_reason};
use crate::http::{Mode, Office, PACKETS_AT_ONCE, may_listen, serve};
use crate::store::Store;

pub(super) fn run(config: Config, setup: Setup) -> Result<ExitCode, Refusal> {
    // The message of a panic may hold what a user wrote; its place does not.
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!("程序出错：{place}");
    }));
    let runtime = data::runtime()?;
    let store = match &config.server.data {
        Some(folder) => Some(data::store(&runtime, folder, Folder::MustExist)?),
        None => None,
    };
    let mode = mode(&runtime, &config, store.as_ref())?;
    // Told before anything is started.
    may_listen(&mode, config.server.listen)?;
    let guarded = matches!(mode, Mode::Guarded(_));
    let app = App::open(&Setup {
        processes: Some(processes(&config)?),
        preparers: Some(preparers::processes(&config)?),
        most: most(&config),
        ..setup
    })?;
    let listen = config.server.listen;
    let app = Arc::new(app);
    let batches = store.map(|store| data::batches(Arc::clone(&app), &config, store));
    let office = Office::open(app, config, mode, batches)?;
    let checked = Arc::clone(&office);
    let check = move || match checked.make_ready() {
        Ok(()) => tracing::info!("字体和全部样例核对完毕，服务就绪"),
        Err(faults) => {
            for fault in faults.all() {
                tracing::error!("程序故障：{fault}");
            }
            tracing::error!("服务没有就绪：/readyz 一直答复 503，请改正后重新启动");
        }
    };
    serve(runtime, &office, listen, |address| {
        let mode =
            if guarded { "凭密钥使用" } else { "仅本机；未设密钥，开放模式" };
        output::remark(format_args!(
            "正在监听 http://{address}/（{mode}），接口说明 http://{address}/docs"
        ));
        // The thread is not waited for: when the server ends, so does what it checks.
        match std::thread::Builder::new().name("check".to_owned()).spawn(check) {
            Ok(_) => Ok(()),
            Err(error) => {
                Err(Fault::new(format!("核对线程无法启动：{}", io_reason(&error))).into())
            }
        }
    })?;
    output::remark("服务已停止。");
    Ok(ExitCode::SUCCESS)
}

/// Once there was a key in the data directory, only whoever shows one is answered. What is meant for
/// others than this machine never opens without.
fn mode(runtime: &Runtime, config: &Config, store: Option<&Store>) -> Result<Mode, Refusal> {
    if let Some(access) = store.cloned().map(Access::of)
        && runtime.block_on(access.had_keys())?
    {
        return Ok(Mode::Guarded(access));
    }
    if config.server.public_url.is_some() || !config.server.trusted_proxies.is_empty() {
        let sentence = "设了 server.public_url 或 server.trusted_proxies，却还没有密钥；\
                        先用 chengwen keys create 建立密钥（--data 指明同一个数据目录）";
        return Err(Refusal::Usage(sentence.to_owned()));
    }
    Ok(Mode::Open)
}

fn most(config: &Config) -> Most {
    let limits = &config.limits;
    let attachments = preparers::most(config, (limits.render_processes / PACKETS_AT_ONCE).max(1));
    Most { rows: limits.rows, pages: limits.pages, pixels: limits.pixels, attachments }
}

fn processes(config: &Config) -> Result<Processes, Fault> {
    let limits = &config.limits;
    let bounds =
        Bounds { time: limits.render_time, memory: limits.render_memory, jobs: limits.render_jobs };
    Ok(Processes { program: preparers::program()?, count: limits.render_processes, bounds })
}

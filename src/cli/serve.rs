//! `chengwen serve`: the HTTP face.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use super::output;
use crate::app::{App, Refusal};
use crate::fault::{Fault, io_reason};
use crate::http::{Office, Settings, serve};

pub(super) fn run(app: App, listen: SocketAddr) -> Result<ExitCode, Refusal> {
    let office = Office::open(Arc::new(app), Settings::default())?;
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
    serve(&office, listen, |address| {
        output::remark(format_args!(
            "正在监听 http://{address}/（仅本机；未设密钥，开放模式），接口说明 http://{address}/docs"
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

//! The server: connections accepted, served, and let go in good order.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Semaphore;

use super::office::{Mode, Office};
use super::peer::Peer;
use super::router;
use crate::app::Refusal;
use crate::config::Limits;
use crate::fault::{Fault, io_reason};

/// The time that accepted requests are given when the server is told to stop.
const LAST_TIME: Duration = Duration::from_secs(30);

/// Serves until SIGTERM or SIGINT; `listening` is told the address once it can be called.
/// What it cannot do ends the server.
///
/// # Errors
/// An address that is not this machine's or is taken is the caller's slip; all else is a fault.
pub fn serve(
    runtime: Runtime,
    office: &Arc<Office>,
    address: SocketAddr,
    listening: impl FnOnce(SocketAddr) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    if !address.ip().is_loopback() && matches!(office.mode, Mode::Open) {
        let sentence = "还没有密钥，只能监听本机地址（127.0.0.1 或 [::1]）；\
                        用 chengwen keys create 建立密钥后再监听其他地址";
        return Err(Refusal::Usage(format!("不能监听 {address}：{sentence}")));
    }
    let served = runtime.block_on(async {
        let listener = TcpListener::bind(address).await.map_err(|error| cannot(address, &error))?;
        let own = listener.local_addr().map_err(|error| cannot(address, &error))?;
        // Whoever is told the address may send a signal at once.
        let signals = [SignalKind::terminate(), SignalKind::interrupt()].map(signal);
        let [Ok(mut terminate), Ok(mut interrupt)] = signals else {
            return Err(Fault::new("系统不让接收停止信号").into());
        };
        listening(own)?;
        let routes = router(Arc::clone(office));
        let connections = GracefulShutdown::new();
        tokio::select! {
            () = accept(&listener, &routes, &connections, &office.config.limits) => {}
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        drop(listener);
        office.stop();
        if tokio::time::timeout(LAST_TIME, connections.shutdown()).await.is_err() {
            tracing::warn!("{} 秒后仍有请求没有答完，不再等候", LAST_TIME.as_secs());
        }
        Ok(())
    });
    // A render that nobody waits for any more must not keep the process.
    runtime.shutdown_background();
    served
}

/// One connection more than may be waits unaccepted in the system's queue. Idle connections end when a
/// header should have come.
async fn accept(
    listener: &TcpListener,
    routes: &Router,
    connections: &GracefulShutdown,
    limits: &Limits,
) {
    let places = Arc::new(Semaphore::new(limits.connections));
    // The semaphore is never closed.
    while let Ok(place) = Arc::clone(&places).acquire_owned().await {
        match listener.accept().await {
            Ok((stream, peer)) => {
                let routes = routes.clone().layer(Extension(Peer(peer.ip())));
                let conversation = converse(stream, routes, connections, limits.header_time);
                tokio::spawn(async move {
                    conversation.await;
                    drop(place);
                });
            }
            Err(error) => {
                // Out of files, say: the next moment may be better.
                tracing::warn!("接不了连接：{}", io_reason(&error));
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

fn converse(
    stream: TcpStream,
    routes: Router,
    connections: &GracefulShutdown,
    header_time: Duration,
) -> impl Future<Output = ()> + Send + use<> {
    // Small answers go out at once.
    let _ = stream.set_nodelay(true);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(header_time)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(routes));
    let watched = connections.watch(connection);
    async move {
        // A client that hangs up or is too slow has ended its own conversation.
        if let Err(error) = watched.await {
            tracing::debug!("connection ended: {error}");
        }
    }
}

fn cannot(address: SocketAddr, error: &std::io::Error) -> Refusal {
    let reason = match error.kind() {
        std::io::ErrorKind::AddrInUse => "端口已被占用，请用 --listen 换一个".to_owned(),
        std::io::ErrorKind::AddrNotAvailable => "本机没有这个地址".to_owned(),
        _ => io_reason(error),
    };
    Refusal::Usage(format!("不能监听 {address}：{reason}"))
}

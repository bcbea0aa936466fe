//! The server: connections accepted, served, and let go in good order.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
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
use tokio_io_timeout::TimeoutStream;

use super::office::{Mode, Office};
use super::peer::Peer;
use super::router;
use crate::app::Refusal;
use crate::config::{Config, Limits};
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
    may_listen(&office.mode, address)?;
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
        let working = Arc::clone(office);
        let work = tokio::spawn(async move { working.work().await });
        let connections = GracefulShutdown::new();
        tokio::select! {
            () = accept(&listener, &routes, &connections, &office.config) => {}
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        drop(listener);
        office.stop();
        // Chunks of batches are short; what is cut off all the same is done again by whoever comes next.
        let ended = async { tokio::join!(connections.shutdown(), work) };
        if tokio::time::timeout(LAST_TIME, ended).await.is_err() {
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
    config: &Config,
) {
    let (limits, trusted) = (&config.limits, &config.server.trusted_proxies);
    let places = Arc::new(Semaphore::new(limits.connections));
    let callers = Arc::new(Callers::default());
    // The semaphore is never closed.
    while let Ok(place) = Arc::clone(&places).acquire_owned().await {
        match listener.accept().await {
            Ok((stream, peer)) => {
                let address = peer.ip().to_canonical();
                let is_proxy = trusted.iter().any(|net| net.contains(&address));
                let most = if is_proxy { usize::MAX } else { limits.connections_per_address };
                // One connection too many of an address is closed without a word.
                let Some(caller) = Callers::enter(&callers, address, most) else { continue };
                let routes = routes.clone().layer(Extension(Peer(peer.ip())));
                let conversation = converse(stream, routes, connections, limits);
                tokio::spawn(async move {
                    conversation.await;
                    drop((place, caller));
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

/// Whether the server may be reached under this address.
///
/// # Errors
/// Without keys, only this machine's own addresses will do.
pub fn may_listen(mode: &Mode, address: SocketAddr) -> Result<(), Refusal> {
    if address.ip().is_loopback() || matches!(mode, Mode::Guarded(_)) {
        return Ok(());
    }
    let sentence = "还没有密钥，只能监听本机地址（127.0.0.1 或 [::1]）；\
                    用 chengwen keys create 建立密钥后再监听其他地址";
    Err(Refusal::Usage(format!("不能监听 {address}：{sentence}")))
}

/// How many connections each address has.
#[derive(Default)]
struct Callers(Mutex<HashMap<IpAddr, usize>>);

/// One connection of an address, counted until it is dropped.
struct One {
    callers: Arc<Callers>,
    address: IpAddr,
}

impl Callers {
    fn enter(callers: &Arc<Self>, address: IpAddr, most: usize) -> Option<One> {
        let mut counts = callers.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(address).or_insert(0);
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(One { callers: Arc::clone(callers), address })
    }
}

impl Drop for One {
    fn drop(&mut self) {
        let mut counts = self.callers.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.address);
            }
        }
    }
}

fn converse(
    stream: TcpStream,
    routes: Router,
    connections: &GracefulShutdown,
    limits: &Limits,
) -> impl Future<Output = ()> + Send + use<> {
    // Small answers go out at once.
    let _ = stream.set_nodelay(true);
    // Who takes nothing of an answer for so long has gone, or means harm.
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(limits.write_time));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_time)
        .serve_connection(TokioIo::new(Box::pin(stream)), TowerToHyperService::new(routes));
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

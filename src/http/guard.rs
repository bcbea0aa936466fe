//! The guard of the open mode: without keys, only this machine is answered. With keys it lets all pass.
//!
//! Listening on loopback is not enough. A web page anywhere can make a visitor's browser call
//! `127.0.0.1` under a name of its own (DNS rebinding), so the names in `Host` and `Origin` must be
//! those of this machine; and a proxy would bring the world in, so forwarded requests are refused.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::office::{Mode, Office};
use super::peer::is_of_proxies;
use super::problem::{FOREIGN_HOST, FOREIGN_ORIGIN, FORWARDED, Problem};

/// The names of this machine.
const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// Lets requests of this machine pass.
pub(super) async fn local_only(
    State(office): State<Arc<Office>>,
    request: Request,
    next: Next,
) -> Response {
    if matches!(office.mode, Mode::Guarded(_)) {
        return next.run(request).await;
    }
    let target = request.uri().authority().map(|authority| authority.as_str());
    match judge(request.headers(), target).and_then(|()| of_a_page(&request)) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

/// A page of another site may lead here, but not have anything made: browsers say so with every request
/// of a page, also where they name no origin, as for a picture.
fn of_a_page(request: &Request) -> Result<(), Problem> {
    let text = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let foreign = matches!(text("sec-fetch-site"), Some("cross-site" | "same-site"));
    let led = request.method() == Method::GET && text("sec-fetch-mode") == Some("navigate");
    if foreign && !led {
        return Err(Problem::new(
            FOREIGN_ORIGIN,
            "只有本机的网页可以调用（请求来自其他网站的网页）",
        ));
    }
    Ok(())
}

fn judge(headers: &HeaderMap, target: Option<&str>) -> Result<(), Problem> {
    for name in headers.keys().map(|name| name.as_str()) {
        if is_of_proxies(name) {
            return Err(Problem::new(
                FORWARDED,
                format!("未设密钥的服务只答复本机，不能放在代理后面（请求带有 {name}）"),
            ));
        }
    }
    let hosts: Vec<&str> =
        headers.get_all(header::HOST).iter().filter_map(|host| host.to_str().ok()).collect();
    let one_host = match hosts.as_slice() {
        [host] if headers.get_all(header::HOST).iter().count() == 1 => is_ours(host),
        _ => false,
    };
    if !one_host || target.is_some_and(|authority| !is_ours(authority)) {
        let detail = format!("Host 应为 {} 之一，端口不限", NAMES.join("、"));
        return Err(Problem::new(FOREIGN_HOST, detail));
    }
    for origin in headers.get_all(header::ORIGIN) {
        let ours = origin.to_str().ok().and_then(|origin| origin.split_once("://"));
        if !ours.is_some_and(|(scheme, host)| matches!(scheme, "http" | "https") && is_ours(host)) {
            return Err(Problem::new(FOREIGN_ORIGIN, "只有本机的网页可以调用（Origin 不是本机）"));
        }
    }
    Ok(())
}

/// Whether an authority is a name of this machine, with any port or none.
fn is_ours(authority: &str) -> bool {
    NAMES.iter().any(|name| {
        let start = authority.get(..name.len());
        let rest = authority.get(name.len()..).unwrap_or_default();
        let port = rest.is_empty()
            || rest.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok());
        start.is_some_and(|start| start.eq_ignore_ascii_case(name)) && port
    })
}

#[cfg(test)]
mod tests {
    use super::is_ours;

    #[test]
    fn names_of_this_machine() {
        for name in ["localhost", "LOCALHOST:80", "127.0.0.1:8080", "[::1]", "[::1]:9"] {
            assert!(is_ours(name), "{name}");
        }
        for name in [
            "",
            "evil.example",
            "localhost.evil.example",
            "localhost:",
            "127.0.0.1:80:80",
            "127.0.0.1@evil.example",
            "127.0.0.12",
            "[::1]x",
            "::1",
            "localhost:99999",
            "0.0.0.0",
        ] {
            assert!(!is_ours(name), "{name}");
        }
    }
}

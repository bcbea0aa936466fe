//! The cookie of a browser's session: its name, how it is read, how it is written.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::config::Server;

/// The cookie of a session.
pub(super) struct Cookie {
    name: &'static str,
    secure: bool,
}

impl Cookie {
    /// With https, a cookie that browsers bind to this very host and never send in the clear.
    pub(super) fn of(server: &Server) -> Self {
        let secure = server.public_url.as_deref().is_some_and(|url| url.starts_with("https://"));
        Self { name: if secure { "__Host-chengwen" } else { "chengwen" }, secure }
    }

    /// The session's secret in the request.
    pub(super) fn read(&self, headers: &HeaderMap) -> Option<String> {
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(name, _)| *name == self.name)
            .map(|(_, value)| value.to_owned())
    }

    /// The cookie with a secret that lasts so many seconds.
    pub(super) fn written(&self, secret: &str, seconds: u64) -> Option<HeaderValue> {
        let secure = if self.secure { "; Secure" } else { "" };
        let name = self.name;
        let text =
            format!("{name}={secret}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
        HeaderValue::from_str(&text).ok()
    }
}

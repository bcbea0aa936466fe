//! Where a request comes from.

use std::net::{IpAddr, SocketAddr};

use axum::http::HeaderMap;
use ipnet::IpNet;

/// The other end of the connection: a client, or a proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub IpAddr);

impl Peer {
    /// The client's address: the peer's, unless that is a proxy whose word is taken. Then it is the last
    /// address in `X-Forwarded-For` that is none of these proxies.
    pub(super) fn client(self, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
        let is_trusted = |address: &IpAddr| trusted.iter().any(|net| net.contains(address));
        let mut client = self.0.to_canonical();
        let lines: Vec<&str> = headers
            .get_all("x-forwarded-for")
            .iter()
            .filter_map(|line| line.to_str().ok())
            .collect();
        for told in lines.join(",").rsplit(',') {
            let told = told.trim();
            // Some proxies add the port.
            let plain = told.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
            match plain.or_else(|_| told.parse::<SocketAddr>().map(|told| told.ip())) {
                Ok(told) if is_trusted(&client) => client = told.to_canonical(),
                // Nobody may be believed from here on.
                _ => break,
            }
        }
        client
    }

    /// Whether this machine itself asks, with nobody in between that is known or says so.
    pub(super) fn is_local(self, headers: &HeaderMap, trusted: &[IpNet]) -> bool {
        let own = self.0.to_canonical();
        own.is_loopback() && !is_forwarded(headers) && !trusted.iter().any(|net| net.contains(&own))
    }
}

/// Whether a proxy says that it passes the request on.
pub(super) fn is_forwarded(headers: &HeaderMap) -> bool {
    headers.keys().any(|name| is_of_proxies(name.as_str()))
}

/// Whether a header is one that proxies add.
pub(super) fn is_of_proxies(name: &str) -> bool {
    matches!(name, "forwarded" | "via" | "x-real-ip") || name.starts_with("x-forwarded-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append("x-forwarded-for", line.parse().expect("a header"));
        }
        let trusted: Vec<IpNet> = trusted.iter().map(|net| net.parse().expect("a net")).collect();
        Peer(peer.parse().expect("an address")).client(&headers, &trusted).to_string()
    }

    #[test]
    fn only_proxies_that_are_known_are_believed() {
        let proxies = ["10.0.0.0/8", "::1/128"];
        assert_eq!(client("192.0.2.1", &["203.0.113.9"], &proxies), "192.0.2.1");
        assert_eq!(client("10.0.0.1", &["203.0.113.9"], &proxies), "203.0.113.9");
        assert_eq!(client("10.0.0.1", &["203.0.113.9"], &[]), "10.0.0.1");
        // A client may write what it likes before the proxy adds to it.
        assert_eq!(client("10.0.0.1", &["1.2.3.4, 203.0.113.9"], &proxies), "203.0.113.9");
        assert_eq!(
            client("10.0.0.1", &["1.2.3.4", "203.0.113.9, 10.9.9.9"], &proxies),
            "203.0.113.9"
        );
        assert_eq!(client("10.0.0.1", &["1.2.3.4, nonsense"], &proxies), "10.0.0.1");
        assert_eq!(client("::ffff:10.0.0.1", &["2001:db8::7"], &proxies), "2001:db8::7");
        assert_eq!(client("::1", &[], &proxies), "::1");
        assert_eq!(client("::1", &["203.0.113.9:4711"], &proxies), "203.0.113.9");
        assert_eq!(client("::1", &["[2001:db8::7]:4711"], &proxies), "2001:db8::7");
    }
}

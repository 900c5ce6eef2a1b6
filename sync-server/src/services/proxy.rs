//! Whom a proxy speaks for. Its word counts only where the operator says so, and only while it always says it: a proxy
//! that merely passes a header on lets whoever calls name any address.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use axum::http::HeaderMap;

/// A call without the header shows that a proxy does not set it; for so long its header is not believed. No pairing
/// code lives longer, and the tablet that asked for one came the same way.
const DOUBTED_MS: i64 = 10 * 60_000;

/// What is known of the proxies in front.
#[derive(Debug, Default)]
pub struct Proxies {
    trusted: bool,
    /// When a call without the header came from them last.
    silent: Mutex<HashMap<IpAddr, i64>>,
    warned: AtomicBool,
}

impl Proxies {
    /// Whether their word counts.
    pub fn new(trusted: bool) -> Self {
        Self { trusted, ..Self::default() }
    }

    /// The address of the client of a call that came from `peer`.
    pub fn client(&self, headers: &HeaderMap, peer: IpAddr, now: i64) -> IpAddr {
        let said = headers.get_all("x-forwarded-for").iter().next_back();
        match (self.trusted, said) {
            (false, None) => peer,
            (false, Some(_)) => {
                self.warn(
                    "X-Forwarded-For arrives and is not looked at: behind a proxy that sets it, say --trust-proxy, or \
                     all clients count as one",
                );
                peer
            }
            (true, None) => {
                let mut silent = self.silent.lock().unwrap_or_else(PoisonError::into_inner);
                silent.retain(|_, at| (now - *at).abs() < DOUBTED_MS);
                silent.insert(peer, now);
                self.warn(
                    "a call came without X-Forwarded-For: past the proxy, or through one that only passes on what clients \
                     write. Its header is not believed for ten minutes, and all clients count as one. See \
                     docs/operating.md",
                );
                peer
            }
            (true, Some(said)) => {
                let silent = self.silent.lock().unwrap_or_else(PoisonError::into_inner);
                let doubted = silent.get(&peer).is_some_and(|at| (now - *at).abs() < DOUBTED_MS);
                let last = said.to_str().ok().and_then(|said| address(said.rsplit(',').next()?));
                last.filter(|_| !doubted).unwrap_or(peer)
            }
        }
    }

    /// Once: each call would say it.
    fn warn(&self, words: &'static str) {
        if !self.warned.swap(true, Ordering::Relaxed) {
            tracing::warn!("{words}");
        }
    }
}

/// An address as proxies write it: with or without a port, with or without brackets.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim().trim_matches('"');
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok().or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    fn said(lines: &[&str]) -> HeaderMap {
        lines.iter().map(|line| ("x-forwarded-for".parse().unwrap(), line.parse().unwrap())).collect()
    }

    #[test]
    fn the_last_address_counts_however_it_is_written() {
        let proxies = Proxies::new(true);
        let forms = [
            ("1.2.3.4", "1.2.3.4"),
            ("1.2.3.4:5555", "1.2.3.4"),
            ("9.9.9.9, 1.2.3.4:80 ", "1.2.3.4"),
            ("2001:db8::1", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("9.9.9.9,[2001:db8::1]:443", "2001:db8::1"),
            ("\"[2001:db8::1]:443\"", "2001:db8::1"),
            ("unknown", "127.0.0.1"),
            ("1.2.3.4, ", "127.0.0.1"),
        ];
        for (text, meant) in forms {
            assert_eq!(proxies.client(&said(&[text]), PEER, 0), meant.parse::<IpAddr>().unwrap(), "{text}");
        }
        assert_eq!(proxies.client(&said(&["9.9.9.9", "1.2.3.4"]), PEER, 0).to_string(), "1.2.3.4", "two lines");
        assert_eq!(Proxies::new(false).client(&said(&["1.2.3.4"]), PEER, 0), PEER);
    }

    #[test]
    fn a_proxy_that_does_not_always_say_whom_it_speaks_for_is_not_believed() {
        let proxies = Proxies::new(true);
        let other = IpAddr::from([10, 0, 0, 9]);
        let claimed = said(&["1.2.3.4"]);
        proxies.client(&HeaderMap::new(), PEER, 1_000);
        assert_eq!(proxies.client(&claimed, PEER, 1_000), PEER);
        assert_eq!(proxies.client(&claimed, other, 1_000).to_string(), "1.2.3.4", "another proxy");
        assert_eq!(proxies.client(&claimed, PEER, DOUBTED_MS + 999), PEER);
        assert_eq!(proxies.client(&claimed, PEER, DOUBTED_MS + 1_000).to_string(), "1.2.3.4", "it has been mended");
    }
}

//! Whether a page that opens a socket is one of this server's. A wrong `Origin` is refused; a missing one is not a
//! browser's, and the credential decides.

use axum::http::uri::Authority;
use axum::http::{HeaderMap, Uri, header};

/// Whether the request's `Origin`, where it has one, is where it was sent to: its `Host`, or what a proxy that writes
/// that again says it was. Such proxies may leave the port out; a page can set neither.
pub fn is_own(headers: &HeaderMap) -> bool {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    let Some(origin) = origins.next() else { return true };
    let Some(origin) = origin.to_str().ok().and_then(|text| text.parse::<Uri>().ok()) else { return false };
    let (Some(scheme), Some(page), None) = (origin.scheme_str(), origin.authority(), origins.next()) else {
        return false;
    };
    let usual = match scheme {
        "http" => 80,
        "https" => 443,
        _ => return false,
    };
    let port = page.port_u16().unwrap_or(usual);
    let hosts = ["x-forwarded-host", "host"].into_iter().flat_map(|name| headers.get_all(name));
    hosts
        .filter_map(|host| host.to_str().ok()?.rsplit(',').next()?.trim().parse::<Authority>().ok())
        .any(|host| host.host().eq_ignore_ascii_case(page.host()) && host.port_u16().is_none_or(|asked| asked == port))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_own_with(headers: &[(&'static str, &'static str)]) -> bool {
        is_own(&headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect())
    }

    #[test]
    fn own_pages_are_told_from_others() {
        for own in [
            &[("host", "127.0.0.1:8080")][..],
            &[("host", "127.0.0.1:8080"), ("origin", "http://127.0.0.1:8080")],
            &[("host", "Stall.example"), ("origin", "https://stall.example")],
            &[("host", "stall.example:443"), ("origin", "https://stall.example")],
            &[("host", "stall.example"), ("origin", "https://stall.example:8443")],
            &[("host", "[::1]:8080"), ("origin", "http://[::1]:8080")],
            &[("host", "127.0.0.1:8080"), ("x-forwarded-host", "stall.example"), ("origin", "https://stall.example")],
        ] {
            assert!(is_own_with(own), "{own:?}");
        }
        for other in [
            "https://evil.example",
            "https://stall.example.evil.example",
            "https://stall.example:1",
            "http://stall.example:80",
            "null",
            "",
            "stall.example",
            "file://",
            "ws://stall.example:443",
        ] {
            assert!(!is_own_with(&[("host", "stall.example:443"), ("origin", other)]), "{other}");
        }
        assert!(!is_own_with(&[("origin", "https://stall.example")]));
    }
}

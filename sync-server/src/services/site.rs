//! The built app's files: byte for byte, in the encoding that was made when it was built, with the cache and security
//! headers that each deserves. Read from the folder each time, so that a new build is served without a restart.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use protocol::ProblemType;
use sha2::{Digest, Sha256};
use tokio::sync::Mutex;

use crate::fault::Fault;

const PAGE: &str = "index.html";

/// Files by where they lie, as they were at a time.
type Shared = HashMap<PathBuf, (SystemTime, Weak<[u8]>)>;

/// A folder of files to serve.
#[derive(Clone, Debug)]
pub struct Site {
    root: PathBuf,
    /// What is on its way to someone: a crowd that does not read shares one copy of each file.
    shared: Arc<Mutex<Shared>>,
}

/// A file in the encoding that was chosen for a client.
struct Chosen {
    path: PathBuf,
    encoding: Option<&'static str>,
    modified: SystemTime,
    bytes: u64,
}

impl Site {
    /// Serves `root`.
    pub fn new(root: PathBuf) -> Self {
        Self { root, shared: Arc::default() }
    }

    /// Answers a request for a file, or for a page of the app that has no file.
    pub async fn answer(&self, method: &Method, path: &str, headers: &HeaderMap) -> Response {
        if method != Method::GET && method != Method::HEAD {
            return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET, HEAD")]).into_response();
        }
        let Some(wanted) = relative(path) else {
            return Fault::from(ProblemType::NotFound).into_response();
        };
        let is_page = wanted.as_os_str().is_empty();
        if !is_page && let Some(chosen) = self.choose(&wanted, headers).await {
            return self.send(method, &wanted, chosen, headers).await;
        }
        // A name with an extension is a file that is missing; anything else is a page, which the app knows.
        if !is_page && wanted.extension().is_some() {
            return Fault::from(ProblemType::NotFound).into_response();
        }
        match self.choose(Path::new(PAGE), headers).await {
            Some(chosen) => self.send(method, Path::new(PAGE), chosen, headers).await,
            None => Fault::from(ProblemType::NotFound).into_response(),
        }
    }

    async fn choose(&self, wanted: &Path, headers: &HeaderMap) -> Option<Chosen> {
        let plain = self.root.join(wanted);
        let look = |path: PathBuf, encoding| async move {
            let metadata = tokio::fs::metadata(&path).await.ok().filter(std::fs::Metadata::is_file)?;
            let modified = metadata.modified().unwrap_or(UNIX_EPOCH);
            Some(Chosen { path, encoding, modified, bytes: metadata.len() })
        };
        let whole = look(plain.clone(), None).await?;
        for (suffix, encoding) in [("br", "br"), ("gz", "gzip")] {
            if accepts(headers, encoding)
                && let Some(packed) = look(plain.with_added_extension(suffix), Some(encoding)).await
            {
                return Some(packed);
            }
        }
        Some(whole)
    }

    async fn send(&self, method: &Method, wanted: &Path, chosen: Chosen, asked: &HeaderMap) -> Response {
        let since = chosen.modified.duration_since(UNIX_EPOCH).unwrap_or_default();
        let tag = format!("W/\"{:x}-{:x}\"", since.as_nanos(), chosen.bytes);
        let cache = if is_immutable(wanted) { "public, max-age=31536000, immutable" } else { "no-cache" };
        let mut headers = HeaderMap::new();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        put(&mut headers, header::ETAG, &tag);
        put(&mut headers, header::LAST_MODIFIED, &httpdate::fmt_http_date(chosen.modified));
        // Also of an answer that it is known already: what that says replaces what the browser kept.
        if wanted.extension().is_some_and(|extension| extension == "html") {
            let page = tokio::fs::read_to_string(self.root.join(wanted)).await.unwrap_or_default();
            put(&mut headers, header::CONTENT_SECURITY_POLICY, &policy(&page));
        } else if wanted.extension().is_some_and(|extension| extension == "js" || extension == "mjs") {
            // Of a worker: it is bound by what its own file says.
            put(&mut headers, header::CONTENT_SECURITY_POLICY, &policy(""));
        }
        if is_known(asked, &tag, chosen.modified) {
            return (StatusCode::NOT_MODIFIED, headers).into_response();
        }
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type(wanted)));
        if let Some(encoding) = chosen.encoding {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        if method == Method::HEAD {
            headers.insert(header::CONTENT_LENGTH, chosen.bytes.into());
            return (headers, Body::empty()).into_response();
        }
        match self.bytes(&chosen).await {
            Ok(bytes) => (headers, bytes).into_response(),
            // It was there a moment ago: a new build is being put in place.
            Err(_) => Fault::from(ProblemType::Unavailable).into_response(),
        }
    }

    async fn bytes(&self, chosen: &Chosen) -> io::Result<Bytes> {
        let mut shared = self.shared.lock().await;
        let held = shared.get(&chosen.path).filter(|(modified, _)| *modified == chosen.modified);
        if let Some(bytes) = held.and_then(|(_, bytes)| bytes.upgrade()) {
            return Ok(Bytes::from_owner(bytes));
        }
        let bytes: Arc<[u8]> = tokio::fs::read(&chosen.path).await?.into();
        shared.retain(|_, (_, bytes)| bytes.strong_count() > 0);
        shared.insert(chosen.path.clone(), (chosen.modified, Arc::downgrade(&bytes)));
        Ok(Bytes::from_owner(bytes))
    }
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// The path below the folder, or nothing when it would lead out of it or to a hidden file.
fn relative(path: &str) -> Option<PathBuf> {
    let decoded = percent_decode_str(path).decode_utf8().ok()?;
    decoded
        .split('/')
        .filter(|part| !part.is_empty())
        .map(|part| (!part.starts_with('.') && !part.contains(['\\', '\0', ':'])).then_some(part))
        .collect()
}

/// Whether the client takes this encoding.
fn accepts(headers: &HeaderMap, encoding: &str) -> bool {
    let listed = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    listed.flat_map(|value| value.split(',')).any(|item| {
        let mut parts = item.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(encoding));
        let refused = parts
            .filter_map(|part| part.strip_prefix("q="))
            .any(|quality| quality.bytes().all(|byte| byte == b'0' || byte == b'.'));
        named && !refused
    })
}

/// Whether the client holds this very version.
fn is_known(asked: &HeaderMap, tag: &str, modified: SystemTime) -> bool {
    let text = |name| asked.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    if let Some(tags) = text(header::IF_NONE_MATCH) {
        let opaque = tag.trim_start_matches("W/");
        return tags.split(',').map(str::trim).any(|held| held == "*" || held.trim_start_matches("W/") == opaque);
    }
    let seconds = |time: SystemTime| time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    text(header::IF_MODIFIED_SINCE)
        .and_then(|date| httpdate::parse_http_date(date).ok())
        .is_some_and(|date| seconds(modified) <= seconds(date))
}

/// Whether the name carries a hash of the contents: `app-0123456789abcdef.js`, `app-0123456789abcdef_bg.wasm`.
fn is_immutable(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.match_indices('-').any(|(at, _)| {
        let rest = name.get(at + 1..).unwrap_or_default();
        let digits = rest.bytes().take_while(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')).count();
        // Trunk writes it without leading zeros.
        (8..=16).contains(&digits)
            && rest.get(digits..).is_some_and(|end| end.starts_with('.') || end.starts_with("_bg."))
    })
}

fn media_type(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()).unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// The content security policy of a page: its own files, WebAssembly, and the scripts that are written in it.
fn policy(page: &str) -> String {
    let hashes: String = inline_scripts(page)
        .map(|script| format!(" 'sha256-{}'", STANDARD.encode(Sha256::digest(script.as_bytes()))))
        .collect();
    // Styles set as attributes are harmless here, and a browser can't tell them from Leptos' own.
    format!(
        "default-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; script-src 'self' 'wasm-unsafe-eval'{hashes}; style-src 'self' 'unsafe-inline'; \
         img-src 'self' data: blob:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
    )
}

/// The contents of the scripts in a page that are not files.
fn inline_scripts(page: &str) -> impl Iterator<Item = &str> {
    // Lower-casing ASCII leaves every byte in its place.
    let lower = page.to_ascii_lowercase();
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let tag = from + lower.get(from..)?.find("<script")?;
            let begin = tag + lower.get(tag..)?.find('>')? + 1;
            let end = begin + lower.get(begin..)?.find("</script")?;
            from = end;
            let attributes = lower.get(tag..begin)?;
            if !attributes.contains(" src=") && begin < end {
                return page.get(begin..end);
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_inside() {
        assert_eq!(relative("/a/b.js"), Some(PathBuf::from("a/b.js")));
        assert_eq!(relative("/"), Some(PathBuf::new()));
        for outside in ["/../x", "/a/%2e%2e/x", "/.git/config", "/a%5cb", "/c:/x", "/%ff"] {
            assert_eq!(relative(outside), None, "{outside}");
        }
    }

    #[test]
    fn only_names_with_a_hash_are_for_ever() {
        for name in [
            "app-0123456789abcdef.js",
            "app-0123456789abcdef_bg.wasm",
            "a/b-style-0123456789abcdef.css",
            "a-5426d0332e2002a.css",
        ] {
            assert!(is_immutable(Path::new(name)), "{name}");
        }
        for name in ["index.html", "sw.js", "icon-192.png", "app-0123456.js", "x-0123456789abcdef0.js"] {
            assert!(!is_immutable(Path::new(name)), "{name}");
        }
    }

    #[test]
    fn inline_scripts_are_named_by_hash() {
        let page = "<script src=\"a.js\"></script><SCRIPT type=\"module\">run()</SCRIPT><script>x</script>";
        assert_eq!(inline_scripts(page).collect::<Vec<_>>(), ["run()", "x"]);
        assert!(policy("<script>run()</script>").contains("'sha256-"));
    }

    #[test]
    fn encodings_with_quality_zero_are_refused() {
        let asked = |value: &'static str| HeaderMap::from_iter([(header::ACCEPT_ENCODING, value.parse().unwrap())]);
        assert!(accepts(&asked("gzip, deflate, br"), "br"));
        assert!(accepts(&asked("br;q=0.5"), "br"));
        assert!(!accepts(&asked("br;q=0, gzip"), "br"));
        assert!(!accepts(&asked("br;q=0.0"), "br"));
        assert!(!accepts(&asked("gzip"), "br"));
    }
}

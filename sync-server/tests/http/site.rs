//! The app's files.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Client, Response};
use sha2::{Digest, Sha256};

use crate::client::{TestApp, problem, write};

const SCRIPT: &str = "import start from '/app-0123456789abcdef.js'; start();";

async fn app_with_files() -> TestApp {
    TestApp::start_as(|options| {
        let app = options.data.join("app");
        write(
            &app,
            "index.html",
            format!("<!doctype html><title>摊单</title><script type=\"module\">{SCRIPT}</script>"),
        );
        write(&app, "app-0123456789abcdef.js", "plain");
        write(&app, "app-0123456789abcdef.js.br", "as brotli");
        write(&app, "app-0123456789abcdef.js.gz", "as gzip");
        write(&app, "app-0123456789abcdef_bg.wasm", [0, 97, 115, 109]);
        write(&app, "manifest.webmanifest", "{}");
        write(&app, "sw.js", "//");
        write(&app, ".secret", "no");
        write(&options.data, "outside.txt", "no");
        options.app = Some(app);
    })
    .await
}

async fn get(app: &TestApp, path: &str, headers: &[(&'static str, &str)]) -> Response {
    let bare = Client::builder().no_gzip().no_brotli().build().unwrap();
    let request = headers.iter().fold(bare.get(app.url(path)), |request, (name, value)| request.header(*name, *value));
    request.send().await.unwrap()
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn files_come_in_the_encoding_they_were_built_in() {
    let app = app_with_files().await;
    let path = "/app-0123456789abcdef.js";
    for (accepts, encoding, body) in
        [("gzip, deflate, br, zstd", "br", "as brotli"), ("gzip", "gzip", "as gzip"), ("identity", "", "plain")]
    {
        let answer = get(&app, path, &[("accept-encoding", accepts)]).await;
        assert_eq!((header(&answer, "content-encoding"), header(&answer, "vary")), (encoding, "accept-encoding"));
        assert_eq!(header(&answer, "content-type"), "text/javascript; charset=utf-8");
        assert_eq!(header(&answer, "cache-control"), "public, max-age=31536000, immutable");
        assert_eq!(header(&answer, "content-length"), body.len().to_string());
        assert_eq!(answer.text().await.unwrap(), body);
    }
    let wasm = get(&app, "/app-0123456789abcdef_bg.wasm", &[]).await;
    assert_eq!(header(&wasm, "content-type"), "application/wasm");
    assert!(header(&wasm, "cache-control").contains("immutable"));
    assert_eq!(wasm.bytes().await.unwrap().as_ref(), [0, 97, 115, 109]);
}

#[tokio::test]
async fn pages_of_the_app_are_one_file() {
    let app = app_with_files().await;
    for path in ["/", "/orders", "/orders/0192f0c4-0000-7000-8000-000000000001?x=1", "/index.html"] {
        let answer = get(&app, path, &[]).await;
        assert_eq!(answer.status(), 200, "{path}");
        assert_eq!(header(&answer, "content-type"), "text/html; charset=utf-8");
        assert_eq!(header(&answer, "cache-control"), "no-cache");
        assert!(answer.text().await.unwrap().contains("摊单"));
    }
    for path in ["/missing.js", "/.secret", "/..%2foutside.txt", "/%2e%2e/outside.txt", "/api/orders"] {
        assert_eq!(get(&app, path, &[]).await.status(), 404, "{path}");
    }
    let posted = app.http.post(app.url("/orders")).send().await.unwrap();
    assert_eq!(posted.status(), 405);
    problem(posted).await;
}

#[tokio::test]
async fn a_call_that_went_astray_is_told_so_and_gets_no_page() {
    let app = app_with_files().await;
    let shop = "01920000-0000-7000-8000-000000000001";
    let cut = [format!("/v1/shops/{shop}/pull"), "/v1/hello".into(), "/hello".into(), format!("/shops/{shop}/live")];
    let longer = ["/stall/api/v1/hello".to_owned(), "//api/v1/hello".into(), format!("/api/api/v1/shops/{shop}/push")];
    let slashes = ["/healthz/".to_owned(), "/readyz/".into(), "/api/".into(), "/api".into(), "/api/v1/".into()];
    for path in cut.iter().chain(&longer).chain(&slashes) {
        for method in [reqwest::Method::GET, reqwest::Method::POST] {
            let answer = app.http.request(method, app.url(path)).send().await.unwrap();
            assert_eq!(answer.status(), 404, "{path}");
            assert_eq!(header(&answer, "content-type"), protocol::problem::MEDIA_TYPE, "{path}");
            assert_eq!(problem(answer).await, protocol::ProblemType::NotFound, "{path}");
        }
    }
    let told: protocol::Problem = get(&app, "/v1/hello", &[]).await.json().await.unwrap();
    assert!(told.detail.unwrap().contains("proxy"));
}

#[tokio::test]
async fn what_is_known_is_not_sent_again() {
    let app = app_with_files().await;
    for path in ["/", "/sw.js", "/manifest.webmanifest"] {
        let answer = get(&app, path, &[]).await;
        assert_eq!(header(&answer, "cache-control"), "no-cache");
        let (tag, date) = (header(&answer, "etag").to_owned(), header(&answer, "last-modified").to_owned());
        let known = get(&app, path, &[("if-none-match", &tag)]).await;
        assert_eq!(known.status(), 304);
        let policy = |answer: &Response| answer.headers().get("content-security-policy").cloned();
        assert_eq!(policy(&known), policy(&get(&app, path, &[]).await), "what it says replaces what was kept");
        assert_eq!(get(&app, path, &[("if-modified-since", &date)]).await.status(), 304);
        assert_eq!(get(&app, path, &[("if-none-match", "\"x\""), ("if-modified-since", &date)]).await.status(), 200);
    }
    write(&app.folder.path().join("app"), "sw.js", "// a new build");
    assert_eq!(get(&app, "/sw.js", &[]).await.text().await.unwrap(), "// a new build", "without a restart");
}

#[tokio::test]
async fn the_page_may_run_its_own_scripts_only() {
    let app = app_with_files().await;
    let answer = get(&app, "/settings", &[]).await;
    let policy = header(&answer, "content-security-policy");
    let hash = STANDARD.encode(Sha256::digest(SCRIPT));
    assert!(policy.contains(&format!("script-src 'self' 'wasm-unsafe-eval' 'sha256-{hash}'")), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'"));
    assert_eq!(header(&answer, "x-content-type-options"), "nosniff");
    assert_eq!(header(&answer, "referrer-policy"), "no-referrer");
}

#[tokio::test]
async fn every_answer_is_strict() {
    let app = app_with_files().await;
    for (path, policy) in [
        ("/", "default-src 'self'; connect-src 'self'"),
        ("/sw.js", "default-src 'self'; connect-src 'self'"),
        ("/manifest.webmanifest", "default-src 'none'"),
        ("/missing.js", "default-src 'none'"),
        ("/healthz", "default-src 'none'"),
        ("/api/v1/hello", "default-src 'none'"),
        ("/api/nothing", "default-src 'none'"),
    ] {
        let answer = get(&app, path, &[]).await;
        assert!(header(&answer, "content-security-policy").starts_with(policy), "{path}: {answer:?}");
        assert!(header(&answer, "content-security-policy").contains("frame-ancestors 'none'"), "{path}");
        assert_eq!(header(&answer, "x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header(&answer, "cross-origin-opener-policy"), "same-origin", "{path}");
        assert_eq!(header(&answer, "cross-origin-resource-policy"), "same-origin", "{path}");
        assert!(header(&answer, "permissions-policy").starts_with("camera=(self), microphone=()"), "{path}");
    }
}

#[tokio::test]
async fn a_folder_without_an_app_is_refused_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = sync_server::Options::on_free_port(folder.path());
    options.app = Some(folder.path().to_owned());
    assert!(sync_server::start(options).await.is_err());
}

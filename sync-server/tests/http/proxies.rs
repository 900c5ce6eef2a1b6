//! The proxies of docs/operating.md, as they stand there, and two that are plausible and broken. `cargo xtask test` gets
//! the programs and names the folder.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use protocol::Problem;
use protocol::ProblemType::{BadPairingCode, TooMany};
use protocol::api::Claimed;
use reqwest::{Client, Response};
use tempfile::TempDir;

use crate::client::{Device, TestApp, new_id, problem, read};

/// A proxy that runs until it is dropped.
struct Proxy {
    child: Child,
    url: String,
    _folder: TempDir,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // They end their workers on this signal, which a kill would leave.
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

/// The folder that Debian's packages were unpacked into.
fn unpacked() -> PathBuf {
    std::env::var_os("STALLBOOK_PROXIES").expect("`cargo xtask test` names the folder of the proxies").into()
}

/// A file of a package, unpacked or installed.
fn packaged(paths: &[&str]) -> PathBuf {
    let roots = [unpacked(), PathBuf::from("/")];
    let mut all = roots.iter().flat_map(|root| paths.iter().map(|path| root.join(path)));
    all.find(|path| path.exists()).unwrap_or_else(|| panic!("no {paths:?}"))
}

/// A configuration of the page.
fn documented(language: &str) -> String {
    let page = include_str!("../../../docs/operating.md");
    let begin = page.find(&format!("```{language}\n")).unwrap() + language.len() + 4;
    page[begin..].split("```").next().unwrap().to_owned()
}

fn without(text: &str, words: &[&str]) -> String {
    text.lines().filter(|line| !words.iter().any(|word| line.contains(word))).collect::<Vec<_>>().join("\n")
}

/// What is replaced must be there.
fn put(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "no {from}");
    text.replace(from, to)
}

/// Starts one with a configuration in which `PORT` and `FOLDER` stand for what they get here.
async fn start(app: &TestApp, program: &str, config: &str, args: &[&str]) -> Proxy {
    let folder = tempfile::tempdir().unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let at = folder.path().to_str().unwrap().to_owned();
    let fill = |text: &str| text.replace("PORT", &port.to_string()).replace("FOLDER", &at);
    let config = put(&fill(config), "127.0.0.1:8080", &app.server.addr.to_string());
    std::fs::write(folder.path().join("config"), config).unwrap();
    let libraries = std::fs::read_dir(unpacked().join("usr/lib")).unwrap().map(|entry| entry.unwrap().path());
    let libraries: Vec<_> = libraries.filter(|path| path.to_string_lossy().ends_with("-linux-gnu")).collect();
    let log = std::fs::File::create(folder.path().join("log")).unwrap();
    let child = Command::new(packaged(&[&format!("usr/sbin/{program}"), &format!("usr/bin/{program}")]))
        .args(args.iter().map(|arg| fill(arg)))
        .env("LD_LIBRARY_PATH", std::env::join_paths(libraries).unwrap())
        .env("HOME", folder.path())
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    let proxy = Proxy { child, url: format!("http://127.0.0.1:{port}"), _folder: folder };
    let begun = Instant::now();
    while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        let log = || std::fs::read_to_string(Path::new(&at).join("log")).unwrap_or_default();
        assert!(begun.elapsed() < Duration::from_secs(10), "{program} does not listen: {}", log());
        tokio::task::yield_now().await;
    }
    proxy
}

const NGINX: &str = "daemon off; pid FOLDER/pid; user root; events {}\nhttp { access_log off; client_body_temp_path FOLDER/b; proxy_temp_path FOLDER/p; fastcgi_temp_path FOLDER/f; uwsgi_temp_path FOLDER/u; scgi_temp_path FOLDER/s;\n";
const NGINX_ARGS: [&str; 6] = ["-p", "FOLDER", "-c", "FOLDER/config", "-e", "FOLDER/log"];

async fn nginx(app: &TestApp, inside: &str) -> Proxy {
    start(app, "nginx", &format!("{NGINX}{inside}\n}}"), &NGINX_ARGS).await
}

/// Claims the server through the proxy.
async fn first_device(app: &TestApp, proxy: &Proxy) -> Device {
    let (shop, id) = (new_id(), new_id());
    let claim = app.http.post(format!("{}/api/v1/shops", proxy.url)).json(&app.claiming(shop, id));
    let claimed: Claimed = read(claim.send().await.unwrap(), 201).await;
    Device { base: proxy.url.clone(), ..Device::new(app, shop, id, "K7", claimed.credential) }
}

/// As many wrong codes are looked up a minute for one address.
const WRONG: usize = 30;

/// A wrong code from an address of this machine, with a header that the client made up.
async fn guess(proxy: &Proxy, from: u8, n: usize) -> Response {
    let http = Client::builder().local_address(std::net::IpAddr::from([127, 0, 0, from])).build().unwrap();
    let join = serde_json::json!({"pairing_code": format!("{n:08}"), "device": new_id()});
    let url = format!("{}/api/v1/devices", proxy.url);
    http.post(url).header("x-forwarded-for", format!("10.1.2.{n}")).json(&join).send().await.unwrap()
}

/// Everything that a tablet does, through the proxy.
async fn serves(app: &TestApp, proxy: &Proxy) {
    let device = first_device(app, proxy).await;
    let mut live = device.live().await;
    assert_eq!(live.poke().await.head, 0);
    // Nearly the largest push.
    let push: Vec<String> = (1..=15).map(|n| device.event_of(new_id(), n, &"n".repeat(60_000))).collect();
    assert_eq!(device.push(&push).await.head, 15);
    assert_eq!(live.poke().await.head, 15, "the socket says it at once");
    let (waited, _) = tokio::join!(device.pull("after=15&wait=20"), async {
        device.push(&[device.event(16)]).await;
    });
    assert_eq!(waited.head, 16);
    for n in 0..WRONG {
        assert_eq!(problem(guess(proxy, 2, n).await).await, BadPairingCode);
    }
    assert_eq!(problem(guess(proxy, 2, WRONG).await).await, TooMany, "whatever header a client makes up");
    assert_eq!(problem(guess(proxy, 3, WRONG + 1).await).await, BadPairingCode, "another client is another");
}

async fn server() -> TestApp {
    TestApp::start_as(|options| options.trust_proxy = true).await
}

#[tokio::test]
#[ignore = "cargo xtask test gets the proxies"]
async fn proxies_caddy_as_documented() {
    let app = server().await;
    let config = put(&documented("caddy"), "stall.example", "http://127.0.0.1:PORT");
    let args = ["run", "--config", "FOLDER/config", "--adapter", "caddyfile"];
    let proxy = start(&app, "caddy", &format!("{{\nadmin off\n}}\n{config}"), &args).await;
    serves(&app, &proxy).await;
}

#[tokio::test]
#[ignore = "cargo xtask test gets the proxies"]
async fn proxies_nginx_as_documented() {
    let app = server().await;
    let config = without(&documented("nginx"), &["ssl_certificate"]);
    let proxy = nginx(&app, &put(&config, "listen 443 ssl", "listen 127.0.0.1:PORT")).await;
    serves(&app, &proxy).await;
}

#[tokio::test]
#[ignore = "cargo xtask test gets the proxies"]
async fn proxies_apache_as_documented() {
    let app = server().await;
    let modules = packaged(&["usr/lib/apache2/modules"]);
    let load = ["mpm_event", "authz_core", "proxy", "proxy_http"];
    let load = load.map(|it| format!("LoadModule {it}_module {}/mod_{it}.so\n", modules.display())).concat();
    let config = put(&without(&documented("apache"), &["SSL"]), "*:443", "127.0.0.1:PORT");
    let head = "ServerRoot FOLDER\nPidFile FOLDER/pid\nDefaultRuntimeDir FOLDER\nErrorLog FOLDER/log\nUser nobody\nGroup nogroup\nListen 127.0.0.1:PORT\n";
    let args = ["-D", "FOREGROUND", "-f", "FOLDER/config"];
    let proxy = start(&app, "apache2", &format!("{load}{head}{config}"), &args).await;
    serves(&app, &proxy).await;
}

#[tokio::test]
#[ignore = "cargo xtask test gets the proxies"]
async fn proxies_haproxy_as_documented() {
    let app = server().await;
    let bind = "bind :443 ssl crt /etc/haproxy/stall.example.pem";
    let config = put(&documented("haproxy"), bind, "bind 127.0.0.1:PORT");
    let proxy = start(&app, "haproxy", &format!("{config}\n"), &["-db", "-f", "FOLDER/config"]).await;
    serves(&app, &proxy).await;
}

#[tokio::test]
#[ignore = "cargo xtask test gets the proxies"]
async fn proxies_that_only_pass_the_clients_header_on_are_noticed() {
    let app = server().await;
    let bare = "server { listen 127.0.0.1:PORT; location / { proxy_pass http://127.0.0.1:8080; } }";
    let proxy = nginx(&app, bare).await;
    first_device(&app, &proxy).await;
    for n in 0..WRONG {
        assert_eq!(problem(guess(&proxy, 2, n).await).await, BadPairingCode);
    }
    assert_eq!(problem(guess(&proxy, 2, WRONG).await).await, TooMany);
}

#[tokio::test]
#[ignore = "cargo xtask test gets the proxies"]
async fn proxies_that_cut_the_prefix_off_are_told_so() {
    let app = server().await;
    let cut = "server { listen 127.0.0.1:PORT; location /api/ { proxy_pass http://127.0.0.1:8080/; } }";
    let proxy = nginx(&app, cut).await;
    let answer = app.http.get(format!("{}/api/v1/hello", proxy.url)).send().await.unwrap();
    let told: Problem = read(answer, 404).await;
    assert!(told.detail.is_some_and(|words| words.contains("proxy")));
}

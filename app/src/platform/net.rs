//! The network: calls of the server's API over `fetch`, and its live socket.

use std::cell::RefCell;
use std::rc::Rc;

use futures::StreamExt;
use futures::channel::mpsc;
use js_sys::{ArrayBuffer, Object, Uint8Array};
use leptos::prelude::window;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, Headers, MessageEvent, ReadableStream, RequestCache, RequestCredentials, RequestInit, Response,
    WebSocket,
};

/// The server can't be reached, did not answer in time, or its answer broke off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the server can't be reached")]
pub struct Unreachable;

/// A call.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// `GET` or `POST`.
    pub method: &'a str,
    /// Where.
    pub url: &'a str,
    /// The device's credential.
    pub credential: Option<&'a str>,
    /// JSON.
    pub body: Option<&'a str>,
    /// How long it may take, in milliseconds.
    pub patience_ms: i32,
}

/// An answer, of any status.
#[derive(Clone, Debug)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// The body.
    pub body: String,
}

/// Makes a call. Dropping the future gives it up.
pub async fn call(call: Call<'_>) -> Result<Reply, Unreachable> {
    // Whatever the browser says went wrong, nothing came back.
    try_call(call).await.map_err(|_| Unreachable)
}

async fn try_call(call: Call<'_>) -> Result<Reply, JsValue> {
    let giving_up = GivingUp::after(call.patience_ms)?;
    let headers = Headers::new()?;
    headers.set("accept", "application/json, application/problem+json")?;
    if let Some(credential) = call.credential {
        headers.set("authorization", &format!("Bearer {credential}"))?;
    }
    let request = RequestInit::new();
    request.set_method(call.method);
    request.set_cache(RequestCache::NoStore);
    request.set_credentials(RequestCredentials::Omit);
    request.set_signal(Some(&giving_up.controller.signal()));
    if let Some(body) = call.body {
        headers.set("content-type", "application/json")?;
        match compress(body).await {
            Some(compressed) => {
                headers.set("content-encoding", "gzip")?;
                request.set_body(&compressed);
            }
            None => request.set_body(&body.into()),
        }
    }
    request.set_headers(&headers);
    let response: Response =
        JsFuture::from(window().fetch_with_str_and_init(call.url, &request)).await?.dyn_into()?;
    let body: ArrayBuffer = JsFuture::from(response.array_buffer()?).await?.dyn_into()?;
    let body = String::from_utf8(Uint8Array::new(&body).to_vec()).map_err(|_| JsValue::NULL)?;
    Ok(Reply { status: response.status(), body })
}

/// Ends a call when it takes too long, or when nobody waits for it any more.
struct GivingUp {
    controller: AbortController,
    timer: i32,
    _ring: Closure<dyn Fn()>,
}

impl GivingUp {
    fn after(ms: i32) -> Result<Self, JsValue> {
        let controller = AbortController::new()?;
        let rung = controller.clone();
        let ring = Closure::<dyn Fn()>::new(move || rung.abort());
        let timer = window()
            .set_timeout_with_callback_and_timeout_and_arguments_0(ring.as_ref().unchecked_ref(), ms)?;
        Ok(Self { controller, timer, _ring: ring })
    }
}

impl Drop for GivingUp {
    fn drop(&mut self) {
        window().clear_timeout_with_handle(self.timer);
        // After the answer came, this does nothing.
        self.controller.abort();
    }
}

#[wasm_bindgen]
extern "C" {
    // `web-sys` calls this one unstable; the browsers don't.
    type CompressionStream;
    #[wasm_bindgen(constructor, catch)]
    fn new(format: &str) -> Result<CompressionStream, JsValue>;

    #[wasm_bindgen(extends = Object)]
    type Stream;
    #[wasm_bindgen(method, catch, js_name = pipeThrough)]
    fn pipe_through(this: &Stream, through: &CompressionStream) -> Result<ReadableStream, JsValue>;
}

/// Larger bodies travel compressed, where the browser can do it.
async fn compress(body: &str) -> Option<ArrayBuffer> {
    if body.len() <= protocol::COMPRESS_ABOVE {
        return None;
    }
    let gzip = CompressionStream::new("gzip").ok()?;
    let plain = Response::new_with_opt_str(Some(body)).ok()?.body()?;
    let stream = plain.unchecked_into::<Stream>().pipe_through(&gzip).ok()?;
    let response = Response::new_with_opt_readable_stream(Some(&stream)).ok()?;
    JsFuture::from(response.array_buffer().ok()?).await.ok()?.dyn_into().ok()
}

/// A WebSocket. Dropping it closes it.
pub struct Socket {
    socket: WebSocket,
    inbox: RefCell<mpsc::UnboundedReceiver<Option<String>>>,
    _listeners: [Closure<dyn Fn(MessageEvent)>; 2],
    _opened: Closure<dyn Fn()>,
}

impl Socket {
    /// Opens it and says the first message as soon as it is open. `url` is an address of the API, `http…`.
    pub fn open(url: &str, first: String) -> Result<Self, Unreachable> {
        let url = url.replacen("http", "ws", 1);
        let socket = WebSocket::new(&url).map_err(|_| Unreachable)?;
        let (outbox, inbox) = mpsc::unbounded();
        let outbox = Rc::new(outbox);
        let speaking = socket.clone();
        let opened = Closure::<dyn Fn()>::new(move || {
            // It is open: this can't fail; were it to close at once, `close` tells.
            let _ = speaking.send_with_str(&first);
        });
        let told = Rc::clone(&outbox);
        let message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            // Nobody listens any more where this fails.
            let _ = told.unbounded_send(event.data().as_string());
        });
        let closed = Closure::<dyn Fn(MessageEvent)>::new(move |_| {
            let _ = outbox.unbounded_send(None);
        });
        socket.set_onopen(Some(opened.as_ref().unchecked_ref()));
        socket.set_onmessage(Some(message.as_ref().unchecked_ref()));
        socket.set_onclose(Some(closed.as_ref().unchecked_ref()));
        Ok(Self { socket, inbox: RefCell::new(inbox), _listeners: [message, closed], _opened: opened })
    }

    /// The next message; fails once the socket is closed or was never opened.
    #[expect(clippy::await_holding_refcell_ref, reason = "one reader at a time: a second one is told that it is closed")]
    pub async fn receive(&self) -> Result<String, Unreachable> {
        let Ok(mut inbox) = self.inbox.try_borrow_mut() else {
            return Err(Unreachable);
        };
        inbox.next().await.flatten().ok_or(Unreachable)
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.socket.set_onopen(None);
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        let _ = self.socket.close();
    }
}

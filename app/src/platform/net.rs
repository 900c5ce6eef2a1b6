//! The network: calls of the server's API over `fetch`, and its live socket.

use std::rc::Rc;

use futures::StreamExt;
use futures::channel::mpsc;
use js_sys::{ArrayBuffer, Object, Uint8Array};
use leptos::prelude::window;
use replica::client::{Body, Live, LiveMessage, Request, Response, Transport, Unreachable};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, CloseEvent, Headers, MessageEvent, ReadableStream, RequestCache, RequestCredentials, RequestInit,
    WebSocket,
};

/// The browser's way to a server.
#[derive(Clone, Copy, Debug)]
pub struct Network;

impl Transport for Network {
    type Live = Socket;

    async fn call(&self, request: Request) -> Result<Response, Unreachable> {
        // Whatever the browser says went wrong, nothing came back.
        call(request).await.map_err(|_| Unreachable)
    }

    async fn listen(&self, url: String, first: String) -> Result<Socket, Unreachable> {
        let mut socket = Socket::open(&url).map_err(|_| Unreachable)?;
        match socket.inbox.next().await {
            Some(SocketEvent::Open) => {}
            Some(SocketEvent::Text(_) | SocketEvent::Closed(_)) | None => return Err(Unreachable),
        }
        socket.socket.send_with_str(&first).map_err(|_| Unreachable)?;
        Ok(socket)
    }
}

async fn call(request: Request) -> Result<Response, JsValue> {
    let giving_up = GivingUp(AbortController::new()?);
    let headers = Headers::new()?;
    headers.set("accept", "application/json, application/problem+json, image/*")?;
    if let Some(credential) = &request.credential {
        headers.set("authorization", &format!("Bearer {credential}"))?;
    }
    let init = RequestInit::new();
    init.set_method(request.method);
    init.set_cache(RequestCache::NoStore);
    init.set_credentials(RequestCredentials::Omit);
    init.set_signal(Some(&giving_up.0.signal()));
    match &request.body {
        Some(Body::Json(text)) => {
            headers.set("content-type", "application/json")?;
            match compress(text).await {
                Some(compressed) => {
                    headers.set("content-encoding", "gzip")?;
                    init.set_body(&compressed);
                }
                None => init.set_body(&text.into()),
            }
        }
        Some(Body::Bytes(bytes)) => init.set_body(&Uint8Array::from(bytes.as_slice())),
        None => {}
    }
    init.set_headers(&headers);
    let response: web_sys::Response =
        JsFuture::from(window().fetch_with_str_and_init(&request.url, &init)).await?.dyn_into()?;
    let retry_after = response.headers().get("retry-after")?.and_then(|seconds| seconds.parse().ok());
    let body: ArrayBuffer = JsFuture::from(response.array_buffer()?).await?.dyn_into()?;
    Ok(Response { status: response.status(), body: Uint8Array::new(&body).to_vec(), retry_after })
}

/// Ends a call when nobody waits for it any more.
struct GivingUp(AbortController);

impl Drop for GivingUp {
    fn drop(&mut self) {
        // After the answer came, this does nothing.
        self.0.abort();
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
    let plain = web_sys::Response::new_with_opt_str(Some(body)).ok()?.body()?;
    let stream = plain.unchecked_into::<Stream>().pipe_through(&gzip).ok()?;
    let response = web_sys::Response::new_with_opt_readable_stream(Some(&stream)).ok()?;
    JsFuture::from(response.array_buffer().ok()?).await.ok()?.dyn_into().ok()
}

enum SocketEvent {
    Open,
    Text(String),
    Closed(u16),
}

/// A WebSocket. Dropping it closes it.
pub struct Socket {
    socket: WebSocket,
    inbox: mpsc::UnboundedReceiver<SocketEvent>,
    _opened: Closure<dyn Fn()>,
    _message: Closure<dyn Fn(MessageEvent)>,
    _closed: Closure<dyn Fn(CloseEvent)>,
}

impl Socket {
    fn open(url: &str) -> Result<Self, JsValue> {
        let socket = WebSocket::new(&url.replacen("http", "ws", 1))?;
        let (outbox, inbox) = mpsc::unbounded();
        let outbox = Rc::new(outbox);
        let tell = {
            move |heard| {
                // Fails where nobody listens any more.
                let _ = outbox.unbounded_send(heard);
            }
        };
        let opened = Closure::<dyn Fn()>::new({
            let tell = tell.clone();
            move || tell(SocketEvent::Open)
        });
        let message = Closure::<dyn Fn(MessageEvent)>::new({
            let tell = tell.clone();
            move |event: MessageEvent| {
                if let Some(text) = event.data().as_string() {
                    tell(SocketEvent::Text(text));
                }
            }
        });
        let closed =
            Closure::<dyn Fn(CloseEvent)>::new(move |event: CloseEvent| tell(SocketEvent::Closed(event.code())));
        socket.set_onopen(Some(opened.as_ref().unchecked_ref()));
        socket.set_onmessage(Some(message.as_ref().unchecked_ref()));
        socket.set_onclose(Some(closed.as_ref().unchecked_ref()));
        Ok(Self { socket, inbox, _opened: opened, _message: message, _closed: closed })
    }
}

impl Live for Socket {
    async fn next(&mut self) -> LiveMessage {
        loop {
            match self.inbox.next().await {
                Some(SocketEvent::Text(text)) => return LiveMessage::Text(text),
                Some(SocketEvent::Closed(code)) => return LiveMessage::Closed(Some(code)),
                Some(SocketEvent::Open) => {}
                None => return LiveMessage::Closed(None),
            }
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.socket.set_onopen(None);
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        // It may be closed already.
        let _ = self.socket.close();
    }
}

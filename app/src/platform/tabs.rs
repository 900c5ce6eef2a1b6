//! The other tabs of this app, and this one's comings and goings: who syncs, who wrote, when the page wakes.

use futures::channel::oneshot;
use futures::future::select;
use js_sys::Promise;
use leptos::prelude::{document, window};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{BroadcastChannel, StorageManager, VisibilityState};

#[wasm_bindgen]
extern "C" {
    // `web-sys` calls the Web Locks unstable; the browsers don't.
    type LockManager;
    #[wasm_bindgen(method, catch)]
    fn request(this: &LockManager, name: &str, held: &JsValue) -> Result<Promise, JsValue>;

    type WithLocks;
    #[wasm_bindgen(method, getter)]
    fn locks(this: &WithLocks) -> Option<LockManager>;
}

/// A Web Lock. Dropping it lets the next tab have it; so does the end of the page.
pub struct Lock {
    release: Option<js_sys::Function>,
}

impl Lock {
    /// Waits until no other tab holds it. Where the browser has no locks (a page that is not served
    /// securely) or refuses them, it is had at once: nothing correct rests on it.
    pub async fn take(name: &str) -> Self {
        let locks = window().navigator().unchecked_into::<WithLocks>().locks();
        let Some(locks) = locks else {
            return Self { release: None };
        };
        let (had, has) = oneshot::channel();
        let mut release = None;
        let until = Promise::new(&mut |resolve, _| release = Some(resolve));
        let callback = Closure::once_into_js(move || {
            // The one who asked may have gone; then the lock goes with the dropped `release` below.
            let _ = had.send(());
            until
        });
        let lock = Self { release };
        if let Ok(held) = locks.request(name, &callback) {
            // That one ends when the lock is given back, or before it is had where it is refused.
            select(has, JsFuture::from(held)).await;
        }
        lock
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if let Some(release) = &self.release {
            let _ = release.call0(&JsValue::UNDEFINED);
        }
    }
}

/// Tells the other tabs that something was written, and hears it of them. Without a channel (an old
/// browser), tabs learn of each other when they write: the storage tells them.
pub struct Others {
    channel: Option<BroadcastChannel>,
    _listener: Closure<dyn Fn()>,
}

impl Others {
    /// Joins the tabs that share this name.
    pub fn join(name: &str, told: impl Fn() + 'static) -> Self {
        let channel = BroadcastChannel::new(name).ok();
        let listener = Closure::<dyn Fn()>::new(told);
        if let Some(channel) = &channel {
            channel.set_onmessage(Some(listener.as_ref().unchecked_ref()));
        }
        Self { channel, _listener: listener }
    }

    /// Something was written here.
    pub fn tell(&self) {
        if let Some(channel) = &self.channel {
            // Closed only when this is dropped.
            let _ = channel.post_message(&JsValue::TRUE);
        }
    }
}

impl Drop for Others {
    fn drop(&mut self) {
        if let Some(channel) = &self.channel {
            channel.set_onmessage(None);
            channel.close();
        }
    }
}

/// Calls back whenever the page is seen again or the browser thinks that the network is back, as long as
/// the page lives. Proof of nothing; a good moment to try.
pub fn on_wake(wake: impl Fn() + 'static) {
    let listener = Closure::<dyn Fn()>::new(move || {
        if document().visibility_state() == VisibilityState::Visible {
            wake();
        }
    });
    let function = listener.as_ref().unchecked_ref();
    // Adding a listener to these can't fail.
    let _ = document().add_event_listener_with_callback("visibilitychange", function);
    let _ = window().add_event_listener_with_callback("online", function);
    let _ = window().add_event_listener_with_callback("pageshow", function);
    listener.forget();
}

/// Whether the browser keeps the data when it runs short of space; `None` where it does not say.
pub async fn keeps_data() -> Option<bool> {
    answer(storage()?.persisted()).await
}

/// Asks it to; whether it will. It may ask the person first, and answer only when that is answered: nothing waits for it.
pub async fn keep_data() -> Option<bool> {
    answer(storage()?.persist()).await
}

fn storage() -> Option<StorageManager> {
    let storage = window().navigator().storage();
    // Absent where the page is not served securely, and in WebKitGTK.
    (!storage.is_undefined()).then_some(storage)
}

async fn answer(asked: Result<Promise, JsValue>) -> Option<bool> {
    Some(JsFuture::from(asked.ok()?).await.ok()?.is_truthy())
}

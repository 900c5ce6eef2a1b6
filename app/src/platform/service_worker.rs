//! The service worker's page side: registers it, hears of a new version, and takes it when told to.

use std::cell::Cell;
use std::rc::Rc;

use leptos::prelude::window;
use leptos::task::spawn_local;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Response, ServiceWorker, ServiceWorkerContainer, ServiceWorkerRegistration, ServiceWorkerState};

const SCRIPT: &str = "/sw.js";

thread_local! {
    /// Set when the person asked for the new version: only then may the page open again.
    static ASKED: Cell<bool> = const { Cell::new(false) };
}

fn container() -> Option<ServiceWorkerContainer> {
    // Absent where the page is not served securely.
    let navigator = window().navigator();
    let there = js_sys::Reflect::has(&navigator, &"serviceWorker".into()).unwrap_or(false);
    there.then(|| navigator.service_worker()).filter(|container| !container.is_undefined())
}

/// Whether this browser can keep the app itself, so that it opens without a network.
pub fn can_be_kept() -> bool {
    container().is_some()
}

/// Registers the worker and calls back each time a new version is ready to be taken. Where there is no
/// worker (`trunk serve` of a page without it), nothing happens.
pub fn register(ready: impl Fn() + 'static) {
    let Some(container) = container() else {
        return;
    };
    let ready = Rc::new(ready);
    let had_one = container.controller().is_some();
    let told = Rc::clone(&ready);
    let changed = Closure::<dyn Fn()>::new(move || {
        if ASKED.get() {
            let _ = window().location().reload();
        } else if had_one {
            // Another window took the new version: this one may follow when it suits.
            told();
        }
    });
    container.set_oncontrollerchange(Some(changed.as_ref().unchecked_ref()));
    changed.forget();
    spawn_local(async move {
        // Offline is no failure: the worker that is there goes on.
        let _ = follow(&container, ready).await;
    });
}

async fn follow<F: Fn() + 'static>(container: &ServiceWorkerContainer, ready: Rc<F>) -> Result<(), JsValue> {
    if container.controller().is_none() && !is_script().await? {
        return Ok(());
    }
    let registration: ServiceWorkerRegistration = JsFuture::from(container.register(SCRIPT)).await?.dyn_into()?;
    if registration.waiting().is_some() && container.controller().is_some() {
        ready();
    }
    let container = container.clone();
    let watched = registration.clone();
    let found = Closure::<dyn Fn()>::new(move || {
        if let Some(worker) = watched.installing() {
            watch(worker, container.clone(), Rc::clone(&ready));
        }
    });
    registration.set_onupdatefound(Some(found.as_ref().unchecked_ref()));
    found.forget();
    Ok(())
}

/// A new worker is ready once it is installed beside the one in charge.
fn watch<F: Fn() + 'static>(worker: ServiceWorker, container: ServiceWorkerContainer, ready: Rc<F>) {
    let state_of = worker.clone();
    let changed = Closure::<dyn Fn()>::new(move || {
        if state_of.state() == ServiceWorkerState::Installed && container.controller().is_some() {
            ready();
        }
    });
    worker.set_onstatechange(Some(changed.as_ref().unchecked_ref()));
    changed.forget();
}

/// A server of development answers every address with the page.
async fn is_script() -> Result<bool, JsValue> {
    let response: Response = JsFuture::from(window().fetch_with_str(SCRIPT)).await?.dyn_into()?;
    let kind = response.headers().get("content-type")?.unwrap_or_default();
    Ok(response.ok() && kind.contains("javascript"))
}

/// Takes the new version: the waiting worker takes charge, and the page opens again.
pub fn activate() {
    spawn_local(async {
        let waiting = waiting().await.ok().flatten();
        ASKED.set(true);
        let told = waiting.is_some_and(|worker| {
            let message = js_sys::Object::new();
            js_sys::Reflect::set(&message, &"type".into(), &"activate".into()).is_ok()
                && worker.post_message(&message).is_ok()
        });
        if !told {
            let _ = window().location().reload();
        }
    });
}

async fn waiting() -> Result<Option<ServiceWorker>, JsValue> {
    let Some(container) = container() else {
        return Ok(None);
    };
    let registration = JsFuture::from(container.get_registration()).await?;
    Ok(registration.dyn_into::<ServiceWorkerRegistration>().ok().and_then(|registration| registration.waiting()))
}

//! Tables that the app ships beside its program and reads when they are first needed. `cargo xtask data` writes them
//! and the names here.

use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

/// Provinces, cities and districts, for `domain::address::Divisions`.
pub const DIVISIONS: &str = "divisions-bd596ebae010811e.txt";
/// Readings of characters, for `domain::pinyin::Pinyin`.
pub const PINYIN: &str = "pinyin-ca1f69e74ebe2ce0.txt";

/// Traditional characters beside simplified ones, for `domain::search::Alike`.
pub const CHARACTERS: &str = "characters-b80c64387e3dd40e.txt";

/// The text of one of these tables. The service worker keeps them all; `None` where there is none yet and no network
/// either, or the server has another version of the app.
pub async fn text(name: &str) -> Option<String> {
    fetch(name).await.ok().flatten()
}

async fn fetch(name: &str) -> Result<Option<String>, JsValue> {
    let response: Response = JsFuture::from(window().fetch_with_str(&format!("/data/{name}"))).await?.dyn_into()?;
    // A server of development answers what is not there with the page.
    let kind = response.headers().get("content-type")?.unwrap_or_default();
    if !response.ok() || !kind.starts_with("text/plain") {
        return Ok(None);
    }
    Ok(JsFuture::from(response.text()?).await?.as_string())
}

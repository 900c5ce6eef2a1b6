//! The app of Stallbook: client-side rendered, for wasm32 only. Pages lie in `features/`, parts that know
//! nothing of orders in `ui/`, every word in `text/`, and the browser behind `platform/`.

pub mod platform;
pub mod prefs;
pub mod text;
pub mod ui;

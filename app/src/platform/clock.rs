//! The device's clock, its time zones and its randomness.

use std::cell::RefCell;
use std::collections::HashMap;
use std::pin::pin;

use futures::channel::oneshot;
use futures::future::select;
use gloo_storage::{LocalStorage, Storage};
use js_sys::{Array, Date, Function, Intl, Object, Promise, Reflect};
use leptos::prelude::{request_animation_frame, window};
use replica::client::Host;
use replica::clock::Kept;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::intl;

/// What is kept of the device's clock.
const KEPT: &str = "stallbook.clock";

/// Milliseconds since 1970, as the device believes.
pub fn now_ms() -> i64 {
    Date::now() as i64
}

/// Milliseconds since the page came up, by the clock that events are stamped with.
pub fn page_ms() -> i64 {
    window().performance().map_or(0, |clock| clock.now() as i64)
}

/// Bytes that nobody can guess.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    // Every browser that runs WebAssembly has it, for far more bytes than are ever asked for.
    if let Ok(crypto) = window().crypto() {
        let _ = crypto.get_random_values_with_u8_array(&mut bytes);
    }
    bytes
}

/// Clock and chance for the replica.
#[derive(Clone, Copy, Debug)]
pub struct Browser;

impl Host for Browser {
    fn now_ms(&self) -> i64 {
        now_ms()
    }
    fn uptime_ms(&self) -> i64 {
        // Every browser has it.
        window().performance().map_or(0, |performance| performance.now() as i64)
    }
    fn kept_clock(&self) -> Option<Kept> {
        LocalStorage::get(KEPT).ok()
    }
    fn keep_clock(&self, kept: Kept) {
        // Where the browser refuses (a full disk), it is known until the page is closed.
        let _ = LocalStorage::set(KEPT, kept);
    }
    fn random(&self) -> [u8; 16] {
        random()
    }
    async fn sleep(&self, ms: u64) {
        let ms = i32::try_from(ms).unwrap_or(i32::MAX);
        let ringing = Promise::new(&mut |resolve, _| {
            // A page can always set a timer.
            let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, ms);
        });
        let _ = JsFuture::from(ringing).await;
    }
}

/// Lets the page answer between two pieces of long work.
pub async fn breathe() {
    Browser.sleep(0).await;
}

/// Lets what stands be drawn first. A page out of sight draws nothing, so this never waits long.
pub async fn drawn() {
    const AT_MOST_MS: u64 = 100;
    let (ring, rung) = oneshot::channel();
    // Nobody waits any more where it took too long.
    request_animation_frame(move || {
        let _ = ring.send(());
    });
    select(rung, pin!(Browser.sleep(AT_MOST_MS))).await;
    breathe().await;
}

/// The device's own time zone (IANA), such as `Asia/Shanghai`.
pub fn own_zone() -> String {
    // In a language that every browser knows: the device's own may be none ("C"), and is refused.
    let format = intl::construct("en-US", &Object::new()).ok();
    let zone = format.and_then(|format| Reflect::get(&format.resolved_options(), &"timeZone".into()).ok());
    zone.and_then(|zone| zone.as_string()).unwrap_or_else(|| "UTC".to_owned())
}

/// Zones change their offset on a quarter of an hour only.
const QUARTER_MS: i64 = 900_000;

#[derive(Default)]
struct Zone {
    name: String,
    format: Option<Function>,
    offsets: HashMap<i64, i32>,
}

thread_local! {
    /// The one zone that is asked for: the shop's.
    static ZONE: RefCell<Zone> = RefCell::default();
}

/// How many minutes a time zone (IANA) is east of UTC at a moment. A zone that the browser does not know
/// counts as UTC.
pub fn offset_minutes(zone: &str, ms: i64) -> i32 {
    ZONE.with_borrow_mut(|known| {
        if known.name != zone || known.format.is_none() {
            *known = Zone { name: zone.to_owned(), format: Some(format(zone)), offsets: HashMap::new() };
        }
        let quarter = ms.div_euclid(QUARTER_MS);
        if let Some(offset) = known.offsets.get(&quarter) {
            return *offset;
        }
        let moment = JsValue::from_f64((quarter * QUARTER_MS) as f64);
        let written = known.format.as_ref().and_then(|format| format.call1(&JsValue::UNDEFINED, &moment).ok());
        let offset = written.and_then(|text| parse_offset(&text.as_string()?)).unwrap_or(0);
        known.offsets.insert(quarter, offset);
        offset
    })
}

fn format(zone: &str) -> Function {
    let options = Object::new();
    for (key, value) in [("timeZone", zone), ("timeZoneName", "longOffset")] {
        // A plain object takes every key.
        let _ = Reflect::set(&options, &key.into(), &value.into());
    }
    let known = intl::construct("en-US", &options);
    known.unwrap_or_else(|_| Intl::DateTimeFormat::new(&Array::of1(&"en-US".into()), &Object::new())).format()
}

/// Of "11/23/2026, GMT+08:00".
fn parse_offset(written: &str) -> Option<i32> {
    let (_, offset) = written.split_once("GMT")?;
    let sign = match offset.chars().next() {
        None => return Some(0),
        Some('-' | '−') => -1,
        Some(_) => 1,
    };
    let mut parts = offset.trim_start_matches(['+', '-', '−']).split(':').map(str::parse::<i32>);
    let (hours, minutes) = (parts.next()?.ok()?, parts.next()?.ok()?);
    Some(sign * (hours * 60 + minutes))
}

#[cfg(test)]
mod tests {
    use super::parse_offset;

    #[test]
    fn offsets_are_read_as_browsers_write_them() {
        assert_eq!(parse_offset("11/23/2026, GMT+08:00"), Some(480));
        assert_eq!(parse_offset("11/23/2026, GMT-03:30"), Some(-210));
        assert_eq!(parse_offset("11/23/2026, GMT"), Some(0));
        assert_eq!(parse_offset("11/23/2026"), None);
    }
}

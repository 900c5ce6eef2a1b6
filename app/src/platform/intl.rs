//! Dates and times through the browser's `Intl`, which knows every zone and calendar already.

use std::cell::RefCell;
use std::cmp::Ordering;

use js_sys::{Array, Function, Intl, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// How much of a moment is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Hours and minutes.
    Time,
    /// Day, month, hours and minutes.
    DateTime,
    /// Day of the week, day, month.
    Weekday,
    /// The same with the year.
    WeekdayYear,
    /// The whole date, and after a space what the zone is called.
    Zone,
}

impl Shape {
    const fn options(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Time => &[("hour", "2-digit"), ("minute", "2-digit")],
            Self::DateTime => &[("month", "short"), ("day", "numeric"), ("hour", "2-digit"), ("minute", "2-digit")],
            Self::Weekday => &[("month", "short"), ("day", "numeric"), ("weekday", "short")],
            Self::WeekdayYear => &[("year", "numeric"), ("month", "short"), ("day", "numeric"), ("weekday", "short")],
            Self::Zone => &[("timeZoneName", "longGeneric")],
        }
    }
}

thread_local! {
    static COLLATOR: RefCell<Option<Function>> = const { RefCell::new(None) };
}

/// Which of two names comes first: Chinese ones by their sound, others by their letters, numbers by what they count.
pub fn compare(one: &str, other: &str) -> Ordering {
    let collator = || {
        let options = Object::new();
        // A plain object takes every key.
        let _ = Reflect::set(&options, &"numeric".into(), &true.into());
        Intl::Collator::new(&Array::of1(&"zh-u-co-pinyin".into()), &options).compare()
    };
    let said = COLLATOR.with_borrow_mut(|known| {
        let compare = known.get_or_insert_with(collator);
        compare.call2(&JsValue::UNDEFINED, &one.into(), &other.into()).ok().and_then(|said| said.as_f64())
    });
    said.and_then(|said| said.partial_cmp(&0.0)).unwrap_or_else(|| one.cmp(other))
}

struct Writer {
    locale: &'static str,
    zone: Option<String>,
    shape: Shape,
    format: Function,
}

thread_local! {
    /// Making one costs as much as a thousand uses.
    static WRITERS: RefCell<Vec<Writer>> = const { RefCell::new(Vec::new()) };
}

/// Writes a moment, in milliseconds since 1970, for people. A zone that the browser does not know is
/// taken as UTC.
pub fn format(ms: i64, locale: &'static str, zone: Option<&str>, shape: Shape) -> String {
    let moment = JsValue::from_f64(ms as f64);
    WRITERS.with_borrow_mut(|writers| {
        let known = writers
            .iter()
            .find(|writer| writer.locale == locale && writer.shape == shape && writer.zone.as_deref() == zone);
        let format = match known {
            Some(writer) => writer.format.clone(),
            None => {
                let format = writer(locale, zone, shape);
                writers.push(Writer { locale, zone: zone.map(str::to_owned), shape, format: format.clone() });
                format
            }
        };
        let written = format.call1(&JsValue::UNDEFINED, &moment).ok();
        written.and_then(|text| text.as_string()).unwrap_or_default()
    })
}

fn writer(locale: &str, zone: Option<&str>, shape: Shape) -> Function {
    let options = Object::new();
    let set = |key: &str, value: &str| {
        // A plain object takes every key.
        let _ = Reflect::set(&options, &key.into(), &value.into());
    };
    for (key, value) in shape.options() {
        set(key, value);
    }
    set("hourCycle", "h23");
    if let Some(zone) = zone {
        set("timeZone", zone);
    }
    construct(locale, &options)
        .unwrap_or_else(|_| {
            set("timeZone", "UTC");
            Intl::DateTimeFormat::new(&Array::of1(&locale.into()), &options)
        })
        .format()
}

/// Like the bindings' constructor, which would end the program for an unknown zone.
pub(super) fn construct(locale: &str, options: &Object) -> Result<Intl::DateTimeFormat, JsValue> {
    let intl = Reflect::get(&js_sys::global(), &"Intl".into())?;
    let class: Function = Reflect::get(&intl, &"DateTimeFormat".into())?.dyn_into()?;
    Reflect::construct(&class, &Array::of2(&locale.into(), options))?.dyn_into()
}

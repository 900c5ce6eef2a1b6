//! Days and times, written by the language in use and in the shop's time zone.

use domain::Day;
use leptos::prelude::*;

use super::{Language, frame, language, sync};
use crate::platform::intl::{self, Shape};

const DAY_MS: i64 = 86_400_000;

thread_local! {
    /// None: the device's own.
    static ZONE: ArcRwSignal<Option<String>> = ArcRwSignal::new(None);
}

/// From now on, times are written in this IANA time zone.
pub fn set_time_zone(zone: Option<String>) {
    ZONE.with(|signal| signal.set(zone));
}

fn write(ms: i64, shape: Shape) -> String {
    ZONE.with(|zone| intl::format(ms, language().locale(), zone.read().as_deref(), shape))
}

/// "10:42", of milliseconds since 1970.
pub fn time(ms: i64) -> String {
    write(ms, Shape::Time)
}

/// "11月25日 18:00" or "25 Nov, 18:00".
pub fn date_time(ms: i64) -> String {
    write(ms, Shape::DateTime)
}

/// The same in a language of one's choice.
pub fn date_time_in(ms: i64, language: Language) -> String {
    ZONE.with(|zone| intl::format(ms, language.locale(), zone.read().as_deref(), Shape::DateTime))
}

/// "今天 11月23日周一" or "Today, Mon 23 Nov"; the year stands with it when it is not today's.
pub fn day_heading(day: Day, today: Day) -> String {
    let shape = if day.year == today.year { Shape::Weekday } else { Shape::WeekdayYear };
    let written = intl::format(day.utc_ms(), language().locale(), Some("UTC"), shape);
    match today.utc_ms() - day.utc_ms() {
        0 => frame::today(&written),
        DAY_MS => frame::yesterday(&written),
        _ => written,
    }
}

/// "香港时间 · Asia/Hong_Kong", in the language in use.
pub fn zone_name(zone: &str, now_ms: i64) -> String {
    let written = intl::format(now_ms, language().locale(), Some(zone), Shape::Zone);
    written.split_once(' ').map_or_else(|| zone.to_owned(), |(_, name)| format!("{name} · {zone}"))
}

/// How long something has waited, in one word.
pub fn age(ms: u64) -> String {
    let minutes = ms / 60_000;
    match minutes {
        0 => sync::JUST_NOW.get().to_owned(),
        1..60 => sync::minutes(minutes),
        60..1_440 => sync::hours(minutes / 60),
        _ => sync::days(minutes / 1_440),
    }
}

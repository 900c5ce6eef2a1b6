//! Preferences of this device: language, theme, hand. Read once, kept at every change, said to `<html>`.

use leptos::prelude::*;

use crate::platform::{page, preferences};
use crate::text::{self, Language};
use crate::ui::scan;

/// Which set of colours a person chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// Light or dark, as the system says.
    System,
    /// Unbleached paper.
    Light,
    /// Carbon paper.
    Dark,
    /// For the sun: white ground, thick edges.
    Daylight,
}

impl Theme {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::System, Self::Light, Self::Dark, Self::Daylight];

    /// Its key in the preferences.
    pub const fn key(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
            Self::Daylight => "daylight",
        }
    }

    /// The theme of that key.
    pub fn parse(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.key() == key)
    }

    /// What `<html data-theme>` says: the system's wish is settled here.
    fn resolved(self, system_is_dark: bool) -> &'static str {
        match self {
            Self::System if system_is_dark => Self::Dark.key(),
            Self::System => Self::Light.key(),
            chosen => chosen.key(),
        }
    }
}

/// The preferences, as a context. The language itself lives in `text`.
#[derive(Clone, Copy, Debug)]
pub struct Prefs {
    /// The theme that was chosen.
    pub theme: RwSignal<Theme>,
    /// The main key stands at the lower left.
    pub left_handed: RwSignal<bool>,
    /// What this device's scanner is set to.
    pub scanner: scan::Settings,
    /// The number pad begins with 1 at its top, as a phone's.
    pub phone_pad: RwSignal<bool>,
    /// Customers are listed by their names; else who was there last comes first.
    pub people_by_name: RwSignal<bool>,
    /// Where one was last, of the pages that a start leads to: what a person does all day is there at once.
    pub home: RwSignal<Option<String>>,
    /// The columns of the orders' table, by key; none: it is no table.
    pub columns: RwSignal<Vec<String>>,
}

impl Prefs {
    /// Reads what is kept, and from then on keeps and shows what is chosen. An address' `?lang=` comes
    /// first, then what was kept, then the browser's own language.
    pub fn start() -> Self {
        let kept = preferences::load();
        let asked = page::query("lang");
        page::forget_query("lang");
        let browser = page::browser_language();
        let language =
            [asked, kept.language.clone()].into_iter().flatten().find_map(|tag| Language::parse(&tag)).unwrap_or(
                match browser.as_deref().and_then(Language::parse) {
                    Some(Language::Zh) => Language::Zh,
                    _ => Language::En,
                },
            );
        text::set_language(language);

        let theme = RwSignal::new(kept.theme.as_deref().and_then(Theme::parse).unwrap_or(Theme::System));
        let left_handed = RwSignal::new(kept.left_handed);
        let columns = RwSignal::new(kept.columns);
        let scanner = scan::Settings {
            prefix: RwSignal::new(kept.scanner_prefix),
            is_silent: RwSignal::new(kept.scanner_silent),
        };
        let (phone_pad, home) = (RwSignal::new(kept.phone_pad), RwSignal::new(kept.home));
        let people_by_name = RwSignal::new(kept.people_by_name);
        let system_is_dark = RwSignal::new(page::system_is_dark());
        page::on_system_theme(move |dark| system_is_dark.set(dark));

        Effect::new(move |_| page::set_language(text::language().key()));
        Effect::new(move |_| page::set_theme(theme.get().resolved(system_is_dark.get())));
        Effect::new(move |_| page::set_left_handed(left_handed.get()));
        Effect::new(move |last: Option<preferences::Stored>| {
            let now = preferences::Stored {
                language: Some(text::language().key().to_owned()),
                theme: Some(theme.get().key().to_owned()),
                left_handed: left_handed.get(),
                home: home.get(),
                phone_pad: phone_pad.get(),
                people_by_name: people_by_name.get(),
                columns: columns.get(),
                scanner_prefix: scanner.prefix.get(),
                scanner_silent: scanner.is_silent.get(),
            };
            if last.as_ref() != Some(&now) {
                preferences::store(&now);
            }
            now
        });
        Self { theme, left_handed, scanner, phone_pad, people_by_name, home, columns }
    }
}

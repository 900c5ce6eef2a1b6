//! The tables that the app ships beside its program: fetched when they are first needed, then kept while the page
//! is open. What needs them works without, less well.

use std::cell::Cell;
use std::sync::Arc;
use std::thread::LocalKey;

use domain::address::Divisions;
use domain::pinyin::Pinyin;
use domain::search::{self, Alike, is_han};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::platform::data;

/// A table, as far as it is here.
#[derive(Debug)]
pub struct Kept<T: Send + Sync + 'static> {
    here: ArcRwSignal<Option<Arc<T>>>,
    asked: Cell<bool>,
}

impl<T: Send + Sync + 'static> Kept<T> {
    fn new() -> Self {
        Self { here: ArcRwSignal::new(None), asked: Cell::new(false) }
    }
}

/// One of the tables.
pub trait Table: Sized + Send + Sync + 'static {
    /// Its file.
    const FILE: &'static str;
    /// Reads it; `None` where this build can't.
    fn read(text: &str) -> Option<Self>;
    /// Where it is kept.
    fn kept() -> &'static LocalKey<Kept<Self>>;

    /// The table as soon as it is here; asked for the first time, it is fetched. Tracks.
    fn here() -> Option<Arc<Self>> {
        Self::kept().with(|kept| {
            if !kept.asked.replace(true) {
                let here = kept.here.clone();
                spawn_local(async move {
                    match data::text(Self::FILE).await.as_deref().and_then(Self::read) {
                        Some(table) => here.set(Some(Arc::new(table))),
                        // Asked for again, it is tried again: the network may be back.
                        None => Self::kept().with(|kept| kept.asked.set(false)),
                    }
                });
            }
            kept.here.get()
        })
    }
}

/// Has the table of traditional characters fetched, where what was typed may need it. Tracks.
pub fn ask_for_alike(typed: &str) {
    if typed.chars().any(is_han) {
        Alike::here();
    }
}

/// A text as it is sought, by the tables that are here. Tracks.
pub fn folded(text: &str) -> String {
    let alike = ALIKE.with(|kept| kept.here.get());
    search::fold(text, alike.as_deref())
}

/// The characters of what was typed that are written in several ways. Tracks.
pub fn alike_in(typed: &str) -> Vec<String> {
    ask_for_alike(typed);
    ALIKE.with(|kept| kept.here.get()).map(|alike| alike.groups(typed)).unwrap_or_default()
}

/// The table for a test.
#[cfg(test)]
pub fn with_alike(text: &str) {
    ALIKE.with(|kept| kept.here.set(Alike::parse(text).ok().map(Arc::new)));
}

thread_local! {
    static ALIKE: Kept<Alike> = Kept::new();
    static PINYIN: Kept<Pinyin> = Kept::new();
    static DIVISIONS: Kept<Divisions> = Kept::new();
}

impl Table for Pinyin {
    const FILE: &'static str = data::PINYIN;
    fn read(text: &str) -> Option<Self> {
        Self::parse(text).ok()
    }
    fn kept() -> &'static LocalKey<Kept<Self>> {
        &PINYIN
    }
}

impl Table for Alike {
    const FILE: &'static str = data::CHARACTERS;
    fn read(text: &str) -> Option<Self> {
        Self::parse(text).ok()
    }
    fn kept() -> &'static LocalKey<Kept<Self>> {
        &ALIKE
    }
}

impl Table for Divisions {
    const FILE: &'static str = data::DIVISIONS;
    fn read(text: &str) -> Option<Self> {
        Self::parse(text).ok()
    }
    fn kept() -> &'static LocalKey<Kept<Self>> {
        &DIVISIONS
    }
}

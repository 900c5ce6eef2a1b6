//! The tables that the app ships beside its program: fetched when they are first needed, then kept while the page
//! is open. What needs them works without, less well.

use std::cell::Cell;
use std::sync::Arc;
use std::thread::LocalKey;

use domain::address::Divisions;
use domain::pinyin::Pinyin;
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

thread_local! {
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

impl Table for Divisions {
    const FILE: &'static str = data::DIVISIONS;
    fn read(text: &str) -> Option<Self> {
        Self::parse(text).ok()
    }
    fn kept() -> &'static LocalKey<Kept<Self>> {
        &DIVISIONS
    }
}

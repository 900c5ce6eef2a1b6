//! The sync light: where the data is, how much waits and since when. A picture and words; always there.

use leptos::prelude::*;

use super::{Glyph, Icon};
use crate::text::{age, sync};

/// How the device and the server stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SyncState {
    /// There is no server.
    #[default]
    Local,
    /// All is sent.
    Synced,
    /// Something is on its way.
    Pending,
    /// The server cannot be reached.
    Offline,
    /// The server does not know this tablet any more.
    NeedsAuth,
    /// Something cannot be sent.
    Error,
}

impl SyncState {
    /// As `data-state` says it.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Synced => "synced",
            Self::Pending => "pending",
            Self::Offline => "offline",
            Self::NeedsAuth => "needs-auth",
            Self::Error => "error",
        }
    }

    const fn glyph(self) -> Glyph {
        match self {
            Self::Local => Glyph::Tablet,
            Self::Synced => Glyph::Sent,
            Self::Pending => Glyph::Pending,
            Self::Offline => Glyph::Offline,
            Self::NeedsAuth => Glyph::Lock,
            Self::Error => Glyph::Warn,
        }
    }
}

/// What the light shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SyncStatus {
    /// How things stand.
    pub state: SyncState,
    /// How many acts wait to be sent.
    pub pending: u64,
    /// How long the oldest has waited, in milliseconds.
    pub oldest_ms: Option<u64>,
}

impl SyncStatus {
    /// What is so, and how much and since when.
    fn words(self) -> (String, String) {
        let waiting = || match self.pending {
            0 => sync::NOTHING_WAITS.get().to_owned(),
            pending => sync::waiting(pending),
        };
        let said = |phrase: crate::text::Phrase| phrase.get().to_owned();
        match self.state {
            SyncState::Local => (said(sync::LOCAL), said(sync::NO_SERVER)),
            SyncState::Synced => (said(sync::SYNCED), said(sync::SAFE)),
            SyncState::Pending if self.pending == 0 => (said(sync::ASKING), waiting()),
            SyncState::Pending => (waiting(), self.oldest_ms.map(age).unwrap_or_default()),
            SyncState::Offline => (said(sync::OFFLINE), waiting()),
            SyncState::NeedsAuth => (said(sync::NEEDS_AUTH), waiting()),
            SyncState::Error => (said(sync::ERROR), waiting()),
        }
    }
}

/// The light, which leads to where the whole of it stands.
#[component]
pub fn SyncLight(
    /// What it shows.
    #[prop(into)]
    face: Signal<SyncStatus>,
    /// Where it leads.
    href: &'static str,
) -> impl IntoView {
    let glyph = Memo::new(move |_| face.get().state.glyph());
    let words = Memo::new(move |_| face.get().words());
    view! {
        <a
            class="sync"
            href=href
            data-testid="sync-state"
            data-state=move || face.get().state.key()
            data-pending=move || face.get().pending.to_string()
        >
            {move || view! { <Icon glyph=glyph.get()/> }}
            <b>{move || words.get().0}</b>
            <span>{move || words.get().1}</span>
        </a>
    }
}

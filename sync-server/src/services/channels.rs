//! Who hears of a shop's news: waiting pulls and live sockets. Nothing here is needed for correctness: who misses
//! news finds it at the next pull.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::ws::Utf8Bytes;
use tokio::sync::broadcast;
use uuid::Uuid;

/// News that a slow listener may be behind; then it is told where the log ends, without events.
const BACKLOG: usize = 64;

/// The rooms of all shops that someone spoke to since the start.
#[derive(Debug, Default)]
pub struct ShopChannels(Mutex<HashMap<Uuid, Arc<ShopChannel>>>);

/// The room of one shop.
#[derive(Debug)]
pub struct ShopChannel {
    /// Held from before a push's transaction until its news is out, so that news goes out in sequence.
    pub push_lock: tokio::sync::Mutex<()>,
    news: broadcast::Sender<News>,
}

/// What happened in a shop.
#[derive(Clone, Debug)]
pub enum News {
    /// A push put events into the log.
    Poke {
        /// The device that pushed.
        by: Uuid,
        /// The poke with its events, when they are few.
        full: Utf8Bytes,
        /// The poke alone, for the device that has the events.
        brief: Utf8Bytes,
    },
    /// The credential by which a device was in is no good any more.
    Revoked(Uuid),
}

impl ShopChannels {
    /// The room of a shop.
    pub fn channel(&self, shop: Uuid) -> Arc<ShopChannel> {
        let mut channels = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let channel = || {
            Arc::new(ShopChannel { push_lock: tokio::sync::Mutex::default(), news: broadcast::Sender::new(BACKLOG) })
        };
        Arc::clone(channels.entry(shop).or_insert_with(channel))
    }
}

impl ShopChannel {
    /// Hears everything from now on.
    pub fn listen(&self) -> broadcast::Receiver<News> {
        self.news.subscribe()
    }

    /// Tells everyone who listens; nobody may.
    pub fn tell(&self, news: News) {
        let _ = self.news.send(news);
    }

    /// Whether telling is worth the work.
    pub fn has_listeners(&self) -> bool {
        self.news.receiver_count() > 0
    }
}

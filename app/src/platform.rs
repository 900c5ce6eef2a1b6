//! The browser: the only place that names its APIs. The page and its preferences, dates, the service
//! worker; storage, transport and locks.

pub mod camera;
pub mod clock;
pub mod data;
pub mod files;
pub mod form_drafts;
pub mod history;
pub mod intl;
pub mod keys;
pub mod net;
pub mod page;
pub mod picture;
pub mod preferences;
pub mod presses;
pub mod service_worker;
pub mod sound;
pub mod storage;
pub mod tabs;
mod writing;

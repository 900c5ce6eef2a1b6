//! What the handlers share: who calls, who hears of news, how often one may guess, what is secret,
//! what is counted, and the app's files.

pub mod attempts;
pub mod budgets;
pub mod channels;
pub mod disk;
pub mod metrics;
pub mod origin;
pub mod places;
pub mod proxy;
pub mod secrets;
pub mod site;
pub mod turns;

//! Every word the app says, both languages side by side. A text that is missing, or an argument that
//! does not fit, does not compile. Fixed texts are constants that cost no code; texts with figures or
//! names in them are functions.

#[macro_use]
mod catalogue;
pub mod counter;
pub mod customers;
mod language;
mod money;
pub mod new_order;
pub mod opening;
pub mod order_list;
pub mod order_page;
pub mod picture;
pub mod products;
pub mod records;
pub mod remind;
pub mod rules;
pub mod scan;
mod selling;
pub mod sheets;
pub mod shop_lists;
pub mod shop_setup;
pub mod templates;
mod when;

pub use catalogue::{conflicts, currency, first_start, frame, keys, missing, orders, server, settings, sync, update};
pub use language::{Language, Phrase, language, set_language};
pub use money::{CURRENCIES, Currency, MoneyParts};
pub use selling::{
    badge, delivery, dispute, fault, form, list, method, order, payment, preview, reason, shipping, state, timeline,
};
pub use when::{Day, age, date_time, date_time_in, day_heading, set_time_zone, time, zone_name};

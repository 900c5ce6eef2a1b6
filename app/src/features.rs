//! The pages, a folder each: what wires it, its parts, and its pure model.

pub mod articles;
pub mod conflicts;
pub mod counter;
pub mod customers;
pub mod first_start;
pub mod meant;
pub mod missing;
pub mod new_order;
pub mod order;
pub mod orders;
pub mod products;
pub mod records;
pub mod rules;
pub mod search_address;
pub mod server_words;
pub mod settings;
pub mod sheets;
pub mod shop_lists;
pub mod shop_setup;
pub mod templates;

//! What the shop knows as rows of a sheet, in the person's language. What is written is read again by the same names.

use domain::sheet::csv::{BOM, Cell, write_line};
use domain::sheet::products::Words;
use domain::sheet::{customers, products};
use domain::shop::list::{List, entries};
use leptos::prelude::*;

use super::{Kind, words};
use crate::features::shop_lists;
use crate::platform::{clock, files};
use crate::session::{Session, shop_now};
use crate::text::{sheets, weight};
use crate::ui::Toaster;

/// How many are written between two breaths of the page.
const AT_ONCE: usize = 200;

/// The keys of the price levels, and what they are called.
pub fn levels() -> Vec<(String, String)> {
    untrack(|| {
        let shop = shop_now();
        let offered = entries(&shop, List::Level).into_iter().filter(|entry| !entry.hidden);
        offered.map(|entry| (entry.key.clone(), shop_lists::name(&shop, List::Level, &entry.key))).collect()
    })
}

/// All rows, the head first.
pub async fn rows(session: Session, kind: Kind) -> Vec<Vec<Cell>> {
    let text = |text: String| Cell::Text(text);
    let levels = levels();
    match kind {
        Kind::Products => {
            let keys: Vec<String> = levels.iter().map(|(key, _)| key.clone()).collect();
            let head: Vec<String> =
                products::columns(&keys).iter().map(|column| words::product_column(column, &levels)).collect();
            let word = |phrase: crate::text::Phrase| phrase.get().to_owned();
            let words = Words {
                head: head.clone(),
                piece: word(sheets::PIECE),
                weight: word(weight::name(untrack(weight::shop))),
                on: word(sheets::ON_SALE),
                off: word(sheets::OFF_SALE),
            };
            let all = untrack(|| session.products().get().in_order());
            let mut rows = vec![head.into_iter().map(text).collect()];
            for part in all.chunks(AT_ONCE) {
                for (_, product) in part {
                    let stock = |product: &_, variant| untrack(|| session.stock(product, variant));
                    rows.extend(products::rows(product, untrack(|| session.usage().get()), &keys, &words, stock));
                }
                clock::breathe().await;
            }
            rows
        }
        Kind::Customers => {
            let called = |key: &str| {
                let known = levels.iter().find(|(level, _)| level == key);
                known.map_or_else(|| key.to_owned(), |(_, name)| name.clone())
            };
            let head = customers::Column::OURS.map(|column| text(words::customer_column(column).get().to_owned()));
            let all = untrack(|| session.customers().get());
            let rows = all.iter().filter_map(|customer| customers::row(customer, called));
            std::iter::once(head.into()).chain(rows).collect()
        }
    }
}

/// The name of a file made today.
pub fn file_name(session: Session, kind: Kind, ending: &str) -> String {
    let today = session.day_of(session.now_ms().get_untracked());
    format!("{}-{}-{:02}-{:02}.{ending}", kind.name().get(), today.year, today.month, today.day)
}

/// These rows as text between commas.
pub fn csv(rows: &[Vec<Cell>]) -> String {
    let mut file = BOM.to_owned();
    for row in rows {
        write_line(&mut file, row.iter().cloned());
    }
    file
}

/// Saves a file, and says so.
pub fn save(toaster: Toaster, name: &str, kind: &str, bytes: &[u8], rows: usize) {
    if files::save(name, kind, bytes) {
        toaster.confirm(sheets::saved(u64::try_from(rows).unwrap_or(u64::MAX)));
    } else {
        toaster.warn(sheets::NOT_SAVED);
    }
}

/// All products or customers as a file of text between commas.
pub async fn save_csv(session: Session, toaster: Toaster, kind: Kind) {
    let rows = rows(session, kind).await;
    let name = file_name(session, kind, "csv");
    save(toaster, &name, "text/csv;charset=utf-8", csv(&rows).as_bytes(), rows.len().saturating_sub(1));
}

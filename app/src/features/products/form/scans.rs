//! What a scanned code does while a product is written: it is one of its barcodes, wherever the focus is.

use domain::code;
use leptos::prelude::*;

use super::{ArticleFields, ProductFormState};
use crate::features::products::ProductsRoute;
use crate::text::{products, scan as words};
use crate::ui::scan::{Layer, SEARCH, Scan, Scanner};

/// The barcodes with one more; `None`: it is there already.
fn with_one_more(typed: &str, code: &str) -> Option<String> {
    let key = code::key(code);
    let mut all: Vec<&str> = typed.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if all.iter().any(|known| code::key(known) == key) {
        return None;
    }
    all.push(code);
    Some(all.join("\n"))
}

impl ProductFormState {
    /// The article of a field, and whether it is the field of its code.
    fn marked(self, mark: &str) -> Option<(ArticleFields, bool)> {
        let (field, of) = mark.split_once('/')?;
        let of: u32 = of.parse().ok()?;
        let variant = self.fields.variants.with_untracked(|all| all.iter().find(|it| it.id == of).map(|it| it.article));
        Some((if of == 0 { self.fields.article } else { variant? }, field == "code"))
    }
}

/// From now on, codes are the product's.
pub(super) fn take(ways: ProductsRoute, state: ProductFormState) {
    let Some(scanner) = Scanner::here() else { return };
    let all = state.session.products();
    scanner.take(Layer::Part, move |Scan { text, mark }| {
        let own = state.known.with_untracked(|known| known.as_ref().map(|known| known.id));
        let other = all.with_untracked(|all| {
            let other = all.iter().find(|it| Some(it.id) != own && it.scanned(&text).is_some());
            other.map(|it| it.name.clone())
        });
        // Someone who looks through the products with the scanner goes on to the next.
        let looks_on = own.is_some() && mark.is_none() && other.is_some();
        if mark.as_deref() == Some(SEARCH) || looks_on {
            ways.typed.set(text.clone());
            return scanner.say(move || words::found(&text));
        }
        let (article, is_code) = mark.and_then(|mark| state.marked(&mark)).unwrap_or((state.fields.article, false));
        if is_code {
            article.code.set(text);
            return;
        }
        if article.code.with_untracked(|typed| code::key(typed) == code::key(&text)) {
            return scanner.say(move || words::taken_already(&text));
        }
        match article.barcodes.with_untracked(|typed| with_one_more(typed, &text)) {
            Some(typed) => {
                article.barcodes.set(typed);
                match other {
                    Some(other) => scanner.refuse(move || products::code_taken(&other)),
                    None => scanner.say(move || words::taken(&text)),
                }
            }
            None => scanner.say(move || words::taken_already(&text)),
        }
    });
}

#[cfg(test)]
mod tests {
    use super::with_one_more;

    #[test]
    fn a_barcode_is_added_once_in_whatever_form() {
        assert_eq!(with_one_more("", "690").as_deref(), Some("690"));
        assert_eq!(with_one_more("690\n", "691").as_deref(), Some("690\n691"));
        assert_eq!(with_one_more("036000291452", "0036000291452"), None);
    }
}

//! What a scanned code means in this shop, and the articles that have one code, to choose from.

use std::sync::Arc;

use domain::code::Place;
use domain::code::scale::{self, Layout, Scanned};
use domain::product::Product;
use leptos::prelude::*;

use crate::session::{Records, Session};
use crate::text::{Currency, scan};
use crate::ui::Money;

/// The layouts of scales' labels that the shop has.
pub fn layouts(session: Session) -> Vec<Layout> {
    let kept = session.shop_fields().with_untracked(|shop| shop.texts(scale::FIELD));
    kept.iter().filter_map(|text| Layout::parse(text).ok()).collect()
}

/// What a code means here.
pub fn read(session: Session, products: &Records<Product>, code: &str) -> Scanned {
    let exponent = session.settings().get_untracked().currency.exponent();
    scale::read(products.iter().map(AsRef::as_ref), &layouts(session), exponent, code)
}

/// Whether a code has the form of what Alipay (25 to 30) and WeChat (10 to 15) show to be charged from. A scale's label
/// may have it, too: the place says which is meant.
pub fn is_pay_code(code: &str) -> bool {
    let begins = code.get(..2).and_then(|begin| begin.parse::<u8>().ok());
    code.len() == 18
        && code.bytes().all(|sign| sign.is_ascii_digit())
        && begins.is_some_and(|begin| matches!(begin, 10..=15 | 25..=30))
}

/// Of a product as a whole, the articles that it is sold as.
pub fn offered(product: &Product, of: u32) -> Vec<Place> {
    let offered = if of == 0 { product.offered() } else { vec![of] };
    let offered = if offered.is_empty() { vec![of] } else { offered };
    offered.into_iter().map(|of| (product.id, of)).collect()
}

/// One key for each of them, in the order that all tablets have.
#[component]
pub fn Articles(
    /// The code.
    code: String,
    /// The products, and which of their variants.
    offers: Vec<(Arc<Product>, u32)>,
    /// The price level of the customer.
    level: String,
    /// What prices are counted in.
    #[prop(into)]
    currency: Signal<Currency>,
    /// One was chosen.
    #[prop(into)]
    on_take: Callback<Place>,
) -> impl IntoView {
    let keys = offers.into_iter().map(|(product, of)| {
        let place = (product.id, of);
        let price = product.price(of, &level);
        let (name, spec, own) = (product.name.clone(), product.spec(of).to_owned(), product.code(of).to_owned());
        view! {
            <li>
                <button
                    type="button"
                    class="button variant"
                    data-code=own
                    on:click=move |_| on_take.run(place)
                >
                    <span>{name} " " <span class="small muted">{spec}</span></span>
                    <span class="end">{price.map(|price| view! { <Money minor=Signal::stored(price) currency/> })}</span>
                </button>
            </li>
        }
    });
    let which = scan::which(&code);
    view! {
        <p class="muted">{which}</p>
        <ul class="menu" data-testid="which-article" data-code=code aria-label=scan::WHICH>{keys.collect_view()}</ul>
    }
}

#[cfg(test)]
mod tests {
    use super::is_pay_code;

    #[test]
    fn a_pay_code_is_told_by_its_form() {
        assert!(is_pay_code("281234567890123456") && is_pay_code("134567890123456789"));
        assert!(
            !is_pay_code("211234567890123456") && !is_pay_code("28123456789012345") && !is_pay_code("6901234567892")
        );
    }
}

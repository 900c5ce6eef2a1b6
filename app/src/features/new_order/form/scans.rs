//! What a scanned code does on the form: its product's line is chosen, or is one more; the next code is the next line.

use std::collections::VecDeque;
use std::sync::Arc;

use domain::code::Place;
use domain::code::scale::{Label, Scanned};
use domain::figure::Usage;
use domain::money::plain;
use domain::order::Unit;
use domain::product::Product;
use domain::text::MAX_LINES;
use leptos::prelude::*;

use super::fields::ItemFields;
use super::items::add_item;
use crate::features::articles::{self, Articles};
use crate::features::new_order::Flow;
use crate::text::{counter, new_order, scan as words, weight};
use crate::ui::scan::{Layer, Scanner};
use crate::ui::{Acts, Button, Dialog, Glyph, Kind, LinkButton, Note};

/// What is asked of a code.
#[derive(Clone, Debug, PartialEq)]
enum DialogKind {
    /// Which of several articles.
    Which(String, Vec<Place>, Option<Label>),
    /// What to do with one that no product has.
    Unknown(String),
}

/// The codes of this form.
#[derive(Clone, Copy)]
struct ScanDialogs {
    flow: Flow,
    scanner: Option<Scanner>,
    kind: RwSignal<Option<DialogKind>>,
    asking: RwSignal<bool>,
    waiting: RwSignal<VecDeque<String>>,
}

impl ScanDialogs {
    fn say(self, what: impl Fn() -> String + Send + Sync + 'static) {
        if let Some(scanner) = self.scanner {
            scanner.say(what);
        }
    }

    fn open(self, kind: DialogKind) {
        self.kind.set(Some(kind));
        self.asking.set(true);
    }

    fn product(self, (id, _): Place) -> Option<Arc<Product>> {
        self.flow.products.with_untracked(|all| all.get(id).cloned())
    }

    /// A code was scanned.
    fn scanned(self, code: &str) {
        if self.asking.get_untracked() {
            self.waiting.update(|all| all.push_back(code.to_owned()));
            let code = code.to_owned();
            return self.say(move || words::waits(&code));
        }
        self.choose(code);
    }

    fn choose(self, code: &str) {
        let means = self.flow.products.with_untracked(|all| articles::read(self.flow.session, all, code));
        let is_goods =
            matches!(&means, Scanned::Articles(_)) || matches!(&means, Scanned::Label(_, places) if !places.is_empty());
        let refuse = |why| self.scanner.into_iter().for_each(|scanner| scanner.refuse(why));
        if !is_goods && articles::is_pay_code(code) {
            return refuse(words::PAY_CODE);
        }
        match means {
            Scanned::Articles(places) => self.choose_of(code, places, None),
            Scanned::Label(label, places) if places.is_empty() => self.open(DialogKind::Unknown(label.item)),
            Scanned::Label(label, places) => {
                let label = (!label.is_bare()).then_some(label);
                self.choose_of(code, places, label);
            }
            Scanned::Misread => refuse(words::MISREAD),
            Scanned::Unknown => self.open(DialogKind::Unknown(code.to_owned())),
        }
    }

    fn choose_of(self, code: &str, places: Vec<Place>, label: Option<Label>) {
        let places = match places.as_slice() {
            [one] => self.product(*one).map_or_else(Vec::new, |product| articles::offered(&product, one.1)),
            _ => places,
        };
        match places.as_slice() {
            [] => {}
            [one] => self.fill(*one, label.as_ref()),
            _ => self.open(DialogKind::Which(code.to_owned(), places, label)),
        }
    }

    /// The first line that holds nothing, or a new one.
    fn free_line(self) -> Option<ItemFields> {
        let items = self.flow.fields.items;
        let is_free = |item: &&ItemFields| {
            let typed = item.untracked();
            typed.product.is_none() && typed.item.trim().is_empty() && typed.price.trim().is_empty()
        };
        let free = items.with_untracked(|all| all.iter().find(is_free).copied());
        if free.is_some() || items.with_untracked(Vec::len) >= MAX_LINES {
            return free;
        }
        let id = add_item(self.flow);
        items.with_untracked(|all| all.iter().find(|item| item.id == id).copied())
    }

    fn full(self) {
        if let Some(scanner) = self.scanner {
            scanner.refuse(|| new_order::too_many(MAX_LINES));
        }
    }

    fn fill(self, place: Place, label: Option<&Label>) {
        let Some(product) = self.product(place) else { return };
        let of = place.1;
        let usual = product.price(of, &self.flow.level.get_untracked());
        let minor = self.flow.minor.get_untracked();
        let usage = Usage { currency: minor, weight: untrack(weight::shop) };
        let sale = label.map(|label| label.sale(product.unit, usual, usage.weight));
        if sale == Some(None) {
            self.scanner.into_iter().for_each(|scanner| scanner.refuse(words::BY_PIECE));
            return;
        }
        let name = product.name.clone();
        let same = |item: &&ItemFields| {
            let typed = item.untracked();
            typed.product == Some(product.id) && typed.variant == of && typed.unit == Unit::Piece
        };
        let known = self.flow.fields.items.with_untracked(|all| all.iter().find(same).copied());
        if let (Some(item), None, Unit::Piece) = (known, label, product.unit) {
            item.quantity.update(|typed| {
                let count = typed.trim().parse::<u64>().unwrap_or(0);
                *typed = count.saturating_add(1).to_string();
            });
            return self.say(move || words::one_more(&name));
        }
        let Some(item) = self.free_line() else { return self.full() };
        item.fill(&product, of, usual.map(|price| usage.plain_price(price, product.unit)));
        match sale.flatten() {
            Some(sale) => {
                item.unit.set(sale.unit);
                item.quantity.set(usage.plain_quantity(sale.quantity, sale.unit));
                item.price.set(sale.price.map(|price| usage.plain_price(price, sale.unit)).unwrap_or_default());
                item.discount.set(if sale.discount > 0 { plain(sale.discount, minor) } else { String::new() });
            }
            // How much it weighs is still to be typed.
            None if product.unit == Unit::Gram => item.quantity.set(String::new()),
            None => {}
        }
        self.say(move || words::added(&name));
    }

    /// The code becomes a line of its own.
    fn as_item(self, code: &str) {
        self.asking.set(false);
        match self.free_line() {
            Some(item) => item.item.set(code.to_owned()),
            None => self.full(),
        }
    }
}

/// Takes codes, and asks what they leave open.
#[component]
pub fn Scans(flow: Flow) -> impl IntoView {
    let dialogs = ScanDialogs {
        flow,
        scanner: Scanner::here(),
        kind: RwSignal::new(None),
        asking: RwSignal::new(false),
        waiting: RwSignal::default(),
    };
    if let Some(scanner) = dialogs.scanner {
        scanner.take(Layer::Part, move |scan| dialogs.scanned(&scan.text));
    }
    Effect::new(move |_| {
        if !dialogs.asking.get() && dialogs.waiting.with(|all| !all.is_empty()) {
            let next = dialogs.waiting.try_update(|all| all.pop_front()).flatten();
            next.iter().for_each(|code| dialogs.choose(code));
        }
    });
    let title = move || match dialogs.kind.get() {
        Some(DialogKind::Unknown(_)) => counter::UNKNOWN.get(),
        Some(DialogKind::Which(..)) | None => words::WHICH.get(),
    };
    let body = move || {
        if let Some(scanner) = dialogs.scanner {
            scanner.take(Layer::Dialog, move |scan| dialogs.scanned(&scan.text));
        }
        dialogs.kind.get().map(|kind| match kind {
            DialogKind::Which(code, places, label) => view! { <Which dialogs code places label/> }.into_any(),
            DialogKind::Unknown(code) => view! { <Unknown dialogs code/> }.into_any(),
        })
    };
    view! { <Dialog open=dialogs.asking title=title>{body}</Dialog> }
}

#[component]
fn Which(dialogs: ScanDialogs, code: String, places: Vec<Place>, label: Option<Label>) -> impl IntoView {
    let offers = places.into_iter().filter_map(|place| Some((dialogs.product(place)?, place.1))).collect::<Vec<_>>();
    let on_take = move |place: Place| {
        dialogs.asking.set(false);
        dialogs.fill(place, label.as_ref());
    };
    view! {
        <Articles
            code
            offers
            level=dialogs.flow.level.get_untracked()
            currency=dialogs.flow.currency
            on_take
        />
    }
}

/// A code that no product has: a new product with it, or an item that is none.
#[component]
fn Unknown(dialogs: ScanDialogs, code: String) -> impl IntoView {
    let href = format!("/products/new?code={}", crate::platform::page::escaped(&code));
    let (shown, said) = (code.clone(), code.clone());
    view! {
        <div class="stack" data-testid="unknown-code" data-code=shown>
            <Note text=move || words::unknown(&said) glyph=Glyph::Scan/>
            <Acts>
                <LinkButton href label=words::NEW_PRODUCT glyph=Glyph::Plus/>
                <Button
                    label=words::AS_ITEM
                    kind=Kind::Main
                    on_press=move || dialogs.as_item(&code)
                    attr:data-first=""
                />
            </Acts>
        </div>
    }
}

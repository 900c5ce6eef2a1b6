//! What a scanned code does at the counter: the article is sold; where a question is open, after it.

use std::collections::VecDeque;

use domain::code::Place;
use domain::code::scale::{Label, Scanned};
use domain::order::Unit;
use leptos::prelude::*;
use uuid::Uuid;

use super::model::Good;
use super::till::{DialogKind, Figure, Till, Wanted, draw_line};
use crate::features::articles;
use crate::text::{Phrase, scan as words, weight};
use crate::ui::scan::Layer;

impl Till {
    /// Takes the codes of the scanner, on the page and in its dialogs.
    pub fn take_scans(self, layer: Layer) {
        if let Some(scanner) = self.scanner {
            scanner.take(layer, move |scan| self.scanned(&scan.text));
        }
    }

    /// Goes on with what waits, whenever no question is open and no act under way.
    pub fn follow_waiting(self) {
        Effect::new(move |_| {
            let is_free = !self.asking.get() && !self.busy.get();
            if is_free && self.waiting.with(|waiting| !waiting.is_empty()) {
                match self.waiting.try_update(VecDeque::pop_front).flatten() {
                    Some(Wanted::Code(code)) => self.sell_scanned(&code),
                    Some(Wanted::Tile(id)) => self.tap(id),
                    None => {}
                }
            }
        });
    }

    /// A code was scanned.
    pub fn scanned(self, code: &str) {
        let code = code.trim();
        let is_busy = self.busy.get_untracked();
        if !self.asking.get_untracked() && !is_busy {
            return self.sell_scanned(code);
        }
        let dialog = self.dialog.get_untracked();
        if matches!(dialog, Some(DialogKind::Camera)) && !is_busy {
            self.close();
            return self.sell_scanned(code);
        }
        let means = self.means(code);
        let first = match &means {
            Scanned::Articles(places) | Scanned::Label(_, places) => places.first().copied(),
            Scanned::Unknown | Scanned::Misread => None,
        };
        let named = first.and_then(|(id, _)| self.product(id)).map(|it| it.name.clone());
        // What to do with an unknown code can wait: whoever scans on goes on selling.
        if let (Scanned::Articles(places), Some(DialogKind::Unknown(_)), false) = (&means, &dialog, is_busy)
            && let [(product, of)] = places.as_slice()
            && self.asks_nothing(*product, *of)
        {
            self.put(*product, *of, 1);
            let item = named.unwrap_or_default();
            return self.say(move || words::added(&item));
        }
        self.waiting.update(|waiting| waiting.push_back(Wanted::Code(code.to_owned())));
        let named = named.unwrap_or_else(|| code.to_owned());
        self.say(move || words::waits(&named));
    }

    fn means(self, code: &str) -> Scanned {
        self.products.with_untracked(|all| articles::read(self.session, all, code))
    }

    fn asks_nothing(self, product: Uuid, of: u32) -> bool {
        self.product(product).is_some_and(|it| {
            let is_one = of != 0 || it.variants.is_empty();
            is_one && it.unit == Unit::Piece && it.price(of, &self.level.get_untracked()).is_some()
        })
    }

    fn say(self, what: impl Fn() -> String + Send + Sync + 'static) {
        if let Some(scanner) = self.scanner {
            scanner.say(what);
        }
    }

    fn refuse(self, why: Phrase) {
        self.scanner.into_iter().for_each(|scanner| scanner.refuse(why));
    }

    /// Sells what a code names, or asks which of several, or what to do with one that is unknown.
    fn sell_scanned(self, code: &str) {
        let means = self.means(code);
        let is_goods = matches!(&means, Scanned::Articles(_))
            || matches!(&means, Scanned::Label(_, places) if !places.is_empty() && !self.paying.get_untracked());
        if !is_goods && articles::is_pay_code(code) {
            return self.refuse(words::PAY_CODE);
        }
        if means == Scanned::Misread {
            return self.refuse(words::MISREAD);
        }
        if self.paying.get_untracked() {
            self.back_to_goods();
        }
        self.begin();
        match means {
            Scanned::Articles(places) => self.sell_one_of(code, places, None),
            Scanned::Label(label, places) if places.is_empty() => self.open(DialogKind::Unknown(label.item)),
            Scanned::Label(label, places) if label.is_bare() => self.sell_one_of(code, places, None),
            Scanned::Label(label, places) => self.sell_one_of(code, places, Some(label)),
            Scanned::Unknown | Scanned::Misread => self.open(DialogKind::Unknown(code.to_owned())),
        }
    }

    fn sell_one_of(self, code: &str, places: Vec<Place>, label: Option<Label>) {
        let places = match places.as_slice() {
            [(id, of)] => self.product(*id).map_or_else(Vec::new, |product| articles::offered(&product, *of)),
            _ => places,
        };
        match (places.as_slice(), label) {
            ([(id, of)], label) => self.sell_labelled((*id, *of), label.as_ref()),
            // The variants of one product, as its tile asks for them.
            ([(id, _), (other, _), ..], None)
                if id == other
                    && self.product(*id).is_some_and(|it| articles::offered(&it, 0).len() == places.len()) =>
            {
                self.open(DialogKind::Variant(*id));
            }
            (_, label) => self.open(DialogKind::Which(code.to_owned(), places, label)),
        }
    }

    /// Sells an article as its label says.
    pub fn sell_labelled(self, (id, of): Place, label: Option<&Label>) {
        let (Some(product), Some(label)) = (self.product(id), label) else { return self.take(id, of) };
        let level = self.level.get_untracked();
        let usual = product.price(of, &level);
        let Some(sale) = label.sale(product.unit, usual, weight::shop()) else { return self.refuse(words::BY_PIECE) };
        self.close();
        self.begin();
        let good = Good { unit: sale.unit, price: sale.price, ..Good::of(&product, of, &level) };
        let line = self.cart.try_update(|cart| {
            let line = cart.add(&good, sale.quantity, draw_line);
            if sale.discount > 0 {
                cart.change(line, |line| line.discount = sale.discount);
            }
            // What a label says it costs, no price level changes.
            if label.price.is_some_and(|price| price > 0) {
                cart.typed.insert(line);
            }
            line
        });
        self.added(line, &good.item);
        if let (None, Some(line)) = (good.price, line) {
            self.open(DialogKind::Line(line, Figure::Price));
        }
    }
}

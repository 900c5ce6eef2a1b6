//! The form of a product, new or known. What is typed is kept on the device until it is saved or given up; what others
//! change meanwhile is not overwritten unseen.

mod parts;
mod scans;

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::StreamKind;
use domain::order::Unit;
use domain::product::Product;
use domain::record::{Changed, RecordEvent, StockMoved, StockReason, Value, changes};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use replica::Act;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub(super) use self::parts::Tool;
use self::parts::{Basics, Further, Variants};
use super::list::in_order;
use super::model::{ArticleForm, Form, Place, Reading, VariantForm};
use super::{BackToList, Chosen, ProductsRoute, words};
use crate::features::order::refusal;
use crate::features::records::{field_name, value_words};
use crate::platform::{clock, form_drafts, page};
use crate::session::{ActFault, Session};
use crate::text::products;
use crate::ui::{self, Acts, Button, Dock, DockedKeypad, Glyph, Kind, Note, Scroll, Stub, Submission, Tone};

/// How far apart products are put, so that others fit between.
const APART: i64 = 1_000;

/// The longest side of a picture: large enough for a tile, small enough for a thousand of them.
const PICTURE_PX: u32 = 960;

/// What is kept of a form while it is typed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Kept {
    /// The id that the product has, or will have.
    id: Uuid,
    form: Form,
    /// What the form began with.
    base: BTreeMap<String, Value>,
}

fn key(id: Option<Uuid>) -> String {
    id.map_or_else(|| "product.new".to_owned(), |id| format!("product.{id}"))
}

/// The fields of an article.
#[derive(Clone, Copy)]
struct ArticleFields {
    code: RwSignal<String>,
    barcodes: RwSignal<String>,
    price: RwSignal<String>,
    cost: RwSignal<String>,
    levels: RwSignal<BTreeMap<String, RwSignal<String>>>,
    stock: RwSignal<String>,
    picture: RwSignal<String>,
}

impl ArticleFields {
    fn of(article: ArticleForm, levels: &[String]) -> Self {
        let mut fields: BTreeMap<String, RwSignal<String>> = BTreeMap::new();
        for key in levels.iter().chain(article.levels.keys()) {
            let typed = article.levels.get(key).cloned().unwrap_or_default();
            fields.entry(key.clone()).or_insert_with(|| RwSignal::new(typed));
        }
        Self {
            code: RwSignal::new(article.code),
            barcodes: RwSignal::new(article.barcodes),
            price: RwSignal::new(article.price),
            cost: RwSignal::new(article.cost),
            levels: RwSignal::new(fields),
            stock: RwSignal::new(article.stock),
            picture: RwSignal::new(article.picture),
        }
    }

    fn typed(self) -> ArticleForm {
        let levels = self.levels.get().into_iter().map(|(key, typed)| (key, typed.get()));
        ArticleForm {
            code: self.code.get(),
            barcodes: self.barcodes.get(),
            price: self.price.get(),
            cost: self.cost.get(),
            levels: levels.filter(|(_, typed)| !typed.trim().is_empty()).collect(),
            stock: self.stock.get(),
            picture: self.picture.get(),
        }
    }
}

/// The fields of a variant.
#[derive(Clone, Copy)]
struct VariantFields {
    id: u32,
    name: RwSignal<String>,
    active: RwSignal<bool>,
    article: ArticleFields,
    /// It is not saved yet: its stock can be typed, and it can be taken out.
    is_new: bool,
}

/// The form's fields on the page: the one place where what is typed lives.
#[derive(Clone, Copy)]
struct Fields {
    /// A variant that is added lives as long as the form, not as long as the key that added it is in sight.
    owner: StoredValue<Owner>,
    name: RwSignal<String>,
    spec: RwSignal<String>,
    category: RwSignal<String>,
    is_weight: RwSignal<bool>,
    active: RwSignal<bool>,
    note: RwSignal<String>,
    article: ArticleFields,
    variants: RwSignal<Vec<VariantFields>>,
    levels: StoredValue<Vec<String>>,
}

impl Fields {
    fn of(form: Form, levels: Vec<String>, saved: impl Fn(u32) -> bool) -> Self {
        let variant = |variant: VariantForm| VariantFields {
            id: variant.id,
            name: RwSignal::new(variant.name),
            active: RwSignal::new(variant.active),
            article: ArticleFields::of(variant.article, &levels),
            is_new: !saved(variant.id),
        };
        Self {
            owner: StoredValue::new(Owner::current().unwrap_or_default()),
            name: RwSignal::new(form.name),
            spec: RwSignal::new(form.spec),
            category: RwSignal::new(form.category),
            is_weight: RwSignal::new(form.is_weight),
            active: RwSignal::new(form.active),
            note: RwSignal::new(form.note),
            article: ArticleFields::of(form.article, &levels),
            variants: RwSignal::new(form.variants.into_iter().map(variant).collect()),
            levels: StoredValue::new(levels),
        }
    }

    fn typed(self) -> Form {
        let variant = |of: VariantFields| VariantForm {
            id: of.id,
            name: of.name.get(),
            active: of.active.get(),
            article: of.article.typed(),
        };
        Form {
            name: self.name.get(),
            spec: self.spec.get(),
            category: self.category.get(),
            is_weight: self.is_weight.get(),
            active: self.active.get(),
            note: self.note.get(),
            article: self.article.typed(),
            variants: self.variants.get().into_iter().map(variant).collect(),
        }
    }

    /// One more variant. The first takes over what the product said of itself.
    fn add_variant(self) {
        // Two tablets that each add one must not mean the same.
        let id = u32::from_le_bytes(clock::random()).max(1);
        let levels = self.levels.get_value();
        let is_first = self.variants.with_untracked(Vec::is_empty);
        let fields = self.owner.with_value(|owner| {
            owner.with(|| VariantFields {
                id,
                name: RwSignal::new(if is_first { self.spec.get_untracked() } else { String::new() }),
                active: RwSignal::new(true),
                article: ArticleFields::of(ArticleForm::default(), &levels),
                is_new: true,
            })
        });
        if is_first {
            fields.article.stock.set(self.article.stock.get_untracked());
            self.article.stock.set(String::new());
        }
        self.variants.update(|all| {
            if all.iter().all(|known| known.id != id) {
                all.push(fields);
            }
        });
        request_animation_frame(|| {
            page::focus(".variants > .variant:last-child input");
        });
    }

    fn shift(self, id: u32, down: bool) {
        self.variants.update(|all| {
            let at = all.iter().position(|variant| variant.id == id);
            let other = at.and_then(|at| if down { at.checked_add(1) } else { at.checked_sub(1) });
            if let (Some(at), Some(other)) = (at, other.filter(|other| *other < all.len())) {
                all.swap(at, other);
            }
        });
    }
}

/// A form at work.
#[derive(Clone, Copy)]
struct ProductFormState {
    session: Session,
    fields: Fields,
    reading: Memo<Reading>,
    /// The person has tried to save: what is wrong is said from then on.
    tried: RwSignal<bool>,
    /// The product as it is known here; a new one is not.
    known: Signal<Option<Arc<Product>>>,
}

impl ProductFormState {
    fn wrong(self, place: Place) -> Signal<Option<String>> {
        let found = {
            let place = place.clone();
            Memo::new(move |_| {
                let fault = self.reading.with(|reading| reading.faults.get(&place).copied());
                fault.filter(|_| self.tried.get())
            })
        };
        Signal::derive(move || {
            let fault = found.get()?;
            Some(words::fault(&place, fault, self.unit(), self.session.currency().get()))
        })
    }
    fn unit(self) -> Unit {
        if self.fields.is_weight.get() { Unit::Gram } else { Unit::Piece }
    }
}

/// A new product.
#[component]
pub(super) fn Writing(ways: ProductsRoute) -> impl IntoView {
    // Once saved, or thrown away, it starts over.
    let round = RwSignal::new(0_u32);
    view! {
        <div class="product-head">
            <BackToList ways/>
            <h2>{products::NEW}</h2>
        </div>
        {move || {
            round.track();
            view! { <ProductForm ways known=Signal::stored(None) on_done=move || round.update(|it| *it += 1)/> }
        }}
    }
}

/// The form.
#[component]
pub(super) fn ProductForm(
    ways: ProductsRoute,
    /// The product, where it is not a new one.
    known: Signal<Option<Arc<Product>>>,
    /// It was saved, or put back to how it is.
    #[prop(into)]
    on_done: Callback<()>,
) -> impl IntoView {
    let session = Session::here();
    let toaster = use_context::<ui::Toaster>().unwrap_or_default();
    let settings = session.settings();
    let usage = move || settings.get().usage();
    let id = known.with_untracked(|known| known.as_ref().map(|known| known.id));
    let place = key(id);
    let all = session.products();
    // What is there already was saved, even where the browser was killed before it forgot what was typed.
    let typed = form_drafts::load::<Kept>(&place)
        .filter(|kept| id.map_or(all.with_untracked(|all| all.get(kept.id).is_none()), |id| kept.id == id));
    let product = known.get_untracked().unwrap_or_default();
    let blank = Form::of(&product, untrack(usage));
    // A code that the counter scanned, and that no product has yet.
    let scanned = use_query_map().with_untracked(|query| query.get("code")).filter(|_| id.is_none());
    let begun = scanned.map_or_else(
        || blank.clone(),
        |code| {
            let mut product = Product::clone(&product);
            product.article.code = code;
            Form::of(&product, untrack(usage))
        },
    );
    let (new_id, form, base) = match typed {
        Some(kept) => (kept.id, kept.form, kept.base),
        None => (id.unwrap_or_else(|| session.draw_id()), begun, product.fields()),
    };
    let levels = session.shop_fields().with_untracked(|shop| words::levels(shop));
    let levels: Vec<String> = levels.into_iter().map(|level| level.key).collect();
    let saved = |variant: u32| product.variant(variant).is_some();
    let fields = Fields::of(form, levels, saved);
    let typed = Memo::new(move |_| fields.typed());
    let reading = Memo::new(move |_| {
        let base = known.get().unwrap_or_default();
        typed.with(|form| form.read(&base, usage()))
    });
    let is_touched = Memo::new(move |_| typed.with(|form| *form != blank));
    let state = ProductFormState { session, fields, reading, tried: RwSignal::new(false), known };
    scans::take(ways, state);
    let base = StoredValue::new(base);
    let submission = Submission::<ActFault>::new();
    let clash = RwSignal::new(false);

    // Once it is saved or given up, nothing is kept any more.
    let done = StoredValue::new(false);
    let kept_at = place.clone();
    Effect::new(move |_| {
        let form = typed.get();
        if done.get_value() {
            return;
        }
        if is_touched.get() {
            form_drafts::store(&kept_at, &Kept { id: new_id, form, base: base.get_value() });
        } else {
            form_drafts::forget(&kept_at);
        }
    });
    // What nobody has touched follows what other tablets do.
    let written = Memo::new(move |_| known.get().map(|known| known.fields()));
    let version = written.get_untracked();
    Effect::new(move |_| {
        if written.get() != version && !is_touched.get_untracked() && !submission.busy.get_untracked() {
            done.set_value(true);
            on_done.run(());
        }
    });

    let ordered = in_order(session);
    let forget = move || {
        done.set_value(true);
        form_drafts::forget(&key(id));
    };
    let save = move || {
        if submission.busy.get_untracked() {
            return;
        }
        state.tried.set(true);
        submission.fault.set(None);
        let reading = reading.get_untracked();
        if !reading.faults.is_empty() {
            page::focus_first_fault();
            return;
        }
        let mut product = reading.product;
        let before = known.get_untracked();
        if before.is_none() {
            product.position = ordered.with_untracked(|all| last_place(all.iter().map(|(_, it)| it.position)));
        }
        let now = product.fields();
        let set = changes(&base.get_value(), &now);
        // Another tablet wrote the same meanwhile: the person sees it before it is written over.
        let standing = before.as_ref().map(|before| before.fields()).unwrap_or_default();
        let mut met = false;
        base.update_value(|base| {
            for name in set.keys() {
                if standing.get(name) != base.get(name) && standing.get(name) != now.get(name) {
                    met = true;
                }
                if before.is_some() {
                    match standing.get(name) {
                        Some(value) => base.insert(name.clone(), value.clone()),
                        None => base.remove(name),
                    };
                }
            }
        });
        clash.set(met);
        if met {
            return;
        }
        let mut events = Vec::new();
        if !set.is_empty() || before.is_none() {
            events.push(RecordEvent::Changed(Changed { set, settles: None }));
        }
        let note = products::TO_VARIANT.get();
        let free = before.as_ref().map_or(0, |before| untrack(|| session.stock(before, 0).free()));
        events.extend(first_stocks(before.as_deref(), &product, &reading.stocks, free, note));
        let work = async move {
            if events.is_empty() {
                return Ok(());
            }
            session.act_all(vec![Act::Record(StreamKind::Product, Some(new_id), events)]).await.map(drop)
        };
        submission.run(work, move |()| {
            forget();
            toaster.confirm(products::SAVED);
            match id {
                Some(_) => {
                    let _ = on_done.try_run(());
                }
                None => ways.choose(Chosen::One(new_id)),
            }
        });
    };
    let undo = move || {
        forget();
        on_done.run(());
    };
    let problem = submission.wrong(refusal::words);
    Dock::provide();
    let decimals = Signal::derive(move || session.currency().get().exponent.max(3 * u32::from(fields.is_weight.get())));
    let undo_label = if id.is_some() { products::UNDO_CHANGES } else { products::START_OVER };
    view! {
        <Scroll label=products::DETAILS class="pad stack">
            <Basics state/>
            <Variants state/>
            <Further state/>
        </Scroll>
        <Stub>
            <DockedKeypad decimals/>
            <Show when=move || clash.get()>
                <div role="alert">
                    <Clash state base/>
                </div>
            </Show>
            <ui::Fault text=problem/>
            <Acts>
                <Show when=move || is_touched.get()>
                    <Button label=undo_label kind=Kind::Quiet glyph=Glyph::Erase on_press=undo/>
                </Show>
                <Button label=products::SAVE glyph=Glyph::Check kind=Kind::Main busy=submission.busy on_press=save/>
            </Acts>
        </Stub>
    }
}

/// Where a new product stands: behind all others, where they have been put in order.
fn last_place(positions: impl Iterator<Item = i64>) -> i64 {
    match positions.max() {
        Some(last) if last != 0 => last.saturating_add(APART),
        _ => 0,
    }
}

/// The movements that come with saving: what was typed as being there now; and what lay there before there were
/// variants goes to the first of them, but for what is promised.
fn first_stocks(
    before: Option<&Product>,
    now: &Product,
    typed: &[(u32, i64)],
    free: i64,
    note: &str,
) -> Vec<RecordEvent> {
    let moved = |variant, reason, quantity, note: &str| {
        RecordEvent::StockMoved(StockMoved { note: note.to_owned(), ..StockMoved::new(variant, reason, quantity) })
    };
    // What is there now was counted.
    let counted = |(variant, quantity): &(u32, i64)| {
        RecordEvent::StockMoved(StockMoved { quantity: *quantity, ..StockMoved::count(*variant, *quantity) })
    };
    let mut events: Vec<RecordEvent> = typed.iter().map(counted).collect();
    let was_counted = before.is_some_and(|before| before.variants.is_empty() && before.moved.contains_key(&0));
    if let (true, Some(first)) = (was_counted && free > 0, now.variants.first()) {
        let reason = || StockReason::Other("moved".to_owned());
        events.push(moved(0, reason(), free.saturating_neg(), note));
        if typed.is_empty() {
            events.push(moved(first.id, reason(), free, note));
        }
    }
    events
}

/// What another tablet has written where the person writes.
#[component]
fn Clash(state: ProductFormState, base: StoredValue<BTreeMap<String, Value>>) -> impl IntoView {
    let currency = state.session.currency();
    let values = move || {
        let known = state.known.get()?;
        let now = state.reading.with(|reading| reading.product.fields());
        let standing = domain::record::Fields { fields: known.fields(), ..domain::record::Fields::default() };
        let set = changes(&base.get_value(), &now);
        let shop = state.session.shop_fields().get();
        let said = set.keys().map(|field| {
            let name = field_name(StreamKind::Product, field, &standing, &shop);
            let value = value_words(StreamKind::Product, field, standing.fields.get(field), &shop, currency.get());
            format!("{name}: {value}")
        });
        Some(said.collect::<Vec<_>>().join(" · "))
    };
    let text = move || format!("{} {}", products::CHANGED_MEANWHILE.get(), values().unwrap_or_default());
    view! { <Note text tone=Tone::Alarm glyph=Glyph::Conflict/> }
}

#[cfg(test)]
mod tests {
    use domain::product::Variant;

    use super::*;

    fn quantities(events: &[RecordEvent]) -> Vec<(u32, i64)> {
        let moved = events.iter().map(|event| match event {
            RecordEvent::StockMoved(moved) => (moved.variant, moved.quantity),
            _ => (99, 99),
        });
        moved.collect()
    }

    #[test]
    fn what_lay_there_goes_to_the_first_variant_but_for_what_is_promised() {
        let before = Product { moved: [(0, 10)].into(), ..Product::default() };
        let variants = vec![Variant { id: 7, ..Variant::default() }, Variant { id: 8, ..Variant::default() }];
        let now = Product { variants, ..before.clone() };
        let stocks = |typed: &[(u32, i64)], free| quantities(&first_stocks(Some(&before), &now, typed, free, ""));
        assert_eq!(stocks(&[], 6), [(0, -6), (7, 6)]);
        assert_eq!(stocks(&[(8, 2)], 6), [(8, 2), (0, -6)], "what was typed is what there is");
        assert_eq!(stocks(&[], -1), []);
        let again = first_stocks(Some(&now), &now, &[], 6, "");
        assert!(again.is_empty(), "only once");
        assert_eq!(quantities(&first_stocks(None, &before, &[(0, 5)], 0, "")), [(0, 5)]);
    }

    #[test]
    fn a_new_product_stands_behind_those_that_were_put_in_order() {
        assert_eq!(last_place([0, 0].into_iter()), 0);
        assert_eq!(last_place([0, 2_000, 1_000].into_iter()), 3_000);
        assert_eq!(last_place(std::iter::empty()), 0);
    }
}

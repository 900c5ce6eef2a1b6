//! Products that were written down twice: who is suggested, what merging does, and how it is undone.

use std::sync::Arc;

use domain::StreamKind;
use domain::order::Unit;
use domain::product::Product;
use domain::product::merge::{Merged, Twice, cleared, counted_twice, duplicates, in_order, variants};
use domain::record::{Changed, Fields, RecordEvent, Value};
use leptos::prelude::*;
use leptos::task::spawn_local;
use replica::Act;
use uuid::Uuid;

use super::model::ProductQuery;
use super::{Chosen, ProductsRoute, words};
use crate::features::order::refusal;
use crate::session::{ActFault, Session};
use crate::text::{customers, products};
use crate::ui::{
    Acts, Button, Dialog, Fault, Glyph, Icon, Kind, Note, SearchField, Submission, Switch, Toast, ToastAct, Toaster,
    uid,
};

/// How many are offered at a time.
const OFFERED: usize = 8;

/// Two products that may be one: the one that is kept, and the one that goes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pair {
    kept: Arc<Product>,
    other: Arc<Product>,
}

impl Pair {
    fn of(one: &Arc<Product>, other: &Arc<Product>) -> Self {
        let is_first = in_order(one, other).0.id == one.id;
        let (kept, other) = if is_first { (one, other) } else { (other, one) };
        Self { kept: Arc::clone(kept), other: Arc::clone(other) }
    }

    /// What was counted of both.
    fn twice(&self, session: Session) -> Vec<Twice> {
        let fields = |id| session.fields_of(StreamKind::Product, id).unwrap_or_default();
        counted_twice(&fields(self.kept.id), &fields(self.other.id), &variants(&self.kept, &self.other))
    }
}

/// Whether both counts were most likely of the same goods: they say the same.
fn is_once(twice: &[Twice]) -> bool {
    !twice.is_empty() && twice.iter().all(|it| it.kept == it.other)
}

fn changed(product: Uuid, set: std::collections::BTreeMap<String, Option<Value>>) -> Act {
    Act::Record(StreamKind::Product, Some(product), vec![RecordEvent::Changed(Changed { set, settles: None })])
}

/// What merging writes. `once`: both counts were of the same goods.
fn merge_act(pair: &Pair, twice: &[Twice], once: bool) -> Act {
    let stock = twice.iter().filter(|_| once).map(|it| (it.variant, it.less)).collect();
    let merged = Merged { into: pair.kept.id, variants: variants(&pair.kept, &pair.other), stock };
    changed(pair.other.id, merged.fields())
}

/// What separating writes: they are two again, each with its own. A variant of the other of which something was sold as
/// the kept one's stays there.
fn separate_acts(session: Session, product: Uuid) -> Vec<Act> {
    let Some(fields) = session.fields_of(StreamKind::Product, product) else { return Vec::new() };
    let (kept, _) = session.article(product, 0);
    let own = session.fields_of(StreamKind::Product, kept).unwrap_or_default();
    let mut set = std::collections::BTreeMap::new();
    // Where two tablets merged each into the other, both ways end.
    if own.fields.contains_key("merged_into") {
        set.extend(cleared(&own));
    }
    for variant in Product::read(&fields).variants {
        let under = format!("variant/{}/", variant.id);
        let is_here = own.fields.contains_key(&format!("{under}name"));
        let is_written = own.fields.keys().any(|name| name.starts_with(&under));
        if !is_here && (is_written || session.is_taken(kept, variant.id)) {
            let theirs = fields.fields.iter().filter(|(name, _)| name.starts_with(&under));
            let missing = theirs.filter(|(name, _)| !own.fields.contains_key(*name));
            set.extend(missing.map(|(name, value)| (name.clone(), Some(value.clone()))));
        }
    }
    let mut acts = vec![changed(product, cleared(&fields))];
    if !set.is_empty() {
        acts.push(changed(kept, set));
    }
    acts
}

/// They are two products again.
pub(super) async fn separate(session: Session, toaster: Toaster, all: Vec<Uuid>) {
    let acts: Vec<Act> = untrack(|| all.into_iter().flat_map(|id| separate_acts(session, id)).collect());
    match session.act_all(acts).await {
        Ok(_) => toaster.confirm(customers::SEPARATED),
        Err(fault) => toaster.warn(refusal::words(&fault)),
    }
}

/// Pairs that may be one and the same.
fn pairs_of(session: Session) -> Memo<Vec<Pair>> {
    let all = session.products();
    Memo::new(move |_| {
        all.with(|all| {
            let pairs = duplicates(all.iter().map(|product| &**product));
            let pair =
                |(first, second)| Some(Pair { kept: Arc::clone(all.get(first)?), other: Arc::clone(all.get(second)?) });
            pairs.into_iter().filter_map(pair).collect()
        })
    })
}

/// A product in a line: name, code, stock.
fn line(session: Session, product: &Product) -> String {
    let codes = product.variants.iter().map(|variant| &variant.article).chain([&product.article]);
    let code = codes.map(|article| article.code.clone()).find(|code| !code.is_empty()).unwrap_or_default();
    let spec = product.spec.clone();
    let stock = words::stock_line(session.whole_stock(product), product.unit);
    let parts = [spec, code, stock].into_iter().filter(|part| !part.is_empty());
    std::iter::once(product.name.clone()).chain(parts).collect::<Vec<_>>().join(" · ")
}

/// What may have been written down twice: both sides, and the choice. With `of`, only what that one is about.
#[component]
pub(super) fn Doubles(ways: ProductsRoute, #[prop(optional)] of: Option<Uuid>) -> impl IntoView {
    let session = Session::here();
    let toaster = use_context::<Toaster>().unwrap_or_default();
    let submission = Submission::<ActFault>::new();
    let all = pairs_of(session);
    let pairs = Memo::new(move |_| {
        let mut pairs = all.get();
        pairs.retain(|pair| of.is_none_or(|of| pair.kept.id == of || pair.other.id == of));
        pairs
    });
    let asked = RwSignal::new(Vec::<Pair>::new());
    let open = RwSignal::new(false);
    let ask = move |pairs: Vec<Pair>| {
        asked.set(pairs);
        open.set(true);
    };
    let shown = move || {
        // Who searches wants the list.
        let is_searching = of.is_none() && ways.typed.with(|typed| !typed.trim().is_empty());
        let pair = pairs.with(|pairs| pairs.first().cloned()).filter(|_| !is_searching)?;
        let side = |product: &Arc<Product>| {
            let (id, product) = (product.id, Arc::clone(product));
            view! { <li><a href=move || ways.href(Chosen::One(id))>{move || line(session, &product)}</a></li> }
        };
        let sides = [side(&pair.kept), side(&pair.other)];
        let count = pairs.with(Vec::len);
        let (kept, other) = (pair.kept.id, pair.other.id);
        let tell_apart = move || {
            let set = [(format!("other/{kept}"), Some(true.into()))].into();
            let told = session.act_all(vec![changed(other, set)]);
            submission.run_or(told, drop, move |fault| toaster.warn(refusal::words(fault)));
        };
        let one = pair.clone();
        let every = (count > 1).then(|| {
            view! {
                <Button
                    label=move || products::merge_all(count)
                    glyph=Glyph::Merge
                    busy=submission.busy
                    on_press=move || ask(pairs.get_untracked())
                />
            }
        });
        Some(view! {
            <section class="doubles" data-testid="double" aria-label=products::DOUBLES>
                <h2>
                    <Icon glyph=Glyph::Merge/>
                    <span>{products::DOUBLES}</span>
                    {(count > 1).then(|| view! { <b class="count">{count}</b> })}
                </h2>
                <p class="small muted">{products::DOUBLES_WHY}</p>
                <ul>{sides.collect_view()}</ul>
                <div class="acts">
                    <Button label=customers::NOT_SAME busy=submission.busy on_press=tell_apart/>
                    <Button label=customers::MERGE glyph=Glyph::Merge busy=submission.busy on_press=move || ask(vec![one.clone()])/>
                    {every}
                </div>
            </section>
        })
    };
    view! {
        {shown}
        <MergeDialog asked open/>
    }
}

/// What merging does, to look at before it is done.
#[component]
pub(super) fn MergeDialog(asked: RwSignal<Vec<Pair>>, open: RwSignal<bool>) -> impl IntoView {
    let title = move || match asked.with(Vec::len) {
        0 | 1 => products::MERGE_TITLE.get().to_owned(),
        count => products::merge_all(count),
    };
    let body = move || {
        let pairs = asked.get();
        (!pairs.is_empty()).then(|| view! { <Preview pairs open/> })
    };
    view! { <Dialog open title>{body}</Dialog> }
}

#[component]
fn Preview(pairs: Vec<Pair>, open: RwSignal<bool>) -> impl IntoView {
    let session = Session::here();
    let toaster = use_context::<Toaster>().unwrap_or_default();
    let submission = Submission::<ActFault>::new();
    let rows: Vec<(Pair, Vec<Twice>, RwSignal<bool>)> = pairs
        .into_iter()
        .map(|pair| {
            let twice = untrack(|| pair.twice(session));
            let once = RwSignal::new(is_once(&twice));
            (pair, twice, once)
        })
        .collect();
    let each =
        rows.iter().map(|(pair, twice, once)| view! { <PairRow pair=pair.clone() twice=twice.clone() once=*once/> });
    let each = each.collect_view();
    let rows = StoredValue::new(rows);
    let merge = move || {
        let act = |(pair, twice, once): &(Pair, Vec<Twice>, RwSignal<bool>)| {
            (pair.other.id, merge_act(pair, twice, once.get_untracked()))
        };
        let (gone, acts): (Vec<Uuid>, Vec<Act>) = rows.with_value(|rows| rows.iter().map(act).unzip());
        submission.run(session.act_all(acts), move |_| {
            let _ = open.try_set(false);
            let said = products::merged_products(u64::try_from(gone.len()).unwrap_or(u64::MAX));
            let undo = ToastAct::new(customers::UNDO, move || {
                let gone = gone.clone();
                spawn_local(async move { separate(session, toaster, gone).await });
            });
            toaster.show(Toast { text: said.into(), glyph: Glyph::Merge, acts: vec![undo], stays: false });
        });
    };
    let wrong = submission.wrong(refusal::words);
    view! {
        <div class="stack" data-testid="merge-preview">
            <Note text=products::MERGE_WHY/>
            <ul class="stack">{each}</ul>
            <Fault text=wrong/>
            <Acts>
                <Button label=customers::MERGE glyph=Glyph::Merge kind=Kind::Main busy=submission.busy on_press=merge/>
            </Acts>
        </div>
    }
}

/// One pair: what stays, what differs, and what there will be.
#[component]
fn PairRow(pair: Pair, twice: Vec<Twice>, once: RwSignal<bool>) -> impl IntoView {
    let session = Session::here();
    let currency = session.currency();
    let Pair { kept, other } = pair;
    let unit = kept.unit;
    let lines = [line(session, &kept), line(session, &other)].map(|line| view! { <p class="wrap">{line}</p> });
    let prices =
        [&kept, &other].map(|product| product.price(product.stocked().first().copied().unwrap_or_default(), ""));
    let price = match prices {
        [Some(ours), Some(theirs)] if ours != theirs => Some(move || {
            let currency = currency.get();
            products::price_stays(&currency.full(ours), &currency.full(theirs))
        }),
        _ => None,
    };
    let stocks = untrack(|| [&kept, &other].map(|product| session.whole_stock(product)));
    let counted = stocks.iter().any(|stock| stock.counted);
    let [ours, theirs] = stocks.map(|stock| if stock.counted { stock.on_hand } else { 0 });
    let less = twice.iter().fold(0_i64, |sum, it| sum.saturating_add(it.less));
    let there = move || {
        let sum = ours.saturating_add(theirs).saturating_add(if once.get() { less } else { 0 });
        let said = |n| words::quantity(n, unit);
        products::stock_together(&said(ours), &said(theirs), &said(sum))
    };
    let may_be_once = !twice.is_empty();
    view! {
        <li class="section stack" data-tight="" data-testid="merge-pair">
            {lines.collect_view()}
            {price.map(|price| view! { <p class="small">{price}</p> })}
            {counted.then(|| view! { <p class="small">{there}</p> })}
            {may_be_once
                .then(|| {
                    let id = uid("once");
                    view! {
                        <p class="between">
                            <label for=id.clone()>{products::COUNT_ONCE}</label>
                            <Switch id value=once/>
                        </p>
                    }
                })}
        </li>
    }
}

/// Those that turned out to be this one; and what it may be, too.
#[component]
pub(super) fn MergedHere(product: Signal<Arc<Product>>) -> impl IntoView {
    let session = Session::here();
    let toaster = use_context::<Toaster>().unwrap_or_default();
    let merged = Memo::new(move |_| product.with(|product| product.merged.clone()));
    move || {
        let all = merged.get();
        (!all.is_empty()).then(|| {
            let each = all.into_iter().map(|id| {
                let press = move || spawn_local(async move { separate(session, toaster, vec![id]).await });
                let told = move || {
                    let fields = session.fields_of(StreamKind::Product, id).unwrap_or_default();
                    about(session, &Product::read(&Fields { id, ..fields }))
                };
                view! {
                    <li class="between" data-testid="merged">
                        <span class="wrap">{told}</span>
                        <Button label=customers::SEPARATE on_press=press/>
                    </li>
                }
            });
            view! {
                <section class="section stack" data-tight="">
                    <h3>{products::MERGED_HERE}</h3>
                    <ul class="stack" data-tight="">{each.collect_view()}</ul>
                </section>
            }
        })
    }
}

/// What a merged product says of itself: name, code, price.
fn about(session: Session, product: &Product) -> String {
    let currency = session.currency().get();
    let price = product.article.price.map(|minor| currency.full(minor)).unwrap_or_default();
    let parts = [product.name.clone(), product.spec.clone(), product.article.code.clone(), price];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// Which other product this one is, chosen by a person.
#[component]
pub(super) fn MergeWith(product: Signal<Arc<Product>>, searching: RwSignal<bool>) -> impl IntoView {
    let session = Session::here();
    let all = session.products();
    let typed = RwSignal::new(String::new());
    let asked = RwSignal::new(Vec::<Pair>::new());
    let open = RwSignal::new(false);
    let found = move || {
        let (me, unit): (Uuid, Unit) = product.with(|product| (product.id, product.unit));
        let sought = ProductQuery { search: typed.get(), show: super::model::Show::Every, ..ProductQuery::default() };
        let rows = all.with(|all| {
            let others = all.iter().filter(|it| it.id != me && it.unit == unit);
            let found = others.filter(|it| sought.finds(it, || false, |_, _| false)).take(OFFERED);
            found.cloned().collect::<Vec<_>>()
        });
        let rows = rows.into_iter().map(|other| {
            let label = line(session, &other);
            let press = move || {
                searching.set(false);
                asked.set(vec![Pair::of(&product.get_untracked(), &other)]);
                open.set(true);
            };
            view! { <li><Button label glyph=Glyph::Merge on_press=press/></li> }
        });
        rows.collect_view()
    };
    view! {
        <Dialog open=searching title=products::MERGE_WITH>
            <div class="stack">
                <SearchField label=products::SEARCH example=products::SEARCH_HINT value=typed/>
                <ul class="menu">{found}</ul>
            </div>
        </Dialog>
        <MergeDialog asked open/>
    }
}

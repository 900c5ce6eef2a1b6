//! The list of products: filters above, a row for each, as many as are looked at.

use std::sync::Arc;

use domain::code;
use domain::order::Unit;
use domain::pinyin::Pinyin;
use domain::product::{Product, Stock};
use leptos::html;
use leptos::prelude::*;
use leptos::text_prop::TextProp;
use uuid::Uuid;

use super::merge::Doubles;
use super::model::{Out, ProductQuery, Show};
use super::{Chosen, ProductsRoute, words};
use crate::session::{Records, Session, Table, ask_for_alike};
use crate::text::{counter, products, scan, weight};
use crate::ui::{Badge, Button, Choice, Empty, Glyph, Icon, Kind, LinkButton, Money, Select, Tone};

/// How many rows are made at a time.
const PAGE: usize = 60;
/// More are made when so few pixels are left below.
const AHEAD: i32 = 800;
/// So many codes that several products have are named.
const MOST_SHARED: usize = 3;
/// "Any category" in the list of categories.
const ANY: &str = "\u{0}";

/// A row of the list.
#[derive(Clone, Debug, PartialEq)]
struct Row {
    version: u64,
    product: Arc<Product>,
    stock: Stock,
    out: Out,
}

impl Row {
    fn key(&self) -> (Uuid, u64, i64, i64, Vec<u32>) {
        (self.product.id, self.version, self.stock.on_hand, self.stock.reserved, self.out.articles.clone())
    }
}

/// The categories in use.
pub fn categories(session: Session) -> Memo<Vec<String>> {
    let all = session.products();
    Memo::new(move |_| {
        let mut found: Vec<String> = all.with(|all| {
            all.iter().map(|product| product.category.clone()).filter(|category| !category.is_empty()).collect()
        });
        found.sort_unstable();
        found.dedup();
        found
    })
}

/// The products in the order of the tiles.
pub fn in_order(session: Session) -> Memo<Vec<(u64, Arc<Product>)>> {
    let all = session.products();
    Memo::new(move |_| all.with(Records::in_order))
}

/// The list and its filters.
#[component]
pub(super) fn List(ways: ProductsRoute) -> impl IntoView {
    let session = Session::here();
    let ordered = in_order(session);
    let sought = Memo::new(move |_| {
        let place = ways.place.get();
        ProductQuery { search: ways.typed.get(), ..place.sought }
    });
    let rows = Memo::new(move |_| {
        let sought = sought.get();
        // How characters sound is read when somebody first searches by letters.
        let by_letters = sought.search.chars().any(|letter| letter.is_ascii_alphabetic());
        ask_for_alike(&sought.search);
        let pinyin = if by_letters { Pinyin::here() } else { None };
        let sounds = |text: &str, word: &str| pinyin.as_ref().is_some_and(|pinyin| pinyin.matches(text, word));
        ordered.with(|all| {
            let row = |(version, product): &(u64, Arc<Product>)| {
                let out = || Out::of(product, |of| session.stock(product, of));
                sought.finds(product, || !out().articles.is_empty(), sounds).then(|| Row {
                    version: *version,
                    product: Arc::clone(product),
                    stock: session.whole_stock(product),
                    out: out(),
                })
            };
            all.iter().filter_map(row).collect::<Vec<_>>()
        })
    });
    let limit = RwSignal::new(PAGE);
    Effect::new(move |before: Option<ProductQuery>| {
        let sought = sought.get();
        if before.is_some_and(|before| before != sought) {
            limit.set(PAGE);
        }
        sought
    });
    let scroll = NodeRef::<html::Ul>::new();
    let look = move || {
        let near = scroll
            .try_get_untracked()
            .flatten()
            .is_some_and(|list| list.scroll_height() - list.scroll_top() - list.client_height() < AHEAD);
        if near && rows.try_with_untracked(Vec::len) > limit.try_get_untracked() {
            limit.update(|limit| *limit += PAGE);
        }
    };
    // Where the first rows don't fill the sheet, nobody can scroll: then it makes more by itself.
    Effect::new(move |_| {
        rows.track();
        limit.track();
        request_animation_frame(look);
    });
    let shown = move || rows.with(|rows| rows.iter().take(limit.get()).cloned().collect::<Vec<_>>());
    let none_at_all = Memo::new(move |_| ordered.with(Vec::is_empty));
    let is_empty = Memo::new(move |_| rows.with(Vec::is_empty));
    let said = move || {
        let found = u64::try_from(rows.with(Vec::len)).unwrap_or(u64::MAX);
        ways.typed.with(|typed| !typed.trim().is_empty()).then(|| products::found(found))
    };
    let doubles = Memo::new(move |_| {
        ordered.with(|all| {
            let shared = code::shared(all.iter().map(|(_, product)| &**product));
            let name = |id: Uuid| all.iter().find(|(_, it)| it.id == id).map(|(_, it)| it.name.clone());
            let told = shared.iter().take(MOST_SHARED).map(|it| {
                let mut names: Vec<String> = it.places.iter().filter_map(|(id, _)| name(*id)).collect();
                names.dedup();
                (it.code.clone(), names)
            });
            (u64::try_from(shared.len()).unwrap_or(u64::MAX), told.collect::<Vec<_>>())
        })
    });
    let shared = move || {
        let (count, told) = doubles.get();
        (count > 0).then(|| {
            let each = told.into_iter().map(|(code, names)| {
                let href = format!("/products?q={}&show=all", crate::platform::page::escaped(&code));
                view! { <li><a href=href>{code}</a> " " <span class="muted">{names.join(" · ")}</span></li> }
            });
            view! {
                <div class="note shared-codes" data-testid="shared-codes">
                    <Icon glyph=Glyph::Scan/>
                    <div>
                        <p>{scan::shared(count)}</p>
                        <ul>{each.collect_view()}</ul>
                    </div>
                </div>
            }
        })
    };
    let empty = move || {
        if none_at_all.get() {
            view! {
                <Empty glyph=Glyph::Products title=products::NONE text=products::NONE_WHY>
                    <Button label=products::FIRST kind=Kind::Main on_press=move || ways.choose(Chosen::New)/>
                    <LinkButton href="/products/import" label=counter::IMPORT_SHEET glyph=Glyph::TakeIn/>
                </Empty>
            }
            .into_any()
        } else {
            view! { <Empty glyph=Glyph::Search title=products::NOTHING_FOUND text=products::NOTHING_FOUND_WHY/> }
                .into_any()
        }
    };
    view! {
        <Show when=move || !none_at_all.get()><Filters ways/></Show>
        {shared}
        <Doubles ways/>
        <p class="unseen" role="status">{said}</p>
        <Show when=move || !is_empty.get() fallback=empty>
            <ul class="rows scroll" tabindex="0" aria-label=products::TITLE node_ref=scroll on:scroll=move |_| look()>
                <For each=shown key=Row::key let:row><ProductRow ways row/></For>
            </ul>
        </Show>
    }
}

/// Which of them, of which category; and the way to put them in order.
#[component]
fn Filters(ways: ProductsRoute) -> impl IntoView {
    let categories = categories(Session::here());
    let of_category = move || {
        let mut choices = vec![Choice::new(ANY, products::ANY_CATEGORY)];
        choices.extend(categories.get().into_iter().map(|name| Choice::new(name.clone(), move || name.clone())));
        let value = Signal::derive(move || {
            ways.place.with(|place| place.sought.category.clone().unwrap_or_else(|| ANY.to_owned()))
        });
        let change = move |key: String| ways.to(|place| place.sought.category = (key != ANY).then_some(key));
        view! { <Select label=TextProp::from(products::KIND) choices value on_change=change/> }
    };
    let shows = Show::ALL.map(|show| {
        let label = match show {
            Show::Selling => products::SELLING,
            Show::Short => products::SHORT_ONLY,
            Show::Resting => products::RESTING,
            Show::Every => products::EVERY,
        };
        Choice::new(show.key(), label)
    });
    let shown = Signal::derive(move || ways.place.with(|place| place.sought.show.key().to_owned()));
    let show = move |key: String| ways.to(|place| place.sought.show = Show::parse(&key).unwrap_or_default());
    view! {
        <div class="filters">
            <Select label=TextProp::from(products::WHICH) choices=shows.into() value=shown on_change=show/>
            <Show when=move || categories.with(|all| !all.is_empty())>{of_category}</Show>
            <Button
                label=products::ARRANGE
                glyph=Glyph::Grip
                icon_only=true
                on_press=move || ways.to(|place| place.arranging = true)
            />
        </div>
    }
}

/// A product in two lines.
#[component]
fn ProductRow(ways: ProductsRoute, row: Row) -> impl IntoView {
    let session = Session::here();
    let Row { product, stock, out, .. } = row;
    let id = product.id;
    let codes = product.variants.iter().map(|variant| &variant.article).chain([&product.article]);
    let code = codes.map(|article| article.code.clone()).rfind(|code| !code.is_empty()).unwrap_or_default();
    let unit = product.unit;
    let prices = product.variants.iter().filter_map(|variant| product.price(variant.id, ""));
    let price = product.article.price.or_else(|| prices.min());
    let (name, spec, written) = (product.name.clone(), product.spec.clone(), code.clone());
    let variants = u64::try_from(product.variants.len()).unwrap_or(u64::MAX);
    let about = move || if variants > 0 { products::variants(variants) } else { spec.clone() };
    let counts = move || {
        let parts = [written.clone(), words::stock_line(stock, unit)];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
    };
    let active = product.active;
    let short = short(&product, &out);
    let marks = (short.is_some() || !active).then(|| {
        let resting =
            (!active).then(|| view! { <Badge tone=Tone::Rest glyph=Glyph::OnHold label=products::OFF_SALE/> });
        view! { <span class="wrap" style:gap="var(--s1)">{short} {resting}</span> }
    });
    let price = match price {
        Some(minor) => view! {
            <span style:font-size="var(--text-l)">
                <Money minor=Signal::derive(move || weight::of_shop(minor, unit)) currency=session.currency()/>
            </span>
            {(unit == Unit::Gram).then(|| view! { <span class="small muted">{move || weight::each(weight::shop()).get()}</span> })}
        }
        .into_any(),
        None => view! { <span class="small muted">{products::NO_PRICE}</span> }.into_any(),
    };
    let is_chosen = move || ways.place.with(|place| place.chosen == Chosen::One(id)).then_some("true");
    view! {
        // Rows out of sight cost no layout, however long the list has grown.
        <li style:content-visibility="auto" style:contain-intrinsic-size="auto 5rem">
            <a
                class="row"
                href=move || ways.href(Chosen::One(id))
                data-testid="product-row"
                data-code=code
                data-on-hand=stock.on_hand.to_string()
                data-free=stock.free().to_string()
                aria-current=is_chosen
            >
                <span class="mark"><Thumb product=Arc::clone(&product)/></span>
                <span class="main">
                    <span class="line"><b class="clip">{name}</b> <span class="small muted clip">{about}</span></span>
                    <span class="line sub"><span class="clip">{counts}</span></span>
                    {marks}
                </span>
                <span class="end">{price}</span>
            </a>
        </li>
    }
}

/// What has run out of a product, if anything.
pub(super) fn short(product: &Arc<Product>, out: &Out) -> Option<impl IntoView + use<>> {
    let tone = if out.is_oversold { Tone::Alarm } else { Tone::Owe };
    let (product, articles) = (Arc::clone(product), out.articles.clone());
    let label = move || words::out(&product, &articles);
    (!out.articles.is_empty()).then(|| view! { <Badge tone glyph=Glyph::Warn label/> })
}

/// Its picture, or the first letter of its name.
#[component]
pub(super) fn Thumb(product: Arc<Product>) -> impl IntoView {
    let letter = words::letter(&product.name);
    let variants = product.variants.iter().map(|variant| &variant.article.picture);
    let picture = [&product.article.picture].into_iter().chain(variants).find(|picture| !picture.is_empty()).cloned();
    let url = Session::here().picture(Signal::stored(picture));
    let face = move || url.get().map(|url| view! { <img src=url alt="" decoding="async"/> });
    // The letter is a picture, too: no text of the page.
    let letter = move || url.with(Option::is_none).then(|| letter.clone());
    view! { <span class="thumb" aria-hidden="true" data-letter=letter>{face}</span> }
}

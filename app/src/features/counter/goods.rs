//! The goods: tiles by category, found by a word or a code.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::order::Unit;
use domain::pinyin::Pinyin;
use domain::product::Product;
use leptos::prelude::*;
use uuid::Uuid;

use super::first::FirstSale;
use super::model;
use super::till::{DialogKind, Till};
use super::words;
use crate::platform::page;
use crate::session::{Table, ask_for_alike};
use crate::text::{counter, weight};
use crate::ui::{Button, Empty, Glyph, Kind, Money, SearchField, Tone, debounced};

/// So many tiles are drawn at first; a search or a category leads to the others at once.
const PAGE: usize = 120;
/// So many are in sight: the others are drawn once the person pauses.
const IN_SIGHT: usize = 30;

/// The tiles' side of the counter.
#[component]
pub fn Goods(till: Till) -> impl IntoView {
    let search = RwSignal::new(String::new());
    let category = RwSignal::new(None::<String>);
    let most = RwSignal::new(PAGE);
    let sold_now = Memo::new(move |_| {
        let all = till.products.with(|all| all.in_order()).into_iter().map(|(_, product)| product);
        all.filter(|product| product.active).collect::<Vec<Arc<Product>>>()
    });
    let categories = Memo::new(move |_| {
        let mut seen = BTreeSet::new();
        let named = |product: &Arc<Product>| {
            let name = product.category.trim();
            (!name.is_empty() && seen.insert(name.to_owned())).then(|| name.to_owned())
        };
        sold_now.with(|all| all.iter().filter_map(named).collect::<Vec<_>>())
    });
    let found = Memo::new(move |_| {
        let search = search.get();
        let category = category.get();
        // Fetched with the first word; until it is here, words are found as they are written.
        ask_for_alike(&search);
        let pinyin = if search.trim().is_empty() { None } else { Pinyin::here() };
        sold_now.with(|all| {
            let fits = |product: &&Arc<Product>| {
                category.as_ref().is_none_or(|category| product.category.trim() == category)
                    && model::matches(product, &search, pinyin.as_deref())
            };
            all.iter().filter(fits).map(|product| product.id).collect::<Vec<Uuid>>()
        })
    });
    Effect::new(move |_| {
        search.track();
        category.track();
        most.set(PAGE);
    });
    // A code that a scanner typed into the search, or the only thing that was found.
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let typed = search.get_untracked();
        let is_code = till.products.with_untracked(|all| all.iter().any(|product| product.scanned(&typed).is_some()));
        let only = found.with_untracked(|found| if let [only] = found.as_slice() { Some(*only) } else { None });
        match (is_code, only) {
            (true, _) => till.scanned(&typed),
            (false, Some(id)) if !typed.trim().is_empty() => till.tap(id),
            _ => return,
        }
        search.set(String::new());
    };
    let chip = move |name: Option<String>| {
        let of = name.clone();
        let is_chosen = Memo::new(move |_| category.with(|chosen| *chosen == of));
        let label = name.clone();
        view! {
            <button
                type="button"
                class="pick"
                data-again=""
                aria-pressed=move || if is_chosen.get() { "true" } else { "false" }
                on:click=move |_| category.set(name.clone())
            >
                {move || label.clone().unwrap_or_else(|| counter::ALL.get().to_owned())}
            </button>
        }
    };
    let chips = move || {
        let all = categories.get();
        (!all.is_empty()).then(|| {
            view! {
                <div class="picks" role="group" aria-label=counter::BY_CATEGORY>
                    {chip(None)} {all.into_iter().map(|name| chip(Some(name))).collect_view()}
                </div>
            }
        })
    };
    let nothing = move || match (sold_now.with(Vec::is_empty), found.with(Vec::is_empty)) {
        (true, _) => Some(view! { <FirstSale till/> }.into_any()),
        (false, true) => Some(
            view! { <Empty glyph=Glyph::Search title=counter::NOTHING_FOUND text=counter::NOTHING_FOUND_WHY/> }
                .into_any(),
        ),
        _ => None,
    };
    let debounced = debounced(move || (search.get(), category.get()));
    let shown = move || {
        let most = if debounced.get() { most.get() } else { IN_SIGHT };
        found.with(|found| found.iter().take(most).copied().collect::<Vec<_>>())
    };
    // All tiles are one stop of the tab key: the one that had the focus last, or the first.
    let focused = RwSignal::new(None::<Uuid>);
    let stop = Memo::new(move |_| {
        let last = focused.get();
        found.with(|found| last.filter(|last| found.contains(last)).or(found.first().copied()))
    });
    let step = move |event: leptos::ev::KeyboardEvent| {
        if page::step_in_grid("ul.tiles .tile", &event.key()) {
            event.prevent_default();
        }
    };
    let hidden = Memo::new(move |_| found.with(Vec::len).saturating_sub(most.get()));
    view! {
        <section class="goods" aria-label=counter::GOODS>
            <form class="bar" autocomplete="off" on:submit=send>
                <SearchField label=counter::FIND example=counter::FIND_HINT value=search attr:title=counter::FIND_KEY/>
                <Button
                    label=counter::SCAN
                    glyph=Glyph::Scan
                    icon_only=true
                    on_press=move || till.open(DialogKind::Camera)
                />
                <Button
                    label=counter::FREE_ITEM
                    glyph=Glyph::Edit
                    on_press=move || till.open(DialogKind::Free(None))
                />
            </form>
            {chips}
            <div class="scroll" tabindex="0" role="region" aria-label=counter::TILES>
                {nothing}
                <ul class="tiles" on:keydown=step>
                    <For each=shown key=|id| *id children=move |id| view! { <Tile till id stop focused/> }/>
                </ul>
                <Show when=move || { hidden.get() > 0 }>
                    <p class="more-tiles">
                        <span class="muted">{move || counter::more(hidden.get())}</span>
                        <Button
                            label=counter::SHOW_MORE
                            kind=Kind::Quiet
                            on_press=move || most.update(|most| *most += PAGE)
                        />
                    </p>
                </Show>
            </div>
        </section>
    }
}

/// The hue of a tile without a picture: always the same for the same product.
fn hue(id: Uuid) -> u32 {
    id.as_bytes().iter().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(*byte))) % 360
}

/// What stands on a tile without a picture: a character, or two Latin letters.
fn initials(name: &str) -> String {
    let mut letters = name.trim().chars();
    match (letters.next(), letters.next()) {
        (Some(first), Some(second)) if first.is_ascii_alphabetic() && second.is_ascii_alphabetic() => {
            format!("{}{}", first.to_ascii_uppercase(), second.to_ascii_lowercase())
        }
        (Some(first), _) => first.to_uppercase().collect(),
        (None, _) => String::new(),
    }
}

/// What a tile says below the name.
fn spec(product: &Product) -> String {
    let names: Vec<&str> =
        product.offered().into_iter().map(|of| product.spec(of)).filter(|name| !name.is_empty()).collect();
    match (product.unit, product.variants.is_empty()) {
        (Unit::Gram, true) if names.is_empty() => weight::each(weight::shop()).get().to_owned(),
        (Unit::Gram, true) => {
            format!("{} · {}", names.join(" · "), weight::each(weight::shop()).get())
        }
        _ => names.join(" · "),
    }
}

/// The price that a tile says: the lowest of its variants', and whether there are dearer ones.
fn price(product: &Product, level: &str) -> Option<(i64, bool)> {
    let prices: Vec<i64> = product.offered().into_iter().filter_map(|variant| product.price(variant, level)).collect();
    let least = prices.iter().min().copied()?;
    Some((least, prices.iter().any(|price| *price != least)))
}

#[component]
fn Tile(till: Till, id: Uuid, stop: Memo<Option<Uuid>>, focused: RwSignal<Option<Uuid>>) -> impl IntoView {
    let is_stop = Memo::new(move |_| stop.get() == Some(id));
    let currency = till.session.currency();
    let product = Memo::new(move |_| till.products.with(|all| all.get(id).cloned()));
    let here =
        Memo::new(move |_| till.cart.with(|cart| cart.quantity_of(id, None, |id, of| till.session.article(id, of))));
    let free = Memo::new(move |_| product.with(|product| till.free(product.as_ref()?, None)));
    let picture = Memo::new(move |_| {
        product.with(|product| {
            let product = product.as_ref()?;
            let own = product.variants.iter().map(|variant| &variant.article.picture);
            own.chain([&product.article.picture]).rfind(|picture| !picture.is_empty()).cloned()
        })
    });
    let url = till.session.picture(picture.into());
    let face = move || {
        product.get().map(|product| {
            let (name, unit) = (product.name.clone(), product.unit);
            let letters = initials(&name);
            let spec = {
                let product = Arc::clone(&product);
                move || spec(&product)
            };
            let cost = move || {
                let (least, has_dearer) = till.level.with(|level| price(&product, level))?;
                Some(view! {
                    <span>
                        {has_dearer.then(|| view! { <span class="small muted">{counter::FROM}</span> " " })}
                        <Money minor=Signal::derive(move || weight::of_shop(least, unit)) currency/>
                        {has_dearer.then(|| view! { " " <span class="small muted">{counter::AND_UP}</span> })}
                    </span>
                })
            };
            let stock = move || {
                free.get().map(|free| {
                    let tone = (free < 0).then(|| Tone::Alarm.key());
                    let says =
                        move || if free == 0 { counter::SOLD_OUT.get().to_owned() } else { words::left(free, unit) };
                    view! { <span class="stock" data-tone=tone>{says}</span> }
                })
            };
            let in_cart = move || {
                let here = here.get();
                (here > 0).then(|| {
                    view! {
                        <span class="in" aria-hidden="true">{move || words::quantity(here, unit)}</span>
                        <span class="unseen">{move || counter::in_order(&words::quantity(here, unit))}</span>
                    }
                })
            };
            view! {
                <span class="pic" style=format!("--hue: {}", hue(id)) aria-hidden="true">
                    {move || match url.get() {
                        Some(url) => view! { <img src=url alt="" decoding="async"/> }.into_any(),
                        None => view! { <span class="glyph">{letters.clone()}</span> }.into_any(),
                    }}
                </span>
                <span class="text">
                    <span><span class="name">{name}</span> <span class="spec">{spec}</span></span>
                    <span class="foot">{cost}</span>
                </span>
                {stock}
                {in_cart}
            }
        })
    };
    let code = move || product.with(|product| product.as_ref().map(|it| it.article.code.clone()));
    view! {
        <li>
            // A finger leaves the focus where it was: Enter stays the main key.
            <button
                type="button"
                class="tile"
                data-again=""
                tabindex=move || if is_stop.get() { "0" } else { "-1" }
                on:focus=move |_| focused.set(Some(id))
                data-testid="product-tile"
                data-code=code
                data-free=move || free.get().map(|free| free.to_string())
                data-gone=move || free.get().is_some_and(|free| free <= 0).then_some("")
                on:mousedown=move |event| event.prevent_default()
                on:click=move |_| till.tap(id)
            >
                {face}
            </button>
        </li>
    }
}

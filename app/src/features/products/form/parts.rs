//! The fields of a product, group by group.

use domain::order::Unit;
use domain::shop::list::List;
use domain::weight::WeightUnit;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::text_prop::TextProp;
use replica::storage::StorageFault;

use super::super::list::categories;
use super::super::model::Place;
use super::{ArticleFields, PICTURE_PX, ProductFormState, VariantFields};
use crate::features::{meant, shop_lists};
use crate::platform::picture::Chosen as Photo;
use crate::session::NoPicture;
use crate::text::{self, form, picture, products, weight};
use crate::ui::{Button, Choice, Choices, ComboField, Glyph, Icon, Kind, PictureField, Switch, TextField, uid};

/// The picture of an article.
#[component]
fn ArticlePicture(
    state: ProductFormState,
    article: ArticleFields,
    /// What it is a picture of.
    #[prop(into)]
    label: TextProp,
) -> impl IntoView {
    let session = state.session;
    let busy = RwSignal::new(false);
    let fault = RwSignal::new(None::<NoPicture>);
    let id = Signal::derive(move || Some(article.picture.get()).filter(|id| !id.is_empty()));
    let choose = move |chosen: Photo| {
        busy.set(true);
        fault.set(None);
        spawn_local(async move {
            let taken = session.take_picture(chosen, PICTURE_PX).await;
            let _ = busy.try_set(false);
            match taken {
                Ok(id) => {
                    let _ = article.picture.try_set(id);
                }
                Err(why) => {
                    let _ = fault.try_set(Some(why));
                }
            }
        });
    };
    let wrong = Signal::derive(move || {
        let why = fault.get()?;
        let phrase = match why {
            NoPicture::Unreadable => picture::UNREADABLE,
            NoPicture::TooLarge => picture::TOO_LARGE,
            NoPicture::NotSaved(StorageFault::Quota) => text::fault::DISK_FULL,
            NoPicture::NotSaved(_) => text::fault::NOT_SAVED,
        };
        Some(phrase.get().to_owned())
    });
    view! {
        <PictureField
            label
            has=Signal::derive(move || id.with(Option::is_some))
            url=session.picture(id)
            on_choose=choose
            on_remove=move || article.picture.set(String::new())
            busy
            fault=wrong
        />
    }
}

/// What every product has.
#[component]
pub(super) fn Basics(state: ProductFormState) -> impl IntoView {
    let fields = state.fields;
    let suggested = categories(state.session);
    let simple = Memo::new(move |_| fields.variants.with(Vec::is_empty));
    let is_new = state.known.with_untracked(Option::is_none);
    let spec_wrong = state.wrong(Place::Spec(0));
    let amounts = view! { <Amounts state of=0 article=fields.article/> };
    view! {
        <div class="stack" data-tight="">
            <TextField label=products::NAME value=fields.name fault=state.wrong(Place::Name)/>
            <div class="two">
                <Show when=move || simple.get()>
                    <TextField label=products::SPEC value=fields.spec fault=spec_wrong/>
                </Show>
                <ComboField
                    label=products::CATEGORY
                    value=fields.category
                    suggested
                    example=TextProp::from(products::CATEGORY_HINT)
                    fault=state.wrong(Place::Category)
                />
            </div>
            <div class="two" data-three="">{amounts}</div>
            <Choices
                legend=products::UNIT
                choices=vec![Choice::new("piece", products::PIECE), Choice::new("gram", move || weight::by(weight::name(weight::shop()).get()))]
                value=Signal::derive(move || {
                    if fields.is_weight.get() { "gram".to_owned() } else { "piece".to_owned() }
                })
                on_change=move |key: String| fields.is_weight.set(key == "gram")
                width="11rem"
            />
            <Show when=move || fields.is_weight.get() && weight::shop() == WeightUnit::Kilogram>
                <p class="small muted">{products::OTHER_WEIGHTS}</p>
            </Show>
            <Show when=move || simple.get() && is_new>
                <StockField state of=0 article=fields.article/>
            </Show>
            <ArticlePicture state article=fields.article label=products::PICTURE/>
        </div>
    }
}

/// Code, price and cost.
#[component]
fn Amounts(state: ProductFormState, of: u32, article: ArticleFields) -> impl IntoView {
    let session = state.session;
    let all = session.products();
    let unit = Signal::derive(move || state.unit());
    let taken = Signal::derive(move || {
        let code = article.code.get();
        let code = code.trim();
        let own = state.known.get().map(|known| known.id);
        all.with(|all| {
            let other = all.iter().find(|it| Some(it.id) != own && it.scanned(code).is_some())?;
            Some(products::code_taken(&other.name))
        })
    });
    view! {
        <TextField
            label=products::CODE
            value=article.code
            fault=state.wrong(Place::Code(of))
            warning=taken
            scan=format!("code/{of}")
        />
        <TextField
            label=products::PRICE
            value=article.price
            keys="decimal"
            numeric=true
            meaning=meant::price(session, article.price, unit)
            fault=state.wrong(Place::Price(of))
        />
        <TextField
            label=products::COST
            value=article.cost
            keys="decimal"
            numeric=true
            meaning=meant::price(session, article.cost, unit)
            fault=state.wrong(Place::Cost(of))
        />
    }
}

/// What is there now, of what is new.
#[component]
fn StockField(state: ProductFormState, of: u32, article: ArticleFields) -> impl IntoView {
    let usage = state.session.usage();
    let measure = Signal::derive(move || usage.get().measure(state.unit()));
    let hint = move || {
        let of = weight::name(weight::shop()).get();
        if state.unit() == Unit::Gram { products::stock_in(of) } else { products::STOCK_NOW.get().to_owned() }
    };
    view! {
        <TextField
            label=products::STOCK
            value=article.stock
            keys="decimal"
            numeric=true
            meaning=meant::quantity(state.session, article.stock, measure)
            hint=TextProp::from(hint)
            fault=state.wrong(Place::Stock(of))
        />
    }
}

/// The variants, as a list of their own.
#[component]
pub(super) fn Variants(state: ProductFormState) -> impl IntoView {
    let fields = state.fields;
    let heading = uid("h");
    let named = heading.clone();
    view! {
        <section class="stack" data-tight="" aria-labelledby=named>
            <h3 id=heading>{products::VARIANTS}</h3>
            <p class="small muted">{products::VARIANTS_WHY}</p>
            <div class="variants">
                <For
                    each=move || fields.variants.get()
                    key=|variant| variant.id
                    children=move |variant| view! { <OneVariant state variant/> }
                />
            </div>
            <div class="add-item">
                <Button label=products::ADD_VARIANT glyph=Glyph::Plus on_press=move || fields.add_variant()/>
            </div>
        </section>
    }
}

#[component]
fn OneVariant(state: ProductFormState, variant: VariantFields) -> impl IntoView {
    let (fields, id) = (state.fields, variant.id);
    let nth = Memo::new(move |_| {
        let at = fields.variants.with(|all| all.iter().position(|other| other.id == id));
        at.map_or(1, |at| at + 1)
    });
    let last = Memo::new(move |_| fields.variants.with(Vec::len) == nth.get());
    // What orders or movements speak of stays; it can be taken off sale.
    let is_used = move || {
        state.known.with(|known| {
            known.as_ref().is_some_and(|known| known.variant(id).is_some() && state.session.is_in_use(known, id))
        })
    };
    let remove = move || fields.variants.update(|all| all.retain(|other| other.id != id));
    let switch = uid("s");
    let label = switch.clone();
    let filled = variant.article.has_more() || !variant.article.picture.with_untracked(String::is_empty);
    let has_codes = Signal::derive(move || filled || variant.article.barcodes.with(|typed| !typed.is_empty()));
    let folded_wrong = Signal::derive(move || {
        let folded = |place: &Place| match place {
            Place::Level(of, _) | Place::Barcodes(of) => *of == id,
            _ => false,
        };
        state.tried.get() && state.reading.with(|reading| reading.faults.keys().any(folded))
    });
    view! {
        <div class="variant" role="group" aria-label=move || products::nth_variant(nth.get())>
            <TextField
                label=products::SPEC
                value=variant.name
                fault=state.wrong(Place::Spec(id))
                example=TextProp::from(products::VARIANT_HINT)
            />
            <Amounts state of=id article=variant.article/>
            {variant.is_new.then(|| view! { <StockField state of=id article=variant.article/> })}
            <div class="stack" data-tight="" style:grid-column="1 / -1">
                <Folded label=products::MORE_OF_VARIANT filled=has_codes wrong=folded_wrong>
                    <div class="two">
                        <Levels state of=id article=variant.article/>
                    </div>
                    <TextField
                        label=products::BARCODES
                        hint=TextProp::from(products::BARCODES_HINT)
                        value=variant.article.barcodes
                        rows=2
                        scan=format!("barcodes/{id}")
                        fault=state.wrong(Place::Barcodes(id))
                    />
                    <ArticlePicture
                        state
                        article=variant.article
                        label=move || products::picture_of(&variant.name.get())
                    />
                </Folded>
            </div>
            <div class="tools">
                <label for=label class="small">{products::ACTIVE}</label>
                <Switch id=switch value=variant.active/>
                <Tool
                    label=move || products::variant_up(nth.get())
                    glyph=Glyph::Up
                    disabled=Signal::derive(move || nth.get() == 1)
                    on_press=move || fields.shift(id, false)
                />
                <Tool
                    label=move || products::variant_down(nth.get())
                    glyph=Glyph::Down
                    disabled=last
                    on_press=move || fields.shift(id, true)
                />
                <Show when=move || !is_used()>
                    <Tool
                        label=move || products::remove_variant(nth.get())
                        glyph=Glyph::Cross
                        disabled=Signal::stored(false)
                        on_press=remove
                    />
                </Show>
            </div>
        </div>
    }
}

/// A small key of a row.
#[component]
pub(in super::super) fn Tool(
    /// What it does, and to which.
    #[prop(into)]
    label: TextProp,
    /// Its picture.
    glyph: Glyph,
    /// Seen, but not to be pressed now.
    #[prop(into)]
    disabled: Signal<bool>,
    /// What happens.
    #[prop(into)]
    on_press: Callback<()>,
) -> impl IntoView {
    view! { <Button label glyph icon_only=true kind=Kind::Quiet disabled on_press/> }
}

/// Prices for price levels.
#[component]
fn Levels(state: ProductFormState, of: u32, article: ArticleFields) -> impl IntoView {
    let shop = state.session.shop_fields();
    let name = move |key: &str| products::price_at(&shop.with(|shop| shop_lists::name(shop, List::Level, key)));
    let each = article.levels.get_untracked().into_iter().map(|(key, value)| {
        let fault = state.wrong(Place::Level(of, key.clone()));
        let label = move || name(&key);
        let meaning = meant::price(state.session, value, Signal::derive(move || state.unit()));
        view! { <TextField label=TextProp::from(label) value keys="decimal" numeric=true fault meaning/> }
    });
    each.collect_view()
}

/// What most products don't need: out of sight until it is asked for, filled in, or wrong.
#[component]
fn Folded(
    /// What is in it.
    label: text::Phrase,
    /// Something is in it.
    #[prop(into)]
    filled: Signal<bool>,
    /// Something in it is wrong.
    #[prop(into)]
    wrong: Signal<bool>,
    /// The fields.
    children: Children,
) -> impl IntoView {
    let opened = RwSignal::new(filled.get_untracked());
    // What a scan fills in is seen.
    Effect::new(move |before: Option<bool>| {
        let now = filled.get();
        if now && before == Some(false) {
            opened.set(true);
        }
        now
    });
    let is_open = Memo::new(move |_| opened.get() || wrong.get());
    let id = uid("m");
    let panel = id.clone();
    view! {
        <button
            type="button"
            class="button folding"
            data-kind="quiet"
            aria-expanded=move || if is_open.get() { "true" } else { "false" }
            aria-controls=id
            on:click=move |_| opened.update(|open| *open = !*open)
        >
            <Icon glyph=Glyph::More/>
            <span>{label}</span>
        </button>
        <div id=panel class="stack folded" data-tight="" hidden=move || !is_open.get()>
            {children()}
        </div>
    }
}

impl ArticleFields {
    /// Whether something is in the fields that are folded away.
    fn has_more(self) -> bool {
        self.levels.with_untracked(|all| all.values().any(|typed| !typed.with_untracked(String::is_empty)))
            || !self.barcodes.with_untracked(String::is_empty)
    }
}

/// What few products need.
#[component]
pub(super) fn Further(state: ProductFormState) -> impl IntoView {
    let fields = state.fields;
    let switch = uid("s");
    let label = switch.clone();
    let is_known = state.known.with_untracked(Option::is_some);
    let filled = fields.article.has_more() || !fields.note.with_untracked(String::is_empty);
    let has_codes = Signal::derive(move || filled || fields.article.barcodes.with(|typed| !typed.is_empty()));
    let wrong = Signal::derive(move || {
        let folded = |place: &Place| matches!(place, Place::Level(0, _) | Place::Barcodes(0) | Place::Note);
        state.tried.get() && state.reading.with(|reading| reading.faults.keys().any(folded))
    });
    view! {
        <section class="stack" data-tight="" aria-label=form::OTHER>
            <Folded label=products::MORE filled=has_codes wrong>
                <div class="two">
                    <Levels state of=0 article=fields.article/>
                </div>
                <TextField
                    label=products::BARCODES
                    value=fields.article.barcodes
                    rows=2
                    scan="barcodes/0"
                    hint=TextProp::from(products::BARCODES_HINT)
                    fault=state.wrong(Place::Barcodes(0))
                />
                <TextField label=products::NOTE value=fields.note rows=2 fault=state.wrong(Place::Note)/>
            </Folded>
            {is_known
                .then(|| {
                    view! {
                        <div class="at-once">
                            <label for=label>
                                {products::ACTIVE}
                                <span class="small muted" style:display="block">{products::ACTIVE_WHY}</span>
                            </label>
                            <Switch id=switch value=fields.active/>
                        </div>
                    }
                })}
        </section>
    }
}

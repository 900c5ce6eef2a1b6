//! The products that the shop sells: searched, by category, in the order of the counter's tiles, with the chosen one
//! beside them where there is room.
//!
//! `/products/new` and `/products/<id>` are one page with the list; what is looked for stands in the address.

mod arrange;
mod detail;
mod form;
mod list;
mod merge;
mod model;
mod stock;
mod stock_movements;
mod words;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map, use_query_map};
use uuid::Uuid;

use self::arrange::Arrange;
use self::detail::Detail;
use self::form::Writing;
use self::list::List;
use self::model::{ProductQuery, Show};
use super::search_address;
use super::sheets::{Kind as SheetKind, export};
use crate::frame::PageHead;
use crate::platform::page::escaped;
use crate::session::Session;
use crate::text::{products, sheets};
use crate::ui::{Button, Empty, Glyph, Kind, LinkButton, SearchField, Toaster};

/// What is shown beside the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Chosen {
    Nothing,
    New,
    One(Uuid),
    Missing,
}

/// What an address of these pages says.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    chosen: Chosen,
    sought: ProductQuery,
    /// The chosen one's stock, not its details.
    stock: bool,
    /// The list is being put into order.
    arranging: bool,
}

impl Place {
    fn address(&self) -> String {
        let path = match self.chosen {
            Chosen::Nothing | Chosen::Missing => "/products".to_owned(),
            Chosen::New => "/products/new".to_owned(),
            Chosen::One(id) => format!("/products/{id}"),
        };
        let ProductQuery { search, category, show } = &self.sought;
        let mut query = Vec::new();
        if !search.trim().is_empty() {
            query.push(format!("q={}", escaped(search.trim())));
        }
        query.extend(category.as_ref().map(|category| format!("category={}", escaped(category))));
        if *show != Show::default() {
            query.push(format!("show={}", show.key()));
        }
        if self.stock && matches!(self.chosen, Chosen::One(_)) {
            query.push("view=stock".to_owned());
        }
        if self.arranging {
            query.push("arrange=1".to_owned());
        }
        if query.is_empty() { path } else { format!("{path}?{}", query.join("&")) }
    }
}

/// Where one is on these pages, and how one goes elsewhere.
#[derive(Clone, Copy)]
struct ProductsRoute {
    place: Memo<Place>,
    /// What is typed into the search: it counts at once.
    typed: RwSignal<String>,
    go: Callback<(Place, bool)>,
}

impl ProductsRoute {
    fn here() -> Self {
        let (params, query) = (use_params_map(), use_query_map());
        let place = Memo::new(move |_| {
            let chosen = match params.with(|params| params.get("id")) {
                None => Chosen::Nothing,
                Some(id) if id.is_empty() => Chosen::Nothing,
                Some(id) if id == "new" => Chosen::New,
                Some(id) => Uuid::try_parse(&id).map_or(Chosen::Missing, Chosen::One),
            };
            let text = |name| query.with(|query| query.get(name));
            Place {
                chosen,
                sought: ProductQuery {
                    search: text("q").unwrap_or_default(),
                    category: text("category"),
                    show: text("show").and_then(|key| Show::parse(&key)).unwrap_or_default(),
                },
                stock: text("view").as_deref() == Some("stock"),
                arranging: text("arrange").is_some(),
            }
        });
        let navigate = StoredValue::new_local(use_navigate());
        let go = Callback::new(move |(to, replace): (Place, bool)| {
            let options = NavigateOptions { replace, scroll: false, ..NavigateOptions::default() };
            navigate.with_value(|navigate| navigate(&to.address(), options));
        });
        Self { place, typed: RwSignal::new(place.with_untracked(|place| place.sought.search.clone())), go }
    }

    /// Where one is, with what is typed now.
    fn now(self) -> Place {
        let mut place = self.place.get_untracked();
        place.sought.search = self.typed.get_untracked();
        place
    }

    fn to(self, change: impl FnOnce(&mut Place)) {
        let mut place = self.now();
        change(&mut place);
        self.go.run((place, false));
    }

    fn choose(self, chosen: Chosen) {
        self.to(|place| place.chosen = chosen);
    }

    /// The address of one of the list.
    fn href(self, chosen: Chosen) -> String {
        let mut place = self.place.get();
        place.chosen = chosen;
        place.address()
    }

    /// The address follows what is typed.
    fn follow(self) {
        let asked = Memo::new(move |_| self.place.with(|place| place.sought.search.clone()));
        search_address::follow(asked, self.typed, move |_| {
            if self.place.try_get_untracked().is_some() {
                self.go.run((self.now(), true));
            }
        });
    }
}

/// The page.
#[component]
pub fn Products() -> impl IntoView {
    let ways = ProductsRoute::here();
    ways.follow();
    search_address::by_scan(ways.typed);
    let session = Session::here();
    let all = session.products();
    let chosen = Memo::new(move |_| ways.place.with(|place| place.chosen));
    let arranging = Memo::new(move |_| ways.place.with(|place| place.arranging));
    let is_empty = Memo::new(move |_| all.with(|all| all.is_empty()));
    let toaster = use_context::<Toaster>().unwrap_or_default();
    let saving = RwSignal::new(false);
    let export = move || {
        saving.set(true);
        spawn_local(async move {
            export::save_csv(session, toaster, SheetKind::Products).await;
            saving.try_set(false);
        });
    };
    let write_new = move || ways.choose(Chosen::New);
    // With nothing to choose there is nothing beside the list.
    let alone = move || (is_empty.get() && chosen.get() == Chosen::Nothing).then_some("");
    let beside = move || match chosen.get() {
        Chosen::Nothing => {
            view! { <Empty glyph=Glyph::Products title=products::CHOOSE_ONE text=products::CHOOSE_ONE_WHY/> }.into_any()
        }
        Chosen::New => view! { <Writing ways/> }.into_any(),
        Chosen::One(id) => view! { <Detail ways id/> }.into_any(),
        Chosen::Missing => view! { <NoSuch ways/> }.into_any(),
    };
    view! {
        <div class="page products" data-chosen=move || (chosen.get() != Chosen::Nothing).then_some("")>
            <PageHead title=products::TITLE>
                <SearchField label=products::SEARCH example=products::SEARCH_HINT value=ways.typed/>
                <LinkButton
                    href="/products/import"
                    label=sheets::IMPORT
                    glyph=Glyph::TakeIn
                />
                <Button label=sheets::EXPORT glyph=Glyph::Save busy=saving on_press=export/>
                <Button label=products::NEW glyph=Glyph::Plus on_press=write_new/>
            </PageHead>
            <div class="split" data-alone=alone>
                <section class="sheet list" aria-label=products::LIST>
                    {move || {
                        if arranging.get() {
                            view! { <Arrange ways/> }.into_any()
                        } else {
                            view! { <List ways/> }.into_any()
                        }
                    }}
                </section>
                <article class="sheet" data-wide-only=alone aria-label=products::CONTENT>{beside}</article>
            </div>
        </div>
    }
}

/// There is no such product.
#[component]
fn NoSuch(ways: ProductsRoute) -> impl IntoView {
    let href = ways.place.with_untracked(|place| Place { chosen: Chosen::Nothing, ..place.clone() }.address());
    view! {
        <Empty glyph=Glyph::Search title=products::NO_SUCH text=products::NO_SUCH_WHY>
            <LinkButton href label=products::BACK/>
        </Empty>
    }
}

/// The way back to the list, where the list is not beside it.
#[component]
fn BackToList(ways: ProductsRoute) -> impl IntoView {
    let href = ways.place.with_untracked(|place| Place { chosen: Chosen::Nothing, ..place.clone() }.address());
    view! {
        <span class="narrow-only">
            <LinkButton href label=products::BACK glyph=Glyph::Left kind=Kind::Quiet icon_only=true/>
        </span>
    }
}

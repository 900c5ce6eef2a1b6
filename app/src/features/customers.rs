//! Customers: the list, searched as one types, with the chosen one beside it where there is room.
//!
//! `/customers`, `/customers/<id>` (`?edit` is its form), `/customers/new`; `?q=` and `?owing` say what the list shows.

mod dialogs;
mod form;
mod list;
mod model;
mod person;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map, use_query_map};
use uuid::Uuid;

use self::form::CustomerForm;
use self::list::{Doubles, Rows};
pub(super) use self::model::Book;
use self::person::Shown;
use super::search_address;
use super::sheets::{Kind as SheetKind, export};
use crate::frame::PageHead;
use crate::platform::intl;
use crate::platform::page::escaped;
use crate::prefs::Prefs;
use crate::session::{Person, Session};
use crate::text::{counter, customers, sheets};
use crate::ui::{Button, Empty, Glyph, Kind, LinkButton, SearchField, Tab, Tabs, Toaster};

/// The list that the tabs rule.
const PANEL: &str = "customer-list";
/// The keys of the tabs.
const ALL: &str = "all";
const OWING: &str = "owing";

/// What stands beside the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Beside {
    Nobody,
    New,
    One(Uuid),
    Edit(Uuid),
}

impl Beside {
    fn path(self) -> String {
        match self {
            Self::Nobody => "/customers".to_owned(),
            Self::New => "/customers/new".to_owned(),
            Self::One(id) | Self::Edit(id) => format!("/customers/{id}"),
        }
    }
}

/// The page's route, and navigation from it.
#[derive(Clone, Copy)]
pub struct Place {
    owing: Memo<bool>,
    typed: RwSignal<String>,
    go: Callback<(String, bool)>,
}

impl Place {
    /// The address of what stands beside the list, with the list as it is.
    fn address(self, beside: Beside) -> String {
        Self::written(beside, self.owing.get_untracked(), &self.typed.get_untracked())
    }

    fn written(beside: Beside, owing: bool, typed: &str) -> String {
        let mut query = Vec::new();
        if matches!(beside, Beside::Edit(_)) {
            query.push("edit=1".to_owned());
        }
        if owing {
            query.push("owing=1".to_owned());
        }
        if !typed.trim().is_empty() {
            query.push(format!("q={}", escaped(typed.trim())));
        }
        let path = beside.path();
        if query.is_empty() { path } else { format!("{path}?{}", query.join("&")) }
    }

    /// To a customer's form.
    fn edit(self, id: Uuid) {
        self.go.run((self.address(Beside::Edit(id)), false));
    }
    /// From a form to the customer that it made or changed: back does not lead into the form again.
    fn saved(self, id: Uuid) {
        self.go.run((self.address(Beside::One(id)), true));
    }
}

/// The page.
#[component]
pub fn Customers() -> impl IntoView {
    let session = Session::here();
    let params = use_params_map();
    let query = use_query_map();
    let navigate = StoredValue::new_local(use_navigate());
    let go = Callback::new(move |(to, replace): (String, bool)| {
        let options = NavigateOptions { replace, scroll: false, ..NavigateOptions::default() };
        navigate.with_value(|navigate| navigate(&to, options));
    });
    let beside = Memo::new(move |_| {
        let edits = query.with(|query| query.get("edit").is_some());
        params.with(|params| match params.get("id").as_deref() {
            Some("new") => Beside::New,
            Some(id) => match Uuid::parse_str(id) {
                Ok(id) if edits => Beside::Edit(id),
                Ok(id) => Beside::One(id),
                Err(_) => Beside::Nobody,
            },
            None => Beside::Nobody,
        })
    });
    let owing = Memo::new(move |_| query.with(|query| query.get("owing").is_some()));
    let asked = Memo::new(move |_| query.with(|query| query.get("q").unwrap_or_default()));
    let typed = RwSignal::new(asked.get_untracked());
    let place = Place { owing, typed, go };

    search_address::by_scan(typed);
    search_address::follow(asked, typed, move |_| {
        if let Some(beside) = beside.try_get_untracked() {
            go.run((place.address(beside), true));
        }
    });

    let toaster = use_context::<Toaster>().unwrap_or_default();
    let saving = RwSignal::new(false);
    let export = move || {
        saving.set(true);
        spawn_local(async move {
            export::save_csv(session, toaster, SheetKind::Customers).await;
            saving.try_set(false);
        });
    };
    let people = session.people();
    let by_name = expect_context::<Prefs>().people_by_name;
    let book = move |only: fn(&Person) -> bool| {
        let mut book: Vec<_> = people.with(|people| people.iter().filter(|person| only(person)).cloned().collect());
        if by_name.get() {
            book.sort_by(|one, other| intl::compare(&called(one), &called(other)));
        }
        Book::of(book.iter())
    };
    let all = Memo::new(move |_| book(|_| true));
    let owers = Memo::new(move |_| book(|person| person.owes() > 0));
    let found = Memo::new(move |_| {
        let book = if owing.get() { owers } else { all };
        typed.with(|typed| book.with(|book| book.meant(typed)))
    });
    let count = |of: Memo<Book>| Signal::derive(move || u64::try_from(of.with(Book::len)).unwrap_or(u64::MAX));
    let tabs = vec![
        Tab { key: ALL, label: customers::ALL.into(), count: count(all) },
        Tab { key: OWING, label: customers::OWING.into(), count: count(owers) },
    ];
    let chosen_tab = Signal::derive(move || if owing.get() { OWING } else { ALL }.to_owned());
    let choose_tab = move |key: &'static str| {
        go.run((Place::written(beside.get_untracked(), key == OWING, &typed.get_untracked()), false));
    };
    let nobody = Memo::new(move |_| beside.get() == Beside::Nobody);
    let empty = move || {
        let searched = typed.with(|typed| !typed.trim().is_empty());
        match (searched, owing.get()) {
            (true, _) => view! {
                <Empty glyph=Glyph::Search title=customers::NOT_FOUND text=customers::NOT_FOUND_WHY/>
            }
            .into_any(),
            (false, true) => view! {
                <Empty glyph=Glyph::Completed title=customers::NONE_OWING text=customers::NONE_OWING_WHY/>
            }
            .into_any(),
            (false, false) => view! {
                <Empty glyph=Glyph::Person title=customers::NONE text=customers::NONE_WHY>
                    <Button
                        label=customers::FIRST
                        kind=Kind::Main
                        on_press=move || go.run((place.address(Beside::New), false))
                    />
                    <LinkButton href="/customers/import" label=counter::IMPORT_SHEET glyph=Glyph::TakeIn/>
                </Empty>
            }
            .into_any(),
        }
    };
    let is_empty = Memo::new(move |_| found.with(Vec::is_empty));
    let said = move || {
        let total = u64::try_from(found.with(Vec::len)).unwrap_or(u64::MAX);
        typed.with(|typed| !typed.trim().is_empty()).then(|| customers::found(total))
    };
    let chosen = Signal::derive(move || match beside.get() {
        Beside::One(id) | Beside::Edit(id) => Some(id),
        Beside::New | Beside::Nobody => None,
    });
    view! {
        <div class="page customers" style:grid-template-rows="auto minmax(0, 1fr)" data-alone=move || (!nobody.get()).then_some("")>
            <PageHead title=customers::TITLE>
                <SearchField label=customers::SEARCH example=customers::SEARCH_HINT value=typed/>
                <LinkButton
                    href="/customers/import"
                    label=sheets::IMPORT
                    glyph=Glyph::TakeIn
                />
                <Button label=sheets::EXPORT glyph=Glyph::Save busy=saving on_press=export/>
                <Button
                    label=customers::NEW
                    glyph=Glyph::Plus
                    on_press=move || go.run((place.address(Beside::New), false))
                />
            </PageHead>
            <div class="split" data-alone=move || (nobody.get() && all.with(Book::len) == 0).then_some("")>
                <section
                    class="sheet"
                    id=PANEL
                    aria-label=customers::LIST
                    data-wide-only=move || (!nobody.get()).then_some("")
                >
                    <Tabs label=customers::BY_DEBT tabs chosen=chosen_tab on_choose=choose_tab panel="customer-rows"/>
                    <div class="list-body" id="customer-rows" role="tabpanel" aria-label=customers::LIST>
                        <p class="unseen" role="status">{said}</p>
                        <Doubles people place/>
                        <Show when=move || { all.with(Book::len) > 1 }><Sorted by_name/></Show>
                        <Show when=move || !is_empty.get() fallback=empty>
                            <Rows found chosen place/>
                        </Show>
                    </div>
                </section>
                <article
                    class="sheet"
                    aria-label=customers::CONTENT
                    data-wide-only=move || nobody.get().then_some("")
                >
                    {move || match beside.get() {
                        Beside::Nobody => view! {
                            <Empty glyph=Glyph::Person title=customers::CHOOSE text=customers::NONE_WHY/>
                        }
                        .into_any(),
                        Beside::New => view! { <CustomerForm id=None place/> }.into_any(),
                        Beside::Edit(id) => view! { <CustomerForm id=Some(id) place/> }.into_any(),
                        Beside::One(id) => view! { <Shown id people place/> }.into_any(),
                    }}
                </article>
            </div>
        </div>
    }
}

/// In which order they stand: a choice in sight.
#[component]
fn Sorted(by_name: RwSignal<bool>) -> impl IntoView {
    let pick = move |label: crate::text::Phrase, names: bool| {
        let pressed = move || if by_name.get() == names { "true" } else { "false" };
        view! {
            <button type="button" class="pick" aria-pressed=pressed on:click=move |_| by_name.set(names)>
                {label}
            </button>
        }
    };
    view! {
        <div class="sorted" role="group" aria-label=customers::SORTED_BY>
            <span class="small muted" aria-hidden="true">{customers::SORTED_BY}</span>
            {pick(customers::BY_VISIT, false)}
            {pick(customers::BY_NAME, true)}
        </div>
    }
}

/// How a person is called in a list.
fn called(person: &Person) -> String {
    let customer = &person.customer;
    match (customer.erased, customer.name.is_empty()) {
        (true, _) => customers::ERASED.get().to_owned(),
        (false, false) => customer.name.clone(),
        (false, true) if !customer.phone.is_empty() => customer.phone.clone(),
        (false, true) => customers::NO_NAME.get().to_owned(),
    }
}

/// A way back to the list, where there is room for one pane only.
#[component]
fn BackToList(place: Place) -> impl IntoView {
    let href = place.address(Beside::Nobody);
    view! {
        <span class="narrow-only">
            <LinkButton href label=customers::BACK glyph=Glyph::Left kind=Kind::Quiet icon_only=true/>
        </span>
    }
}

/// What there is instead of a customer that is not here.
#[component]
fn Missing(place: Place) -> impl IntoView {
    view! {
        <Empty glyph=Glyph::Search title=customers::MISSING text=customers::MISSING_WHY>
            <LinkButton href=place.address(Beside::Nobody) label=customers::BACK/>
        </Empty>
    }
}

//! The root: contexts, the frame, and which address shows which page.

use domain::code;
use domain::figure::DecimalSign;
use leptos::prelude::*;
use leptos_router::components::{FlatRoutes, Redirect, Route, Router};
use leptos_router::path;
use replica::storage::StorageFault;

use crate::features::sheets::Kind;
use crate::features::{first_start, missing};
use crate::frame::{ClockNote, Cover, home, offer_updates};
use crate::parts::{Pages, Parts};
use crate::platform::storage::Hitch;
use crate::prefs::Prefs;
use crate::session::{Boot, Session, Trouble};
use crate::text::{fault, opening};
use crate::ui::scan::Scanner;
use crate::ui::{PadLayout, Toaster, Toasts, Waiting, guard_presses};

/// The app.
#[component]
pub fn App() -> impl IntoView {
    let prefs = Prefs::start();
    provide_context(prefs);
    let session = Session::start();
    provide_context(session);
    let has_comma = move || DecimalSign::of(session.settings().get().currency) == DecimalSign::Comma;
    provide_context(PadLayout { as_phone: prefs.phone_pad, has_comma: Signal::derive(has_comma) });
    let toaster = Toaster::new();
    provide_context(toaster);
    let products = session.products();
    let is_known =
        move |code: &str| products.with_untracked(|all| !code::find(all.iter().map(AsRef::as_ref), code).is_empty());
    provide_context(Scanner::start(prefs.scanner, toaster, is_known, |code| code::Gtin::parse(code).is_some()));
    // After the scanner: what is a scan's is no press.
    guard_presses();
    let parts = Parts::start(session, prefs.home.with_untracked(Option::is_some));
    provide_context(parts);
    // What keeps the app on the device fetches all of it: after what this page waits for, not beside it.
    Effect::new(move |offered: Option<bool>| {
        let (offered, settled) = (offered == Some(true), parts.settled());
        if settled && !offered {
            offer_updates(session, toaster);
        }
        settled || offered
    });
    Effect::new(move |_| {
        let words = match session.trouble.get() {
            None => return,
            Some(Trouble::Hitch(Hitch::Blocked)) => opening::BLOCKED,
            Some(Trouble::Hitch(Hitch::Silent)) => fault::STORAGE_SILENT,
            Some(Trouble::Storage(StorageFault::Quota)) => fault::DISK_FULL,
            Some(Trouble::Storage(_)) => fault::STORAGE_BROKEN,
        };
        toaster.warn(words);
    });

    let is_open = Memo::new(move |_| session.boot.get() == Boot::Open);
    view! {
        <Router>
            <Show when=move || is_open.get()><Cover/></Show>
            <ClockNote/>
            <main id="main" tabindex="-1">
                <FlatRoutes fallback=|| missing::Missing>
                    <Route path=path!("/") view=Start/>
                    <Route path=path!("/counter") view=|| inside(|| Parts::selling(|selling| (selling.counter)()).into_any())/>
                    <Route path=path!("/orders") view=|| inside(|| Parts::list().into_any())/>
                    <Route path=path!("/orders/new") view=|| behind(|pages| (pages.new_order)())/>
                    <Route path=path!("/orders/:id") view=|| behind(|pages| (pages.order)())/>
                    <Route path=path!("/products/import") view=|| inside(|| Parts::sheets(Kind::Products).into_any())/>
                    <Route path=path!("/customers/import") view=|| inside(|| Parts::sheets(Kind::Customers).into_any())/>
                    <Route path=path!("/products/:id?") view=|| inside(|| Parts::selling(|selling| (selling.products)()).into_any())/>
                    <Route path=path!("/customers/:id?") view=|| inside(|| Parts::selling(|selling| (selling.customers)()).into_any())/>
                    <Route path=path!("/templates") view=|| inside(|| Parts::selling(|selling| (selling.templates)()).into_any())/>
                    <Route path=path!("/templates/:id") view=|| behind(|pages| (pages.template)())/>
                    <Route path=path!("/setup") view=|| inside(|| Parts::selling(|selling| (selling.wizard)()).into_any())/>
                    <Route path=path!("/settings/shop") view=|| inside(|| Parts::selling(|selling| (selling.shop_settings)()).into_any())/>
                    <Route path=path!("/settings/rules") view=|| inside(|| Parts::selling(|selling| (selling.rules)()).into_any())/>
                    <Route path=path!("/conflicts") view=|| behind(|pages| (pages.conflicts)())/>
                    <Route path=path!("/settings/devices") view=|| behind(|pages| (pages.devices)())/>
                    <Route path=path!("/settings/aside") view=|| behind(|pages| (pages.aside)())/>
                    <Route path=path!("/settings") view=|| behind(|pages| (pages.settings)())/>
                </FlatRoutes>
            </main>
            <Toasts toaster/>
        </Router>
    }
}

/// A page of the shop: where there is no shop yet, one starts with the first start.
fn inside(shown: impl Fn() -> AnyView + Send + 'static) -> impl IntoView {
    let boot = Session::here().boot;
    let boot = Memo::new(move |_| boot.get());
    move || match boot.get() {
        Boot::Opening => view! { <Waiting/> }.into_any(),
        Boot::NoShop => view! { <Redirect path="/"/> }.into_any(),
        Boot::Open => shown(),
    }
}

/// A page of the shop that is not needed to open.
fn behind(shown: fn(Pages) -> AnyView) -> impl IntoView {
    inside(move || Parts::page(shown).into_any())
}

/// The first address: to where one was last where there is a shop, to the first start where there is none.
#[component]
fn Start() -> impl IntoView {
    let session = Session::here();
    let last = expect_context::<Prefs>().home;
    let place = move || {
        let has_orders = untrack(|| session.counts().get()).all > 0;
        last.with_untracked(|last| home(last.as_deref(), has_orders))
    };
    let boot = Memo::new(move |_| session.boot.get());
    move || match boot.get() {
        Boot::Opening => view! { <Waiting/> }.into_any(),
        Boot::NoShop => view! { <first_start::FirstStart/> }.into_any(),
        Boot::Open => view! { <Redirect path=place()/> }.into_any(),
    }
}

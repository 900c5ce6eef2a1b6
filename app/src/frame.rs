//! The frame: the cover with the shop, the ways and the sync light, and what every page does when it
//! comes up: its title, its heading, the focus.

use std::cell::Cell;

use leptos::html;
use leptos::prelude::*;
use leptos::text_prop::TextProp;
use leptos_router::hooks::use_location;

use crate::platform::{page, service_worker};
use crate::prefs::Prefs;
use crate::session::Session;
use crate::text::{self, Phrase, clock, frame, keys, update};
use crate::ui::{Button, Glyph, Icon, Kind, LinkButton, SyncLight, Toast, ToastAct, Toaster};

/// A way on the cover.
struct NavItem {
    path: &'static str,
    glyph: Glyph,
    name: Phrase,
}

const NAV: [NavItem; 6] = [
    NavItem { path: "/counter", glyph: Glyph::Counter, name: frame::COUNTER },
    NavItem { path: "/orders", glyph: Glyph::Orders, name: frame::ORDERS },
    NavItem { path: "/orders/new", glyph: Glyph::NewOrder, name: frame::NEW_ORDER },
    NavItem { path: "/products", glyph: Glyph::Products, name: frame::PRODUCTS },
    NavItem { path: "/customers", glyph: Glyph::Person, name: frame::CUSTOMERS },
    NavItem { path: "/settings", glyph: Glyph::Settings, name: frame::SETTINGS },
];

/// The way that an address lies on: the longest whose path it begins with.
fn way_of(pathname: &str) -> Option<&'static str> {
    NAV.iter()
        .map(|way| way.path)
        .filter(|path| pathname.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
        .max_by_key(|path| path.len())
}

/// Where a start leads: where one was last, of the counter and the orders; at first to the counter, where a shop sells,
/// or to the orders that there are already.
pub fn home(last: Option<&str>, has_orders: bool) -> &'static str {
    match last {
        Some("/orders") => "/orders",
        Some("/counter") => "/counter",
        _ if has_orders => "/orders",
        _ => "/counter",
    }
}

/// The cover, and the way past it.
#[component]
pub fn Cover() -> impl IntoView {
    let session = Session::here();
    let pathname = use_location().pathname;
    let here = Memo::new(move |_| way_of(&pathname.read()));
    let home = use_context::<Prefs>().map(|prefs| prefs.home);
    Effect::new(move |_| {
        let path = pathname.get();
        if let Some(home) = home.filter(|_| path == "/counter" || path == "/orders") {
            home.set(Some(path));
        }
    });
    let name = move || session.shop.read().as_ref().map(|shop| shop.name.clone());
    let tablet = move || session.shop.read().as_ref().map(|shop| shop.tablet.clone());
    let skip = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        page::focus("#main");
    };
    let ways = NAV.map(|NavItem { path, glyph, name }| {
        view! {
            <a href=path aria-current=move || (here.get() == Some(path)).then_some("page")>
                <Icon glyph/>
                <span>{name}</span>
            </a>
        }
    });
    let conflicts = move || {
        let open = session.conflicts.get();
        let current = move || (pathname.read().as_str() == "/conflicts").then_some("page");
        (open > 0).then(|| {
            view! {
                <a href="/conflicts" data-alarm="" aria-current=current>
                    <Icon glyph=Glyph::Conflict/>
                    <span>{frame::CONFLICTS} " " <b class="count">{open}</b></span>
                </a>
            }
        })
    };
    view! {
        <a class="skip" href="#main" on:click=skip>{frame::SKIP}</a>
        <header class="spine">
            <p class="shop"><b>{name}</b><span>{tablet}</span></p>
            <nav aria-label=frame::MAIN>{ways} {conflicts}</nav>
            <SyncLight face=session.sync href="/settings#sync"/>
        </header>
    }
}

/// Says that this device's clock is wrong, by how much, and what to do. Not in the way: a line above the page.
#[component]
pub fn ClockNote() -> impl IntoView {
    let session = Session::here();
    let later = RwSignal::new(None);
    // A second more or less is the same fault.
    let minutes = |ms: i64| (ms + 30_000 * ms.signum()) / 60_000;
    let wrong = Memo::new(move |_| session.clock_wrong.get().map(|it| (minutes(it.off_ms), it.told)));
    let shown = Memo::new(move |_| wrong.get().filter(|it| later.get() != Some(*it)));
    let says = move |(minutes, told): (i64, bool)| {
        let by = text::age(minutes.unsigned_abs() * 60_000);
        match (minutes < 0, told) {
            (true, true) => clock::fast(&by),
            (false, true) => clock::slow(&by),
            (true, false) => clock::jumped(&by),
            (false, false) => clock::went_back(&by),
        }
    };
    move || {
        shown.get().map(|it| {
            view! {
                <aside class="clock-note" role="status" data-testid="clock-wrong" data-minutes=it.0.to_string()>
                    <Icon glyph=Glyph::Clock/>
                    <p>{move || says(it)}</p>
                    {(!it.1)
                        .then(|| {
                            let trust = move || session.trust_clock();
                            view! { <Button label=clock::RIGHT kind=Kind::Quiet on_press=trust/> }
                        })}
                    <Button label=keys::LATER kind=Kind::Quiet on_press=move || later.set(Some(it))/>
                </aside>
            }
        })
    }
}

thread_local! {
    /// The first page of a start takes no focus: the person has not gone anywhere yet.
    static WENT: Cell<bool> = const { Cell::new(false) };
}

/// Names the window after the page, and, on a page that one has gone to, gives its heading the focus, so
/// that a screen reader says where one is and the tab key goes on from there.
pub fn arrive(title: TextProp, heading: NodeRef<html::H1>) {
    Effect::new(move |_| page::set_title(&frame::title(&title.get())));
    Effect::new(move |done: Option<bool>| {
        let done = done.unwrap_or(false);
        let Some(heading) = heading.get().filter(|_| !done) else {
            return done;
        };
        if WENT.replace(true) {
            // It has tabindex -1, so it takes the focus.
            let _ = heading.focus();
        }
        true
    });
}

/// The head of a page: its heading, the way back where there is one, and its tools.
#[component]
pub fn PageHead(
    /// What the page is.
    #[prop(into)]
    title: TextProp,
    /// Where "back" leads, and how it is called.
    #[prop(optional)]
    back: Option<(&'static str, Phrase)>,
    /// Search and acts.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let heading = NodeRef::<html::H1>::new();
    arrive(title.clone(), heading);
    view! {
        <div class="bar">
            {back
                .map(|(href, label)| {
                    view! { <LinkButton href label glyph=Glyph::Left kind=Kind::Quiet icon_only=true/> }
                })}
            <h1 node_ref=heading tabindex="-1">{move || title.get()}</h1>
            {children.map(|children| children())}
        </div>
    }
}

/// Watches for a new version, and offers it. It is taken when the person says so, or at the next start.
pub fn offer_updates(session: Session, toaster: Toaster) {
    service_worker::register(move || {
        session.update.set(true);
        toaster.show(Toast {
            text: update::READY.into(),
            glyph: Glyph::Info,
            acts: vec![ToastAct::new(keys::LATER, || ()), ToastAct::new(update::TAKE, service_worker::activate)],
            stays: true,
        });
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_leads_to_the_counter_at_first_and_then_where_one_was() {
        assert_eq!(home(None, false), "/counter");
        assert_eq!(home(None, true), "/orders");
        assert_eq!(home(Some("/counter"), true), "/counter");
        assert_eq!(home(Some("/orders"), false), "/orders");
        assert_eq!(home(Some("/settings"), false), "/counter");
    }

    #[test]
    fn an_address_lies_on_the_nearest_way() {
        assert_eq!(way_of("/orders"), Some("/orders"));
        assert_eq!(way_of("/orders/0192"), Some("/orders"));
        assert_eq!(way_of("/orders/new"), Some("/orders/new"));
        assert_eq!(way_of("/ordersheet"), None);
        assert_eq!(way_of("/conflicts"), None);
    }
}

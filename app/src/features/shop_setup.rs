//! Setting up the shop: a wizard of short steps, and the same under Settings.

mod basics;
mod lists;
mod scales;

use domain::shop::list::List;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use self::basics::{Basics, TabletCode};
use self::lists::Entries;
use self::scales::ScaleLabels;
use crate::frame::PageHead;
use crate::text::{Phrase, shop_setup as words};
use crate::ui::{Acts, Button, Kind, Scroll, Sheet};

/// What a list is called, and what it is good for.
fn face(list: List) -> (Phrase, Phrase) {
    match list {
        List::Channel => (words::CHANNELS, words::CHANNELS_WHY),
        List::Category => (words::CATEGORIES, words::CATEGORIES_WHY),
        List::Method => (words::METHODS, words::METHODS_WHY),
        List::Carrier => (words::CARRIERS, words::CARRIERS_WHY),
        List::Level => (words::LEVELS, words::LEVELS_WHY),
    }
}

const LISTS: [List; 5] = [List::Channel, List::Category, List::Method, List::Carrier, List::Level];

/// All of it on one page, under Settings.
#[component]
pub fn ShopSettings() -> impl IntoView {
    view! {
        <div class="page">
            <PageHead title=words::TITLE back=("/settings", words::BACK)/>
            <Sheet>
                <Scroll label=words::TITLE>
                    <Basics/>
                    <TabletCode/>
                    {LISTS.map(|list| view! { <Entries list/> }).collect_view()}
                    <ScaleLabels/>
                </Scroll>
            </Sheet>
        </div>
    }
}

/// A step of the wizard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Basics,
    List(List),
    Tablet,
}

const STEPS: [Step; 6] = [
    Step::Basics,
    Step::List(List::Method),
    Step::List(List::Channel),
    Step::List(List::Category),
    Step::List(List::Carrier),
    Step::Tablet,
];

/// The wizard: every step saves what it changes at once, so leaving it anywhere loses nothing.
#[component]
pub fn Wizard() -> impl IntoView {
    let at = RwSignal::new(0_usize);
    let navigate = use_navigate();
    let leave = Callback::new(move |()| navigate("/orders", NavigateOptions::default()));
    let is_last = move || at.get() + 1 == STEPS.len();
    let go_on = move || {
        if is_last() { leave.run(()) } else { at.update(|at| *at += 1) }
    };
    let step = move || match STEPS.get(at.get()).copied().unwrap_or(Step::Tablet) {
        Step::Basics => view! { <Basics/> }.into_any(),
        Step::List(list) => view! { <Entries list/> }.into_any(),
        Step::Tablet => view! { <TabletCode/> }.into_any(),
    };
    let place = move || words::step(&(at.get() + 1).to_string(), &STEPS.len().to_string());
    view! {
        <div class="page" style:grid-template-rows="auto minmax(0, 1fr) auto">
            <PageHead title=words::WIZARD>
                <p class="small muted" role="status">{place}</p>
            </PageHead>
            <Sheet>
                <Scroll label=words::WIZARD>
                    <p class="pad muted">{words::WIZARD_WHY}</p>
                    {step}
                </Scroll>
            </Sheet>
            <Acts>
                <Show when=move || { at.get() > 0 }>
                    <Button label=words::PREVIOUS on_press=move || at.update(|at| *at = at.saturating_sub(1))/>
                </Show>
                <Button label=words::SKIP kind=Kind::Quiet on_press=move || leave.run(())/>
                {move || {
                    let label = if is_last() { words::FINISH } else { words::NEXT };
                    view! { <Button label kind=Kind::Main on_press=go_on/> }
                }}
            </Acts>
        </div>
    }
}

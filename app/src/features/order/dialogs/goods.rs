//! Goods that leave, and a parcel put right.

use domain::figure;
use domain::order::{Command, Line, LinePart, Order, ParcelCorrected, PaymentState};
use domain::shop::list::{List, default_of};
use domain::text::SHORT;
use domain::{Currency, Day};
use leptos::prelude::*;
use leptos::text_prop::TextProp;
use uuid::Uuid;

use super::super::actions::{OrderActions, saved};
use super::super::{appearance, carrier};
use super::too_long;
use crate::features::{meant, shop_lists};
use crate::platform::page;
use crate::session::{Session, shop_now};
use crate::text::order_page::{page as words, refused};
use crate::text::{fault, order, shipping};
use crate::ui::scan::{Layer, Scanner};
use crate::ui::{Acts, Button, Choice, Fault, Glyph, Kind, Note, Select, Stepper, TextField, Tone};

/// A day, so that an arrival lies ahead.
const DAY_MS: i64 = 86_400_000;
/// The key of "another carrier" in the list.
const OTHER: &str = "other";

/// Carrier, number and date as typed.
#[derive(Clone, Copy)]
struct Label {
    carrier: RwSignal<String>,
    other: RwSignal<String>,
    tracking: RwSignal<String>,
    expected: RwSignal<String>,
    tried: RwSignal<bool>,
    /// A person chose the carrier: a number does not change it any more.
    chosen: RwSignal<bool>,
}

impl Label {
    fn new(carrier: &str, tracking: &str, expected: &str) -> Self {
        // Offer the carrier that the order names even if the shop has hidden it since.
        let offered = shop_lists::has(List::Carrier, carrier);
        Self {
            carrier: RwSignal::new(if offered { carrier } else { OTHER }.to_owned()),
            other: RwSignal::new(if offered { "" } else { carrier }.to_owned()),
            tracking: RwSignal::new(tracking.to_owned()),
            expected: RwSignal::new(expected.to_owned()),
            tried: RwSignal::new(false),
            chosen: RwSignal::new(false),
        }
    }
    fn is_other(self) -> bool {
        self.carrier.with(|key| key == OTHER)
    }
    /// What a parcel keeps: a key, or a name that was typed.
    fn carrier(self) -> String {
        if self.is_other() { self.other.get() } else { self.carrier.get() }
    }
    fn carrier_wrong(self) -> Option<String> {
        if self.tried.get() && self.carrier().trim().is_empty() {
            return Some(fault::CARRIER_MISSING.get().to_owned());
        }
        if self.is_other() { too_long(self.other, SHORT) } else { None }
    }
    fn tracking_wrong(self) -> Option<String> {
        too_long(self.tracking, SHORT)
    }
    fn date_wrong(self) -> Option<String> {
        let wrong =
            self.tried.get() && self.expected.with(|date| !date.trim().is_empty() && Day::parse(date).is_none());
        wrong.then(|| fault::DATE_WRONG.get().to_owned())
    }
    /// Once the person has tried to save it.
    fn is_right(self) -> bool {
        [self.carrier_wrong(), self.tracking_wrong(), self.date_wrong()].iter().all(Option::is_none)
    }
}

/// The fields of a parcel's label.
#[component]
fn LabelFields(label: Label) -> impl IntoView {
    let listed = label.carrier.with_untracked(|key| if key == OTHER { String::new() } else { key.clone() });
    let mut choices = shop_lists::choices(&shop_now(), List::Carrier, &listed);
    choices.push(Choice::new(OTHER, shipping::OTHER_CARRIER));
    let odd = Signal::derive(move || {
        let key = label.carrier.get();
        label
            .tracking
            .with(|tracking| carrier::looks_odd(&key, tracking))
            .then(|| fault::tracking_odd(&carrier::name(&key)))
    });
    let wrong = move |of: fn(Label) -> Option<String>| Signal::derive(move || of(label));
    // Whatever has the focus: the number is what is scanned here.
    if let Some(scanner) = Scanner::here() {
        scanner.take(Layer::Dialog, move |scan| label.tracking.set(scan.text));
    }
    let set = move |key: String| {
        label.chosen.set(true);
        label.carrier.set(key);
    };
    let offered: Vec<String> = choices.iter().map(|choice| choice.value.clone()).collect();
    let guessed = Memo::new(move |_| {
        let (mut keys, is_sole) = label.tracking.with(|tracking| carrier::guesses(tracking));
        keys.retain(|key| offered.iter().any(|offered| offered == key));
        (keys, is_sole)
    });
    // A form that is nobody else's chooses its carrier, in sight; what may be several is offered.
    Effect::new(move |_| {
        if let (keys, true) = guessed.get()
            && let [key] = keys.as_slice()
            && !label.chosen.get_untracked()
        {
            label.carrier.set((*key).to_owned());
        }
    });
    let guess = move || {
        let (keys, is_sole) = guessed.get();
        let now = label.carrier.get();
        if is_sole && keys.iter().any(|key| *key == now) {
            let says = shipping::by_number(&carrier::name(&now));
            return (!label.chosen.get()).then(|| view! { <p class="small muted">{says}</p> }.into_any());
        }
        let offer = |key: &'static str| {
            view! { <Button label=move || carrier::name(key) on_press=move || set(key.to_owned())/> }
        };
        let others: Vec<_> = keys.into_iter().filter(|key| *key != now).map(offer).collect();
        (!others.is_empty()).then(|| {
            view! { <div class="wrap"><span class="small muted">{shipping::LOOKS_LIKE}</span> {others}</div> }
                .into_any()
        })
    };
    let session = Session::here();
    let in_days = move |days: i64| {
        let day = session.day_of(session.now_ms().get_untracked().saturating_add(days.saturating_mul(DAY_MS)));
        format!("{}-{:02}-{:02}", day.year, day.month, day.day)
    };
    let arrives = move |days: i64| label.expected.set(in_days(days));
    view! {
        <TextField
            label=shipping::TRACKING
            value=label.tracking
            fault=wrong(Label::tracking_wrong)
            warning=odd
        />
        <div role="status" class="guessed">{guess}</div>
        <div class="two">
            <Select label=shipping::CARRIER choices value=label.carrier on_change=set/>
            <div class="stack" data-tight="">
                <TextField
                    label=shipping::ARRIVAL
                    value=label.expected
                    fault=wrong(Label::date_wrong)
                    keys="numeric"
                    example=TextProp::from(move || in_days(1))
                />
                <div class="wrap" role="group" aria-label=shipping::IN_DAYS>
                    <Button label=shipping::TOMORROW on_press=move || arrives(1)/>
                    <Button label=move || shipping::in_days(2) on_press=move || arrives(2)/>
                    <Button label=move || shipping::in_days(3) on_press=move || arrives(3)/>
                </div>
            </div>
        </div>
        <Show when=move || label.is_other()>
            <TextField label=words::NEW_CARRIER value=label.other fault=wrong(Label::carrier_wrong)/>
        </Show>
    }
}

/// How much of each line leaves, as typed.
#[derive(Clone)]
struct Parts(Vec<Part>);

/// A line of which something can leave.
#[derive(Clone)]
struct Part {
    of: LinePart,
    line: Line,
    currency: Currency,
    typed: RwSignal<String>,
}

impl Part {
    fn read(&self) -> Option<i64> {
        let read = self.typed.with(|typed| figure::quantity(typed, self.currency, self.line.measure()));
        read.ok().filter(|quantity| *quantity <= self.of.1)
    }
}

impl Parts {
    fn of(actions: OrderActions) -> Self {
        let currency = actions.session.settings().get_untracked().currency;
        let part = |order: &Order, of: LinePart| {
            let line = order.active_lines().find(|line| line.id == of.0).cloned().unwrap_or_default();
            let typed = RwSignal::new(line.measure().plain(of.1, currency));
            Part { of, line, currency, typed }
        };
        Self(actions.order.with_untracked(|order| order.unshipped().into_iter().map(|of| part(order, of)).collect()))
    }
    /// What was typed; nothing where a figure does not fit.
    fn read(&self) -> Option<Vec<LinePart>> {
        let mut parts = Vec::new();
        for part in &self.0 {
            let quantity = part.read()?;
            if quantity > 0 {
                parts.push((part.of.0, quantity));
            }
        }
        (!parts.is_empty()).then_some(parts)
    }
}

/// A stepper for each line that has not left.
#[component]
fn PartFields(actions: OrderActions, parts: Parts, tried: RwSignal<bool>) -> impl IntoView {
    // Of one piece there is nothing to choose.
    if let [Part { of: (_, 1), line, .. }] = parts.0.as_slice() {
        let says = words::line_left(&line.item, &appearance::quantity_of(1, line));
        return view! { <p><span class="label">{shipping::WHAT}</span> " " {says}</p> }.into_any();
    }
    let each = parts
        .0
        .into_iter()
        .map(|part| {
            let (line, most, value) = (part.line.clone(), part.of.1, part.typed);
            let measure = line.measure();
            let label = move || words::line_left(&line.item, &appearance::quantity_of(most, &line));
            let wrong = Signal::derive(move || {
                let fits = part.read().is_some();
                (tried.get() && !fits).then(|| refused::QUANTITIES.get().to_owned())
            });
            let meaning = meant::quantity(actions.session, value, Signal::stored(measure));
            view! { <Stepper label value fault=wrong least=0 meaning/> }
        })
        .collect_view();
    view! {
        <fieldset class="group">
            <legend>{shipping::WHAT}</legend>
            <div class="two">{each}</div>
        </fieldset>
    }
    .into_any()
}

fn unverified(actions: OrderActions) -> bool {
    actions.order.with(|order| order.payments.iter().any(|it| it.state == PaymentState::Unverified))
}

fn nothing_chosen(tried: RwSignal<bool>, parts: Parts) -> Signal<Option<String>> {
    Signal::derive(move || (tried.get() && parts.read().is_none()).then(|| refused::QUANTITIES.get().to_owned()))
}

/// What leaves, by whom, under which number.
#[component]
pub fn Ship(actions: OrderActions) -> impl IntoView {
    // The next parcel usually goes the way of the last one; the first one as the order or a rule says.
    let meant = actions.order.with_untracked(|order| {
        let last = order.parcels.iter().rev().find(|parcel| !parcel.handed_over);
        last.map_or_else(|| order.carrier.value.clone(), |parcel| parcel.carrier.clone())
    });
    let meant = if meant.is_empty() { untrack(|| default_of(&shop_now(), List::Carrier)) } else { meant };
    let label = Label::new(&meant, "", "");
    let parts = Parts::of(actions);
    let none = nothing_chosen(label.tried, parts.clone());
    let dialog = parts.clone();
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        label.tried.set(true);
        let Some(lines) = untrack(|| dialog.read()).filter(|_| untrack(|| label.is_right())) else {
            page::focus_first_fault();
            return;
        };
        let command = Command::Ship {
            carrier: untrack(|| label.carrier()),
            tracking: label.tracking.get_untracked(),
            expected: label.expected.get_untracked(),
            lines: Some(lines),
        };
        actions.send(command, || shipping::SAVED.get().to_owned());
    };
    let must_verify = move || actions.session.settings().get().verify_before_shipping && unverified(actions);
    view! {
        <form class="stack" novalidate on:submit=save>
            <Show when=must_verify><Note text=words::UNVERIFIED_SHIP tone=Tone::Owe glyph=Glyph::Code/></Show>
            <LabelFields label/>
            <PartFields actions parts tried=label.tried/>
            <Fault text=none/>
            <Fault text=actions.fault_words()/>
            <Acts><Button label=shipping::SAVE glyph=Glyph::Truck kind=Kind::Main submit=true busy=actions.submission.busy/></Acts>
        </form>
    }
}

/// What is handed over.
#[component]
pub fn HandOver(actions: OrderActions) -> impl IntoView {
    let tried = RwSignal::new(false);
    let parts = Parts::of(actions);
    let none = nothing_chosen(tried, parts.clone());
    let dialog = parts.clone();
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        match untrack(|| dialog.read()) {
            Some(lines) => actions.send(Command::HandOver(Some(lines)), saved),
            None => page::focus_first_fault(),
        }
    };
    view! {
        <form class="stack" novalidate on:submit=save>
            <Show when=move || unverified(actions)>
                <Note text=order::UNVERIFIED_WARNING tone=Tone::Owe glyph=Glyph::Code/>
            </Show>
            <PartFields actions parts tried/>
            <Fault text=none/>
            <Fault text=actions.fault_words()/>
            <Acts><Button label=words::SAVE_HAND_OVER glyph=Glyph::Hand kind=Kind::Main submit=true busy=actions.submission.busy/></Acts>
        </form>
    }
}

/// A parcel's right carrier, number and date.
#[component]
pub fn Correct(actions: OrderActions, parcel: Uuid) -> impl IntoView {
    let known = actions.order.with_untracked(|order| order.parcels.iter().find(|it| it.id == parcel).cloned());
    let (carrier, tracking, expected) = known.map(|it| (it.carrier, it.tracking, it.expected)).unwrap_or_default();
    let label = Label::new(&carrier, &tracking, &expected);
    let same = RwSignal::new(false);
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        label.tried.set(true);
        if !untrack(|| label.is_right()) {
            page::focus_first_fault();
            return;
        }
        let changed = |old: &str, new: String| (old != new.trim()).then_some(new);
        let body = ParcelCorrected {
            parcel,
            carrier: changed(&carrier, untrack(|| label.carrier())),
            tracking: changed(&tracking, label.tracking.get_untracked()),
            expected: changed(&expected, label.expected.get_untracked()),
        };
        let is_same = body.carrier.is_none() && body.tracking.is_none() && body.expected.is_none();
        same.set(is_same);
        if !is_same {
            actions.send(Command::CorrectParcel(body), saved);
        }
    };
    let unchanged = Signal::derive(move || same.get().then(|| refused::NOTHING_CHANGED.get().to_owned()));
    view! {
        <form class="stack" novalidate on:submit=save>
            <LabelFields label/>
            <Fault text=unchanged/>
            <Fault text=actions.fault_words()/>
            <Acts><Button label=words::SAVE_CORRECTION glyph=Glyph::Edit kind=Kind::Main submit=true busy=actions.submission.busy/></Acts>
        </form>
    }
}

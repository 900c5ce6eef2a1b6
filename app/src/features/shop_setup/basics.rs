//! The shop's name and terms, and this tablet's code.

use domain::DeviceCode;
use domain::shop::SettingChanged;
use domain::weight::WeightUnit;
use domain::zone::is_same;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::features::order::refusal;
use crate::platform::clock;
use crate::session::Session;
use crate::text::Phrase;
use crate::text::shop_setup as words;
use crate::text::zone_name;
use crate::ui::{Button, Choice, Select, Setting, Switch, TextField, Toaster, uid};

/// Payment terms to choose from, in hours; 0: none.
const TERMS: [u32; 8] = [0, 2, 12, 24, 48, 72, 168, 720];
/// Time zones to choose from, beside the shop's own and the device's.
const ZONES: [&str; 14] = [
    "Asia/Shanghai",
    "Asia/Hong_Kong",
    "Asia/Taipei",
    "Asia/Macau",
    "Asia/Urumqi",
    "Asia/Singapore",
    "Asia/Kuala_Lumpur",
    "Asia/Bangkok",
    "Asia/Jakarta",
    "Asia/Tokyo",
    "Europe/London",
    "Europe/Berlin",
    "America/New_York",
    "America/Los_Angeles",
];

/// The zones to choose from: this one and the device's, and those of the list that are neither under another name.
fn zones(own: String) -> Vec<Choice> {
    let mut zones: Vec<String> = Vec::new();
    for zone in [own, clock::own_zone()].into_iter().chain(ZONES.map(str::to_owned)) {
        if !zone.is_empty() && !zones.iter().any(|there| is_same(there, &zone)) {
            zones.push(zone);
        }
    }
    zones.into_iter().map(|zone| Choice::new(zone.clone(), move || zone_name(&zone, clock::now_ms()))).collect()
}

fn hours_words(hours: u32) -> String {
    match hours {
        0 => words::TERM_NONE.get().to_owned(),
        hours if hours >= 48 && hours.is_multiple_of(24) => words::days(&(hours / 24).to_string()),
        hours => words::hours(&hours.to_string()),
    }
}

fn weight_words(unit: WeightUnit) -> Phrase {
    match unit {
        WeightUnit::Kilogram => words::WEIGHT_KG,
        WeightUnit::Jin => words::WEIGHT_JIN,
        WeightUnit::Pound => words::WEIGHT_LB,
    }
}

/// Writes what is named.
fn write(session: Session, toaster: Toaster, change: SettingChanged) {
    spawn_local(async move {
        if let Err(fault) = session.change_setting(change).await {
            toaster.warn(refusal::words(&fault));
        }
    });
}

/// The shop's name and terms. Each change is kept at once.
#[component]
pub fn Basics() -> impl IntoView {
    let session = Session::here();
    let toaster = use_context::<Toaster>().unwrap_or_default();
    let settings = session.settings();
    let name = move || session.shop.read().as_ref().map(|shop| shop.name.clone()).unwrap_or_default();
    let rename = move |typed: String| {
        let typed = typed.trim().to_owned();
        if typed.is_empty() {
            toaster.warn(words::NAME_MISSING);
        } else if untrack(name) != typed {
            write(session, toaster, SettingChanged { name: Some(typed), ..SettingChanged::default() });
        }
    };
    let currency = move || session.currency().get().code.to_owned();
    let zone = session.time_zone();
    // The shop's, where it is none of the list; it stays there when another is chosen.
    let unlisted = Memo::new(move |before: Option<&String>| {
        let now = zone.get();
        if ZONES.contains(&now.as_str()) { before.cloned().unwrap_or_default() } else { now }
    });
    let set_zone = move |zone: String| {
        write(session, toaster, SettingChanged { time_zone: Some(zone), ..SettingChanged::default() });
    };
    let term = Signal::derive(move || settings.get().payment_term_hours.to_string());
    let own_term = settings.get_untracked().payment_term_hours;
    let mut terms = TERMS.to_vec();
    if !terms.contains(&own_term) {
        terms.push(own_term);
    }
    let terms =
        terms.into_iter().map(|hours| Choice::new(hours.to_string(), move || hours_words(hours))).collect::<Vec<_>>();
    let set_term = move |hours: String| {
        write(session, toaster, SettingChanged { payment_term_hours: hours.parse().ok(), ..SettingChanged::default() });
    };
    let verify = RwSignal::new(settings.get_untracked().verify_before_shipping);
    Effect::new(move |_| verify.set(settings.get().verify_before_shipping));
    Effect::new(move |before: Option<bool>| {
        let now = verify.get();
        if before.is_some_and(|before| before != now) && settings.get_untracked().verify_before_shipping != now {
            write(session, toaster, SettingChanged { verify_before_shipping: Some(now), ..SettingChanged::default() });
        }
        now
    });
    let weights = WeightUnit::ALL.map(|unit| Choice::new(unit.key(), weight_words(unit))).to_vec();
    let weight = Signal::derive(move || settings.get().usage().weight.key().to_owned());
    let set_weight = move |key: String| {
        write(session, toaster, SettingChanged { weight: WeightUnit::parse(&key), ..SettingChanged::default() });
    };
    let id = uid("shop");
    view! {
        <h2 class="setting-head">{words::BASICS}</h2>
        <Setting label=words::NAME why="" control=id.clone()>
            <input
                class="input"
                id=id
                type="text"
                autocomplete="off"
                prop:value=name
                on:change:target=move |event| rename(event.target().value())
            />
        </Setting>
        <Setting label=words::CURRENCY why=words::CURRENCY_WHY><b>{currency}</b></Setting>
        <Setting label=words::TIME_ZONE why=words::TIME_ZONE_WHY control="time-zone">
            {move || {
                let choices = zones(unlisted.get());
                view! { <Select id="time-zone" choices value=zone on_change=set_zone/> }
            }}
        </Setting>
        <Setting label=words::TERM why=words::TERM_WHY control="payment-term">
            <Select id="payment-term" choices=terms value=term on_change=set_term/>
        </Setting>
        <Setting label=words::WEIGHT why=words::WEIGHT_WHY control="weight-unit">
            <Select id="weight-unit" choices=weights value=weight on_change=set_weight/>
        </Setting>
        <Setting label=words::VERIFY why=words::VERIFY_WHY control="verify-first">
            <Switch id="verify-first" value=verify/>
        </Setting>
    }
}

/// This tablet's code.
#[component]
pub fn TabletCode() -> impl IntoView {
    let session = Session::here();
    let toaster = use_context::<Toaster>().unwrap_or_default();
    let typed = RwSignal::new(session.tablet_code());
    let wrong = RwSignal::new(None);
    let save = move || {
        let code = typed.get_untracked().trim().to_uppercase();
        let Some(code) = DeviceCode::parse(&code) else {
            wrong.set(Some(words::CODE_BAD));
            return;
        };
        wrong.set(None);
        spawn_local(async move {
            match session.change_code(code.clone()).await {
                Ok(true) => {
                    let _ = typed.try_set(code.0);
                    toaster.confirm(words::SAVED);
                }
                Ok(false) => {
                    let _ = wrong.try_set(Some(words::CODE_TAKEN));
                }
                Err(fault) => toaster.warn(refusal::words(&fault)),
            }
        });
    };
    let fault = Signal::derive(move || wrong.get().map(|phrase| phrase.get().to_owned()));
    view! {
        <form
            class="entry-new"
            on:submit=move |event| {
                event.prevent_default();
                save();
            }
        >
            <TextField label=words::CODE value=typed fault hint=words::CODE_WHY/>
            <Button label=words::SAVE on_press=save/>
        </form>
    }
}

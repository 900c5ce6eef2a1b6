//! Writing a rule: what it does, to which orders, and what it would do now.

use std::sync::Arc;

use domain::order::Summary;
use domain::rule::Rule;
use domain::shop::list::List;
use leptos::prelude::*;
use leptos::text_prop::TextProp;

use super::model::{DEEDS, Form, Place};
use super::{Touched, change, saving, words};
use crate::features::meant;
use crate::features::shop_lists;
use crate::platform::page;
use crate::session::{Session, newest};
use crate::text::{Phrase, rules};
use crate::ui::{Acts, Button, Choice, Dialog, Fault, Kind, Select, TextField, Toaster};

/// The dialog in which a rule is written.
#[component]
pub fn RuleSheet(
    /// It is open.
    open: RwSignal<bool>,
    /// The rule that is changed; nothing for a new one.
    rule: RwSignal<Option<Arc<Rule>>>,
) -> impl IntoView {
    let title = move || if rule.with(Option::is_some) { rules::EDIT.get() } else { rules::NEW.get() };
    view! {
        <Dialog open title=TextProp::from(title)>
            <Writing open before=rule.get_untracked()/>
        </Dialog>
    }
}

/// What a rule of this kind usually says.
fn usual(deed: &str) -> (&'static str, Option<Phrase>) {
    match deed {
        "remind" => ("24", Some(rules::USUAL_REMIND)),
        "cancel" => ("48", Some(rules::USUAL_CANCEL)),
        "label" => ("", Some(rules::USUAL_LABEL)),
        "hold" => ("", Some(rules::USUAL_HOLD)),
        "carrier" => ("", None),
        _ => ("10", None),
    }
}

#[component]
fn Writing(open: RwSignal<bool>, before: Option<Arc<Rule>>) -> impl IntoView {
    let session = Session::here();
    let toaster = use_context::<Toaster>().unwrap_or_default();
    let (shop, settings) = (session.shop_fields(), session.settings());
    let minor = move || settings.with(|settings| settings.currency);
    let form = match &before {
        Some(rule) => Form::of(rule, untrack(minor)),
        None => {
            let (time, word) = usual("remind");
            let word = word.map(|word| word.get().to_owned()).unwrap_or_default();
            Form { deed: "remind".to_owned(), time: time.to_owned(), word, ..Form::default() }
        }
    };
    let (name, deed, time) = (RwSignal::new(form.name), RwSignal::new(form.deed), RwSignal::new(form.time));
    let (word, channel, category) =
        (RwSignal::new(form.word), RwSignal::new(form.channel), RwSignal::new(form.category));
    let (place, at_least) = (RwSignal::new(form.place), RwSignal::new(form.at_least));
    let before = StoredValue::new(before);
    let read = Memo::new(move |_| {
        let form = Form {
            name: name.get(),
            deed: deed.get(),
            time: time.get(),
            word: word.get(),
            channel: channel.get(),
            category: category.get(),
            place: place.get(),
            at_least: at_least.get(),
        };
        let currency = minor();
        before.with_value(|before| form.read(before.as_deref(), currency))
    });
    let tried = RwSignal::new(false);
    let fault = move |at: Place, says: Phrase| {
        Signal::derive(move || {
            let wrong = tried.get() && read.with(|(_, faults)| faults.contains(&at));
            wrong.then(|| says.get().to_owned())
        })
    };

    // What it would do now: looked up while one writes; the last question counts.
    let touched = newest(Vec::<Summary>::new(), move || {
        let (rule, faults) = read.get();
        Some(async move {
            let found = if faults.is_empty() { session.touched_by(&rule).await.ok() } else { None };
            Some(found.unwrap_or_default())
        })
    });

    let save = move |switch_on: bool| {
        tried.set(true);
        let (mut rule, faults) = read.get_untracked();
        if !faults.is_empty() {
            page::focus_first_fault();
            return;
        }
        if switch_on {
            rule.on = true;
        }
        if rule.on {
            rule.since_ms = session.now_ms().get_untracked();
        }
        let act = before.with_value(|before| saving(before.as_deref(), &rule));
        change(session, toaster, act, move || {
            let _ = open.try_set(false);
            toaster.confirm(if switch_on { rules::ON } else { rules::SAVED });
        });
    };
    let is_on = before.with_value(|before| before.as_ref().is_some_and(|rule| rule.on));
    let choose = move |key: String| {
        // Another deed speaks of something else: it begins with what is usual.
        let (usual_time, usual_word) = usual(&key);
        time.set(usual_time.to_owned());
        word.set(usual_word.map(|word| word.get().to_owned()).unwrap_or_default());
        deed.set(key);
    };
    let kind = Memo::new(move |_| deed.get());
    let own = move || match kind.get().as_str() {
        "carrier" => {
            let choices = shop_lists::choices_or(&shop.read(), List::Carrier, &word.get_untracked(), rules::ANY);
            view! {
                <Select
                    label=TextProp::from(rules::CARRIER)
                    choices
                    value=word
                    on_change=move |key: String| word.set(key)
                />
                <Fault text=fault(Place::Word, rules::WORD_MISSING)/>
            }
            .into_any()
        }
        "complete" => view! {
            <TextField
                label=rules::DAYS
                value=time
                keys="numeric"
                numeric=true
                fault=fault(Place::Time, rules::TIME_WRONG)
            />
        }
        .into_any(),
        key => {
            let label = if key == "label" || key == "remind" { rules::THE_LABEL } else { rules::REASON };
            let timed = matches!(key, "remind" | "cancel");
            view! {
                {timed
                    .then(|| {
                        view! {
                            <TextField
                                label=rules::HOURS
                                value=time
                                keys="numeric"
                                numeric=true
                                fault=fault(Place::Time, rules::TIME_WRONG)
                            />
                        }
                    })}
                <TextField label value=word fault=fault(Place::Word, rules::WORD_MISSING)/>
            }
            .into_any()
        }
    };
    let of_list = move |label: Phrase, list: List, value: RwSignal<String>| {
        let choices = shop_lists::choices_or(&shop.read_untracked(), list, &value.get_untracked(), rules::ANY);
        view! { <Select label=TextProp::from(label) choices value on_change=move |key: String| value.set(key)/> }
    };
    let deeds = DEEDS.map(|key| Choice::new(key, words::deed_name(key))).into();
    let says = move || read.with(|(rule, _)| words::sentence(&shop.read(), rule));
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        save(!is_on);
    };
    view! {
        <form class="stack rule-form" novalidate autocomplete="off" on:submit=send>
            <div class="two">
                <Select label=TextProp::from(rules::WHAT) choices=deeds value=deed on_change=choose/>
                <TextField label=rules::NAME value=name example=rules::NAME_HINT/>
            </div>
            <div class="two">{own}</div>
            <div class="well stack" data-tight=""><p>{says}</p> <Touched touched/></div>
            <fieldset class="group stack" data-tight="">
                <legend>{rules::ONLY_FOR}</legend>
                <div class="two">
                    {of_list(rules::CHANNEL, List::Channel, channel)}
                    {of_list(rules::CATEGORY, List::Category, category)}
                    <TextField
                        label=rules::PLACE
                        value=place
                        example=rules::PLACE_HINT
                        fault=fault(Place::Text, rules::TOO_LONG)
                    />
                    <TextField
                        label=rules::AT_LEAST
                        value=at_least
                        keys="decimal"
                        numeric=true
                        fault=fault(Place::Amount, rules::AMOUNT_WRONG)
                        meaning=meant::amount(session, at_least)
                    />
                </div>
            </fieldset>
            <Acts>
                {(!is_on).then(|| view! { <Button label=rules::SAVE on_press=move || save(false)/> })}
                <Button
                    label=if is_on { rules::SAVE } else { rules::SAVE_ON }
                    kind=Kind::Main
                    submit=true
                />
            </Acts>
        </form>
    }
}

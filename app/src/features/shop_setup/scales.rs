//! Labels of scales: which layouts the shop has, and what a label says by them before one sells by it.

use domain::code::scale::{FIELD, Label, Layout, LayoutFault, MOST, PRESETS};
use domain::money::plain;
use domain::weight::WeightUnit;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::text_prop::TextProp;

use crate::features::order::refusal;
use crate::session::Session;
use crate::text::{Phrase, scan as words, weight};
use crate::ui::scan::{Layer, Scanner};
use crate::ui::{Button, Choice, Glyph, Kind, Select, TextField, Toaster};

/// A layout of the shop's own.
const OWN: &str = "own";

fn fault_words(fault: LayoutFault) -> Phrase {
    match fault {
        LayoutFault::Empty => words::LAYOUT_EMPTY,
        LayoutFault::Sign => words::LAYOUT_SIGN,
        LayoutFault::NoItem => words::LAYOUT_NO_ITEM,
        LayoutFault::NoFigure => words::LAYOUT_NO_FIGURE,
        LayoutFault::Prefix => words::LAYOUT_PREFIX,
        LayoutFault::TooLong => words::LAYOUT_LONG,
    }
}

/// A layout in words: what its digits are, one after the other.
fn in_words(pattern: &str) -> String {
    let mut parts: Vec<(char, usize)> = Vec::new();
    for sign in pattern.chars().filter(|sign| sign.is_alphabetic()) {
        match parts.last_mut() {
            Some((last, count)) if *last == sign => *count += 1,
            _ => parts.push((sign, 1)),
        }
    }
    let part = |(sign, count): (char, usize)| {
        let name = match sign {
            'F' => words::PART_PREFIX,
            'I' => words::PART_ITEM,
            'W' => words::PART_WEIGHT,
            'P' => words::PART_PRICE,
            'N' => words::PART_PIECES,
            'K' => words::PART_PRICE_CHECK,
            'C' => words::PART_CHECK,
            _ => words::PART_IDLE,
        };
        format!("{} {count}", name.get())
    };
    parts.into_iter().map(part).collect::<Vec<_>>().join(" · ")
}

/// What a label says.
fn said(session: Session, label: &Label, unit: WeightUnit) -> String {
    let currency = session.settings().get_untracked().currency;
    let grams = label.grams.map(|grams| match unit {
        WeightUnit::Kilogram => format!("{} kg", plain_kilograms(grams)),
        unit => weight::said(grams, unit),
    });
    let price = label.price.map(|minor| format!("{}{}", currency.sign(), plain(minor, currency)));
    let pieces = label.pieces.map(|count| words::label_pieces(&count.to_string()));
    let parts = [Some(words::label_item(&label.item)), grams, price, pieces];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// Grams as kilograms with all their decimals, as scales print them.
fn plain_kilograms(grams: i64) -> String {
    format!("{}.{:03}", grams / 1_000, grams % 1_000)
}

/// The layouts, and a label to try them on.
#[component]
pub fn ScaleLabels() -> impl IntoView {
    let session = Session::here();
    let toaster = use_context::<Toaster>().unwrap_or_default();
    let shop = session.shop_fields();
    let kept = Memo::new(move |_| shop.with(|shop| shop.texts(FIELD)));
    let (prefixes, pattern) =
        (RwSignal::new("20-29".to_owned()), RwSignal::new(PRESETS.first().copied().unwrap_or_default().to_owned()));
    // Those of most shops in 斤 weigh in kilograms.
    let usual = Some(weight::shop()).filter(|unit| *unit == WeightUnit::Pound).unwrap_or_default();
    let unit = RwSignal::new(usual);
    let (trial, tried) = (RwSignal::new(String::new()), RwSignal::new(false));
    let typed = move || format!("{} {} {}", prefixes.get(), pattern.get(), unit.get().key());
    let written = Memo::new(move |_| Layout::parse(&typed()));
    let write = move |all: Vec<String>| {
        spawn_local(async move {
            let set = [(FIELD.to_owned(), (!all.is_empty()).then(|| all.into()))].into();
            if let Err(fault) = session.change_shop(set).await {
                toaster.warn(refusal::words(&fault));
            }
        });
    };
    let add = move || {
        tried.set(true);
        let (Ok(layout), mut all) = (written.get_untracked(), kept.get_untracked()) else { return };
        let layout = layout.to_string();
        if !all.contains(&layout) && all.len() < MOST {
            all.push(layout);
            write(all);
        }
        tried.set(false);
    };
    let fault = Signal::derive(move || {
        let fault = written.get().err().filter(|_| tried.get());
        fault.map(|fault| fault_words(fault).get().to_owned())
    });
    let preset = Signal::derive(move || {
        let typed = pattern.get();
        if PRESETS.contains(&typed.as_str()) { typed } else { OWN.to_owned() }
    });
    let mut presets: Vec<Choice> =
        PRESETS.iter().map(|pattern| Choice::new(*pattern, move || in_words(pattern))).collect();
    presets.push(Choice::new(OWN, words::LAYOUT_OWN));
    let choose = move |key: String| {
        if key != OWN {
            pattern.set(key);
        }
    };
    if let Some(scanner) = Scanner::here() {
        scanner.take(Layer::Part, move |scan| {
            let code = scan.text.clone();
            trial.set(scan.text);
            scanner.say(move || words::tried(&code));
        });
    }
    let products = session.products();
    // By those that the shop has, and by the one that is being written.
    let preview = move || {
        let label = trial.get();
        let label = label.trim();
        if label.is_empty() {
            return None;
        }
        let exponent = session.settings().get().currency.exponent();
        let mut layouts = kept.get();
        layouts.extend(written.get().ok().map(|layout| layout.to_string()).filter(|own| !layouts.contains(own)));
        let each = layouts.iter().filter_map(|text| Layout::parse(text).ok()).filter_map(|layout| {
            let text = layout.to_string();
            let (is_right, said) = match layout.read(label, exponent)? {
                Ok(read) => {
                    let named = products.with(|all| {
                        let places = read.places(all.iter().map(AsRef::as_ref));
                        places.first().and_then(|(id, _)| all.get(*id)).map(|product| product.name.clone())
                    });
                    let named = named.unwrap_or_else(|| words::LABEL_NO_PRODUCT.get().to_owned());
                    (true, format!("{} · {named}", said(session, &read, layout.unit())))
                }
                Err(_) => (false, words::MISREAD.get().to_owned()),
            };
            let tone = (!is_right).then_some("alarm");
            Some(view! {
                <li class="entry" data-layout=text.clone() data-right=is_right.then_some("")>
                    <b>{text.clone()}</b>
                    <span data-tone=tone>{said}</span>
                </li>
            })
        });
        let each = each.collect::<Vec<_>>();
        Some(if each.is_empty() {
            view! { <p class="muted">{words::LABEL_FITS_NONE}</p> }.into_any()
        } else {
            view! { <ul class="plain-rows">{each}</ul> }.into_any()
        })
    };
    let rows = move || {
        let all = kept.get();
        let row = |text: String| {
            let pattern = Layout::parse(&text).map(|layout| in_words(layout.pattern())).unwrap_or_default();
            let gone = text.clone();
            let remove = move || {
                write(kept.get_untracked().into_iter().filter(|one| *one != gone).collect());
            };
            let label = {
                let text = text.clone();
                move || words::layout_remove(&text)
            };
            view! {
                <li class="entry" data-testid="scale-layout" data-layout=text.clone()>
                    <span>
                        <b>{text.clone()}</b>
                        <span class="small muted" style:display="block">{pattern}</span>
                    </span>
                    <Button label glyph=Glyph::Cross icon_only=true kind=Kind::Quiet on_press=remove/>
                </li>
            }
        };
        all.into_iter().map(row).collect_view()
    };
    view! {
        <section class="entries" id="scale-labels" aria-label=words::LABELS>
            <h2 class="setting-head">{words::LABELS}</h2>
            <p class="small muted entries-why">{words::LABELS_WHY}</p>
            <ul class="plain-rows">{rows}</ul>
            <form
                class="stack pad"
                autocomplete="off"
                novalidate
                on:submit=move |event| {
                    event.prevent_default();
                    add();
                }
            >
                <Select label=TextProp::from(words::LAYOUT) choices=presets value=preset on_change=choose/>
                <div class="two">
                    <TextField label=words::PREFIXES value=prefixes hint=TextProp::from(words::PREFIXES_WHY)/>
                    <TextField label=words::LAYOUT_SIGNS value=pattern fault hint=TextProp::from(words::LAYOUT_SIGNS_WHY)/>
                </div>
                <Select
                    label=TextProp::from(words::LAYOUT_UNIT)
                    choices=WeightUnit::ALL.map(|unit| Choice::new(unit.key(), weight::name(unit))).into()
                    value=Signal::derive(move || unit.get().key().to_owned())
                    on_change=move |key: String| unit.set(WeightUnit::parse(&key).unwrap_or_default())
                />
                <Button label=words::LAYOUT_ADD glyph=Glyph::Plus submit=true/>
                <TextField label=words::LABEL_TRIAL value=trial hint=TextProp::from(words::LABEL_TRIAL_WHY)/>
                <div data-testid="label-preview" role="status">{preview}</div>
            </form>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layout_is_said_part_by_part() {
        let parts = in_words("FFIIIIIWW.WWWC");
        let counts: Vec<&str> = parts.split(" · ").filter_map(|part| part.rsplit(' ').next()).collect();
        assert_eq!(counts, ["2", "5", "5", "1"]);
        assert_eq!(plain_kilograms(1_005), "1.005");
    }
}

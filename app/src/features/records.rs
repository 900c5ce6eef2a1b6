//! Records that two tablets changed in the same place: both values in plain words, and the choice between them.
#![warn(clippy::wildcard_enum_match_arm)]

mod counts;
mod words;

use std::sync::Arc;

use domain::product::Product;
use domain::record::{Changed, FieldConflict, Fields, Record, RecordEvent, Value, counted_field};
use domain::{Event, StreamKind};
use leptos::prelude::*;
use replica::Act;

pub use self::counts::CountQuestions;
pub use self::words::{field_name, value_words};
use super::order::{appearance, refusal, timeline_lines};
use crate::session::{ActFault, RecordConflict, Session};
use crate::text::{dispute, records};
use crate::ui::{Badge, Button, Fault, Glyph, Icon, LinkButton, Submission, Toaster, Tone};

/// With this begins what conflicts of counts call their field.
const COUNTED: &str = "counted/";

/// All of them.
#[component]
pub fn RecordDisputes() -> impl IntoView {
    let open = Session::here().record_conflicts();
    let key = |it: &RecordConflict| (it.id, it.conflict.clone(), it.record.timeline.len());
    view! {
        <For each=move || open.get() key let:it>
            <Dispute of=it/>
        </For>
        <CountQuestions/>
    }
}

/// What stands where two tablets said otherwise.
fn standing(record: &Record, field: &str) -> Option<Value> {
    let count = record.counts().find(|count| counted_field(count.variant) == field);
    record.get(field).cloned().or_else(|| count.map(|count| Value::Int(count.counted)))
}

/// What a record is called.
fn name_of(kind: StreamKind, record: &Record) -> String {
    let text = |field| record.get(field).and_then(Value::as_text).unwrap_or_default().trim().to_owned();
    let name = text("name");
    if name.is_empty() && kind == StreamKind::Customer { text("phone") } else { name }
}

/// Where it is looked at.
fn page_of(kind: StreamKind, id: uuid::Uuid) -> Option<(String, crate::text::Phrase)> {
    match kind {
        StreamKind::Product => Some((format!("/products/{id}"), records::OPEN_PRODUCT)),
        StreamKind::Customer => Some((format!("/customers/{id}"), records::OPEN_CUSTOMER)),
        StreamKind::Template => Some(("/templates".to_owned(), records::OPEN_TEMPLATES)),
        StreamKind::Rule => Some(("/settings/rules".to_owned(), records::OPEN_RULES)),
        StreamKind::View => Some(("/orders".to_owned(), records::OPEN_ORDERS)),
        StreamKind::Shop => Some(("/settings".to_owned(), records::OPEN_SETTINGS)),
        StreamKind::Order | StreamKind::Contact => None,
    }
}

#[component]
fn Dispute(of: RecordConflict) -> impl IntoView {
    let RecordConflict { kind, id, record, conflict } = of;
    let Some(conflict) = record.open_conflicts().find(|it| it.id == conflict).cloned() else {
        return ().into_any();
    };
    let session = Session::here();
    let toaster = use_context::<Toaster>().unwrap_or_default();
    let currency = session.currency();
    let submission = Submission::<ActFault>::new();
    let fields = Fields::of(id, &record);
    let is_count = conflict.field.starts_with(COUNTED);
    let shop = session.shop_fields();
    let said = {
        let (field, fields) = (conflict.field.clone(), fields.clone());
        move || match field.strip_prefix(COUNTED) {
            Some(variant) => counts::article(&Product::read(&fields), variant.parse().unwrap_or_default()),
            None => shop.with(|shop| field_name(kind, &field, &fields, shop)),
        }
    };
    let title = {
        let (name, said) = (name_of(kind, &record), said.clone());
        move || {
            let kind = records::kind_name(kind);
            let what = if name.is_empty() { kind.to_owned() } else { records::named(kind, &name) };
            if is_count { records::counted_twice(&said()) } else { records::twice(&what, &said()) }
        }
    };
    let value = {
        let field = conflict.field.clone();
        let unit = Product::read(&fields).unit;
        move |of: Option<Value>| match of {
            Some(Value::Int(n)) if is_count => records::counted(&appearance::quantity(n, unit)),
            // Another record is called by its name.
            Some(Value::Text(other)) if field == "merged_into" => {
                let other = other.parse().ok().and_then(|id| session.fields_of(kind, id));
                other.map(|fields| fields.text("name").to_owned()).unwrap_or_default()
            }
            of => shop.with(|shop| value_words(kind, &field, of.as_ref(), shop, currency.get())),
        }
    };
    let (standing, other) = (standing(&record, &conflict.field), conflict.other.clone());
    let sides = sides(&record, &conflict, session, value.clone());
    let settle = {
        let (conflict, record) = (conflict.clone(), Arc::clone(&record));
        Callback::new(move |(take,): (bool,)| {
            let mut changed = Changed { settles: Some(conflict.id.clone()), ..Changed::default() };
            let count = record.take_count(&conflict).filter(|_| take);
            if take {
                changed.set.insert(conflict.field.clone(), conflict.other.clone());
            }
            let act = match (kind, count) {
                (StreamKind::Shop, _) => Act::Shop(changed),
                (kind, Some(count)) => Act::Record(kind, Some(id), vec![RecordEvent::StockMoved(count)]),
                (kind, None) => Act::Record(kind, Some(id), vec![RecordEvent::Changed(changed)]),
            };
            submission.run(session.act_all(vec![act]), move |_| toaster.confirm(dispute::SETTLED));
        })
    };
    let keep = {
        let (value, standing) = (value.clone(), standing);
        move || dispute::keep_value(&value(standing.clone()))
    };
    let take = move || dispute::use_value(&value(other.clone()));
    let wrong = submission.wrong(refusal::words);
    let page = page_of(kind, id).map(|(href, label)| view! { <LinkButton href label glyph=Glyph::Edit/> });
    view! {
        <article class="sheet conflict" data-testid="conflict" data-kind=if is_count { "same_count" } else { "same_field" } aria-label=title.clone()>
            <header><h2>{title.clone()}</h2></header>
            <div class="sides">{sides}</div>
            <div class="now">
                <p>{records::NOW}</p>
                <Fault text=wrong/>
            </div>
            <div class="choose">
                <Button label=keep glyph=Glyph::Check busy=submission.busy on_press=move || settle.run((false,))/>
                <Button label=take glyph=Glyph::Edit busy=submission.busy on_press=move || settle.run((true,))/>
                {page}
            </div>
        </article>
    }
    .into_any()
}

/// Who wrote what, when, on which tablet; and which of the two counts now.
fn sides(
    record: &Arc<Record>,
    conflict: &FieldConflict,
    session: Session,
    value: impl Fn(Option<Value>) -> String + Clone + Send + Sync + 'static,
) -> AnyView {
    let standing = standing(record, &conflict.field);
    [conflict.first, conflict.second]
        .map(|at| {
            let (meta, event) = record.timeline.get(at).cloned().unzip();
            let wrote = event.and_then(|event| {
                let Event::Record(event) = event else { return None };
                match event {
                    RecordEvent::Changed(changed) => changed.set.get(&conflict.field).cloned().flatten(),
                    RecordEvent::StockMoved(moved) => moved.counted.map(Value::Int),
                    RecordEvent::DebtMoved(_) | RecordEvent::Erasing | RecordEvent::Erased => None,
                }
            });
            let stands = wrote == standing;
            let (tone, glyph, label) = if stands {
                (Tone::Done, Glyph::Check, dispute::STANDS)
            } else {
                (Tone::Rest, Glyph::Cross, dispute::NO_EFFECT)
            };
            let by = move || meta.as_ref().map(|meta| timeline_lines::by_whom(meta, session)).unwrap_or_default();
            let value = value.clone();
            view! {
                <div class="side">
                    <p class="who"><Icon glyph=Glyph::Tablet/> <span>{by}</span> <Badge tone glyph label/></p>
                    <p class="what">{move || value(wrote.clone())}</p>
                </div>
            }
        })
        .into_iter()
        .collect_view()
        .into_any()
}

//! What becomes of each row: before it is done, and after; the latter can be taken away as a sheet.

use std::sync::Arc;

use domain::sheet::csv::Cell;
use domain::sheet::{Outcome, Plan, Report, customers, products};
use leptos::prelude::*;

use super::{ImportState, Kind, export, words};
use crate::text::{Phrase, sheets};
use crate::ui::{Button, Choice, Choices, Glyph, Icon, LinkButton, Toaster};

/// How many rows are shown at a time.
const PAGE: usize = 50;
/// All of them, in the list of what to show.
const EVERY: &str = "";

const OUTCOMES: [&str; 5] = ["created", "updated", "unchanged", "refused", "left"];

fn key(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Created => "created",
        Outcome::Updated => "updated",
        Outcome::Unchanged => "unchanged",
        Outcome::Refused(_) => "refused",
        Outcome::LeftOut(_) => "left",
    }
}

fn glyph(outcome: &Outcome) -> Glyph {
    match outcome {
        Outcome::Created => Glyph::Plus,
        Outcome::Updated => Glyph::Edit,
        Outcome::Unchanged => Glyph::Completed,
        Outcome::Refused(_) => Glyph::Warn,
        Outcome::LeftOut(_) => Glyph::Minus,
    }
}

fn word(key: &str) -> Phrase {
    match key {
        "created" => sheets::CREATED,
        "updated" => sheets::UPDATED,
        "unchanged" => sheets::UNCHANGED,
        "left" => sheets::LEFT_OUT,
        _ => sheets::REFUSED,
    }
}

fn why(state: ImportState, report: &Report) -> String {
    let mut said: Vec<String> = match &report.outcome {
        Outcome::Refused(all) => {
            all.iter().map(|refusal| words::refusal(refusal, |column| state.head_of(column))).collect()
        }
        Outcome::LeftOut(left) => vec![words::left(*left).get().to_owned()],
        Outcome::Created | Outcome::Updated | Outcome::Unchanged => Vec::new(),
    };
    said.extend(report.remarks.iter().map(words::remark));
    said.join(" ")
}

/// What stands above what a row says.
fn said_heads(kind: Kind) -> Vec<String> {
    match kind {
        Kind::Products => products::SAID.iter().map(|column| words::product_column(column, &[])).collect(),
        Kind::Customers => {
            customers::SAID.iter().map(|column| words::customer_column(*column).get().to_owned()).collect()
        }
    }
}

/// What becomes of each row, before anything is written.
#[component]
pub fn Preview(state: ImportState) -> impl IntoView {
    let shown = move || {
        state.plan.get().map(|plan| {
            view! {
                <section class="stack" data-tight="" data-testid="import-preview">
                    <h2 class="section-title">{sheets::PREVIEW}</h2>
                    <Rows state plan/>
                </section>
            }
        })
    };
    view! { {shown} }
}

/// The rows of a plan: all of them, or those of which one thing becomes.
#[component]
fn Rows(state: ImportState, plan: Arc<Plan>) -> impl IntoView {
    let counts = plan.counts();
    let numbers = [counts.created, counts.updated, counts.unchanged, counts.refused, counts.left];
    let of = move |key: &str| OUTCOMES.iter().zip(numbers).find(|(known, _)| **known == key).map_or(0, |(_, n)| n);
    let mut choices = vec![Choice::new(EVERY, move || sheets::counted(sheets::EVERY.get(), numbers.iter().sum()))];
    choices.extend(OUTCOMES.map(|key| Choice::new(key, move || sheets::counted(word(key).get(), of(key)))));
    // What is refused is what a person has to see.
    let chosen = RwSignal::new(EVERY.to_owned());
    let limit = RwSignal::new(PAGE);
    let kind = state.kind;
    let matching = {
        let plan = Arc::clone(&plan);
        move || {
            chosen.with(|chosen| {
                let fits = |report: &&Report| chosen == EVERY || key(&report.outcome) == chosen;
                let all = plan.reports.iter().filter(fits).count();
                let rows: Vec<Report> = plan.reports.iter().filter(fits).take(limit.get()).cloned().collect();
                (rows, all)
            })
        }
    };
    let table = move || {
        let (rows, all) = matching();
        let shown = rows.len();
        let each = rows
            .into_iter()
            .map(|report| {
                let why = why(state, &report);
                let said = report.said.iter().map(|text| view! { <td>{text.clone()}</td> }).collect_view();
                view! {
                    <tr data-outcome=key(&report.outcome)>
                        <td data-end="">{report.row}</td>
                        <td>
                            <span class="outcome">
                                <Icon glyph=glyph(&report.outcome)/>
                                <span>{words::outcome(&report.outcome)}</span>
                            </span>
                            {(!why.is_empty()).then(|| view! { <p class="small why">{why}</p> })}
                        </td>
                        {said}
                    </tr>
                }
            })
            .collect_view();
        let heads = said_heads(kind).into_iter().map(|head| view! { <th scope="col">{head}</th> }).collect_view();
        view! {
            <div class="wide-table" tabindex="0" role="region" aria-label=sheets::PREVIEW>
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col" data-end="">{sheets::ROW}</th>
                            <th scope="col">{sheets::WHAT}</th>
                            {heads}
                        </tr>
                    </thead>
                    <tbody>{each}</tbody>
                </table>
            </div>
            <div class="line-keys">
                <p class="small muted">{sheets::shown_of(shown, all)}</p>
                {(shown < all)
                    .then(|| {
                        view! {
                            <Button label=crate::text::keys::MORE on_press=move || limit.update(|limit| *limit += 4 * PAGE)/>
                        }
                    })}
            </div>
        }
    };
    view! {
        <Choices
            legend=sheets::SHOW
            legend_unseen=true
            choices
            value=chosen
            on_change=move |key| {
                limit.set(PAGE);
                chosen.set(key);
            }
        />
        {table}
    }
}

/// The report, once all is written.
#[component]
pub fn Done(state: ImportState) -> impl IntoView {
    let toaster = use_context::<Toaster>().unwrap_or_default();
    let Some(plan) = state.done.get_untracked() else { return ().into_any() };
    let counts = plan.counts();
    let save = {
        let plan = Arc::clone(&plan);
        move || {
            let text = |text: String| Cell::Text(text);
            let mut head = vec![sheets::ROW.get().to_owned(), sheets::WHAT.get().to_owned()];
            head.extend(said_heads(state.kind));
            head.push(sheets::WHY.get().to_owned());
            let mut rows: Vec<Vec<Cell>> = vec![head.into_iter().map(text).collect()];
            for report in &plan.reports {
                let mut row = vec![Cell::Figure(report.row.to_string())];
                row.push(text(words::outcome(&report.outcome).get().to_owned()));
                row.extend(report.said.iter().cloned().map(text));
                row.push(text(untrack(|| why(state, report))));
                rows.push(row);
            }
            let name = format!("{}-{}", sheets::REPORT_FILE.get(), export::file_name(state.session, state.kind, "csv"));
            export::save(toaster, &name, "text/csv;charset=utf-8", export::csv(&rows).as_bytes(), plan.reports.len());
        }
    };
    let back = match state.kind {
        Kind::Products => ("/products", sheets::BACK_TO_PRODUCTS),
        Kind::Customers => ("/customers", sheets::BACK_TO_CUSTOMERS),
    };
    view! {
        <section
            class="stack"
            aria-label=sheets::REPORT
            data-testid="import-report"
            data-created=counts.created.to_string()
            data-updated=counts.updated.to_string()
            data-unchanged=counts.unchanged.to_string()
            data-refused=counts.refused.to_string()
            data-left=counts.left.to_string()
        >
            <h2 class="section-title">{sheets::REPORT}</h2>
            <p role="status"><b>{sheets::imported(counts.created, counts.updated, counts.refused)}</b></p>
            <div class="line-keys">
                <Button label=sheets::SAVE_REPORT glyph=Glyph::Save on_press=save/>
                <Button label=sheets::ANOTHER on_press=move || state.start_over()/>
                <LinkButton href=back.0 label=back.1/>
            </div>
            <Rows state plan/>
        </section>
    }
    .into_any()
}

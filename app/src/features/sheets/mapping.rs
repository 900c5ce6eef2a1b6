//! What each column of a sheet is: guessed from its head, chosen by the person.

use domain::Currency;
use domain::sheet::content::Content;
use domain::sheet::customers::{self, Customers, Part};
use domain::sheet::peer::{self, Peer};
use domain::sheet::products::{self, Products};
use domain::sheet::{Line, Planner, Remark, head};
use leptos::prelude::*;
use leptos::text_prop::TextProp;

use super::file::Table;
use super::{ImportState, Kind, export, words};
use crate::platform::clock;
use crate::session::Session;
use crate::text::sheets;
use crate::ui::{Choice, Select};

/// The key of a column of products.
fn product_key(column: &products::Column) -> String {
    use products::Column;
    let key = match column {
        Column::Name => "name",
        Column::Spec => "spec",
        Column::Option => "option",
        Column::Code => "code",
        Column::Barcodes => "barcodes",
        Column::Price => "price",
        Column::Cost => "cost",
        Column::Stock => "stock",
        Column::Category => "category",
        Column::Unit => "unit",
        Column::State => "state",
        Column::Note => "note",
        Column::Level(key) => return format!("level/{key}"),
    };
    key.to_owned()
}

fn customer_key(column: customers::Column) -> &'static str {
    use customers::Column;
    match column {
        Column::Name => "name",
        Column::Phone => "phone",
        Column::Address => "address",
        Column::Level => "level",
        Column::Note => "note",
        Column::Given => "given",
        Column::Family => "family",
        Column::Company => "company",
        Column::Part(part) => match part {
            Part::Country => "country",
            Part::Province => "province",
            Part::City => "city",
            Part::District => "district",
            Part::Town => "town",
            Part::Street => "street",
            Part::More => "street2",
            Part::Postcode => "postcode",
        },
    }
}

/// All columns of products, with the shop's price levels.
fn of_products(levels: &[(String, String)]) -> Vec<products::Column> {
    let levels = levels.iter().map(|(key, _)| products::Column::Level(key.clone()));
    products::Column::ALL.into_iter().chain(levels).collect()
}

/// Whether several columns may have this key.
fn is_many(kind: Kind, key: &str) -> bool {
    use head::Column;
    match kind {
        Kind::Products => products::Column::ALL.iter().any(|column| product_key(column) == key && column.is_many()),
        Kind::Customers => customers::Column::ALL.iter().any(|column| customer_key(*column) == key && column.is_many()),
    }
}

/// What can be chosen for a column: its key and its name.
fn offered(kind: Kind) -> Vec<(String, TextProp)> {
    match kind {
        Kind::Products => {
            let levels = export::levels();
            let name = |column: products::Column| {
                let levels = levels.clone();
                (product_key(&column), TextProp::from(move || words::product_column(&column, &levels)))
            };
            of_products(&levels).into_iter().map(name).collect()
        }
        Kind::Customers => {
            let name = |column| (customer_key(column).to_owned(), TextProp::from(words::customer_column(column)));
            customers::Column::ALL.into_iter().map(name).collect()
        }
    }
}

/// A sheet as it is worked on: the names of its columns, and the rows below them.
#[derive(Clone, Default)]
pub struct Layout {
    /// The names, as many as the widest row has cells.
    pub names: Vec<String>,
    /// The rows.
    pub lines: Vec<Line>,
    /// Whose export it is.
    pub peer: Option<Peer>,
}

/// How many columns of a sheet are known.
pub fn known(kind: Kind, rows: &[Vec<Content>]) -> usize {
    let at = head_of(kind, rows);
    let names = rows.get(at).map(|row| head::names(row)).unwrap_or_default();
    guess(kind, &names, None, Currency::default()).iter().filter(|key| !key.is_empty()).count()
}

/// Which row is the head, counted from 0.
pub fn head_of(kind: Kind, rows: &[Vec<Content>]) -> usize {
    match kind {
        Kind::Products => head::find(rows, &products::Column::ALL, &own_names()),
        Kind::Customers => head::find(rows, &customers::Column::ALL, &[]),
    }
}

/// The sheet below the head that begins in this row.
pub fn layout(kind: Kind, table: &Table, at: usize) -> Layout {
    let rows = &table.rows;
    let (mut names, deep) = match kind {
        Kind::Products => head::read(rows, at, &products::Column::ALL, &own_names()),
        Kind::Customers => head::read(rows, at, &customers::Column::ALL, &[]),
    };
    let mut lines = head::below(rows, at, deep);
    for line in &mut lines {
        if table.hidden_rows.contains(&(line.number - 1)) {
            line.remarks.push(Remark::Hidden);
        }
        let row = line.number - 1;
        line.merged = table.merged.range((row, 0)..(row + 1, 0)).map(|(_, column)| *column).collect();
    }
    let peer = match kind {
        Kind::Products => peer::of_products(&names),
        Kind::Customers => peer::of_customers(&names),
    };
    if let Some(peer) = peer.filter(|_| kind == Kind::Products) {
        peer.arrange(&mut names, &mut lines);
    }
    Layout { names, lines, peer }
}

/// What columns of these names are, by their keys; `currency`: the shop's.
pub fn guess(kind: Kind, names: &[String], peer: Option<Peer>, currency: Currency) -> Vec<String> {
    match kind {
        Kind::Products => {
            let mut guessed = head::guess(names, &products::Column::ALL, &own_names());
            if let Some(peer) = peer {
                peer.settle(names, &mut guessed, currency);
            }
            guessed.iter().map(|column| column.as_ref().map(product_key).unwrap_or_default()).collect()
        }
        Kind::Customers => {
            let guessed = customers::guess(names);
            guessed.into_iter().map(|column| column.map(customer_key).unwrap_or_default().to_owned()).collect()
        }
    }
}

/// What sheets call the price levels: our own export, and others in either language.
fn own_names() -> Vec<(String, products::Column)> {
    let names = |(key, name): (String, String)| {
        let usual = products::level_names(&key).iter().map(|name| (*name).to_owned());
        let all: Vec<String> = std::iter::once(sheets::price_at(&name)).chain(usual).collect();
        all.into_iter().map(move |name| (name, products::Column::Level(key.clone())))
    };
    export::levels().into_iter().flat_map(names).collect()
}

/// Begins to read a sheet with these columns. `lines`: all below its head.
pub fn planner(kind: Kind, session: Session, keys: &[String], lines: &[Line]) -> Box<dyn Planner> {
    let draw = || u32::from_le_bytes(clock::random());
    let levels = export::levels();
    match kind {
        Kind::Products => {
            let all = of_products(&levels);
            let columns = keys.iter().map(|key| all.iter().find(|column| product_key(column) == *key).cloned());
            let known = session.products().get().in_order();
            let stock = move |product: &_, variant| session.stock(product, variant);
            let known = known.iter().map(|(_, product)| &**product);
            let usage = session.usage().get();
            Box::new(Products::new(columns.collect(), usage, known, lines, stock, draw))
        }
        Kind::Customers => {
            let all = customers::Column::ALL;
            let columns = keys.iter().map(|key| all.into_iter().find(|column| customer_key(*column) == key));
            let levels = levels.into_iter().map(|(key, name)| (key, vec![name])).collect();
            let known = session.customers().get();
            Box::new(Customers::new(columns.collect(), levels, known.iter().map(|customer| &**customer), draw))
        }
    }
}

/// The columns, each with what it is.
#[component]
pub fn Mapping(state: ImportState) -> impl IntoView {
    let kind = state.kind;
    let count = Memo::new(move |_| state.columns.with(Vec::len));
    let choices = offered(kind);
    let choose = move |column: usize, key: String| {
        state.columns.update(|columns| {
            for (at, known) in columns.iter_mut().enumerate() {
                if at == column {
                    known.clone_from(&key);
                } else if *known == key && !is_many(kind, &key) {
                    known.clear();
                }
            }
        });
        state.check();
    };
    let each = move || {
        let choices = choices.clone();
        (0..count.get())
            .map(|column| {
                let mut all = vec![Choice::new("", sheets::IGNORE)];
                all.extend(choices.iter().map(|(key, name)| Choice::new(key.clone(), name.clone())));
                let value = Signal::derive(move || {
                    state.columns.with(|columns| columns.get(column).cloned()).unwrap_or_default()
                });
                let first = move || {
                    state.layout.with(|layout| {
                        let cells = layout.lines.iter().filter_map(|line| line.cells.get(column));
                        let value = cells.map(|cell| cell.shown()).find(|shown| !shown.trim().is_empty())?;
                        Some(sheets::such_as(&value.chars().take(24).collect::<String>()))
                    })
                };
                view! {
                    <li>
                        <Select
                            label=move || sheets::column_is(&state.head_of(column))
                            choices=all
                            value
                            on_change=move |key| choose(column, key)
                        />
                        <p class="small muted clip">{first}</p>
                    </li>
                }
            })
            .collect_view()
    };
    let heads = move || {
        let rows = state.opened.with(|opened| Some(opened.as_ref()?.table(state.table.get())?.rows.len()));
        let rows = rows.unwrap_or_default();
        (0..rows.min(10)).map(|row| Choice::new(row.to_string(), (row + 1).to_string())).collect::<Vec<_>>()
    };
    let value = Signal::derive(move || state.head.get().to_string());
    let change = move |row: String| {
        let Ok(at) = row.parse() else { return };
        state.lay(at);
    };
    view! {
        <section class="stack" data-tight="" aria-label=sheets::COLUMNS>
            <h2 class="section-title">{sheets::COLUMNS}</h2>
            <div class="head-row">
                {move || view! { <Select label=sheets::HEAD choices=heads() value on_change=change/> }}
            </div>
            <ul class="columns">{each}</ul>
        </section>
    }
}

//! The list as a table: its columns, which a person chooses, and the same as a file to take away.

use std::sync::Arc;

use domain::order::{Status, Summary};
use domain::record::Fields;
use domain::sheet::csv::{BOM, Cell, write_line};
use domain::shop::list::List;
use leptos::prelude::*;
use leptos::task::spawn_local;
use replica::{Facet, SortBy};

use super::super::order::appearance;
use super::OrderListState;
use super::filters::{self, Panel, named};
use super::model::{ListQuery, pressed};
use crate::platform::files;
use crate::prefs::Prefs;
use crate::session::{Session, shop_now};
use crate::text::order_list::columns as words;
use crate::text::order_list::{batch, filters as words_of_filters};
use crate::text::{self, Phrase, list, weight};
use crate::ui::{Dialog, Glyph, Icon, Menu, MenuAct, Money, Note, Serial, Size, Stamp, Tick, Toaster};

/// A column of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// Order number.
    Number,
    /// State and badges.
    State,
    /// When it was placed.
    Time,
    /// When it is to be paid.
    Due,
    /// The buyer's name.
    Buyer,
    /// The buyer's phone.
    Phone,
    /// Its items in a few words.
    Items,
    /// Sales channel.
    Channel,
    /// Order category.
    Category,
    /// How the buyer means to pay.
    Method,
    /// The tablet that began it.
    Tablet,
    /// What it comes to.
    Total,
    /// What the buyer owes.
    Owed,
    /// Labels.
    Labels,
    /// Its note.
    Note,
}

impl Column {
    /// All of them, in their order.
    pub const ALL: [Self; 15] = [
        Self::Number,
        Self::State,
        Self::Time,
        Self::Due,
        Self::Buyer,
        Self::Phone,
        Self::Items,
        Self::Channel,
        Self::Category,
        Self::Method,
        Self::Tablet,
        Self::Total,
        Self::Owed,
        Self::Labels,
        Self::Note,
    ];
    /// Those of a table that nobody has chosen columns for; labels only where orders have some.
    const USUAL: [Self; 8] =
        [Self::Number, Self::State, Self::Time, Self::Buyer, Self::Items, Self::Total, Self::Owed, Self::Labels];

    /// Its key in the preferences, its name, and how wide it is in a grid.
    const fn face(self) -> (&'static str, Phrase, &'static str) {
        match self {
            Self::Number => ("number", words::NUMBER, "minmax(0, 6.5rem)"),
            Self::State => ("state", words::STATE, "minmax(0, 9.5rem)"),
            Self::Time => ("time", words::TIME, "minmax(0, 3.75rem)"),
            Self::Due => ("due", words::DUE, "minmax(0, 7.75rem)"),
            Self::Buyer => ("buyer", words::BUYER, "minmax(5rem, 3fr)"),
            Self::Phone => ("phone", words::PHONE, "minmax(0, 7.25rem)"),
            Self::Items => ("items", words::ITEMS, "minmax(6rem, 4fr)"),
            Self::Channel => ("channel", words::CHANNEL, "minmax(0, 5rem)"),
            Self::Category => ("category", words::CATEGORY, "minmax(0, 5rem)"),
            Self::Method => ("method", words::METHOD, "minmax(0, 6rem)"),
            Self::Tablet => ("tablet", words::TABLET, "minmax(0, 3rem)"),
            Self::Total => ("total", words::TOTAL, "5.75rem"),
            Self::Owed => ("owed", words::OWED, "5.75rem"),
            Self::Labels => ("labels", words::LABELS, "minmax(4.5rem, 1fr)"),
            Self::Note => ("note", words::NOTE, "minmax(3.5rem, 1fr)"),
        }
    }

    /// The list can be sorted by it.
    fn sort(self) -> Option<SortBy> {
        match self {
            Self::Number => Some(SortBy::Number),
            Self::Time => Some(SortBy::Time),
            Self::Due => Some(SortBy::Due),
            Self::Buyer => Some(SortBy::Buyer),
            Self::Total => Some(SortBy::Total),
            Self::Owed => Some(SortBy::Owed),
            _ => None,
        }
    }

    fn is_figure(self) -> bool {
        matches!(self, Self::Total | Self::Owed)
    }

    /// What stands in a file.
    fn cell(self, session: Session, shop: &Fields, summary: &Summary) -> Cell {
        let currency = session.currency().get();
        let money = |minor: i64| Cell::Figure(decimal(minor, currency.exponent));
        let name = |list, key: &str| Cell::Text(if key.is_empty() { String::new() } else { named(shop, list, key) });
        match self {
            Self::Number => Cell::Text(summary.number.as_ref().map(|number| number.0.clone()).unwrap_or_default()),
            Self::State => Cell::Text(appearance::of_order(summary.status, summary.delivery).2.get().to_owned()),
            Self::Time => moment(session, summary.placed_ms),
            Self::Due => summary.due_ms.map_or_else(|| Cell::Text(String::new()), |due| moment(session, due)),
            Self::Buyer => Cell::Text(summary.name.clone()),
            Self::Phone => Cell::Text(summary.phone.clone()),
            Self::Items => Cell::Text(weight::in_words(&summary.items)),
            Self::Channel => name(List::Channel, &summary.channel),
            Self::Category => name(List::Category, &summary.category),
            Self::Method => name(List::Method, summary.method.key()),
            Self::Tablet => Cell::Text(session.device_code(summary.device)),
            Self::Total => money(summary.total),
            Self::Owed => money(owed(summary)),
            Self::Labels => Cell::Text(summary.labels.join(words_of_filters::SEPARATOR.get())),
            Self::Note => Cell::Text(summary.note.clone()),
        }
    }
}

/// A moment as programs read it.
fn moment(session: Session, ms: i64) -> Cell {
    Cell::Figure(format!("{} {}", session.day_of(ms), text::time(ms)))
}

fn owed(summary: &Summary) -> i64 {
    let is_out = matches!(summary.status, Status::Draft | Status::Cancelled | Status::Closed);
    if is_out { 0 } else { summary.balance.max(0) }
}

/// A figure as programs read it: a point, no groups.
fn decimal(minor: i64, exponent: u32) -> String {
    let unit = 10_u64.pow(exponent);
    let sign = if minor < 0 { "-" } else { "" };
    let (whole, rest) = (minor.unsigned_abs() / unit, minor.unsigned_abs() % unit);
    if exponent == 0 {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{rest:0width$}", width = exponent as usize)
    }
}

/// The columns that are chosen, in their order.
fn chosen(columns: RwSignal<Vec<String>>) -> Vec<Column> {
    columns.with(|chosen| {
        Column::ALL.into_iter().filter(|column| chosen.iter().any(|key| key == column.face().0)).collect()
    })
}

fn tracks(columns: &[Column], by_day: bool) -> String {
    let track = |column: &Column| match column {
        Column::Time if !by_day => "7.5rem",
        column => column.face().2,
    };
    columns.iter().map(track).collect::<Vec<_>>().join(" ")
}

/// The names of the columns, above the table: those that it can be sorted by are keys.
#[component]
pub fn Head(
    /// The list.
    list_state: OrderListState,
) -> impl IntoView {
    let columns = expect_context::<Prefs>().columns;
    let sort = Memo::new(move |_| list_state.filter.with(|filter| filter.sort));
    let name = move |column: Column| {
        let figure = column.is_figure().then_some("");
        let Some(by) = column.sort() else {
            return view! { <span role="columnheader" data-figure=figure>{column.face().1}</span> }.into_any();
        };
        let is_up = Memo::new(move |_| sort.with(|sort| (sort.by == by).then_some(sort.ascending)));
        let said = move || match is_up.get() {
            Some(true) => "ascending",
            Some(false) => "descending",
            None => "none",
        };
        let press = move |_| {
            let asked = filters::asked(&list_state.query.get_untracked());
            let sort = pressed(asked.sort, by);
            list_state.visit(&ListQuery { sort, ..asked }.write(), false);
        };
        let glyph = move || is_up.get().map(|up| view! { <Icon glyph=if up { Glyph::Up } else { Glyph::Down }/> });
        view! {
            <span role="columnheader" data-figure=figure aria-sort=said>
                <button type="button" data-again="" on:click=press>{glyph} <span>{column.face().1}</span></button>
            </span>
        }
        .into_any()
    };
    let names = move || {
        let chosen = chosen(columns);
        let tracks = {
            let chosen = chosen.clone();
            move || tracks(&chosen, list_state.by_day.get())
        };
        let each = chosen.into_iter().map(name).collect_view();
        view! {
            <div role="table" aria-label=words::HEADS>
                <div role="row" class="table-head" style:--columns=tracks><span></span>{each}</div>
            </div>
        }
    };
    move || list_state.table.get().then(names)
}

/// A row of the table. Each cell says what it is to those who can't see the head.
pub fn cells(summary: &Arc<Summary>, by_day: bool, badges: AnyView) -> AnyView {
    let session = Session::here();
    let columns = use_context::<Prefs>().map(|prefs| chosen(prefs.columns)).unwrap_or_default();
    let currency = session.currency();
    let (tone, glyph, state) = appearance::of_order(summary.status, summary.delivery);
    let mut badges = Some(badges);
    let shop = untrack(shop_now);
    let mut cell = |column: &Column| {
        let money = |minor: i64| view! { <Money minor=Signal::stored(minor) currency size=Size::Small/> }.into_any();
        let words = |words: String| view! { <span class="clip">{words}</span> }.into_any();
        let shown = match column {
            Column::Number => {
                let number = summary.number.as_ref().map(|number| number.0.clone());
                number.map(|number| view! { <Serial number in_row=true/> }).into_any()
            }
            Column::State => {
                let badges = badges.take();
                view! {
                    <Stamp tone glyph label=state plain=true/>
                    <span class="wrap">{badges}</span>
                }
                .into_any()
            }
            Column::Time if by_day => words(text::time(summary.placed_ms)),
            Column::Time => words(text::date_time(summary.placed_ms)),
            Column::Due => words(summary.due_ms.map(text::date_time).unwrap_or_default()),
            Column::Buyer if summary.name.is_empty() => words(list::WALK_IN.get().to_owned()),
            Column::Total => money(summary.total),
            Column::Owed => (owed(summary) > 0).then(|| money(owed(summary))).into_any(),
            other => match other.cell(session, &shop, summary) {
                Cell::Text(text) | Cell::Figure(text) => words(text),
            },
        };
        view! { <span class="cell" data-figure=column.is_figure().then_some("")>{shown}</span> }
    };
    let each = columns.iter().map(&mut cell).collect_view();
    let tracks = tracks(&columns, by_day);
    view! {
        <span class="mark" data-tone=tone.key()><Icon glyph/></span>
        <span class="cells" style:--columns=tracks>{each}</span>
    }
    .into_any()
}

/// The tools in the head of the page.
#[component]
pub fn Tools(
    /// The list.
    list_state: OrderListState,
) -> impl IntoView {
    let session = Session::here();
    let columns = expect_context::<Prefs>().columns;
    let toaster = use_context::<Toaster>().unwrap_or_default();
    let choosing = RwSignal::new(false);
    let pick = Callback::new(move |()| {
        list_state.anchor.set_value(None);
        list_state.picked.set(Some(std::collections::BTreeSet::new()));
    });
    let save = Callback::new(move |()| {
        spawn_local(async move {
            let filter = list_state.filter.get_untracked();
            let orders = untrack(|| session.ask(|replica, now| replica.found(&filter, now))).unwrap_or_default();
            save_orders(session, columns, toaster, &orders).await;
        });
    });
    let open = Callback::new(move |()| choosing.set(true));
    let acts = Signal::derive(move || {
        let act = |label: Phrase, glyph, act| MenuAct { label: label.into(), glyph, danger: false, act };
        vec![
            act(batch::PICK, Glyph::Check, pick),
            act(words::COLUMNS, Glyph::Orders, open),
            act(words::SAVE_CSV, Glyph::Save, save),
        ]
    });
    view! {
        <Panel list_state/>
        <Menu acts label=words::OPTIONS/>
        <Dialog open=choosing title=words::COLUMNS><Columns/></Dialog>
    }
}

/// Which columns there are.
#[component]
fn Columns() -> impl IntoView {
    let columns = expect_context::<Prefs>().columns;
    let key = |column: Column| column.face().0.to_owned();
    let is_table = Signal::derive(move || columns.with(|columns| !columns.is_empty()));
    let session = Session::here();
    let labelled = move || {
        let is_label = |(facet, _): &(Facet, usize)| matches!(facet, Facet::Label(_));
        untrack(|| session.ask(|replica, _| replica.in_use().iter().any(is_label))).unwrap_or_default()
    };
    let as_table = move |on: bool| {
        let usual = Column::USUAL.into_iter().filter(|column| *column != Column::Labels || labelled()).map(key);
        columns.set(if on { usual.collect() } else { Vec::new() });
    };
    let each = Column::ALL
        .map(|column| {
            let is_on =
                Signal::derive(move || columns.with(|columns| columns.iter().any(|known| *known == column.face().0)));
            let set = move |on: bool| {
                columns.update(|columns| {
                    columns.retain(|known| *known != column.face().0);
                    columns.extend(on.then(|| key(column)));
                });
            };
            view! { <Tick label=column.face().1 value=is_on on_change=set/> }
        })
        .collect_view();
    view! {
        <div class="stack">
            <Note text=words::AS_TABLE_WHY/>
            <Tick label=words::AS_TABLE value=is_table on_change=as_table/>
            <fieldset class="group">
                <legend>{words::COLUMNS}</legend>
                <div class="ticks">{each}</div>
            </fieldset>
        </div>
    }
}

/// How many orders are written between two breaths of the page.
const AT_ONCE: usize = 500;

/// Makes a file of these orders: the columns of the table, or all of them where there is none.
pub async fn save_orders(session: Session, columns: RwSignal<Vec<String>>, toaster: Toaster, orders: &[uuid::Uuid]) {
    let mut shown = untrack(|| chosen(columns));
    if shown.is_empty() {
        shown = Column::ALL.to_vec();
    }
    let mut file = BOM.to_owned();
    write_line(&mut file, shown.iter().map(|column| Cell::Text(column.face().1.get().to_owned())));
    let mut saved = 0;
    let shop = untrack(shop_now);
    for part in orders.chunks(AT_ONCE) {
        untrack(|| {
            let summaries =
                session.ask(|replica, now| part.iter().filter_map(|id| replica.summary(*id, now)).collect::<Vec<_>>());
            for summary in summaries.unwrap_or_default() {
                write_line(&mut file, shown.iter().map(|column| column.cell(session, &shop, &summary)));
                saved += 1;
            }
        });
        crate::platform::clock::breathe().await;
    }
    save_file(session, words::FILE, toaster, &file, saved);
}

/// Saves a spreadsheet under a name with today's date.
pub fn save_file(session: Session, name: Phrase, toaster: Toaster, file: &str, lines: u64) {
    let today = session.day_of(session.now_ms().get_untracked());
    if files::save(&format!("{}-{today}.csv", name.get()), "text/csv;charset=utf-8", file.as_bytes()) {
        toaster.confirm(words::saved(lines));
    } else {
        toaster.warn(words::CANCELLED);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_written_as_programs_read_them() {
        assert_eq!(decimal(123_450, 2), "1234.50");
        assert_eq!(decimal(-5, 2), "-0.05");
        assert_eq!(decimal(1_200, 0), "1200");
    }

    #[test]
    fn every_column_has_a_key_of_its_own() {
        for (at, column) in Column::ALL.iter().enumerate() {
            let twin = Column::ALL.iter().position(|other| other.face().0 == column.face().0);
            assert_eq!(twin, Some(at));
        }
    }
}

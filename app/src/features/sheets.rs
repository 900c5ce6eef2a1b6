//! Products and customers from a sheet of another program, and into one: the file, what its columns are, what becomes
//! of each row, then all of it at once, and a report.

mod book;
pub mod export;
mod file;
mod mapping;
mod report;
mod words;

use std::sync::Arc;

use domain::StreamKind;
use domain::sheet::{Plan, Planner, Writing};
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use replica::Act;

use self::file::encoding::Encoding;
use self::file::{File, MAX_BYTES, Said, Table, Unreadable};
use self::mapping::Mapping;
use self::report::{Done, Preview};
use super::order::refusal;
use crate::frame::PageHead;
use crate::platform::{clock, files};
use crate::session::Session;
use crate::text::{Phrase, sheets};
use crate::ui::{
    Acts, Button, Choice, Fault, Glyph, Icon, Kind as KeyKind, Note, Progress, Scroll, Select, Sheet, Stub, Toaster,
    uid,
};

/// What a sheet is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Products.
    Products,
    /// Customers.
    Customers,
}

impl Kind {
    /// What they are called.
    pub fn name(self) -> Phrase {
        match self {
            Self::Products => sheets::PRODUCTS,
            Self::Customers => sheets::CUSTOMERS,
        }
    }

    fn stream(self) -> StreamKind {
        match self {
            Self::Products => StreamKind::Product,
            Self::Customers => StreamKind::Customer,
        }
    }
}

/// How many rows are looked at between two breaths of the page.
const AT_ONCE: usize = 200;

/// A file that was read.
#[derive(Clone)]
struct Opened {
    name: String,
    bytes: Arc<Vec<u8>>,
    file: Arc<File>,
}

impl Opened {
    fn table(&self, at: usize) -> Option<&Table> {
        self.file.tables.get(at)
    }
}

/// What the page is about.
#[derive(Clone, Copy)]
struct ImportState {
    kind: Kind,
    session: Session,
    opened: RwSignal<Option<Opened>>,
    /// Which of its sheets.
    table: RwSignal<usize>,
    /// The row of the names of columns, from 0.
    head: RwSignal<usize>,
    /// What stands below it.
    layout: RwSignal<Arc<mapping::Layout>>,
    /// What each column is, by its key; empty: ignored.
    columns: RwSignal<Vec<String>>,
    plan: RwSignal<Option<Arc<Plan>>>,
    /// Rows looked at so far; `None`: nothing is under way.
    working: RwSignal<Option<usize>>,
    saving: RwSignal<bool>,
    done: RwSignal<Option<Arc<Plan>>>,
    fault: RwSignal<Option<String>>,
    /// Which work is the last that was asked for: an earlier one ends at its next breath.
    turn: StoredValue<u64>,
}

impl ImportState {
    fn new(kind: Kind, session: Session) -> Self {
        Self {
            kind,
            session,
            opened: RwSignal::new(None),
            table: RwSignal::new(0),
            head: RwSignal::new(0),
            layout: RwSignal::new(Arc::default()),
            columns: RwSignal::new(Vec::new()),
            plan: RwSignal::new(None),
            working: RwSignal::new(None),
            saving: RwSignal::new(false),
            done: RwSignal::new(None),
            fault: RwSignal::new(None),
            turn: StoredValue::new(0),
        }
    }

    /// Begins a work; what was under way ends.
    fn begin(self) -> u64 {
        let turn = self.turn.try_get_value().unwrap_or_default() + 1;
        self.turn.try_set_value(turn);
        turn
    }

    /// Whether this work is still wanted, and the page still there.
    fn goes_on(self, turn: u64) -> bool {
        self.turn.try_get_value() == Some(turn)
    }

    fn stop(self) {
        self.begin();
        self.working.set(None);
        self.fault.set(Some(sheets::STOPPED.get().to_owned()));
    }

    fn read(self, chosen: files::Chosen) {
        let turn = self.begin();
        self.done.set(None);
        self.plan.set(None);
        self.opened.set(None);
        self.fault.set(None);
        self.working.set(Some(0));
        spawn_local(async move {
            clock::breathe().await;
            let name = chosen.name();
            match chosen.bytes(MAX_BYTES).await {
                Some(bytes) => self.open(turn, name, Arc::new(bytes), Said::default()).await,
                None if self.goes_on(turn) => self.refuse(Unreadable::TooLarge),
                None => {}
            }
        });
    }

    /// Reads the same file of text once more, as a person says that it is written.
    fn read_as(self, said: Said) {
        let Some(Opened { name, bytes, .. }) = self.opened.get_untracked() else { return };
        let turn = self.begin();
        self.plan.set(None);
        self.fault.set(None);
        self.working.set(Some(0));
        spawn_local(async move {
            clock::breathe().await;
            self.open(turn, name, bytes, said).await;
        });
    }

    async fn open(self, turn: u64, name: String, bytes: Arc<Vec<u8>>, said: Said) {
        let breathe = async || {
            clock::breathe().await;
            self.goes_on(turn)
        };
        let file = file::read(bytes.to_vec(), said, breathe).await;
        if !self.goes_on(turn) {
            return;
        }
        match file {
            Ok(file) => {
                let table = file::chosen(&file.tables, |table| mapping::known(self.kind, &table.rows));
                self.opened.set(Some(Opened { name, bytes, file: Arc::new(file) }));
                self.choose(table);
            }
            Err(fault) => self.refuse(fault),
        }
    }

    fn refuse(self, fault: Unreadable) {
        self.working.set(None);
        self.fault.set(Some(unreadable(fault)));
    }

    /// Takes this sheet of the file.
    fn choose(self, table: usize) {
        self.table.set(table);
        let head = self.opened.with_untracked(|opened| {
            let rows = opened.as_ref().and_then(|opened| Some(&opened.table(table)?.rows));
            rows.map(|rows| mapping::head_of(self.kind, rows)).unwrap_or_default()
        });
        self.lay(head);
    }

    /// Takes this row as the head, and looks at what stands below it.
    fn lay(self, head: usize) {
        let layout = self.opened.with_untracked(|opened| {
            let table = opened.as_ref().and_then(|opened| opened.table(self.table.get_untracked()));
            table.map(|table| mapping::layout(self.kind, table, head)).unwrap_or_default()
        });
        self.head.set(head);
        let currency = self.session.settings().get_untracked().currency;
        self.columns.set(mapping::guess(self.kind, &layout.names, layout.peer, currency));
        self.layout.set(Arc::new(layout));
        self.check();
    }

    /// Looks at all rows, and says what becomes of each.
    fn check(self) {
        let turn = self.begin();
        self.plan.set(None);
        self.fault.set(None);
        let is_too_large = self.opened.with_untracked(|opened| {
            let table = opened.as_ref().and_then(|opened| opened.table(self.table.get_untracked()));
            table.is_some_and(|table| table.is_too_large)
        });
        if is_too_large {
            return self.refuse(Unreadable::TooLarge);
        }
        if self.columns.with_untracked(|columns| columns.iter().all(String::is_empty)) {
            self.working.set(None);
            self.fault.set(Some(sheets::NO_COLUMN.get().to_owned()));
            return;
        }
        spawn_local(async move {
            if let Some(plan) = self.planned(turn).await {
                self.plan.set(Some(Arc::new(plan)));
                self.working.set(None);
            }
        });
    }

    /// What all rows come to as things stand now; `None` where nobody waits for it any more.
    async fn planned(self, turn: u64) -> Option<Plan> {
        let layout = self.layout.try_get_untracked()?;
        let columns = self.columns.try_get_untracked()?;
        let lines = &layout.lines;
        let mut planner: Box<dyn Planner> = untrack(|| mapping::planner(self.kind, self.session, &columns, lines));
        for (nth, part) in lines.chunks(AT_ONCE).enumerate() {
            self.working.try_set(Some(nth * AT_ONCE));
            clock::breathe().await;
            if !self.goes_on(turn) {
                return None;
            }
            for line in part {
                untrack(|| planner.row(line));
            }
        }
        Some(untrack(|| planner.plan()))
    }

    /// Writes all that is accepted, in one transaction, as things stand now: another tablet may have sold meanwhile.
    fn import(self) {
        let turn = self.begin();
        self.saving.set(true);
        self.fault.set(None);
        spawn_local(async move {
            let plan = self.planned(turn).await;
            self.working.try_set(None);
            if let Some(plan) = plan {
                let kind = self.kind.stream();
                let act = |Writing { id, events }: &Writing| Act::Record(kind, *id, events.clone());
                let acts: Vec<Act> = plan.writings.iter().map(act).collect();
                let acted = if acts.is_empty() { Ok(Vec::new()) } else { self.session.act_all(acts).await };
                match acted {
                    Ok(_) => drop(self.done.try_set(Some(Arc::new(plan)))),
                    Err(fault) => drop(self.fault.try_set(Some(refusal::words(&fault)))),
                }
            }
            self.saving.try_set(false);
        });
    }

    fn start_over(self) {
        self.begin();
        self.done.set(None);
        self.plan.set(None);
        self.opened.set(None);
        self.fault.set(None);
    }

    /// The columns that hold something and mean nothing, by their names.
    fn left_out(self) -> Vec<String> {
        let is_said = |column: usize| {
            self.layout
                .with(|layout| layout.lines.iter().any(|line| line.cells.get(column).is_some_and(|it| !it.is_blank())))
        };
        let unknown = self.columns.with(|columns| {
            let unknown = columns.iter().enumerate().filter(|(_, key)| key.is_empty());
            unknown.map(|(column, _)| column).collect::<Vec<_>>()
        });
        unknown.into_iter().filter(|column| is_said(*column)).map(|column| self.head_of(column)).collect()
    }

    /// What the sheet calls a column.
    fn head_of(self, column: usize) -> String {
        let name = self.layout.with(|layout| layout.names.get(column).cloned()).unwrap_or_default();
        if name.trim().is_empty() { sheets::nth_column(&(column + 1).to_string()) } else { name }
    }
}

fn unreadable(fault: Unreadable) -> String {
    let phrase = match fault {
        Unreadable::OpenQuote(row) => return sheets::open_quote(row),
        Unreadable::WebPage => sheets::WEB_PAGE,
        Unreadable::Broken => sheets::BROKEN,
        Unreadable::Empty => sheets::EMPTY,
        Unreadable::TooLarge => sheets::FILE_TOO_LARGE,
        Unreadable::Stopped => sheets::STOPPED,
    };
    phrase.get().to_owned()
}

/// The page.
#[component]
pub fn Exchange(
    /// What is imported and exported.
    kind: Kind,
) -> impl IntoView {
    let state = ImportState::new(kind, Session::here());
    // Who leaves the page does not want it any more; what is being written is written all the same.
    on_cleanup(move || {
        state.turn.try_update_value(|turn| *turn += 1);
    });
    let (title, back) = match kind {
        Kind::Products => (sheets::IMPORT_PRODUCTS, ("/products", sheets::BACK_TO_PRODUCTS)),
        Kind::Customers => (sheets::IMPORT_CUSTOMERS, ("/customers", sheets::BACK_TO_CUSTOMERS)),
    };
    let is_done = Memo::new(move |_| state.done.with(Option::is_some));
    let is_open = Memo::new(move |_| state.opened.with(Option::is_some));
    view! {
        <div class="page exchange">
            <PageHead title back/>
            <Sheet>
                <Scroll label=title class="pad stack">
                    <Show when=move || !is_done.get() fallback=move || view! { <Done state/> }>
                        <Choose state/>
                        <Show when=move || is_open.get()>
                            <Reading state/>
                            <Mapping state/>
                            <Preview state/>
                        </Show>
                    </Show>
                    <Fault text=state.fault/>
                    <Show when=move || !is_open.get() && !is_done.get()><Export state/></Show>
                </Scroll>
                <Show when=move || is_open.get() && !is_done.get()><Foot state/></Show>
            </Sheet>
        </div>
    }
}

/// The file.
#[component]
fn Choose(state: ImportState) -> impl IntoView {
    let id = uid("f");
    let help = format!("{id}-help");
    let field = NodeRef::<html::Input>::new();
    let how = match state.kind {
        Kind::Products => sheets::BY_PRODUCT,
        Kind::Customers => sheets::BY_CUSTOMER,
    };
    let said = move || {
        state.opened.with(|opened| {
            let opened = opened.as_ref()?;
            let rows = opened.table(state.table.get())?.rows.len();
            Some(view! { <p class="small" role="status"><b>{sheets::chosen(&opened.name, rows)}</b></p> })
        })
    };
    view! {
        <div class="field">
            <label for=id.clone()>{sheets::FILE}</label>
            <div class="file-field">
                <span class="button" aria-hidden="true"><Icon glyph=Glyph::TakeIn/><span>{sheets::CHOOSE_FILE}</span></span>
                {said}
                <input
                    type="file"
                    id=id
                    accept=".csv,.txt,.tsv,.xlsx,.xls,.ods,text/csv"
                    aria-describedby=help.clone()
                    disabled=move || state.saving.get()
                    node_ref=field
                    on:change:target=move |event| {
                        if let Some(chosen) = files::Chosen::from_field(&event.target()) {
                            state.read(chosen);
                        }
                    }
                />
            </div>
            <p class="small muted" id=help>{sheets::FILE_HINT}</p>
        </div>
        <Show when=move || state.opened.with(Option::is_none)>
            <Note text=how/>
            <Note text=sheets::SAFE/>
        </Show>
    }
}

/// How the file is read: which sheet, in which signs, with what between its cells; and what of it is not seen.
#[component]
fn Reading(state: ImportState) -> impl IntoView {
    let sheet = move || {
        let file = state.opened.get()?.file;
        (file.tables.len() > 1).then(|| {
            let named = |(at, table): (usize, &Table)| {
                let name = table.name.clone();
                let (is_hidden, is_large) = (table.hidden, table.is_too_large);
                let named = move || match (is_large, is_hidden) {
                    (true, _) => sheets::large_sheet(&name),
                    (_, true) => sheets::hidden_sheet(&name),
                    _ => name.clone(),
                };
                Choice::new(at.to_string(), named)
            };
            let choices: Vec<Choice> = file.tables.iter().enumerate().map(named).collect();
            let value = Signal::derive(move || state.table.get().to_string());
            let change = move |at: String| at.parse().map_or((), |at| state.choose(at));
            view! { <Select label=sheets::SHEET choices value on_change=change/> }
        })
    };
    let text = move || {
        let form = state.opened.get()?.file.form?;
        let encodings = Encoding::ALL.map(|encoding| Choice::new(encoding.name(), encoding.name()));
        let encoding = Signal::derive(move || form.encoding.name().to_owned());
        let encode = move |name: String| {
            let chosen = Encoding::ALL.into_iter().find(|encoding| encoding.name() == name);
            state.read_as(Said { encoding: chosen, separator: None });
        };
        let mut separators: Vec<Choice> =
            [(',', sheets::COMMA), (';', sheets::SEMICOLON), ('\t', sheets::TAB), ('|', sheets::BAR)]
                .map(|(separator, name)| Choice::new(separator.to_string(), name))
                .into();
        if !domain::sheet::csv::SEPARATORS.contains(&form.separator) {
            separators.push(Choice::new(form.separator.to_string(), form.separator.to_string()));
        }
        let separator = Signal::derive(move || form.separator.to_string());
        let separate = move |sign: String| {
            state.read_as(Said { encoding: Some(form.encoding), separator: sign.chars().next() });
        };
        Some(view! {
            <Select label=sheets::ENCODING choices=encodings.into() value=encoding on_change=encode/>
            <Select label=sheets::SEPARATOR choices=separators value=separator on_change=separate/>
        })
    };
    let hidden = move || {
        state.opened.with(|opened| {
            let (rows, columns) = opened.as_ref()?.table(state.table.get())?.hides();
            (rows + columns > 0).then(|| view! { <Note text=move || sheets::hides(rows, columns)/> })
        })
    };
    let is_old = move || state.opened.with(|opened| opened.as_ref().is_some_and(|opened| opened.file.is_old));
    let peer =
        move || state.layout.get().peer.map(|peer| view! { <p data-peer=peer.key()><b>{words::peer(peer)}</b></p> });
    view! {
        <section class="stack" data-tight="" aria-label=sheets::HOW_READ>
            {peer}
            <div class="reading">{sheet}{text}</div>
            {hidden}
            <Show when=is_old>
                <Note text=sheets::OLD_BOOK/>
            </Show>
        </section>
    }
}

/// How far it is, and the act.
#[component]
fn Foot(state: ImportState) -> impl IntoView {
    let all = Signal::derive(move || state.layout.with(|layout| layout.lines.len()));
    let looked = Signal::derive(move || state.working.get().unwrap_or_default());
    let count = |of: Signal<usize>| Signal::derive(move || u64::try_from(of.get()).unwrap_or(u64::MAX));
    let nothing = Memo::new(move |_| state.plan.with(|plan| plan.as_ref().is_none_or(|plan| plan.writings.is_empty())));
    let is_working = Memo::new(move |_| state.working.with(Option::is_some));
    let left_out = move || {
        let columns = state.left_out();
        (!columns.is_empty()).then(
            || view! { <p class="small muted" data-testid="left-out">{sheets::left_out(&columns.join(sheets::BETWEEN.get()))}</p> },
        )
    };
    view! {
        <Stub>
            {left_out}
            <Show when=move || is_working.get()>
                <div class="field">
                    <Progress
                        label=move || sheets::checking(looked.get(), all.get())
                        done=count(looked)
                        all=count(all)
                    />
                </div>
            </Show>
            <Show when=move || nothing.get() && state.plan.with(Option::is_some)>
                <p class="small muted">{sheets::NOTHING_TO_DO}</p>
            </Show>
            <Acts>
                <Show when=move || is_working.get()>
                    <Button label=sheets::STOP on_press=move || state.stop()/>
                </Show>
                <Button
                    label=sheets::IMPORT_ROWS
                    kind=KeyKind::Main
                    glyph=Glyph::TakeIn
                    disabled=Signal::derive(move || state.plan.with(Option::is_none))
                    busy=state.saving
                    on_press=move || state.import()
                />
            </Acts>
        </Stub>
    }
}

/// All that there is, as a file.
#[component]
fn Export(state: ImportState) -> impl IntoView {
    let toaster = use_context::<Toaster>().unwrap_or_default();
    let busy = RwSignal::new(false);
    let save = move |as_book: bool| {
        let ImportState { kind, session, .. } = state;
        busy.set(true);
        spawn_local(async move {
            if as_book {
                let rows = export::rows(session, kind).await;
                let name = export::file_name(session, kind, "xlsx");
                match book::write(kind.name().get(), &rows) {
                    Some(bytes) => export::save(toaster, &name, book::KIND, &bytes, rows.len().saturating_sub(1)),
                    None => toaster.warn(sheets::NOT_SAVED),
                }
            } else {
                export::save_csv(session, toaster, kind).await;
            }
            busy.try_set(false);
        });
    };
    view! {
        <section class="stack" data-tight="">
            <h2 class="section-title">{sheets::EXPORT_TITLE}</h2>
            <p class="small muted">{sheets::EXPORT_WHY}</p>
            <div class="line-keys">
                <Button label=sheets::AS_EXCEL glyph=Glyph::Save busy on_press=move || save(true)/>
                <Button label=sheets::AS_CSV glyph=Glyph::Save busy on_press=move || save(false)/>
            </div>
        </section>
    }
}

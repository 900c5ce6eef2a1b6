//! What can be done with a customer beside editing: a repayment, an old debt, merging and separating, erasing.

use crate::features::meant;
use crate::features::shop_lists;
use std::collections::BTreeMap;
use std::sync::Arc;

use domain::StreamKind;
use domain::customer::{Owing, Repayment, repay};
use domain::figure;
use domain::money::NumberFault;
use domain::order::{Command, Delivery, Method, NewPayment, Status};
use domain::record::{Changed, DebtMoved, RecordEvent, Value};
use domain::shop::list::{List, default_of};
use domain::text::LONG;
use leptos::prelude::*;
use leptos::task::spawn_local;
use replica::Act;
use uuid::Uuid;

use super::called;
use super::model::Book;
use crate::features::order::appearance;
use crate::features::order::refusal::{self, amount_words};
use crate::platform::page;
use crate::session::{ActFault, People, Person, Row, Session, Table, ask_for_alike};
use crate::text::{customers, fault, method, payment};
use crate::ui::{
    Acts, AmountField, Button, Choices, Dialog, Fault, Glyph, Keypad, KeypadKey, Kind, Note, SearchField, Submission,
    TextField, Toast, ToastAct, Toaster, Tone, uid,
};

/// What a dialog asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DialogKind {
    /// How much was paid back, and how.
    Repay,
    /// How much was owed before.
    Debt,
    /// Who is the same person.
    Merge,
    /// Whether the person's data are to be erased.
    Erase,
}

/// The dialogs of one customer: which is open, and what became of it.
#[derive(Clone, Copy)]
pub struct CustomerDialogs {
    /// The shop.
    pub session: Session,
    /// Everyone.
    pub people: Signal<Arc<People>>,
    /// The person.
    pub person: Memo<Arc<Person>>,
    /// Their orders, newest first.
    pub rows: Signal<Arc<Vec<Row>>>,
    kind: RwSignal<Option<DialogKind>>,
    open: RwSignal<bool>,
    submission: Submission<ActFault>,
    toaster: Toaster,
}

impl CustomerDialogs {
    /// For the body of a component.
    pub fn of(people: Signal<Arc<People>>, person: Memo<Arc<Person>>, rows: Signal<Arc<Vec<Row>>>) -> Self {
        Self {
            session: Session::here(),
            people,
            person,
            rows,
            kind: RwSignal::new(None),
            open: RwSignal::new(false),
            submission: Submission::new(),
            toaster: use_context::<Toaster>().unwrap_or_default(),
        }
    }

    /// Asks in a dialog.
    pub fn open(self, kind: DialogKind) {
        self.submission.fault.set(None);
        self.kind.set(Some(kind));
        self.open.set(true);
    }

    /// Money of the shop, written out.
    pub fn money(self, minor: i64) -> String {
        self.session.currency().get().full(minor)
    }

    /// What was typed, above zero.
    fn parsed(self, typed: &str) -> Result<i64, NumberFault> {
        figure::sum(typed, self.session.settings().get().currency)
    }

    /// Does what the open dialog asked for: closes it when that is on the disk, else says why not.
    fn send(self, acts: Vec<Act>, said: String) {
        self.submission.run(self.session.act_all(acts), move |_| {
            let _ = self.open.try_set(false);
            self.toaster.confirm(said);
        });
    }

    /// Why it was not done.
    fn wrong(self) -> Signal<Option<String>> {
        self.submission.wrong(|fault| match fault {
            ActFault::Rejected(_) => customers::REPAY_CHANGED.get().to_owned(),
            ActFault::Refused(_) | ActFault::Storage(_) => refusal::words(fault),
        })
    }

    /// The orders that wait for money.
    fn owing(self) -> Vec<Owing> {
        let waits =
            |row: &&Row| row.balance > 0 && !matches!(row.status, Status::Draft | Status::Cancelled | Status::Closed);
        let owing = |row: &Row| Owing { order: row.id, placed_ms: row.placed_ms, balance: row.balance };
        self.rows.with(|rows| rows.iter().filter(waits).map(owing).collect())
    }
}

/// The dialog that is open.
#[component]
pub fn Dialogs(dialogs: CustomerDialogs) -> impl IntoView {
    let title = move || match dialogs.kind.get() {
        Some(DialogKind::Repay) => customers::repay_for(&dialogs.person.with(|person| called(person))),
        Some(DialogKind::Debt) => customers::WRITE_DEBT.get().to_owned(),
        Some(DialogKind::Merge) => customers::MERGE_WITH.get().to_owned(),
        Some(DialogKind::Erase) => customers::ERASE.get().to_owned(),
        None => String::new(),
    };
    let body = move || {
        Some(match dialogs.kind.get()? {
            DialogKind::Repay => view! { <Repay dialogs/> }.into_any(),
            DialogKind::Debt => view! { <Debt dialogs/> }.into_any(),
            DialogKind::Merge => view! { <MergeWith dialogs/> }.into_any(),
            DialogKind::Erase => view! { <Erase dialogs/> }.into_any(),
        })
    };
    view! { <Dialog open=dialogs.open title>{body}</Dialog> }
}

/// Where the money goes, in words: what a receipt says.
fn parts_words(dialogs: CustomerDialogs, repayment: &Repayment, debt: i64) -> String {
    let mut parts = Vec::new();
    for (order, part) in &repayment.orders {
        let row = dialogs.rows.with(|rows| rows.iter().find(|row| row.id == *order).map(|row| row.summary.clone()));
        let Some(row) = row else { continue };
        let number = row.number.as_ref().map(|number| number.0.clone()).unwrap_or_default();
        let amount = dialogs.money(*part);
        parts.push(if *part == row.balance {
            customers::part_all(&number, &amount)
        } else {
            customers::part_some(&number, &amount)
        });
    }
    let old = repayment.rest.min(debt.max(0));
    if old > 0 {
        parts.push(customers::part_debt(&dialogs.money(old)));
    }
    if repayment.rest > old {
        parts.push(customers::part_advance(&dialogs.money(repayment.rest - old)));
    }
    parts.join(" · ")
}

/// How much was paid back, how, and what it pays.
#[component]
fn Repay(dialogs: CustomerDialogs) -> impl IntoView {
    let session = dialogs.session;
    let currency = session.currency();
    let shop = session.shop_fields();
    let owes = move || dialogs.person.with(|person| person.owes().max(0));
    let debt = move || dialogs.person.with(|person| person.debt);
    let how = RwSignal::new(untrack(|| shop.with(|shop| default_of(shop, List::Method))));
    let choices = untrack(|| shop.with(|shop| shop_lists::choices(shop, List::Method, &how.get())));
    let typed = RwSignal::new(match untrack(owes) {
        0 => String::new(),
        owed => currency.get_untracked().typed(owed),
    });
    let tried = RwSignal::new(false);
    let given = move || dialogs.parsed(&typed.get());
    let wrong = Signal::derive(move || if tried.get() { given().err().map(amount_words) } else { None });
    let divided = Memo::new(move |_| given().ok().map(|amount| (amount, repay(amount, &dialogs.owing()))));
    let told = move || {
        let (_, repayment) = divided.get()?;
        Some(view! { <p class="receipt" data-testid="repayment-parts">{parts_words(dialogs, &repayment, debt())}</p> })
    };
    let id = uid("amount");
    let write = move |minor: i64| typed.set(currency.get_untracked().typed(minor));
    let extra = vec![KeypadKey { label: payment::ALL.into(), act: Callback::new(move |()| write(untrack(owes))) }];
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        let Some((amount, repayment)) = divided.get_untracked() else {
            page::focus_first_fault();
            return;
        };
        let method = Method::from(how.get_untracked());
        let parts = untrack(|| parts_words(dialogs, &repayment, debt()));
        let said = customers::receipt(
            &untrack(|| dialogs.money(amount)),
            &untrack(|| appearance::method_name(&method)),
            &parts,
        );
        let mut acts: Vec<Act> = repayment
            .orders
            .iter()
            .map(|(order, part)| {
                let payment = NewPayment { method: method.clone(), given: *part, deposit: false };
                Act::Order(Some(*order), Box::new(Command::RecordPayment(payment)))
            })
            .collect();
        if repayment.rest > 0 {
            let moved =
                DebtMoved { amount: repayment.rest.saturating_neg(), method: Some(method), note: String::new() };
            let id = dialogs.person.with_untracked(|person| person.id());
            acts.push(Act::Record(StreamKind::Customer, Some(id), vec![RecordEvent::DebtMoved(moved)]));
        }
        dialogs.send(acts, said);
    };
    view! {
        <form class="stack" novalidate on:submit=save>
            <Choices
                legend=method::METHOD
                legend_unseen=true
                choices
                value=how
                on_change=move |key: String| how.set(key)
                tiles=true
            />
            <AmountField
                id=id.clone()
                label=move || customers::owes_now(&dialogs.money(owes()))
                name=customers::PAY_AMOUNT
                value=typed
                fault=wrong
                meaning=meant::amount(dialogs.session, typed)
            />
            <div role="status">{told}</div>
            <Keypad field=id decimals=Signal::derive(move || currency.get().exponent) extra/>
            <Fault text=dialogs.wrong()/>
            <Acts>
                <Button
                    label=customers::SAVE_REPAYMENT
                    glyph=Glyph::Check
                    kind=Kind::Main
                    submit=true
                    busy=dialogs.submission.busy
                />
            </Acts>
        </form>
    }
}

/// What was owed before this book began.
#[component]
fn Debt(dialogs: CustomerDialogs) -> impl IntoView {
    let currency = dialogs.session.currency();
    let typed = RwSignal::new(String::new());
    let note = RwSignal::new(String::new());
    let tried = RwSignal::new(false);
    let amount = move || dialogs.parsed(&typed.get());
    let wrong = Signal::derive(move || if tried.get() { amount().err().map(amount_words) } else { None });
    let note_wrong = Signal::derive(move || {
        note.with(|note| domain::text::parse(note, LONG).is_err()).then(|| fault::too_long(LONG))
    });
    let id = uid("amount");
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        let Some(amount) = untrack(amount).ok().filter(|_| note_wrong.get_untracked().is_none()) else {
            page::focus_first_fault();
            return;
        };
        let moved = DebtMoved { amount, method: None, note: note.get_untracked().trim().to_owned() };
        let id = dialogs.person.with_untracked(|person| person.id());
        dialogs.send(
            vec![Act::Record(StreamKind::Customer, Some(id), vec![RecordEvent::DebtMoved(moved)])],
            customers::DEBT_SAVED.get().to_owned(),
        );
    };
    view! {
        <form class="stack" novalidate on:submit=save>
            <Note text=customers::DEBT_WHY/>
            <AmountField
                id=id.clone()
                label=customers::PAY_AMOUNT
                value=typed
                fault=wrong
                meaning=meant::amount(dialogs.session, typed)
            />
            <Keypad field=id decimals=Signal::derive(move || currency.get().exponent)/>
            <TextField label=customers::NOTE value=note fault=note_wrong/>
            <Fault text=dialogs.wrong()/>
            <Acts><Button label=customers::SAVE_DEBT kind=Kind::Main submit=true busy=dialogs.submission.busy/></Acts>
        </form>
    }
}

/// How many are offered at a time.
const OFFERED: usize = 8;

/// Who is the same person.
#[component]
fn MergeWith(dialogs: CustomerDialogs) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let me = dialogs.person.with_untracked(|person| person.id());
    let book = dialogs
        .people
        .with_untracked(|people| Book::of(people.iter().filter(|person| person.id() != me && !person.customer.erased)));
    let book = StoredValue::new(book);
    let found = move || {
        let found = typed.with(|typed| {
            ask_for_alike(typed);
            let pinyin = if typed.trim().is_empty() { None } else { domain::pinyin::Pinyin::here() };
            book.with_value(|book| book.find(typed, pinyin.as_deref()))
        });
        let rows = found.into_iter().take(OFFERED).map(|other| {
            let label = customers::same_as(&called(&other), &other.customer.phone);
            let press = move || {
                let other = Arc::clone(&other);
                let into = dialogs.person.get_untracked();
                dialogs.open.set(false);
                spawn_local(async move { merge(dialogs.session, dialogs.toaster, &other, &into).await });
            };
            view! { <li><Button label glyph=Glyph::Merge on_press=press/></li> }
        });
        rows.collect_view()
    };
    view! {
        <div class="stack">
            <Note text=customers::MERGE_WHY/>
            <SearchField label=customers::SEARCH example=customers::SEARCH_HINT value=typed/>
            <ul class="menu">{found}</ul>
        </div>
    }
}

/// Whether the person's data are to be erased.
#[component]
fn Erase(dialogs: CustomerDialogs) -> impl IntoView {
    let erase = move || {
        let person = dialogs.person.get_untracked();
        let records = person
            .all()
            .map(|customer| Act::Record(StreamKind::Customer, Some(customer.id), vec![RecordEvent::Erasing]));
        let orders = dialogs.rows.with_untracked(|rows| {
            // Where something is sent to, there is an address.
            let named = |row: &&Row| !row.name.is_empty() || !row.phone.is_empty() || row.delivery == Delivery::Ship;
            let erase = |row: &Row| Act::Order(Some(row.id), Box::new(Command::EraseBuyer));
            rows.iter().filter(named).map(erase).collect::<Vec<_>>()
        });
        dialogs.send(records.chain(orders).collect(), customers::ERASE_DONE.get().to_owned());
    };
    view! {
        <div class="stack">
            <Note text=customers::ERASE_WHY tone=Tone::Alarm glyph=Glyph::Warn/>
            <Note text=customers::ERASE_KEEPS/>
            <Fault text=dialogs.wrong()/>
            <Acts><Button label=customers::ERASE_NOW kind=Kind::Danger on_press=erase busy=dialogs.submission.busy/></Acts>
        </div>
    }
}

fn written(customer: Uuid, field: String, value: Option<Value>) -> Act {
    let set = BTreeMap::from([(field, value)]);
    Act::Record(StreamKind::Customer, Some(customer), vec![RecordEvent::Changed(Changed { set, settles: None })])
}

async fn write(session: Session, customer: Uuid, field: String, value: Option<Value>) -> Result<(), ActFault> {
    session.act_all(vec![written(customer, field, value)]).await.map(drop)
}

fn warn(toaster: Toaster, fault: &ActFault) {
    toaster.warn(refusal::words(fault));
}

/// One person is another: everything of the one counts to the other from now on.
pub async fn merge(session: Session, toaster: Toaster, other: &Person, into: &Person) {
    let (id, target) = (other.id(), into.id());
    match write(session, id, "merged_into".to_owned(), Some(target.to_string().into())).await {
        Ok(()) => {
            let said = customers::merged(&called(other), &called(into));
            let undo = ToastAct::new(customers::UNDO, move || {
                spawn_local(async move { separate(session, toaster, id).await });
            });
            toaster.show(Toast { text: said.into(), glyph: Glyph::Merge, acts: vec![undo], stays: false });
        }
        Err(fault) => warn(toaster, &fault),
    }
}

/// They are two people again.
pub async fn separate(session: Session, toaster: Toaster, customer: Uuid) {
    // Where two tablets merged each into the other, both ways end.
    let kept = untrack(|| session.customer_of(customer)).filter(|kept| kept.merged_into.is_some()).map(|kept| kept.id);
    let ends = |id| written(id, "merged_into".to_owned(), None);
    match session.act_all([customer].into_iter().chain(kept).map(ends).collect()).await {
        Ok(_) => toaster.confirm(customers::SEPARATED),
        Err(fault) => warn(toaster, &fault),
    }
}

/// They are two people that have one phone: nobody asks again.
pub async fn tell_apart(session: Session, toaster: Toaster, second: &Person, first: &Person) {
    let field = format!("other/{}", first.id());
    if let Err(fault) = write(session, second.id(), field, Some(true.into())).await {
        warn(toaster, &fault);
    }
}

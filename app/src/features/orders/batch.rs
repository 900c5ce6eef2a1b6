//! Picking many orders, and doing one thing with all of them: each is an act of its own, with a result of its own.

use std::collections::{BTreeMap, BTreeSet};

use domain::order::{Badge, Command, Method, NewPayment, Order, PaymentState, Rejection, Status, Summary};
use domain::sheet::csv::{BOM, Cell, write_line};
use domain::shop::list::{List, default_of};
use domain::text::{LONG, SHORT};
use leptos::ev::MouseEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use replica::Facet;
use uuid::Uuid;

use super::super::order::refusal;
use super::super::order::undo::{self, Mark};
use super::super::shop_lists;
use super::OrderListState;
use super::columns::{save_file, save_orders};
use crate::platform::{clock, page};
use crate::prefs::Prefs;
use crate::session::{ActFault, Session, newest, shop_now};
use crate::text::order_list::batch as words;
use crate::text::order_list::columns;
use crate::text::order_page::page as dates;
use crate::text::order_page::undo as undone;
use crate::text::{Phrase, fault, method, reason};
use crate::ui::{
    Acts, Button, Choice, Choices, Dialog, Fault, Glyph, Icon, Kind, Money, Note, Progress, Size, TextField, Tick,
    Toaster, Tone, uid,
};

/// How many results are shown; a file holds all of them.
const SHOWN: usize = 300;
const DAY_MS: i64 = 86_400_000;

/// What is done with each order.
#[derive(Clone, Debug, PartialEq)]
enum BatchCommand {
    Pay(Method),
    Verify,
    /// Days from now, or from the deadline where that is still to come.
    Extend(i64),
    Hold(String),
    Release,
    Label {
        add: Vec<String>,
        remove: Vec<String>,
    },
    Cancel(String),
    Complete,
}

/// An act to choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BatchKind {
    Pay,
    Verify,
    Extend,
    Hold,
    Release,
    Label,
    Cancel,
    Complete,
}

impl BatchKind {
    const ALL: [Self; 8] =
        [Self::Verify, Self::Pay, Self::Extend, Self::Complete, Self::Label, Self::Hold, Self::Release, Self::Cancel];

    const fn face(self) -> (Phrase, Glyph) {
        match self {
            Self::Pay => (words::PAY, Glyph::Cash),
            Self::Verify => (words::VERIFY, Glyph::Code),
            Self::Extend => (words::EXTEND, Glyph::Clock),
            Self::Hold => (words::HOLD, Glyph::OnHold),
            Self::Release => (words::RELEASE, Glyph::Check),
            Self::Label => (words::LABEL, Glyph::Text),
            Self::Cancel => (words::CANCEL, Glyph::Cancelled),
            Self::Complete => (words::COMPLETE, Glyph::Completed),
        }
    }
}

impl BatchKind {
    /// Whether it may be done with an order, as far as its row tells; what then is refused says why.
    fn fits(self, row: &Summary) -> bool {
        let is_confirmed = row.number.is_some();
        let is_open = !matches!(row.status, Status::Cancelled | Status::Closed);
        match self {
            Self::Pay => is_confirmed && is_open && row.balance > 0,
            Self::Verify => row.badges.has(Badge::Unverified),
            Self::Extend => matches!(row.status, Status::AwaitingPayment | Status::PartPaid),
            Self::Hold => is_confirmed && is_open && !matches!(row.status, Status::OnHold | Status::Completed),
            Self::Release => row.status == Status::OnHold,
            Self::Label => is_confirmed,
            Self::Cancel => is_confirmed && is_open && row.status != Status::Completed,
            Self::Complete => is_confirmed && is_open && row.status != Status::Completed && row.balance == 0,
        }
    }
}

/// Money that waits to be verified: by the key of each way to pay, how many payments, and what they come to.
type Waiting = BTreeMap<String, (usize, i64)>;

/// How many orders are read between two breaths of the page.
const AT_ONCE: usize = 50;

/// What waits to be verified in these orders.
async fn waiting(session: Session, orders: Vec<Uuid>) -> Waiting {
    let mut all = Waiting::new();
    for (nth, id) in orders.into_iter().enumerate() {
        if nth % AT_ONCE == AT_ONCE - 1 {
            clock::breathe().await;
        }
        let Ok(Some(order)) = session.read_order(id).await else { continue };
        for payment in order.payments.iter().filter(|it| it.state == PaymentState::Unverified) {
            let (count, minor) = all.entry(payment.body.method.key().to_owned()).or_default();
            *count += 1;
            *minor = minor.saturating_add(payment.body.amount);
        }
    }
    all
}

/// How many payments, and what they come to.
fn whole(waiting: &Waiting) -> (usize, i64) {
    waiting.values().fold((0, 0), |(count, minor), (some, more)| (count + some, minor.saturating_add(*more)))
}

/// A line for each way to pay, to hold against what the wallet's own book says.
#[component]
fn ByMethod(#[prop(into)] waiting: Signal<Waiting>) -> impl IntoView {
    let currency = Session::here().currency();
    let lines = move || {
        waiting
            .get()
            .into_iter()
            .map(|(key, (count, minor))| {
                let name = shop_lists::called(List::Method, &key);
                let written = key.clone();
                view! {
                    <li data-testid="to-verify" data-method=written data-count=count.to_string()>
                        <span>{move || words::payments_by(&name, count)}</span>
                        " "
                        <Money minor=Signal::stored(minor) currency size=Size::Small/>
                    </li>
                }
            })
            .collect_view()
    };
    view! { <ul class="by-method">{lines}</ul> }
}

/// Why an order was left as it is, or not done to its end.
#[derive(Clone, Debug, PartialEq)]
enum Why {
    /// It is not on this tablet.
    Gone,
    /// No payment waits to be verified.
    NothingToVerify,
    /// It was refused, or could not be saved.
    Fault(ActFault),
    /// So many of its acts were done, out of so many.
    Part(usize, usize, ActFault),
}

impl Why {
    fn words(&self) -> String {
        match self {
            Self::Gone => words::GONE.get().to_owned(),
            Self::NothingToVerify => words::NOTHING_TO_VERIFY.get().to_owned(),
            Self::Fault(fault) => refusal::words(fault),
            Self::Part(done, all, fault) => words::part(*done, *all, &refusal::words(fault)),
        }
    }
}

impl BatchCommand {
    /// What is asked of one order, one after the other; or why nothing is.
    fn steps(&self, order: &Order, now_ms: i64) -> Result<Vec<Command>, Why> {
        let step = match self {
            Self::Pay(method) => {
                let given = order.balance();
                if given <= 0 {
                    return Err(Why::Fault(ActFault::Rejected(Rejection::NothingOwed)));
                }
                Command::RecordPayment(NewPayment { method: method.clone(), given, deposit: false })
            }
            Self::Verify => {
                let waiting = order.payments.iter().filter(|it| it.state == PaymentState::Unverified);
                let steps: Vec<Command> = waiting.map(|it| Command::VerifyPayment(it.id)).collect();
                return if steps.is_empty() { Err(Why::NothingToVerify) } else { Ok(steps) };
            }
            Self::Extend(days) => {
                let from = order.due_ms().unwrap_or(0).max(now_ms);
                Command::Extend { due_ms: from.saturating_add(days.saturating_mul(DAY_MS)) }
            }
            Self::Hold(why) => Command::Hold(why.clone()),
            Self::Release => Command::Release,
            Self::Label { add, remove } => Command::Label { add: add.clone(), remove: remove.clone() },
            Self::Cancel(why) => Command::Cancel(why.clone()),
            Self::Complete => Command::Complete,
        };
        Ok(vec![step])
    }
}

/// Does it with one order.
async fn one(session: Session, id: Uuid, doing: &BatchCommand) -> Result<(), Why> {
    let order = session.read_order(id).await.map_err(|fault| Why::Fault(ActFault::Storage(fault)))?;
    let steps = doing.steps(&order.ok_or(Why::Gone)?, untrack(|| session.now_ms().get()))?;
    let all = steps.len();
    for (done, step) in steps.into_iter().enumerate() {
        let acted = session.act(Some(id), step).await;
        acted.map_err(|fault| if done == 0 { Why::Fault(fault) } else { Why::Part(done, all, fault) })?;
    }
    Ok(())
}

/// Picks an order, or with shift all from the one that was picked last; picked again, it is not picked any more.
pub fn pick(list_state: OrderListState, id: Uuid, to: bool) {
    let session = list_state.session;
    let anchor = list_state.anchor.get_value().filter(|anchor| to && *anchor != id);
    let found = anchor.and_then(|anchor| {
        let filter = list_state.filter.get_untracked();
        let all = untrack(|| session.ask(|replica, now| replica.found(&filter, now)))?;
        let place = |of: Uuid| all.iter().position(|known| *known == of);
        let (one, other) = (place(anchor)?, place(id)?);
        all.get(one.min(other)..=one.max(other)).map(<[Uuid]>::to_vec)
    });
    list_state.anchor.set_value(Some(id));
    list_state.picked.update(|picked| {
        let picked = picked.get_or_insert_default();
        match found {
            Some(span) => picked.extend(span),
            None if picked.remove(&id) => {}
            None => {
                picked.insert(id);
            }
        }
    });
}

/// The order at a place of the list.
fn at(list_state: OrderListState, place: usize) -> Option<Uuid> {
    let session = list_state.session;
    let filter = list_state.filter.get_untracked();
    untrack(|| session.ask(|replica, now| replica.page(&filter, place, 1, now).rows.first().map(|row| row.id)))
        .flatten()
}

/// Picks the order at a place of the list.
pub fn pick_at(list_state: OrderListState, place: usize, to: bool) {
    if let Some(id) = at(list_state, place) {
        pick(list_state, id, to);
    }
}

/// A row that is held with a finger is picked, and others can be.
pub fn held(list_state: OrderListState, event: &MouseEvent) {
    if !page::is_by_touch(event) || list_state.picked.with_untracked(Option::is_some) {
        return;
    }
    if let Some(place) = page::row_of(event) {
        event.prevent_default();
        pick_at(list_state, place, false);
    }
}

/// How many are picked, and what can be done with them.
#[component]
pub fn Picking(
    /// The list.
    list_state: OrderListState,
) -> impl IntoView {
    let session = Session::here();
    let prefs = expect_context::<Prefs>();
    let toaster = use_context::<Toaster>().unwrap_or_default();
    let count = Memo::new(move |_| list_state.picked.with(|picked| picked.as_ref().map_or(0, BTreeSet::len)));
    let total = move || list_state.listing.with(|listing| listing.total);
    let all = move || {
        let filter = list_state.filter.get_untracked();
        let found = untrack(|| session.ask(|replica, now| replica.found(&filter, now)));
        list_state.picked.update(|picked| picked.get_or_insert_default().extend(found.unwrap_or_default()));
    };
    let save = move || {
        spawn_local(async move { save_orders(session, prefs.columns, toaster, &in_order(session, list_state)).await });
    };
    let open = RwSignal::new(false);
    let none = Signal::derive(move || count.get() == 0);
    // What is picked and not in sight is said: what is done would be done with it too.
    let unseen = Memo::new(move |_| {
        list_state.listing.track();
        let filter = list_state.filter.get();
        let found = untrack(|| session.ask(|replica, now| replica.found(&filter, now))).unwrap_or_default();
        list_state.picked.with(|picked| {
            let Some(picked) = picked.as_ref().filter(|picked| !picked.is_empty()) else { return 0 };
            picked.len().saturating_sub(found.iter().filter(|id| picked.contains(id)).count())
        })
    });
    let said = move || match (count.get(), unseen.get()) {
        (count, 0) => words::picked(count),
        (count, unseen) if count == unseen => words::picked_none_seen(count),
        (count, unseen) => words::picked_unseen(count, unseen),
    };
    view! {
        <div class="picking" role="group" aria-label=words::PICKED>
            <b role="status">{said}</b>
            <Button label=move || words::all(total()) kind=Kind::Quiet on_press=all/>
            <Button
                label=words::ACTS
                glyph=Glyph::More
                disabled=none
                on_press=move || open.set(true)
                attr:aria-haspopup="dialog"
            />
            <Button label=columns::SAVE_CSV glyph=Glyph::Save icon_only=true disabled=none on_press=save/>
            <Button label=words::DONE glyph=Glyph::Cross icon_only=true on_press=move || list_state.picked.set(None)/>
        </div>
        <Batch list_state open/>
    }
}

/// Those that are picked: as the list has them, and then those that it does not show any more.
fn in_order(session: Session, list_state: OrderListState) -> Vec<Uuid> {
    let mut picked = list_state.picked.get_untracked().unwrap_or_default();
    let filter = list_state.filter.get_untracked();
    let mut all = untrack(|| session.ask(|replica, now| replica.found(&filter, now))).unwrap_or_default();
    all.retain(|id| picked.remove(id));
    all.extend(picked);
    all
}

/// A run over many orders.
#[derive(Clone, Copy)]
struct Run {
    session: Session,
    toaster: Toaster,
    open: RwSignal<bool>,
    /// What is done; `None` while a person still chooses.
    act: RwSignal<Option<BatchKind>>,
    /// The orders, once it has begun.
    orders: RwSignal<Vec<Uuid>>,
    results: RwSignal<Vec<(Uuid, Result<(), Why>)>>,
    running: RwSignal<bool>,
    /// A person wants it to stop, or has left the page.
    stop: StoredValue<bool>,
}

impl Run {
    fn new() -> Self {
        Self {
            session: Session::here(),
            toaster: use_context::<Toaster>().unwrap_or_default(),
            open: RwSignal::new(false),
            act: RwSignal::new(None),
            orders: RwSignal::new(Vec::new()),
            results: RwSignal::new(Vec::new()),
            running: RwSignal::new(false),
            stop: StoredValue::new(false),
        }
    }

    /// Those that it did not do: refused, or not begun.
    fn not_done(self) -> BTreeSet<Uuid> {
        let mut rest: BTreeSet<Uuid> = self.orders.with_untracked(|orders| orders.iter().copied().collect());
        self.results.with_untracked(|results| {
            for (id, _) in results.iter().filter(|(_, result)| result.is_ok()) {
                rest.remove(id);
            }
        });
        rest
    }

    /// What was done is not picked any more: the next act would be done with what nobody sees. When all of it is done,
    /// picking ends.
    fn end_picking(self, list_state: OrderListState) {
        let rest = self.not_done();
        let _ = list_state.picked.try_set((!rest.is_empty()).then_some(rest));
    }

    fn start(self, orders: Vec<Uuid>, doing: BatchCommand, ended: impl FnOnce(usize, usize, bool) + 'static) {
        self.results.set(Vec::new());
        self.orders.set(orders.clone());
        self.stop.set_value(false);
        self.running.set(true);
        let mark = (doing == BatchCommand::Complete).then_some(Mark::Completed);
        spawn_local(async move {
            let (mut done, mut refused) = (0, 0);
            let mut marks = Vec::new();
            for id in orders {
                // Gone with its page: what is done is done, and nothing more is begun.
                if self.stop.try_get_value().unwrap_or(true) {
                    break;
                }
                let result = one(self.session, id, &doing).await;
                if result.is_ok() {
                    done += 1;
                    if let (Some(mark), Ok(Some(order))) = (mark, self.session.read_order(id).await) {
                        marks.extend(mark.id(&order).map(|event| (id, event)));
                    }
                } else {
                    refused += 1;
                }
                let _ = self.results.try_update(|results| results.push((id, result)));
            }
            let _ = self.running.try_set(false);
            let undoes = !marks.is_empty();
            if undoes {
                let done = marks.len();
                undo::offer(self.session, self.toaster, marks, move || undone::completed(done));
            }
            ended(done, refused, undoes);
        });
    }

    fn number(self, id: Uuid) -> String {
        let summary = untrack(|| self.session.ask(|replica, now| replica.summary(id, now))).flatten();
        summary.and_then(|summary| summary.number).map(|number| number.0).unwrap_or_default()
    }

    /// Every result as a spreadsheet.
    fn save(self) {
        let mut file = BOM.to_owned();
        let text = |text: &str| Cell::Text(text.to_owned());
        write_line(&mut file, [text(columns::NUMBER.get()), text(columns::RESULT.get())]);
        let lines = self.results.with_untracked(|results| {
            for (id, result) in results {
                let says = result.as_ref().map_or_else(Why::words, |()| words::OK.get().to_owned());
                write_line(&mut file, [Cell::Text(self.number(*id)), Cell::Text(says)]);
            }
            results.len()
        });
        save_file(self.session, columns::RESULTS_FILE, self.toaster, &file, u64::try_from(lines).unwrap_or(u64::MAX));
    }
}

/// Choosing an act, doing it, and what became of each order.
#[component]
fn Batch(list_state: OrderListState, open: RwSignal<bool>) -> impl IntoView {
    let run = Run { open, ..Run::new() };
    on_cleanup(move || run.stop.set_value(true));
    // Closed while it runs, it runs on; opened again later, it starts over.
    Effect::new(move |was: Option<bool>| {
        let is = open.get();
        let rests = !run.running.get_untracked();
        if is && was == Some(false) && rests {
            run.act.set(None);
            run.orders.set(Vec::new());
        }
        if !is && was == Some(true) && rests && run.orders.with_untracked(|orders| !orders.is_empty()) {
            // The dialog gives the focus back before its key goes.
            request_animation_frame(move || run.end_picking(list_state));
        }
        is
    });
    let rows = Memo::new(move |_| {
        list_state.listing.track();
        let picked = list_state.picked.get().unwrap_or_default();
        let row = |replica: &replica::Replica, now| {
            picked.iter().filter_map(|id| replica.summary(*id, now)).collect::<Vec<Summary>>()
        };
        untrack(|| run.session.ask(row)).unwrap_or_default()
    });
    let fitting = move |act: BatchKind| rows.with(|rows| rows.iter().filter(|row| act.fits(row)).count());
    let sums = newest(Waiting::new(), move || {
        let picked = list_state.picked.get()?;
        // Only once it is asked: orders are read for it.
        (run.act.get() == Some(BatchKind::Verify)).then(|| {
            let orders = picked.into_iter().collect();
            async move { Some(waiting(run.session, orders).await) }
        })
    });
    let currency = run.session.currency();
    let title = move || {
        let Some(act) = run.act.get() else { return words::ACTS.get().to_owned() };
        let begun = run.orders.with(Vec::len);
        if begun > 0 {
            return words::about(begun, act.face().0.get());
        }
        let said = words::about(fitting(act), act.face().0.get());
        let minor = match act {
            BatchKind::Pay => rows.with(|rows| {
                let owed = rows.iter().filter(|row| act.fits(row)).map(|row| row.balance);
                owed.fold(0, i64::saturating_add)
            }),
            BatchKind::Verify => sums.with(whole).1,
            _ => 0,
        };
        if minor == 0 { said } else { format!("{said} · {}", currency.get().full(minor)) }
    };
    view! {
        <Dialog open title>
            {move || match (run.act.get(), run.orders.with(Vec::is_empty)) {
                (None, _) => {
                    let fit = BatchKind::ALL.map(|act| (act, untrack(|| fitting(act)))).into_iter();
                    view! { <Choose run acts=fit.filter(|(_, fit)| *fit > 0).collect()/> }.into_any()
                }
                (Some(act), true) => view! { <Ask list_state run act waiting=sums/> }.into_any(),
                (Some(_), false) => view! { <Results run/> }.into_any(),
            }}
        </Dialog>
    }
}

/// The acts that fit one of them at least, each with how many it fits.
#[component]
fn Choose(run: Run, acts: Vec<(BatchKind, usize)>) -> impl IntoView {
    let each = acts
        .into_iter()
        .map(|(act, fit)| {
            let (label, glyph) = act.face();
            let kind = if act == BatchKind::Cancel { Kind::Danger } else { Kind::Plain };
            let count = uid("n");
            let press = move || run.act.set(Some(act));
            view! {
                <li>
                    <Button label glyph kind on_press=press attr:aria-describedby=count.clone()/>
                    <span class="count" id=count>{fit}</span>
                </li>
            }
        })
        .collect_view();
    view! {
        <ul class="menu">{each}</ul>
        <Note text=words::EACH_ALONE/>
    }
}

/// What an act needs to know.
#[component]
fn Ask(list_state: OrderListState, run: Run, act: BatchKind, #[prop(into)] waiting: Signal<Waiting>) -> impl IntoView {
    let tried = RwSignal::new(false);
    let shop = untrack(shop_now);
    let how = RwSignal::new(default_of(&shop, List::Method));
    let days = RwSignal::new("1".to_owned());
    let why = RwSignal::new(String::new());
    let labels = RwSignal::new(BTreeSet::<String>::new());
    let new_label = RwSignal::new(String::new());
    let puts_on = RwSignal::new("add".to_owned());
    let too_long = move |of: RwSignal<String>, most: usize| {
        of.with(|text| text.trim().chars().count() > most).then(|| fault::too_long(most))
    };
    let wrong_why = Signal::derive(move || {
        let missing = tried.get() && why.with(|why| why.trim().is_empty());
        if missing { Some(fault::REASON_MISSING.get().to_owned()) } else { too_long(why, LONG) }
    });
    let wrong_label = Signal::derive(move || too_long(new_label, SHORT));
    let chosen_labels = move || {
        let mut all = labels.get();
        let typed = new_label.get().trim().to_owned();
        all.extend((!typed.is_empty()).then_some(typed));
        all.into_iter().collect::<Vec<_>>()
    };
    let no_label =
        Signal::derive(move || (tried.get() && chosen_labels().is_empty()).then(|| words::NO_LABEL.get().to_owned()));
    let doing = move || -> Option<BatchCommand> {
        let reason = || Some(why.get().trim().to_owned()).filter(|why| !why.is_empty() && wrong_why.get().is_none());
        Some(match act {
            BatchKind::Pay => BatchCommand::Pay(Method::from(how.get())),
            BatchKind::Verify => BatchCommand::Verify,
            BatchKind::Extend => BatchCommand::Extend(days.get().parse().ok()?),
            BatchKind::Hold => BatchCommand::Hold(reason()?),
            BatchKind::Cancel => BatchCommand::Cancel(reason()?),
            BatchKind::Release => BatchCommand::Release,
            BatchKind::Complete => BatchCommand::Complete,
            BatchKind::Label => {
                let labels = Some(chosen_labels()).filter(|all| !all.is_empty() && wrong_label.get().is_none())?;
                let (add, remove) = if puts_on.get() == "add" { (labels, Vec::new()) } else { (Vec::new(), labels) };
                BatchCommand::Label { add, remove }
            }
        })
    };
    let start = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        match untrack(doing) {
            Some(doing) => {
                let orders = in_order(run.session, list_state);
                run.start(orders, doing, move |done, refused, is_said| {
                    if run.open.try_get_untracked() != Some(true) {
                        if !is_said {
                            run.toaster.confirm(words::outcome(done, refused));
                        }
                        run.end_picking(list_state);
                    }
                });
            }
            None => page::focus_first_fault(),
        }
    };
    let fields = match act {
        BatchKind::Pay => {
            let choices = shop_lists::choices(&shop, List::Method, "");
            view! { <Choices legend=method::METHOD choices value=how on_change=move |key| how.set(key) tiles=true/> }
                .into_any()
        }
        BatchKind::Extend => {
            let choices = vec![
                Choice::new("1", dates::ONE_DAY),
                Choice::new("3", dates::THREE_DAYS),
                Choice::new("7", dates::ONE_WEEK),
            ];
            view! { <Choices legend=words::UNTIL choices value=days on_change=move |key| days.set(key)/> }.into_any()
        }
        BatchKind::Hold => view! {
            <Note text=reason::HOLD_WHY/>
            <TextField label=reason::REASON value=why fault=wrong_why rows=2/>
        }
        .into_any(),
        BatchKind::Cancel => view! {
            <Note text=reason::CANCEL_REFUND_WHY tone=Tone::Owe/>
            <TextField label=reason::REASON value=why fault=wrong_why rows=2/>
        }
        .into_any(),
        BatchKind::Label => {
            let choices = vec![Choice::new("add", words::ADD), Choice::new("remove", words::REMOVE)];
            view! {
                <Choices
                    legend=words::LABEL
                    legend_unseen=true
                    choices
                    value=puts_on
                    on_change=move |key| puts_on.set(key)
                />
                <Labels chosen=labels/>
                <TextField label=words::NEW_LABEL value=new_label fault=wrong_label/>
                <Fault text=no_label/>
            }
            .into_any()
        }
        BatchKind::Verify => view! { <ByMethod waiting/> }.into_any(),
        BatchKind::Release | BatchKind::Complete => ().into_any(),
    };
    let (label, glyph) = act.face();
    let kind = if act == BatchKind::Cancel { Kind::Danger } else { Kind::Main };
    view! {
        <form class="stack" novalidate on:submit=start>
            {fields}
            <Note text=words::EACH_ALONE/>
            <Acts>
                <Button label=words::BACK on_press=move || run.act.set(None)/>
                <Button label glyph kind submit=true/>
            </Acts>
        </form>
    }
}

/// The labels that orders have, to choose from.
#[component]
fn Labels(chosen: RwSignal<BTreeSet<String>>) -> impl IntoView {
    let session = Session::here();
    let in_use = untrack(|| session.ask(|replica, _| replica.in_use())).unwrap_or_default();
    let each: Vec<_> = in_use
        .into_iter()
        .filter_map(|(facet, count)| if let Facet::Label(label) = facet { Some((label, count)) } else { None })
        .map(|(label, count)| {
            let (of, shown) = (label.clone(), label.clone());
            let is_on = Signal::derive(move || chosen.with(|chosen| chosen.contains(&of)));
            let set = move |on: bool| {
                chosen.update(|chosen| {
                    if on {
                        chosen.insert(label.clone());
                    } else {
                        chosen.remove(&label);
                    }
                });
            };
            view! { <Tick label=move || shown.clone() value=is_on on_change=set count=Some(count)/> }
        })
        .collect();
    (!each.is_empty()).then(|| view! { <div class="ticks">{each}</div> })
}

/// How far it is, and what became of each order.
#[component]
fn Results(run: Run) -> impl IntoView {
    let all = Signal::derive(move || u64::try_from(run.orders.with(Vec::len)).unwrap_or(u64::MAX));
    let done = Signal::derive(move || u64::try_from(run.results.with(Vec::len)).unwrap_or(u64::MAX));
    let label = move || words::running(run.results.with(Vec::len), run.orders.with(Vec::len));
    let refused = move || run.results.with(|results| results.iter().filter(|(_, result)| result.is_err()).count());
    let outcome = move || {
        let (begun, refused) = (run.results.with(Vec::len), refused());
        let untouched = run.orders.with(Vec::len).saturating_sub(begun);
        let mut says = words::outcome(begun - refused, refused);
        if untouched > 0 {
            says = format!("{} {says} {}", words::STOPPED.get(), words::left(untouched));
        }
        let tone = if refused + untouched > 0 { Tone::Owe } else { Tone::Done };
        let glyph = if refused > 0 { Glyph::Warn } else { Glyph::Check };
        view! { <Note text=says tone glyph/> }
    };
    // Those that were not done come first: they are what a person has to see.
    let shown = move || {
        run.results.with(|results| {
            let (ok, not): (Vec<_>, Vec<_>) = results.iter().cloned().partition(|(_, result)| result.is_ok());
            not.into_iter().chain(ok).take(SHOWN).collect::<Vec<_>>()
        })
    };
    let line = move |(id, result): (Uuid, Result<(), Why>)| {
        let is_ok = result.is_ok();
        let says = move || result.as_ref().map_or_else(Why::words, |()| words::OK.get().to_owned());
        let (tone, glyph) = if is_ok { (Tone::Done, Glyph::Check) } else { (Tone::Owe, Glyph::Warn) };
        let number = run.number(id);
        let written = number.clone();
        view! {
            <li data-testid="batch-result" data-order-number=written data-done=is_ok.to_string()>
                <span data-tone=tone.key()><Icon glyph/></span>
                <a href=format!("/orders/{id}")>{number}</a>
                <span>{says}</span>
            </li>
        }
    };
    let beyond = move || run.results.with(Vec::len).checked_sub(SHOWN).filter(|more| *more > 0).map(words::more);
    view! {
        <Show when=move || run.running.get()>
            <div><Progress label done all/></div>
            <Button label=words::STOP glyph=Glyph::Cross on_press=move || run.stop.set_value(true)/>
        </Show>
        <Show when=move || !run.running.get()>
            <div role="status">{outcome}</div>
            <ul class="results" tabindex="0" aria-label=words::RESULTS>
                <For each=shown key=|(id, _)| *id let:it>{line(it)}</For>
            </ul>
            <p class="muted">{beyond}</p>
            <Acts>
                <Button label=words::SAVE_RESULTS glyph=Glyph::Save on_press=move || run.save()/>
                <Button label=crate::text::keys::DONE kind=Kind::Main on_press=move || run.open.set(false)/>
            </Acts>
        </Show>
    }
}

/// Above the list of what waits to be verified: all of it at once, with what each way to pay comes to.
#[component]
pub fn VerifyAll(
    /// The list.
    list_state: OrderListState,
) -> impl IntoView {
    let run = Run::new();
    let session = run.session;
    let currency = session.currency();
    on_cleanup(move || run.stop.set_value(true));
    let orders = Memo::new(move |_| {
        list_state.listing.track();
        let filter = list_state.filter.get();
        untrack(|| session.ask(|replica, now| replica.found(&filter, now))).unwrap_or_default()
    });
    let sums = newest(Waiting::new(), move || {
        let orders = orders.get();
        // What is done meanwhile is not counted again until all of it is.
        (!run.running.get()).then_some(async move { Some(waiting(session, orders).await) })
    });
    let label = move || {
        if run.running.get() {
            return words::running(run.results.with(Vec::len), run.orders.with(Vec::len));
        }
        let (count, minor) = sums.with(whole);
        words::verify_all(count, &currency.get().full(minor))
    };
    let press = move || {
        let (count, minor) = sums.with_untracked(whole);
        let verified = words::verified(count, &currency.get_untracked().full(minor));
        run.act.set(Some(BatchKind::Verify));
        run.start(orders.get_untracked(), BatchCommand::Verify, move |_, refused, _| {
            if refused == 0 {
                run.toaster.confirm(verified);
            } else {
                let _ = run.open.try_set(true);
            }
        });
    };
    view! {
        <Show when=move || run.running.get() || sums.with(|sums| !sums.is_empty())>
            <div class="verify-all">
                <ByMethod waiting=sums/>
                <Button label glyph=Glyph::Check busy=run.running on_press=press/>
            </div>
        </Show>
        <Dialog open=run.open title=words::RESULTS><Results run/></Dialog>
    }
}

#[cfg(test)]
mod tests {
    use domain::order::Rejection;

    use super::*;

    #[test]
    fn an_order_that_needs_nothing_is_left_alone_and_says_so() {
        let order = Order::new(Uuid::from_u128(1));
        let nothing_owed = Why::Fault(ActFault::Rejected(Rejection::NothingOwed));
        assert_eq!(BatchCommand::Pay(Method::Cash).steps(&order, 0), Err(nothing_owed));
        assert_eq!(BatchCommand::Verify.steps(&order, 0), Err(Why::NothingToVerify));
    }

    #[test]
    fn a_deadline_moves_from_now_or_from_where_it_is() {
        let mut order = Order::new(Uuid::from_u128(1));
        let due = |order: &Order| match BatchCommand::Extend(3).steps(order, 10 * DAY_MS).unwrap().as_slice() {
            [Command::Extend { due_ms }] => *due_ms / DAY_MS,
            other => unreachable!("{other:?}"),
        };
        assert_eq!(due(&order), 13);
        order.due.value = Some(4 * DAY_MS);
        assert_eq!(due(&order), 13, "a deadline that has passed counts from now");
        order.due.value = Some(20 * DAY_MS);
        assert_eq!(due(&order), 23);
    }

    #[test]
    fn only_acts_that_fit_are_offered() {
        let of = |status, balance, unverified| {
            let mut order = Order::new(Uuid::from_u128(1)).summary();
            order.number = Some(domain::OrderNumber("261123-K7-0001".to_owned()));
            (order.status, order.balance) = (status, balance);
            order.badges.set(Badge::Unverified, unverified);
            BatchKind::ALL.into_iter().filter(|act| act.fits(&order)).collect::<Vec<_>>()
        };
        let unpaid = of(Status::AwaitingPayment, 12_00, false);
        assert_eq!(unpaid, [BatchKind::Pay, BatchKind::Extend, BatchKind::Label, BatchKind::Hold, BatchKind::Cancel]);
        assert_eq!(
            of(Status::OnHold, 0, true),
            [BatchKind::Verify, BatchKind::Complete, BatchKind::Label, BatchKind::Release, BatchKind::Cancel]
        );
        assert_eq!(of(Status::Completed, 0, false), [BatchKind::Label]);
        assert_eq!(of(Status::Cancelled, 0, false), [BatchKind::Label]);
    }
}

//! A stall with two tablets and the order between them, for stories: each tablet acts on what it knows, and the
//! server puts what they did into one sequence when they join.

use domain::contact::{Buyer, ContactEvent};
use domain::order::{
    Badge, Choice, Command, ConflictKind, Content, Context, Delivery, Line, LinePart, Method, NewPayment, Order,
    Outcome, Rejection, Status, Terms, VoidReason, decide,
};
use domain::shop::ShopSettings;
use domain::{Day, DeviceCode, Event, Meta};
use uuid::Uuid;

/// One of the two tablets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tablet {
    A,
    B,
}
pub use Tablet::{A, B};

/// The moment all stories happen at, milliseconds since 1970.
pub const NOW: i64 = 1_795_417_200_000;
/// A day in milliseconds.
pub const DAY: i64 = 86_400_000;

#[derive(Clone, Default)]
struct Device {
    pending: Vec<(Meta, Event)>,
    cursor: usize,
    counter: u64,
    numbered: u32,
}

/// The stall.
#[derive(Clone)]
pub struct Stall {
    log: Vec<(Meta, Event)>,
    devices: [Device; 2],
    order: Uuid,
    /// The shop's settings.
    pub settings: ShopSettings,
}

impl Stall {
    /// A stall that has no order yet.
    pub fn open() -> Self {
        Self {
            log: Vec::new(),
            devices: Default::default(),
            order: Uuid::from_u128(0xacce),
            settings: ShopSettings::default(),
        }
    }

    /// An order confirmed on tablet A, known to both.
    pub fn with(order: Form) -> Self {
        let mut stall = Self::open();
        stall.a(confirm(order));
        stall.join(&[A, B]);
        stall
    }

    /// A draft begun on tablet A, known to both.
    pub fn with_draft(order: Form) -> Self {
        let mut stall = Self::open();
        stall.a(Command::SaveDraft { content: order.content, buyer: order.buyer, copied_from: None });
        stall.join(&[A, B]);
        stall
    }

    /// Something done on tablet A.
    #[track_caller]
    pub fn a(&mut self, command: Command) -> &mut Self {
        self.act(A, command).expect("tablet A refused");
        self
    }
    /// Something done on tablet B.
    #[track_caller]
    pub fn b(&mut self, command: Command) -> &mut Self {
        self.act(B, command).expect("tablet B refused");
        self
    }

    /// Something tried on a tablet; nothing happens when it is refused.
    pub fn act(&mut self, tablet: Tablet, command: Command) -> Result<(), Rejection> {
        let order = self.order_if_any(tablet);
        let code = DeviceCode(format!("{tablet:?}7"));
        let device = &self.devices[tablet as usize];
        let context = Context {
            now_ms: NOW,
            day: Day { year: 2026, month: 11, day: 23 },
            code: &code,
            next_count: device.numbered + 1,
            settings: &self.settings,
        };
        let events = decide(order.as_ref(), self.order, &command, &context)?;
        for new in events {
            assert_eq!(new.stream_id, self.order, "an act on one order touched another stream");
            self.record(tablet, new.event);
        }
        if matches!(command, Command::Confirm { .. } | Command::Renumber) {
            self.devices[tablet as usize].numbered += 1;
        }
        Ok(())
    }

    /// An event that the tablet holds, whatever it says.
    pub fn record(&mut self, tablet: Tablet, event: Event) -> Uuid {
        let device = &mut self.devices[tablet as usize];
        device.counter += 1;
        let id = Uuid::from_u128((tablet as u128 + 1) << 64 | u128::from(device.counter));
        let meta = Meta {
            id,
            device: Uuid::from_u128(tablet as u128 + 1),
            counter: device.counter,
            seen: device.cursor as u64,
            seq: None,
            hlc: (NOW + device.counter as i64, 0),
            actor: None,
        };
        device.pending.push((meta, event));
        id
    }

    /// The tablet sends what it did: the server puts it after what it has.
    pub fn send(&mut self, tablet: Tablet) -> &mut Self {
        for (mut meta, event) in std::mem::take(&mut self.devices[tablet as usize].pending) {
            meta.seq = Some(self.log.len() as u64 + 1);
            self.log.push((meta, event));
        }
        self
    }

    /// The tablet takes in what the server has. What it has not sent stays after that.
    pub fn fetch(&mut self, tablet: Tablet) -> &mut Self {
        self.devices[tablet as usize].cursor = self.log.len();
        self
    }

    /// Both tablets send, in this order, and then know everything.
    pub fn join(&mut self, order: &[Tablet]) -> &mut Self {
        for tablet in order {
            self.send(*tablet);
        }
        self.fetch(A).fetch(B)
    }

    /// What the tablet folds: what it knows of the server's sequence, then its own.
    pub fn events(&self, tablet: Tablet) -> Vec<(Meta, Event)> {
        let device = &self.devices[tablet as usize];
        // Own events that were sent but not fetched back stand where the tablet knows them: after its cursor.
        let own =
            self.log[device.cursor..].iter().filter(|(meta, _)| meta.device == Uuid::from_u128(tablet as u128 + 1));
        let unfetched = own.cloned().map(|(meta, event)| (Meta { seq: None, ..meta }, event));
        self.log[..device.cursor].iter().cloned().chain(unfetched).chain(device.pending.iter().cloned()).collect()
    }

    /// The order as the tablet knows it.
    pub fn order(&self, tablet: Tablet) -> Order {
        fold(self.order, &self.events(tablet))
    }
    fn order_if_any(&self, tablet: Tablet) -> Option<Order> {
        let events = self.events(tablet);
        (!events.is_empty()).then(|| fold(self.order, &events))
    }

    /// The server erases the buyer: the bodies of the contact's events are gone.
    pub fn erase_buyer(&mut self) -> &mut Self {
        for (_, event) in &mut self.log {
            if matches!(event, Event::Contact(ContactEvent::Recorded(_) | ContactEvent::Changed(_))) {
                *event = Event::Contact(ContactEvent::Erased);
            }
        }
        self
    }
}

/// The order that these events tell.
pub fn fold(id: Uuid, events: &[(Meta, Event)]) -> Order {
    let mut order = Order::new(id);
    for (meta, event) in events {
        order.apply(meta, event);
    }
    order
}

/// Two tablets part, do things, and join: what becomes of the order, with A's part sequenced first, and with B's.
/// Both tablets show the same; their orders are told apart by nothing but the sequence.
pub fn either_way(stall: &Stall, apart: impl Fn(&mut Stall)) -> [(Tablet, Stall); 2] {
    let mut parted = stall.clone();
    apart(&mut parted);
    [[A, B], [B, A]].map(|sequence| {
        let mut joined = parted.clone();
        joined.join(&sequence);
        assert_eq!(joined.order(A), joined.order(B), "the tablets show different orders");
        (sequence[0], joined)
    })
}

/// What a form holds.
#[derive(Clone, Default)]
pub struct Form {
    pub content: Content,
    pub buyer: Buyer,
}

/// Two teapots at 50.00, handed over at the stall, paid in cash.
pub fn two_teapots() -> Form {
    Form {
        content: Content { lines: vec![line(1, "teapot", 2, 50_00)], ..Content::default() },
        buyer: Buyer::default(),
    }
}

/// Two teapots and three cups, 130.00, shipped to 王小明.
pub fn parcel_for_wang() -> Form {
    Form {
        content: Content {
            lines: vec![line(1, "teapot", 2, 50_00), line(2, "cup", 3, 10_00)],
            delivery: Delivery::Ship,
            ..Content::default()
        },
        buyer: wang(),
    }
}

pub fn wang() -> Buyer {
    Buyer {
        name: "王小明".into(), phone: "13800138000".into(), address: "浙江省杭州市西湖区文三路1号".into()
    }
}

pub fn line(id: u32, item: &str, quantity: i64, price: i64) -> Line {
    Line { id, item: item.into(), quantity, price, ..Line::default() }
}

impl Form {
    pub fn on(mut self, terms: Terms) -> Self {
        self.content.terms = terms;
        self
    }
}

// ---- what a person taps ----

pub fn confirm(form: Form) -> Command {
    Command::Confirm {
        new: Some((form.content, form.buyer)),
        copied_from: None,
        payments: Vec::new(),
        handed_over: false,
    }
}
pub fn confirm_draft() -> Command {
    Command::Confirm { new: None, copied_from: None, payments: Vec::new(), handed_over: false }
}
/// The counter's three taps: confirmed, paid and handed over at once.
pub fn sell(form: Form, given: i64) -> Command {
    Command::Confirm {
        new: Some((form.content, form.buyer)),
        copied_from: None,
        payments: vec![NewPayment { method: Method::Cash, given, deposit: false }],
        handed_over: true,
    }
}
pub fn cash(given: i64) -> Command {
    Command::RecordPayment(NewPayment { method: Method::Cash, given, deposit: false })
}
pub fn wechat(given: i64) -> Command {
    Command::RecordPayment(NewPayment { method: Method::WechatPay, given, deposit: false })
}
pub fn give_back(amount: i64) -> Command {
    Command::RecordRefund { method: Method::Cash, amount, reason: String::new() }
}
pub fn ship() -> Command {
    ship_as("SF1", None)
}
pub fn ship_part(lines: &[LinePart]) -> Command {
    ship_as("SF2", Some(lines.to_vec()))
}
pub fn ship_as(tracking: &str, lines: Option<Vec<LinePart>>) -> Command {
    Command::Ship { carrier: "sf".into(), tracking: tracking.into(), expected: String::new(), lines }
}
pub fn cancel() -> Command {
    Command::Cancel("changed her mind".into())
}
pub fn hold() -> Command {
    Command::Hold("waits for a colour".into())
}
pub fn settle(conflict: &str, choice: Choice) -> Command {
    Command::Settle { conflict: conflict.into(), choice }
}

impl Stall {
    /// An edit made in a form that was opened on what the tablet knows.
    pub fn edit(&self, tablet: Tablet, change: impl Fn(&mut Form)) -> Command {
        let order = self.order(tablet);
        let before = Form { content: order.content(), buyer: order.buyer() };
        let mut after = before.clone();
        change(&mut after);
        Command::Edit { base: before.content, base_buyer: before.buyer, content: after.content, buyer: after.buyer }
    }
    /// An edit, made at once on tablet A.
    #[track_caller]
    pub fn a_edits(&mut self, change: impl Fn(&mut Form)) -> &mut Self {
        let command = self.edit(A, change);
        self.a(command)
    }
    /// An edit, made at once on tablet B.
    #[track_caller]
    pub fn b_edits(&mut self, change: impl Fn(&mut Form)) -> &mut Self {
        let command = self.edit(B, change);
        self.b(command)
    }
    /// A draft's form, saved with a change.
    pub fn redraft(&self, tablet: Tablet, change: impl Fn(&mut Form)) -> Command {
        let order = self.order(tablet);
        let mut form = Form { content: order.content(), buyer: order.buyer() };
        change(&mut form);
        Command::SaveDraft { content: form.content, buyer: form.buyer, copied_from: None }
    }
    #[track_caller]
    pub fn payment(&self, tablet: Tablet, index: usize) -> Uuid {
        self.order(tablet).payments[index].id
    }
    #[track_caller]
    pub fn parcel(&self, tablet: Tablet, index: usize) -> Uuid {
        self.order(tablet).parcels[index].id
    }

    /// The state that both tablets show.
    pub fn status(&self) -> Status {
        let status = self.order(A).status();
        assert_eq!(status, self.order(B).status());
        status
    }
    pub fn badges(&self) -> Vec<Badge> {
        self.order(A).badges().iter().collect()
    }
    /// The conflicts in the inbox of both.
    pub fn inbox(&self) -> Vec<ConflictKind> {
        let of = |tablet| self.order(tablet).open_conflicts().map(|conflict| conflict.kind).collect::<Vec<_>>();
        assert_eq!(of(A), of(B));
        of(A)
    }
    /// The one conflict of this order.
    #[track_caller]
    pub fn conflict(&self) -> String {
        let order = self.order(A);
        let open: Vec<_> = order.open_conflicts().collect();
        assert_eq!(open.len(), 1, "one conflict: {open:?}");
        open[0].id.clone()
    }
    /// What was voided, and why, in the order of the timeline.
    pub fn voided(&self) -> Vec<VoidReason> {
        let order = self.order(A);
        order
            .timeline
            .iter()
            .filter_map(|entry| match entry.outcome {
                Outcome::Voided(reason) => Some(reason),
                Outcome::Applied => None,
            })
            .collect()
    }
    /// Whether nothing needs a decision and nothing was voided.
    #[track_caller]
    pub fn assert_quiet(&self) {
        assert_eq!(self.inbox(), []);
        assert_eq!(self.voided(), []);
    }
}

//! What holds for every story: of any events, whoever made them, and of whatever two tablets do.

use std::collections::BTreeMap;

use domain::contact::{Buyer, ContactChanged, ContactEvent};
use domain::order::*;
use domain::product::ledger::ledger;
use domain::product::merge::{Merged, Merges, counted_twice, together};
use domain::record::{Changed, DebtMoved, Fields, Record, RecordEvent, StockMoved, StockReason, Value};
use domain::shop::{DeviceJoined, SettingChanged, Shop, ShopEvent, ShopStarted};
use domain::{Currency, Event, Meta, OrderNumber};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use uuid::Uuid;

use crate::stall::*;

/// A few ids, so that events speak of one another.
fn id() -> impl Strategy<Value = Uuid> {
    (0_u128..12).prop_map(Uuid::from_u128)
}
fn amount() -> impl Strategy<Value = i64> {
    prop_oneof![4 => 1_i64..200_00, 1 => Just(0), 1 => Just(i64::MAX), 1 => Just(i64::MIN), 1 => any::<i64>()]
}
fn word() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), Just("cash".into()), Just("茶".into()), "\\PC{0,8}"]
}
fn a_line() -> impl Strategy<Value = Line> {
    (0_u32..4, word(), amount(), any::<bool>(), amount(), amount()).prop_map(
        |(id, item, quantity, grams, price, discount)| Line {
            id,
            item,
            quantity,
            price,
            discount,
            unit: if grams { Unit::Gram } else { Unit::Piece },
            ..Line::default()
        },
    )
}
fn content() -> impl Strategy<Value = Content> {
    (vec(a_line(), 0..4), amount(), amount(), word()).prop_map(|(lines, discount, rounding, note)| Content {
        lines,
        discount,
        rounding,
        note,
        ..Content::default()
    })
}
fn change() -> impl Strategy<Value = Change> {
    let of_line = prop_oneof![
        word().prop_map(|item| LineChange::Item(item, None)),
        word().prop_map(LineChange::Spec),
        word().prop_map(LineChange::Note),
        amount().prop_map(|quantity| LineChange::Quantity(quantity, Unit::Piece)),
        amount().prop_map(LineChange::Price),
        amount().prop_map(LineChange::Discount),
    ];
    prop_oneof![
        word().prop_map(Change::Note),
        Just(Change::Delivery(Delivery::Ship)),
        word().prop_map(|key| Change::Method(key.into())),
        Just(Change::Terms(Terms::Credit)),
        amount().prop_map(Change::Discount),
        amount().prop_map(Change::Rounding),
        amount().prop_map(Change::Deposit),
        word().prop_map(Change::Channel),
        word().prop_map(Change::Category),
        a_line().prop_map(Change::AddLine),
        (0_u32..4).prop_map(Change::RemoveLine),
        (0_u32..4, of_line).prop_map(|(id, change)| Change::Line(id, change)),
    ]
}
fn buyer() -> impl Strategy<Value = Buyer> {
    (word(), word(), word()).prop_map(|(name, phone, address)| Buyer { name, phone, address })
}
fn settles() -> impl Strategy<Value = Option<String>> {
    of((0_u128..12, 0_u128..12)
        .prop_map(|(a, b)| format!("same_field:note:{}:{}", Uuid::from_u128(a), Uuid::from_u128(b))))
}

/// Any event that may reach an order, sensible or not.
fn event() -> impl Strategy<Value = Event> {
    let parts = || vec((0_u32..4, amount()), 0..3);
    let paid = (word(), amount()).prop_map(|(method, amount)| PaymentRecorded {
        method: method.into(),
        amount,
        tendered: None,
        deposit: false,
    });
    let ended =
        || (id(), settles()).prop_map(|(payment, settles)| PaymentEnded { payment, reason: String::new(), settles });
    let number = || Just(OrderNumber("261123-K7-0001".into()));
    let reasoned = || word().prop_map(|reason| WithReason { reason, rule: None });
    let shipped = (word(), parts()).prop_map(|(carrier, lines)| Shipped {
        carrier,
        tracking: "1".into(),
        expected: String::new(),
        lines,
    });
    let confirmed = (number(), of(content()), of(any::<i64>())).prop_map(|(number, content, due_ms)| Confirmed {
        number,
        due_ms,
        content,
        copied_from: None,
    });
    let corrected = (id(), of(word())).prop_map(|(parcel, tracking)| ParcelCorrected {
        parcel,
        carrier: None,
        tracking,
        expected: None,
    });
    let of_order = prop_oneof![
        content().prop_map(|content| OrderEvent::Started(Started { content, copied_from: None })),
        Just(OrderEvent::Discarded(NoBody::default())),
        confirmed.prop_map(OrderEvent::Confirmed),
        (vec(change(), 0..4), settles()).prop_map(|(changes, settles)| OrderEvent::Edited(Edited {
            changes,
            settles,
            rule: None
        })),
        paid.prop_map(OrderEvent::PaymentRecorded),
        id().prop_map(|payment| OrderEvent::PaymentVerified(PaymentVerified { payment })),
        ended().prop_map(OrderEvent::PaymentRejected),
        ended().prop_map(OrderEvent::PaymentVoided),
        amount().prop_map(|amount| OrderEvent::RefundRecorded(RefundRecorded {
            method: Method::Cash,
            amount,
            reason: String::new()
        })),
        shipped.prop_map(OrderEvent::Shipped),
        parts().prop_map(|lines| OrderEvent::HandedOver(HandedOver { lines })),
        corrected.prop_map(OrderEvent::ParcelCorrected),
        (id(), settles()).prop_map(|(parcel, settles)| OrderEvent::ParcelVoided(ParcelVoided {
            parcel,
            reason: String::new(),
            settles
        })),
        Just(OrderEvent::Delivered(NoBody::default())),
        Just(OrderEvent::Completed(NoBody::default())),
        id().prop_map(|mark| OrderEvent::MarkVoided(MarkVoided { mark, reason: String::new() })),
        any::<i64>().prop_map(|due_ms| OrderEvent::Extended(Extended { due_ms })),
        reasoned().prop_map(OrderEvent::Held),
        Just(OrderEvent::Released(NoBody::default())),
        reasoned().prop_map(OrderEvent::Cancelled),
        Just(OrderEvent::Revived(NoBody::default())),
        number().prop_map(|number| OrderEvent::Renumbered(Renumbered { number })),
        (vec(word(), 0..3), vec(word(), 0..3)).prop_map(|(add, remove)| OrderEvent::Labelled(Labelled {
            add,
            remove,
            rule: None
        })),
        settles().prop_map(|id| OrderEvent::ConflictSettled(ConflictSettled { conflict: id.unwrap_or_default() })),
    ];
    let of_contact =
        prop_oneof![
            buyer().prop_map(ContactEvent::Recorded),
            (of(word()), of(word()), settles()).prop_map(|(name, phone, settles)| ContactEvent::Changed(
                ContactChanged { name, phone, address: None, settles }
            )),
            Just(ContactEvent::Erased),
        ];
    prop_oneof![
        30 => of_order.prop_map(Event::Order),
        5 => of_contact.prop_map(Event::Contact),
        1 => Just(Event::Unknown),
    ]
}

/// Who made it, knowing what: any device of three, any knowledge, sent or not.
fn meta() -> impl Strategy<Value = Meta> {
    (id(), 1_u128..4, 0_u64..20, of(1_u64..20), any::<i64>()).prop_map(|(id, device, seen, seq, at)| Meta {
        id,
        device: Uuid::from_u128(device),
        counter: 1,
        seen,
        seq,
        hlc: (at, 0),
        actor: None,
    })
}

/// The facts of workflow.md §2: what happened in the world.
fn is_fact(event: &Event) -> bool {
    matches!(
        event,
        Event::Order(
            OrderEvent::PaymentRecorded(_)
                | OrderEvent::RefundRecorded(_)
                | OrderEvent::Shipped(_)
                | OrderEvent::HandedOver(_)
        )
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn no_events_make_the_fold_fail(events in vec((meta(), event()), 0..40)) {
        let order = fold(Uuid::nil(), &events);
        prop_assert_eq!(order.timeline.len(), events.len(), "nothing is dropped");
        let (summary, content) = (order.summary(), order.content());
        prop_assert_eq!(summary.total, order.total());
        let _ = (content.faults(&order.buyer()), order.unshipped(), order.all_arrived(), order.stock_moves());
        // Sums end at the largest number there is: none goes round to the other sign.
        let _ = (order.ways_back(i64::MAX), order.ways_back(i64::MIN), order.given_back(), order.received());
        // Facts count wherever they stand, but for those that say what another fact said.
        for entry in &order.timeline {
            prop_assert!(!is_fact(&entry.event) || entry.outcome == Outcome::Applied);
        }
        // Whatever is open has an id of its own.
        let mut ids: Vec<&str> = order.open_conflicts().map(|conflict| conflict.id.as_str()).collect();
        ids.sort_unstable();
        let before = ids.len();
        ids.dedup();
        if events.iter().map(|(meta, _)| meta.id).collect::<std::collections::BTreeSet<_>>().len() == events.len() {
            prop_assert_eq!(ids.len(), before, "two conflicts share an id");
        }
    }

    #[test]
    fn money_is_the_sum_of_its_facts(events in vec((meta(), event()), 0..40)) {
        let order = fold(Uuid::nil(), &events);
        let ended: Vec<usize> = order.payments.iter().filter(|p| !p.counts()).map(|p| p.at).collect();
        let mut paid = 0_i64;
        let mut refunded = 0_i64;
        for (at, entry) in order.timeline.iter().enumerate() {
            match &entry.event {
                Event::Order(OrderEvent::PaymentRecorded(body)) if !ended.contains(&at) => {
                    paid = paid.saturating_add(body.amount);
                }
                Event::Order(OrderEvent::RefundRecorded(body)) => refunded = refunded.saturating_add(body.amount),
                _ => {}
            }
        }
        prop_assert_eq!((order.paid(), order.refunded()), (paid, refunded));
        for payment in order.payments.iter().filter(|p| !p.counts()) {
            let by = &order.timeline[payment.state_by.expect("someone ended it")];
            prop_assert!(matches!(
                by.event,
                Event::Order(OrderEvent::PaymentRejected(_) | OrderEvent::PaymentVoided(_))
            ));
            prop_assert_eq!(by.outcome, Outcome::Applied);
        }
    }
}

/// Any event that may reach a product or a customer.
fn of_record() -> impl Strategy<Value = Event> {
    let counted = || (0_u32..3, amount(), of(amount()), of(amount()));
    let reasons = [StockReason::Received, StockReason::Counted, StockReason::BeforeCount, StockReason::Scrapped];
    let settles = of((0_u128..12, 0_u128..4)
        .prop_map(|(count, device)| format!("before:{}:{}:1", Uuid::from_u128(count), Uuid::from_u128(device))));
    let moved = (counted(), proptest::sample::select(reasons.to_vec()), settles).prop_map(
        |((variant, quantity, counted, known), reason, settles)| {
            RecordEvent::StockMoved(StockMoved {
                counted,
                known,
                settles,
                ..StockMoved::new(variant, reason, quantity)
            })
        },
    );
    let owed = amount().prop_map(|amount| DebtMoved { amount, method: None, note: String::new() });
    let fields =
        vec((proptest::sample::select(vec!["price", "position", "merged/1", "merged_stock/0"]), amount()), 1..3);
    let changed = (fields, of(id())).prop_map(|(fields, into)| {
        let mut set: BTreeMap<_, _> =
            fields.into_iter().map(|(name, value)| (name.to_owned(), Some(Value::Int(value)))).collect();
        set.extend(into.map(|into| ("merged_into".to_owned(), Some(into.to_string().into()))));
        RecordEvent::Changed(Changed { set, settles: None })
    });
    prop_oneof![4 => moved, 1 => owed.prop_map(RecordEvent::DebtMoved), 2 => changed].prop_map(Event::Record)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn no_numbers_make_stock_or_debts_fail(
        products in vec(vec((meta(), of_record()), 0..15), 1..4),
        events in vec((meta(), event()), 0..20),
    ) {
        let records = products.iter().map(|events| {
            let mut record = Record::default();
            events.iter().for_each(|(meta, event)| record.apply(meta, event));
            record
        });
        let records: Vec<(Uuid, Record)> = (0..).map(Uuid::from_u128).zip(records).collect();
        let fields: Vec<Fields> = records.iter().map(|(id, record)| Fields::of(*id, record)).collect();
        let merged = fields.iter().filter_map(|fields| Some((fields.id, Merged::read(fields)?)));
        let merges = Merges::of(merged, |id| fields.iter().any(|fields| fields.id == id));
        let order = fold(Uuid::nil(), &events);
        let on_hand = BTreeMap::from([(0, i64::MIN), (1, i64::MAX), (2, 0)]);
        let books: Vec<(Uuid, &Record)> = records.iter().map(|(id, record)| (*id, record)).collect();
        let _ = ledger(&books, [&order], &merges, &on_hand, None);
        let _ = (together(&fields[0], &fields[1..], &merges), counted_twice(&fields[0], &fields[0], &BTreeMap::new()));
        for (id, record) in &records {
            record.counts().for_each(|count| drop(record.unsure(&count)));
            record.open_conflicts().for_each(|conflict| drop(record.take_count(conflict)));
            let _ = merges.twice((*id, 0));
        }
    }
}

#[test]
fn the_largest_numbers_go_round_nowhere() {
    let mut record = Record::default();
    let mut apply = |meta: &Meta, moved| record.apply(meta, &Event::Record(RecordEvent::StockMoved(moved)));
    let came = [meta_of(1, 1, 1), meta_of(1, 2, 2)];
    came.iter().for_each(|meta| apply(meta, StockMoved::new(0, StockReason::Received, i64::MAX)));
    apply(&meta_of(2, 1, 3), StockMoved { known: Some(0), ..StockMoved::count(0, 5) });
    let count = record.counts().next().expect("it was counted");
    // A person says that both came before it.
    for (meta, counter) in came.iter().zip(1..) {
        let said = Event::Record(RecordEvent::StockMoved(count.answer(meta, i64::MAX, true)));
        record.apply(&meta_of(3, counter, counter + 3), &said);
    }
    let lines = ledger(&[(Uuid::nil(), &record)], [], &Merges::default(), &BTreeMap::from([(0, 5)]), None);
    assert_eq!(lines.len(), 5);
    let (first, last) = (domain::Day::at(i64::MIN, -14 * 60), domain::Day::at(i64::MAX, 14 * 60));
    assert_eq!((first.year, last.year), (0, 0), "no day that a calendar has");
}

/// What a person might tap next, by number; forms are opened on what the tablet knows.
fn tap(stall: &Stall, tablet: Tablet, what: u8, much: i64) -> Option<Command> {
    let order = stall.order(tablet);
    let payment = order.payments.get(much as usize % 3).map(|payment| payment.id);
    let parcel = order.parcels.get(much as usize % 3).map(|parcel| parcel.id);
    Some(match what {
        0 => cash(much * 20_00),
        1 => wechat(order.balance().max(1)),
        2 => Command::VerifyPayment(payment?),
        3 => Command::RejectPayment(payment?, "r".into()),
        4 => Command::VoidPayment(payment?, "v".into()),
        5 => give_back(-order.balance()),
        6 => ship(),
        7 => ship_part(&[(1, 1 + much % 2)]),
        8 => Command::HandOver(None),
        9 => Command::VoidParcel(parcel?, "v".into()),
        10 => Command::MarkDelivered,
        11 => Command::Complete,
        12 => hold(),
        13 => Command::Release,
        14 => cancel(),
        15 => Command::Revive,
        16 => stall.edit(tablet, |form| form.content.note = format!("{tablet:?}{much}")),
        17 => stall.edit(tablet, |form| {
            if let Some(line) = form.content.lines.first_mut() {
                line.quantity = 1 + much;
            }
        }),
        18 => stall.edit(tablet, |form| form.content.lines.truncate(1)),
        19 => stall.edit(tablet, |form| form.content.lines.push(line(100 + much as u32, "tray", 1, 5_00))),
        20 => stall.edit(tablet, |form| form.buyer.address = format!("{tablet:?} road {much}")),
        21 => Command::Extend { due_ms: NOW + much * DAY },
        _ => {
            let open: Vec<_> = order.open_conflicts().collect();
            let conflict = open.get(much as usize % open.len().max(1))?;
            let choices = conflict.kind.choices();
            settle(&conflict.id, choices[much as usize % choices.len()])
        }
    })
}

#[derive(Clone, Debug)]
enum Turn {
    Tap(Tablet, u8, i64),
    Send(Tablet),
    Fetch(Tablet),
}

fn turn() -> impl Strategy<Value = Turn> {
    let tablet = || prop_oneof![Just(A), Just(B)];
    prop_oneof![
        8 => (tablet(), 0_u8..25, 0_i64..6).prop_map(|(tablet, what, much)| Turn::Tap(tablet, what, much)),
        1 => tablet().prop_map(Turn::Send),
        1 => tablet().prop_map(Turn::Fetch),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, ..ProptestConfig::default() })]

    #[test]
    fn two_tablets_converge_and_nothing_is_lost(turns in vec(turn(), 0..40), a_first in any::<bool>()) {
        let mut stall = Stall::with(parcel_for_wang());
        for turn in turns {
            match turn {
                Turn::Tap(tablet, what, much) => {
                    if let Some(command) = tap(&stall, tablet, what, much) {
                        let _ = stall.act(tablet, command);
                    }
                }
                Turn::Send(tablet) => {
                    stall.send(tablet);
                }
                // What was sent comes back with the rest.
                Turn::Fetch(tablet) => {
                    stall.fetch(tablet);
                }
            }
        }
        let made = |stall: &Stall| {
            let mut ids: Vec<Uuid> =
                [A, B].iter().flat_map(|tablet| stall.events(*tablet)).map(|(meta, _)| meta.id).collect();
            ids.sort_unstable();
            ids.dedup();
            ids
        };
        let before = made(&stall);
        let mut other = stall.clone();
        stall.join(if a_first { &[A, B] } else { &[B, A] });
        other.join(if a_first { &[B, A] } else { &[A, B] });
        let order = stall.order(A);
        prop_assert_eq!(&order, &stall.order(B));
        prop_assert_eq!(made(&stall), before);
        prop_assert_eq!(order.timeline.len(), stall.events(A).len());

        // Facts count, in whatever sequence: the same money was taken, the same goods left.
        let facts = |order: &Order| {
            for entry in &order.timeline {
                assert!(!is_fact(&entry.event) || entry.outcome == Outcome::Applied, "{entry:?}");
            }
            let mut ids: Vec<Uuid> = order.payments.iter().map(|p| p.id).chain(order.parcels.iter().map(|p| p.id)).collect();
            ids.sort_unstable();
            (ids, order.refunded())
        };
        prop_assert_eq!(facts(&order), facts(&other.order(A)));
        // Never cancelled with goods out.
        prop_assert!(order.cancelled.is_none() || !order.any_shipped());
        // A state that says that all is done owes nothing and has nothing left to send.
        if order.status() == Status::Completed {
            prop_assert!(order.balance() <= 0 && order.all_shipped());
        }
        // What a person can still do is decided without a panic, and a settled conflict stays settled.
        for conflict in order.open_conflicts().map(|conflict| conflict.id.clone()).collect::<Vec<_>>() {
            let mut settled = stall.clone();
            settled.a(settle(&conflict, Choice::Keep)).join(&[A, B]);
            prop_assert!(settled.order(B).open_conflicts().all(|open| open.id != conflict));
        }
    }

    #[test]
    fn event_by_event_is_the_same_as_anew(turns in vec(turn(), 0..40)) {
        let mut stall = Stall::with(parcel_for_wang());
        let mut kept = stall.order(A);
        let mut applied = stall.events(A).len();
        for turn in turns {
            if let Turn::Tap(tablet, what, much) = turn
                && let Some(command) = tap(&stall, tablet, what, much)
            {
                let _ = stall.act(tablet, command);
            } else if let Turn::Send(tablet) = turn {
                stall.send(tablet);
            } else {
                // Both tablets are empty-handed now: what they know is only ever added to.
                stall.join(&[A, B]);
                for (meta, event) in &stall.events(A)[applied..] {
                    kept.apply(meta, event);
                }
                applied = stall.events(A).len();
                prop_assert_eq!(&kept, &stall.order(A));
            }
        }
    }
}

proptest! {
    #[test]
    fn settings_are_those_of_the_latest_clock_in_any_sequence(
        changes in vec((any::<i64>(), 0_u32..3, of(word()), of(0_u32..100)), 1..8).prop_shuffle(),
        shuffle in any::<proptest::sample::Index>(),
    ) {
        let events: Vec<(Meta, Event)> = changes
            .iter()
            .enumerate()
            .map(|(at, (ms, count, name, hours))| {
                let id = Uuid::from_u128(at as u128 + 1);
                let meta = Meta { id, device: id, counter: 1, seen: 0, seq: None, hlc: (*ms, *count), actor: None };
                let body = SettingChanged {
                    name: name.clone(),
                    payment_term_hours: *hours,
                    ..SettingChanged::default()
                };
                (meta, Event::Shop(ShopEvent::SettingChanged(body)))
            })
            .collect();
        let shop = |events: &[(Meta, Event)]| {
            let mut shop = Shop::default();
            for (meta, event) in events {
                shop.apply(meta, event);
            }
            (shop.name().to_owned(), shop.settings())
        };
        let mut turned = events.clone();
        turned.rotate_left(shuffle.index(events.len()));
        let mut back = events.clone();
        back.reverse();
        prop_assert_eq!(shop(&events), shop(&turned));
        prop_assert_eq!(shop(&events), shop(&back));
    }
}

#[test]
fn a_shop_has_one_currency_for_ever_and_knows_its_devices() {
    let meta = |n: u128, ms| Meta {
        id: Uuid::from_u128(n),
        device: Uuid::from_u128(n),
        counter: 1,
        seen: 0,
        seq: None,
        hlc: (ms, 0),
        actor: None,
    };
    let started = |name: &str, currency| {
        Event::Shop(ShopEvent::Started(ShopStarted { name: name.into(), currency, time_zone: "Asia/Shanghai".into() }))
    };
    let mut shop = Shop::default();
    assert!(!shop.is_started());
    shop.apply(&meta(1, 10), &started("摊", Currency::Cny));
    shop.apply(&meta(2, 20), &started("Stall", Currency::Gbp));
    shop.apply(&meta(2, 21), &Event::Shop(ShopEvent::DeviceJoined(DeviceJoined { code: "B7".into() })));
    assert_eq!((shop.name(), shop.settings().currency), ("Stall", Currency::Cny));
    assert_eq!(shop.device_code(Uuid::from_u128(2)), Some("B7"));
}

fn meta_of(device: u128, counter: u64, seq: u64) -> Meta {
    let id = Uuid::from_u128(u128::from(seq) << 32 | device << 16 | u128::from(counter));
    Meta { id, device: Uuid::from_u128(device), counter, seen: 0, seq: Some(seq), hlc: (0, 0), actor: None }
}

proptest! {
    #[test]
    fn a_devices_events_keep_their_places_and_its_own_order(log in vec((0_u128..3, 1_u64..9), 0..20)) {
        let log: Vec<Meta> = (1..).zip(log).map(|(seq, (device, counter))| meta_of(device, counter, seq)).collect();
        let kept = sort_by_device_order(log.clone(), |meta| meta);
        let of = |all: &[Meta]| all.iter().map(|meta| meta.device).collect::<Vec<_>>();
        prop_assert_eq!(of(&kept), of(&log), "between devices the sequence decides");
        for device in 0..3 {
            let own = |all: &[Meta]| {
                all.iter().filter(|m| m.device == Uuid::from_u128(device)).cloned().collect::<Vec<_>>()
            };
            let mut expected = own(&log);
            // Stable: equal counts, of a copied device, stay in the sequence.
            expected.sort_by_key(|meta| meta.counter);
            prop_assert_eq!(own(&kept), expected);
        }
        prop_assert_eq!(&sort_by_device_order(kept.clone(), |meta| meta), &kept);
    }
}

#[test]
fn a_cancelling_offered_before_its_confirmation_to_a_restored_server_still_cancels() {
    let mut stall = Stall::open();
    stall.a(confirm(two_teapots())).a_edits(|form| form.content.note = "gift".into()).a(cancel()).send(A);
    let right = stall.fetch(B).order(B);
    let mut log = stall.events(B);
    // The server lost everything; what was on its way arrived first.
    log.rotate_right(1);
    for (seq, (meta, _)) in (1..).zip(&mut log) {
        meta.seq = Some(seq);
    }
    let order = fold(right.id, &sort_by_device_order(log, |(meta, _)| meta));
    assert_eq!((order.status(), order.note.value.as_str()), (Status::Cancelled, "gift"));
    assert_eq!(order.summary(), right.summary());
    assert!(order.conflicts.is_empty() && order.timeline.iter().all(|entry| entry.outcome == Outcome::Applied));
}

#[test]
fn two_copies_of_one_tablet_do_not_know_of_each_other() {
    let mut stall = Stall::with(two_teapots());
    stall.a(cash(100_00)).b(cancel()).join(&[A, B]);
    let mut events = stall.events(A);
    let paid = events[events.len() - 2].0.clone();
    // The second tablet was a copy of the first: it counted on from the same place.
    if let Some((meta, _)) = events.last_mut() {
        (meta.device, meta.counter) = (paid.device, paid.counter);
    }
    let order = fold(stall.order(A).id, &sort_by_device_order(events, |(meta, _)| meta));
    assert_eq!(order.status(), Status::Paid, "the payment stands, as between any two tablets");
}

//! The golden files: every event as version 1 wrote it. Reading one gives the event that it always meant, writing
//! that event gives the same bytes. A file is never changed; what is new gets a new file. To write the file of a new
//! example: `STALLBOOK_NEW_GOLDEN=1 cargo test -p protocol --test golden`; files that are there are left alone.
#![cfg(test)]
#![expect(clippy::inconsistent_digit_grouping, reason = "amounts are written as money: 88_00 is 88.00")]

use std::collections::BTreeSet;
use std::path::PathBuf;

use domain::contact::{Buyer, ContactChanged, ContactEvent};
use domain::order::*;
use domain::record::{Changed, DebtMoved, RecordEvent, StockMoved, StockReason, Value};
use domain::shop::{DeviceJoined, SettingChanged, ShopEvent, ShopStarted};
use domain::weight::WeightUnit;
use domain::{Currency, Event, OrderNumber, StreamKind};
use protocol::{Envelope, Stream, body};
use uuid::Uuid;

fn id(low: u128) -> Uuid {
    Uuid::from_u128(0x019a_b000_0000_7000_8000_0000_0000_0000 | low)
}

fn content() -> Content {
    Content {
        lines: vec![
            Line {
                id: 1,
                product: Some(id(0x70)),
                variant: 0,
                item: "龙井 \"明前\"".into(),
                spec: "250 g".into(),
                quantity: 333,
                unit: Unit::Gram,
                price: 199_99,
                discount: 1_00,
                note: "😀\n".into(),
                ..Line::default()
            },
            Line { id: 2, item: "teapot".into(), quantity: 2, price: 0, ..Line::default() },
        ],
        delivery: Delivery::Ship,
        method: Method::WechatPay,
        terms: Terms::CashOnDelivery,
        discount: 2_00,
        rounding: 5,
        deposit: 10_00,
        note: "gift".into(),
        channel: "taobao".into(),
        category: "wholesale".into(),
        ..Content::default()
    }
}

/// Every event, in full and with as little as it can hold; by the name of its file.
fn examples() -> Vec<(&'static str, Event)> {
    let order = |event: OrderEvent| Event::Order(event);
    let number = || OrderNumber("261123-K7-0042".into());
    let settles = || Some(format!("paid_twice:{}:{}", id(1), id(2)));
    let every_change = vec![
        Change::Note("n".into()),
        Change::Delivery(Delivery::PickUp),
        Change::Method(Method::Other("paypal".into())),
        Change::Terms(Terms::Credit),
        Change::Discount(1),
        Change::Rounding(2),
        Change::Deposit(3),
        Change::Channel("jd".into()),
        Change::Category("retail".into()),
        Change::AddLine(Line { id: 4_000_000_000, item: "cup".into(), quantity: 1, price: 5_00, ..Line::default() }),
        Change::RemoveLine(2),
        Change::Line(1, LineChange::Item("tea".into(), Some(id(0x71)))),
        Change::Line(1, LineChange::Item("tea".into(), None)),
        Change::Line(1, LineChange::Spec("red".into())),
        Change::Line(1, LineChange::Quantity(500, Unit::Gram)),
        Change::Line(1, LineChange::Price(1)),
        Change::Line(1, LineChange::Discount(1)),
        Change::Line(1, LineChange::Note(String::new())),
    ];
    let ended = || PaymentEnded { payment: id(3), reason: "never came".into(), settles: None };
    vec![
        ("order.started", order(OrderEvent::Started(Started { content: content(), copied_from: Some(id(9)) }))),
        ("order.started.least", order(OrderEvent::Started(Started::default()))),
        ("order.discarded", order(OrderEvent::Discarded(NoBody::default()))),
        (
            "order.confirmed",
            order(OrderEvent::Confirmed(Confirmed {
                number: number(),
                due_ms: Some(1_795_590_000_000),
                content: Some(content()),
                copied_from: Some(id(9)),
            })),
        ),
        (
            "order.confirmed.least",
            order(OrderEvent::Confirmed(Confirmed {
                number: number(),
                due_ms: None,
                content: None,
                copied_from: None,
            })),
        ),
        ("order.edited", order(OrderEvent::Edited(Edited { changes: every_change, settles: settles(), rule: None }))),
        (
            "order.started.customer",
            order(OrderEvent::Started(Started {
                content: Content {
                    lines: vec![Line { id: 1, product: Some(id(0x70)), variant: 7, quantity: 1, ..Line::default() }],
                    customer: Some(id(0x90)),
                    carrier: "sf".into(),
                    parked: true,
                    ..Content::default()
                },
                copied_from: None,
            })),
        ),
        (
            "order.edited.customer",
            order(OrderEvent::Edited(Edited {
                changes: vec![
                    Change::Customer(Some(id(0x90))),
                    Change::Customer(None),
                    Change::Parked(true),
                    Change::Carrier("sf".into()),
                    Change::Line(1, LineChange::Variant(7)),
                ],
                settles: None,
                rule: Some(id(0xa0)),
            })),
        ),
        (
            "order.labelled",
            order(OrderEvent::Labelled(Labelled {
                add: vec!["急".into()],
                remove: vec!["later".into()],
                rule: Some(id(0xa0)),
            })),
        ),
        ("order.completed.rule", order(OrderEvent::Completed(NoBody { rule: Some(id(0xa0)) }))),
        (
            "order.cancelled.rule",
            order(OrderEvent::Cancelled(WithReason { reason: "not paid".into(), rule: Some(id(0xa0)) })),
        ),
        ("order.edited.least", order(OrderEvent::Edited(Edited::default()))),
        (
            "order.payment_recorded",
            order(OrderEvent::PaymentRecorded(PaymentRecorded {
                method: Method::Cash,
                amount: 88_00,
                tendered: Some(100_00),
                deposit: true,
            })),
        ),
        (
            "order.payment_recorded.least",
            order(OrderEvent::PaymentRecorded(PaymentRecorded {
                method: Method::Alipay,
                amount: 1,
                tendered: None,
                deposit: false,
            })),
        ),
        ("order.payment_verified", order(OrderEvent::PaymentVerified(PaymentVerified { payment: id(3) }))),
        ("order.payment_rejected", order(OrderEvent::PaymentRejected(ended()))),
        ("order.payment_voided", order(OrderEvent::PaymentVoided(PaymentEnded { settles: settles(), ..ended() }))),
        (
            "order.payment_voided.least",
            order(OrderEvent::PaymentVoided(PaymentEnded { payment: id(3), reason: String::new(), settles: None })),
        ),
        (
            "order.refund_recorded",
            order(OrderEvent::RefundRecorded(RefundRecorded {
                method: Method::BankTransfer,
                amount: 12_34,
                reason: "two cups less".into(),
            })),
        ),
        (
            "order.shipped",
            order(OrderEvent::Shipped(Shipped {
                carrier: "sf".into(),
                tracking: "SF1234567890".into(),
                expected: "2026-11-26".into(),
                lines: vec![(1, 333), (2, 1)],
            })),
        ),
        (
            "order.shipped.least",
            order(OrderEvent::Shipped(Shipped {
                carrier: "my brother".into(),
                tracking: String::new(),
                expected: String::new(),
                lines: vec![(1, 1)],
            })),
        ),
        ("order.handed_over", order(OrderEvent::HandedOver(HandedOver { lines: vec![(2, 2)] }))),
        (
            "order.parcel_corrected",
            order(OrderEvent::ParcelCorrected(ParcelCorrected {
                parcel: id(4),
                carrier: Some("yto".into()),
                tracking: Some("YT1".into()),
                expected: Some("2026-11-27".into()),
            })),
        ),
        (
            "order.parcel_corrected.least",
            order(OrderEvent::ParcelCorrected(ParcelCorrected {
                parcel: id(4),
                carrier: None,
                tracking: None,
                expected: None,
            })),
        ),
        (
            "order.parcel_voided",
            order(OrderEvent::ParcelVoided(ParcelVoided {
                parcel: id(4),
                reason: "still here".into(),
                settles: settles(),
            })),
        ),
        ("order.delivered", order(OrderEvent::Delivered(NoBody::default()))),
        ("order.completed", order(OrderEvent::Completed(NoBody::default()))),
        (
            "order.mark_voided",
            order(OrderEvent::MarkVoided(MarkVoided { mark: id(9), reason: "marked by mistake".into() })),
        ),
        ("order.mark_voided.least", order(OrderEvent::MarkVoided(MarkVoided { mark: id(9), reason: String::new() }))),
        ("order.extended", order(OrderEvent::Extended(Extended { due_ms: 1_795_700_000_000 }))),
        ("order.held", order(OrderEvent::Held(WithReason { reason: "waits for a colour".into(), rule: None }))),
        ("order.released", order(OrderEvent::Released(NoBody::default()))),
        ("order.cancelled", order(OrderEvent::Cancelled(WithReason { reason: "changed her mind".into(), rule: None }))),
        ("order.cancelled.least", order(OrderEvent::Cancelled(WithReason::default()))),
        ("order.revived", order(OrderEvent::Revived(NoBody::default()))),
        ("order.renumbered", order(OrderEvent::Renumbered(Renumbered { number: number() }))),
        (
            "order.conflict_settled",
            order(OrderEvent::ConflictSettled(ConflictSettled { conflict: settles().unwrap_or_default() })),
        ),
        (
            "contact.recorded",
            Event::Contact(ContactEvent::Recorded(Buyer {
                name: "王小明".into(),
                phone: "13800138000".into(),
                address: "浙江省杭州市西湖区文三路1号".into(),
            })),
        ),
        (
            "contact.changed",
            Event::Contact(ContactEvent::Changed(ContactChanged {
                name: Some("王大明".into()),
                phone: Some(String::new()),
                address: Some("文三路2号".into()),
                settles: settles(),
            })),
        ),
        ("contact.changed.least", Event::Contact(ContactEvent::Changed(ContactChanged::default()))),
        ("contact.erased.asked", Event::Contact(ContactEvent::Erasing)),
        (
            "shop.started",
            Event::Shop(ShopEvent::Started(ShopStarted {
                name: "摊单".into(),
                currency: Currency::Cny,
                time_zone: "Asia/Shanghai".into(),
            })),
        ),
        (
            "shop.setting_changed",
            Event::Shop(ShopEvent::SettingChanged(SettingChanged {
                name: Some("Stall".into()),
                time_zone: Some("Europe/London".into()),
                payment_term_hours: Some(72),
                verify_before_shipping: Some(false),
                ..SettingChanged::default()
            })),
        ),
        (
            "shop.setting_changed.weight",
            Event::Shop(ShopEvent::SettingChanged(SettingChanged {
                weight: Some(WeightUnit::Jin),
                ..SettingChanged::default()
            })),
        ),
        ("shop.setting_changed.least", Event::Shop(ShopEvent::SettingChanged(SettingChanged::default()))),
        ("shop.changed", changed()),
        ("product.changed", changed()),
        ("product.changed.least", record(RecordEvent::Changed(Changed::default()))),
        (
            "product.stock_moved",
            record(RecordEvent::StockMoved(StockMoved {
                variant: 7,
                reason: StockReason::Counted,
                quantity: -3,
                counted: Some(12),
                known: None,
                settles: None,
                note: "evening".into(),
            })),
        ),
        (
            "product.stock_moved.count",
            record(RecordEvent::StockMoved(StockMoved {
                variant: 7,
                reason: StockReason::Counted,
                quantity: -3,
                counted: Some(17),
                known: Some(-4),
                settles: None,
                note: String::new(),
            })),
        ),
        (
            "product.stock_moved.settled",
            record(RecordEvent::StockMoved(StockMoved {
                settles: Some(format!("before:{}:{}:4182", id(1), id(2))),
                ..StockMoved::new(7, StockReason::BeforeCount, 2)
            })),
        ),
        (
            "product.stock_moved.after",
            record(RecordEvent::StockMoved(StockMoved {
                settles: Some(format!("before:{}:{}:4182", id(1), id(2))),
                ..StockMoved::new(0, StockReason::AfterCount, 0)
            })),
        ),
        (
            "product.stock_moved.least",
            record(RecordEvent::StockMoved(StockMoved { ..StockMoved::new(0, StockReason::Other("gift".into()), 5) })),
        ),
        (
            "order.edited.weight",
            order(OrderEvent::Edited(Edited {
                changes: vec![
                    Change::Line(1, LineChange::Per(WeightUnit::Jin)),
                    Change::AddLine(Line {
                        id: 3,
                        item: "almonds".into(),
                        quantity: 680,
                        unit: Unit::Gram,
                        price: 4_39,
                        per: WeightUnit::Pound,
                        ..Line::default()
                    }),
                ],
                ..Edited::default()
            })),
        ),
        ("customer.changed", changed()),
        (
            "customer.debt_moved",
            record(RecordEvent::DebtMoved(DebtMoved {
                amount: -50_00,
                method: Some(Method::Cash),
                note: "half".into(),
            })),
        ),
        (
            "customer.debt_moved.least",
            record(RecordEvent::DebtMoved(DebtMoved { amount: 1, method: None, note: String::new() })),
        ),
        ("customer.erased", record(RecordEvent::Erasing)),
        ("template.changed", changed()),
        ("rule.changed", changed()),
        ("view.changed", changed()),
        ("shop.device_joined", Event::Shop(ShopEvent::DeviceJoined(DeviceJoined { code: "K7".into() }))),
    ]
}

fn record(event: RecordEvent) -> Event {
    Event::Record(event)
}

fn changed() -> Event {
    record(RecordEvent::Changed(Changed {
        set: [
            ("active", Some(Value::Bool(true))),
            ("barcodes", Some(Value::List(vec!["690\"1".into(), Value::Int(-1)]))),
            ("name", Some("龙井 \"明前\"".into())),
            ("note", None),
            ("variant/7/price", Some(Value::Int(199_99))),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into(),
        settles: Some(format!("name:{}:{}", id(1), id(2))),
    }))
}

/// The kind of stream that the events of a file belong to.
fn stream_of(name: &str) -> StreamKind {
    StreamKind::parse(name.split('.').next().unwrap_or_default()).expect("a file is named after its type")
}

fn envelope(name: &str, event: &Event, nth: u64) -> Envelope {
    let stream = stream_of(name);
    let (kind, version, body) = body::write(stream, event).expect("an event that this build writes");
    Envelope {
        v: 1,
        id: id(0x1000 + u128::from(nth)),
        device: id(0xd),
        counter: 4182 + nth,
        seen: 10_233,
        hlc: (1_795_417_200_000, 4),
        actor: nth.is_multiple_of(2).then(|| id(0xac)),
        stream: Stream(stream.key().into(), id(0x50)),
        kind: kind.into(),
        version,
        body,
    }
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden/v1")
}

#[test]
fn every_event_reads_and_writes_as_version_1_did() {
    for (nth, (name, event)) in examples().into_iter().enumerate() {
        let path = folder().join(format!("{name}.json"));
        if !path.exists() && std::env::var_os("STALLBOOK_NEW_GOLDEN").is_some() {
            std::fs::write(&path, envelope(name, &event, nth as u64).to_text().unwrap()).unwrap();
        }
        let text = std::fs::read_to_string(&path).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()));
        let read = Envelope::parse(&text).unwrap();
        assert_eq!(body::read(&read), event, "{name} is read as something else");
        let (kind, version, body) = body::write(stream_of(name), &event).unwrap();
        assert_eq!((kind, version, body.get()), (read.kind.as_str(), 1, read.body.get()), "{name} is written anew");
        assert_eq!(read.to_text().unwrap(), text, "the envelope of {name} is written anew");
    }
}

#[test]
fn every_type_has_its_files_and_every_file_its_type() {
    let known: BTreeSet<&str> = StreamKind::ALL.iter().flat_map(|kind| kind.event_types()).copied().collect();
    // A third part of a name says which example of the type it is.
    let kind = |name: &'static str| name.match_indices('.').nth(1).map_or(name, |(at, _)| &name[..at]);
    let shown: BTreeSet<&str> = examples().iter().map(|(name, _)| kind(name)).collect();
    assert_eq!(known, shown);
    let named: BTreeSet<String> = examples().iter().map(|(name, _)| format!("{name}.json")).collect();
    let there: BTreeSet<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "contact.erased.json")
        .collect();
    assert_eq!(there, named);
}

#[test]
fn an_erased_contact_is_read_as_such_whatever_it_was() {
    let text = std::fs::read_to_string(folder().join("contact.erased.json")).unwrap();
    let read = Envelope::parse(&text).unwrap();
    assert_eq!((read.kind.as_str(), body::read(&read)), ("contact.changed", Event::Contact(ContactEvent::Erased)));
}

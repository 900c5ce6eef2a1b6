//! The index against a plain scan of the same rows.

use domain::order::{Badge, Badges, Delivery, Method, StockUse};
use proptest::prelude::*;

use super::*;
use crate::entry::Place;

fn row(n: u128, name: &str, phone: &str, placed_ms: i64) -> RowData {
    RowData {
        summary: Summary {
            id: Uuid::from_u128(n),
            number: Some(OrderNumber(format!("261123-K7-{n:04}"))),
            status: Status::AwaitingPayment,
            badges: Badges::default(),
            due_ms: Some(placed_ms + 10),
            placed_ms,
            name: name.to_owned(),
            phone: phone.to_owned(),
            items: "Longjing ×2".to_owned(),
            tracking: String::new(),
            note: String::new(),
            total: 500,
            balance: 500,
            delivery: Delivery::Ship,
            method: Method::Other("quick".to_owned()),
            open_conflicts: 0,
            channel: "stall".to_owned(),
            category: "retail".to_owned(),
            device: Uuid::from_u128(7),
            actor: Some(Uuid::from_u128(8)),
            customer: Some(Uuid::from_u128(9)),
            parked: true,
            labels: vec!["急".to_owned()],
            uses: vec![StockUse { product: Uuid::from_u128(5), variant: 2, reserved: 3, left: -1, moved_ms: 4 }],
        },
        visible: true,
        refs: vec![Ref { no: 1, index: 0, place: Place::Own(7) }, Ref { no: 2, index: 3, place: Place::Log(1, 9) }],
        moves: vec![Moved {
            at: 1,
            product: Uuid::from_u128(5),
            variant: 2,
            quantity: 1,
            device: Uuid::from_u128(6),
            counter: 8,
            seen: 2,
        }],
    }
}

fn index(rows: &[RowData]) -> Index {
    let mut index = Index::default();
    for row in rows {
        index.put(&row.encode()).unwrap();
    }
    index.sort();
    index
}

fn ask(filter: &Filter) -> Ask<'_> {
    Ask::new(filter, 0, Vec::new, Vec::new)
}

fn names(index: &Index, search: &str) -> Vec<String> {
    let filter = Filter { search: search.to_owned(), ..Filter::default() };
    index.page(&ask(&filter), 0, 50).0.into_iter().map(|summary| summary.name).collect()
}

fn shown(index: &Index, filter: &Filter) -> Vec<u128> {
    index.found(&ask(filter)).iter().map(Uuid::as_u128).collect()
}

#[test]
fn a_row_is_read_as_it_was_written() {
    let row = row(1, "王小明", "138 0013 8000", 5);
    let index = index(std::slice::from_ref(&row));
    assert_eq!(index.summary(row.summary.id), Some(row.summary.clone()));
    assert_eq!(index.refs(row.summary.id), row.refs);
}

#[test]
fn newest_first_found_by_any_part() {
    let index = index(&[row(1, "王小明", "138 0013 8000", 5), row(2, "Zoë KÖNIG", "", 9), row(3, "王大", "", 1)]);
    assert_eq!(names(&index, ""), ["Zoë KÖNIG", "王小明", "王大"]);
    assert_eq!(names(&index, "王"), ["王小明", "王大"]);
    assert_eq!(names(&index, "könig"), ["Zoë KÖNIG"]);
    assert_eq!(names(&index, "13800138"), ["王小明"]);
    assert_eq!(names(&index, "0013 小明"), ["王小明"]);
    assert_eq!(names(&index, "K7-0003"), ["王大"]);
    assert_eq!(names(&index, "longjing"), ["Zoë KÖNIG", "王小明", "王大"]);
    assert_eq!(names(&index, "nobody"), Vec::<String>::new());
}

#[test]
fn a_changed_row_is_found_by_its_new_text_only() {
    let mut index = index(&[row(1, "old", "", 5), row(2, "other", "", 6)]);
    let mut changed = row(1, "new", "", 7);
    changed.summary.status = Status::Paid;
    changed.summary.due_ms = None;
    index.put(&changed.encode()).unwrap();
    index.sort();
    assert_eq!(names(&index, "old"), Vec::<String>::new());
    assert_eq!(names(&index, "new"), ["new"]);
    assert_eq!(names(&index, ""), ["new", "other"]);
    let counts = index.counts(i64::MAX, &[]);
    assert_eq!((counts.of(Status::Paid), counts.of(Status::AwaitingPayment), counts.all()), (1, 1, 2));
    assert_eq!(counts.overdue, 1);
}

#[test]
fn the_same_number_twice_is_seen() {
    let mut twin = row(2, "b", "", 6);
    twin.summary.number = row(1, "", "", 0).summary.number;
    let mut index = index(&[row(1, "a", "", 5), twin]);
    let number = OrderNumber("261123-K7-0001".to_owned());
    assert_eq!(index.duplicate_numbers(), vec![(number, vec![Uuid::from_u128(1), Uuid::from_u128(2)])]);
    index.put(&row(2, "b", "", 6).encode()).unwrap();
    assert!(index.duplicate_numbers().is_empty());
    assert_eq!(index.highest_count("261123-K7"), 2);
}

#[test]
fn many_numbers_at_once_find_each_of_them() {
    let mut parcel = row(3, "c", "+8613900001111", 3);
    parcel.summary.tracking = "SF1234567890 YT99887766".to_owned();
    let index = index(&[row(1, "a", "138 0013 8000", 1), row(2, "b", "0571-88880000", 2), parcel, row(4, "d", "", 4)]);
    assert_eq!(names(&index, "261123-K7-0001 261123-k7-0004"), ["d", "a"]);
    assert_eq!(names(&index, "138 0013 8000，sf1234567890"), ["c", "a"]);
    assert_eq!(names(&index, "13900001111\n057188880000\n13012345678"), ["c", "b"]);
    let numbers = "261123-K7-0001, 261123-K7-0009 YT99887766";
    let missing = vec!["261123-K7-0009".to_owned()];
    assert_eq!(index.pasted(numbers), Some(Pasted { asked: 3, missing }));
    // One number, or words, are looked for as ever; part of a number is no number.
    for search in ["138 0013 8000", "261123-K7-0001", "0013 a", "K7-0001 K7-0002", "a, b", ""] {
        assert_eq!(index.pasted(search), None, "{search}");
    }
    assert_eq!(names(&index, "138 0013 8000"), ["a"]);
}

#[test]
fn what_orders_take_of_the_stock_follows_them() {
    let tea = Uuid::from_u128(5);
    let mut index = index(&[row(1, "a", "", 1), row(2, "b", "", 2)]);
    assert_eq!(
        (index.stock(tea, 2), index.stock(tea, 0), index.stock(Uuid::from_u128(6), 2)),
        ((6, -2), (0, 0), (0, 0))
    );
    assert_eq!(index.using(tea), [Uuid::from_u128(2), Uuid::from_u128(1)]);
    let mut shipped = row(2, "b", "", 2);
    shipped.summary.uses = vec![StockUse { product: tea, variant: 2, reserved: 0, left: 3, moved_ms: 9 }];
    index.put(&shipped.encode()).unwrap();
    index.sort();
    assert_eq!(index.stock(tea, 2), (3, 2));
    assert_eq!(index.using(tea), [Uuid::from_u128(1)]);
    // The last that left first, whenever it was ordered.
    let moved = vec![(Uuid::from_u128(2), 9), (Uuid::from_u128(1), 4)];
    assert_eq!(index.took(tea), moved);
    let mut other = row(1, "a", "", 1);
    other.summary.uses = Vec::new();
    index.put(&other.encode()).unwrap();
    index.sort();
    assert_eq!(index.took(tea), moved[..1]);
    assert_eq!(index.took(Uuid::from_u128(6)), []);
}

#[test]
fn orders_of_what_there_is_not_enough_of_are_found() {
    let tea = Uuid::from_u128(5);
    let mut shipped = row(2, "b", "", 2);
    shipped.summary.uses = vec![StockUse { product: tea, variant: 2, reserved: 0, left: 3, moved_ms: 9 }];
    let mut other = row(3, "c", "", 3);
    other.summary.uses = vec![StockUse { product: tea, variant: 1, reserved: 1, left: 0, moved_ms: 0 }];
    let index = index(&[row(1, "a", "", 1), shipped, other]);
    let filter = Filter::of(Facet::Badge(Badge::Oversold));
    let found = |short: Vec<(Uuid, u32)>| {
        let ask = Ask { short, ..ask(&filter) };
        (index.found(&ask), index.counts_of(&Ask { filter: &Filter::default(), ..ask.clone() }, 0).oversold)
    };
    assert_eq!(found(Vec::new()), (Vec::new(), 0));
    assert_eq!(found(vec![(tea, 2)]), (vec![Uuid::from_u128(1)], 1));
    assert_eq!(found(vec![(tea, 1), (tea, 2)]), (vec![Uuid::from_u128(3), Uuid::from_u128(1)], 2));
}

#[test]
fn what_a_customer_bought_and_owes_follows_the_orders() {
    let (wang, li) = (Uuid::from_u128(9), Uuid::from_u128(10));
    let mut cancelled = row(3, "c", "", 3);
    (cancelled.summary.status, cancelled.summary.balance) = (Status::Cancelled, 0);
    let mut index = index(&[row(1, "a", "", 1), row(2, "b", "", 2), cancelled]);
    let ids = |ids: &[u128]| ids.iter().map(|id| Uuid::from_u128(*id)).collect::<Vec<_>>();
    assert_eq!(
        index.of_customer(wang),
        (Sums { orders: 3, counted: 2, total: 1_000, owed: 1_000, received: 0 }, ids(&[3, 2, 1]))
    );
    let mut others = row(2, "b", "", 2);
    others.summary.customer = Some(li);
    others.summary.balance = 100;
    index.put(&others.encode()).unwrap();
    index.sort();
    assert_eq!(
        index.of_customer(wang),
        (Sums { orders: 2, counted: 1, total: 500, owed: 500, received: 0 }, ids(&[3, 1]))
    );
    assert_eq!(
        index.of_customer(li),
        (Sums { orders: 1, counted: 1, total: 500, owed: 100, received: 400 }, ids(&[2]))
    );
    assert_eq!(index.of_customer(Uuid::from_u128(11)), (Sums::default(), Vec::new()));
}

#[test]
fn tabs_count_what_the_other_filters_leave() {
    let mut paid = row(2, "b", "", 2);
    paid.summary.status = Status::Paid;
    let mut index = index(&[row(1, "a", "", 1), paid, row(3, "other", "", 3)]);
    let filter = Filter { status: vec![Status::Paid], search: "0001".into(), ..Filter::default() };
    let counts = index.counts_of(&ask(&filter), 0);
    assert_eq!((counts.of(Status::Paid), counts.of(Status::AwaitingPayment), counts.all()), (0, 1, 1));
    assert_eq!(shown(&index, &Filter { status: vec![Status::Paid, Status::Closed], ..Filter::default() }), [2]);
    // A row that changes is seen at once, whatever was kept at hand.
    let mut now_paid = row(1, "a", "", 1);
    now_paid.summary.status = Status::Paid;
    index.put(&now_paid.encode()).unwrap();
    index.sort();
    assert_eq!(shown(&index, &filter), [1]);
}

#[test]
fn a_day_has_its_own_sum() {
    let index = index(&[row(1, "a", "", 5), row(2, "b", "", 17), row(3, "c", "", 11), row(4, "d", "", -1)]);
    let tens = |ms: i64| ms.div_euclid(10) * 10..ms.div_euclid(10) * 10 + 10;
    let days = index.days(&ask(&Filter::default()), tens);
    let days: Vec<_> = days.into_iter().map(|(from, sums)| (from, sums.orders, sums.total)).collect();
    assert_eq!(days, [(10, 2, 1_000), (0, 1, 500), (-10, 1, 500)]);
}

#[test]
fn what_can_be_chosen_is_what_orders_have() {
    let mut other = row(2, "b", "", 2);
    other.summary.channel = "taobao".to_owned();
    other.summary.labels = Vec::new();
    other.summary.actor = None;
    let index = index(&[row(1, "a", "", 1), other]);
    let all = index.in_use();
    assert!(all.contains(&(Facet::Category("retail".to_owned()), 2)));
    assert!(all.contains(&(Facet::Channel("taobao".to_owned()), 1)));
    assert!(all.contains(&(Facet::Label("急".to_owned()), 1)));
    assert!(all.contains(&(Facet::Actor(Uuid::from_u128(8)), 1)));
    assert!(all.contains(&(Facet::Device(Uuid::from_u128(7)), 2)));
    assert_eq!(all.len(), 7);
}

/// A row with a bit of everything, made of a few small numbers.
fn varied(n: u128, name: &str, placed: i64, draw: [u8; 8]) -> RowData {
    let [status, badges, channel, labels, device, money, stock, seen] = draw;
    let mut row = row(n, name, "", placed);
    let summary = &mut row.summary;
    summary.status = Status::ALL[usize::from(status) % Status::ALL.len()];
    summary.badges = Badges(u16::from(badges) & 0b1000_1110);
    summary.due_ms = (badges & 1 == 1).then_some(placed);
    summary.open_conflicts = u16::from(badges >> 6);
    summary.channel = ["", "stall", "taobao"][usize::from(channel) % 3].to_owned();
    summary.method = Method::from(["cash", "alipay", "quick"][usize::from(channel) % 3].to_owned());
    summary.labels = ["a", "b", "c"].iter().filter(|_| labels % 2 == 1).map(|it| it.to_string()).collect();
    summary.labels.truncate(usize::from(labels) % 4);
    summary.device = Uuid::from_u128(u128::from(device) % 3);
    summary.actor = (device % 2 == 0).then(|| Uuid::from_u128(100 + u128::from(device) % 3));
    summary.customer = (money % 3 > 0).then(|| Uuid::from_u128(200 + u128::from(money) % 3));
    summary.delivery = [Delivery::HandOver, Delivery::PickUp, Delivery::Ship][usize::from(seen) % 3];
    summary.parked = stock % 2 == 0;
    summary.total = i64::from(money);
    summary.balance = i64::from(money) - 100;
    summary.uses = (0..u128::from(stock) % 3)
        .map(|it| StockUse {
            product: Uuid::from_u128(300 + it),
            variant: u32::from(stock) % 2,
            reserved: i64::from(stock),
            left: i64::from(money),
            moved_ms: placed,
        })
        .collect();
    row.visible = !seen.is_multiple_of(5);
    if seen % 3 == 0 {
        summary.number = None;
    }
    row
}

/// The filter, as its words say it.
fn plainly(row: &RowData, filter: &Filter, now_ms: i64, unsent: &[Uuid]) -> bool {
    let s = &row.summary;
    let has = |facet: &Facet| match facet {
        Facet::Badge(Badge::Overdue) => s.due_ms.is_some_and(|due| due < now_ms),
        Facet::Badge(Badge::NotSent) => unsent.contains(&s.id),
        Facet::Badge(Badge::Conflict) => s.open_conflicts > 0,
        Facet::Badge(Badge::Oversold) => s.uses.iter().any(|it| it.reserved > 0 && it.is_of(Uuid::from_u128(300), 1)),
        Facet::Badge(badge) => s.badges.has(*badge),
        Facet::Channel(key) => s.channel == *key,
        Facet::Category(name) => s.category == *name,
        Facet::Method(method) => s.method == *method,
        Facet::Device(id) => s.device == *id,
        Facet::Actor(id) => s.actor == Some(*id),
        Facet::Customer(id) => s.customer == Some(*id),
        Facet::Label(label) => s.labels.contains(label),
        Facet::Delivery(delivery) => s.delivery == *delivery,
    };
    let kind = std::mem::discriminant::<Facet>;
    let counts = !matches!(s.status, Status::Draft | Status::Cancelled | Status::Closed);
    let number = s.number.as_ref().map(|number| format!("{}\n", number.0)).unwrap_or_default();
    let text = format!("{number}{}\nlongjing ×2\n", s.name).to_lowercase();
    row.visible
        && (filter.status.is_empty() || filter.status.contains(&s.status))
        && filter.only.iter().all(|facet| filter.only.iter().any(|other| kind(other) == kind(facet) && has(other)))
        && filter.placed_from_ms.is_none_or(|from| from <= s.placed_ms)
        && filter.placed_before_ms.is_none_or(|before| s.placed_ms < before)
        && filter.total_from.is_none_or(|from| from <= s.total)
        && filter.total_to.is_none_or(|to| s.total <= to)
        && (!filter.owed || (counts && s.balance > 0))
        && (!filter.parked || s.parked)
        && filter.search.to_lowercase().split_whitespace().all(|word| text.contains(word))
}

fn facets() -> impl Strategy<Value = Facet> {
    let text = |all: &'static [&'static str]| prop::sample::select(all).prop_map(str::to_owned);
    prop_oneof![
        prop::sample::select(Badge::ALL).prop_map(Facet::Badge),
        text(&["", "stall", "taobao", "none"]).prop_map(Facet::Channel),
        text(&["retail", "none"]).prop_map(Facet::Category),
        text(&["cash", "quick"]).prop_map(|key| Facet::Method(Method::from(key))),
        (0..4_u128).prop_map(|id| Facet::Device(Uuid::from_u128(id))),
        (100..103_u128).prop_map(|id| Facet::Actor(Uuid::from_u128(id))),
        (200..204_u128).prop_map(|id| Facet::Customer(Uuid::from_u128(id))),
        text(&["a", "b", "d"]).prop_map(Facet::Label),
        prop::sample::select(&[Delivery::HandOver, Delivery::Ship][..]).prop_map(Facet::Delivery),
    ]
}

fn sorts() -> impl Strategy<Value = Sort> {
    let by = [SortBy::Time, SortBy::Number, SortBy::Buyer, SortBy::Total, SortBy::Owed, SortBy::Due];
    (prop::sample::select(by.to_vec()), any::<bool>()).prop_map(|(by, ascending)| Sort { by, ascending })
}

/// The order of a list, as its words say it.
fn in_order(rows: &mut Vec<&RowData>, Sort { by, ascending }: Sort) {
    rows.sort_by_key(|row| std::cmp::Reverse((row.summary.placed_ms, row.summary.id)));
    let figure = |row: &RowData| match by {
        SortBy::Time => Some(row.summary.placed_ms),
        SortBy::Total => Some(row.summary.total),
        SortBy::Owed => {
            let counts = !matches!(row.summary.status, Status::Draft | Status::Cancelled | Status::Closed);
            Some(row.summary.balance).filter(|owed| counts && *owed > 0)
        }
        SortBy::Due => row.summary.due_ms,
        SortBy::Number | SortBy::Buyer => Some(0),
    };
    let text = |row: &RowData| match by {
        SortBy::Number => row.summary.number.as_ref().map(|number| number.0.to_lowercase()),
        SortBy::Buyer => Some(row.summary.name.to_lowercase()).filter(|name| !name.is_empty()),
        SortBy::Time | SortBy::Total | SortBy::Owed | SortBy::Due => Some(String::new()),
    };
    rows.sort_by(|a, b| {
        let (a, b) = (figure(a).zip(text(a)), figure(b).zip(text(b)));
        let lasts = a.is_none().cmp(&b.is_none());
        lasts.then(if ascending { a.cmp(&b) } else { b.cmp(&a) })
    });
}

prop_compose! {
    fn filters()(
        status in prop::collection::vec(prop::sample::select(Status::ALL), 0..3),
        only in prop::collection::vec(facets(), 0..4),
        placed_from_ms in prop::option::weighted(0.2, 0..9_i64),
        placed_before_ms in prop::option::weighted(0.2, 0..9_i64),
        total_from in prop::option::weighted(0.2, 0..256_i64),
        total_to in prop::option::weighted(0.2, 0..256_i64),
        owed in prop::bool::weighted(0.2),
        parked in prop::bool::weighted(0.2),
        search in "[abé王 ]{0,2}",
        sort in sorts(),
    ) -> Filter {
        Filter { status, only, placed_from_ms, placed_before_ms, total_from, total_to, owed, parked, search, sort, alike: Vec::new() }
    }
}

proptest! {
    #[test]
    fn search_is_what_a_plain_scan_finds(
        puts in proptest::collection::vec((0..30_u128, "[abAB王é ]{0,6}", 0..9_i64), 0..120),
        search in "[abé王 ]{0,3}",
    ) {
        let mut index = Index::default();
        let mut plain = std::collections::BTreeMap::new();
        for (n, name, placed) in &puts {
            index.put(&row(*n, name, "", *placed).encode()).unwrap();
            plain.insert(*n, (name.to_lowercase(), *placed));
        }
        index.sort();
        let filter = Filter { search: search.clone(), ..Filter::default() };
        let found: Vec<u128> = index.page(&ask(&filter), 0, 99).0.iter().map(|s| s.id.as_u128()).collect();
        let mut expected: Vec<_> = plain
            .iter()
            .filter(|(n, (name, _))| {
                let text = format!("261123-k7-{n:04}\n{name}\nlongjing ×2\n");
                search.split_whitespace().all(|word| text.contains(word))
            })
            .map(|(n, (_, placed))| (*placed, *n))
            .collect();
        expected.sort_unstable();
        expected.reverse();
        prop_assert_eq!(found, expected.into_iter().map(|(_, n)| n).collect::<Vec<_>>());
    }

    #[test]
    fn a_filter_finds_what_a_plain_scan_does(
        steps in proptest::collection::vec(
            (0..30_u128, "[abAB王é ]{0,6}", 0..9_i64, any::<[u8; 8]>(), filters(), any::<bool>()),
            1..40,
        ),
        now_ms in 0..9_i64,
        unsent in proptest::collection::btree_set(0..30_u128, 0..9),
        from in 0..9_usize,
    ) {
        let unsent: Vec<Uuid> = unsent.into_iter().map(Uuid::from_u128).collect();
        let mut index = Index::default();
        let mut plain: HashMap<Uuid, RowData> = HashMap::new();
        let mut last = None;
        for (n, name, placed, draw, filter, again) in steps {
            let row = varied(n, &name, placed, draw);
            index.put(&row.encode()).unwrap();
            index.sort();
            plain.insert(row.summary.id, row);
            // Often the same question again: what was kept at hand must not be out of date.
            let filter = last.filter(|_| again).unwrap_or(filter);
            let ask = Ask::new(&filter, now_ms, || unsent.clone(), || vec![(Uuid::from_u128(300), 1)]);
            let mut expected: Vec<&RowData> =
                plain.values().filter(|row| plainly(row, &filter, now_ms, &unsent)).collect();
            in_order(&mut expected, filter.sort);
            let ids: Vec<Uuid> = expected.iter().map(|row| row.summary.id).collect();
            prop_assert_eq!(index.found(&ask), ids);
            let (page, matching) = index.page(&ask, from, 3);
            prop_assert_eq!(matching, expected.len());
            let window: Vec<Summary> = expected.iter().skip(from).take(3).map(|row| row.summary.clone()).collect();
            prop_assert_eq!(page, window);
            let counts = index.counts_of(&ask, now_ms);
            for status in Status::ALL {
                let general = Filter { status: vec![*status], ..filter.clone() };
                let there = plain.values().filter(|row| plainly(row, &general, now_ms, &unsent)).count();
                prop_assert_eq!(counts.of(*status), there);
            }
            let whole = index.counts(now_ms, &[(Uuid::from_u128(300), 1)]);
            for (badge, count) in [
                (Badge::Overdue, whole.overdue),
                (Badge::Unverified, whole.unverified),
                (Badge::RefundDue, whole.refund_due),
                (Badge::Oversold, whole.oversold),
            ] {
                let listed = Filter::of(Facet::Badge(badge));
                let there = plain.values().filter(|row| plainly(row, &listed, now_ms, &unsent)).count();
                prop_assert_eq!(count, there);
            }
            for product in 300..302_u128 {
                let product = Uuid::from_u128(product);
                for variant in 0..2 {
                    let uses = plain.values().flat_map(|row| &row.summary.uses);
                    let uses = uses.filter(|it| (it.product, it.variant) == (product, variant));
                    let sum = uses.fold((0, 0), |(r, l), it| (r + it.reserved, l + it.left));
                    prop_assert_eq!(index.stock(product, variant), sum);
                }
            }
            for customer in 200..203_u128 {
                let of = Some(Uuid::from_u128(customer));
                let mut rows: Vec<&RowData> =
                    plain.values().filter(|row| row.visible && row.summary.customer == of).collect();
                rows.sort_by_key(|row| std::cmp::Reverse((row.summary.placed_ms, row.summary.id)));
                let ids: Vec<Uuid> = rows.iter().map(|row| row.summary.id).collect();
                prop_assert_eq!(index.of_customer(Uuid::from_u128(customer)).1, ids);
            }
            last = Some(filter);
        }
    }

    #[test]
    fn chunks_bring_everything_back(n in prop::sample::select(vec![0_u128, 1, 999, 1_000, 1_001, 2_000])) {
        let rows: Vec<_> = (0..n).map(|i| row(i, "n", "1", (i % 7) as i64)).collect();
        let first = index(&rows);
        let mut second = Index::default();
        for (_, chunk) in first.dirty_chunks() {
            second.read_chunk(&chunk).unwrap();
        }
        second.sort();
        prop_assert_eq!(&first.order, &second.order);
        prop_assert_eq!(first.counts(3, &[]), second.counts(3, &[]));
        prop_assert!(first.stored().eq(second.stored()));
    }
}

#[test]
fn an_order_is_found_by_the_number_that_was_called_out() {
    let mut called = row(1, "王小明", "", 1);
    called.summary.number = Some(OrderNumber("261123-CK-0001".to_owned()));
    let mut another = row(2, "李雷", "", 2);
    another.summary.number = Some(OrderNumber("261123-CK-0011".to_owned()));
    let index = index(&[called, another]);
    for typed in ["CK-1", "ck1", "CK-1 王", "23-ck-1", "CK-0001"] {
        assert_eq!(names(&index, typed), ["王小明"], "{typed}");
    }
    assert_eq!(names(&index, "22-CK-1"), [""; 0]);
}

#[test]
fn o5_full_width_and_traditional_signs_are_found() {
    let mut tea = row(1, "王小明", "13900139000", 1);
    tea.summary.items = "明前龙井 ×2".to_owned();
    let mut set = row(2, "ＡＮＮＡ　李", "１３８００１３８０００", 2);
    set.summary.items = "臺灣高山茶, 髮夾".to_owned();
    let index = index(&[tea, set]);
    assert_eq!(names(&index, "１３９００１３９０００"), ["王小明"]);
    assert_eq!(names(&index, "２６１１２３－Ｋ７－０００１"), ["王小明"]);
    assert_eq!(names(&index, "13800138000"), ["ＡＮＮＡ　李"]);
    assert_eq!(names(&index, "anna 李"), ["ＡＮＮＡ　李"]);
    assert_eq!(names(&index, "１３９００１３９０００，１３８００１３８０００").len(), 2, "whole numbers, either");
    let alike = |search: &str, groups: &[&str]| {
        let alike = groups.iter().map(|group| (*group).to_owned()).collect();
        shown(&index, &Filter { search: search.into(), alike, ..Filter::default() })
    };
    assert_eq!(alike("龍井", &["龙龍"]), [1]);
    assert_eq!(alike("王 龍井", &["龙龍"]), [1]);
    assert_eq!(alike("台湾", &["台檯臺颱", "湾灣"]), [2]);
    assert_eq!(alike("发夹", &["发發髮", "夹夾"]), [2]);
    assert_eq!(alike("龍井", &[]), [0_u128; 0], "without the table as it is written");
}

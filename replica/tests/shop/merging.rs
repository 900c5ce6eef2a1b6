//! Stories of products that were written down twice: suggested on every tablet, merged, sold under either, counted,
//! imported again, and separated.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that finds something else than it expects has failed"
)]

use domain::order::{Badge, Command};
use domain::product::Product;
use domain::product::merge::{Merged, cleared, counted_twice, duplicates, variants};
use domain::record::{Changed, RecordEvent, StockMoved, StockReason, Value};
use domain::sheet::content::Content;
use domain::sheet::products::{Column, Products};
use domain::sheet::{Line, Planner, Writing};
use domain::{Currency, StreamKind};
use replica::{Act, Facet, Filter};
use uuid::Uuid;

use super::support::{DAY, Stall, new_order, pay};

fn write(stall: &Stall, n: usize, id: Option<Uuid>, events: Vec<RecordEvent>) -> Uuid {
    stall.wait(stall.tablets[n].tab.act_all(&[Act::Record(StreamKind::Product, id, events)], DAY)).unwrap()[0]
}

fn changed(set: impl IntoIterator<Item = (String, Option<Value>)>) -> RecordEvent {
    RecordEvent::Changed(Changed { set: set.into_iter().collect(), settles: None })
}

/// All products as a tablet shows them: the merged ones in what they turned out to be.
fn shown(stall: &Stall, n: usize) -> Vec<Product> {
    let replica = stall.tablets[n].tab.replica();
    let merges = replica.merges();
    let ids = replica.records(StreamKind::Product).map(|(id, _)| id).filter(|id| merges.kept(*id) == *id);
    let mut all: Vec<Product> = ids.filter_map(|id| replica.product(id)).collect();
    all.sort_by_key(Product::place);
    all
}

/// Imports a sheet: name, size, code, price, stock.
fn import(stall: &Stall, n: usize, rows: &[[&str; 5]]) -> usize {
    let known = shown(stall, n);
    let columns = [Column::Name, Column::Spec, Column::Code, Column::Price, Column::Stock];
    let line = |(row, number): (&[&str; 5], usize)| Line {
        number,
        cells: row.iter().map(|cell| Content::Text((*cell).to_owned())).collect(),
        ..Line::default()
    };
    let rows: Vec<Line> = rows.iter().zip(2..).map(line).collect();
    let tab = &stall.tablets[n].tab;
    let plan = {
        let stock = |product: &Product, variant| tab.replica().stock_of(product.id, variant);
        let mut drawn = 1_000 * (n as u32 + 1);
        let draw = || {
            drawn += 1;
            drawn
        };
        let columns = columns.into_iter().map(Some).collect();
        let mut planner = Box::new(Products::new(columns, Currency::Cny, &known, &rows, stock, draw));
        rows.iter().for_each(|line| planner.row(line));
        planner.plan()
    };
    for Writing { id, events } in &plan.writings {
        write(stall, n, *id, events.clone());
    }
    plan.writings.len()
}

/// Merges all that is suggested; where both were counted alike, that is what is there.
fn merge_all(stall: &Stall, n: usize) -> usize {
    let all = shown(stall, n);
    let pairs = duplicates(&all);
    for (kept, other) in &pairs {
        merge(stall, n, *kept, *other);
    }
    pairs.len()
}

fn merge(stall: &Stall, n: usize, kept: Uuid, other: Uuid) {
    let (fields, products) = {
        let replica = stall.tablets[n].tab.replica();
        let fields = [kept, other].map(|id| replica.fields(id).unwrap());
        (fields, [kept, other].map(|id| replica.product(id).unwrap()))
    };
    let variants = variants(&products[0], &products[1]);
    let twice = counted_twice(&fields[0], &fields[1], &variants);
    let once = twice.iter().all(|it| it.kept == it.other);
    let stock = twice.iter().filter(|_| once).map(|it| (it.variant, it.less)).collect();
    write(stall, n, Some(other), vec![changed(Merged { into: kept, variants, stock }.fields())]);
}

fn separate(stall: &Stall, n: usize, id: Uuid) {
    let fields = stall.tablets[n].tab.replica().fields(id).unwrap();
    write(stall, n, Some(id), vec![changed(cleared(&fields))]);
}

fn sell(stall: &Stall, n: usize, (id, variant): (Uuid, u32), quantity: i64, done: bool) -> Uuid {
    let Command::Confirm { new: Some((mut content, buyer)), .. } = new_order("王小明", 500) else { unreachable!() };
    content.lines[0].product = Some(id);
    content.lines[0].variant = variant;
    content.lines[0].quantity = quantity;
    let Command::RecordPayment(payment) = pay(content.total()) else { unreachable!() };
    let payments = if done { vec![payment] } else { Vec::new() };
    let sale = Command::Confirm { new: Some((content, buyer)), copied_from: None, payments, handed_over: done };
    stall.act(n, None, &sale).unwrap().order
}

fn on_hand(stall: &Stall, (id, variant): (Uuid, u32)) -> Vec<i64> {
    stall.tablets.iter().map(|tablet| tablet.tab.replica().stock_of(id, variant).on_hand).collect()
}

fn count(stall: &Stall, n: usize, id: Uuid, counted: i64) {
    write(stall, n, Some(id), vec![RecordEvent::StockMoved(StockMoved::count(0, counted))]);
}

const SHEET: [[&str; 5]; 4] = [
    ["龙井", "", "LJ", "128", "20"],
    ["茶杯", "", "CB", "15", "44"],
    ["衬衫", "S", "CS-S", "59", "3"],
    ["衬衫", "M", "CS-M", "59", "5"],
];

/// The ids of the products with this code, the older first, on the first tablet before anything was merged.
fn named(stall: &Stall, code: &str) -> Vec<Uuid> {
    let mut all = shown(stall, 0);
    all.retain(|product| product.scanned(code).is_some());
    all.iter().map(|product| product.id).collect()
}

#[test]
fn t1_the_same_sheet_on_two_tablets_is_merged_in_one_go_sold_as_one_and_imported_again_without_doubles() {
    let mut stall = Stall::new(2);
    assert_eq!((import(&stall, 0, &SHEET), import(&stall, 1, &SHEET)), (3, 3));
    stall.settle();
    assert_eq!(shown(&stall, 0).len(), 6);
    let tea = named(&stall, "LJ");
    let shirts = named(&stall, "CS-M");
    // One was sold on each tablet, under its own name.
    sell(&stall, 0, (tea[0], 0), 3, true);
    sell(&stall, 1, (tea[1], 0), 2, true);
    stall.settle();
    assert_eq!(duplicates(&shown(&stall, 0)), duplicates(&shown(&stall, 1)), "both tablets suggest the same");
    assert_eq!(merge_all(&stall, 1), 3);
    stall.settle();
    for n in 0..2 {
        let all = shown(&stall, n);
        assert_eq!((all.len(), duplicates(&all).len()), (3, 0));
        stall.restart(n);
        assert_eq!(shown(&stall, n), all, "from the disk, too");
    }
    assert_eq!(on_hand(&stall, (tea[0], 0)), [15, 15], "20 were counted twice, and five were sold");
    assert_eq!(on_hand(&stall, (tea[1], 0)), [15, 15], "by either name");
    // A size of the other is the same size here.
    let sizes = |id: Uuid| stall.tablets[0].tab.replica().fields(id).map(|fields| Product::read(&fields)).unwrap();
    let of = |id: Uuid, name: &str| sizes(id).variants.iter().find(|it| it.name == name).unwrap().id;
    let (kept, other) = ((shirts[0], of(shirts[0], "M")), (shirts[1], of(shirts[1], "M")));
    sell(&stall, 0, other, 2, true);
    sell(&stall, 0, kept, 1, true);
    stall.settle();
    assert_eq!((on_hand(&stall, kept), on_hand(&stall, other)), (vec![2, 2], vec![2, 2]));
    // The sheet once more, on either tablet: only what was sold differs.
    let now = [
        ["龙井", "", "LJ", "128", "15"],
        ["茶杯", "", "CB", "15", "44"],
        ["衬衫", "S", "CS-S", "59", "3"],
        ["衬衫", "M", "CS-M", "59", "2"],
    ];
    assert_eq!((import(&stall, 0, &now), import(&stall, 1, &now)), (0, 0));
    // S32: a sheet's stock is a count.
    assert_eq!(import(&stall, 1, &SHEET), 2);
    stall.settle();
    assert_eq!((on_hand(&stall, (tea[0], 0)), on_hand(&stall, kept)), (vec![20, 20], vec![5, 5]));
    assert_eq!(shown(&stall, 0).len(), 3);
}

#[test]
fn t1_a_product_written_down_twice_keeps_one_price_all_codes_and_the_others_details_until_it_is_undone() {
    let mut stall = Stall::new(2);
    let product = |name: &str, code: &str, price: i64, more: (&str, Value)| {
        let fields = [("name", name.into()), ("code", code.into()), ("price", price.into()), more];
        changed(fields.map(|(name, value)| (name.to_owned(), Some(value))))
    };
    let a = write(&stall, 0, None, vec![product("Tea", "T-1", 500, ("note", "green".into()))]);
    let barcodes: Value = vec!["6901234567892".to_owned()].into();
    let b = write(&stall, 1, None, vec![product("tea ", "ｔ-1", 600, ("barcodes", barcodes))]);
    stall.settle();
    let before: Vec<Product> = shown(&stall, 0);
    assert_eq!(merge_all(&stall, 0), 1);
    // Who does not know of it yet changes the other one.
    write(&stall, 1, Some(b), vec![changed([("category".to_owned(), Some("茶".into()))])]);
    stall.settle();
    for n in 0..2 {
        let all = shown(&stall, n);
        let [tea] = all.as_slice() else { unreachable!() };
        assert_eq!(
            (tea.id, tea.article.price, tea.note.as_str(), tea.category.as_str()),
            (a.min(b), Some(500), "green", "茶")
        );
        assert_eq!((tea.scanned("T-1"), tea.scanned("6901234567892")), (Some(0), Some(0)));
    }
    separate(&stall, 1, b);
    stall.settle();
    let mut after = shown(&stall, 0);
    after.iter_mut().find(|it| it.id == b).unwrap().category = String::new();
    assert_eq!(after, before, "two again, each with its own");
    assert_eq!(duplicates(&after).len(), 1, "and suggested again");
}

#[test]
fn t1_two_tablets_merge_each_into_the_other_and_chains_end_at_one() {
    let mut stall = Stall::new(3);
    for n in 0..3 {
        import(&stall, n, &SHEET[..1]);
    }
    stall.settle();
    let tea = named(&stall, "LJ");
    merge(&stall, 0, tea[0], tea[1]);
    merge(&stall, 1, tea[1], tea[0]);
    merge(&stall, 2, tea[1], tea[2]);
    for (n, id) in tea.iter().enumerate() {
        sell(&stall, n, (*id, 0), 1, true);
    }
    stall.settle();
    for id in &tea {
        assert_eq!(on_hand(&stall, (*id, 0)), [17; 3], "three counts of 20 are one, and three were sold");
    }
    assert_eq!((0..3).map(|n| shown(&stall, n).len()).collect::<Vec<_>>(), [1, 1, 1]);
    // All of it undone.
    tea.iter().for_each(|id| separate(&stall, 0, *id));
    stall.settle();
    assert_eq!(on_hand(&stall, (tea[2], 0)), [19; 3]);
    assert_eq!(shown(&stall, 1).len(), 3);
}

#[test]
fn t1_what_was_received_adds_up_and_reserved_and_short_are_seen_on_both_names() {
    let mut stall = Stall::new(2);
    let received = |quantity| RecordEvent::StockMoved(StockMoved::new(0, StockReason::Received, quantity));
    let named = || changed([("name".to_owned(), Some("壶".into()))]);
    let a = write(&stall, 0, None, vec![named(), received(3)]);
    let b = write(&stall, 1, None, vec![named(), received(4)]);
    stall.settle();
    let orders = [sell(&stall, 0, (a, 0), 5, false), sell(&stall, 1, (b, 0), 3, false)];
    assert_eq!(merge_all(&stall, 0), 1);
    stall.settle();
    for n in 0..2 {
        let replica = stall.tablets[n].tab.replica();
        let stock = replica.stock_of(a, 0);
        assert_eq!((stock.on_hand, stock.reserved, stock.is_oversold()), (7, 8, true));
        let mut short = replica.found(&Filter::of(Facet::Badge(Badge::Oversold)), 0);
        short.sort_unstable();
        let mut both = orders;
        both.sort_unstable();
        assert_eq!(short, both);
        assert_eq!(replica.using(a).len(), 2);
    }
    write(&stall, 1, Some(a.min(b)), vec![received(1)]);
    stall.settle();
    assert!(!stall.tablets[0].tab.replica().stock_of(b, 0).is_oversold());
}

#[test]
fn t1_a_count_of_the_one_counts_all_of_it_and_is_undone_with_the_merge() {
    let mut stall = Stall::new(2);
    import(&stall, 0, &SHEET[..1]);
    import(&stall, 1, &SHEET[..1]);
    stall.settle();
    let tea = named(&stall, "LJ");
    merge_all(&stall, 0);
    stall.settle();
    sell(&stall, 0, (tea[1], 0), 2, true);
    stall.settle();
    count(&stall, 0, tea[0], 17);
    count(&stall, 1, tea[0], 17);
    stall.settle();
    assert_eq!(on_hand(&stall, (tea[1], 0)), [17, 17]);
    sell(&stall, 1, (tea[1], 0), 1, true);
    stall.settle();
    assert_eq!(on_hand(&stall, (tea[0], 0)), [16, 16]);
    let record = stall.wait(stall.tablets[0].tab.record(tea[0])).unwrap().unwrap();
    assert_eq!(record.open_conflicts().count(), 0);
    separate(&stall, 0, tea[1]);
    stall.settle();
    let sum: Vec<i64> =
        on_hand(&stall, (tea[0], 0)).iter().zip(on_hand(&stall, (tea[1], 0))).map(|(a, b)| a + b).collect();
    assert_eq!(sum, [36, 36], "each has its own count again, less what was sold and found missing");
}

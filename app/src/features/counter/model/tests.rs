//! Stories of the cart.
#![expect(clippy::inconsistent_digit_grouping, reason = "amounts are written as money: 128_00 is 128.00")]

use domain::Currency;

use domain::order::{Change, Edited, NewPayment, OrderEvent, PaymentRecorded, RefundRecorded, Started};
use domain::weight::WeightUnit;
use domain::{Event, Meta};

use super::paying::{Part, Step, quick_amounts, step};
use super::*;

const TEA: Uuid = Uuid::from_u128(1);
const SHIRT: Uuid = Uuid::from_u128(2);

fn good(product: Uuid, price: i64) -> Good {
    Good {
        product,
        variant: 0,
        item: "明前龙井".to_owned(),
        spec: String::new(),
        unit: Unit::Piece,
        price: Some(price),
        per: WeightUnit::default(),
    }
}

fn drawing() -> impl FnMut() -> u32 {
    let mut next = 0;
    move || {
        next += 1;
        next
    }
}

fn cart(lines: &[(Uuid, i64, i64)]) -> Cart {
    let mut cart = Cart::new(Uuid::nil());
    let mut draw = drawing();
    for (product, quantity, price) in lines {
        cart.add(&good(*product, *price), *quantity, &mut draw);
    }
    cart
}

#[test]
fn the_same_good_tapped_again_is_one_more_of_it() {
    let mut cart = cart(&[(TEA, 1, 128_00), (SHIRT, 1, 59_00), (TEA, 1, 128_00)]);
    assert_eq!((cart.content.lines.len(), cart.pieces(), cart.content.total()), (2, 3, 315_00));
    let line = cart.content.lines[0].id;
    cart.change(line, |line| line.price = 100_00);
    cart.add(&good(TEA, 128_00), 1, || 9);
    assert_eq!(cart.content.lines.len(), 3, "at another price it is another line");
    let apart = |id, of| (id, of);
    assert_eq!((cart.quantity_of(TEA, Some(0), apart), cart.quantity_of(TEA, None, apart)), (3, 3));
    // R36: what was merged is one, whichever name the cart knew it by.
    let merged = |id, of| if id == SHIRT { (TEA, 7) } else { (id, of) };
    assert_eq!((cart.quantity_of(TEA, Some(7), merged), cart.quantity_of(TEA, None, merged)), (1, 4));
}

#[test]
fn weighed_goods_are_lines_of_their_own_and_one_piece_each() {
    let mut cart = Cart::new(Uuid::nil());
    let tangerines = Good { unit: Unit::Gram, ..good(TEA, 16_00) };
    let mut draw = drawing();
    cart.add(&tangerines, 1_500, &mut draw);
    cart.add(&tangerines, 500, &mut draw);
    assert_eq!(
        (cart.pieces(), cart.content.total(), cart.quantity_of(TEA, None, |id, of| (id, of))),
        (2, 32_00, 2_000)
    );
}

#[test]
fn a_line_taken_out_is_put_back_as_it_was() {
    let mut cart = cart(&[(TEA, 2, 128_00), (SHIRT, 1, 59_00)]);
    cart.change(1, |line| line.price = 99_00);
    let before = cart.clone();
    let removed = cart.remove(1).unwrap();
    assert_eq!(cart.content.total(), 59_00);
    cart.put_back(removed);
    assert_eq!(cart, before);
    assert_eq!(cart.remove(7), None);
}

#[test]
fn nothing_takes_off_more_than_there_is() {
    let mut cart = cart(&[(TEA, 1, 5_00)]);
    cart.change(1, |line| line.discount = 9_00);
    assert_eq!(cart.content.total(), 0);
    cart.change(1, |line| (line.discount, line.quantity) = (0, -3));
    assert_eq!(cart.content.lines[0].quantity, 1);
    cart.set_discount(7_00);
    assert_eq!((cart.content.discount, cart.content.total()), (5_00, 0));
    cart.remove(1);
    assert_eq!(cart.content.discount, 0);
}

#[test]
fn rounding_off_goes_by_steps_and_follows_the_sum() {
    let mut cart = cart(&[(TEA, 1, 12_86)]);
    let mut press = || {
        cart.round_off();
        cart.content.total()
    };
    assert_eq!([press(), press(), press(), press()], [12_80, 12_00, 12_86, 12_80]);
    cart.add(&good(SHIRT, 1_09), 1, || 2);
    assert_eq!((cart.content.rounding, cart.content.total()), (5, 13_90));
    cart.change(2, |line| line.price = 1_10);
    (cart.floor, cart.content.rounding) = (Floor::None, 0);
    cart.change(1, |line| line.price = 12_80);
    cart.round_off();
    assert_eq!(cart.content.total(), 13_00, "a step that takes nothing off is passed over");
    let mut even = self::cart(&[(TEA, 1, 12_00)]);
    assert!(!even.can_round());
    even.round_off();
    assert_eq!(even.floor, Floor::None);
}

#[test]
fn another_price_level_leaves_the_prices_that_were_typed() {
    let mut cart = cart(&[(TEA, 1, 128_00), (SHIRT, 1, 59_00)]);
    cart.add_free("散货".to_owned(), 1, 3_00, || 3);
    cart.change(2, |line| line.price = 50_00);
    cart.price_as(|product, _| Some(if product == TEA { 99_00 } else { 39_00 }));
    let prices: Vec<i64> = cart.content.lines.iter().map(|line| line.price).collect();
    assert_eq!(prices, [99_00, 50_00, 3_00]);
}

/// The draft that a cart is once it is kept, after these events.
fn draft_of(cart: &Cart, after: &[OrderEvent]) -> Order {
    let mut order = Order::new(cart.order);
    let started = OrderEvent::Started(Started { content: cart.parked(), copied_from: None });
    for (event, counter) in std::iter::once(&started).chain(after).zip(1..) {
        let meta = Meta {
            id: Uuid::from_u128(u128::from(counter)),
            device: Uuid::from_u128(1),
            counter,
            seen: 0,
            seq: Some(counter),
            hlc: (0, 0),
            actor: None,
        };
        order.apply(&meta, &Event::Order(event.clone()));
    }
    order
}

fn paid(method: Method, amount: i64) -> OrderEvent {
    OrderEvent::PaymentRecorded(PaymentRecorded { method, amount, tendered: None, deposit: false })
}

#[test]
fn only_cash_gives_change() {
    assert_eq!(step(50_00, "wechat_pay", 20_00), Step::Part(30_00));
    assert_eq!(step(30_00, "alipay", 31_00), Step::TooMuch);
    assert_eq!(step(30_00, "cash", 50_00), Step::All { change: 20_00 });
    assert_eq!(step(30_00, "alipay", 30_00), Step::All { change: 0 });
}

#[test]
fn what_was_taken_is_what_the_log_says_and_goes_wherever_the_cart_goes() {
    let mut cart = cart(&[(TEA, 1, 128_00), (SHIRT, 1, 20_00)]);
    let draft = draft_of(&cart, &[paid(Method::WechatPay, 28_00)]);
    let written = cart.clone();
    cart.add(&good(SHIRT, 1_00), 1, || 9);
    cart.is_kept(&written, &draft);
    assert_eq!((cart.received(), cart.rest(), cart.over()), (28_00, 121_00, 0));
    assert_eq!(cart.money.parts, [Part { payment: Uuid::from_u128(2), method: "wechat_pay".into(), amount: 28_00 }]);
    let Command::EditDraft { base, content, .. } = cart.keep(cart.parked()) else { panic!("a draft is edited") };
    assert_eq!((base.lines.len(), content.lines.len(), content.parked), (2, 3, true), "what was tapped meanwhile");
    let other = Cart::take_up(&draft, |_, _| None);
    assert_eq!((other.received(), other.rest()), (28_00, 120_00), "another tablet asks for the rest");
    for id in [1, 2, 9] {
        cart.remove(id);
    }
    assert!(cart.is_empty() && !cart.is_idle() && !cart.is_blank(), "the money is still in it");
    assert_eq!((cart.rest(), cart.over()), (0, 28_00));
    let anew = cart.anew(Uuid::from_u128(9));
    assert_eq!((anew.received(), anew.base), (0, None), "the money stays with the sale before");
    let refund = RefundRecorded { method: Method::Cash, amount: 8_00, reason: String::new() };
    let draft = draft_of(&written, &[paid(Method::Cash, 28_00), OrderEvent::RefundRecorded(refund)]);
    assert!(cart.rebase(&draft));
    assert_eq!(cart.received(), 20_00);
}

#[test]
fn a_cart_kept_by_an_older_version_has_its_parts() {
    let kept = r#"{"content":{"lines":[{"id":1,"item":"tea","quantity":1,"price":12800}]},
        "taken":[{"method":"wechat_pay","given":2800}]}"#;
    let mut cart: Cart = serde_json::from_str(kept).unwrap();
    assert_eq!((cart.received(), cart.rest(), cart.is_blank()), (28_00, 100_00, false));
    let payments: Vec<NewPayment> = cart.taken.iter().map(|part| part.payment()).collect();
    assert_eq!(payments, [NewPayment { method: Method::WechatPay, given: 28_00, deposit: false }]);
    let draft = draft_of(&cart, &[paid(Method::WechatPay, 28_00)]);
    cart.is_kept(&cart.clone(), &draft);
    assert_eq!((cart.received(), cart.taken.len()), (28_00, 0), "once");
}

#[test]
fn two_windows_with_one_cart_take_in_what_the_other_took_and_added() {
    let mut here = cart(&[(TEA, 1, 128_00)]);
    let mut there = here.clone();
    there.add(&good(SHIRT, 20_00), 1, || 7);
    let draft = draft_of(&there, &[paid(Method::Cash, 28_00)]);
    here.rebase(&draft);
    assert_eq!((here.content.lines.len(), here.received(), here.rest()), (2, 28_00, 120_00));
    let mut same = cart(&[(TEA, 1, 128_00)]);
    assert!(!same.rebase(&draft_of(&same.clone(), &[])), "it was this window that kept it, before it was killed");
    assert!(same.base.is_some());
}

#[test]
fn every_field_that_another_tablet_changed_survives_a_park_and_a_sale_here() {
    let mut parked = cart(&[(TEA, 1, 128_60)]);
    parked.round_off();
    let changes = [
        Change::Channel("douyin".into()),
        Change::Category("wholesale".into()),
        Change::Rounding(2_00),
        Change::Deposit(10_00),
        Change::Carrier("sf".into()),
        Change::Delivery(Delivery::PickUp),
        Change::Note("wrap it".into()),
        Change::Discount(5_00),
        Change::Customer(Some(SHIRT)),
    ];
    for change in changes {
        let mut mine = Cart::take_up(&draft_of(&parked, &[]), |_, _| Some(128_60));
        mine.add(&good(SHIRT, 20_00), 1, || 7);
        let edited = OrderEvent::Edited(Edited { changes: vec![change.clone()], ..Edited::default() });
        let theirs = draft_of(&parked, &[edited]);
        assert!(mine.rebase(&theirs), "{change:?}");
        let expected = Content { lines: mine.content.lines.clone(), parked: false, ..theirs.content() };
        let expected = match change {
            // What was rounded off follows the sum.
            Change::Rounding(_) => expected,
            _ => Content { rounding: mine.content.rounding, ..expected },
        };
        assert_eq!(mine.content, expected, "{change:?}");
        mine.change(7, |line| line.quantity = 2);
        let Command::EditDraft { base, content, .. } = mine.keep(mine.parked()) else { panic!("a draft is edited") };
        let untouched =
            |content: &Content| Content { lines: Vec::new(), parked: false, rounding: 0, ..content.clone() };
        assert_eq!(untouched(&base), untouched(&content), "{change:?} is not written again");
        let sold = mine.sold("cash", false, "stall", "retail");
        assert_eq!(sold.deposit, expected.deposit);
        assert_eq!((sold.carrier, sold.note), (expected.carrier, expected.note));
        assert!(sold.channel == "douyin" || expected.channel.is_empty());
    }
}

#[test]
fn what_was_rounded_off_by_hand_on_a_form_stays_until_it_is_pressed() {
    let mut parked = cart(&[(TEA, 1, 128_60)]);
    parked.content.rounding = 3_60;
    let mut mine = Cart::take_up(&draft_of(&parked, &[]), |_, _| Some(128_60));
    mine.add(&good(SHIRT, 20_00), 1, || 7);
    assert_eq!(mine.content.total(), 145_00);
    assert!(mine.can_round());
    mine.round_off();
    assert_eq!(mine.content.total(), 148_60);
    mine.round_off();
    assert_eq!(mine.content.total(), 148_00);
}

#[test]
fn quick_amounts_are_what_a_hand_holds() {
    assert_eq!(quick_amounts(420_00, Currency::Cny), [450_00, 500_00]);
    assert_eq!(quick_amounts(12_80, Currency::Cny), [15_00, 20_00, 50_00]);
    assert!(quick_amounts(100_00, Currency::Cny).is_empty());
    assert!(quick_amounts(0, Currency::Cny).is_empty());
    assert_eq!(quick_amounts(1_280, Currency::Jpy), [1_300, 1_500, 2_000]);
}

#[test]
fn a_parked_cart_comes_back_as_it_was() {
    let mut cart = cart(&[(TEA, 1, 128_60), (SHIRT, 1, 59_00)]);
    cart.change(2, |line| line.price = 55_00);
    cart.round_off();
    let parked = cart.parked();
    assert!(parked.parked);
    let usual = |product, _| Some(if product == TEA { 128_60 } else { 59_00 });
    let taken = Cart::take_up(&draft_of(&cart, &[]), usual);
    assert_eq!(taken.content, cart.content);
    assert_eq!((taken.typed, taken.floor), (cart.typed, cart.floor));
}

#[test]
fn what_another_tablet_did_to_the_same_cart_is_taken_in() {
    let taken = |cart: &Cart| Cart::take_up(&draft_of(cart, &[]), |_, _| None);
    let parked = cart(&[(TEA, 1, 128_00), (SHIRT, 1, 59_00)]);
    let (mut mine, mut theirs) = (taken(&parked), taken(&parked));
    mine.change(1, |line| line.quantity = 3);
    mine.add(&good(SHIRT, 1_00), 1, || 77);
    theirs.change(1, |line| line.quantity = 5);
    theirs.remove(2);
    theirs.content.note = "wrap it".to_owned();
    theirs.add(&good(TEA, 7_00), 2, || 88);
    let theirs = draft_of(&theirs, &[]);
    assert!(mine.rebase(&theirs));
    let lines: Vec<(u32, i64)> = mine.content.lines.iter().map(|line| (line.id, line.quantity)).collect();
    assert_eq!(lines, [(1, 3), (77, 1), (88, 2)], "what was changed here stands, what only they did is theirs");
    assert_eq!(mine.content.note, "wrap it");
    assert!(!mine.rebase(&theirs), "once");
}

#[test]
fn tiles_are_found_by_every_word() {
    let tea = Product { name: "明前龙井 Longjing".to_owned(), category: "茶".to_owned(), ..Product::default() };
    let pinyin = Pinyin::parse("long 龙\njing 井\nming 明\nqian 前\n").unwrap();
    assert!(matches(&tea, "LONG 茶", None) && matches(&tea, "", None) && !matches(&tea, "long 果", None));
    assert!(matches(&tea, "mqlj", Some(&pinyin)) && !matches(&tea, "mqlj", None));
    assert!(matches(&tea, "龙jing", Some(&pinyin)) && matches(&tea, "Ｌｏｎｇ井", Some(&pinyin)));
}

#[test]
fn c22_percents_round_half_up() {
    assert_eq!(percent_of(25_45, 10), 2_55);
    assert_eq!((percent_of(128_05, 10), percent_of(5, 10)), (12_81, 1));
}

#[test]
fn a_kept_cart_is_read_back() {
    let mut cart = cart(&[(TEA, 1, 128_00)]);
    cart.stands_in(&draft_of(&cart, &[paid(Method::Cash, 5_00)]));
    let kept = serde_json::to_string(&cart).unwrap();
    assert_eq!(serde_json::from_str::<Cart>(&kept).unwrap(), cart);
}

//! Stories of the cart.
#![expect(clippy::inconsistent_digit_grouping, reason = "amounts are written as money: 128_00 is 128.00")]

use domain::Currency;

use super::paying::{Step, payments, quick_amounts, step};
use domain::weight::WeightUnit;

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
    assert_eq!(cart.quantity_of(TEA, Some(0)), 3);
}

#[test]
fn weighed_goods_are_lines_of_their_own_and_one_piece_each() {
    let mut cart = Cart::new(Uuid::nil());
    let tangerines = Good { unit: Unit::Gram, ..good(TEA, 16_00) };
    let mut draw = drawing();
    cart.add(&tangerines, 1_500, &mut draw);
    cart.add(&tangerines, 500, &mut draw);
    assert_eq!((cart.pieces(), cart.content.total(), cart.quantity_of(TEA, None)), (2, 32_00, 2_000));
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
    cart.floor = Floor::None;
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

#[test]
fn a_payment_of_parts_leaves_the_rest_and_only_cash_gives_change() {
    let mut cart = cart(&[(TEA, 1, 50_00)]);
    assert_eq!(step(cart.rest(), "wechat_pay", 20_00), Step::Part(30_00));
    cart.taken.push(Taken { method: "wechat_pay".to_owned(), given: 20_00 });
    assert_eq!(cart.rest(), 30_00);
    assert_eq!(step(cart.rest(), "alipay", 31_00), Step::TooMuch);
    assert_eq!(step(cart.rest(), "cash", 50_00), Step::All { change: 20_00 });
    assert_eq!(step(cart.rest(), "alipay", 30_00), Step::All { change: 0 });
    cart.taken.push(Taken { method: "cash".to_owned(), given: 50_00 });
    let recorded: Vec<_> = payments(&cart.taken).into_iter().map(|it| (it.method, it.given)).collect();
    assert_eq!(recorded, [(Method::WechatPay, 20_00), (Method::Cash, 50_00)]);
    assert_eq!(payments(&[Taken { method: "cash".to_owned(), given: 0 }]), [], "a gift is paid with nothing");
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
    let taken = Cart::take_up(cart.order, parked, cart.buyer.clone(), usual);
    assert_eq!(taken.content, cart.content);
    assert_eq!((taken.typed, taken.floor), (cart.typed, cart.floor));
}

#[test]
fn what_another_tablet_did_to_the_same_cart_is_taken_in() {
    let taken = |cart: &Cart| Cart::take_up(cart.order, cart.parked(), Buyer::default(), |_, _| None);
    let parked = cart(&[(TEA, 1, 128_00), (SHIRT, 1, 59_00)]);
    let (mut mine, mut theirs) = (taken(&parked), taken(&parked));
    mine.change(1, |line| line.quantity = 3);
    mine.add(&good(SHIRT, 1_00), 1, || 77);
    theirs.change(1, |line| line.quantity = 5);
    theirs.remove(2);
    theirs.content.note = "wrap it".to_owned();
    theirs.add(&good(TEA, 7_00), 2, || 88);
    assert!(mine.rebase(&theirs.parked(), &Buyer::default()));
    let lines: Vec<(u32, i64)> = mine.content.lines.iter().map(|line| (line.id, line.quantity)).collect();
    assert_eq!(lines, [(1, 3), (77, 1), (88, 2)], "what was changed here stands, what only they did is theirs");
    assert_eq!(mine.content.note, "wrap it");
    assert!(!mine.rebase(&theirs.parked(), &Buyer::default()), "once");
    assert!(
        !parked.clone().rebase(&theirs.content, &Buyer::default()),
        "a cart that was never parked is nobody else's"
    );
}

#[test]
fn tiles_are_found_by_every_word() {
    let tea = Product { name: "明前龙井 Longjing".to_owned(), category: "茶".to_owned(), ..Product::default() };
    let pinyin = Pinyin::parse("long 龙\njing 井\nming 明\nqian 前\n").unwrap();
    assert!(matches(&tea, "LONG 茶", None) && matches(&tea, "", None) && !matches(&tea, "long 果", None));
    assert!(matches(&tea, "mqlj", Some(&pinyin)) && !matches(&tea, "mqlj", None));
}

#[test]
fn a_pickup_number_is_the_tablet_and_the_count() {
    assert_eq!(pickup("261123-K7-0042"), "K7-42");
    assert_eq!(pickup("261123-K7-12042"), "K7-12042");
}

#[test]
fn weights_and_percents_are_said_shortly() {
    assert_eq!((percent_of(128_05, 10), percent_of(5, 10)), (12_81, 1));
}

#[test]
fn a_kept_cart_is_read_back() {
    let mut cart = cart(&[(TEA, 1, 128_00)]);
    cart.taken.push(Taken { method: "cash".to_owned(), given: 5_00 });
    let kept = serde_json::to_string(&cart).unwrap();
    assert_eq!(serde_json::from_str::<Cart>(&kept).unwrap(), cart);
}

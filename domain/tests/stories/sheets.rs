//! Sheets of products and customers, told as stories: what a seller's sheet becomes, and that nothing doubles.

use std::collections::BTreeMap;

use domain::Currency;
use domain::customer::Customer;
use domain::figure::Usage;
use domain::money::NumberFault;
use domain::order::Unit;
use domain::product::{Article, Product, Stock, Variant};
use domain::record::{Fields, RecordEvent, Value};
use domain::sheet::content::Content;
use domain::sheet::products::Words;
use domain::sheet::{Counts, Known, Left, Outcome, Plan, Planner, Remark, Why, csv, customers, head, peer, products};
use domain::weight::WeightUnit;
use proptest::prelude::*;
use uuid::Uuid;

/// A sheet of text as it is read.
pub(crate) fn typed(sheet: &str) -> Vec<Vec<Content>> {
    csv::read(sheet).into_iter().map(|row| row.into_iter().map(Content::typed).collect()).collect()
}

/// A shop that takes in sheets and nothing else.
#[derive(Default)]
pub(crate) struct Shop {
    records: Vec<Fields>,
    drawn: u32,
}

impl Shop {
    fn take(&mut self, plan: &Plan) {
        for writing in &plan.writings {
            let at = match writing.id {
                Some(id) => self.records.iter().position(|known| known.id == id).expect("what is known"),
                None => {
                    let id = Uuid::from_u128(self.records.len() as u128 + 1);
                    self.records.push(Fields { id, ..Fields::default() });
                    self.records.len() - 1
                }
            };
            let record = &mut self.records[at];
            for event in &writing.events {
                match event {
                    RecordEvent::Changed(changed) => {
                        for (name, value) in &changed.set {
                            match value {
                                Some(value) => record.fields.insert(name.clone(), value.clone()),
                                None => record.fields.remove(name),
                            };
                        }
                    }
                    RecordEvent::StockMoved(moved) => *record.sums.entry(moved.variant).or_default() += moved.quantity,
                    other => panic!("a sheet does not write {other:?}"),
                }
            }
        }
    }

    pub(crate) fn products(&self) -> Vec<Product> {
        self.records.iter().map(Product::read).collect()
    }

    fn plan(&mut self, sheet: &str) -> Plan {
        self.plan_of(&typed(sheet))
    }

    fn plan_of(&mut self, rows: &[Vec<Content>]) -> Plan {
        let levels = [("批发价".to_owned(), products::Column::Level("wholesale".to_owned()))];
        let at = head::find(rows, &products::Column::ALL, &levels);
        let (mut names, deep) = head::read(rows, at, &products::Column::ALL, &levels);
        let mut lines = head::below(rows, at, deep);
        let whose = peer::of_products(&names);
        if let Some(whose) = whose {
            whose.arrange(&mut names, &mut lines);
        }
        let mut columns = head::guess(&names, &products::Column::ALL, &levels);
        if let Some(whose) = whose {
            whose.settle(&names, &mut columns, Currency::Cny);
        }
        let known = self.products();
        let drawn = &mut self.drawn;
        let draw = || {
            *drawn += 1;
            *drawn
        };
        let mut planner = Box::new(products::Products::new(columns, Currency::Cny, &known, &lines, on_hand, draw));
        for line in &lines {
            planner.row(line);
        }
        planner.plan()
    }

    /// Imports a sheet; then once more, which must change nothing.
    pub(crate) fn import(&mut self, sheet: &str) -> Plan {
        let plan = self.plan(sheet);
        self.take(&plan);
        let again = self.plan(sheet);
        assert_eq!(again.writings, [], "imported again, nothing changes");
        assert_eq!(again.counts().created + again.counts().updated, 0);
        assert_eq!(again.counts().refused, plan.counts().refused, "{:?}", again.reports);
        plan
    }
}

fn on_hand(product: &Product, variant: u32) -> Stock {
    Stock::of(product.moved.get(&variant).copied(), 0, 0)
}

pub(crate) fn counts(created: usize, updated: usize, unchanged: usize, refused: usize) -> Counts {
    Counts { created, updated, unchanged, refused, left: 0 }
}

fn refused(plan: &Plan) -> Vec<(usize, Vec<Why>)> {
    let why = |outcome: &Outcome| match outcome {
        Outcome::Refused(all) => Some(all.iter().map(|refusal| refusal.why.clone()).collect()),
        _ => None,
    };
    plan.reports.iter().filter_map(|report| Some((report.row, why(&report.outcome)?))).collect()
}

#[test]
fn a_price_list_from_another_program_becomes_products_with_their_variants_and_stock() {
    let mut shop = Shop::default();
    let plan = shop.import(
        "某某系统导出,,,,,,,\n\
         商品名称*,规格,商品编码,售价（元）,成本,库存,分类,单位\n\
         T恤,M,S3,¥59.00,20,12,衣服,件\n\
         T恤,L,S4,69元,,5,,\n\
         龙井,,6901234567892,\"1,280.00\",,2.5,茶,公斤\n\
         ,,,,,,,\n\
         瓜子,,,8,,,零食,斤\n\
         坏的,,X1,议价,,若干,,\n",
    );
    assert_eq!(plan.counts(), counts(4, 0, 0, 1));
    assert!(matches!(refused(&plan).as_slice(), [(8, why)] if matches!(why[..], [Why::Amount(_), Why::Quantity(_)])));
    let all = shop.products();
    let [shirt, tea, seeds] = all.as_slice() else { panic!("{all:?}") };
    assert_eq!((shirt.name.as_str(), shirt.category.as_str(), shirt.variants.len()), ("T恤", "衣服", 2));
    let [medium, large] = shirt.variants.as_slice() else { panic!() };
    assert_eq!((medium.name.as_str(), shirt.price(medium.id, ""), shirt.moved[&medium.id]), ("M", Some(59_00), 12));
    assert_eq!((large.article.code.as_str(), large.article.cost), ("S4", None));
    assert_eq!((tea.unit, tea.article.price, tea.moved[&0]), (Unit::Gram, Some(1_280_00), 2_500));
    assert_eq!(
        (seeds.article.price, seeds.moved.is_empty()),
        (Some(16_00), true),
        "a price by the 斤 is half of a kilogram's"
    );
}

/// Name, price of a kilogram or a piece, stock, of each product.
fn known(shop: &Shop) -> Vec<(String, Option<i64>, i64)> {
    let all = shop.products().into_iter();
    all.map(|it| (it.name.clone(), it.article.price, it.moved.get(&0).copied().unwrap_or_default())).collect()
}

fn of(name: &str, price: i64, stock: i64) -> (String, Option<i64>, i64) {
    (name.to_owned(), Some(price), stock)
}

#[test]
fn s13_a_column_with_a_decimal_comma_has_no_thousands() {
    let mut shop = Shop::default();
    shop.import(
        "Name;SKU;Unit;Price;Stock\nOliven;OL;kg;18,90;0,500\nKaese;KA;kg;24,50;1,500\nMandeln;MA;kg;16,00;12,25\n",
    );
    assert_eq!(known(&shop), [of("Oliven", 18_90, 500), of("Kaese", 24_50, 1_500), of("Mandeln", 16_00, 12_250)]);
    // Where the stock's column alone does not tell, the prices do.
    let mut shop = Shop::default();
    shop.import("Name;Unit;Price;Stock\nKaese;kg;24,50;1,500\nNuesse;kg;1.234,00;2,250\n");
    assert_eq!(known(&shop), [of("Kaese", 24_50, 1_500), of("Nuesse", 1_234_00, 2_250)]);
}

#[test]
fn what_no_column_tells_is_refused_and_not_guessed() {
    let mut shop = Shop::default();
    let plan = shop.import("名称,单位,价格,库存\n核桃,公斤,60,\"1,500\"\n花生,公斤,8,\"2,250\"\n瓜子,公斤,9,12\n");
    let unclear = vec![Why::Quantity(NumberFault::Ambiguous)];
    assert_eq!(refused(&plan), [(2, unclear.clone()), (3, unclear)]);
    let mut shop = Shop::default();
    let plan = shop.import("名称,单位,价格,库存\n核桃,公斤,\"6,5\",\"1,500\"\n花生,公斤,8.25,7\n");
    assert_eq!(refused(&plan), [(2, vec![Why::Quantity(NumberFault::Ambiguous)])], "the columns contradict each other");
}

#[test]
fn a_price_or_a_stock_that_says_its_unit_of_weight_is_of_it() {
    let mut shop = Shop::default();
    let plan = shop.import(
        "Product,Retail price,Buying price,Qty in stock\nOranges,8.9/kg,4/kg,30kg\n蜜桔,￥6.5/斤,3,20 斤\n\
         Nuts,12 per lb,,500 g\n梨,5元每斤,,12\nLoose tea,60,,2.5kg\nMug,15,9,4\nTape,12/15,,1\nRope,3/m,,1\n",
    );
    let amount = |at| (at, vec![Why::Amount(NumberFault::NotANumber)]);
    assert_eq!(refused(&plan), [amount(8), amount(9)], "two prices, and a metre, are nothing that is sold here");
    let goods = [("Oranges", 8_90, 30_000), ("蜜桔", 13_00, 10_000), ("Nuts", 26_46, 500), ("梨", 10_00, 6_000)];
    let goods = goods.into_iter().chain([("Loose tea", 60_00, 2_500), ("Mug", 15_00, 4)]);
    assert_eq!(known(&shop), goods.map(|(name, price, stock)| of(name, price, stock)).collect::<Vec<_>>());
    let units: Vec<Unit> = shop.products().iter().map(|it| it.unit).collect();
    assert_eq!(units, [Unit::Gram, Unit::Gram, Unit::Gram, Unit::Gram, Unit::Gram, Unit::Piece]);
    let costs: Vec<Option<i64>> = shop.products().iter().map(|it| it.article.cost).collect();
    assert_eq!(costs, [Some(4_00), Some(6_00), None, None, None, Some(9_00)]);
    // What was sold by the piece becomes what its price says, unless pieces of it were counted.
    let mut shop = Shop::default();
    shop.import("名称,价格,库存\n橙,3,\n柚,3,7\n");
    let plan = shop.import("名称,价格\n橙,8.9/公斤\n柚,8.9/公斤\n");
    assert_eq!(refused(&plan), [(3, vec![Why::UnitDiffers])]);
    assert_eq!(known(&shop), [of("橙", 8_90, 0), of("柚", 3_00, 7)]);
}

#[test]
fn s11_the_same_code_for_other_goods_is_refused_by_its_row() {
    let mut shop = Shop::default();
    let plan = shop.import("名称,编码,价格\nTea towel,TT1,6\nTea cosy,TT1,9\nTea pot,TT2,30\n");
    assert_eq!(plan.counts(), counts(2, 0, 0, 1));
    assert_eq!(refused(&plan).iter().map(|(row, _)| *row).collect::<Vec<_>>(), [3]);
}

#[test]
fn s19_zeros_of_a_code_stay() {
    let mut shop = Shop::default();
    shop.import("name,code,price\nSpoon,012.10,5\nFork,010,6\n");
    assert_eq!(shop.products().iter().map(|it| it.article.code.clone()).collect::<Vec<_>>(), ["012.10", "010"]);
}

#[test]
fn s33_a_price_and_a_cost_of_zero_are_taken() {
    let mut shop = Shop::default();
    shop.import("名称,售价,进价\n赠品,0,0\n");
    let article = shop.products()[0].article.clone();
    assert_eq!((article.price, article.cost), (Some(0), Some(0)));
}

#[test]
fn s34_long_names_are_refused_and_those_of_any_script_taken() {
    let mut shop = Shop::default();
    let names = [&"长".repeat(200), "עט כחול", "قلم أزرق", "👩‍🍳 🍵"];
    let plan = shop.import(&format!("名称,价格\n{},1\n{},1\n", names.join(",1\n"), "长".repeat(201)));
    assert_eq!(shop.products().iter().map(|it| it.name.clone()).collect::<Vec<_>>(), names);
    assert_eq!(refused(&plan), [(6, vec![Why::TooLong(200)])]);
}

#[test]
fn s14_idle_zeros_are_no_thousands() {
    let mut shop = Shop::default();
    let plan = shop.import(
        "名称,编码,价格,成本,库存\n绿茶,T1,12.3450,3.3333,5\n红茶,T2,12.5000,4.0000,6.000\n白茶,T3,3.350,1,7\n",
    );
    let fine = Why::Amount(NumberFault::TooPrecise);
    assert_eq!(refused(&plan), [(2, vec![fine.clone(), fine])]);
    assert_eq!(known(&shop), [of("红茶", 12_50, 6), of("白茶", 3_35, 7)]);
}

#[test]
fn s35_a_minus_behind_and_signs_of_money() {
    let mut shop = Shop::default();
    let plan = shop.import(
        "名称,编码,价格,库存\n绿茶,T1,5.00,3-\n红茶,T2,¥ 6.00,−3\n白茶,T3,7.00 CNY,(2)\n花茶,T4,\"$8.00\",4\n\
         黑茶,T5,9.-,5\n普洱,T6,US$5.00,5\n",
    );
    let other = vec![Why::Amount(NumberFault::OtherCurrency)];
    assert_eq!(refused(&plan), [(5, other.clone()), (7, other)]);
    assert_eq!(known(&shop), [of("绿茶", 5_00, -3), of("红茶", 6_00, -3), of("白茶", 7_00, -2), of("黑茶", 9_00, 5)]);
}

#[test]
fn s36_weighed_goods_have_three_decimals() {
    let mut shop = Shop::default();
    let plan = shop.import(
        "名称,编码,单位,价格,库存\n话梅,H1,公斤,36,8.250\n瓜子,G1,斤,12,3.125\n花生,P1,两,2,1.001\n糖,S1,件,1,2.000\n\
         盐,Y1,件,1,2.500\n杏仁,X1,lb,1.99,1.5\n",
    );
    let fine = vec![Why::Quantity(NumberFault::TooPrecise)];
    assert_eq!(refused(&plan), [(3, fine.clone()), (4, fine.clone()), (6, fine)]);
    assert_eq!(known(&shop), [of("话梅", 36_00, 8_250), of("糖", 1_00, 2), of("杏仁", 4_39, 680)]);
}

#[test]
fn what_is_here_is_found_by_its_code_and_only_what_differs_is_written() {
    let mut shop = Shop::default();
    shop.import("名称,编码,价格,库存\n茶,A1,10,5\n壶,A2,20,1\n");
    let plan = shop.import("编码,名称,价格,库存\nA1,茶,12,5\nA2,壶,20,1\nA3,杯,3,\n");
    assert_eq!(plan.counts(), counts(1, 1, 1, 0));
    assert_eq!(shop.products()[0].article.price, Some(12_00));
    assert_eq!(shop.products()[0].moved[&0], 5, "stock is not added again");
    let plan = shop.import("编码,库存\nA1,7\nA2,\n");
    assert_eq!(plan.counts(), counts(0, 1, 1, 0));
    let counted = plan.writings.iter().flat_map(|writing| &writing.events).collect::<Vec<_>>();
    assert!(matches!(counted[..], [RecordEvent::StockMoved(moved)] if (moved.quantity, moved.counted) == (2, Some(7))));
    // A blank cell takes nothing away, and a column that is not there says nothing.
    let plan = shop.import("编码,价格\nA1,\n");
    assert_eq!(plan.counts(), counts(0, 0, 1, 0));
}

#[test]
fn stock_that_nobody_counted_is_counted_from_the_first_number_on() {
    let mut shop = Shop::default();
    shop.import("名称,编码\n茶,A1\n");
    assert!(shop.products()[0].moved.is_empty());
    shop.import("编码,库存\nA1,0\n");
    assert_eq!(shop.products()[0].moved.get(&0), Some(&0));
}

#[test]
fn a_code_may_be_of_a_product_or_of_its_variants() {
    let mut shop = Shop::default();
    // One code for all sizes, as clothes have it.
    shop.import("名称,规格,款号,价格\n裙,M,K9,100\n裙,L,K9,100\n");
    let all = shop.products();
    assert_eq!((all.len(), all[0].article.code.as_str(), all[0].variants.len()), (1, "K9", 2));
    shop.import("名称,规格,款号,价格\n裙,L,K9,110\n裙,XL,K9,120\n");
    let all = shop.products();
    assert_eq!((all.len(), all[0].variants.len(), all[0].price(all[0].variants[1].id, "")), (1, 3, Some(110_00)));
    // The same name with other codes is another product, where no specification tells them apart.
    shop.import("名称,编码\n蜡烛,C1\n蜡烛,C2\n");
    assert_eq!(shop.products().len(), 3);
}

#[test]
fn a_refused_variant_joins_its_product_when_it_comes_right() {
    let mut shop = Shop::default();
    shop.import("名称,规格,价格\n帽,红,10\n帽,蓝,?\n");
    assert_eq!(shop.products()[0].variants.len(), 1);
    shop.import("名称,规格,价格\n帽,红,10\n帽,蓝,12\n");
    assert_eq!((shop.products().len(), shop.products()[0].variants.len()), (1, 2));
}

#[test]
fn rows_that_can_not_both_be_true_are_refused_and_said() {
    let mut shop = Shop::default();
    let plan = shop.import(
        "名称,规格,编码,价格,分类,状态\n\
         茶,,A1,10,茶叶,在售\n\
         茶,,A1,11,茶叶,\n\
         茶,,A1,10,,\n\
         壶,大,B1,5,茶具,\n\
         壶,小,B2,5,杂货,\n\
         ,,Z9,5,,\n\
         杯,,1.2E+10,5,,\n\
         盘,,D1,5,,大概\n",
    );
    assert_eq!(
        refused(&plan),
        [
            (3, vec![Why::Repeated(2)]),
            (6, vec![Why::Disagrees(5)]),
            (7, vec![Why::NameMissing]),
            (8, vec![Why::Mangled]),
            (9, vec![Why::State]),
        ]
    );
    assert_eq!(plan.counts(), counts(2, 0, 1, 5));
}

#[test]
fn what_is_weighed_is_not_turned_into_pieces_behind_the_count() {
    let mut shop = Shop::default();
    shop.import("名称,编码,单位,库存\n茶,A1,公斤,2\n");
    let plan = shop.import("编码,单位\nA1,件\n");
    assert_eq!(refused(&plan), [(2, vec![Why::UnitDiffers])]);
}

#[test]
fn variants_go_off_sale_one_by_one() {
    let mut shop = Shop::default();
    shop.import("名称,规格,编码,状态\n帽,红,H1,在售\n帽,蓝,H2,下架\n");
    let hat = &shop.products()[0];
    assert!(hat.active && hat.variants[0].active && !hat.variants[1].active);
    shop.import("编码,状态\nH1,下架\nH2,下架\n");
    assert!(!shop.products()[0].active);
    shop.import("编码,状态\nH2,上架\nH1,下架\n");
    let hat = &shop.products()[0];
    assert!(hat.active && !hat.variants[0].active && hat.variants[1].active);
}

const LEVELS: [&str; 2] = ["wholesale", "member"];

fn level_names() -> Vec<customers::Level> {
    LEVELS.map(|key| (key.to_owned(), vec![format!("{key} level"), "批发".to_owned()])).into()
}

fn people(known: &[Customer], sheet: &str) -> Plan {
    let rows = typed(sheet);
    let at = head::find(&rows, &customers::Column::ALL, &[]);
    let columns = customers::guess(&head::names(&rows[at]));
    let mut drawn = 0;
    let draw = || {
        drawn += 1;
        drawn
    };
    let mut planner = Box::new(customers::Customers::new(columns, level_names(), known, draw));
    for line in head::below(&rows, at, 1) {
        planner.row(&line);
    }
    planner.plan()
}

#[test]
fn customers_are_found_by_their_phone_however_it_is_typed_and_keep_their_addresses() {
    let mut shop = Shop::default();
    let sheet = "姓名;手机;收货地址;收货地址2;等级;备注\n\
        王小明;13800138000;文三路1号;;批发;\n\
        李雷;0571-88886666;;;;老客户\n\
        王小明;+86 138-0013-8000;文三路1号;;;\n\
        ;;;;;没名字\n\
        张三;1.38E+10;;;钻石;\n";
    let plan = people(&[], sheet);
    assert_eq!(refused(&plan), [(5, vec![Why::NameMissing]), (6, vec![Why::Mangled, Why::Level])]);
    assert_eq!(plan.counts(), counts(2, 0, 1, 2));
    shop.take(&plan);
    let known: Vec<Customer> = shop.records.iter().map(Customer::read).collect();
    assert_eq!(people(&known, sheet).writings, []);
    let plan = people(&known, "name,phone,address\n王小明,138 0013 8000,北京路2号\n李雷,,湖边\n");
    assert_eq!(plan.counts(), counts(0, 2, 0, 0));
    shop.take(&plan);
    let wang = Customer::read(&shop.records[0]);
    assert_eq!(wang.phone, "13800138000");
    assert_eq!(wang.addresses.iter().map(|it| it.text.as_str()).collect::<Vec<_>>(), ["文三路1号", "北京路2号"]);
}

#[test]
fn of_two_customers_of_one_name_none_is_guessed() {
    let named = |id, phone: &str| Customer {
        id: Uuid::from_u128(id),
        name: "王小明".into(),
        phone: phone.into(),
        ..Customer::default()
    };
    let known = [named(1, "13800138000"), named(2, "13900139000")];
    let plan = people(&known, "姓名,电话,备注\n王小明,,爱茶\n王小明,13700137000,\n王小明,13900139000,爱酒\n");
    assert_eq!(refused(&plan), [(2, vec![Why::Ambiguous])]);
    assert_eq!(plan.counts(), counts(1, 1, 0, 1));
}

fn words() -> Words {
    let mut head: Vec<String> =
        ["名称", "规格", "编码", "条码", "价格", "成本", "库存", "分类", "单位", "状态", "备注"]
            .map(str::to_owned)
            .into();
    head.extend(LEVELS.map(str::to_owned));
    let [piece, weight, on, off] = ["按件", "称重", "在卖", "停卖"].map(str::to_owned);
    Words { head, piece, weight, on, off }
}

/// A text that the shop's forms would keep.
fn text(pattern: &'static str) -> impl Strategy<Value = String> {
    pattern.prop_map(|text: String| domain::text::parse(&text, 200).unwrap())
}

prop_compose! {
    fn articles()(
        code in text("[a-c0-9=']{0,2}"),
        barcodes in proptest::collection::btree_set("[0-9]{3}", 0..2),
        price in proptest::option::of(0_i64..500_000),
        cost in proptest::option::of(0_i64..5_000),
        levels in proptest::collection::btree_map(prop_oneof![Just("wholesale"), Just("member")], 0_i64..900, 0..2),
    ) -> Article {
        let levels = levels.into_iter().map(|(key, price)| (key.to_owned(), price)).collect();
        Article { code, barcodes: barcodes.into_iter().collect(), price, cost, levels, picture: String::new() }
    }
}

prop_compose! {
    fn some_product()(
        name in text("[茶壶a,\"=+' ]{1,3}x"),
        spec in text("[大小;\t' -]{0,2}"),
        article in articles(),
        variants in proptest::collection::btree_map("[MLS大\"]{1,2}", (articles(), any::<bool>()), 0..3),
        is_weight in any::<bool>(),
        active in any::<bool>(),
        note in text("[备\",@ ]{0,4}"),
        category in text("[茶具']{0,2}"),
        moved in proptest::option::of(-50_i64..5_000),
    ) -> Product {
        let variants: Vec<Variant> = variants
            .into_iter()
            .zip(1..)
            .map(|((name, (article, active)), id)| Variant { id, name, article, position: i64::from(id), active })
            .collect();
        let stocked = variants.first().map_or(0, |variant| variant.id);
        Product {
            name, spec, article, variants, active, note, category,
            unit: if is_weight { Unit::Gram } else { Unit::Piece },
            moved: moved.map(|moved| (stocked, moved)).into_iter().collect::<BTreeMap<_, _>>(),
            ..Product::default()
        }
    }
}

fn exported(known: &[Product], usage: Usage) -> String {
    let mut sheet = csv::BOM.to_owned();
    let levels = LEVELS.map(str::to_owned);
    let weight = ["公斤", "斤", "磅"][usage.weight as usize].to_owned();
    let words = Words { weight, ..words() };
    csv::write_line(&mut sheet, words.head.clone().into_iter().map(csv::Cell::Text));
    for product in known {
        for row in products::rows(product, usage, &levels, &words, on_hand) {
            csv::write_line(&mut sheet, row);
        }
    }
    sheet
}

fn imported(known: &[Product], sheet: &str, usage: Usage) -> Plan {
    let lines = head::below(&typed(sheet), 0, 1);
    let columns = products::columns(&LEVELS.map(str::to_owned)).into_iter().map(Some).collect();
    let mut planner = Box::new(products::Products::new(columns, usage, known, &lines, on_hand, || 77));
    for line in &lines {
        planner.row(line);
    }
    planner.plan()
}

proptest! {
    #[test]
    fn what_is_exported_and_imported_again_changes_nothing(mut known in proptest::collection::vec(some_product(), 1..6)) {
        // A shop in which everything can be told apart, however oddly it is called.
        for (product, number) in known.iter_mut().zip(1_u32..) {
            product.id = Uuid::from_u128(number.into());
            product.name.push_str(&number.to_string());
            let articles = product.variants.iter_mut().map(|it| &mut it.article).chain([&mut product.article]);
            for (article, nth) in articles.zip(0..) {
                if !article.code.is_empty() {
                    article.code.push_str(&format!("-{number}-{nth}"));
                }
                article.barcodes.iter_mut().for_each(|barcode| barcode.push_str(&format!("{number}{nth}")));
            }
        }
        for currency in [Currency::Cny, Currency::Eur] {
            for weight in WeightUnit::ALL {
                let usage = Usage { currency, weight };
                let plan = imported(&known, &exported(&known, usage), usage);
                prop_assert_eq!(&plan.writings, &[], "{:?}", usage);
                let counted = plan.counts();
                prop_assert_eq!(counted.unchanged, plan.reports.len(), "{:?} {:?}", usage, plan.reports);
            }
        }
    }

    #[test]
    fn where_things_can_not_be_told_apart_nothing_is_written_either(mut known in proptest::collection::vec(some_product(), 1..6)) {
        for (product, number) in known.iter_mut().zip(1_u128..) {
            product.id = Uuid::from_u128(number);
        }
        let plan = imported(&known, &exported(&known, Currency::Cny.into()), Currency::Cny.into());
        let made = plan.writings.iter().filter(|writing| writing.id.is_none()).count();
        prop_assert_eq!(made, 0, "{:?}", plan.reports);
    }

    #[test]
    fn customers_that_are_exported_and_imported_again_do_not_change(
        people_made in proptest::collection::vec(("[王李a'=]{0,2}", "[0-9 +-]{0,4}", proptest::collection::btree_set("[路,\"1]{1,3}", 0..3), 0_usize..3), 1..8)
    ) {
        let known: Vec<Customer> = people_made.into_iter().zip(1_u128..).map(|((name, phone, addresses, level), id)| Customer {
            id: Uuid::from_u128(id),
            name: domain::text::parse(&name, 200).unwrap(),
            phone: domain::text::parse(&phone, 200).unwrap(),
            addresses: addresses.into_iter().zip(1..).map(|(text, id)| domain::customer::Address { id, text, position: i64::from(id) }).collect(),
            level: LEVELS.get(level).map(|key| (*key).to_owned()).unwrap_or_default(),
            ..Customer::default()
        }).filter(|customer| !customer.name.is_empty() || !customer.phone_digits().is_empty()).collect();
        let mut sheet = csv::BOM.to_owned();
        csv::write_line(&mut sheet, ["姓名", "电话", "地址", "等级", "备注"].map(|it| csv::Cell::Text(it.to_owned())));
        for customer in &known {
            csv::write_line(&mut sheet, customers::row(customer, |key| format!("{key} level")).unwrap());
        }
        let plan = people(&known, &sheet);
        let doubled = known.iter().any(|one| known.iter().any(|other| one.id != other.id && (one.name == other.name || one.phone_digits() == other.phone_digits())));
        if !doubled {
            prop_assert_eq!(plan.counts().unchanged, known.len(), "{:?}", plan.reports);
        }
        let made = plan.writings.iter().filter(|writing| writing.id.is_none()).count();
        prop_assert_eq!(made, 0, "{:?}", plan.reports);
    }
}

#[test]
fn a_large_product_is_written_in_several_events() {
    let mut shop = Shop::default();
    let mut sheet = "名称,规格,价格\n".to_owned();
    for n in 0..900 {
        sheet.push_str(&format!("贴纸,第{n}款,{n}\n"));
    }
    let plan = shop.import(&sheet);
    assert_eq!((plan.writings.len(), shop.products()[0].variants.len()), (1, 900));
    assert!(plan.writings[0].events.len() > 1);
    assert_eq!(shop.records[0].fields.get("name"), Some(&Value::from("贴纸")));
}

/// The rows of the real invoices, as a plain reader of ours sees them: no field of the file has a comma in quotes that
/// holds a line.
fn invoices() -> String {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/online-retail.csv");
    std::fs::read_to_string(file).expect("the data of this test")
}

#[test]
fn real_invoices_give_their_products_and_customers_and_nothing_doubles() {
    let file = invoices();
    let rows = csv::read(&file);
    // A plain computation over the file: what has a code is a product, once; of whom there is an id, a customer, once.
    let (mut goods, mut buyers, mut refused) = (BTreeMap::new(), BTreeMap::new(), 0);
    for row in rows.iter().skip(1) {
        let [_, code, name, _, price, buyer, _] = row.as_slice() else { panic!("{row:?}") };
        let (name, pence) = (name.trim(), (price.parse::<f64>().unwrap() * 100.0).round() as i64);
        if !buyer.is_empty() {
            *buyers.entry(buyer.clone()).or_insert(0) += 1;
        }
        match goods.get(code) {
            None if name.is_empty() => refused += 1,
            None => {
                goods.insert(code.clone(), (name.to_owned(), pence));
            }
            // Another line of the same product: what it says differently is refused, and said.
            Some(known) => {
                let same = (name.is_empty() || known.0 == name) && known.1 == pence;
                refused += usize::from(!same);
            }
        }
    }

    let mut shop = Shop::default();
    let columns = |kept: &[&str]| -> Vec<Option<products::Column>> {
        let all = head::guess(&rows[0], &products::Column::ALL, &[]);
        let keep =
            |(column, name): (Option<products::Column>, &String)| column.filter(|_| kept.contains(&name.as_str()));
        all.into_iter().zip(&rows[0]).map(keep).collect()
    };
    let kept = columns(&["StockCode", "Description", "UnitPrice"]);
    let lines = head::below(&typed(&file), 0, 1);
    let plan_of = |shop: &Shop| {
        let known = shop.products();
        let mut planner = Box::new(products::Products::new(kept.clone(), Currency::Gbp, &known, &lines, on_hand, || 1));
        for line in &lines {
            planner.row(line);
        }
        planner.plan()
    };
    let plan = plan_of(&shop);
    assert_eq!(plan.counts().created, goods.len());
    assert_eq!(plan.counts().refused, refused);
    shop.take(&plan);
    let made: BTreeMap<String, (String, i64)> = shop
        .products()
        .into_iter()
        .map(|product| (product.article.code.clone(), (product.name.clone(), product.article.price.unwrap())))
        .collect();
    assert_eq!(made, goods);
    let again = plan_of(&shop);
    assert_eq!((again.writings.len(), again.counts().created, again.counts().updated), (0, 0, 0));

    let columns = customers::guess(&rows[0]);
    let people_of = |known: &[Customer]| {
        let mut planner = Box::new(customers::Customers::new(columns.clone(), Vec::new(), known, || 1));
        for line in &lines {
            planner.row(line);
        }
        planner.plan()
    };
    let plan = people_of(&[]);
    let lines: usize = buyers.values().sum();
    let nobody = rows.len() - 1 - lines;
    assert_eq!(
        plan.counts(),
        counts(buyers.len(), 0, lines - buyers.len(), nobody),
        "a row of nobody is said to be one"
    );
    let mut shop = Shop::default();
    shop.take(&plan);
    let known: Vec<Customer> = shop.records.iter().map(Customer::read).collect();
    assert_eq!(
        known.iter().map(|customer| customer.name.clone()).collect::<std::collections::BTreeSet<_>>(),
        buyers.into_keys().collect()
    );
    assert_eq!(people_of(&known).writings, []);
}

/// What a report says of its rows: its number, what becomes of it, and what was understood.
fn said(plan: &Plan) -> Vec<(usize, &'static str, String)> {
    let word = |outcome: &Outcome| match outcome {
        Outcome::Created => "new",
        Outcome::Updated => "changed",
        Outcome::Unchanged => "same",
        Outcome::Refused(_) => "refused",
        Outcome::LeftOut(_) => "left",
    };
    plan.reports.iter().map(|report| (report.row, word(&report.outcome), report.said.join(" "))).collect()
}

#[test]
fn s10_codes_that_look_alike_are_one() {
    let mut shop = Shop::default();
    let odd = "名称,编码,价格\n绿茶,T1 ,5\n红茶, T2,6\n白茶,T3\u{3000},7\n花茶,T4\u{200b},8\n黑茶,Ｔ５,9\n青茶,６９０１２３４５００１２３,10\n";
    shop.import(odd);
    let codes = |shop: &Shop| shop.products().iter().map(|it| it.article.code.clone()).collect::<Vec<_>>();
    assert_eq!(codes(&shop), ["T1", "T2", "T3", "T4", "T5", "6901234500123"]);
    let plan =
        shop.import("名称,编码,价格\n绿茶,T1,5\n红茶,T2,6\n白茶,T3,7\n花茶,T4,8\n黑茶,T5,9\n青茶,6901234500123,10\n");
    assert_eq!(plan.counts(), counts(0, 0, 6, 0));
    // Other signs that nobody sees, and letters in full width.
    let plan = shop.import("名称,编码,价格\n绿茶,\u{feff}T1\u{a0},5\n红茶,\u{202d}Ｔ2\u{202c},6\n白茶,T\u{ad}3,7\n");
    assert_eq!(plan.counts(), counts(0, 0, 3, 0));
    // What was typed oddly before is found by what is clean now, and left as it is.
    let odd = Product {
        id: Uuid::from_u128(1),
        name: "茶".into(),
        article: Article { code: "Ｔ９".into(), ..Article::default() },
        ..Product::default()
    };
    let line = &head::below(&typed("名称,编码,价格\n茶,T9,5\n"), 0, 1);
    let columns = vec![Some(products::Column::Name), Some(products::Column::Code), Some(products::Column::Price)];
    let mut planner = Box::new(products::Products::new(columns, Currency::Cny, [&odd], line, on_hand, || 1));
    line.iter().for_each(|line| planner.row(line));
    let plan = planner.plan();
    assert_eq!(plan.writings[0].id, Some(Uuid::from_u128(1)));
}

#[test]
fn c14_s18_a_gtin_is_found_in_whatever_form_and_nothing_doubles() {
    let mut shop = Shop::default();
    let first = shop.plan("名称,条码,价格\nTea,0012345678905,5\nCup,4006381333931,8\n");
    shop.take(&first);
    let before = shop.products();
    for sheet in [
        "名称,条码,价格\nTea,012345678905,5\n",
        "名称,条码,价格\nTea again,00012345678905,5\n",
        "名称,货号,价格\nTea,012345678905,5\n",
        "货号,价格\n0004006381333931,5\n",
        "条码,价格\n４００６３８１３３３９３１,8\n",
    ] {
        let plan = shop.plan(sheet);
        assert!(refused(&plan).is_empty(), "{sheet}");
        shop.take(&plan);
        let codes = |all: &[Product]| all.iter().map(|it| it.article.barcodes.clone()).collect::<Vec<_>>();
        assert_eq!(codes(&shop.products()), codes(&before), "{sheet}");
        assert!(shop.products().iter().all(|it| it.article.code.is_empty()), "{sheet}");
    }
}

#[test]
fn s20_what_kept_zeros_from_a_spreadsheet_is_no_part_of_a_code() {
    let mut shop = Shop::default();
    shop.import("名称,编码,条码,价格\n绿茶,'00123,'0012345678905,5\n红茶,=\"00124\",=\"0012345678912\",6\n白茶,\"=\"\"00125\"\"\",,'7\n");
    let goods: Vec<_> =
        shop.products().into_iter().map(|it| (it.article.code, it.article.barcodes.join(" "))).collect();
    assert_eq!(
        goods,
        [
            ("00123".into(), "0012345678905".into()),
            ("00124".into(), "0012345678912".into()),
            ("00125".to_owned(), String::new())
        ]
    );
    let plan = shop.import("名称,编码,条码\n绿茶,00123,0012345678905\n红茶,00124,0012345678912\n");
    assert_eq!(plan.counts(), counts(0, 0, 2, 0));
}

#[test]
fn s17_s31_heads_in_traditional_signs_and_the_surer_name() {
    let mut shop = Shop::default();
    shop.import("商品名稱,貨號,售價,庫存,分類,條碼\n凍頂烏龍,DD1,600,20,茶葉,4710000000014\n");
    let tea = &shop.products()[0];
    assert_eq!(
        (tea.name.as_str(), tea.article.code.as_str(), tea.article.price, tea.moved[&0]),
        ("凍頂烏龍", "DD1", Some(600_00), 20)
    );
    let mut shop = Shop::default();
    shop.import("Item,Name,Description,Price\n1001,Oak spoon,Hand carved,8.00\n1002,Oak bowl,Turned,22.00\n");
    assert_eq!(shop.products().iter().map(|it| it.name.clone()).collect::<Vec<_>>(), ["Oak spoon", "Oak bowl"]);
}

#[test]
fn s30_totals_are_no_goods() {
    let mut shop = Shop::default();
    let plan = shop.import("商品名称,编码,价格,库存\n绿茶,T1,5,20\n小计,,,20\n红茶,T2,6,37\n合计,,,57\n");
    assert_eq!(
        said(&plan).iter().map(|(row, what, _)| (*row, *what)).collect::<Vec<_>>(),
        [(2, "new"), (3, "left"), (4, "new"), (5, "left")]
    );
    assert_eq!(plan.reports[3].outcome, Outcome::LeftOut(Left::Total));
    let mut shop = Shop::default();
    let plan = shop.import("sku,name,price,stock\nA,Tea,5,20\nTotal:,,,20\n,Grand total,5,20\n");
    assert_eq!(plan.counts().left, 2, "in any column, and with a sum of prices");
    // What is called so and has a code is goods.
    let plan = shop.import("name,sku,price\nTotal,TP1,3\nSum,,4\nTea towel,TT,5\n");
    assert_eq!(plan.counts(), counts(3, 0, 0, 0));
}

#[test]
fn s27_a_name_above_holds_for_the_variants_below_it() {
    let mut shop = Shop::default();
    let plan =
        shop.import("商品名称,规格,编码,价格,库存\n棉T恤,S,TS-S,59,3\n,M,TS-M,59,4\n,L,TS-L,65,5\n短裤,M,SH-M,80,2\n");
    assert_eq!(plan.counts(), counts(4, 0, 0, 0));
    let all = shop.products();
    assert_eq!((all.len(), all[0].name.as_str(), all[0].variants.len(), all[1].name.as_str()), (2, "棉T恤", 3, "短裤"));
    // A heading with the variants below it.
    let mut shop = Shop::default();
    let plan = shop.import(
        "品名,分类,颜色,尺码,编码,价格\n衬衫,衣服,,,,\n,,红,S,R-S,99\n,,红,M,R-M,99\n,,蓝,S,B-S,99\n帽子,,,,H1,20\n",
    );
    assert_eq!(plan.reports[0].outcome, Outcome::LeftOut(Left::Parent));
    let all = shop.products();
    assert_eq!((all.len(), all[0].variants.len(), all[0].variants[0].name.as_str()), (2, 3, "红 / S"));
    // What has another name here is not renamed by what stands above it.
    let plan = shop.import("品名,规格,编码,价格\n裙子,红,Q1,50\n,,H1,21\n,蓝 / S,B-S,98\n");
    assert_eq!((plan.counts(), shop.products()[0].name.as_str()), (counts(1, 2, 0, 0), "衬衫"));
}

#[test]
fn s37_options_in_several_columns_are_one_specification() {
    let mut shop = Shop::default();
    let plan = shop.import("Title,SKU,Option1 Value,Option2 Value,Price,Stock\nApron,A-S-R,S,Red,10,1\nApron,A-S-B,S,Blue,10,2\nApron,A-M-R,M,Red,12,3\n");
    assert_eq!(plan.counts(), counts(3, 0, 0, 0));
    let apron = &shop.products()[0];
    assert_eq!(
        apron.variants.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(),
        ["S / Red", "S / Blue", "M / Red"]
    );
    let mut shop = Shop::default();
    shop.import(
        "款号,品名,颜色,尺码,零售价,进价\nK1,裙,红,S,99,40\nK1,裙,红,M,99,40\nK1,裙,蓝,M,109,40\nK2,单色裙,,M,59,20\n",
    );
    let all = shop.products();
    assert_eq!(all[0].variants.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["红 / S", "红 / M", "蓝 / M"]);
    assert_eq!((all[0].article.code.as_str(), all[1].spec.as_str(), all[1].article.price), ("K1", "M", Some(59_00)));
    // A whole that has the parts in it already.
    let mut shop = Shop::default();
    shop.import("Title,Variant title,Option1 Value,Option2 Value,SKU,Price\nMug,S / Red,S,Red,M1,5\nMug,M / Red,M,Red,M2,6\nPan,Default Title,Default Title,,P1,9\n");
    let all = shop.products();
    assert_eq!(all[0].variants.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["S / Red", "M / Red"]);
    assert_eq!((all[1].name.as_str(), all[1].spec.as_str(), all[1].variants.len()), ("Pan", "", 0));
}

fn number(value: &str, shown: &str) -> Content {
    Content::Number { value: value.to_owned(), shown: shown.to_owned() }
}

fn words_of(cells: &[&str]) -> Vec<Content> {
    cells.iter().map(|cell| Content::typed((*cell).to_owned())).collect()
}

#[test]
fn s22_s23_cells_that_are_no_words_and_no_numbers_are_told_by_row() {
    let mut shop = Shop::default();
    let text = |text: &str| Content::Text(text.to_owned());
    let error = |text: &str| Content::Error(text.to_owned());
    let plan = shop.plan_of(&[
        words_of(&["名称", "编码", "价格", "库存", "备注", "状态"]),
        vec![text("绿茶"), text("T1"), error("#N/A"), number("5", "5")],
        vec![text("红茶"), error("#REF!"), number("6", "6"), number("5", "5")],
        vec![text("白茶"), text("T3"), number("7", "7"), error("Err:511")],
        vec![text("花茶"), text("T4"), Content::Uncalculated, number("5", "5")],
        vec![Content::Date("2026-05-03".into()), text("T5"), number("8", "8")],
        vec![text("黑茶"), text("T6"), Content::Date("2026-12-05".into())],
        vec![text("青茶"), text("T7"), Content::Truth(true)],
        vec![
            text("黄茶"),
            text("T8"),
            number("9", "9"),
            text(""),
            Content::Date("2026-01-01".into()),
            Content::Truth(false),
        ],
        vec![text("坏茶"), number("6901234567892000", "6901234567892000"), number("9", "9")],
        vec![text("分茶"), text("T9"), number("3.333333333", "3.33")],
        vec![text("粗茶"), text("T10"), number("3.333333333", "3.3")],
        vec![text("零茶"), number("123", "00123"), number("1", "1")],
        words_of(&["", "", "#VALUE!", ""]),
    ]);
    let why = refused(&plan);
    assert_eq!(
        why.iter().map(|(row, why)| (*row, why[0].clone())).collect::<Vec<_>>(),
        [
            (2, Why::Error("#N/A".into())),
            (3, Why::Error("#REF!".into())),
            (4, Why::Error("Err:511".into())),
            (5, Why::Uncalculated),
            (6, Why::Date),
            (7, Why::Date),
            (8, Why::Truth),
            (10, Why::Damaged),
            (12, Why::Amount(NumberFault::TooPrecise)),
            (14, Why::NameMissing),
        ]
    );
    shop.take(&plan);
    let all = shop.products();
    let [yellow, third, zeros] = all.as_slice() else { panic!("{all:?}") };
    assert_eq!((yellow.note.as_str(), yellow.active), ("2026-01-01", false));
    assert_eq!(third.article.price, Some(3_33), "10/3 as the sheet shows it");
    assert_eq!(zeros.article.code, "00123", "S18: with the zeros that the sheet shows");
}

#[test]
fn s32_what_changes_is_said_with_what_it_was() {
    let mut shop = Shop::default();
    shop.import("货号,名称,价格,库存,单位\nT,Tea,5,10,\nH,Honey,20,1.5,斤\nC,Cup,8,,\n");
    // Without a unit, a weight is one of the shop's.
    let plan = shop.plan("货号,名称,价格,库存\nT,Tea,6,7\nH,Wild honey,20,2\nC,Cup,8,3\nT2,New,1,1\n");
    let becomes =
        |what, before: &str, after: &str| Remark::Becomes { what, before: before.into(), after: after.into() };
    let remarks: Vec<_> = plan.reports.iter().map(|report| report.remarks.clone()).collect();
    assert_eq!(
        remarks,
        [
            vec![becomes(Known::Price, "5.00", "6.00"), becomes(Known::Stock, "10", "7")],
            vec![
                becomes(Known::Name, "Honey", "Wild honey"),
                becomes(Known::Price, "40.00", "20.00"),
                becomes(Known::Stock, "0.75", "2"),
            ],
            vec![],
            vec![],
        ]
    );
}

#[test]
fn c17_a_code_that_two_articles_have_is_said() {
    let mut shop = Shop::default();
    let plan = shop.import("名称,编码,条码,价格\nPlum jam,PJ,5012345000055,4.00\nPlum chutney,PC,5012345000055,5.50\nTea,T,0712345000019,1\n");
    let shared = |plan: &Plan| plan.reports.iter().map(|report| report.remarks.clone()).collect::<Vec<_>>();
    let remark = |code: &str, other: &str| vec![Remark::Shared { code: code.into(), other: other.into() }];
    assert_eq!(shared(&plan), [remark("5012345000055", "Plum chutney"), remark("5012345000055", "Plum jam"), vec![]]);
    // In another form, and against what is here already.
    let plan = shop.import("名称,编码,条码,价格\nCake,C,712345000019,3\n");
    assert_eq!(shared(&plan), [remark("712345000019", "Tea")]);
    let plan = shop.import("名称,编码,条码,价格\nPie,P,00712345000019,3\n");
    assert_eq!(shared(&plan).len(), 1);
    assert!(matches!(&shared(&plan)[0][..], [Remark::Shared { code, .. }] if code == "00712345000019"));
}

#[test]
fn a_row_is_never_silently_blank() {
    let mut shop = Shop::default();
    let plan = shop.import("名称,价格,随便\n茶,5,x\n,,只有这里\n名称,价格,随便\n\n壶,6,\n");
    assert_eq!(
        said(&plan).iter().map(|(row, what, _)| (*row, *what)).collect::<Vec<_>>(),
        [(2, "new"), (3, "left"), (4, "left"), (6, "new")]
    );
    assert_eq!(plan.reports[1].outcome, Outcome::LeftOut(Left::Nothing));
    assert_eq!(plan.reports[2].outcome, Outcome::LeftOut(Left::Head));
}

#[test]
fn s9_addresses_in_parts_are_one_and_several_stay_several() {
    let addresses = |sheet: &str| -> Vec<Vec<String>> {
        let plan = people(&[], sheet);
        let mut shop = Shop::default();
        shop.take(&plan);
        shop.records.iter().map(|it| Customer::read(it).addresses.into_iter().map(|it| it.text).collect()).collect()
    };
    assert_eq!(
        addresses(
            "收货人姓名,联系手机,省,市,区,街道地址,买家备注\n林晓,13612340001,浙江省,杭州市,西湖区,文三路1号,周六送\n"
        ),
        [["浙江省杭州市西湖区文三路1号"]]
    );
    assert_eq!(
        addresses("姓名,电话,省份,城市,区县,详细地址,邮编\n林晓,13612340001,浙江,杭州,西湖区,文三路1号,310012\n"),
        [["浙江杭州西湖区文三路1号"]]
    );
    assert_eq!(
        addresses(
            "First Name,Last Name,Email,Default Address Address1,Default Address Address2,Default Address City,Default Address Province Code,Default Address Country Code,Default Address Zip,Phone\nAda,King,a@example.com,12 High Street,Flat 3,London,ENG,GB,'N1 9GU,'+44 7700 900123\n"
        ),
        [["12 High Street, Flat 3, London, ENG, N1 9GU, GB"]]
    );
    assert_eq!(
        addresses(
            "billing_first_name,billing_last_name,billing_phone,billing_address_1,billing_city,billing_postcode,shipping_address_1,shipping_city,shipping_postcode\nAda,King,07700900123,1 A Rd,Bath,BA1,2 B Rd,Hove,BN3\n"
        ),
        [["1 A Rd, Bath, BA1", "2 B Rd, Hove, BN3"]]
    );
    assert_eq!(
        addresses("Customer name,Phone,Address,City,Region,Postal code,Country\nAda,1234567,1 A Rd,Bath,,BA1,GB\n"),
        [["1 A Rd, Bath, BA1, GB"]]
    );
    assert_eq!(
        addresses("姓名,电话,地址,地址\n林晓,13612340001,甲路1号,乙路2号\n"),
        [["甲路1号", "乙路2号"]],
        "whole ones stay whole"
    );
}

#[test]
fn customers_of_peers_have_one_name_and_one_form_of_phone() {
    let made = |sheet: &str| -> Vec<(String, String)> {
        let plan = people(&[], sheet);
        let mut shop = Shop::default();
        shop.take(&plan);
        shop.records.iter().map(Customer::read).map(|it| (it.name, it.phone)).collect()
    };
    let one = |name: &str, phone: &str| vec![(name.to_owned(), phone.to_owned())];
    assert_eq!(
        made("Customer ID,First Name,Last Name,Phone\n'7766,Ada,King,'+8613800138000\n"),
        one("Ada King", "13800138000")
    );
    assert_eq!(made("姓,名,手机\n王,小明,0086 138-0013-8000\n"), one("王小明", "13800138000"));
    assert_eq!(
        made("收货人/提货人,收货人手机号/提货人手机号,收货人省份\n王小明,138 0013 8000-1234,浙江省\n"),
        one("王小明", "13800138000-1234")
    );
    assert_eq!(
        made("First Name,Last Name,Company Name,Phone Number\n,,Hillside Ltd,0117 496 0000\n"),
        one("Hillside Ltd", "0117 496 0000")
    );
    assert_eq!(made("姓名,固定电话,手机\n王,0571-88886666,１３８００１３８０００\n"), one("王", "13800138000"));
    // Orders: a person comes in every row of theirs, with the addresses of each.
    let plan =
        people(&[], "收货人,手机,地址\n王,13800138000,甲路1号\n王,+86 13800138000,乙路2号\n王,13800138000,甲路1号\n");
    assert_eq!((plan.counts(), plan.writings.len()), (counts(1, 1, 1, 0), 1));
    // A number of which a spreadsheet has lost the end.
    let rows =
        [words_of(&["姓名", "电话"]), vec![Content::Text("王".into()), number("1380013800012345", "1380013800012345")]];
    let lines = head::below(&rows, 0, 1);
    let mut planner =
        Box::new(customers::Customers::new(customers::guess(&head::names(&rows[0])), Vec::new(), [], || 1));
    lines.iter().for_each(|line| planner.row(line));
    assert_eq!(refused(&planner.plan()), [(2, vec![Why::Damaged])]);
}

/// R3, R4: Shopify's and Matrixify's customers as their manuals have them, and sheets that call the last name `Nom`.
#[test]
fn r3_r4_customers_in_parts_and_in_other_languages() {
    let made = |sheet: &str| -> Vec<[String; 3]> {
        let mut shop = Shop::default();
        shop.take(&people(&[], sheet));
        let said = |it: Customer| {
            let addresses: Vec<String> = it.addresses.into_iter().map(|it| it.text).collect();
            [it.name, it.phone, addresses.join(" | ")]
        };
        shop.records.iter().map(Customer::read).map(said).collect()
    };
    let shopify = "Customer ID,First Name,Last Name,Default Address Address1,Default Address Address2,Default Address City,Default Address Province Code,Default Address Country Code,Default Address Zip,Phone\n";
    for (sheet, said) in [
        (
            format!("{shopify}1,小明,王,文三路1号,2幢,杭州,ZJ,CN,'310012,'+86 138 0013 8000\n"),
            ["王小明", "13800138000", "浙江杭州文三路1号2幢"],
        ),
        // Eleven digits that look like a Chinese mobile number, of another country.
        (
            "First Name,Last Name,Phone,Address Line 1,Address City,Address Province,Address Zip,Address Country\nAnn,Lee,'+15417543000,9 Dale Rd,Leeds,,LS1,UK\n".to_owned(),
            ["Ann Lee", "+15417543000", "9 Dale Rd, Leeds, LS1, UK"],
        ),
        (
            "Nom;Prénom;Téléphone;Rue;Code postal;Ville\nDupont;Zoé;+33 6 12 34 56 78;4 rue des Lilas;75011;Paris\n".to_owned(),
            ["Zoé Dupont", "+33 6 12 34 56 78", "4 rue des Lilas, Paris, 75011"],
        ),
        (
            "Nombre;Apellidos;Móvil;Dirección\nAna;García Ruiz;+34 612 34 56 78;Calle Mayor 1\n".to_owned(),
            ["Ana García Ruiz", "+34 612 34 56 78", "Calle Mayor 1"],
        ),
        (
            "Name;Vorname;Handy;Straße;PLZ;Ort;Land\nKlein;Jörg;0171 2345678;Hauptstr. 5;10115;Berlin;DE\n".to_owned(),
            ["Jörg Klein", "0171 2345678", "Hauptstr. 5, Berlin, 10115, DE"],
        ),
        ("Full name,First name,Phone\nAda King,Ada,0117 496 0000\n".to_owned(), ["Ada King", "0117 496 0000", ""]),
    ] {
        assert_eq!(made(&sheet), [said.map(str::to_owned)], "{sheet}");
    }
}

#[test]
fn s27_one_count_for_several_rows_is_of_none_of_them() {
    let rows = words_of(&["名称", "规格", "编码", "库存", "批发价"]);
    let below = |spec: &str, code: &str| words_of(&["棉T恤", spec, code, "12", "9"]);
    let mut lines = head::below(&[rows, below("S", "S1"), below("M", "M1")], 0, 1);
    lines.iter_mut().for_each(|line| line.merged = vec![0, 3]);
    use products::Column::{Code, Name, Spec, Stock};
    let columns = [Name, Spec, Code, Stock].map(Some).into();
    let mut planner = Box::new(products::Products::new(columns, Currency::Cny, [], &lines, on_hand, || 1));
    lines.iter().for_each(|line| planner.row(line));
    let mut shop = Shop::default();
    let plan = planner.plan();
    assert_eq!(plan.reports[1].remarks, [Remark::InAll("12".into())]);
    shop.take(&plan);
    assert_eq!((shop.products()[0].variants.len(), shop.products()[0].moved.len()), (2, 0));
}

#[test]
fn what_a_sheet_brings_stands_in_its_order_behind_what_is_there() {
    let mut shop = Shop::default();
    shop.import("商品,价格\n乙,1\n甲,2\n丙,3\n");
    shop.import("商品,价格\n甲,2\n辰,4\n丁,5\n");
    let mut all = shop.products();
    all.sort_by(|one, other| one.compare(other, str::cmp));
    let names: Vec<&str> = all.iter().map(|product| product.name.as_str()).collect();
    assert_eq!(names, ["乙", "甲", "丙", "辰", "丁"]);
    assert!(all.windows(2).all(|two| two[0].position < two[1].position), "there is room between them");
}

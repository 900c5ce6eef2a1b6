use super::*;
use Currency::{Cny, Eur, Gbp, Hkd, Jpy, Krw, Sgd, Twd, Usd};
use NumberFault::{Ambiguous, Empty, Negative, NotANumber, OtherCurrency, TooLarge, TooPrecise};

fn typed(text: &str, currency: Currency) -> Result<Read, NumberFault> {
    Reader::typed(currency).amount(text)
}

fn unclear(thousands: i64, decimals: Option<i64>) -> Result<Read, NumberFault> {
    Ok(Read::Unclear { thousands, decimals })
}

const POINT: Column = Column::Decimal(DecimalSign::Point);
const COMMA: Column = Column::Decimal(DecimalSign::Comma);

#[test]
fn c26_a_comma_with_one_or_two_digits_behind_it_is_the_decimal_comma() {
    for (text, currency, minor) in [
        ("4,20", Eur, 4_20),
        ("3,80", Eur, 3_80),
        ("6,50", Eur, 6_50),
        ("12,50", Cny, 12_50),
        ("12,5", Cny, 12_50),
        ("0,5", Usd, 50),
        (",5", Gbp, 50),
        ("４，２０", Cny, 4_20),
        ("1.234,50", Eur, 123_450),
        ("1.234,50", Cny, 123_450),
        ("1 234,50 €", Eur, 123_450),
        ("1\u{202f}234,5", Eur, 123_450),
        ("1’234.50", Eur, 123_450),
        ("0,50", Jpy, 0),
    ] {
        let expected = if currency == Jpy { Err(TooPrecise) } else { Ok(Read::Certain(minor)) };
        assert_eq!(typed(text, currency), expected, "{text} {currency:?}");
    }
}

#[test]
fn what_is_typed_is_read_by_what_is_usual() {
    for (text, minor) in [
        ("12", 12_00),
        ("12.5", 12_50),
        ("0", 0),
        ("1,234.00", 123_400),
        ("１２．５０", 12_50),
        ("１２。５", 12_50),
        ("¥3.", 3_00),
        ("￥3", 3_00),
        (".5", 50),
        ("2.500", 2_50),
        ("12.300000", 12_30),
        ("1,200", 120_000),
        ("1,234", 123_400),
        ("1,234,567.8", 123_456_780),
        ("1.234.567", 123_456_700),
        ("1 234", 123_400),
        ("1'234.50", 123_450),
        ("1,00,000", 10_000_000),
        ("12,34,567.80", 123_456_780),
        ("CNY 12", 12_00),
        ("12 RMB", 12_00),
        ("人民币12.00元", 12_00),
        ("12块", 12_00),
        ("12块钱", 12_00),
        ("12圆整", 12_00),
        ("9.-", 9_00),
        ("9,--", 9_00),
        ("+5", 5_00),
        ("-0", 0),
        ("1.2万", 1_200_000),
    ] {
        let text = text.replace("圆整", "元整");
        assert_eq!(typed(&text, Cny), Ok(Read::Certain(minor)), "{text}");
    }
    for (text, fault) in [
        ("", Empty),
        ("元", Empty),
        ("abc", NotANumber),
        ("-5", Negative),
        ("5-", Negative),
        ("(5)", Negative),
        ("（５）", Negative),
        ("−5", Negative),
        ("(-5)", NotANumber),
        ("-", NotANumber),
        (".", NotANumber),
        (",", NotANumber),
        ("1.2.3", NotANumber),
        ("1,23,4", NotANumber),
        ("1,2.3,4", NotANumber),
        ("12 50", NotANumber),
        ("12 or 13", NotANumber),
        ("1.5E+3", NotANumber),
        ("议价", NotANumber),
        ("😀", NotANumber),
        ("1.234", TooPrecise),
        ("12.345", TooPrecise),
        ("12.3450", TooPrecise),
        ("0.10000000000000000001", TooPrecise),
        ("1000000000000", TooLarge),
        ("99999999999999999999999", TooLarge),
        ("1,0000", Ambiguous),
    ] {
        assert_eq!(amount(text, Cny), Err(fault), "{text}");
    }
}

#[test]
fn what_may_be_a_thousandfold_off_is_asked_in_euros() {
    assert_eq!(typed("1.234", Eur), unclear(123_400, None));
    assert_eq!(typed("1,234", Eur), unclear(123_400, None));
    assert_eq!(typed("1,200", Eur), unclear(120_000, Some(120)));
    assert_eq!(typed("12.500", Eur), unclear(1_250_000, Some(1_250)));
    assert_eq!(amount("1.234", Eur), Err(Ambiguous));
    for (text, minor) in [("0,500", 50), ("1234,500", 123_450), ("1.234.567", 123_456_700), ("12.50", 1_250)] {
        assert_eq!(typed(text, Eur), Ok(Read::Certain(minor)), "{text}");
    }
}

#[test]
fn a_currency_without_decimals_has_thousands_only() {
    for currency in [Jpy, Krw] {
        for text in ["1,200", "1.200", "1 200", "1200", "1200.00", "１，２００"] {
            assert_eq!(typed(text, currency), Ok(Read::Certain(1_200)), "{text}");
        }
        assert_eq!(typed("5.5", currency), Err(TooPrecise));
    }
}

#[test]
fn the_sign_of_another_currency_is_refused_and_ones_own_is_read() {
    for (text, currency) in [
        ("$8.00", Cny),
        ("US$5.00", Cny),
        ("HK$5", Usd),
        ("US$5", Hkd),
        ("5 €", Gbp),
        ("£5", Eur),
        ("Fr. 9.50", Eur),
        ("CHF 9.-", Eur),
        ("R$ 12,00", Usd),
        ("12元", Eur),
        ("1,200円", Cny),
        ("5 kr", Eur),
        ("NT$50", Cny),
        ("₹100", Usd),
    ] {
        assert_eq!(typed(text, currency), Err(OtherCurrency), "{text}");
    }
    for (text, currency, minor) in [
        ("US$5.00", Usd, 5_00),
        ("$ 8", Usd, 8_00),
        ("HK$8.5", Hkd, 8_50),
        ("$8.5", Hkd, 8_50),
        ("8.5 HKD", Hkd, 8_50),
        ("NT$50", Twd, 50_00),
        ("S$5", Sgd, 5_00),
        ("£0.42", Gbp, 42),
        ("€ 9,-", Eur, 9_00),
        ("12,50 EUR", Eur, 12_50),
        ("1,200円", Jpy, 1_200),
        ("￥1,200", Jpy, 1_200),
        ("₩5,000", Krw, 5_000),
        ("5000원", Krw, 5_000),
        ("RM12.90", Currency::Myr, 12_90),
        ("7.00 CNY", Cny, 7_00),
    ] {
        assert_eq!(typed(text, currency), Ok(Read::Certain(minor)), "{text}");
    }
}

#[test]
fn yuan_jiao_and_fen_are_read_as_people_say_them() {
    for (text, minor) in [
        ("12块5", 12_50),
        ("12块五", 12_50),
        ("12块05", 12_05),
        ("3元5角", 3_50),
        ("3元5角2分", 3_52),
        ("3块5毛2", 3_52),
        ("5毛", 50),
        ("5角", 50),
        ("8分", 8),
        ("两块半", 2_50),
        ("一百二", 12_000),
        ("一百零二", 10_200),
        ("一百二十块", 12_000),
        ("两万五", 2_500_000),
        ("三百", 30_000),
        ("十二", 12_00),
        ("1,200元5角", 120_050),
        ("¥3元5", 3_50),
    ] {
        assert_eq!(typed(text, Cny), Ok(Read::Certain(minor)), "{text}");
    }
    for text in ["12块555", "3元5角22", "3.5元5角", "二三", "块", "12分5"] {
        assert!(typed(text, Cny).is_err(), "{text}");
    }
    assert_eq!(typed("12块5", Eur), Err(NotANumber));
}

#[test]
fn quantities_are_pieces_or_whole_grams() {
    let read = |text: &str, measure: Measure| quantity(text, Cny, measure);
    let jin = Measure::weight(WeightUnit::Jin);
    let pound = Measure::weight(WeightUnit::Pound);
    for (text, measure, amount) in [
        ("12 件", Measure::PIECE, 12),
        ("12个", Measure::PIECE, 12),
        ("12 pcs", Measure::PIECE, 12),
        ("1,200", Measure::PIECE, 1_200),
        ("3.0", Measure::PIECE, 3),
        ("2.000", Measure::PIECE, 2),
        ("十二", Measure::PIECE, 12),
        ("2.5", Measure::KILOGRAM, 2_500),
        ("2,5", Measure::KILOGRAM, 2_500),
        ("0,500", Measure::KILOGRAM, 500),
        ("2.5 kg", Measure::KILOGRAM, 2_500),
        ("300克", Measure::KILOGRAM, 300),
        ("3千克", jin, 3_000),
        ("1,500 g", Measure::KILOGRAM, 1_500),
        ("3", jin, 1_500),
        ("1.2", jin, 600),
        ("3斤2两", Measure::KILOGRAM, 1_600),
        ("三斤二两", jin, 1_600),
        ("一斤半", Measure::KILOGRAM, 750),
        ("半斤", jin, 250),
        ("两斤", jin, 1_000),
        ("二两", jin, 100),
        ("500g", pound, 500),
        ("1", pound, 454),
        ("1.5 lb", jin, 680),
        ("8oz", pound, 227),
        ("1 lb 8 oz", pound, 680),
    ] {
        assert_eq!(read(text, measure), Ok(amount), "{text}");
    }
    for (text, measure, fault) in [
        ("2.5", Measure::PIECE, TooPrecise),
        ("2.5001", Measure::KILOGRAM, TooPrecise),
        ("0.001", jin, TooPrecise),
        ("1.500", Measure::GRAM, TooPrecise),
        ("-3", Measure::PIECE, Negative),
        ("3-", Measure::KILOGRAM, Negative),
        ("1,500", Measure::KILOGRAM, Ambiguous),
        ("斤", jin, NotANumber),
        ("", jin, Empty),
        ("3 apples", Measure::KILOGRAM, NotANumber),
        ("2000000", Measure::PIECE, TooLarge),
    ] {
        assert_eq!(read(text, measure), Err(fault), "{text}");
    }
    let weigh = |text: &str, currency| Reader::typed(currency).quantity(text, Measure::KILOGRAM);
    assert_eq!(weigh("1,500", Eur), Ok(Read::Certain(1_500)), "as a scale writes it there");
    assert_eq!(weigh("1.500", Eur), unclear(1_500_000, Some(1_500)));
    assert_eq!(weigh("1.500", Cny), Ok(Read::Certain(1_500)));
    assert_eq!(Reader::typed(Eur).quantity("2.000", Measure::PIECE), unclear(2_000, Some(2)));
    assert_eq!(Reader::typed(Cny).quantity("3-", Measure::PIECE), Ok(Read::Certain(-3)), "a sheet's stock");
    assert_eq!(Reader::typed(Cny).quantity("(2)", Measure::PIECE), Ok(Read::Certain(-2)));
}

#[test]
fn a_price_of_a_weight_is_kept_by_the_kilogram() {
    let jin = Measure::weight(WeightUnit::Jin);
    let pound = Measure::weight(WeightUnit::Pound);
    assert_eq!(price("12.35", Cny, jin), Ok(24_70));
    assert_eq!(price("12.355", Cny, jin), Ok(24_71));
    assert_eq!(price("12.351", Cny, jin), Err(TooPrecise));
    assert_eq!(price("12,5", Cny, jin), Ok(25_00));
    assert_eq!(price("1.99", Usd, pound), Ok(4_39));
    assert_eq!(price("12.5", Cny, Measure::PIECE), Ok(12_50));
    assert_eq!(price("100000000", Cny, jin), Err(TooLarge));
}

#[test]
fn s13_a_column_tells_what_its_commas_are() {
    let column = |cells: &[&str]| Column::of(cells.iter().copied());
    for (cells, says) in [
        (&["0,500", "1,500", "12,25"][..], COMMA),
        (&["1,500", "12,25"], COMMA),
        (&["1.234,50", "1,500"], COMMA),
        (&["1,500 kg", "0,750 kg"], COMMA),
        (&["1 234,5"], COMMA),
        (&["1.234.567", "1.500"], COMMA),
        (&["1234,567"], COMMA),
        (&["12,5000"], COMMA),
        (&["12.5", "1,500"], POINT),
        (&["1,234,567", "1,500"], POINT),
        (&["¥1,234.50"], POINT),
        (&["1,00,000"], POINT),
        (&["0.500"], POINT),
        (&["1,500", "2.500", "", "12", "议价", "2026-11-28"], Column::Silent),
        (&["9.-", "Fr.5"], Column::Silent),
        (&["0,500", "12.5"], Column::Contradicts),
    ] {
        assert_eq!(column(cells), says, "{cells:?}");
    }
    let read = |text: &str, column| Reader::of_column(Cny, column).quantity(text, Measure::KILOGRAM);
    assert_eq!(
        ["0,500", "1,500", "12,25"].map(|text| read(text, COMMA)),
        [500, 1_500, 12_250].map(|it| Ok(Read::Certain(it)))
    );
    assert_eq!(read("1,500", POINT), Ok(Read::Certain(1_500_000)));
    assert_eq!(read("1,500", Column::Contradicts), Err(Ambiguous));
    assert_eq!(read("12,25", Column::Contradicts), Ok(Read::Certain(12_250)), "is clear by itself");
    assert_eq!(read("1,500", Column::Silent).and_then(Read::certain), Err(Ambiguous));
    let money = |text: &str, currency, column| Reader::of_column(currency, column).amount(text);
    assert_eq!(money("1.234", Eur, COMMA), Ok(Read::Certain(123_400)));
    assert_eq!(money("1.200", Eur, POINT), Ok(Read::Certain(1_20)));
    assert_eq!(money("1,200", Cny, COMMA), Ok(Read::Certain(1_20)));
    assert_eq!(money("3.350", Cny, POINT), Ok(Read::Certain(3_35)), "S14");
    assert_eq!(money("1.234", Cny, COMMA), Ok(Read::Certain(123_400)));
    assert_eq!(Column::Silent.or(COMMA), COMMA);
    assert_eq!(POINT.or(COMMA), POINT);
}

#[test]
fn units_are_known_by_their_words() {
    let parse = |text: &str| Measure::parse(text).map(|measure| (measure.unit, measure.nanograms / 1_000_000_000));
    for (text, grams) in [
        ("元/公斤", 1_000),
        ("kg", 1_000),
        ("per kg", 1_000),
        ("斤", 500),
        ("每斤", 500),
        ("两", 50),
        ("g", 1),
        ("lb", 453),
        ("/磅", 453),
        ("Weight, priced per lb", 453),
        ("称重，按斤定价", 500),
        ("称重", 1_000),
    ] {
        assert_eq!(parse(text), Some((Unit::Gram, grams)), "{text}");
    }
    assert_eq!(parse("箱"), Some((Unit::Piece, 0)));
    assert_eq!(parse("吨"), None);
}

proptest::proptest! {
    #[test]
    fn what_is_shown_is_read_back(minor in 0_i64..10_000_000_000, grams in 0_i64..100_000_000) {
        for currency in Currency::ALL.iter().copied() {
            for weight in WeightUnit::ALL {
                let usage = Usage { currency, weight };
                for unit in [Unit::Piece, Unit::Gram] {
                    let price = if weight == WeightUnit::Pound && unit == Unit::Gram {
                        weight.of_kilogram(weight.price(minor))
                    } else {
                        minor
                    };
                    let shown = usage.plain_price(price, unit);
                    proptest::prop_assert_eq!(usage.price(&shown, unit), Ok(price), "{} {:?}", shown, currency);
                }
                let shown = usage.plain_quantity(grams, Unit::Gram);
                proptest::prop_assert_eq!(usage.quantity(&shown, Unit::Gram), Ok(grams), "{} {:?}", shown, usage);
            }
        }
    }

    #[test]
    fn what_is_written_in_any_usual_way_is_never_a_thousandfold_off(minor in 0_i64..1_000_000_000, at in 0_usize..4) {
        let (whole, rest) = (minor / 100, minor % 100);
        let grouped = |sign: &str| {
            let digits = whole.to_string();
            let mut out = String::new();
            for (index, digit) in digits.chars().enumerate() {
                if index > 0 && (digits.len() - index).is_multiple_of(3) {
                    out.push_str(sign);
                }
                out.push(digit);
            }
            out
        };
        let (between, point) = [(",", "."), (".", ","), (" ", ","), ("’", ".")][at];
        for currency in [Cny, Eur, Usd] {
            let written = format!("{}{point}{rest:02}", grouped(between));
            proptest::prop_assert_eq!(amount(&written, currency), Ok(minor), "{}", written);
            // Without decimals it is right, or asked, or refused.
            let read = typed(&grouped(between), currency);
            let is_so = match read {
                Ok(Read::Certain(read)) => read == whole * 100,
                Ok(read) => read.meanings().any(|read| read == whole * 100),
                Err(fault) => fault == TooPrecise || (fault == NotANumber && whole == 0),
            };
            // 1.200 where the point is usual is 1.20: nobody there parts thousands by points.
            let is_point = currency != Eur && between == "." && (1_000..1_000_000).contains(&whole);
            proptest::prop_assert!(is_so || is_point, "{} {:?}", grouped(between), read);
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[0-9.,' ¥元块角两半一百万斤kg()-]{0,14}") {
        for currency in Currency::ALL.iter().copied() {
            for measure in [Measure::PIECE, Measure::KILOGRAM, Measure::weight(WeightUnit::Pound)] {
                let reader = Reader::typed(currency);
                let _ = (reader.amount(&text), reader.price(&text, measure), reader.quantity(&text, measure));
            }
        }
        let _ = Column::of([text.as_str()]);
    }
}

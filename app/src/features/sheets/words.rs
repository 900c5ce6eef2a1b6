//! How sheets are talked about: columns, and what becomes of a row.

use domain::money::NumberFault;
use domain::sheet::customers::Part;
use domain::sheet::peer::Peer;
use domain::sheet::{Known, Left, Outcome, Refusal, Remark, Why, customers, products};

use crate::text::{Phrase, sheets};

/// What a column of products is called.
pub fn product_column(column: &products::Column, levels: &[(String, String)]) -> String {
    use products::Column;
    let phrase = match column {
        Column::Name => sheets::NAME,
        Column::Spec => sheets::SPEC,
        Column::Option => sheets::OPTION,
        Column::Code => sheets::CODE,
        Column::Barcodes => sheets::BARCODES,
        Column::Price => sheets::PRICE,
        Column::Cost => sheets::COST,
        Column::Stock => sheets::STOCK,
        Column::Category => sheets::CATEGORY,
        Column::Unit => sheets::UNIT,
        Column::State => sheets::STATE,
        Column::Note => sheets::NOTE,
        Column::Level(key) => {
            let name = levels.iter().find(|(known, _)| known == key).map_or(key.as_str(), |(_, name)| name);
            return sheets::price_at(name);
        }
    };
    phrase.get().to_owned()
}

/// What a column of customers is called.
pub fn customer_column(column: customers::Column) -> Phrase {
    match column {
        customers::Column::Name => sheets::PERSON,
        customers::Column::Phone => sheets::PHONE,
        customers::Column::Address => sheets::ADDRESS,
        customers::Column::Level => sheets::LEVEL,
        customers::Column::Note => sheets::NOTE,
        customers::Column::Given => sheets::GIVEN,
        customers::Column::Family => sheets::FAMILY,
        customers::Column::Company => sheets::COMPANY,
        customers::Column::Part(part) => match part {
            Part::Country => sheets::COUNTRY,
            Part::Province => sheets::PROVINCE,
            Part::City => sheets::CITY,
            Part::District => sheets::DISTRICT,
            Part::Town => sheets::TOWN,
            Part::Street => sheets::STREET,
            Part::More => sheets::MORE_OF_STREET,
            Part::Postcode => sheets::POSTCODE,
        },
    }
}

/// What becomes of a row, in a word.
pub fn outcome(outcome: &Outcome) -> Phrase {
    match outcome {
        Outcome::Created => sheets::CREATED,
        Outcome::Updated => sheets::UPDATED,
        Outcome::Unchanged => sheets::UNCHANGED,
        Outcome::Refused(_) => sheets::REFUSED,
        Outcome::LeftOut(_) => sheets::LEFT_OUT,
    }
}

/// Whose export a sheet is.
pub fn peer(peer: Peer) -> String {
    sheets::export_of(match peer {
        Peer::Shopify => "Shopify",
        Peer::WooCommerce => "WooCommerce",
        Peer::Square => "Square",
        Peer::Etsy => "Etsy",
        Peer::Loyverse => "Loyverse",
        Peer::Medusa => "Medusa",
        Peer::Taobao => sheets::TAOBAO.get(),
        Peer::Youzan => sheets::YOUZAN.get(),
        Peer::Weidian => sheets::WEIDIAN.get(),
        Peer::Qinsi => sheets::QINSI.get(),
        Peer::Guanjiapo => sheets::GUANJIAPO.get(),
    })
}

/// Why a row is left out.
pub fn left(left: Left) -> Phrase {
    match left {
        Left::Total => sheets::IS_TOTAL,
        Left::Head => sheets::IS_HEAD,
        Left::Parent => sheets::IS_PARENT,
        Left::Picture => sheets::IS_PICTURE,
        Left::Nothing => sheets::IS_NOTHING,
    }
}

/// What else there is to know of a row.
pub fn remark(remark: &Remark) -> String {
    match remark {
        Remark::Hidden => sheets::ROW_HIDDEN.get().to_owned(),
        Remark::Shared { code, other } => sheets::shared(code, other),
        Remark::InAll(quantity) => sheets::in_all(quantity),
        Remark::Becomes { what: Known::Name, before, after } => sheets::name_becomes(before, after),
        Remark::Becomes { what: Known::Price, before, after } => sheets::price_becomes(before, after),
        Remark::Becomes { what: Known::Stock, before, after } => sheets::stock_becomes(before, after),
    }
}

/// Why a row is refused, and what to do. `head` names the column that it is about.
pub fn refusal(refusal: &Refusal, head: impl Fn(usize) -> String) -> String {
    let number = |fault: &NumberFault, else_: Phrase| match fault {
        NumberFault::TooPrecise => sheets::TOO_PRECISE,
        NumberFault::TooLarge => sheets::TOO_LARGE,
        NumberFault::Negative => sheets::NEGATIVE,
        NumberFault::OtherCurrency => sheets::OTHER_CURRENCY,
        NumberFault::Ambiguous => sheets::SIGN_UNCLEAR,
        NumberFault::Empty | NumberFault::NotANumber | NumberFault::Zero => else_,
    };
    let said = match &refusal.why {
        Why::NameMissing => sheets::NAME_MISSING.get().to_owned(),
        Why::TooLong(most) => sheets::too_long(*most),
        Why::Amount(fault) => number(fault, sheets::NO_AMOUNT).get().to_owned(),
        Why::Quantity(fault) => number(fault, sheets::NO_QUANTITY).get().to_owned(),
        Why::Mangled => sheets::MANGLED.get().to_owned(),
        Why::Damaged => sheets::DAMAGED.get().to_owned(),
        Why::Error(text) => sheets::is_error(text),
        Why::Uncalculated => sheets::UNCALCULATED.get().to_owned(),
        Why::Date => sheets::IS_DATE.get().to_owned(),
        Why::Truth => sheets::IS_TRUTH.get().to_owned(),
        Why::Repeated(row) => sheets::repeated(*row),
        Why::Disagrees(row) => sheets::disagrees(*row),
        Why::Ambiguous => sheets::AMBIGUOUS.get().to_owned(),
        Why::CodeDiffers(code) => sheets::code_differs(code),
        Why::Unit => sheets::UNIT_UNKNOWN.get().to_owned(),
        Why::UnitDiffers => sheets::UNIT_DIFFERS.get().to_owned(),
        Why::State => sheets::STATE_UNKNOWN.get().to_owned(),
        Why::Level => sheets::LEVEL_UNKNOWN.get().to_owned(),
        Why::StockOfWhole => sheets::STOCK_OF_WHOLE.get().to_owned(),
    };
    match refusal.column.map(head).filter(|head| !head.is_empty()) {
        Some(head) => sheets::in_column(&head, &said),
        None => said,
    }
}

//! How sheets are talked about: columns, and what becomes of a row.

use domain::money::NumberFault;
use domain::sheet::{Outcome, Refusal, Why, customers, products};

use crate::text::{Phrase, sheets};

/// What a column of products is called.
pub fn product_column(column: &products::Column, levels: &[(String, String)]) -> String {
    use products::Column;
    let phrase = match column {
        Column::Name => sheets::NAME,
        Column::Spec => sheets::SPEC,
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
    }
}

/// What becomes of a row, in a word.
pub fn outcome(outcome: &Outcome) -> Phrase {
    match outcome {
        Outcome::Created => sheets::CREATED,
        Outcome::Updated => sheets::UPDATED,
        Outcome::Unchanged => sheets::UNCHANGED,
        Outcome::Refused(_) => sheets::REFUSED,
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

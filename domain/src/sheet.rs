//! Sheets of other programs: rows of text become a plan of what to write, with a word on each row, and what the shop
//! knows becomes rows again. What is imported twice changes nothing the second time; a blank cell leaves what is there.

pub mod content;
pub mod csv;
pub mod customers;
pub mod head;
pub mod peer;
pub mod products;
mod tongues;

use std::collections::BTreeMap;

use uuid::Uuid;

use self::content::Content;
use crate::figure::{Read, Reader};
use crate::money::NumberFault;
use crate::record::{Changed, RecordEvent, Value};

/// Why a row is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// It has no name, and no code or phone that is known here.
    NameMissing,
    /// A text is longer than so many characters.
    TooLong(usize),
    /// An amount of money that can't be read.
    Amount(NumberFault),
    /// A stock that can't be read: whole pieces, or kilograms.
    Quantity(NumberFault),
    /// The sheet's program turned a long number into a power of ten: its digits are lost.
    Mangled,
    /// A number of more digits than a spreadsheet keeps stands where a code or a phone belongs: its last ones are lost.
    Damaged,
    /// A formula that failed, and what it says.
    Error(String),
    /// A formula whose value the sheet's program did not store.
    Uncalculated,
    /// A date where none belongs: spreadsheets make one of `3-5`.
    Date,
    /// True or false where neither belongs.
    Truth,
    /// An earlier row is about the same thing and says something else.
    Repeated(usize),
    /// An earlier row of the same product says something else that is the whole product's.
    Disagrees(usize),
    /// Several things here are called so.
    Ambiguous,
    /// What is called so here has another code.
    CodeDiffers(String),
    /// A unit that is unknown.
    Unit,
    /// It is sold by weight here and by the piece there, and its stock is counted already.
    UnitDiffers,
    /// Neither on sale nor not.
    State,
    /// A price level that the shop does not have.
    Level,
    /// Stock is counted for each specification, and the row names none.
    StockOfWhole,
}

/// Why a row is refused, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The column of the sheet, counted from 0; `None`: the row as a whole.
    pub column: Option<usize>,
    /// Why.
    pub why: Why,
}

/// Why a row is none of the goods or people that a sheet lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// It adds up other rows.
    Total,
    /// It names the columns once more.
    Head,
    /// It only names the product whose variants stand below it.
    Parent,
    /// It only has a further picture.
    Picture,
    /// It says nothing in the columns that are taken.
    Nothing,
}

/// A row below the head of a sheet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// The row of the sheet, counted from 1 as sheets do. Several lines may come of one row.
    pub number: usize,
    /// Its cells.
    pub cells: Vec<Content>,
    /// The columns, from 0, in which a cell holds for several rows together.
    pub merged: Vec<usize>,
    /// Why it is left out, where that is known from the sheet alone.
    pub left: Option<Left>,
    /// What a person should know of it, where that is known from the sheet alone.
    pub remarks: Vec<Remark>,
}

/// What a person should know of a row that is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remark {
    /// The sheet hides it.
    Hidden,
    /// Something else has this code, too.
    Shared {
        /// The code.
        code: String,
        /// What else has it.
        other: String,
    },
    /// So many are there of all variants together, and nobody knows how many of each.
    InAll(String),
    /// Something of what is here becomes something else.
    Becomes {
        /// What it is.
        what: Known,
        /// What it was, as people write it.
        before: String,
        /// What it will be.
        after: String,
    },
}

/// What of goods a person wants to see before it changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// What they are called.
    Name,
    /// What they cost.
    Price,
    /// How many are there.
    Stock,
}

/// What becomes of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Something new is written down.
    Created,
    /// What is here changes.
    Updated,
    /// It is here already, just so.
    Unchanged,
    /// Nothing of the row is taken.
    Refused(Vec<Refusal>),
    /// It is nothing that could be taken.
    LeftOut(Left),
}

/// A row, and what becomes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The row of the sheet, counted from 1 as sheets do.
    pub row: usize,
    /// What becomes of it.
    pub outcome: Outcome,
    /// How it was understood, cell by cell as the kind lists them: see `SAID` of [`products`] and [`customers`].
    pub said: Vec<String>,
    /// What else there is to know.
    pub remarks: Vec<Remark>,
}

/// What is to be written of one thing.
#[derive(Clone, Debug, PartialEq)]
pub struct Writing {
    /// Which one; `None`: a new one.
    pub id: Option<Uuid>,
    /// Its events, in their order.
    pub events: Vec<RecordEvent>,
}

/// What a sheet comes to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// A word on each row that is not blank.
    pub reports: Vec<Report>,
    /// What is to be written: all of it at once, or nothing.
    pub writings: Vec<Writing>,
}

/// How many rows come to what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// New.
    pub created: usize,
    /// Changed.
    pub updated: usize,
    /// There already.
    pub unchanged: usize,
    /// Refused.
    pub refused: usize,
    /// Nothing that could be taken.
    pub left: usize,
}

impl Plan {
    /// Counts its rows.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for report in &self.reports {
            match report.outcome {
                Outcome::Created => counts.created += 1,
                Outcome::Updated => counts.updated += 1,
                Outcome::Unchanged => counts.unchanged += 1,
                Outcome::Refused(_) => counts.refused += 1,
                Outcome::LeftOut(_) => counts.left += 1,
            }
        }
        counts
    }
}

/// Reads a sheet row by row, so that a page can breathe in between.
pub trait Planner {
    /// Takes the next row; a blank one says nothing.
    fn row(&mut self, line: &Line);
    /// What it all comes to.
    fn plan(self: Box<Self>) -> Plan;
}

/// Fields go into events in parts of about this many bytes: an event has an upper limit.
const EVENT_BYTES: usize = 24 * 1024;

/// The events that write these fields.
fn written(set: BTreeMap<String, Option<Value>>) -> Vec<RecordEvent> {
    let mut events = Vec::new();
    let mut part = BTreeMap::new();
    let mut bytes = 0;
    let size = |value: &Value| match value {
        Value::Text(text) => text.len(),
        Value::List(all) => all.iter().filter_map(Value::as_text).map(|text| text.len() + 3).sum(),
        Value::Bool(_) | Value::Int(_) => 8,
    };
    for (name, value) in set {
        bytes += name.len() + value.as_ref().map_or(4, size) + 6;
        part.insert(name, value);
        if bytes > EVENT_BYTES {
            events.push(RecordEvent::Changed(Changed { set: std::mem::take(&mut part), settles: None }));
            bytes = 0;
        }
    }
    if !part.is_empty() {
        events.push(RecordEvent::Changed(Changed { set: part, settles: None }));
    }
    events
}

/// The drawn id, or the next that is neither 0 nor taken.
fn unused(drawn: u32, taken: impl Iterator<Item = u32> + Clone) -> u32 {
    let mut id = drawn.max(1);
    while taken.clone().any(|known| known == id) {
        id = id.wrapping_add(1).max(1);
    }
    id
}

/// Whether a long number came out of a spreadsheet as a power of ten (`6.90123E+12`): a phone or a barcode that was.
fn is_mangled(text: &str) -> bool {
    let Some((digits, power)) = text.split_once(['E', 'e']) else { return false };
    let power = power.strip_prefix('+').unwrap_or_default();
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, rest) = digits.split_once('.').unwrap_or((digits, "0"));
    is_number(power) && is_number(whole) && is_number(rest)
}

/// From this number on a spreadsheet keeps no longer every digit: 10¹⁵.
const KEPT_DIGITS: usize = 15;

/// The cells of one row, as they are asked for by what their columns mean.
struct Cells<'a, C> {
    columns: &'a [Option<C>],
    cells: &'a [Content],
    refusals: Vec<Refusal>,
}

impl<'a, C: PartialEq> Cells<'a, C> {
    fn new(columns: &'a [Option<C>], cells: &'a [Content]) -> Self {
        Self { columns, cells, refusals: Vec::new() }
    }

    fn refuse(&mut self, column: Option<usize>, why: Why) {
        self.refusals.push(Refusal { column, why });
    }

    /// Refuses the row as a whole. A name that was refused is there: it is not called missing as well.
    fn refuse_row(&mut self, why: Why) {
        if why != Why::NameMissing || self.refusals.is_empty() {
            self.refuse(None, why);
        }
    }

    /// Whether nothing stands in the columns that mean something.
    fn are_blank(&self) -> bool {
        self.columns.iter().zip(self.cells).all(|(column, cell)| column.is_none() || cell.is_blank())
    }

    /// What stands in the columns of this meaning, where it is not blank.
    fn all(&self, wanted: &C) -> Vec<(usize, &'a Content)> {
        let of = |(at, column): (usize, &Option<C>)| {
            let content = self.cells.get(at)?;
            (column.as_ref() == Some(wanted) && !content.is_blank()).then_some((at, content))
        };
        self.columns.iter().enumerate().filter_map(of).collect()
    }

    fn first(&self, wanted: &C) -> Option<(usize, &'a Content)> {
        self.all(wanted).first().copied()
    }

    /// What the sheet shows in the first of them.
    fn shown(&self, wanted: &C) -> String {
        self.first(wanted).map(|(_, content)| content.shown().trim().to_owned()).unwrap_or_default()
    }

    /// What is wrong with a content where words, codes or figures belong, whatever it says.
    fn fault(content: &Content) -> Option<Why> {
        match content {
            Content::Text(_) | Content::Number { .. } => None,
            Content::Date(_) => Some(Why::Date),
            Content::Truth(_) => Some(Why::Truth),
            Content::Error(text) => Some(Why::Error(text.clone())),
            Content::Uncalculated => Some(Why::Uncalculated),
        }
    }

    /// The words of a cell; `None`, and refused, where it holds something else.
    fn words(&mut self, (at, content): (usize, &'a Content), most: usize) -> Option<String> {
        if let Some(why) = Self::fault(content) {
            self.refuse(Some(at), why);
            return None;
        }
        let seen: String = content.shown().chars().filter(|c| !is_joint(*c)).collect();
        match crate::text::parse(&seen, most) {
            Ok(text) => Some(text).filter(|text| !text.is_empty()),
            Err(_) => {
                self.refuse(Some(at), Why::TooLong(most));
                None
            }
        }
    }

    /// A text; `None` where it is blank.
    fn text(&mut self, wanted: &C, most: usize) -> Option<String> {
        let cell = self.first(wanted)?;
        self.words(cell, most)
    }

    /// A text in which dates and truth values are words as well.
    fn remark(&mut self, wanted: &C, most: usize) -> Option<String> {
        match self.first(wanted)? {
            (_, Content::Date(text)) => Some(text.clone()),
            (_, Content::Truth(so)) => Some(Content::Truth(*so).shown().into_owned()),
            cell => self.words(cell, most),
        }
    }

    /// Digits and letters that a spreadsheet may have taken for a number.
    fn code_in(&mut self, (at, content): (usize, &'a Content), most: usize) -> Option<String> {
        let text = self.words((at, content), most)?;
        if let Content::Number { value, .. } = content {
            let digits = value.trim_start_matches('-').split('.').next().unwrap_or_default();
            if digits.len() > KEPT_DIGITS {
                self.refuse(Some(at), Why::Damaged);
                return None;
            }
        }
        if is_mangled(&text) {
            self.refuse(Some(at), Why::Mangled);
            return None;
        }
        Some(content::code(&text)).filter(|code| !code.is_empty())
    }

    fn code(&mut self, wanted: &C, most: usize) -> Option<String> {
        let cell = self.first(wanted)?;
        self.code_in(cell, most)
    }

    /// Reads a figure: by the value of a cell, or as the sheet shows it where the value has more decimals than fit.
    fn figure(
        &mut self,
        (at, content): (usize, &'a Content),
        decimals: usize,
        reader: Reader,
        read: impl Fn(Reader, &str) -> Result<Read, NumberFault>,
        else_: impl Fn(NumberFault) -> Why,
    ) -> Option<i64> {
        if let Some(why) = Self::fault(content) {
            self.refuse(Some(at), why);
            return None;
        }
        let in_column = |text: &str| read(reader, text).and_then(Read::certain);
        let read = |text: &str| read(reader.pointed(), text).and_then(Read::certain);
        let read = match content {
            Content::Number { shown, value } => read(value).or_else(|fault| {
                let rounded =
                    shown.split_once('.').map_or(0, |(_, rest)| rest.chars().filter(char::is_ascii_digit).count());
                if fault == NumberFault::TooPrecise && rounded >= decimals { read(shown) } else { Err(fault) }
            }),
            Content::Text(_) | Content::Date(_) | Content::Truth(_) | Content::Error(_) | Content::Uncalculated => {
                in_column(content::code(&content.shown()).as_str())
            }
        };
        read.map_err(|fault| self.refuse(Some(at), else_(fault))).ok()
    }
}

/// Signs that nobody sees, but for those that join emoji and steer the direction of Arabic and Hebrew.
fn is_joint(c: char) -> bool {
    content::is_unseen(c) && !matches!(c, '\u{200c}'..='\u{200f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_numbers_that_a_spreadsheet_broke_are_known() {
        for broken in ["6.90123E+12", "1.38001E+10", "1E+10"] {
            assert!(is_mangled(broken), "{broken}");
        }
        for whole in ["6901234567892", "E+1", "12E", "SPACE", "3E4X", "2.E+", "A1E+5"] {
            assert!(!is_mangled(whole), "{whole}");
        }
    }

    #[test]
    fn many_fields_are_several_events() {
        let set: BTreeMap<_, _> = (0..300).map(|n| (format!("f{n:03}"), Some(Value::Text("x".repeat(400))))).collect();
        let events = written(set.clone());
        assert!(events.len() > 3);
        let together = events.iter().flat_map(|event| {
            let RecordEvent::Changed(changed) = event else { panic!("{event:?}") };
            changed.set.clone()
        });
        assert_eq!(together.collect::<BTreeMap<_, _>>(), set);
        assert!(written(BTreeMap::new()).is_empty());
    }
}

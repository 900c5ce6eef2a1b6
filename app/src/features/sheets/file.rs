//! Files of other programs as sheets of cells: workbooks of Excel, WPS and LibreOffice, and text in the encodings that
//! these write.

pub mod encoding;
mod format;
mod ods;
#[cfg(test)]
mod workbooks;
mod xlsx;
mod xml;

use std::collections::BTreeSet;
use std::io::Cursor;
use std::ops::RangeInclusive;

use calamine::{Data, Reader, SheetType, SheetVisible, Xls};
use domain::sheet::content::Content;
use domain::sheet::csv;

use self::encoding::Encoding;
use self::xml::Parts;

/// A file of more bytes is not read.
pub const MAX_BYTES: u32 = 30_000_000;
/// More rows than these are not taken in at once.
pub const MAX_ROWS: usize = 50_000;
/// More columns than these are no sheet of goods.
const MAX_COLUMNS: usize = 200;
/// No spreadsheet has more columns: a line of more is not even taken apart.
const WIDEST: usize = 16_384;
/// More cells than these in a whole workbook would fill the device; a long text counts as several.
const MAX_CELLS: usize = 2_000_000;
/// How a workbook begins that Excel wrote until 2003.
const OLD: [u8; 4] = [0xD0, 0xCF, 0x11, 0xE0];
/// How many bytes of a text count as a cell.
const CELL_BYTES: usize = 128;
/// More sheets than these are no workbook of goods.
const MAX_SHEETS: usize = 255;
/// How many cells are read between two breaths of the page.
const AT_ONCE: usize = 20_000;

/// Why a file was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// A web page that calls itself a spreadsheet.
    #[error("a web page, not a spreadsheet")]
    WebPage,
    /// It is damaged, locked by a password, or something else.
    #[error("no spreadsheet that can be read")]
    Broken,
    /// In this row, from 1, a quote opens a cell that nothing closes.
    #[error("a quote in row {0} is never closed")]
    OpenQuote(usize),
    /// Nothing is in it.
    #[error("nothing is in it")]
    Empty,
    /// More than fits.
    #[error("more rows than can be taken in at once")]
    TooLarge,
    /// The person did not want it any more.
    #[error("stopped")]
    Stopped,
}

/// A sheet of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// Its name; a file of text has none.
    pub name: String,
    /// Whether its workbook hides it.
    pub hidden: bool,
    /// Its rows; as wide as what is in them.
    pub rows: Vec<Vec<Content>>,
    /// The rows that it hides, from 0.
    pub hidden_rows: BTreeSet<usize>,
    /// The columns that it hides, from 0.
    pub hidden_columns: BTreeSet<usize>,
    /// The cells that say what holds for several rows together, as row and column from 0.
    pub merged: BTreeSet<(usize, usize)>,
    /// Whether it has more than is taken in at once.
    pub is_too_large: bool,
    /// What it and the sheets before it hold, in cells, with those that are blank.
    cells: usize,
    /// How many cells and rows its merged cells went through.
    gone_through: usize,
}

impl Table {
    /// An empty sheet that comes behind these in its workbook.
    fn behind(before: &[Self], name: String, hidden: bool) -> Result<Self, Unreadable> {
        if before.len() >= MAX_SHEETS {
            return Err(Unreadable::TooLarge);
        }
        Ok(Self { name, hidden, cells: before.last().map_or(0, |last| last.cells), ..Self::default() })
    }

    fn put(&mut self, row: usize, column: usize, content: Content) {
        if content.is_blank() || column >= MAX_COLUMNS {
            return;
        }
        if row > MAX_ROWS {
            self.is_too_large = true;
            return;
        }
        let wide = self.rows.get(row).map_or(0, Vec::len);
        let added = (row + 1).saturating_sub(self.rows.len())
            + (column + 1).saturating_sub(wide).max(1)
            + content.shown().len() / CELL_BYTES;
        if self.cells.saturating_add(added) > MAX_CELLS {
            self.is_too_large = true;
            return;
        }
        self.cells += added;
        if self.rows.len() <= row {
            self.rows.resize_with(row + 1, Vec::new);
        }
        let Some(cells) = self.rows.get_mut(row) else { return };
        if cells.len() <= column {
            cells.resize_with(column + 1, || Content::Text(String::new()));
        }
        if let Some(place) = cells.get_mut(column) {
            *place = content;
        }
    }

    /// What stands first in merged cells holds for each of their rows that says anything else; what they hide is gone.
    fn merge(&mut self, rows: RangeInclusive<usize>, columns: RangeInclusive<usize>) {
        let (top, left) = (*rows.start(), *columns.start());
        let first = self.rows.get(top).and_then(|row| row.get(left)).cloned();
        let first = first.filter(|first| !first.is_blank());
        for number in top..=(*rows.end()).min(self.rows.len().saturating_sub(1)) {
            self.gone_through += 1;
            if self.gone_through > MAX_CELLS {
                self.is_too_large = true;
                return;
            }
            let Some(row) = self.rows.get_mut(number) else { return };
            for column in left..=(*columns.end()).min(row.len().saturating_sub(1)) {
                if (number, column) != (top, left)
                    && let Some(place) = row.get_mut(column)
                {
                    *place = Content::Text(String::new());
                }
                self.gone_through += 1;
            }
            let says = row.iter().any(|cell| !cell.is_blank());
            if let Some(first) = first.clone().filter(|_| says && number != top) {
                self.put(number, left, first);
                self.merged.extend([(top, left), (number, left)]);
            }
        }
    }

    /// How many rows and columns with something in them it hides.
    pub fn hides(&self) -> (usize, usize) {
        let is_said = |row: &&usize| self.rows.get(**row).is_some_and(|row| row.iter().any(|cell| !cell.is_blank()));
        let in_column =
            |column: &&usize| self.rows.iter().any(|row| row.get(**column).is_some_and(|cell| !cell.is_blank()));
        (self.hidden_rows.iter().filter(is_said).count(), self.hidden_columns.iter().filter(in_column).count())
    }
}

/// How a file of text is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Form {
    /// Its encoding.
    pub encoding: Encoding,
    /// What stands between its cells.
    pub separator: char,
}

/// What a person says of a file of text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// Its encoding.
    pub encoding: Option<Encoding>,
    /// What stands between its cells.
    pub separator: Option<char>,
}

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its sheets that have something in them, one at the least.
    pub tables: Vec<Table>,
    /// Of a file of text: how it was read.
    pub form: Option<Form>,
    /// Whether it is a workbook as Excel wrote them until 2003: what it hides and how it shows numbers is not known.
    pub is_old: bool,
}

/// Reads a file. `breathe` is called now and then and answers whether to go on.
pub async fn read(bytes: Vec<u8>, said: Said, breathe: impl AsyncFn() -> bool) -> Result<File, Unreadable> {
    let is_old = bytes.starts_with(&OLD);
    let (mut tables, form) = match bytes.get(..4) {
        Some(b"PK\x03\x04") => (workbook(bytes, &breathe).await?, None),
        _ if is_old => (old_workbook(bytes)?, None),
        _ => {
            let (table, form) = text(&bytes, said)?;
            (vec![table], Some(form))
        }
    };
    for table in &mut tables {
        while table.rows.last().is_some_and(|row| row.iter().all(Content::is_blank)) {
            table.rows.pop();
        }
        table.is_too_large |= table.rows.len() > MAX_ROWS;
    }
    // What has no room any more is said, not dropped.
    tables.retain(|table| !table.rows.is_empty() || table.is_too_large);
    match tables.len() {
        0 => Err(Unreadable::Empty),
        _ if tables.iter().all(|table| table.is_too_large) => Err(Unreadable::TooLarge),
        _ => Ok(File { tables, form, is_old }),
    }
}

/// Of several sheets the one to begin with: of those that are seen the one with the most columns that are known, else
/// the first.
pub fn chosen(tables: &[Table], known: impl Fn(&Table) -> usize) -> usize {
    let fits = |table: &Table| (!table.hidden && !table.is_too_large, known(table));
    let ranked = tables.iter().enumerate().map(|(at, table)| (fits(table), usize::MAX - at, at));
    ranked.max().map_or(0, |(_, _, at)| at)
}

fn text(bytes: &[u8], said: Said) -> Result<(Table, Form), Unreadable> {
    let encoding = said.encoding.unwrap_or_else(|| Encoding::of(bytes));
    let text = encoding.text(bytes);
    // Few signs are unknown in a text, most of a picture's are.
    let is_odd = |c: &char| *c == '\u{fffd}' || (c.is_control() && !matches!(c, '\t' | '\n' | '\r'));
    let looked_at = text.chars().take(4_000).count();
    if said.encoding.is_none() && text.chars().take(4_000).filter(is_odd).count() * 20 > looked_at {
        return Err(Unreadable::Broken);
    }
    let start: String = text.trim_start_matches(['\u{feff}', ' ', '\r', '\n', '\t']).chars().take(9).collect();
    let start = start.to_lowercase();
    if ["<html", "<!doctype", "<table", "<?xml"].iter().any(|tag| start.starts_with(tag)) {
        return Err(Unreadable::WebPage);
    }
    let separator = said.separator.unwrap_or_else(|| csv::separator(&text));
    if let Some(row) = csv::open_quote(&text, separator) {
        return Err(Unreadable::OpenQuote(row));
    }
    if text.split(['\n', '\r']).any(|line| line.matches(separator).count() > WIDEST) {
        return Err(Unreadable::TooLarge);
    }
    let mut table = Table::default();
    csv::each_row(&text, separator, |row, cells| {
        for (column, cell) in cells.take(MAX_COLUMNS).enumerate() {
            table.put(row, column, Content::typed(cell.to_owned()));
        }
        !table.is_too_large
    });
    Ok((table, Form { encoding, separator }))
}

async fn workbook(bytes: Vec<u8>, breathe: &impl AsyncFn() -> bool) -> Result<Vec<Table>, Unreadable> {
    let mut parts = Parts::open(bytes)?;
    if !breathe().await {
        return Err(Unreadable::Stopped);
    }
    if let Some(tables) = xlsx::read(&mut parts, breathe).await? {
        return Ok(tables);
    }
    ods::read(&mut parts, breathe).await?.ok_or(Unreadable::Broken)
}

/// The sheets of a workbook as Excel wrote them until 2003.
fn old_workbook(bytes: Vec<u8>) -> Result<Vec<Table>, Unreadable> {
    let mut book: Xls<_> = Xls::new(Cursor::new(bytes)).map_err(|_| Unreadable::Broken)?;
    let sheets = book.sheets_metadata().to_vec();
    let mut tables = Vec::new();
    for sheet in sheets.into_iter().filter(|sheet| sheet.typ == SheetType::WorkSheet) {
        let range = book.worksheet_range(&sheet.name).map_err(|_| Unreadable::Broken)?;
        let merged = book.merge_cells_by_sheet_name(&sheet.name).unwrap_or_default();
        let hidden = sheet.visible != SheetVisible::Visible;
        let mut table = Table::behind(&tables, sheet.name, hidden)?;
        let (above, before) = range.start().map_or((0, 0), |(row, column)| (row as usize, column as usize));
        for (row, column, data) in range.used_cells() {
            if let Some(content) = content(data) {
                table.put(above + row, before + column, content);
            }
        }
        for cells in merged {
            let (rows, columns) =
                (cells.start.0 as usize..=cells.end.0 as usize, cells.start.1 as usize..=cells.end.1 as usize);
            table.merge(rows, columns);
        }
        tables.push(table);
    }
    Ok(tables)
}

/// What a cell of an old workbook says; its format is not known beyond that of dates.
fn content(data: &Data) -> Option<Content> {
    let number = |text: &str| format::digits(text).map(|value| Content::Number { shown: value.clone(), value });
    match data {
        Data::Int(n) => number(&n.to_string()),
        Data::Float(n) => number(&format!("{n:.9}")),
        Data::String(text) => Some(Content::typed(text.clone())),
        Data::Bool(so) => Some(Content::Truth(*so)),
        Data::DateTime(serial) => {
            let digits = format::digits(&format!("{:.9}", serial.as_f64()))?;
            Some(format::date(&digits, false).map_or_else(|| Content::Text(digits), Content::Date))
        }
        Data::DateTimeIso(text) | Data::DurationIso(text) => Some(Content::Date(text.clone())),
        Data::Error(fault) => Some(Content::Error(fault.to_string())),
        Data::Empty => None,
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;

    use super::*;
    use crate::features::sheets::book;
    use domain::sheet::csv::Cell;
    use encoding_rs::GB18030;

    fn file(bytes: &[u8]) -> Result<File, Unreadable> {
        block_on(super::read(bytes.to_vec(), Said::default(), async || true))
    }

    fn read(bytes: &[u8]) -> Result<Vec<Vec<String>>, Unreadable> {
        let file = file(bytes)?;
        let cells = |row: &Vec<Content>| row.iter().map(|cell| cell.shown().into_owned()).collect();
        Ok(file.tables[0].rows.iter().map(cells).collect())
    }

    #[test]
    fn what_a_quote_would_swallow_is_not_taken_in() {
        assert_eq!(read("名称,价格\n\"茶,1\n壶,2\n".as_bytes()), Err(Unreadable::OpenQuote(2)));
    }

    #[test]
    fn a_sheet_is_read_in_whatever_its_program_wrote_it() {
        let sheet = "名称,价格\r\n龙井,128\r\n";
        let rows = [["名称", "价格"], ["龙井", "128"]];
        assert_eq!(read(sheet.as_bytes()).unwrap(), rows);
        assert_eq!(read(format!("\u{feff}{sheet}").as_bytes()).unwrap(), rows);
        assert_eq!(read(&GB18030.encode(sheet).0).unwrap(), rows);
        // A sign that only GB18030 has, of four bytes.
        assert_eq!(read(&GB18030.encode("名\u{3400}\n茶").0).unwrap(), [["名\u{3400}"], ["茶"]]);
        let little: Vec<u8> = sheet.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = sheet.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(read(&[&[0xFF, 0xFE], little.as_slice()].concat()).unwrap(), rows);
        assert_eq!(read(&[&[0xFE, 0xFF], big.as_slice()].concat()).unwrap(), rows);
        assert_eq!(read(&little).unwrap(), rows);
        assert_eq!(read(&big).unwrap(), rows);
    }

    /// R35: 30 MB of nothing would fill the device with rows of empty cells.
    #[test]
    fn r35_a_file_of_separators_does_not_fill_the_device() {
        let goods = "名称,价格\n茶,1\n";
        assert_eq!(read(",".repeat(3_000_000).as_bytes()), Err(Unreadable::TooLarge));
        assert_eq!(read(format!("{}\n", ",".repeat(9_999)).repeat(300).as_bytes()), Err(Unreadable::Empty));
        assert_eq!(read("a,".repeat(199).as_bytes()).unwrap()[0].len(), 199);
        assert_eq!(read("茶,1\r".repeat(20_000).as_bytes()).unwrap().len(), 20_000, "lines of an old Mac");
        assert_eq!(read(format!("{}\n", "a,".repeat(199)).repeat(20_000).as_bytes()), Err(Unreadable::TooLarge));
        assert_eq!(read(format!("{goods}{}", "\n".repeat(3_000_000)).as_bytes()).unwrap().len(), 2);
        // Goods behind more blank rows than a sheet has are not dropped without a word.
        assert_eq!(read(format!("{goods}{}壶,2\n", "\n".repeat(60_000)).as_bytes()), Err(Unreadable::TooLarge));
        assert_eq!(read(format!("{goods}{}壶,2\n", ",\n".repeat(60_000)).as_bytes()), Err(Unreadable::TooLarge));
    }

    #[test]
    fn what_is_no_sheet_is_said_to_be_none() {
        assert_eq!(read(b""), Err(Unreadable::Empty));
        assert_eq!(read(b"\n , \n"), Err(Unreadable::Empty));
        assert_eq!(read(b"<html><table>"), Err(Unreadable::WebPage));
        assert_eq!(read(b"PK\x03\x04 and nothing behind"), Err(Unreadable::Broken));
        assert_eq!(read(&[0xD0, 0xCF, 0x11, 0xE0, 1, 2, 3]), Err(Unreadable::Broken));
        let noise: Vec<u8> = (0..4_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        assert_eq!(read(&noise), Err(Unreadable::Broken));
    }

    #[test]
    fn a_workbook_of_ours_is_read_cell_by_cell() {
        let text = |text: &str| Cell::Text(text.to_owned());
        let cells = vec![
            vec![text("名称"), text("价格"), text("备注")],
            vec![text("龙井 <一级> & \"特\""), Cell::Figure("12.30".to_owned()), text("=1+1")],
            vec![text("6901234567892"), Cell::Figure("-3".to_owned()), text("两\n行\u{1}")],
            vec![text("'x"), Cell::Figure(String::new()), text("")],
        ];
        let bytes = book::write("商品", &cells).unwrap();
        let rows = read(&bytes).unwrap();
        assert_eq!(rows[0], ["名称", "价格", "备注"]);
        assert_eq!(rows[1], ["龙井 <一级> & \"特\"", "12.3", "=1+1"]);
        assert_eq!(rows[2], ["6901234567892", "-3", "两\n行"]);
        assert_eq!(rows[3], ["'x"]);
    }

    #[test]
    fn a_long_workbook_can_be_stopped() {
        let row = vec![Cell::Text("茶".to_owned()); 10];
        let bytes = book::write("商品", &vec![row; 4_000]).unwrap();
        assert_eq!(block_on(super::read(bytes, Said::default(), async || false)), Err(Unreadable::Stopped));
    }
}

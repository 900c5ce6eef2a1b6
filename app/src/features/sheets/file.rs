//! Files of other programs as rows of text: spreadsheets of Excel, WPS and LibreOffice, and text in the encodings that
//! these write.

use std::io::{Cursor, Read};

use calamine::{Data, DataRef, Ods, Range, Reader, Xls, Xlsx};
use domain::sheet::content::Content;
use domain::sheet::csv;
use encoding_rs::{GB18030, UTF_16BE, UTF_16LE};

/// A file of more bytes is not read.
pub const MAX_BYTES: u32 = 30_000_000;
/// More rows than these are not taken in at once.
pub const MAX_ROWS: usize = 50_000;
/// What a spreadsheet may unfold to, so that a small file can't fill the device.
const MAX_UNFOLDED: u64 = 300_000_000;
/// More columns than these are no sheet of goods.
const MAX_COLUMNS: usize = 200;
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

/// The rows of a file. `breathe` is called now and then and answers whether to go on.
pub async fn rows(bytes: Vec<u8>, breathe: impl AsyncFn() -> bool) -> Result<Vec<Vec<Content>>, Unreadable> {
    let mut rows = match bytes.get(..4) {
        Some(b"PK\x03\x04") => workbook(bytes, &breathe).await?,
        Some([0xD0, 0xCF, 0x11, 0xE0]) => {
            let book: Xls<_> = Xls::new(Cursor::new(bytes)).map_err(|_| Unreadable::Broken)?;
            of_book(book)?
        }
        _ => {
            let text = text(&bytes).ok_or(Unreadable::Broken)?;
            let start = text.trim_start().get(..9).unwrap_or_default().to_lowercase();
            if start.starts_with("<html") || start.starts_with("<!doctype") || start.starts_with("<table") {
                return Err(Unreadable::WebPage);
            }
            csv::read(&text)
        }
    };
    while rows.last().is_some_and(|row| row.iter().all(|cell| cell.trim().is_empty())) {
        rows.pop();
    }
    for row in &mut rows {
        row.truncate(MAX_COLUMNS);
    }
    match rows.len() {
        0 => Err(Unreadable::Empty),
        many if many > MAX_ROWS => Err(Unreadable::TooLarge),
        _ => Ok(rows.into_iter().map(|row| row.into_iter().map(Content::typed).collect()).collect()),
    }
}

/// The text of a file: UTF-8 and UTF-16 by their marks or their look, else as Chinese Windows writes it. `None`: no
/// text at all.
fn text(bytes: &[u8]) -> Option<String> {
    let decoded = match bytes {
        [0xFF, 0xFE, rest @ ..] => UTF_16LE.decode_without_bom_handling(rest).0.into_owned(),
        [0xFE, 0xFF, rest @ ..] => UTF_16BE.decode_without_bom_handling(rest).0.into_owned(),
        _ => {
            // Without a mark, the halves of plain letters and separators that are zero tell.
            let start = bytes.get(..bytes.len().min(2_000)).unwrap_or_default();
            let zeros = |odd: usize| start.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
            let (even, odd) = (zeros(0), zeros(1));
            match (even, odd) {
                (0, 0) => match std::str::from_utf8(bytes) {
                    Ok(text) => text.to_owned(),
                    Err(_) => GB18030.decode_without_bom_handling(bytes).0.into_owned(),
                },
                (0, _) => UTF_16LE.decode_without_bom_handling(bytes).0.into_owned(),
                (_, 0) => UTF_16BE.decode_without_bom_handling(bytes).0.into_owned(),
                // No text has zeros in both: a picture, a program.
                _ => return None,
            }
        }
    };
    // Few signs are unknown in a text, most of a picture's are.
    let unknown = decoded.chars().take(4_000).filter(|c| *c == '\u{fffd}' || *c == '\0').count();
    (unknown * 20 <= decoded.chars().take(4_000).count()).then_some(decoded)
}

/// What a zip unfolds to, as it says itself.
fn unfolded(bytes: &[u8]) -> Option<u64> {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let sizes = (0..zip.len()).map(|nth| zip.by_index_raw(nth).map(|file| file.size()).unwrap_or_default());
    Some(sizes.fold(0, u64::saturating_add))
}

async fn workbook(bytes: Vec<u8>, breathe: &impl AsyncFn() -> bool) -> Result<Vec<Vec<String>>, Unreadable> {
    match unfolded(&bytes) {
        None => return Err(Unreadable::Broken),
        Some(size) if size > MAX_UNFOLDED => return Err(Unreadable::TooLarge),
        Some(_) => {}
    }
    let Ok(mut book) = Xlsx::new(Cursor::new(bytes.clone())) else {
        let book: Ods<_> = Ods::new(Cursor::new(bytes)).map_err(|_| Unreadable::Broken)?;
        return of_book(book);
    };
    if !breathe().await {
        return Err(Unreadable::Stopped);
    }
    for name in book.sheet_names() {
        // What is no sheet of cells, such as a chart, has none.
        let Ok(mut cells) = book.worksheet_cells_reader(&name) else { continue };
        let mut rows: Vec<Vec<String>> = Vec::new();
        let mut read = 0;
        while let Some(cell) = cells.next_cell().map_err(|_| Unreadable::Broken)? {
            let (row, column) = cell.get_position();
            let (row, column) = (row as usize, column as usize);
            let said = says(cell.get_value());
            if said.is_empty() || column >= MAX_COLUMNS {
                continue;
            }
            if row > MAX_ROWS {
                return Err(Unreadable::TooLarge);
            }
            if rows.len() <= row {
                rows.resize_with(row + 1, Vec::new);
            }
            if let Some(row) = rows.get_mut(row) {
                if row.len() <= column {
                    row.resize_with(column + 1, String::new);
                }
                if let Some(place) = row.get_mut(column) {
                    *place = said;
                }
            }
            read += 1;
            if read % AT_ONCE == 0 && !breathe().await {
                return Err(Unreadable::Stopped);
            }
        }
        if !rows.is_empty() {
            return Ok(rows);
        }
    }
    Err(Unreadable::Empty)
}

/// The first sheet of a book in which there is something.
fn of_book<RS: Read + std::io::Seek, R: Reader<RS>>(mut book: R) -> Result<Vec<Vec<String>>, Unreadable> {
    for name in book.sheet_names() {
        let range: Range<Data> = book.worksheet_range(&name).map_err(|_| Unreadable::Broken)?;
        let Some((first_row, first_column)) = range.start() else { continue };
        let (above, before) = (first_row as usize, first_column as usize);
        if above + range.height() > MAX_ROWS {
            return Err(Unreadable::TooLarge);
        }
        let mut rows = vec![Vec::new(); above];
        for row in range.rows() {
            let cells = row.iter().map(|cell| says(&borrowed(cell)));
            rows.push(std::iter::repeat_n(String::new(), before).chain(cells).collect());
        }
        return Ok(rows);
    }
    Err(Unreadable::Empty)
}

/// A cell of an older book as one of the newer.
fn borrowed(cell: &Data) -> DataRef<'_> {
    match cell {
        Data::Int(number) => DataRef::Int(*number),
        Data::Float(number) => DataRef::Float(*number),
        Data::String(text) => DataRef::SharedString(text),
        Data::Bool(so) => DataRef::Bool(*so),
        Data::DateTimeIso(text) => DataRef::DateTimeIso(text.clone()),
        Data::DurationIso(text) => DataRef::DurationIso(text.clone()),
        Data::DateTime(_) | Data::Error(_) | Data::Empty => DataRef::Empty,
    }
}

/// What a cell says, as a person would type it.
fn says(cell: &DataRef<'_>) -> String {
    match cell {
        DataRef::Int(number) => number.to_string(),
        // A spreadsheet holds 12.3 as the nearest fraction of two, to which nine places are blind.
        DataRef::Float(number) => {
            let text = format!("{number:.9}");
            let text = text.trim_end_matches('0').trim_end_matches('.');
            if text == "-0" { "0".to_owned() } else { text.to_owned() }
        }
        DataRef::String(text) => text.trim().to_owned(),
        DataRef::SharedString(text) => text.trim().to_owned(),
        DataRef::Bool(so) => so.to_string(),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::DateTime(_) | DataRef::Error(_) | DataRef::Empty => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;

    use super::*;
    use crate::features::sheets::book;
    use domain::sheet::csv::Cell;

    fn read(bytes: &[u8]) -> Result<Vec<Vec<String>>, Unreadable> {
        let rows = block_on(rows(bytes.to_vec(), async || true))?;
        Ok(rows.iter().map(|row| row.iter().map(|cell| cell.shown().into_owned()).collect()).collect())
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
        assert_eq!(block_on(rows(bytes, async || false)), Err(Unreadable::Stopped));
    }

    #[test]
    fn figures_say_what_a_person_would_type() {
        assert_eq!(says(&DataRef::Float(12.3)), "12.3");
        assert_eq!(says(&DataRef::Float(0.1 + 0.2)), "0.3");
        assert_eq!(says(&DataRef::Float(6_901_234_567_892.0)), "6901234567892");
        assert_eq!(says(&DataRef::Float(-0.0)), "0");
    }
}

//! Sheets as text: values between commas (RFC 4180), semicolons or tabs, read as any program writes them, and written
//! so that any program reads them and none runs them.

/// A cell of a spreadsheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Words: what a program could take for a formula is made plain.
    Text(String),
    /// A figure or a date of ours, which never is one.
    Figure(String),
}

impl Cell {
    /// What it says.
    pub fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Figure(text) => text,
        }
    }
}

/// What makes a program that opens UTF-8 take it for that.
pub const BOM: &str = "\u{feff}";

/// A cell that begins like this is run by Excel and its kin, whoever wrote it.
const RUNS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Whether a text, but for apostrophes before it, begins like a formula.
fn is_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(RUNS)
}

/// Adds a line of a spreadsheet (RFC 4180).
pub fn write_line(into: &mut String, cells: impl IntoIterator<Item = Cell>) {
    for (at, cell) in cells.into_iter().enumerate() {
        if at > 0 {
            into.push(',');
        }
        let text = match cell {
            Cell::Text(text) if is_formula(&text) => format!("'{text}"),
            Cell::Text(text) | Cell::Figure(text) => text,
        };
        if text.contains(['"', ',', ';', '\t', '\n', '\r']) {
            into.push('"');
            into.push_str(&text.replace('"', "\"\""));
            into.push('"');
        } else {
            into.push_str(&text);
        }
    }
    into.push_str("\r\n");
}

/// What a cell says, without the apostrophe that kept it from being run.
pub fn plain(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if is_formula(rest) => rest,
        _ => text,
    }
}

/// What separates the cells: what the first line that is not blank has most of, outside quotes.
fn separator(text: &str) -> u8 {
    let mut counts = [(b'\t', 0_usize), (b';', 0), (b',', 0)];
    let (mut quoted, mut any) = (false, false);
    for byte in text.bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted && any => break,
            _ if quoted => {}
            _ => {
                any |= !byte.is_ascii_whitespace();
                if let Some((_, count)) = counts.iter_mut().find(|(separator, _)| *separator == byte) {
                    *count += 1;
                }
            }
        }
    }
    // Of as many, the later of the list: commas are the usual.
    counts.into_iter().max_by_key(|(_, count)| *count).map_or(b',', |(separator, _)| separator)
}

/// Reads the rows of a sheet, blank ones too. What quotes don't close reads to the end.
pub fn read(text: &str) -> Vec<Vec<String>> {
    let text = text.strip_prefix(BOM).unwrap_or(text);
    // Excel's own word for the separator.
    let mut lines = text.splitn(2, '\n');
    let said = lines.next().and_then(|line| line.trim().strip_prefix("sep=")?.bytes().next());
    let (text, separator) = match said {
        Some(separator) => (lines.next().unwrap_or_default(), separator),
        None => (text, separator(text)),
    };
    let mut reader = csv::ReaderBuilder::new();
    let reader = reader.has_headers(false).flexible(true).delimiter(separator);
    let mut rows: Vec<Vec<String>> = Vec::new();
    for record in reader.from_reader(text.as_bytes()).records().flatten() {
        // Blank lines are skipped by the reader; they count as rows, so that a row is called what the sheet calls it.
        let begins = record.position().map_or(0, csv::Position::byte);
        let begins = usize::try_from(begins).unwrap_or_default();
        let rest = text.get(begins..).unwrap_or_default();
        let ended = text.get(..begins).is_some_and(|before| before.ends_with('\r'));
        let rest = rest.strip_prefix('\n').filter(|_| ended).unwrap_or(rest);
        let blank = rest.bytes().take_while(|byte| matches!(byte, b'\r' | b'\n')).filter(|byte| *byte == b'\n').count();
        rows.extend(std::iter::repeat_n(Vec::new(), blank));
        rows.push(record.iter().map(|cell| plain(cell).to_owned()).collect());
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }

    #[test]
    fn a_spreadsheet_holds_any_text_and_runs_none() {
        let mut lines = String::new();
        write_line(&mut lines, [text("编号"), text("a,b"), text("say \"tea\""), text("two\nlines")]);
        write_line(
            &mut lines,
            [text("=1+1"), text("+86 138"), text("-"), text("@x"), Cell::Figure("-5.00".to_owned())],
        );
        assert_eq!(lines, "编号,\"a,b\",\"say \"\"tea\"\"\",\"two\nlines\"\r\n'=1+1,'+86 138,'-,'@x,-5.00\r\n");
    }

    #[test]
    fn sheets_are_read_however_they_are_separated() {
        let rows = [["名称", "价格"], ["茶, 绿", "1,5"]];
        for sheet in [
            "名称,价格\r\n\"茶, 绿\",\"1,5\"\r\n",
            "\u{feff}名称;价格\n茶, 绿;1,5",
            "名称\t价格\n茶, 绿\t1,5\n",
            "sep=;\r\n名称;价格\r\n茶, 绿;1,5\r\n",
        ] {
            assert_eq!(read(sheet), rows, "{sheet}");
        }
        assert_eq!(read(""), Vec::<Vec<String>>::new());
        assert_eq!(read("一列\n\n茶"), [vec!["一列"], vec![], vec!["茶"]], "blank rows keep their number");
        assert_eq!(read("a,b\n\"two\nlines\",x\n1\n"), [vec!["a", "b"], vec!["two\nlines", "x"], vec!["1"]]);
        assert_eq!(read("a\n\"never closed, 茶\n"), [vec!["a"], vec!["never closed, 茶\n"]]);
    }

    proptest::proptest! {
        #[test]
        fn what_is_written_is_read(
            rows in proptest::collection::vec(proptest::collection::vec("[=+@'a茶\",;\t\n -]{0,6}", 2..4), 1..6)
        ) {
            let mut sheet = BOM.to_owned();
            // A head of ours has commas; its cells are never blank.
            write_line(&mut sheet, [text("a"), text("b"), text("c"), text("d")]);
            for row in &rows {
                write_line(&mut sheet, row.iter().map(|cell| text(cell)));
            }
            let read = read(&sheet);
            let rest: Vec<Vec<String>> = read.into_iter().skip(1).collect();
            proptest::prop_assert_eq!(rest, rows);
        }
    }
}

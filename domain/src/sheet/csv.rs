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

/// A cell that begins like this is run by Excel and its kin, whoever wrote it; the wide ones where Chinese is written.
const RUNS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

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

/// What may separate cells. Commas first: of equals they win.
pub const SEPARATORS: [char; 4] = [',', ';', '\t', '|'];

/// So many rows tell what separates cells; a file of more is looked at this far.
const LOOKED_AT: usize = 2_000;

/// Excel's own word for the separator, and what follows it.
fn said(text: &str) -> Option<(char, &str)> {
    let (line, rest) = text.split_once(['\n', '\r']).unwrap_or((text, ""));
    let line = line.trim().trim_matches('"');
    let separator = line.strip_prefix("sep=").or_else(|| line.strip_prefix("SEP="))?.chars().next();
    separator.filter(char::is_ascii).map(|separator| (separator, rest.strip_prefix('\n').unwrap_or(rest)))
}

fn reader(text: &str, separator: char) -> csv::Reader<&[u8]> {
    let separator = u8::try_from(separator).unwrap_or(b',');
    csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).from_reader(text.as_bytes())
}

/// How many of each of [`SEPARATORS`] the first rows have, outside quotes.
fn counted(text: &str) -> Vec<[usize; SEPARATORS.len()]> {
    let mut rows = vec![[0; SEPARATORS.len()]];
    let (mut quoted, mut begins) = (false, true);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted => quoted = chars.next_if_eq(&'"').is_some(),
            // A quote within a cell, as of inches, opens nothing.
            '"' => quoted = begins,
            _ if quoted => {}
            '\n' | '\r' => {
                if rows.len() == LOOKED_AT {
                    break;
                }
                rows.push([0; SEPARATORS.len()]);
                begins = true;
                continue;
            }
            _ => {}
        }
        let separator = SEPARATORS.iter().position(|separator| *separator == c).filter(|_| !quoted);
        if let Some(count) = separator.and_then(|at| rows.last_mut()?.get_mut(at)) {
            *count += 1;
        }
        begins = separator.is_some();
    }
    rows
}

/// What separates the cells of a file: what makes most of its rows equally wide; of as many, what makes them wider.
pub fn separator(text: &str) -> char {
    let text = text.strip_prefix(BOM).unwrap_or(text);
    if let Some((separator, _)) = said(text) {
        return separator;
    }
    let rows = counted(text);
    let mut best = ((0, 0), ',');
    for (at, separator) in SEPARATORS.into_iter().enumerate() {
        let mut wide: std::collections::BTreeMap<usize, usize> = std::collections::BTreeMap::new();
        for count in rows.iter().filter_map(|row| row.get(at)).filter(|count| **count > 0) {
            *wide.entry(*count).or_default() += 1;
        }
        let most = wide.into_iter().map(|(wide, rows)| (rows, wide)).max().unwrap_or_default();
        if most > best.0 {
            best = (most, separator);
        }
    }
    best.1
}

/// The text behind `="…"`, which keeps a spreadsheet from taking it for a number.
fn unwrapped(text: &str) -> Option<&str> {
    text.strip_prefix("=\"")?.strip_suffix('"').filter(|text| !text.contains('"'))
}

/// The row, from 1, in which a quote opens a cell that nothing closes: all after it would be read as that cell.
pub fn open_quote(text: &str, separator: char) -> Option<usize> {
    let text = text.strip_prefix(BOM).unwrap_or(text);
    let text = said(text).map_or(text, |(_, rest)| rest);
    let (mut row, mut opened, mut begins) = (1, None, true);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let is_end = c == '\n' || (c == '\r' && chars.peek() != Some(&'\n'));
        match c {
            '"' if opened.is_some() => opened = opened.filter(|_| chars.next_if_eq(&'"').is_some()),
            '"' if begins => opened = Some(row),
            _ => {}
        }
        row += usize::from(is_end);
        begins = opened.is_none() && (c == separator || is_end);
    }
    opened
}

/// Reads the rows of a sheet, blank ones too. What quotes don't close reads to the end: see [`open_quote`].
pub fn read(text: &str) -> Vec<Vec<String>> {
    read_by(text, separator(text))
}

/// Reads the rows of a sheet whose cells stand between these.
pub fn read_by(text: &str, separator: char) -> Vec<Vec<String>> {
    let mut rows: Vec<Vec<String>> = Vec::new();
    each_row(text, separator, |row, cells| {
        rows.resize_with(row, Vec::new);
        rows.push(cells.map(str::to_owned).collect());
        true
    });
    rows
}

/// Goes through the rows of a sheet that are not blank, each with its place from 0 and its cells, for as long as `each`
/// wants more.
pub fn each_row(text: &str, separator: char, mut each: impl FnMut(usize, &mut dyn Iterator<Item = &str>) -> bool) {
    let text = text.strip_prefix(BOM).unwrap_or(text);
    // The word for the separator is a line of the file, but no row of the sheet.
    let text = said(text).map_or(text, |(_, rest)| rest);
    let mut row = 0;
    for record in reader(text, separator).records().flatten() {
        // Blank lines are skipped by the reader; they count as rows, so that a row is called what the sheet calls it.
        let begins = record.position().map_or(0, csv::Position::byte);
        let begins = usize::try_from(begins).unwrap_or_default();
        let rest = text.get(begins..).unwrap_or_default();
        let ended = text.get(..begins).is_some_and(|before| before.ends_with('\r'));
        let rest = rest.strip_prefix('\n').filter(|_| ended).unwrap_or(rest);
        row += rest.bytes().take_while(|byte| matches!(byte, b'\r' | b'\n')).filter(|byte| *byte == b'\n').count();
        if !each(row, &mut record.iter().map(|cell| unwrapped(cell).unwrap_or(plain(cell)))) {
            return;
        }
        row += 1;
    }
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
            [
                text("=1+1"),
                text("+86 138"),
                text("-"),
                text("@x"),
                text("＝1+1"),
                text("＠x"),
                text("\n=1"),
                Cell::Figure("-5.00".to_owned()),
            ],
        );
        assert_eq!(
            lines,
            "编号,\"a,b\",\"say \"\"tea\"\"\",\"two\nlines\"\r\n'=1+1,'+86 138,'-,'@x,'＝1+1,'＠x,\"'\n=1\",-5.00\r\n"
        );
    }

    #[test]
    fn sheets_are_read_however_they_are_separated() {
        let rows = [["名称", "价格"], ["茶, 绿", "1,5"]];
        for sheet in [
            "名称,价格\r\n\"茶, 绿\",\"1,5\"\r\n",
            "\u{feff}名称;价格\n茶, 绿;1,5",
            "名称\t价格\n茶, 绿\t1,5\n",
            "名称|价格\n茶, 绿|1,5\n",
        ] {
            assert_eq!(read(sheet), rows, "{sheet}");
        }
        for sheet in
            ["sep=;\r\n名称;价格\r\n茶, 绿;1,5\r\n", "\"sep=;\"\n名称;价格\n茶, 绿;1,5", "SEP=;\r名称;价格\r茶, 绿;1,5"]
        {
            assert_eq!(read(sheet), rows, "{sheet}");
        }
        assert_eq!(read(""), Vec::<Vec<String>>::new());
        assert_eq!(read("一列\n\n茶"), [vec!["一列"], vec![], vec!["茶"]], "blank rows keep their number");
        assert_eq!(read("a,b\n\"two\nlines\",x\n1\n"), [vec!["a", "b"], vec!["two\nlines", "x"], vec!["1"]]);
        assert_eq!(read("a\n\"never closed, 茶\n"), [vec!["a"], vec!["never closed, 茶\n"]]);
    }

    #[test]
    fn a_quote_that_nothing_closes_is_told_by_its_row() {
        for (sheet, row) in [
            ("名称,编码\n绿茶,T1\n\"红茶,T2\n白茶,T3\n", Some(3)),
            ("sep=,\r\n名称,编码\r\n绿茶,T1\r\n红茶,\"T2\r\n", Some(3)),
            ("名称\r\"a\"\"b\r", Some(2)),
            ("\"two\nlines\",\"\"\n\"open", Some(3)),
            ("\"a \"\"b\"\"\",5\"\n6\",\"\"\n", None),
            ("a;\"b,\"\n", None),
        ] {
            assert_eq!(open_quote(sheet, separator(sheet)), row, "{sheet}");
        }
    }

    #[test]
    fn the_whole_file_tells_what_separates_its_cells() {
        for (sheet, separator) in [
            ("version 1.00\ntitle\tprice\n茶, 绿\t5\n壶\t6", '\t'),
            ("商品列表，2026,导出\n\n名称;价格;库存\nKäse, alt;18,90;0,500\nOliven;24,50;1,500", ';'),
            ("\"名称\";\"价格\"\n\"a,b,c\";\"1\"\n\"d,e,f\";\"2\"", ';'),
            ("name|price\na, b|1\nc, d|2", '|'),
            ("一列\n茶\n壶", ','),
            ("名称,备注\n茶,一;二;三\n壶,四", ','),
            ("", ','),
        ] {
            assert_eq!(super::separator(sheet), separator, "{sheet}");
        }
        assert_eq!(read_by("a;b,c", ','), [["a;b", "c"]], "changed by hand");
    }

    #[test]
    fn what_kept_a_spreadsheet_from_its_habits_is_taken_off() {
        assert_eq!(read("a,=\"00124\",\"=\"\"0012\"\"\",'=x\n"), [["a", "00124", "0012", "=x"]]);
        assert_eq!(read("'=\"x\",=\"a\"\"b\",=x\n"), [["=\"x\"", "=\"a\"\"b\"", "=x"]]);
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

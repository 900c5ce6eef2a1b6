//! Workbooks of Excel, WPS and their kin (Office Open XML): every sheet, with what it hides and merges, and what its
//! formats show. (calamine 0.38 reads these files too, but tells neither hidden rows and columns nor, in one pass, a
//! cell's format and whether its formula has a value.)

use domain::sheet::content::Content;

use super::format::{self, Format};
use super::xml::{Node, Parts, Tag, Xml};
use super::{AT_ONCE, MAX_COLUMNS, Table, Unreadable};

/// What a workbook says once for all its sheets.
#[derive(Default)]
struct Book {
    strings: Vec<String>,
    formats: Vec<Format>,
    since_1904: bool,
    /// Its program asks for all formulas to be calculated again: it wrote 0 for each.
    is_stale: bool,
}

struct Relation {
    id: String,
    kind: String,
    target: String,
}

fn relations(parts: &mut Parts, of: &str) -> Result<Vec<Relation>, Unreadable> {
    let (folder, file) = of.rsplit_once('/').unwrap_or(("", of));
    let before = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let Some(text) = parts.text(&format!("{before}_rels/{file}.rels")) else { return Ok(Vec::new()) };
    let mut xml = Xml::new(&text);
    let mut all = Vec::new();
    while let Some(node) = xml.next()? {
        let Node::Open(tag) = node else { continue };
        let (Some(id), Some(kind), Some(target)) = (tag.get("Id"), tag.get("Type"), tag.get("Target")) else {
            continue;
        };
        let target = target.replace('\\', "/");
        let whole = target.strip_prefix('/').map_or_else(|| format!("{before}{target}"), str::to_owned);
        let mut steps: Vec<&str> = Vec::new();
        for step in whole.split('/') {
            match step {
                "" | "." => {}
                ".." => drop(steps.pop()),
                step => steps.push(step),
            }
        }
        let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
        all.push(Relation { id, kind, target: steps.join("/") });
    }
    Ok(all)
}

/// The sheets of a workbook; `None`: it is none of this kind.
pub async fn read(parts: &mut Parts, breathe: &impl AsyncFn() -> bool) -> Result<Option<Vec<Table>>, Unreadable> {
    let top = relations(parts, "")?;
    let main = top.iter().find(|it| it.kind == "officeDocument").map_or("xl/workbook.xml", |it| it.target.as_str());
    let Some(text) = parts.text(main) else { return Ok(None) };
    let relations = relations(parts, main)?;
    let of_kind = |kind: &str| relations.iter().find(|it| it.kind == kind).map(|it| it.target.clone());
    let mut book = Book::default();
    let mut named: Vec<(String, String, bool)> = Vec::new();
    let mut xml = Xml::new(&text);
    while let Some(node) = xml.next()? {
        let Node::Open(tag) = node else { continue };
        match tag.name() {
            "workbookPr" => book.since_1904 = tag.is("date1904"),
            "calcPr" => book.is_stale = tag.is("fullCalcOnLoad"),
            "sheet" => {
                let hidden = tag.get("state").is_some_and(|state| state != "visible");
                named.push((tag.get("name").unwrap_or_default(), tag.get("id").unwrap_or_default(), hidden));
            }
            _ => {}
        }
    }
    if named.is_empty() {
        return Ok(None);
    }
    if let Some(text) = parts.text(&of_kind("sharedStrings").unwrap_or_else(|| "xl/sharedStrings.xml".to_owned())) {
        book.strings = strings(&text)?;
    }
    if let Some(text) = parts.text(&of_kind("styles").unwrap_or_else(|| "xl/styles.xml".to_owned())) {
        book.formats = formats(&text)?;
    }
    let mut tables = Vec::new();
    for (name, id, hidden) in named {
        // What is no sheet of cells, such as a chart, has none.
        let target = relations.iter().find(|it| it.id == id && it.kind == "worksheet").map(|it| it.target.clone());
        let Some(target) = target else { continue };
        let text = parts.text(&target).ok_or(Unreadable::Broken)?;
        let table = sheet(&text, &book, Table::behind(&tables, name, hidden)?, breathe).await?;
        tables.push(table);
    }
    Ok(Some(tables))
}

/// Texts that several cells share.
fn strings(text: &str) -> Result<Vec<String>, Unreadable> {
    let mut xml = Xml::new(text);
    let mut all = Vec::new();
    let mut rich = Rich::default();
    while let Some(node) = xml.next()? {
        rich.take(&node);
        if matches!(&node, Node::Shut(name) if name == "si") {
            all.push(plain(&std::mem::take(&mut rich.text)));
        }
    }
    Ok(all)
}

/// Collects words of runs of text, without how they are read aloud.
#[derive(Default)]
struct Rich {
    text: String,
    is_text: bool,
    is_reading: bool,
}

impl Rich {
    fn take(&mut self, node: &Node<'_>) {
        match node {
            Node::Open(tag) if tag.name() == "t" => self.is_text = true,
            Node::Open(tag) if tag.name() == "rPh" => self.is_reading = true,
            Node::Shut(name) if name == "t" => self.is_text = false,
            Node::Shut(name) if name == "rPh" => self.is_reading = false,
            Node::Words(words) if self.is_text && !self.is_reading => self.text.push_str(words),
            _ => {}
        }
    }
}

/// A text without the escapes of signs that XML does not have: `_x000D_`.
fn plain(text: &str) -> String {
    let mut rest = text;
    let mut plain = String::with_capacity(text.len());
    while let Some(at) = rest.find("_x") {
        let (before, escape) = rest.split_at(at);
        plain.push_str(before);
        let code = escape.get(2..6).filter(|_| escape.get(6..7) == Some("_"));
        match code.and_then(|code| u32::from_str_radix(code, 16).ok()).and_then(char::from_u32) {
            Some(c) => {
                plain.push(c);
                rest = escape.get(7..).unwrap_or_default();
            }
            None => {
                plain.push_str("_x");
                rest = escape.get(2..).unwrap_or_default();
            }
        }
    }
    plain.push_str(rest);
    plain.replace("\r\n", "\n")
}

/// What the styles of cells show of numbers, in their order.
fn formats(text: &str) -> Result<Vec<Format>, Unreadable> {
    let mut xml = Xml::new(text);
    let mut own: Vec<(u32, Format)> = Vec::new();
    let mut all = Vec::new();
    let mut is_cells = false;
    while let Some(node) = xml.next()? {
        match node {
            Node::Open(tag) => match tag.name() {
                "numFmt" => {
                    own.extend(
                        tag.number("numFmtId").zip(tag.get("formatCode")).map(|(id, code)| (id, Format::parse(&code))),
                    );
                }
                "cellXfs" => is_cells = true,
                "xf" if is_cells => {
                    let id = tag.number("numFmtId").unwrap_or_default();
                    let known = own.iter().find(|(own, _)| *own == id).map(|(_, format)| format.clone());
                    all.push(known.unwrap_or_else(|| Format::built_in(id)));
                }
                _ => {}
            },
            Node::Shut(name) if name == "cellXfs" => is_cells = false,
            Node::Shut(_) | Node::Words(_) => {}
        }
    }
    Ok(all)
}

/// Column and row, from 0, of a place such as `B12`.
fn place(name: &str) -> Option<(usize, usize)> {
    let digits = name.find(|c: char| c.is_ascii_digit())?;
    let (letters, number) = name.split_at(digits);
    let mut column = 0_usize;
    for letter in letters.bytes().filter(|byte| *byte != b'$') {
        let letter = letter.to_ascii_uppercase();
        column = column.checked_mul(26)?.checked_add(usize::from(letter.checked_sub(b'A')? % 26) + 1)?;
    }
    Some((column.checked_sub(1)?, number.trim_start_matches('$').parse::<usize>().ok()?.checked_sub(1)?))
}

/// A cell while it is read.
#[derive(Default)]
struct Open {
    column: usize,
    kind: String,
    format: usize,
    value: String,
    has_value: bool,
    has_formula: bool,
    rich: Rich,
}

impl Open {
    fn new(tag: &Tag<'_>, next: usize) -> Self {
        let column = tag.get("r").and_then(|name| place(&name)).map_or(next, |(column, _)| column);
        Self {
            column,
            kind: tag.get("t").unwrap_or_default(),
            format: tag.number("s").unwrap_or_default(),
            ..Self::default()
        }
    }

    /// What it says; `None`: nothing is in it.
    fn content(self, book: &Book) -> Option<Content> {
        let value = self.value.trim();
        if self.has_formula && (!self.has_value || (value.is_empty() && self.kind != "str")) {
            return Some(Content::Uncalculated);
        }
        match self.kind.as_str() {
            // What it shares may be missing in a damaged workbook: that is said, and never blank.
            "s" if value.is_empty() => None,
            "s" => Some(match value.parse::<usize>().ok().and_then(|nth| book.strings.get(nth)) {
                Some(text) => Content::Text(text.clone()),
                None => Content::Error("#REF!".to_owned()),
            }),
            "str" => Some(Content::Text(plain(&self.value))),
            "inlineStr" => Some(Content::Text(plain(&self.rich.text))),
            "b" => Some(Content::Truth(matches!(value, "1" | "true"))),
            "e" => Some(Content::Error(if value.is_empty() { "#ERROR!" } else { value }.to_owned())),
            "d" => Some(Content::Date(value.replace('T', " "))),
            _ if value.is_empty() => None,
            _ if self.has_formula && book.is_stale && value == "0" => Some(Content::Uncalculated),
            _ => {
                let Some(value) = format::digits(value) else { return Some(Content::Text(value.to_owned())) };
                match book.formats.get(self.format) {
                    Some(Format::Date) => Some(
                        format::date(&value, book.since_1904)
                            .map_or_else(|| Content::Number { shown: value.clone(), value }, Content::Date),
                    ),
                    Some(format) => Some(Content::Number { shown: format.shown(&value), value }),
                    None => Some(Content::Number { shown: value.clone(), value }),
                }
            }
        }
    }
}

async fn sheet(
    text: &str,
    book: &Book,
    mut table: Table,
    breathe: &impl AsyncFn() -> bool,
) -> Result<Table, Unreadable> {
    let mut xml = Xml::new(text);
    let mut rows = 0_usize;
    let mut next = 0_usize;
    let mut open: Option<Open> = None;
    let mut is_value = false;
    let mut merged = Vec::new();
    let mut read = 0_usize;
    while let Some(node) = xml.next()? {
        if let Some(open) = &mut open {
            open.rich.take(&node);
        }
        match node {
            Node::Open(tag) => match tag.name() {
                "col" if tag.is("hidden") => {
                    let (first, last) = (tag.number("min").unwrap_or(1_usize), tag.number("max").unwrap_or(1_usize));
                    table.hidden_columns.extend(first.saturating_sub(1)..last.min(MAX_COLUMNS));
                }
                "row" => {
                    rows = tag.number("r").unwrap_or(rows.saturating_add(1));
                    next = 0;
                    if tag.is("hidden") {
                        table.hidden_rows.insert(rows.saturating_sub(1));
                    }
                }
                "c" => open = Some(Open::new(&tag, next)),
                "v" => {
                    is_value = true;
                    if let Some(open) = &mut open {
                        open.has_value = true;
                    }
                }
                "f" => {
                    if let Some(open) = &mut open {
                        open.has_formula = true;
                    }
                }
                "mergeCell" => {
                    let range = tag.get("ref").unwrap_or_default();
                    let (from, to) = range.split_once(':').unwrap_or((&range, &range));
                    merged.extend(place(from).zip(place(to)));
                }
                _ => {}
            },
            Node::Words(words) => {
                if let Some(open) = open.as_mut().filter(|_| is_value) {
                    open.value.push_str(&words);
                }
            }
            Node::Shut(name) => match name.as_str() {
                "v" => is_value = false,
                "c" => {
                    let Some(cell) = open.take() else { continue };
                    let column = cell.column;
                    next = column.saturating_add(1);
                    if let Some(content) = cell.content(book) {
                        table.put(rows.saturating_sub(1), column, content);
                    }
                    read += 1;
                    if read.is_multiple_of(AT_ONCE) && !breathe().await {
                        return Err(Unreadable::Stopped);
                    }
                }
                _ => {}
            },
        }
    }
    for ((left, top), (right, bottom)) in merged {
        table.merge(top..=bottom, left..=right);
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_as_spreadsheets_name_them() {
        assert_eq!(
            ["A1", "B12", "Z3", "AA1", "$C$2"].map(place),
            [Some((0, 0)), Some((1, 11)), Some((25, 2)), Some((26, 0)), Some((2, 1))]
        );
        assert_eq!(["", "A", "1", "A0", "ZZZZZZZZZZZZZZZZZZ1", "A99999999999999999999999"].map(place), [None; 6]);
    }

    #[test]
    fn escaped_signs_are_plain() {
        assert_eq!(plain("红茶_x000D_\n一级"), "红茶\n一级");
        assert_eq!(plain("_x005F_x000D_ _x _xZZZZ_ 茶_x"), "_x000D_ _x _xZZZZ_ 茶_x");
    }
}

//! Sheets of LibreOffice, Gnumeric, SheetJS and their kin (OpenDocument), indented or not. (calamine 0.38 refuses
//! indented ones whole: words between a row's cells, which are only spaces there, are a fault to it.)

use std::collections::BTreeSet;
use std::ops::Range;

use domain::sheet::content::Content;

use super::format;
use super::xml::{Node, Parts, Tag, Xml};
use super::{AT_ONCE, MAX_COLUMNS, MAX_ROWS, Table, Unreadable};

/// A cell while it is read.
#[derive(Default)]
struct Open {
    kind: String,
    value: String,
    has_formula: bool,
    is_covered: bool,
    repeated: usize,
    /// How many columns and rows it spans.
    spans: (usize, usize),
    text: String,
    paragraphs: usize,
}

impl Open {
    fn new(tag: &Tag<'_>) -> Self {
        let kind = tag.get("value-type").unwrap_or_default();
        let value = match kind.as_str() {
            "date" => tag.get("date-value"),
            "time" => tag.get("time-value"),
            "boolean" => tag.get("boolean-value"),
            "string" => tag.get("string-value"),
            _ => tag.get("value"),
        };
        // Errors are texts to older programs, and called errors to LibreOffice: both are in one tag, so by its words.
        Self {
            kind,
            value: value.unwrap_or_default(),
            has_formula: tag.get("formula").is_some(),
            is_covered: tag.name() == "covered-table-cell",
            repeated: tag.number("number-columns-repeated").unwrap_or(1).max(1),
            spans: (
                tag.number("number-columns-spanned").unwrap_or(1).max(1),
                tag.number("number-rows-spanned").unwrap_or(1).max(1),
            ),
            ..Self::default()
        }
    }

    /// What it says; `None`: nothing is in it.
    fn content(&self) -> Option<Content> {
        let text = self.text.trim();
        if self.is_covered {
            return None;
        }
        match self.kind.as_str() {
            "date" => Some(Content::Date(self.value.replace('T', " ").trim_end_matches(" 00:00:00").to_owned())),
            "time" => Some(Content::Date(if text.is_empty() { self.value.clone() } else { text.to_owned() })),
            "boolean" => Some(Content::Truth(self.value == "true")),
            "float" | "currency" | "percentage" => {
                if text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false") {
                    return Some(Content::Truth(text.eq_ignore_ascii_case("true")));
                }
                // LibreOffice gives an error of a formula the value 0, and its name in words.
                if let error @ Content::Error(_) = Content::typed(text.to_owned()) {
                    return Some(error);
                }
                let Some(value) = format::digits(&self.value) else { return Some(Content::typed(text.to_owned())) };
                let is_plain = !text.is_empty() && text.len() < 60 && !text.contains([',', '%', 'E', 'e']);
                Some(Content::Number { shown: if is_plain { text.to_owned() } else { value.clone() }, value })
            }
            _ if text.is_empty() && !self.value.is_empty() => Some(Content::typed(self.value.clone())),
            _ if text.is_empty() => (self.has_formula && self.kind.is_empty()).then_some(Content::Uncalculated),
            _ => Some(Content::typed(text.to_owned())),
        }
    }
}

/// A row while it is read.
#[derive(Default)]
struct Row {
    /// Each with the columns that it stands in.
    cells: Vec<(Range<usize>, Content)>,
    /// From which column cells are merged, over how many columns and rows.
    merged: Vec<(usize, (usize, usize))>,
    wide: usize,
    repeated: usize,
    hidden: bool,
}

fn is_hidden(tag: &Tag<'_>) -> bool {
    tag.get("visibility").is_some_and(|said| said != "visible")
}

/// The sheets of a workbook; `None`: it is none of this kind.
pub async fn read(parts: &mut Parts, breathe: &impl AsyncFn() -> bool) -> Result<Option<Vec<Table>>, Unreadable> {
    let Some(text) = parts.text("content.xml") else { return Ok(None) };
    let mut xml = Xml::new(&text);
    let mut hidden_styles: BTreeSet<String> = BTreeSet::new();
    let mut style = String::new();
    let mut tables: Vec<Table> = Vec::new();
    let mut table: Option<Table> = None;
    let mut row: Option<Row> = None;
    let mut open: Option<Open> = None;
    let (mut is_words, mut aside, mut at, mut columns, mut read) = (0_usize, 0_usize, 0_usize, 0_usize, 0_usize);
    let mut merged = Vec::new();
    while let Some(node) = xml.next()? {
        match node {
            Node::Open(tag) => match tag.name() {
                "style" => style = tag.get("name").unwrap_or_default(),
                "table-properties" if tag.get("display").is_some_and(|said| said == "false") => {
                    hidden_styles.insert(style.clone());
                }
                // What is said of a cell, and how words are read aloud, is none of it.
                "annotation" | "ruby-text" | "shapes" => aside += 1,
                // A table within a cell is none of ours.
                "table" if table.is_none() => {
                    let hidden = tag.get("style-name").is_some_and(|style| hidden_styles.contains(&style));
                    let name = tag.get("name").unwrap_or_default();
                    table = Some(Table::behind(&tables, name, hidden)?);
                    (at, columns) = (0, 0);
                }
                "table-column" => {
                    let many = tag.number("number-columns-repeated").unwrap_or(1_usize).max(1);
                    if let Some(table) = table.as_mut().filter(|_| is_hidden(&tag)) {
                        table.hidden_columns.extend(columns..columns.saturating_add(many).min(MAX_COLUMNS));
                    }
                    columns = columns.saturating_add(many);
                }
                "table-row" => {
                    let repeated = tag.number("number-rows-repeated").unwrap_or(1_usize).max(1);
                    row = Some(Row { repeated, hidden: is_hidden(&tag), ..Row::default() });
                }
                "table-cell" | "covered-table-cell" => open = Some(Open::new(&tag)),
                "p" | "h" if aside == 0 => {
                    is_words += 1;
                    if let Some(open) = &mut open {
                        if open.paragraphs > 0 {
                            open.text.push('\n');
                        }
                        open.paragraphs += 1;
                    }
                }
                "s" | "tab" | "line-break" if aside == 0 && is_words > 0 => {
                    if let Some(open) = &mut open {
                        let many = tag.number("c").unwrap_or(1_usize).clamp(1, 100);
                        let sign = if tag.name() == "line-break" { "\n" } else { " " };
                        open.text.push_str(&sign.repeat(many));
                    }
                }
                _ => {}
            },
            Node::Words(words) => {
                if let Some(open) = open.as_mut().filter(|_| is_words > 0 && aside == 0) {
                    // Indents and ends of lines within words are one space.
                    for c in words.chars() {
                        match c {
                            '\n' | '\r' | '\t' | ' ' if open.text.is_empty() || open.text.ends_with([' ', '\n']) => {}
                            '\n' | '\r' | '\t' => open.text.push(' '),
                            c => open.text.push(c),
                        }
                    }
                }
            }
            Node::Shut(name) => match name.as_str() {
                "annotation" | "ruby-text" | "shapes" => aside = aside.saturating_sub(1),
                "p" | "h" if aside == 0 => is_words = is_words.saturating_sub(1),
                "table-cell" | "covered-table-cell" => {
                    let (Some(cell), Some(row)) = (open.take(), row.as_mut()) else { continue };
                    let content = cell.content();
                    if cell.spans != (1, 1) {
                        row.merged.push((row.wide, cell.spans));
                    }
                    let wide = row.wide.saturating_add(cell.repeated);
                    if let Some(content) = content {
                        row.cells.push((row.wide..wide.min(MAX_COLUMNS), content));
                    }
                    row.wide = wide;
                    read += 1;
                    if read % AT_ONCE == 0 && !breathe().await {
                        return Err(Unreadable::Stopped);
                    }
                }
                "table-row" => {
                    let (Some(row), Some(table)) = (row.take(), table.as_mut()) else { continue };
                    let below = at.saturating_add(row.repeated);
                    if row.hidden && !row.cells.is_empty() && !table.is_too_large {
                        table.hidden_rows.extend(at..below.min(MAX_ROWS));
                    }
                    merged.extend(row.merged.iter().map(|(column, spans)| (at, *column, *spans)));
                    if !row.cells.is_empty() {
                        'rows: for number in at..below.min(MAX_ROWS + 2) {
                            for (columns, content) in &row.cells {
                                for column in columns.clone() {
                                    table.put(number, column, content.clone());
                                    if table.is_too_large {
                                        break 'rows;
                                    }
                                }
                            }
                        }
                    }
                    at = below;
                }
                "table" => {
                    let Some(mut done) = table.take() else { continue };
                    for (row, column, (wide, deep)) in merged.drain(..) {
                        done.merge(row..=row.saturating_add(deep - 1), column..=column.saturating_add(wide - 1));
                    }
                    tables.push(done);
                }
                _ => {}
            },
        }
    }
    Ok(Some(tables))
}

//! Workbooks as other programs write them, small ones of our own, and what is read of them; and damaged ones, which end
//! in a word and never in a fault.

use std::io::{Cursor, Write};

use domain::sheet::content::Content;
use futures::executor::block_on;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;

fn zipped(parts: &[(&str, String)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

const STYLES: &str = r#"<styleSheet><numFmts count="2"><numFmt numFmtId="164" formatCode="0000000000000"/><numFmt numFmtId="165" formatCode="yyyy&quot;年&quot;m&quot;月&quot;"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="2"/><xf numFmtId="14"/><xf numFmtId="165"/></cellXfs></styleSheet>"#;

/// A sheet of a workbook: its name, its state, what stands before its rows, in them and behind them.
type Leaf<'a> = (&'a str, &'a str, &'a str, &'a str, &'a str);

fn xlsx(leaves: &[Leaf<'_>], calculation: &str) -> Vec<u8> {
    let mut names = String::new();
    let mut relations = String::new();
    let mut parts = Vec::new();
    for (nth, (name, state, before, rows, behind)) in leaves.iter().enumerate() {
        names.push_str(&format!(r#"<sheet name="{name}" sheetId="{nth}" state="{state}" r:id="r{nth}"/>"#));
        relations.push_str(&format!(
            r#"<Relationship Id="r{nth}" Type="http://x/relationships/worksheet" Target="worksheets/s{nth}.xml"/>"#
        ));
        parts.push((
            format!("xl/worksheets/s{nth}.xml"),
            format!("<worksheet>{before}<sheetData>{rows}</sheetData>{behind}</worksheet>"),
        ));
    }
    let mut all = vec![
        ("xl/workbook.xml", format!(r#"<workbook xmlns:r="r"><sheets>{names}</sheets>{calculation}</workbook>"#)),
        ("xl/_rels/workbook.xml.rels", format!("<Relationships>{relations}</Relationships>")),
        ("xl/styles.xml", STYLES.to_owned()),
        ("xl/sharedStrings.xml", "<sst><si><t>名称</t></si><si><r><t>龙</t></r><r><t>井</t></r><rPh><t>lóng</t></rPh></si><si><t>红茶_x000D_&#10;一级 &amp; 好</t></si></sst>".to_owned()),
    ];
    all.extend(parts.iter().map(|(name, text)| (name.as_str(), text.clone())));
    zipped(&all)
}

fn words(row: usize, cells: &[&str]) -> String {
    let cell = |(at, text): (usize, &&str)| {
        let column = char::from(b'A' + at as u8);
        if text.is_empty() {
            String::new()
        } else {
            format!(r#"<c r="{column}{row}" t="inlineStr"><is><t>{text}</t></is></c>"#)
        }
    };
    format!(r#"<row r="{row}">{}</row>"#, cells.iter().enumerate().map(cell).collect::<String>())
}

fn ods(tables: &str, styles: &str) -> Vec<u8> {
    zipped(&[
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet".to_owned()),
        (
            "content.xml",
            format!(
                r#"<?xml version="1.0"?><office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x"><office:automatic-styles>{styles}</office:automatic-styles><office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"#
            ),
        ),
    ])
}

fn open(bytes: &[u8]) -> Result<File, Unreadable> {
    block_on(read(bytes.to_vec(), Said::default(), async || true))
}

fn shown(table: &Table) -> Vec<Vec<String>> {
    table.rows.iter().map(|row| row.iter().map(|cell| cell.shown().into_owned()).collect()).collect()
}

#[test]
fn s18_s28_numbers_are_shown_by_their_format_and_rich_text_is_plain() {
    let rows = words(1, &["名称", "条码", "价格"])
        + r#"<row r="2"><c r="A2" t="s"><v>1</v></c><c r="B2" s="1"><v>12345678905</v></c><c r="C2" s="2"><f>10/3</f><v>3.3333333333333335</v></c></row>"#
        + r#"<row><c t="s"><v>2</v></c><c s="0"><v>6.901234567892E12</v></c><c s="3"><v>45658</v></c></row>"#
        + r#"<row r="4"><c r="A4" s="4"><v>45658.5</v></c><c r="B4" t="b"><v>1</v></c><c r="C4" t="d"><v>2026-05-03T00:00:00</v></c></row>"#;
    let file = open(&xlsx(&[("商品", "visible", "", &rows, "")], "")).unwrap();
    assert_eq!(
        shown(&file.tables[0])[1..],
        [
            ["龙井", "0012345678905", "3.33"],
            ["红茶\n一级 & 好", "6901234567892", "2025-01-01"],
            ["2025-01-01 12:00", "TRUE", "2026-05-03 00:00:00"],
        ]
    );
    assert_eq!(
        file.tables[0].rows[1][1],
        Content::Number { shown: "0012345678905".into(), value: "12345678905".into() }
    );
}

#[test]
fn s22_s23_errors_and_formulas_without_a_value_are_kept_apart_from_blanks() {
    let rows = words(1, &["名称", "价格"])
        + r#"<row r="2"><c r="A2" t="e"><f>X</f><v>#N/A</v></c><c r="B2"><f>10*1.2</f></c><c r="C2"><f>1</f><v></v></c><c r="D2" t="str"><f>""</f><v></v></c><c r="E2"><f>A1</f><v>0</v></c></row>"#;
    let leaf = [("商品", "visible", "", rows.as_str(), "")];
    let of = |calculation: &str| open(&xlsx(&leaf, calculation)).unwrap().tables[0].rows[1].clone();
    let number = Content::Number { shown: "0".into(), value: "0".into() };
    let blank = Content::Text(String::new());
    let row = of("");
    assert_eq!(row, [Content::Error("#N/A".into()), Content::Uncalculated, Content::Uncalculated, blank, number]);
    // XlsxWriter writes 0 for each formula, and asks for all to be calculated.
    assert_eq!(of(r#"<calcPr fullCalcOnLoad="1"/>"#)[4], Content::Uncalculated);
}

#[test]
fn s21_s25_the_sheet_that_is_seen_and_has_known_columns_is_taken() {
    let goods = words(1, &["名称", "价格"]) + &words(2, &["茶", "5"]);
    let notes = words(1, &["填写说明"]);
    let known =
        |table: &Table| table.rows.first().map_or(0, |row| row.iter().filter(|cell| cell.shown() == "名称").count());
    let chosen = |leaves: &[Leaf<'_>]| {
        let file = open(&xlsx(leaves, "")).unwrap();
        let at = chosen(&file.tables, known);
        (file.tables.len(), file.tables[at].name.clone())
    };
    assert_eq!(chosen(&[("说明", "visible", "", &notes, ""), ("商品", "visible", "", &goods, "")]), (2, "商品".into()));
    assert_eq!(chosen(&[("旧的", "hidden", "", &goods, ""), ("商品", "visible", "", &goods, "")]), (2, "商品".into()));
    assert_eq!(
        chosen(&[("旧的", "veryHidden", "", &goods, ""), ("说明", "visible", "", &notes, "")]),
        (2, "说明".into())
    );
    assert_eq!(
        chosen(&[("茶", "visible", "", &goods, ""), ("杯", "visible", "", &goods, "")]),
        (2, "茶".into()),
        "of equals the first"
    );
    assert_eq!(chosen(&[("空", "visible", "", "", ""), ("茶", "visible", "", &goods, "")]), (1, "茶".into()));
    assert_eq!(open(&xlsx(&[("空", "visible", "", "", "")], "")), Err(Unreadable::Empty));
}

#[test]
fn s26_what_a_sheet_hides_is_known() {
    let rows = words(1, &["名称", "价格", "成本"])
        + r#"<row r="2" hidden="1"><c r="A2" t="s"><v>1</v></c></row><row r="3" hidden="true"/>"#;
    let file = open(&xlsx(
        &[(
            "商品",
            "visible",
            r#"<cols><col min="3" max="3" hidden="1"/><col min="9" max="16384" hidden="1"/></cols>"#,
            &rows,
            "",
        )],
        "",
    ))
    .unwrap();
    assert_eq!(file.tables[0].hides(), (1, 1));
    let table = r#"<table:table table:name="a" table:style-name="h"><table:table-column/><table:table-column table:visibility="collapse" table:number-columns-repeated="2"/><table:table-row table:visibility="filter"><table:table-cell office:value-type="string"><text:p>茶</text:p></table:table-cell><table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell></table:table-row></table:table>"#;
    let style = r#"<style:style style:name="h" style:family="table"><style:table-properties table:display="false"/></style:style>"#;
    let file = open(&ods(table, style)).unwrap();
    assert_eq!((file.tables[0].hides(), file.tables[0].hidden), ((1, 1), true));
}

#[test]
fn s27_merged_cells_hold_for_all_their_rows_and_hide_nothing() {
    let rows = words(1, &["商品名称", "规格", "编码"])
        + &words(2, &["棉T恤", "S", "TS-S"])
        + &words(3, &["藏着的", "M", "TS-M"])
        + &words(4, &["", "L", "TS-L"])
        + &words(6, &["小标题", "藏", "藏"]);
    let merged = r#"<mergeCells><mergeCell ref="A2:A5"/><mergeCell ref="A6:C6"/><mergeCell ref="A1:XFD1048576"/><mergeCell ref="nonsense"/></mergeCells>"#;
    let merged = merged.replace(r#"<mergeCell ref="A1:XFD1048576"/>"#, "");
    let file = open(&xlsx(&[("商品", "visible", "", &rows, &merged)], "")).unwrap();
    let names: Vec<String> = shown(&file.tables[0]).iter().map(|row| row.join("|")).collect();
    assert_eq!(names, ["商品名称|规格|编码", "棉T恤|S|TS-S", "棉T恤|M|TS-M", "棉T恤|L|TS-L", "", "小标题||"]);
    let cell = |text: &str, more: &str| {
        format!(r#"<table:table-cell {more} office:value-type="string"><text:p>{text}</text:p></table:table-cell>"#)
    };
    let table = format!(
        r#"<table:table table:name="a"><table:table-row>{}{}</table:table-row><table:table-row><table:covered-table-cell office:value-type="string"><text:p>藏着的</text:p></table:covered-table-cell>{}</table:table-row></table:table>"#,
        cell("棉T恤", r#"table:number-rows-spanned="2" table:number-columns-spanned="1""#),
        cell("S", ""),
        cell("M", "")
    );
    assert_eq!(shown(&open(&ods(&table, "")).unwrap().tables[0]), [["棉T恤", "S"], ["棉T恤", "M"]]);
}

#[test]
fn an_indented_ods_is_read() {
    let table = r#"
  <table:table table:name="Sheet1">
    <table:table-column table:number-columns-repeated="3"/>
    <table:table-row>
      <table:table-cell office:value-type="string">
        <text:p>名称</text:p>
      </table:table-cell>
      <table:table-cell office:value-type="string"><text:p>条<text:span>码</text:span></text:p></table:table-cell>
      <table:table-cell table:number-columns-repeated="16382"/>
    </table:table-row>
    <table:table-row table:number-rows-repeated="2">
      <table:table-cell/>
    </table:table-row>
    <table:table-row>
      <table:table-cell office:value-type="string"><office:annotation><text:p>不是内容</text:p></office:annotation><text:p>绿<text:s text:c="2"/>茶
        好</text:p><text:p>第二行</text:p></table:table-cell>
      <table:table-cell office:value-type="float" office:value="12345678905"><text:p>0012345678905</text:p></table:table-cell>
      <table:table-cell office:value-type="currency" office:value="1234.5"><text:p>¥1,234.50</text:p></table:table-cell>
      <table:table-cell office:value-type="string" calcext:value-type="error"><text:p>Err:511</text:p></table:table-cell>
      <table:table-cell office:value-type="float" office:value="0"><text:p>#DIV/0!</text:p></table:table-cell>
      <table:table-cell office:value-type="date" office:date-value="2026-05-03"><text:p>03.05.26</text:p></table:table-cell>
      <table:table-cell office:value-type="boolean" office:boolean-value="true"><text:p>TRUE</text:p></table:table-cell>
      <table:table-cell office:value-type="float" office:value="1"><text:p>TRUE</text:p></table:table-cell>
      <table:table-cell table:formula="of:=1+1"/>
      <table:table-cell office:value-type="float" office:value="6901234567892"><text:p>6.90E+12</text:p></table:table-cell>
    </table:table-row>
    <table:table-row table:number-rows-repeated="1048573"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>
  </table:table>"#;
    let file = open(&ods(table, "")).unwrap();
    let rows = &file.tables[0].rows;
    assert_eq!(rows.len(), 4);
    assert_eq!(shown(&file.tables[0])[0], ["名称", "条码"]);
    assert_eq!(rows[3][0], Content::Text("绿  茶 好\n第二行".into()));
    assert_eq!(rows[3][1], Content::Number { shown: "0012345678905".into(), value: "12345678905".into() });
    assert_eq!(rows[3][2], Content::Number { shown: "1234.5".into(), value: "1234.5".into() });
    assert_eq!(
        rows[3][3..9],
        [
            Content::Error("Err:511".into()),
            Content::Error("#DIV/0!".into()),
            Content::Date("2026-05-03".into()),
            Content::Truth(true),
            Content::Truth(true),
            Content::Uncalculated,
        ]
    );
    assert_eq!(rows[3][9].shown(), "6901234567892");
}

#[test]
fn what_says_that_it_repeats_for_ever_ends() {
    let cell = r#"<table:table-cell table:number-columns-repeated="16384" office:value-type="string"><text:p>茶</text:p></table:table-cell>"#;
    let table = format!(
        r#"<table:table table:name="a"><table:table-row table:number-rows-repeated="99999999999">{cell}</table:table-row></table:table>"#
    );
    assert_eq!(open(&ods(&table, "")), Err(Unreadable::TooLarge));
    let far =
        r#"<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c><c r="A1048576"><v>1</v></c></row>"#;
    assert_eq!(open(&xlsx(&[("a", "visible", "", far, "")], "")), Err(Unreadable::TooLarge));
}

/// A small file that would unfold to more than a device has, or to work without an end, is refused.
#[test]
fn what_would_fill_the_device_is_too_large() {
    let text = "茶".repeat(100_000);
    let cell = format!(
        r#"<table:table-cell table:number-columns-repeated="200" office:value-type="string"><text:p>{text}</text:p></table:table-cell>"#
    );
    let long = format!(
        r#"<table:table table:name="a"><table:table-row table:number-rows-repeated="50000">{cell}</table:table-row></table:table>"#
    );
    assert_eq!(open(&ods(&long, "")), Err(Unreadable::TooLarge));
    // Each sheet fits, not all of them; of the last one nothing does, and it is said all the same.
    let sheet = |text: &str| {
        format!(
            r#"<table:table table:name="a"><table:table-row table:number-rows-repeated="9000"><table:table-cell table:number-columns-repeated="200" office:value-type="string"><text:p>{text}</text:p></table:table-cell></table:table-row></table:table>"#
        )
    };
    let file = open(&ods(&sheet("茶").repeat(3), "")).unwrap();
    assert_eq!(file.tables.iter().map(|table| table.is_too_large).collect::<Vec<_>>(), [false, true, true]);
    let empty = r#"<table:table table:name="a"/>"#.repeat(300);
    assert_eq!(open(&ods(&empty, "")), Err(Unreadable::TooLarge));
    // A text that all cells share, and one cell far to the right in each row.
    let wide: String = (1..=50_000).map(|row| format!(r#"<row r="{row}"><c r="GR{row}"><v>1</v></c></row>"#)).collect();
    assert_eq!(open(&xlsx(&[("a", "visible", "", &wide, "")], "")), Err(Unreadable::TooLarge));
    // The whole sheet is merged, again and again.
    let rows: String = (1..=20_000).map(|row| words(row, &["茶", "5"])).collect();
    let merged = r#"<mergeCell ref="A1:XFD1048576"/>"#.repeat(100_000);
    assert_eq!(open(&xlsx(&[("a", "visible", "", &rows, &merged)], "")), Err(Unreadable::TooLarge));
    // Rows beyond all numbers.
    let last = r#"<row r="18446744073709551615"><c><v>1</v></c></row><row><c><v>1</v></c></row>"#;
    assert_eq!(open(&xlsx(&[("a", "visible", "", last, "")], "")), Err(Unreadable::TooLarge));
}

#[test]
fn a_shared_text_that_is_not_there_is_an_error_and_not_a_blank() {
    let rows = words(1, &["名称"]) + r#"<row r="2"><c r="A2" t="s"><v>99</v></c><c r="B2" t="s"><v>-1</v></c></row>"#;
    let file = open(&xlsx(&[("a", "visible", "", &rows, "")], "")).unwrap();
    assert_eq!(file.tables[0].rows[1], [Content::Error("#REF!".into()), Content::Error("#REF!".into())]);
}

#[test]
fn a_file_of_text_is_read_as_a_person_says() {
    let bytes = b"Name;Price\nCaf\xe9;4,50\nTh\xe9;3,20\n";
    let file = open(bytes).unwrap();
    assert_eq!(file.form, Some(Form { encoding: Encoding::Windows1252, separator: ';' }));
    assert_eq!(shown(&file.tables[0]), [["Name", "Price"], ["Café", "4,50"], ["Thé", "3,20"]]);
    let said = Said { encoding: Some(Encoding::Gb18030), separator: Some(',') };
    let file = block_on(read(bytes.to_vec(), said, async || true)).unwrap();
    assert_eq!(file.form, Some(Form { encoding: Encoding::Gb18030, separator: ',' }));
    assert_eq!(file.tables[0].rows[1].len(), 2);
    assert_eq!(open(b"<?xml version=\"1.0\"?><Workbook/>"), Err(Unreadable::WebPage));
}

#[test]
fn s4_s5_the_separator_and_signs_of_a_whole_file() {
    let sheet = "version 1.00\r\ntitle\tprice\tnum\r\n宝贝名称\t宝贝价格\t宝贝数量\r\n一级龙井, 好\t128\t3\r\n";
    let little: Vec<u8> = sheet.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for bytes in [[&[0xFF, 0xFE], little.as_slice()].concat(), little] {
        let file = open(&bytes).unwrap();
        assert_eq!(file.form, Some(Form { encoding: Encoding::Utf16Le, separator: '\t' }));
        assert_eq!(shown(&file.tables[0])[3], ["一级龙井, 好", "128", "3"]);
    }
}

#[test]
fn s39_damaged_files_end_in_a_word() {
    let rows = words(1, &["名称", "价格"])
        + &words(2, &["茶", "5"])
        + r#"<row r="3"><c r="A3" t="s"><v>1</v></c><c r="B3" s="1"><f>1</f><v>5</v></c></row>"#;
    let merged = r#"<mergeCells><mergeCell ref="A2:A3"/></mergeCells>"#;
    let book = xlsx(&[("商品", "visible", "", &rows, merged), ("b", "hidden", "", &rows, "")], "");
    let table = r#"<table:table table:name="a"><table:table-row><table:table-cell office:value-type="string" table:number-rows-spanned="2"><text:p>茶</text:p></table:table-cell></table:table-row></table:table>"#;
    let sheet = "名称;价格\n\"茶, 绿\";1,5\n'00123;=\"0012\"\n".as_bytes().to_vec();
    let wide: Vec<u8> = "名称\t价格\n一\t5\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut chance = 0x2545_F491_4F6C_DD1D_u64;
    let mut next = |below: usize| {
        chance ^= chance << 13;
        chance ^= chance >> 7;
        chance ^= chance << 17;
        (chance % below as u64) as usize
    };
    for bytes in [book, ods(table, ""), sheet, wide] {
        for cut in 0..40 {
            let _ = open(&bytes[..bytes.len() * cut / 40]);
        }
        for _ in 0..300 {
            let mut broken = bytes.clone();
            for _ in 0..=next(6) {
                let at = next(broken.len());
                broken[at] = next(256) as u8;
            }
            let _ = open(&broken);
        }
    }
    // Text of XML that is damaged within whole zips.
    let part = words(1, &["名称", "价格"]) + &words(2, &["茶", "5"]);
    for _ in 0..300 {
        let mut broken: Vec<char> = part.chars().collect();
        for _ in 0..=next(4) {
            let at = next(broken.len());
            broken[at] = char::from(next(128) as u8);
        }
        let broken: String = broken.into_iter().collect();
        let _ = open(&xlsx(&[("商品", "visible", "", &broken, merged)], ""));
        let _ = open(&ods(&table.replace("茶", &broken), ""));
    }
}

//! The head of a sheet: which rows it is, and what its columns are, guessed from the names that programs and people give
//! them in Chinese and English, and in other languages where these have a word for them.

use super::content::Content;
use super::{Left, Line, tongues};
use crate::search::bare;

/// What a column of a kind of sheet can be.
pub trait Column: Clone + PartialEq {
    /// The names under which each is known, folded, the surest first; one that ends with `*` is the beginning of a name.
    fn names(&self) -> &'static [&'static str];
    /// Whether several columns may mean it.
    fn is_many(&self) -> bool;
}

/// How many rows may stand above the head: a title, a date.
const ABOVE: usize = 10;

/// Traditional characters that stand in names of columns, each before its simplified one.
const TRADITIONAL: &str = "稱称貨货號号價价庫库類类條条碼码規规數数單单備备註注說说電电話话機机聯联繫系係系絡络戶户會会員员級级別别\
    進进銷销產产圖图狀状態态顏颜編编標标題题買买賣卖內内現现國国際际郵邮區区縣县鄉乡鎮镇門门東东詳详細细運运訂订實实優优\
    額额總总計计開开關关體体積积採采購购與与項项組组屬属個个謂谓寶宝貝贝幣币選选樣样顧顾檔档參参廠厂經经營营業业連连絡络\
    繳缴費费額额儲储餘余歸归裡里遞递倉仓庫库樓楼號号鋪铺賬账帳账億亿萬万點点種种層层純纯淨净毛重質质過过時时間间無无\
    來来發发佈布稅税";

/// How a name says that there may be several: `Attribute 1 value(s)`.
const PLURALS: [&str; 4] = ["(s)", "(es)", "(e)", "(en)"];

/// A traditional character of a name as its simplified one.
fn simplified(c: char) -> char {
    // Pairs of signs of three bytes each.
    let traditional = TRADITIONAL.match_indices(c).find(|(at, _)| at % 6 == 0);
    traditional.and_then(|(at, sign)| TRADITIONAL.get(at + sign.len()..)?.chars().next()).unwrap_or(c)
}

/// A name without case, accents, spaces and what stands in brackets behind it, in plain and simplified signs, in English
/// where it is of another language than Chinese: `售價（元）*` is `售价`, `Catégories` is `categories`. What asks (`In stock?`) keeps its mark: it is another thing than what it asks of.
pub fn folded(name: &str) -> String {
    let name = PLURALS.iter().fold(name.trim().to_owned(), |name, plural| name.replace(plural, ""));
    let before = name.split(['(', '（', '[', '【', ':', '：']).next().unwrap_or_default();
    let before = if before.trim().is_empty() { &name } else { before };
    let mut folded: String = before
        .chars()
        .map(super::content::narrow)
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .map(|c| if c.is_ascii() { c } else { bare(simplified(c)) })
        .collect();
    folded = folded.replace('ß', "ss");
    if folded.is_ascii() && before.trim_end().ends_with(['?', '？']) {
        folded.push('?');
    }
    tongues::english(&folded).unwrap_or(folded)
}

/// How sure it is that a column of this name means it: less is surer.
fn rank<C: Column>(column: &C, name: &str) -> Option<usize> {
    column.names().iter().position(|known| match known.strip_suffix('*') {
        Some(beginning) => name.starts_with(beginning),
        None => *known == name,
    })
}

/// What each column of a head means, as far as it can be told; of several of one meaning, the surest. `more`: further
/// names, such as the shop's own words, the surest of all.
pub fn guess<C: Column>(head: &[String], all: &[C], more: &[(String, C)]) -> Vec<Option<C>> {
    let mut guessed: Vec<Option<(C, usize)>> = Vec::with_capacity(head.len());
    for cell in head {
        let name = folded(cell);
        let own = more.iter().find(|(own, _)| !name.is_empty() && folded(own) == name).map(|(_, column)| (column, 0));
        let known =
            || all.iter().filter_map(|column| Some((column, rank(column, &name)? + 1))).min_by_key(|(_, rank)| *rank);
        guessed.push(own.or_else(known).map(|(column, rank)| (column.clone(), rank)));
    }
    let surer = |at: usize, column: &C, rank: usize| {
        let others = guessed.iter().enumerate().filter(|(other, _)| *other != at);
        others
            .filter_map(|(other, it)| Some((other, it.as_ref()?)))
            .any(|(other, (means, its))| means == column && (*its, other) < (rank, at))
    };
    let settled: Vec<Option<C>> = guessed
        .iter()
        .enumerate()
        .map(|(at, it)| {
            it.as_ref().filter(|(column, rank)| column.is_many() || !surer(at, column, *rank)).map(|(it, _)| it.clone())
        })
        .collect();
    settled
}

/// What the cells of a row say, as names of columns.
pub fn names(row: &[Content]) -> Vec<String> {
    row.iter().map(|cell| cell.shown().trim().to_owned()).collect()
}

fn known<C: Column>(row: &[Content], all: &[C], more: &[(String, C)]) -> usize {
    guess(&names(row), all, more).iter().flatten().count()
}

/// Which row is the head: of the first rows the one with the most columns that are known, else the first that is not
/// blank.
pub fn find<C: Column>(rows: &[Vec<Content>], all: &[C], more: &[(String, C)]) -> usize {
    let first = rows.iter().position(|row| row.iter().any(|cell| !cell.is_blank())).unwrap_or_default();
    let candidates = rows.iter().enumerate().skip(first).take(ABOVE);
    // Of as many, the first.
    let best =
        candidates.map(|(at, row)| (known(row, all, more), at)).max_by_key(|(known, at)| (*known, usize::MAX - at));
    best.filter(|(known, _)| *known > 0).map_or(first, |(_, at)| at)
}

/// Whether a row below a head goes on with it: it names columns, and nothing else that could be goods.
fn goes_on<C: Column>(row: &[Content], all: &[C], more: &[(String, C)]) -> bool {
    let said = row.iter().filter(|cell| !cell.is_blank()).count();
    let is_word = |cell: &Content| {
        cell.is_blank() || matches!(cell, Content::Text(text) if !text.trim().starts_with(|c: char| c.is_ascii_digit()))
    };
    let known = known(row, all, more);
    row.iter().all(is_word) && known > 0 && (known == said || (known > 2 && known * 3 >= said))
}

/// The names of the columns below the head that begins in this row, and how many rows it has: one, or two that are read
/// together.
pub fn read<C: Column>(rows: &[Vec<Content>], at: usize, all: &[C], more: &[(String, C)]) -> (Vec<String>, usize) {
    let wide = rows.iter().skip(at).map(Vec::len).max().unwrap_or_default();
    let row = |at: usize| {
        let mut row = rows.get(at).map(|row| names(row)).unwrap_or_default();
        row.resize(wide, String::new());
        row
    };
    let upper = row(at);
    if !rows.get(at + 1).is_some_and(|below| goes_on(below, all, more)) {
        return (upper, 1);
    }
    // Where both name a column, the lower name is the nearer one, if it is known.
    let lower = row(at + 1);
    let upper_known = guess(&upper, all, more);
    let lower_known = guess(&lower, all, more);
    let joined = upper.into_iter().zip(lower).zip(upper_known.iter().zip(&lower_known)).map(
        |((upper, lower), known)| match known {
            (Some(_), None) => upper,
            _ if lower.is_empty() => upper,
            _ => lower,
        },
    );
    (joined.collect(), 2)
}

/// The words that begin the last row of a sheet.
const TOTALS: [&str; 17] = [
    "合计",
    "总计",
    "小计",
    "共计",
    "总合计",
    "本页合计",
    "合计数",
    "总数",
    "累计",
    "汇总",
    "total",
    "totals",
    "grandtotal",
    "subtotal",
    "sum",
    "totalsum",
    "sumtotal",
];

/// Whether a text names a total: `合计`, `Total:`, `合计：57`.
pub fn is_total(text: &str) -> bool {
    text.len() < 40 && TOTALS.contains(&folded(text).as_str())
}

/// The rows below a head, with their numbers. Further heads among them, as printed pages have them, are left out.
pub fn below(rows: &[Vec<Content>], at: usize, deep: usize) -> Vec<Line> {
    let head = rows.get(at).map(|row| names(row)).unwrap_or_default();
    let said = head.iter().filter(|name| !name.is_empty()).count();
    let line = |(row, number): (&Vec<Content>, usize)| {
        let again = said > 1
            && names(row).iter().filter(|name| !name.is_empty()).eq(head.iter().filter(|name| !name.is_empty()));
        Line { number, cells: row.clone(), merged: Vec::new(), left: again.then_some(Left::Head), remarks: Vec::new() }
    };
    rows.iter().skip(at + deep).zip(at + deep + 1..).map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::super::products::Column::{self, *};
    use super::*;

    fn row(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|cell| (*cell).to_owned()).collect()
    }

    fn cells(cells: &[&str]) -> Vec<Content> {
        cells.iter().map(|cell| Content::typed((*cell).to_owned())).collect()
    }

    #[test]
    fn columns_are_known_by_their_names_in_both_languages() {
        let wholesale = [("批发价".to_owned(), Level("wholesale".to_owned()))];
        let guess = |head: &[&str]| guess(&row(head), &Column::ALL, &wholesale);
        assert_eq!(
            guess(&[
                "商品名称*",
                "规格",
                "商品编码",
                "售价（元）",
                "成本价",
                "库存",
                "分类",
                "单位",
                "状态",
                "图片",
                "批发价"
            ]),
            [
                Some(Name),
                Some(Spec),
                Some(Code),
                Some(Price),
                Some(Cost),
                Some(Stock),
                Some(Category),
                Some(Unit),
                Some(State),
                None,
                Some(Level("wholesale".to_owned())),
            ]
        );
        assert_eq!(
            guess(&["InvoiceNo", "StockCode", "Description", "Quantity", "UnitPrice", "CustomerID", "Country"]),
            [None, Some(Code), Some(Name), Some(Stock), Some(Price), None, None]
        );
        assert_eq!(
            guess(&["Unit price", "Price", "Barcode", "Barcodes"]),
            [None, Some(Price), Some(Barcodes), Some(Barcodes)]
        );
    }

    #[test]
    fn the_surer_name_wins_not_the_first() {
        let guess = |head: &[&str]| guess(&row(head), &Column::ALL, &[]);
        assert_eq!(guess(&["Item", "Name", "Description", "Price"]), [None, Some(Name), None, Some(Price)], "S31");
        assert_eq!(guess(&["Sale price", "Regular price"]), [None, Some(Price)]);
        assert_eq!(guess(&["In stock?", "Stock"]), [None, Some(Stock)]);
        assert_eq!(guess(&["In stock [Main street]", "Price [Main street]"]), [Some(Stock), Some(Price)]);
        assert_eq!(guess(&["Current Quantity Main Street", "Item"]), [Some(Stock), Some(Name)]);
        assert_eq!(guess(&["Type", "Category"]), [None, Some(Category)]);
    }

    #[test]
    fn traditional_and_full_width_names_are_known() {
        let guess = |head: &[&str]| guess(&row(head), &Column::ALL, &[]);
        assert_eq!(
            guess(&["商品名稱", "貨號", "售價", "庫存", "分類", "條碼"]),
            [Some(Name), Some(Code), Some(Price), Some(Stock), Some(Category), Some(Barcodes)],
            "S17"
        );
        assert_eq!(
            guess(&["ＳＫＵ", "品名", "單位", "備註", "進價", "狀態", "規格"]),
            [Some(Code), Some(Name), Some(Unit), Some(Note), Some(Cost), Some(State), Some(Spec)]
        );
    }

    /// R2: deadlocker8/BudgetMaster#731, jasp-stats/jasp-desktop#403: sheets of people who write neither English nor
    /// Chinese.
    #[test]
    fn r2_names_in_other_languages_are_known() {
        let guess = |head: &[&str]| guess(&row(head), &Column::ALL, &[]);
        let goods = [Some(Name), Some(Code), Some(Barcodes), Some(Price), Some(Stock), Some(Category), Some(Unit)];
        for head in [
            ["Bezeichnung", "Artikelnummer", "Strichcode", "Preis (€)", "Bestand", "Warengruppe", "Einheit"],
            ["Nom", "Référence", "Code-barres", "Prix de vente", "Quantité", "Catégorie", "Unité"],
            ["Nombre", "Código", "Código de barras", "Precio", "Existencias", "Categoria", "Unidad"],
            ["Nome", "Codice", "Codice a barre", "Prezzo", "Giacenza", "Categoria", "Unità"],
            ["Nome", "Código", "Código de Barras", "Preço", "Estoque", "Categoria", "Unidade"],
            ["Naam", "SKU", "Streepjescode", "Prijs", "Voorraad", "Categorie", "Eenheid"],
        ] {
            assert_eq!(guess(&head), goods, "{head:?}");
        }
        // A number of an article is no name where there is one.
        assert_eq!(guess(&["Artikel", "Name", "Größe", "EK"]), [None, Some(Name), Some(Option), Some(Cost)]);
        assert_eq!(guess(&["Title", "Type", "Reference"]), [Some(Name), Some(Category), Some(Code)]);
        assert!(is_total("Summe") && is_total("Gesamt:") && !is_total("Sumatra"));
    }

    #[test]
    fn the_head_may_stand_below_a_title() {
        let rows = [cells(&[]), cells(&["商品列表 2026"]), cells(&["名称", "价格"]), cells(&["茶", "5"])];
        assert_eq!(find(&rows, &Column::ALL, &[]), 2);
        assert_eq!(find(&[cells(&[]), cells(&["x", "y"])], &Column::ALL, &[]), 1);
        assert_eq!(find(&[], &Column::ALL, &[]), 0);
    }

    #[test]
    fn a_head_may_have_two_rows() {
        let read = |rows: &[Vec<Content>]| {
            let at = find(rows, &Column::ALL, &[]);
            (at, read(rows, at, &Column::ALL, &[]))
        };
        let (at, (names, deep)) = read(&[
            cells(&["商品名称", "编码", "价格", "", "库存"]),
            cells(&["", "", "零售价", "进价", ""]),
            cells(&["绿茶", "T1", "5", "3", "10"]),
        ]);
        assert_eq!((at, deep, names), (0, 2, row(&["商品名称", "编码", "零售价", "进价", "库存"])), "S27");
        // English above Chinese.
        let (_, (names, deep)) =
            read(&[cells(&["name", "price", "note"]), cells(&["名称", "价格", "备注"]), cells(&["绿茶", "5", "好"])]);
        assert_eq!((deep, names), (2, row(&["名称", "价格", "备注"])));
        // Goods are no second row.
        let (_, (_, deep)) = read(&[cells(&["名称", "价格", "单位"]), cells(&["茶", "议价", "件"])]);
        assert_eq!(deep, 1);
    }

    #[test]
    fn totals_are_told_from_goods() {
        for text in ["合计", "总 计", "Total", "TOTAL:", "合计：57", "Grand Total", "總計", "Sum"] {
            assert!(is_total(text), "{text}");
        }
        for text in ["合计算器", "Total care soap", "Summer hat", ""] {
            assert!(!is_total(text), "{text}");
        }
    }
}

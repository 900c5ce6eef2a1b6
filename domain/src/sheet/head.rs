//! The head of a sheet: which row it is, and what its columns are, guessed from the names that programs and people give
//! them in Chinese and English.

/// What a column of a kind of sheet can be.
pub trait Column: Clone + PartialEq {
    /// The names under which each is known, folded; a meaning may come more than once.
    fn names(&self) -> &'static [&'static str];
    /// Whether several columns may mean it.
    fn is_many(&self) -> bool;
}

/// How many rows may stand above the head: a title, a date.
const ABOVE: usize = 10;

/// A name without case, spaces and what stands in brackets behind it: `售价（元）*` is `售价`.
pub fn folded(name: &str) -> String {
    let before = name.trim().split(['(', '（', '[', '【', ':', '：']).next().unwrap_or_default();
    let before = if before.trim().is_empty() { name } else { before };
    before.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// What each column of a head means, as far as it can be told. `more`: further names, such as the shop's own words.
pub fn guess<C: Column>(head: &[String], all: &[C], more: &[(String, C)]) -> Vec<Option<C>> {
    let mut taken: Vec<C> = Vec::new();
    let mut guessed = Vec::with_capacity(head.len());
    for cell in head {
        let name = folded(cell);
        let own = more.iter().find(|(own, _)| !name.is_empty() && folded(own) == name).map(|(_, column)| column);
        let known = || all.iter().find(|column| column.names().contains(&name.as_str()));
        let column = own.or_else(known).filter(|column| column.is_many() || !taken.contains(column));
        taken.extend(column.cloned());
        guessed.push(column.cloned());
    }
    guessed
}

/// Which row is the head: of the first rows the one with the most columns that are known, else the first that is not
/// blank.
pub fn find<C: Column>(rows: &[Vec<String>], all: &[C], more: &[(String, C)]) -> usize {
    let known = |row: &Vec<String>| guess(row, all, more).iter().flatten().count();
    let first = rows.iter().position(|row| row.iter().any(|cell| !cell.trim().is_empty())).unwrap_or_default();
    let candidates = rows.iter().enumerate().skip(first).take(ABOVE);
    // Of as many, the first.
    let best = candidates.map(|(at, row)| (known(row), at)).max_by_key(|(known, at)| (*known, usize::MAX - at));
    best.filter(|(known, _)| *known > 0).map_or(first, |(_, at)| at)
}

#[cfg(test)]
mod tests {
    use super::super::products::Column::{self, *};
    use super::*;

    fn row(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|cell| (*cell).to_owned()).collect()
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
            [Some(Price), None, Some(Barcodes), Some(Barcodes)]
        );
    }

    #[test]
    fn the_head_may_stand_below_a_title() {
        let rows = [row(&[]), row(&["商品列表 2026"]), row(&["名称", "价格"]), row(&["茶", "5"])];
        assert_eq!(find(&rows, &Column::ALL, &[]), 2);
        assert_eq!(find(&[row(&[]), row(&["x", "y"])], &Column::ALL, &[]), 1);
        assert_eq!(find(&[], &Column::ALL, &[]), 0);
    }
}

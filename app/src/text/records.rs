//! Words for what the shop writes down beside its orders, where two tablets changed the same.
#![warn(clippy::wildcard_enum_match_arm)]

use domain::StreamKind;

use super::Phrase;

texts! {
    PRODUCT: "商品", "Product";
    CUSTOMER: "客户", "Customer";
    TEMPLATE: "模板", "Template";
    RULE: "规则", "Rule";
    VIEW: "保存的筛选", "Saved filter";
    SHOP: "店铺设置", "Shop settings";
    RECORD: "资料", "Record";
    OPEN_PRODUCT: "查看商品", "Open product";
    OPEN_CUSTOMER: "查看客户", "Open customer";
    OPEN_TEMPLATES: "查看模板", "Open templates";
    OPEN_RULES: "查看规则", "Open rules";
    OPEN_ORDERS: "查看订单", "Open orders";
    OPEN_SETTINGS: "查看设置", "Open settings";
    NOW: "目前按后改的。另一个值还在，点一下可换回。", "For now, the later one counts. The other is kept: one tap takes it.";
    NAME: "名称", "Name";
    LEVEL: "价格等级", "Price level";
    MERGED_INTO: "合并到", "Merged into";
    SWITCHED_ON: "启用", "Switched on";
    CONTENT: "内容", "Content";
    A_CONTENT: "（一份内容）", "(a content)";
    A_FILTER: "（一组筛选）", "(a set of filters)";
    PICTURE: "图片", "Picture";
    A_PICTURE: "（一张图片）", "(a picture)";
    HIDDEN: "停用", "Hidden";
    DEFAULT_CHANNEL: "默认渠道", "Default channel";
    DEFAULT_CATEGORY: "默认分类", "Default category";
    DEFAULT_METHOD: "默认付款方式", "Default payment method";
    DEFAULT_CARRIER: "默认快递", "Default carrier";
    YES: "是", "Yes";
    NO: "否", "No";
    named(kind: &str, name: &str): "{kind}“{name}”", "{kind} “{name}”";
    of(what: &str, field: &str): "{what}：{field}", "{what}: {field}";
    twice(what: &str, field: &str): "{what}的{field}改了两次", "{what}: {field} was changed twice";
    counted_twice(what: &str): "{what}盘了两次，数不一样", "{what} was counted twice, with two results";
    counted(n: &str): "盘点 {n}", "Counted {n}";
    before_or_after(what: &str): "{what}：盘点之前还是之后？", "{what}: before or after the count?";
    unaware_now(n: &str, counted: &str): "目前是 {n}：盘点 {counted}，其余算在盘点之后。", "For now there are {n}: {counted} counted, and the rest after it.";
    before_count(n: &str): "盘点之前：现有 {n}", "Before the count: {n} on hand";
    after_count(n: &str): "盘点之后：现有 {n}", "After the count: {n} on hand";
    moved_of(act: &str, n: &str): "{act} {n}", "{act} {n}";
    and_more(n: usize): "还有 {n} 笔", "and {n} more";
}

/// What a kind of record is called.
pub fn kind_name(kind: StreamKind) -> &'static str {
    let phrase: Phrase = match kind {
        StreamKind::Product => PRODUCT,
        StreamKind::Customer => CUSTOMER,
        StreamKind::Template => TEMPLATE,
        StreamKind::Rule => RULE,
        StreamKind::View => VIEW,
        StreamKind::Shop => SHOP,
        StreamKind::Order | StreamKind::Contact => RECORD,
    };
    phrase.get()
}

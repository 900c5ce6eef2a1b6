//! The shop's lists: what everybody calls their entries.

texts! {
    STALL: "摊位", "Stall";
    TAOBAO: "淘宝", "Taobao";
    JD: "京东", "JD";
    PINDUODUO: "拼多多", "Pinduoduo";
    DOUYIN: "抖音", "Douyin";
    SHOPEE: "虾皮", "Shopee";
    OWN: "自有渠道", "Own";
    RETAIL: "零售", "Retail";
    WHOLESALE: "批发", "Wholesale";
    PREORDER: "预订", "Pre-order";
    MEMBER: "会员", "Member";
}

//! What only the form of an order and its preview say; what they share with other pages is in `selling`.

texts! {
    UNIT: "单位", "Unit";
    PIECE: "件", "Piece";
    GRAM: "克，单价按公斤", "Gram, priced per kilogram";
    LINE_DISCOUNT: "这项优惠", "Off this line";
    LINE_NOTE: "这项备注", "Line note";
    TERMS: "付款条件", "Payment terms";
    PREPAID: "先付款", "Pay first";
    CHANNEL: "渠道", "Channel";
    CATEGORY: "分类", "Category";
    NOT_SAID: "不分", "None";
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
    QUANTITY_WHOLE: "数量要是整数；称重的选“克”。", "The quantity must be a whole number; for weight, choose gram.";
    DISCOUNT_TOO_MUCH: "减的比商品还多。", "That takes off more than the items come to.";
    DEPOSIT_TOO_MUCH: "定金比总数还多。", "The deposit is more than the whole.";
    NOTHING_CHANGED: "什么都没有改，不用存。", "Nothing was changed, so there is nothing to save.";
    CONFIRMED_ALREADY: "这张单子已在另一个窗口确认了。要再开一张，就再按一次。", "This order was confirmed in another window. To make a second one, confirm again.";
    NOT_NOW: "这张单子不能改了", "This order can't be edited any more";
    HAS_SHIPPED: "已有货发出。可以复制成一张新单。", "Something of it has left already. You can copy it into a new order.";
    IS_CLOSED: "它已取消或关闭。可以复制成一张新单。", "It is cancelled or closed. You can copy it into a new order.";
    NEEDS_UPDATE: "它有这个版本还不认识的记录。更新后再改。", "It holds a record that this version does not know yet. Update the app, then edit it.";
    OPEN_ORDER: "看订单", "Open the order";
    SOMEONE: "买家", "The buyer";
    HANDED_OVER_NOW: "货现在就给买家", "The goods are handed over now";
    TO_REFUND: "应退买家", "To be refunded";
    more_of(n: usize): "第 {n} 项的单位、优惠、备注", "Item {n}: unit, discount, note";
    paid_and_handed_over(method: &str, amount: &str): "现在收款（{method} {amount}），货也给了买家", "Paid now ({method} {amount}), and handed over";
    places(n: u32): "最多 {n} 位小数，如 12.50。", "At most {n} decimals, such as 12.50.";
    no_places(currency: &str): "{currency}没有小数。", "{currency} has no decimals.";
    too_many(most: usize): "一张单子最多 {most} 项，分成两单。", "An order has at most {most} items: make two.";
    same_now(name: &str, number: &str): "{name}刚刚下过一样的单（{number}）。是同一单吗？", "{name} ordered the same just now ({number}). Is it the same order?";
    same_ago(name: &str, number: &str, ago: &str): "{ago}前，{name}下过一样的单（{number}）。是同一单吗？", "{name} ordered the same {ago} ago ({number}). Is it the same order?";
    grams(n: i64): "{n} 克", "{n} g";
    per_kilogram(price: &str): "{price}/公斤", "{price}/kg";
    after_deposit(amount: &str): "定金 {amount} 后，还要收", "After {amount} deposit, still to pay";
    after_paid(amount: &str): "已收 {amount}，还要收", "After {amount} paid, still to pay";
    off(amount: &str): "优惠 {amount}", "{amount} off";
}

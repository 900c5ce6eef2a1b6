//! The texts of selling: the list, the form, the preview, the order with its acts and dialogs, its
//! timeline, and what two tablets did that does not fit.

/// The states of an order, named as in workflow.md.
pub mod state {
    texts! {
        DRAFT: "草稿", "Draft";
        AWAITING_PAYMENT: "待付款", "Awaiting payment";
        PART_PAID: "部分付款", "Part paid";
        PAID: "已付款·待发货", "Paid, to ship";
        PAID_TO_PICK_UP: "已付款·待自提", "Paid, to pick up";
        PAID_TAB: "待发货", "Paid, to ship";
        PART_SHIPPED: "部分发货", "Part shipped";
        SHIPPED: "已发货", "Shipped";
        DELIVERED: "已签收", "Delivered";
        COMPLETED: "已完成", "Completed";
        ON_HOLD: "已搁置", "On hold";
        CANCELLED: "已取消", "Cancelled";
        CLOSED: "交易关闭", "Closed, refunded";
    }
}

/// What is to be known of an order beside its state.
pub mod badge {
    texts! {
        OVERDUE: "已逾期", "Overdue";
        REFUND_DUE: "待退款", "Refund due";
        OVERPAID: "多收款", "Overpaid";
        OVERSOLD: "缺货", "Oversold";
        UNVERIFIED: "待核实", "Unverified";
        NOT_SENT: "待同步", "Not sent yet";
        CONFLICT: "冲突", "Conflict";
    }
}

/// The list of orders.
pub mod list {
    texts! {
        SEARCH: "搜索订单", "Search orders";
        SEARCH_HINT: "订单编号、姓名、电话、快递单号", "Number, name, phone, parcel";
        BY_STATE: "按状态", "By state";
        ALL: "全部", "All";
        LIST: "订单列表", "Order list";
        CONTENT: "订单内容", "Order content";
        WALK_IN: "散客", "Walk-in";
        OWES: "欠", "owes";
        NOTHING_FOUND: "没有符合的订单", "No matches";
        NOTHING_FOUND_WHY: "换个关键词，或清除筛选。", "Try other words, or clear the filter.";
        NONE_IN_STATE: "这里没有订单", "No orders here";
        NONE_IN_STATE_WHY: "处于这个状态的订单会显示在这里。", "Orders in this state are listed here.";
        CHOOSE_ONE: "点一个订单，在这里查看", "Tap an order to see it here";
        orders(n: u64): "{n} 单", "{n} orders", one: "{n} order";
        left_out(n: u64): "另 {n} 单不计", "{n} not counted";
        found(n: u64): "找到 {n} 单", "{n} orders found", one: "{n} order found";
        order(number: &str): "订单 {number}", "Order {number}";
        conflicts(n: u64): "冲突 {n}", "{n} conflicts", one: "{n} conflict";
        item_times(item: &str, quantity: &str): "{item} ×{quantity}", "{item} ×{quantity}";
    }
}

/// How the goods reach the buyer.
pub mod delivery {
    texts! {
        DELIVERY: "配送方式", "Delivery";
        HAND_OVER: "当面交付", "Hand over now";
        PICK_UP: "自提", "Pick up later";
        SHIP: "快递", "Ship";
    }
}

/// How money comes.
pub mod method {
    texts! {
        METHOD: "付款方式", "Payment method";
        CASH: "现金", "Cash";
        ALIPAY: "支付宝", "Alipay";
        WECHAT: "微信支付", "WeChat Pay";
        BANK: "银行转账", "Bank transfer";
        CREDIT: "赊账", "On credit";
        COD: "货到付款", "Cash on delivery";
    }
}

/// A new order, or one being changed.
pub mod form {
    texts! {
        NEW: "新建订单", "New order";
        EDIT: "修改订单", "Edit order";
        BUYER: "客户", "Buyer";
        BUYER_NAME: "姓名", "Buyer name";
        PHONE: "电话", "Phone";
        ADDRESS: "地址", "Address";
        ITEMS: "商品", "Items";
        ITEM: "商品", "Item";
        ITEM_HINT: "商品名称", "Item name";
        SPECIFICATION: "规格", "Specification";
        QUANTITY: "数量", "Quantity";
        UNIT_PRICE: "单价", "Unit price";
        ADD_ITEM: "添加商品", "Add item";
        OTHER: "其他", "More";
        ORDER_NOTE: "订单备注", "Order note";
        DEPOSIT: "定金", "Deposit";
        DISCOUNT: "优惠", "Discount";
        ROUNDING: "抹零", "Rounding off";
        TO_PAY: "待收", "Still to pay";
        PREVIEW: "预览订单", "Preview order";
        KEEP_DRAFT: "保存草稿", "Save draft";
        DRAFT_KEPT: "草稿已保存到本机", "Draft saved on this device";
        DISCARD_DRAFT: "删除草稿", "Delete draft";
        START_OVER: "清空重填", "Start over";
        nth_item(n: usize): "第 {n} 项", "Item {n}";
        remove_item(n: usize): "移除第 {n} 项", "Remove item {n}";
        subtotal(n: u64): "{n} 件小计", "{n} items", one: "{n} item";
    }
}

/// What is wrong with what was typed. The words a person typed stay where they are.
pub mod fault {
    texts! {
        ITEM_MISSING: "请输入商品名称。", "Enter an item name.";
        NO_ITEMS: "请至少添加一项商品。", "Add at least one item.";
        QUANTITY_MISSING: "请输入数量。", "Enter a quantity.";
        QUANTITY_ZERO: "数量要大于 0。", "The quantity must be above 0.";
        QUANTITY_WRONG: "数量请填数字。", "The quantity must be a number.";
        QUANTITY_WHOLE: "数量请填整数。", "The quantity must be a whole number.";
        WEIGHT_WHOLE: "重量最细到 1 克。", "A weight is whole grams.";
        PRICE_MISSING: "请输入单价，赠品填 0。", "Enter a price (0 if free).";
        PRICE_WRONG: "价格格式不对，例：12.50。", "The price must be a number, e.g. 12.50.";
        AMOUNT_MISSING: "请输入金额。", "Enter an amount.";
        AMOUNT_ZERO: "金额要大于 0。", "The amount must be above 0.";
        AMOUNT_WRONG: "金额格式不对，例：12.50。", "The amount must be a number, e.g. 12.50.";
        NUMBER_TOO_LARGE: "数字太大。", "That number is too large.";
        BELOW_ZERO: "不能小于 0。", "It can't be below 0.";
        OTHER_CURRENCY: "这是其他货币，请按本店货币填写。", "That is another currency. Enter it in the shop's currency.";
        AMBIGUOUS: "这个数字有两种读法，请选一种。", "This can be read in two ways. Choose one.";
        TOO_MUCH_ONE_ORDER: "超出单个订单的金额上限，请分成两单。", "That is more than one order can hold: make two.";
        NAME_TO_SHIP: "发快递请填写收件人。", "Enter the recipient's name.";
        PHONE_TO_SHIP: "发快递请填写电话。", "Enter a phone number for shipping.";
        ADDRESS_TO_SHIP: "发快递请填写地址。", "Enter an address for shipping.";
        REASON_MISSING: "请填写原因。", "Add a reason.";
        CARRIER_MISSING: "请选择快递公司。", "Choose a carrier.";
        DATE_WRONG: "请写成：年-月-日。", "Enter it as year-month-day.";
        DATE_PAST: "请选择以后的时间。", "Choose a future time.";
        NOT_ALLOWED_NOW: "这个订单刚有变动，现在不能这样操作。未作任何更改。", "The order has just changed, and this can't be done now. Nothing was changed.";
        NOT_SAVED: "保存失败。已输入的内容还在，请重试。", "Not saved. What you entered is still here: try again.";
        DISK_FULL: "本机存储已满，保存失败。请清理空间后重试；未上传的可在设置里存成文件。", "This device is full, so it was not saved. Free some space and try again. What is not sent can be saved as a file in Settings.";
        STORAGE_BROKEN: "本机的存储打不开。订单没有改动，请重新打开再试。", "This device's storage does not open. Your orders were not touched: reopen the app.";
        STORAGE_SILENT: "本机存储没有响应。已保存的都在。若一直这样，请关闭浏览器，再重新打开。", "This device's storage does not answer. What was saved is safe. If this stays, close the browser and open it again.";
        NO_SUCH_ORDER: "本机没有这个订单", "This order is not on this device";
        NO_SUCH_ORDER_WHY: "可能还没同步过来。", "It may not have synced from the other device yet.";
        too_long(most: usize): "最多 {most} 个字。", "At most {most} characters.";
        tracking_odd(carrier: &str): "{carrier}的单号格式可能有误，仍可保存。", "{carrier} numbers usually look different. You can still save it.";
    }
}

/// The order as it will be.
pub mod preview {
    texts! {
        TITLE: "核对订单", "Check the order";
        NUMBER_LATER: "确认后生成订单编号", "Number assigned when confirmed";
        TERMS: "配送与付款", "Delivery and payment";
        NOTE: "备注", "Note";
        ITEM: "商品", "Item";
        QUANTITY: "数量", "Qty";
        PRICE: "单价", "Price";
        AMOUNT: "金额", "Amount";
        BACK: "返回修改", "Back to edit";
        CONFIRM: "确认订单", "Confirm order";
        CONFIRM_CHANGES: "保存修改", "Save changes";
        total_items(n: u64): "合计 {n} 件", "Total, {n} items", one: "Total, {n} item";
        by(date: &str): "{date} 前", "by {date}";
        saved(number: &str): "已保存 {number}", "Saved {number}";
    }
}

/// The order's page and what can be done there.
pub mod order {
    texts! {
        TOTAL: "合计", "Total";
        STILL_OWES: "还欠", "Still owes";
        PAID_UP: "已收齐", "Paid up";
        REFUNDED: "已退款", "Refunded";
        NOTHING_PAID: "未收款", "Nothing paid";
        TO_REFUND: "应退", "To refund";
        BUYER: "客户", "Buyer";
        NO_BUYER: "散客", "Walk-in";
        CALL: "打电话", "Call";
        ITEMS: "商品", "Items";
        PARCELS: "包裹", "Parcels";
        TIMELINE: "操作日志", "Timeline";
        RECORD_PAYMENT: "收款", "Record payment";
        SHIP: "发货", "Ship";
        MARK_DELIVERED: "标记签收", "Mark delivered";
        HAND_OVER: "交货", "Hand over";
        COMPLETE: "完成", "Complete";
        CANCEL: "取消订单", "Cancel order";
        EXTEND: "延长付款期限", "Extend deadline";
        HOLD: "搁置", "Hold";
        RELEASE: "恢复", "Release";
        EDIT: "修改订单", "Edit order";
        COPY: "复制订单", "Copy order";
        SAVED: "已保存到本机", "Saved on this device";
        UNDO: "撤销", "Undo";
        UNVERIFIED_WARNING: "有一笔收款还没核实到账。", "A payment has not been verified yet.";
        due(date: &str): "付款期限 {date}", "Payment due {date}";
        shipped_of(shipped: &str, ordered: &str): "已发 {shipped} / {ordered}", "{shipped} of {ordered} shipped";
        about(act: &str, number: &str): "{act} · {number}", "{act} · {number}";
    }
}

/// Taking money.
pub mod payment {
    texts! {
        AMOUNT: "金额", "Amount";
        SAVE: "确认收款", "Save payment";
        ARRIVED: "已到账", "Payment arrived";
        NOT_ARRIVED: "未到账", "Did not arrive";
        NOT_ON_ACCOUNT: "账户里没有这笔钱", "Not in the account";
        VOID: "作废", "Void";
        VOID_TITLE: "作废收款", "Void a payment";
        CHANGE: "找零", "Change";
        ALL: "全部", "All";
        HALF: "一半", "Half";
        REFUND_TITLE: "退款", "Refund";
        SAVE_REFUND: "确认退款", "Save refund";
        CODE_WHY: "先记已收，到账后核实。", "Counted now. Confirm it when the money arrives.";
        still_owes(amount: &str): "还欠 {amount}", "Still owes {amount}";
        more_than_owed(amount: &str): "比欠款多 {amount}，多出的记为应退。", "{amount} more than is owed: it counts as a refund due.";
        saved(amount: &str): "已收 {amount}", "{amount} received";
    }
}

/// Sending goods.
pub mod shipping {
    texts! {
        CARRIER: "快递公司", "Carrier";
        TRACKING: "快递单号", "Tracking number";
        ARRIVAL: "预计到达", "Expected arrival";
        SAVE: "确认发货", "Save shipment";
        WHAT: "发货商品", "Items in this parcel";
        CORRECT: "改单号", "Correct number";
        VOID: "作废", "Void";
        VOID_TITLE: "作废包裹", "Void a parcel";
        SAVED: "已保存发货", "Shipment saved";
        SF: "顺丰速运", "SF Express";
        YTO: "圆通速递", "YTO Express";
        ZTO: "中通快递", "ZTO Express";
        STO: "申通快递", "STO Express";
        YUNDA: "韵达快递", "Yunda Express";
        JD: "京东物流", "JD Logistics";
        EMS: "中国邮政 EMS", "China Post EMS";
        JT: "极兔速递", "J&T Express";
        DHL: "DHL", "DHL";
        UPS: "UPS", "UPS";
        OTHER_CARRIER: "其他", "Other";
        TOMORROW: "明天", "Tomorrow";
        IN_DAYS: "预计几天到", "When it should arrive";
        LOOKS_LIKE: "像是：", "Looks like:";
        in_days(n: i64): "{n} 天后", "In {n} days";
        by_number(carrier: &str): "按单号选了{carrier}", "{carrier}, by the number";
    }
}

/// Acts that ask why.
pub mod reason {
    texts! {
        REASON: "原因", "Reason";
        CANCEL_TITLE: "取消订单", "Cancel order";
        CANCEL: "取消这个订单", "Cancel this order";
        CANCEL_WHY: "还没收过款。取消后不能恢复。", "No payment was taken. A cancelled order stays cancelled.";
        CANCEL_REFUND_WHY: "已收的钱都要退，退完交易关闭。", "Everything paid must be refunded; then the order is closed.";
        HOLD_TITLE: "搁置订单", "Hold order";
        HOLD: "搁置这个订单", "Hold this order";
        HOLD_WHY: "搁置期间不发货，随时可以恢复。", "Won't ship while on hold. You can release it at any time.";
        VOID: "作废", "Void";
        VOID_WHY: "作废的记录仍在操作日志里。", "Voided records stay in the timeline.";
        EXTEND_TITLE: "延长付款期限", "Extend deadline";
        EXTEND: "保存期限", "Save deadline";
        NEW_DEADLINE: "新期限", "New deadline";
        BUYER_CHANGED_MIND: "客户不要了", "No longer wanted";
        OUT_OF_STOCK: "缺货", "Out of stock";
        NOT_PAID: "未付款", "Not paid";
        WRONG_ORDER: "下错单", "Ordered by mistake";
        TYPED_WRONG: "录错了", "Entered by mistake";
        WAITING_FOR_GOODS: "等货", "Waiting for goods";
    }
}

/// What happened, as the timeline tells it.
pub mod timeline {
    texts! {
        STARTED: "开单", "Started";
        EDITED: "修改订单", "Edited";
        CANCELLED: "取消订单", "Cancelled";
        HELD: "搁置", "Put on hold";
        RELEASED: "恢复", "Released";
        HANDED_OVER: "当面交付", "Handed over";
        DELIVERED: "已签收", "Delivered";
        COMPLETED: "完成", "Completed";
        VERIFIED: "核实到账", "Payment verified";
        NOT_ARRIVED: "未到账", "Payment did not arrive";
        PAYMENT_VOIDED: "收款作废", "Payment voided";
        PARCEL_VOIDED: "包裹作废", "Parcel voided";
        PARCEL_CORRECTED: "更正单号", "Tracking number corrected";
        CONFLICT_SETTLED: "冲突已处理", "Conflict resolved";
        UNVERIFIED: "待核实", "not verified yet";
        UNKNOWN: "这个版本还不认识的记录", "A record this version does not know yet";
        paid(method: &str): "{method}收款", "{method} payment";
        paid_unverified(method: &str): "{method}收款，待核实", "{method}, not verified yet";
        refunded(method: &str): "{method}退款", "{method} refund";
        extended(date: &str): "付款期限延至 {date}", "Payment due extended to {date}";
        shipped(carrier: &str, tracking: &str): "发货，{carrier} {tracking}", "Shipped, {carrier} {tracking}";
        corrected(old: &str, new: &str): "单号 {old} 改为 {new}", "Tracking number {old} changed to {new}";
        arrival(date: &str): "预计 {date} 到", "expected {date}";
        with_reason(what: &str, reason: &str): "{what}：“{reason}”", "{what}: “{reason}”";
        changed(field: &str, value: &str): "{field}改为“{value}”", "{field} changed to “{value}”";
        by(time: &str, device: &str): "{time} · {device}", "{time} · {device}";
    }
}

/// What two tablets did that does not fit, and what a person may choose.
pub mod dispute {
    texts! {
        STANDS: "有效", "Counts";
        NO_EFFECT: "未生效", "Didn't count";
        INTRO: "两台设备的操作有冲突。先卖货，有空再处理。", "Two devices made changes that clash. Keep selling; sort these out when you have a minute.";
        LIST: "冲突列表", "Conflicts";
        SETTLED: "已处理", "Resolved";
        OPEN_ORDER: "查看订单", "Open the order";
        SHIPPED_CANCELLED: "已发货，又被取消", "Shipped, then cancelled";
        SHIPPED_CANCELLED_NOW: "目前按：货已发出，取消未生效，未退款。", "For now: the parcel is on its way, the cancellation didn't take effect, nothing was refunded.";
        KEEP_SHIPPED: "照常发货，不取消", "Keep it shipped";
        GET_BACK: "拦截快递", "Recall the parcel";
        SHIPPED_TWICE: "同一件发了两次", "Shipped twice";
        SHIPPED_TWICE_NOW: "目前按：两个包裹都已发出，超过订购数量。", "For now: both parcels left, more than was ordered.";
        BOTH_LEFT: "确实发了两次", "It really left twice";
        VOID_FIRST: "作废先发的", "Void the first";
        VOID_SECOND: "作废后发的", "Void the second";
        PAID_TWICE: "同一单收了两次款", "Paid twice";
        REALLY_TWICE: "确实收了两次", "Really paid twice";
        SAME_MONEY_VOID_FIRST: "是同一笔，作废先记的", "Same money, void the first";
        SAME_MONEY_VOID_SECOND: "是同一笔，作废后记的", "Same money, void the second";
        REFUNDED_OVER: "退款超过收款", "Refunded more than was paid";
        SAME_FIELD: "同一项改了两次", "The same field was changed twice";
        KEEP_CURRENT: "保留现在的", "Keep the current value";
        SAME_NUMBER: "两个订单的订单编号相同", "Two orders with one number";
        UNDERSTOOD: "知道了", "Understood";
        TABLET_UNKNOWN: "另一台设备", "another device";
        paid_twice_now(amount: &str): "目前按：多收 {amount}，应退客户。", "For now: {amount} too much, to be refunded.";
        use_value(value: &str): "改用“{value}”", "Use “{value}”";
        keep_value(value: &str): "保留“{value}”", "Keep “{value}”";
        field_twice(field: &str): "{field}改了两次", "{field} was changed twice";
    }
}

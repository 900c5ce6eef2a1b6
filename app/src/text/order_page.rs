//! What only the list, an order's page and the conflicts say; what they share with the form is in `selling`.

/// Why an act was refused.
pub mod refused {
    texts! {
        INCOMPLETE: "这个订单还没填完整，请先修改。", "This order is not complete: edit it first.";
        NEEDS_UPDATE: "含有当前版本无法识别的记录，请更新后再操作。", "It has a record this version can't read. Update the app first.";
        NOT_CONFIRMED: "还是草稿，先确认。", "It is still a draft: confirm it first.";
        ALREADY_CONFIRMED: "已确认过。", "It is already confirmed.";
        CLOSED: "订单已取消或完成，不能这样操作。", "It is cancelled or finished; this can't be done any more.";
        ON_HOLD: "订单已搁置，请先恢复。", "It is on hold: release it first.";
        NOT_ON_HOLD: "订单没有搁置。", "It is not on hold.";
        SHIPPED: "部分商品已发货。", "Part of it has shipped.";
        NOT_SHIPPED: "还没全部发货。", "Not everything has shipped yet.";
        DELIVERED: "已签收。", "It is already delivered.";
        COMPLETED: "订单已在别处完成，不能再撤销。", "It was completed elsewhere; this can't be undone any more.";
        NOT_DELIVERED: "还没全部签收。", "Not everything has arrived yet.";
        NOT_PAID: "还没收齐，请先收款。", "Not fully paid: take the payment first.";
        UNVERIFIED: "还有收款待核实，先核实再发货。", "A payment is not verified: verify it before shipping.";
        REFUND_DUE: "还有应退款，请先退款。", "A refund is due: refund it first.";
        NOTHING_OWED: "没有待收或应退的款项。", "Nothing left to pay.";
        AMOUNT: "金额要大于 0，且不超过单笔上限。", "Enter an amount above 0 and within the limit for one payment.";
        REFUND_TOO_LARGE: "退款不能超过应退金额。", "That is more than is due back.";
        NO_PAYMENT: "这笔收款已失效。", "That payment no longer counts.";
        NO_PARCEL: "这个包裹已作废。", "That parcel is already void.";
        QUANTITIES: "数量要大于 0，且不超过未发数量。", "The quantities must be above 0 and at most what is left.";
        PAYMENT_RECORDED: "这个订单已有收款，规则不会取消。", "It has a payment; rules never cancel those.";
        NOT_PAID_FIRST: "赊账或货到付款的订单，没有付款期限。", "On credit or cash on delivery: no payment deadline is running.";
        RULE_ACTED: "这条规则已处理过这个订单。", "This rule has already acted on this order.";
        LABEL_MISSING: "请输入标签。", "Enter a label.";
        NOTHING_CHANGED: "没有任何更改。", "Nothing was changed.";
        NO_CONFLICT: "这个冲突已处理。", "Already resolved.";
        too_long(most: usize): "最多 {most} 个字。", "At most {most} characters.";
    }
}

/// An order's page.
pub mod page {
    texts! {
        DRAFT: "草稿", "Draft";
        REVIVE: "恢复订单", "Restore order";
        RECORD_REFUND: "退款", "Record refund";
        RENUMBER: "更换订单编号", "Assign a new number";
        DISCARD: "删除草稿", "Delete draft";
        PART_HAND_OVER: "部分交货", "Hand over part";
        SAVE_HAND_OVER: "确认交货", "Save hand-over";
        NEW_CARRIER: "快递公司名称", "Carrier's name";
        SAVE_CORRECTION: "保存更正", "Save correction";
        PAYMENTS: "收款与退款", "Payments and refunds";
        VOIDED: "已作废", "Void";
        REJECTED: "未到账", "Did not arrive";
        NEEDS_UPDATE: "需要更新", "Needs an update";
        NEEDS_UPDATE_WHY: "这个订单含有当前版本无法识别的记录，只能查看。更新后再修改。", "This order has a record this version can't read, so you can only view it. Update the app to change it.";
        UNVERIFIED_SHIP: "有一笔收款待核实，核实后才能发货。", "A payment has not been verified yet: verify it, then ship.";
        REFUND_WHY: "先把钱退给客户，再在这里记录。", "Refund the buyer first, then record it here.";
        REASON_MAY: "选填", "Optional";
        DEADLINE_FORM: "年-月-日 时:分，24 小时制。", "Year-month-day and the time, 24 hours.";
        DEADLINE_WRONG: "请写成：年-月-日 时:分。", "Enter it as year-month-day hour:minute.";
        ONE_DAY: "一天后", "In a day";
        THREE_DAYS: "三天后", "In 3 days";
        ONE_WEEK: "一周后", "In a week";
        OPEN_CONFLICTS: "有冲突待处理", "Conflict to resolve";
        COPIED: "复制自另一个订单", "Copied from another order";
        DISCOUNT: "优惠", "Discount";
        ROUNDING: "抹零", "Rounding off";
        DEPOSIT: "定金", "Deposit";
        DEPOSIT_ASKED: "需付定金", "Deposit required";
        ERASED: "客户个人信息已删除", "Buyer's personal data deleted";
        REJECT_TITLE: "这笔款未到账", "This payment did not arrive";
        line_left(item: &str, left: &str): "{item}，还有 {left}", "{item}, {left} left";
        change_given(given: &str, change: &str): "收 {given}，找 {change}", "{given} given, {change} change";
        act_at(act: &str, what: &str): "{act}：{what}", "{act}: {what}";
    }
}

/// What happened, told in the timeline and in conflicts.
pub mod told {
    texts! {
        DISCARDED: "删除草稿", "Draft deleted";
        REVIVED: "恢复订单", "Order restored";
        BUYER_RECORDED: "添加客户", "Buyer added";
        BUYER_ERASED: "删除客户个人信息", "Buyer's personal data deleted";
        PAYMENT_STANDS: "另一台设备当时已收款，收款有效。", "The other device had taken a payment; the payment counts.";
        SHIPMENT_STANDS: "另一台设备当时已发货，发货有效。", "The other device had shipped it; the shipment counts.";
        EDIT_STANDS: "另一台设备当时在修改，修改有效。", "The other device was editing it; the edit counts.";
        CONFIRMATION_STANDS: "另一台设备当时已确认，确认有效。", "The other device had confirmed it; the confirmation counts.";
        ORDER_CLOSED: "订单当时已取消。", "The order was already cancelled.";
        ALREADY_DONE: "另一台设备已处理。", "It had already been done.";
        NOT_ALLOWED: "当时不能这样操作。", "It was not possible at that time.";
        TAKEN_OUT: "移除", "removed";
        NOTHING: "空", "nothing";
        PREPAID: "先款后货", "Pay first";
        CARRIER: "快递公司", "Carrier";
        BUYER_NAME: "姓名", "Name";
        CHANNEL: "渠道", "Channel";
        CATEGORY: "分类", "Category";
        TERMS: "付款条件", "Payment terms";
        CUSTOMER: "客户", "Customer";
        KNOWN: "是", "yes";
        NOW_A_CUSTOMERS: "关联客户", "Linked to a customer";
        NO_CUSTOMERS: "取消关联客户", "No longer linked to a customer";
        PARKED: "挂单", "Parked";
        labels_added(labels: &str): "添加标签：{labels}", "Labels added: {labels}";
        labels_removed(labels: &str): "移除标签：{labels}", "Labels removed: {labels}";
        LINE_NOTE: "单项备注", "Line note";
        by_rule(time: &str, rule: &str): "{time} · 规则“{rule}”", "{time} · by rule “{rule}”";
        confirmed(number: &str, delivery: &str): "确认订单 {number}，{delivery}", "Confirmed {number}: {delivery}";
        added(item: &str): "添加 {item}", "{item} added";
        removed(item: &str): "移除 {item}", "{item} removed";
        line_changed(item: &str, field: &str, value: &str): "{item}的{field}改为“{value}”", "{item}: {field} changed to “{value}”";
        deposit(method: &str): "{method}定金", "{method} deposit";
        renumbered(number: &str): "订单编号改为 {number}", "Number changed to {number}";
        carrier_became(old: &str, new: &str): "快递公司 {old} 改为 {new}", "Carrier {old} changed to {new}";
        arrival_became(date: &str): "预计到达改为 {date}", "Expected arrival changed to {date}";
        no_effect(why: &str): "未生效：{why}", "Didn't count: {why}";
        not_sent(by: &str): "{by} · 待同步", "{by} · not sent yet";
        here(code: &str): "{code} 本机", "{code}, this one";
    }
}

/// What two tablets did that does not fit.
pub mod settle {
    texts! {
        SHIPPED_EDITED: "已发货，又被修改", "Shipped, then edited";
        SHIPPED_EDITED_NOW: "目前按：货已发出；发出的与修改后的可能不符。", "For now: the parcel is on its way, and it may not match the edit.";
        VERIFIED_REJECTED: "一台设备已到账，另一台未到账", "Arrived on one device, not on the other";
        VERIFIED_REJECTED_NOW: "目前按：已确认到账，收款有效。请再核对账户；确未到账，请在订单里作废这笔收款。", "For now: someone saw the money arrive, so it counts. Check the account again; if it is not there, void the payment on the order.";
        SAME_FIELD_NOW: "目前按：后改的。", "For now: the later change counts.";
        SAME_NUMBER_NOW: "目前按：两个订单都在，订单编号相同，容易混淆。", "For now: both orders are kept; with one number they are easily confused.";
        THIS_ORDER: "这个订单", "This order";
        refunded_over_now(amount: &str): "目前按：两笔退款都有效，比收款多退 {amount}。", "For now: both refunds count, {amount} more than was paid.";
        title(n: usize): "冲突 {n}", "Conflicts {n}";
    }
}

/// What is taken back right after it was done.
pub mod undo {
    texts! {
        DELIVERED: "已标记签收", "Marked delivered";
        COMPLETED: "订单已完成", "Completed";
        HANDED_OVER: "已交货", "Handed over";
        UNDONE: "已撤销", "Undone";
        REASON: "点错了", "Tapped by mistake";
        NOT_DELIVERED: "签收已撤销", "Delivery undone";
        NOT_COMPLETED: "完成已撤销", "Completion undone";
        completed(n: usize): "已完成 {n} 单", "{n} completed";
    }
}

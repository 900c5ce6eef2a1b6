//! What only the list, an order's page and the conflicts say; what they share with the form is in `selling`.

/// Why an act was refused.
pub mod refused {
    texts! {
        INCOMPLETE: "这张单子还没写全，先修改。", "This order is not complete: edit it first.";
        NEEDS_UPDATE: "它有这个版本还不认识的记录。更新后再改。", "It holds a record that this version does not know yet. Update the app first.";
        NOT_CONFIRMED: "还是草稿，先确认。", "It is still a draft: confirm it first.";
        ALREADY_CONFIRMED: "已经确认过了。", "It is confirmed already.";
        CLOSED: "它已取消或完成，不能再这样做。", "It is cancelled or finished; this can't be done any more.";
        ON_HOLD: "它被搁置了，先恢复。", "It is on hold: release it first.";
        NOT_ON_HOLD: "它没有被搁置。", "It is not on hold.";
        SHIPPED: "已经有货发出了。", "Something of it has left already.";
        NOT_SHIPPED: "货还没全发出。", "Not everything has left yet.";
        DELIVERED: "已经签收了。", "It is delivered already.";
        COMPLETED: "别处已把它完成，这一步不能再撤销。", "It was completed elsewhere; this can’t be undone any more.";
        NOT_DELIVERED: "货还没全到。", "Not everything has arrived yet.";
        NOT_PAID: "还没收齐，先收款。", "It is not paid up: take the payment first.";
        UNVERIFIED: "还有收款没核实，先核实再发货。", "A payment is not verified: verify it before shipping.";
        REFUND_DUE: "还有应退的钱，先退款。", "A refund is due: give it back first.";
        NOTHING_OWED: "没有要收或要退的钱了。", "Nothing is owed any more.";
        AMOUNT: "金额要大于 0，也不能太大。", "The amount must be above 0, and not that large.";
        REFUND_TOO_LARGE: "退的不能比应退的多。", "That is more than is to be refunded.";
        NO_PAYMENT: "这笔收款已经不算数了。", "That payment does not count any more.";
        NO_PARCEL: "这个包裹已经作废了。", "That parcel is void already.";
        QUANTITIES: "数量要大于 0，也不能比还没发的多。", "The quantities must be above 0 and at most what is left.";
        TOO_LONG: "太长了，写短一点。", "That is too long: use fewer words.";
        PAYMENT_RECORDED: "这张单已收过款，规则不会取消它。", "There is a payment on it; a rule never cancels that.";
        RULE_ACTED: "这条规则对这张单已经做过一次。", "This rule has acted on this order before.";
        LABEL_MISSING: "标签要写字。", "A label needs a word.";
        NOTHING_CHANGED: "什么都没有改。", "Nothing was changed.";
        NO_CONFLICT: "这件事已经定过了。", "That is settled already.";
    }
}

/// An order's page.
pub mod page {
    texts! {
        DRAFT: "草稿", "Draft";
        READING: "正在打开", "Opening";
        REVIVE: "恢复订单", "Revive";
        RECORD_REFUND: "退款", "Record refund";
        RENUMBER: "换一个编号", "Give it a new number";
        DISCARD: "丢掉草稿", "Discard draft";
        PART_HAND_OVER: "只交付一部分", "Hand over part";
        SAVE_HAND_OVER: "存下交付", "Save hand-over";
        NEW_CARRIER: "快递公司名称", "Carrier's name";
        SAVE_CORRECTION: "存下更正", "Save correction";
        REJECT: "没到账", "Did not arrive";
        PAYMENTS: "收款与退款", "Payments and refunds";
        VOIDED: "已作废", "Void";
        REJECTED: "没有到账", "Did not arrive";
        NEEDS_UPDATE: "要更新", "Needs an update";
        NEEDS_UPDATE_WHY: "这张单子有这个版本还不认识的记录，现在只能看。更新后再改。", "This order holds a record that this version does not know yet, so it can only be read. Update the app to change it.";
        UNVERIFIED_SHIP: "有一笔收款还没核实到账，核实后才能发货。", "A payment has not been verified yet: verify it, then ship.";
        REFUND_WHY: "先把钱退给买家，再记在这里。", "Give the money back first, then write it down here.";
        REASON_MAY: "可以不写", "May be left empty";
        DEADLINE_FORM: "写成 2026-11-26 18:00 这样。", "Write it as 2026-11-26 18:00.";
        DEADLINE_WRONG: "期限要写成 2026-11-26 18:00 这样。", "The deadline must look like 2026-11-26 18:00.";
        ONE_DAY: "一天后", "In a day";
        THREE_DAYS: "三天后", "In 3 days";
        ONE_WEEK: "一周后", "In a week";
        OPEN_CONFLICTS: "有冲突要定，去看", "There is a conflict to settle";
        COPIED: "从另一张单子复制来的", "Copied from another order";
        DISCOUNT: "优惠", "Discount";
        ROUNDING: "抹零", "Rounding off";
        DEPOSIT: "定金", "Deposit";
        DEPOSIT_ASKED: "要收定金", "Deposit asked for";
        SHOWN_MORE: "往下滑，看更早的订单", "Scroll for earlier orders";
        ERASED: "买家资料已抹去", "The buyer's data were erased";
        REJECT_TITLE: "这笔钱没到账", "This payment did not arrive";
        grams(n: i64): "{n} 克", "{n} g";
        per_kilogram(price: &str): "{price}/公斤", "{price}/kg";
        parcel(n: usize): "包裹 {n}", "Parcel {n}";
        line_left(item: &str, left: &str): "{item}，还有 {left}", "{item}, {left} left";
        change_given(given: &str, change: &str): "收 {given}，找 {change}", "{given} given, {change} change";
        act_at(act: &str, what: &str): "{act}：{what}", "{act}: {what}";
    }
}

/// What happened, told in the timeline and in conflicts.
pub mod told {
    texts! {
        DISCARDED: "丢掉了草稿", "Draft thrown away";
        REVIVED: "恢复了订单", "Revived";
        REFUNDED: "退款", "Refund";
        BUYER_RECORDED: "记下买家", "Buyer written down";
        BUYER_ERASED: "抹去了买家资料", "Buyer's data erased";
        PAYMENT_STANDS: "那时另一台已收了款，收款算数。", "The other tablet had taken a payment; the payment stands.";
        SHIPMENT_STANDS: "那时另一台已发了货，发货算数。", "The other tablet had sent it; the shipment stands.";
        EDIT_STANDS: "那时另一台在修改，修改算数。", "The other tablet was editing it; the edit stands.";
        CONFIRMATION_STANDS: "那时另一台已确认，确认算数。", "The other tablet had confirmed it; the confirmation stands.";
        ORDER_CLOSED: "那时订单已取消。", "The order was cancelled by then.";
        ALREADY_DONE: "另一台已经做过了。", "It had been done already.";
        NOT_ALLOWED: "那时不能这样做。", "It was not possible then.";
        TAKEN_OUT: "拿掉", "taken out";
        NOTHING: "空", "nothing";
        PREPAID: "先付款", "Pay first";
        CARRIER: "快递公司", "Carrier";
        BUYER_NAME: "姓名", "Name";
        CHANNEL: "渠道", "Channel";
        CATEGORY: "分类", "Category";
        TERMS: "付款条件", "Payment terms";
        CUSTOMER: "客户", "Customer";
        KNOWN: "是", "yes";
        NOW_A_CUSTOMERS: "记到客户名下", "Noted as a customer’s";
        NO_CUSTOMERS: "不再记在客户名下", "No longer a customer’s";
        PARKED: "挂单", "Parked";
        LABELS: "标签", "Labels";
        LINE_NOTE: "单项备注", "Line note";
        by_rule(time: &str, rule: &str): "{time} · 规则“{rule}”", "{time} · by rule “{rule}”";
        confirmed(number: &str, delivery: &str): "确认订单 {number}，{delivery}", "Confirmed {number}: {delivery}";
        added(item: &str): "加了 {item}", "{item} added";
        removed(item: &str): "拿掉了 {item}", "{item} taken out";
        line_changed(item: &str, field: &str, value: &str): "{item}的{field}改成“{value}”", "{item}: {field} became “{value}”";
        deposit(method: &str): "{method}定金", "{method} deposit";
        renumbered(number: &str): "编号改成 {number}", "Number became {number}";
        carrier_became(old: &str, new: &str): "快递公司 {old} 改成 {new}", "Carrier {old} became {new}";
        arrival_became(date: &str): "预计到达改成 {date}", "Expected arrival became {date}";
        no_effect(why: &str): "没生效：{why}", "No effect: {why}";
        not_sent(by: &str): "{by} · 待同步", "{by} · not sent yet";
        here(code: &str): "{code} 这台", "{code}, this one";
    }
}

/// What two tablets did that does not fit.
pub mod settle {
    texts! {
        SHIPPED_EDITED: "已发货，又被修改", "Shipped, and edited";
        SHIPPED_EDITED_NOW: "现在算：货已发出；发出的和改动的可能对不上。", "As it stands: the parcel is on its way, and what left may not be what was edited.";
        VERIFIED_REJECTED: "一台说到账，一台说没到账", "Arrived on one tablet, not on the other";
        VERIFIED_REJECTED_NOW: "现在算：有人看到钱到账了，收款算数。再看一眼账户；真没到账，在订单里作废那笔收款。", "As it stands: someone saw the money arrive, so it counts. Look at the account again; if it is not there, void the payment on the order.";
        SAME_FIELD_NOW: "现在算：用后改的。", "As it stands: the later change is used.";
        SAME_NUMBER_NOW: "现在算：两张单子都在，编号一样，容易弄混。", "As it stands: both orders are kept; with one number they are easily mistaken.";
        THE_OTHER: "另一张单子", "The other order";
        THIS_ORDER: "这张单子", "This order";
        refunded_over_now(amount: &str): "现在算：两笔退款都算，比收的多退了 {amount}。", "As it stands: both refunds count, {amount} more than was paid.";
        title(n: usize): "冲突 {n}", "Conflicts {n}";
        about(choice: &str, number: &str): "{choice}，订单 {number}", "{choice}, order {number}";
    }
}

/// What is taken back right after it was done.
pub mod undo {
    texts! {
        DELIVERED: "已标记签收", "Marked delivered";
        COMPLETED: "订单已完成", "Completed";
        HANDED_OVER: "已交付", "Handed over";
        UNDONE: "已撤销", "Undone";
        REASON: "点错了", "Tapped by mistake";
        NOT_DELIVERED: "撤销了签收", "Delivery undone";
        NOT_COMPLETED: "撤销了完成", "Completion undone";
        completed(n: usize): "已完成 {n} 单", "{n} completed";
    }
}

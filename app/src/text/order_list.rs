//! What only the list of orders says beyond its rows: filters, picking many, acts on many, tables.

/// Filters.
pub mod filters {
    texts! {
        FILTER: "筛选", "Filter";
        CLEAR: "全部清除", "Clear all";
        ON: "已筛选", "Active filters";
        STATE: "状态", "State";
        BADGE: "标记", "Badges";
        CHANNEL: "渠道", "Channel";
        CATEGORY: "分类", "Category";
        METHOD: "付款方式", "Payment method";
        TABLET: "设备", "Device";
        PERSON: "开单人", "Person";
        LABEL: "标签", "Labels";
        DELIVERY: "配送方式", "Delivery";
        NO_VALUE: "未填", "None";
        PLACED: "下单日期", "Placed";
        FROM: "从", "From";
        TO: "到", "To";
        TODAY: "今天", "Today";
        YESTERDAY: "昨天", "Yesterday";
        SEVEN_DAYS: "近 7 天", "Last 7 days";
        THIRTY_DAYS: "近 30 天", "Last 30 days";
        TOTAL: "金额", "Total";
        LEAST: "最少", "At least";
        MOST: "最多", "At most";
        ALSO: "另外", "Also";
        OWED: "未收齐", "Still owes";
        PARKED: "挂单", "Parked";
        SEPARATOR: "、", ", ";
        SORT: "排序", "Sort";
        NEWEST: "最新在前", "Newest first";
        OLDEST: "最早在前", "Oldest first";
        NUMBER_UP: "订单编号升序", "Number, lowest first";
        NUMBER_DOWN: "订单编号降序", "Number, highest first";
        BUYER_UP: "客户 A–Z", "Buyer A–Z";
        BUYER_DOWN: "客户 Z–A", "Buyer Z–A";
        TOTAL_DOWN: "金额从高到低", "Largest total first";
        TOTAL_UP: "金额从低到高", "Smallest total first";
        OWED_DOWN: "欠款从高到低", "Most owed first";
        OWED_UP: "欠款从低到高", "Least owed first";
        DUE_UP: "先到期在前", "Earliest deadline first";
        DUE_DOWN: "后到期在前", "Latest deadline first";
        SAVED: "待办和保存的筛选", "To do, and saved filters";
        SAVE_THIS: "保存这个筛选", "Save this filter";
        RENAME: "改名", "Rename";
        REMOVE: "删除", "Remove";
        NAME: "筛选名称", "Filter name";
        NAME_HINT: "例：今天未付", "e.g. unpaid today";
        NAME_MISSING: "请输入筛选名称。", "Enter a name for the filter.";
        SAVE: "保存筛选", "Save filter";
        KEPT: "筛选已保存，店内设备都能用", "Filter saved, on every device in this shop";
        REMOVED: "筛选已删除", "Filter removed";
        show(n: u64): "查看 {n} 单", "Show {n} orders", one: "Show {n} order";
        active(n: usize): "筛选 {n}", "Filter {n}";
        saved_as(name: &str): "筛选“{name}”", "Filter “{name}”";
        without(filter: &str): "移除筛选：{filter}", "Remove filter: {filter}";
        day_from(day: &str): "{day} 起", "from {day}";
        day_to(day: &str): "{day} 止", "until {day}";
        least(amount: &str): "{amount} 起", "{amount} or more";
        most(amount: &str): "不超过 {amount}", "{amount} or less";
        person(id: &str): "人员 {id}", "Person {id}";
        customer(name: &str): "客户 {name}", "Customer {name}";
        tablet(code: &str): "设备 {code}", "Device {code}";
        pasted(found: usize, asked: usize): "{asked} 个号码，找到 {found} 个。", "{found} of {asked} numbers found.";
        missing(numbers: &str): "没找到：{numbers}", "Not found: {numbers}";
    }
}

/// Picking many orders, and doing one thing with all of them.
pub mod batch {
    texts! {
        PICK: "选择订单", "Select orders";
        PICKED: "选中的订单", "Selected orders";
        ACTS: "批量操作", "Actions";
        DONE: "完成选择", "Stop selecting";
        PAY: "全额收款", "Record payment in full";
        VERIFY: "核实到账", "Verify payments";
        EXTEND: "延长付款期限", "Extend deadline";
        HOLD: "搁置", "Hold";
        RELEASE: "恢复", "Release";
        LABEL: "标签", "Labels";
        CANCEL: "取消订单", "Cancel orders";
        COMPLETE: "完成", "Complete";
        STOP: "停止", "Stop";
        BACK: "返回", "Back";
        SAVE_RESULTS: "下载结果", "Save results";
        EACH_ALONE: "逐单处理：不能处理的订单保持不变，并说明原因。", "Orders are handled one by one. Any that can't be changed stay as they are, with the reason.";
        ADD: "添加", "Add";
        REMOVE: "移除", "Remove";
        NEW_LABEL: "新标签", "New label";
        NO_LABEL: "请选择或输入标签。", "Choose a label, or enter a new one.";
        UNTIL: "期限延后", "Move the deadline by";
        NOTHING_TO_VERIFY: "没有待核实的收款。", "No payments to verify.";
        GONE: "本机没有这个订单。", "This order is not on this device.";
        OK: "成功", "Done";
        RESULTS: "逐单结果", "The result of each order";
        STOPPED: "已停止。已处理的已保存，其余未动。", "Stopped. Finished ones are saved; the rest are unchanged.";
        ALL_VERIFIED: "都核对好了", "All verified";
        ALL_VERIFIED_WHY: "再有扫码、转账的收款，会列在这里。", "The next code and transfer payments will be listed here.";
        picked(n: usize): "选中 {n} 单", "{n} selected";
        picked_unseen(n: usize, unseen: usize): "选中 {n} 单，{unseen} 单不在这里", "{n} selected, {unseen} not shown here";
        picked_none_seen(n: usize): "选中 {n} 单，都不在这里", "{n} selected, none shown here";
        payments_by(method: &str, n: usize): "{method} {n} 笔", "{method} × {n}";
        verify_all(n: usize, amount: &str): "核实全部 {n} 笔 · {amount}", "Verify all {n} · {amount}";
        verified(n: usize, amount: &str): "已核实 {n} 笔 · {amount}", "{n} verified · {amount}";
        all(n: usize): "全选 {n} 单", "Select all {n}";
        about(n: usize, act: &str): "{act} · {n} 单", "{act} · {n} orders", one: "{act} · {n} order";
        running(done: usize, all: usize): "{done} / {all} 单", "{done} of {all} orders";
        outcome(done: usize, refused: usize): "成功 {done} 单，失败 {refused} 单。", "{done} done, {refused} not done.";
        left(n: usize): "还有 {n} 单未动。", "{n} orders unchanged.", one: "{n} order unchanged.";
        part(done: usize, all: usize, why: &str): "{all} 笔中已核实 {done} 笔。{why}", "{done} of {all} payments verified. {why}";
        more(n: usize): "还有 {n} 单，下载结果可查看全部。", "{n} more: save the results to see all.";
    }
}

/// The list as a table, and as a file.
pub mod columns {
    texts! {
        OPTIONS: "列表选项", "List options";
        COLUMNS: "表格的列", "Columns";
        AS_TABLE: "表格显示", "Show as a table";
        AS_TABLE_WHY: "屏幕够宽时，每个订单一行。", "On wide screens, one line per order.";
        HEADS: "表头：点一下按该列排序", "Column heads: press one to sort by it";
        SAVE_CSV: "导出表格 (CSV)", "Save as a spreadsheet (CSV)";
        NUMBER: "订单编号", "Number";
        STATE: "状态", "State";
        TIME: "时间", "Time";
        DUE: "付款期限", "Deadline";
        BUYER: "客户", "Buyer";
        PHONE: "电话", "Phone";
        ITEMS: "商品", "Items";
        CHANNEL: "渠道", "Channel";
        CATEGORY: "分类", "Category";
        METHOD: "付款方式", "Method";
        TABLET: "设备", "Device";
        TOTAL: "合计", "Total";
        OWED: "还欠", "Owed";
        LABELS: "标签", "Labels";
        NOTE: "备注", "Note";
        RESULT: "结果", "Result";
        FILE: "订单", "orders";
        RESULTS_FILE: "批量结果", "results";
        CANCELLED: "未保存，订单都在。", "Not saved; your orders are safe.";
        saved(n: u64): "已保存 {n} 单", "{n} orders saved", one: "{n} order saved";
    }
}

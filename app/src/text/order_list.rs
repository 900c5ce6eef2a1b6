//! What only the list of orders says beyond its rows: filters, picking many, acts on many, tables.

/// Filters.
pub mod filters {
    texts! {
        FILTER: "筛选", "Filter";
        CLEAR: "全部清除", "Clear all";
        ON: "正在筛选", "Filters that are on";
        STATE: "状态", "State";
        BADGE: "标记", "Badges";
        CHANNEL: "渠道", "Channel";
        CATEGORY: "分类", "Category";
        METHOD: "付款方式", "Payment method";
        TABLET: "平板", "Tablet";
        PERSON: "开单人", "Person";
        LABEL: "标签", "Labels";
        DELIVERY: "交付", "Delivery";
        NO_VALUE: "未写", "None";
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
        OWED: "还欠钱", "Still owes";
        PARKED: "挂单", "Parked";
        SEPARATOR: "、", ", ";
        SORT: "排序", "Sort";
        NEWEST: "新的在前", "Newest first";
        OLDEST: "旧的在前", "Oldest first";
        NUMBER_UP: "编号由小到大", "By number";
        NUMBER_DOWN: "编号由大到小", "By number, last first";
        BUYER_UP: "按买家", "By buyer";
        BUYER_DOWN: "按买家，倒过来", "By buyer, last first";
        TOTAL_DOWN: "金额大的在前", "Largest total first";
        TOTAL_UP: "金额小的在前", "Smallest total first";
        OWED_DOWN: "欠得多的在前", "Most owed first";
        OWED_UP: "欠得少的在前", "Least owed first";
        DUE_UP: "先到期的在前", "Earliest deadline first";
        DUE_DOWN: "后到期的在前", "Latest deadline first";
        SAVED: "待办和保存的筛选", "To do, and saved filters";
        SAVE_THIS: "保存这个筛选", "Save this filter";
        RENAME: "改名", "Rename";
        REMOVE: "删除", "Remove";
        NAME: "筛选名称", "Filter name";
        NAME_HINT: "如：今天没付的", "Such as: unpaid today";
        NAME_MISSING: "给筛选起个名字。", "Give the filter a name.";
        SAVE: "保存筛选", "Save filter";
        KEPT: "筛选已保存，店里每台平板都能用", "Filter saved, on every tablet of the shop";
        REMOVED: "筛选删除了", "Filter removed";
        show(n: u64): "看这 {n} 单", "Show {n} orders", one: "Show {n} order";
        active(n: usize): "筛选 {n}", "Filter {n}";
        saved_as(name: &str): "筛选“{name}”", "Filter “{name}”";
        without(filter: &str): "去掉筛选：{filter}", "Remove filter: {filter}";
        day_from(day: &str): "{day} 起", "from {day}";
        day_to(day: &str): "{day} 止", "until {day}";
        least(amount: &str): "{amount} 起", "{amount} or more";
        most(amount: &str): "不超过 {amount}", "{amount} or less";
        person(id: &str): "人员 {id}", "Person {id}";
        customer(name: &str): "顾客 {name}", "Customer {name}";
        tablet(code: &str): "平板 {code}", "Tablet {code}";
        pasted(found: usize, asked: usize): "{asked} 个号码，找到 {found} 个。", "{found} of {asked} numbers found.";
        missing(numbers: &str): "没找到：{numbers}", "Not found: {numbers}";
    }
}

/// Picking many orders, and doing one thing with all of them.
pub mod batch {
    texts! {
        PICK: "选择订单", "Select orders";
        PICKED: "选中的订单", "Selected orders";
        ACTS: "批量操作", "Do with selected";
        DONE: "完成选择", "Stop selecting";
        PAY: "全额收款", "Record payment in full";
        VERIFY: "核实到账", "Verify payments";
        EXTEND: "延长付款期限", "Extend deadline";
        HOLD: "搁置", "Hold";
        RELEASE: "恢复", "Release";
        LABEL: "标签", "Labels";
        CANCEL: "取消订单", "Cancel orders";
        COMPLETE: "完成", "Complete";
        START: "开始", "Start";
        STOP: "停下", "Stop";
        BACK: "返回", "Back";
        SAVE_RESULTS: "存下结果", "Save results";
        EACH_ALONE: "每一单各做各的：不能做的那单不动，会写明原因。", "Each order is done for itself: one that can't be done stays as it is, and says why.";
        ADD: "贴上", "Put on";
        REMOVE: "去掉", "Take off";
        NEW_LABEL: "新标签", "New label";
        NO_LABEL: "选一个标签，或写一个新的。", "Choose a label, or write a new one.";
        UNTIL: "期限往后", "Move the deadline by";
        NOTHING_TO_VERIFY: "没有待核实的收款。", "No payment waits to be verified.";
        GONE: "这台平板上没有这张单子。", "This order is not on this tablet.";
        OK: "做好了", "Done";
        RESULTS: "每一单的结果", "The result of each order";
        STOPPED: "停下了。做好的算数，其余没有动。", "Stopped. What is done counts; the others were not touched.";
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
        outcome(done: usize, refused: usize): "做好 {done} 单，没做 {refused} 单。", "{done} done, {refused} not done.";
        left(n: usize): "还有 {n} 单没有动。", "{n} orders were not touched.", one: "{n} order was not touched.";
        part(done: usize, all: usize, why: &str): "{all} 笔里核实了 {done} 笔。{why}", "{done} of {all} payments verified. {why}";
        more(n: usize): "还有 {n} 单，存下结果就能看全。", "{n} more: save the results to see all.";
    }
}

/// The list as a table, and as a file.
pub mod columns {
    texts! {
        OPTIONS: "列表选项", "List options";
        COLUMNS: "表格的列", "Columns";
        AS_TABLE: "用表格显示", "Show as a table";
        AS_TABLE_WHY: "屏幕够宽时，订单一行一张。", "Where the screen is wide enough, one line for each order.";
        HEADS: "表头：按一下就按它排序", "Column heads: press one to sort by it";
        SAVE_CSV: "存成表格文件 (CSV)", "Save as a spreadsheet (CSV)";
        NUMBER: "编号", "Number";
        STATE: "状态", "State";
        TIME: "时间", "Time";
        DUE: "付款期限", "Deadline";
        BUYER: "买家", "Buyer";
        PHONE: "电话", "Phone";
        ITEMS: "商品", "Items";
        CHANNEL: "渠道", "Channel";
        CATEGORY: "分类", "Category";
        METHOD: "付款方式", "Method";
        TABLET: "平板", "Tablet";
        TOTAL: "合计", "Total";
        OWED: "还欠", "Owed";
        LABELS: "标签", "Labels";
        NOTE: "备注", "Note";
        RESULT: "结果", "Result";
        FILE: "订单", "orders";
        RESULTS_FILE: "批量结果", "results";
        CANCELLED: "没有存，订单都在。", "Not saved; the orders are all here.";
        saved(n: u64): "存了 {n} 单", "{n} orders saved", one: "{n} order saved";
    }
}

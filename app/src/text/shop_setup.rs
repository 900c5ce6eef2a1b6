//! Setting up the shop: its lists, its terms, this tablet's code.

texts! {
    TITLE: "店铺设置", "Shop set-up";
    WIZARD: "店铺引导", "Set up your shop";
    WIZARD_WHY: "几步就好，每一步都可跳过，以后在设置里随时能改。", "A few short steps. Skip any of them; you can change everything later in Settings.";
    OPEN_WHY: "名称、渠道、分类、付款方式、快递、价格等级", "Name, channels, categories, payment, carriers, price levels";
    TEMPLATES_WHY: "常用订单，一点就开", "Repeat orders in one tap";
    BACK: "设置", "Settings";
    SKIP: "跳过", "Skip";
    NEXT: "下一步", "Next";
    PREVIOUS: "上一步", "Back";
    FINISH: "完成", "Finish";
    step(at: &str, of: &str): "第 {at} 步，共 {of} 步", "Step {at} of {of}";

    BASICS: "店铺", "The shop";
    NAME: "店名", "Shop name";
    CURRENCY: "币种", "Currency";
    CURRENCY_WHY: "开店时定下，不能再改", "Set at the start; can't be changed";
    TIME_ZONE: "时区", "Time zone";
    TIME_ZONE_WHY: "决定营业日从几点开始", "Decides when the shop's day begins";
    TERM: "付款期限", "Payment term";
    TERM_WHY: "下单后超过这个时间未付，标为逾期", "Orders not paid after this time are overdue";
    TERM_NONE: "不限", "None";
    hours(count: &str): "{count} 小时", "{count} hours";
    days(count: &str): "{count} 天", "{count} days";
    VERIFY: "核实到账后才能发货", "Ship only after payment is verified";
    VERIFY_WHY: "扫码和转账须人工确认到账", "Someone must confirm QR and transfer payments";
    WEIGHT: "称重单位", "Unit of weight";
    WEIGHT_WHY: "称重商品按它定价、称重、计库存；已有的价格自动换算", "Goods by weight are priced, weighed and counted in it; existing prices are converted";
    WEIGHT_KG: "公斤（1 公斤 = 1000 克）", "Kilogram (kg)";
    WEIGHT_JIN: "斤（1 斤 = 500 克）", "Jin (500 g)";
    WEIGHT_LB: "磅（1 磅 = 453.6 克，记到整克）", "Pound (lb; kept in whole grams)";
    CODE: "本机设备代号", "This device's code";
    CODE_WHY: "新订单的订单编号里有它；已有的订单编号不变", "Appears in new order numbers; existing ones don't change";
    CODE_BAD: "两个字符：第一个是字母，不用 0、O、1、I。", "Two characters: a letter first; no 0, O, 1 or I.";
    CODE_TAKEN: "店内另一台设备已用这个代号。", "Another device in this shop has that code.";
    NAME_MISSING: "请输入店名。", "Enter the shop's name.";
    SAVE: "保存", "Save";
    SAVED: "已保存", "Saved";

    CHANNELS: "销售渠道", "Sales channels";
    CHANNELS_WHY: "订单从哪里来", "Where orders come from";
    CATEGORIES: "订单分类", "Order categories";
    CATEGORIES_WHY: "如何给订单分类", "How you tell orders apart";
    METHODS: "付款方式", "Payment methods";
    METHODS_WHY: "添加收款码图片，收款时全屏展示给客户扫", "Add your pay-code pictures; at the counter the buyer scans them full screen";
    CARRIERS: "快递公司", "Carriers";
    CARRIERS_WHY: "发货时可选的快递公司", "Carriers offered when shipping";
    LEVELS: "价格等级", "Price levels";
    LEVELS_WHY: "批发、会员等不同价格", "Different prices for wholesale, members…";
    new_entry(list: &str): "添加到{list}", "Add to {list}";
    ADD: "添加", "Add";
    ADD_MISSING: "请输入名称。", "Enter a name.";
    ADD_KNOWN: "列表里已有。", "Already in the list.";
    ADD_LONG: "最多 200 个字。", "At most 200 characters.";
    name_of(entry: &str): "{entry}的名称", "Name of {entry}";
    offered(entry: &str): "使用{entry}", "Use {entry}";
    DEFAULT: "默认", "Default";
    make_default(entry: &str): "设{entry}为默认", "Make {entry} the default";
    up(entry: &str): "{entry}上移", "{entry} up";
    down(entry: &str): "{entry}下移", "{entry} down";
    remove(entry: &str): "移除{entry}", "Remove {entry}";
    code_of(entry: &str): "{entry}收款码", "Pay code of {entry}";
}

//! Setting up the shop: its lists, its terms, this tablet's code.

texts! {
    TITLE: "店铺设置", "Shop set-up";
    WIZARD: "开店准备", "Get the shop ready";
    WIZARD_WHY: "几步就好，每一步都可以跳过，以后在设置里随时能改。", "A few short steps. Skip any of them; all of it can be changed later under Settings.";
    OPEN_WHY: "名称、渠道、分类、付款方式、快递、价格等级", "Name, channels, categories, payment, carriers, price levels";
    TEMPLATES_WHY: "常用的单子，点一下就开", "Orders that come again, made with one tap";
    BACK: "设置", "Settings";
    SKIP: "跳过", "Skip";
    NEXT: "下一步", "Next";
    PREVIOUS: "上一步", "Back";
    FINISH: "完成", "Finish";
    step(at: &str, of: &str): "第 {at} 步，共 {of} 步", "Step {at} of {of}";

    BASICS: "店铺", "The shop";
    NAME: "店名", "Shop name";
    CURRENCY: "币种", "Currency";
    CURRENCY_WHY: "开店时定下，以后不变", "Set when the shop began, for good";
    TIME_ZONE: "时区", "Time zone";
    TIME_ZONE_WHY: "一天从几点算起，就看它", "Decides when the shop's day begins";
    TERM: "付款期限", "Payment term";
    TERM_WHY: "下单后过了这么久没付，标为逾期", "An order not paid after this long is overdue";
    TERM_NONE: "不限", "None";
    hours(count: &str): "{count} 小时", "{count} hours";
    days(count: &str): "{count} 天", "{count} days";
    VERIFY: "核实到账后才能发货", "Ship only what is verified";
    VERIFY_WHY: "扫码和转账要有人看到钱到了", "Somebody has to see that a code or transfer payment arrived";
    CODE: "这台平板的代号", "This tablet's code";
    CODE_WHY: "写在它开的每个订单编号里；已有的编号不变", "Stands in the number of every order it takes; numbers given stay";
    CODE_BAD: "两个字符：第一个是字母，不用 0、O、1、I。", "Two characters: a letter first; no 0, O, 1 or I.";
    CODE_TAKEN: "店里另一台平板已经用了这个代号。", "Another tablet of the shop has that code.";
    NAME_MISSING: "写上店名。", "Type the shop's name.";
    SAVE: "保存", "Save";
    SAVED: "已保存", "Saved";

    CHANNELS: "销售渠道", "Sales channels";
    CHANNELS_WHY: "单子从哪里来", "Where orders come from";
    CATEGORIES: "订单分类", "Order categories";
    CATEGORIES_WHY: "怎么把单子分开看", "How you tell orders apart";
    METHODS: "付款方式", "Payment methods";
    METHODS_WHY: "放上收款码图片，收款时全屏给客人扫", "Add your pay-code pictures; at the counter the buyer scans them full screen";
    CARRIERS: "快递公司", "Carriers";
    CARRIERS_WHY: "发货时从这些里选", "What to choose from when a parcel goes";
    LEVELS: "价格等级", "Price levels";
    LEVELS_WHY: "批发、会员等各有各的价", "Wholesale, members: each with prices of their own";
    NEW_ENTRY: "名称", "Name";
    new_entry(list: &str): "添加到{list}", "Add to {list}";
    ADD: "添加", "Add";
    ADD_MISSING: "写上名称。", "Type a name.";
    ADD_KNOWN: "已经有了。", "It is there already.";
    ADD_LONG: "太长了，写短一点。", "Too long: use fewer words.";
    name_of(entry: &str): "{entry}的名称", "Name of {entry}";
    offered(entry: &str): "使用{entry}", "Use {entry}";
    DEFAULT: "默认", "Default";
    make_default(entry: &str): "设{entry}为默认", "Make {entry} the default";
    up(entry: &str): "{entry}上移", "{entry} up";
    down(entry: &str): "{entry}下移", "{entry} down";
    remove(entry: &str): "去掉{entry}", "Remove {entry}";
    code_of(entry: &str): "{entry}收款码", "Pay code of {entry}";
}

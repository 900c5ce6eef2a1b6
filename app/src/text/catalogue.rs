//! The catalogue, a module for each part of the app. `NAME: "中文", "English";` is a fixed text;
//! `name(n: u64): "{n} 单", "{n} orders", one: "1 order";` is one with arguments, and with `one` for the
//! English singular where the first argument is a count.

/// Declares texts.
macro_rules! texts {
    ($( $name:ident $(( $($arg:ident : $type:ty),+ ))? : $zh:literal, $en:literal $(, one: $one:literal)? ;)*) => {
        $( texts!(@one $name $(( $($arg : $type),+ ))? : $zh, $en $(, one: $one)?); )*
    };
    (@one $name:ident : $zh:literal, $en:literal) => {
        #[doc = concat!($zh, " / ", $en)]
        pub const $name: $crate::text::Phrase = $crate::text::Phrase { zh: $zh, en: $en };
    };
    (@one $name:ident ( $($arg:ident : $type:ty),+ ) : $zh:literal, $en:literal) => {
        #[doc = concat!($zh, " / ", $en)]
        pub fn $name($($arg: $type),+) -> String {
            match $crate::text::language() {
                $crate::text::Language::Zh => format!($zh),
                $crate::text::Language::En => format!($en),
            }
        }
    };
    (@one $name:ident ( $count:ident : $count_type:ty $(, $arg:ident : $type:ty)* ) : $zh:literal, $en:literal, one: $one:literal) => {
        #[doc = concat!($zh, " / ", $en)]
        pub fn $name($count: $count_type $(, $arg: $type)*) -> String {
            match $crate::text::language() {
                $crate::text::Language::Zh => format!($zh),
                $crate::text::Language::En if $count == 1 => format!($one),
                $crate::text::Language::En => format!($en),
            }
        }
    };
}

/// The cover, and what every page shares.
pub mod frame {
    texts! {
        PRODUCT: "摊单", "Stallbook";
        SKIP: "跳到内容", "Skip to content";
        MAIN: "主导航", "Main";
        COUNTER: "柜台", "Counter";
        ORDERS: "订单", "Orders";
        NEW_ORDER: "开单", "New order";
        PRODUCTS: "商品", "Products";
        CUSTOMERS: "客户", "Customers";
        SETTINGS: "设置", "Settings";
        CONFLICTS: "冲突", "Conflicts";
        today(day: &str): "今天 {day}", "Today, {day}";
        yesterday(day: &str): "昨天 {day}", "Yesterday, {day}";
        title(page: &str): "{page} · 摊单", "{page} · Stallbook";
    }
}

/// Keys and parts of the design system.
pub mod keys {
    texts! {
        CLOSE: "关闭", "Close";
        MORE: "更多", "More";
        NUMBER_KEYS: "数字键", "Number keys";
        ERASE: "退格", "Delete";
        CLEAR: "清空", "Clear";
        NEXT: "下一格", "Next";
        DONE: "完成", "Done";
        ONE_LESS: "减一", "One less";
        ONE_MORE: "加一", "One more";
        LATER: "以后再说", "Later";
        ONE_MOMENT: "请稍候", "One moment";
        offers(n: u64): "有 {n} 个可选，用上下键", "{n} to choose from, with the arrow keys", one: "One to choose, with the arrow keys";
    }
}

/// Where the data is.
pub mod sync {
    texts! {
        LOCAL: "存在本机", "Saved here";
        NO_SERVER: "未联网", "No server";
        SYNCED: "已同步", "All sent";
        SAFE: "可关机", "Safe to close";
        OFFLINE: "离线", "Offline";
        ASKING: "核对中", "Checking";
        NOTHING_WAITS: "没有待发", "Nothing waits";
        NEEDS_AUTH: "请登录", "Sign in";
        ERROR: "发送出错", "Not sent";
        waiting(n: u64): "待发 {n}", "{n} waiting";
        JUST_NOW: "刚刚", "just now";
        minutes(n: u64): "{n} 分钟", "{n} min";
        hours(n: u64): "{n} 小时", "{n} h";
        days(n: u64): "{n} 天", "{n} days", one: "1 day";
    }
}

/// A new version of the app.
pub mod update {
    texts! {
        READY: "新版本已备好。换上时页面会重新打开，单子都在。", "A new version is ready. The page opens anew; your orders stay.";
        TAKE: "现在换上", "Update now";
    }
}

/// First start.
pub mod first_start {
    texts! {
        TITLE: "开始", "Start";
        TAGLINE: "摊位的订货本", "The order book for your stall";
        TABLET_CODE: "平板代号", "Tablet code";
        KEPT_HERE: "单子先存在这台平板，没网也能开单", "Orders are kept on this tablet first, with or without a network";
        SENDS_ITSELF: "有网时自己发给另一台", "It sends them to your other tablet when it can";
        NO_ACCOUNT: "不用账号", "No account needed";
        LANGUAGE: "语言", "Language";
        NEW_SHOP: "开一个新摊位", "Start a new shop";
        SHOP_NAME: "店名", "Shop name";
        CURRENCY: "币种", "Currency";
        START: "在这台平板上开始", "Start on this device";
        DEFAULTS: "其余都有默认值，先开单要紧。", "Everything else has a default: take an order first.";
        HAVE_SHOP: "已经有店了", "Already have a shop";
        PAIRING_CODE: "配对码", "Pairing code";
        PAIRING_HINT: "如 4827 1650", "such as 4827 1650";
        PAIRING_WHERE: "在另一台的“设置”里，按“添加设备”", "On the other tablet: Settings, then Add a device";
        JOIN: "加入店铺", "Join shop";
        SETUP_CODE: "服务器设置码", "Server set-up code";
        SETUP_CODE_WHERE: "新服务器第一次启动时打印出来；上面的新摊位会开在那里", "A new server prints it at its first start; the new shop above begins there";
        SETUP_CODE_MISSING: "写上设置码。", "Type the set-up code.";
        CONNECT: "连接", "Connect";
        USUAL_NAME: "我的小店", "My stall";
        shop_name_long(most: usize): "店名最多 {most} 个字。", "A shop's name has at most {most} characters.";
        PAIRING_CODE_FORM: "配对码是 8 位数字。写好的还在。", "A pairing code has 8 digits. What you typed is still here.";
    }
}

/// Orders, so far.
pub mod orders {
    texts! {
        TITLE: "订单", "Orders";
        EMPTY: "还没有订单", "No orders yet";
        EMPTY_WHY: "卖出的每一单都会记在这里。", "Every order you take is written here.";
        TAKE_FIRST: "开第一单", "Take the first order";
        TO_COUNTER: "去柜台", "Go to counter";
        SET_UP: "开店准备", "Get the shop ready";
        BACK: "回订单", "Back to orders";
    }
}

/// Conflicts, so far.
pub mod conflicts {
    texts! {
        TITLE: "冲突", "Conflicts";
        EMPTY: "没有要定的事", "Nothing to settle";
        EMPTY_WHY: "两台平板做的事合不上时，会列在这里。", "When two tablets did things that don't fit, they are listed here.";
    }
}

/// Settings.
pub mod settings {
    texts! {
        TITLE: "设置", "Settings";
        THIS_TABLET: "这台平板", "This tablet";
        LANGUAGE: "语言", "Language";
        LANGUAGE_WHY: "马上换，不用重新打开", "Changes at once";
        THEME: "外观", "Theme";
        THEME_WHY: "太阳下用“日光”：白底黑字，粗边", "For the sun, Daylight: black on white";
        SYSTEM: "跟随系统", "As the system";
        LIGHT: "浅色", "Light";
        DARK: "深色", "Dark";
        DAYLIGHT: "日光", "Daylight";
        LEFT_HANDED: "左手拿", "Left-handed";
        LEFT_HANDED_WHY: "主按钮换到左下角", "Puts the main key at the lower left";
        PHONE_PAD: "数字键 1-2-3 在上", "Number pad with 1-2-3 on top";
        PHONE_PAD_WHY: "和手机、微信、支付宝一样；不开就是 7-8-9 在上", "Like phones and payment apps; off: 7-8-9 on top, like a calculator";
        TABLET_CODE: "平板代号", "Tablet code";
        TABLET_CODE_WHY: "写在这台平板的每个订单编号里", "It stands in the number of every order taken here";
        DEVICES: "店里的平板", "Tablets of the shop";
        THIS_ONE: "这台", "this one";
        pairing_code(until: &str): "配对码，{until} 前有效，只用一次", "Pairing code, good until {until}, once";
        ADD_DEVICE: "添加设备", "Add a device";
        AGAIN_WHY: "服务器不认这台平板了。单子都在，照样能卖。在另一台上按“添加设备”，把配对码写在这里。没有别的平板，就写服务器重新打印的设置码。", "The server no longer knows this tablet. Your orders are safe, and you can sell on. Press “Add a device” on another tablet and type its pairing code here; without another tablet, the set-up code that the server prints anew.";
        AGAIN_CODE: "配对码或设置码", "Pairing or set-up code";
        AGAIN_MISSING: "写上配对码。", "Type the pairing code.";
        AGAIN: "重新加入", "Join again";
        ALONE: "单子都存在这台平板。连上服务器，另一台就能看到。", "All orders are on this tablet. Connect a server, and another tablet can see them.";
        SERVER_ADDRESS: "服务器地址", "Server address";
        SETUP_CODE: "服务器设置码", "Server set-up code";
        SETUP_CODE_WHERE: "服务器第一次启动时打印出来", "The server prints it at its first start";
        CONNECT: "连接", "Connect";
        SERVER_ADDRESS_FORM: "地址以 http:// 或 https:// 开头。", "An address begins with http:// or https://.";
        SETUP_CODE_MISSING: "写上设置码。", "Type the set-up code.";
    }
}

/// Why the server did not do what was asked.
pub mod server {
    texts! {
        UNREACHABLE: "连不上服务器。单子都在这台平板。看看网络和地址，再按一次。", "The server can't be reached. Your orders are safe on this tablet. Check network and address, then try again.";
        BAD_SETUP_CODE: "设置码不对，或者这台服务器已经有店了。什么都没有改。", "The set-up code is wrong, or this server has a shop already. Nothing was changed.";
        BAD_PAIRING_CODE: "配对码不对、用过了，或者过了 10 分钟。在另一台上再要一个。", "The pairing code is wrong, used, or older than 10 minutes. Get a new one on the other tablet.";
        TOO_MANY: "试得太多了。等一分钟再试。", "Too many attempts. Wait a minute, then try again.";
        NOT_KNOWN: "服务器不认这台平板。单子都存在本机，照样能卖。", "The server does not know this tablet. All orders are safe here, and you can sell on.";
        BROKEN: "服务器现在不行。单子都在这台平板，过一会儿再试。", "The server can't do it now. Your orders are safe on this tablet; try again in a while.";
        REFUSED: "服务器没有接受。什么都没有改。", "The server did not accept it. Nothing was changed.";
        NOT_HERE: "这台平板上现在不能这样做。", "This can't be done on this tablet now.";
    }
}

/// A page that is not there.
pub mod missing {
    texts! {
        TITLE: "没有这一页", "No such page";
        WHY: "地址可能写错了。单子都在。", "The address may be mistyped. Your orders are all there.";
    }
}

/// Currencies, named as people name them.
pub mod currency {
    texts! {
        CNY: "人民币 ¥", "Renminbi ¥";
        HKD: "港币 HK$", "Hong Kong dollar HK$";
        TWD: "新台币 NT$", "New Taiwan dollar NT$";
        SGD: "新加坡元 S$", "Singapore dollar S$";
        MYR: "马来西亚令吉 RM", "Malaysian ringgit RM";
        JPY: "日元 ¥", "Japanese yen ¥";
        KRW: "韩元 ₩", "South Korean won ₩";
        USD: "美元 $", "US dollar $";
        EUR: "欧元 €", "Euro €";
        GBP: "英镑 £", "Pound sterling £";
    }
}

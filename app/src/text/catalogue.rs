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
        WHICH_FIGURE: "是哪一个？", "Which one?";
        LATER: "以后再说", "Later";
        ONE_MOMENT: "请稍候", "One moment";
        offers(n: u64): "有 {n} 个可选，用上下键", "{n} to choose from, with the arrow keys", one: "One to choose, with the arrow keys";
    }
}

/// Where the data is.
pub mod sync {
    texts! {
        LOCAL: "仅存本机", "On this device";
        NO_SERVER: "未连服务器", "No server";
        SYNCED: "已同步", "Up to date";
        SAFE: "可关机", "Safe to close";
        OFFLINE: "离线", "Offline";
        ASKING: "核对中", "Checking";
        NOTHING_WAITS: "已全部上传", "Nothing to send";
        NEEDS_AUTH: "需重新加入", "Join again";
        ERROR: "上传出错", "Couldn't send";
        waiting(n: u64): "待上传 {n}", "{n} to send";
        JUST_NOW: "刚刚", "just now";
        minutes(n: u64): "{n} 分钟", "{n} min";
        hours(n: u64): "{n} 小时", "{n} h";
        days(n: u64): "{n} 天", "{n} days", one: "1 day";
    }
}

/// A device's clock that is wrong.
pub mod clock {
    texts! {
        RIGHT: "现在的时间是对的", "The clock is right now";
        fast(by: &str): "本机时间快了 {by}，订单按服务器时间记录。请在系统设置里校正时间。", "This device's clock is {by} fast. Orders use the server's time. Set the clock in the device's settings.";
        slow(by: &str): "本机时间慢了 {by}，订单按服务器时间记录。请在系统设置里校正时间。", "This device's clock is {by} slow. Orders use the server's time. Set the clock in the device's settings.";
        went_back(by: &str): "本机时间倒退了 {by}，订单仍按原来的时间记录。请检查本机时间。", "This device's clock went back by {by}. Orders keep to the time before. Check the clock.";
        jumped(by: &str): "本机时间突然快了 {by}，订单仍按原来的时间记录。请检查本机时间。", "This device's clock jumped ahead by {by}. Orders keep to the time before. Check the clock.";
    }
}

/// A new version of the app.
pub mod update {
    texts! {
        READY: "新版本已备好。更新时页面会重新加载，订单都在。", "A new version is ready. The page will reload. Your orders are safe.";
        TAKE: "立即更新", "Update now";
    }
}

/// First start.
pub mod first_start {
    texts! {
        TITLE: "开始", "Start";
        TAGLINE: "摊位的订货本", "The order book for your stall";
        KEPT_HERE: "订单先保存在本机，没网也能开单", "Orders are saved on this device, online or offline";
        SENDS_ITSELF: "有网时自动同步到其他设备", "Syncs with your other devices when there's a connection";
        NO_ACCOUNT: "无需账号", "No account needed";
        LANGUAGE: "语言", "Language";
        NEW_SHOP: "新建店铺", "Start a new shop";
        SHOP_NAME: "店名", "Shop name";
        CURRENCY: "币种", "Currency";
        START: "开始使用", "Start on this device";
        DEFAULTS: "其他设置以后再改也行。", "You can change everything else later.";
        HAVE_SHOP: "已有店铺", "Already have a shop";
        PAIRING_CODE: "配对码", "Pairing code";
        PAIRING_HINT: "例：4827 1650", "e.g. 4827 1650";
        PAIRING_WHERE: "在另一台设备的“设置”里，点“添加设备”", "On the other device: Settings, then Add a device";
        JOIN: "加入店铺", "Join shop";
        SETUP_CODE: "服务器设置码", "Server set-up code";
        SETUP_CODE_WHERE: "新服务器第一次启动时会打印；上面的新店铺会建在那里", "Your server prints it the first time it starts. The new shop is created there.";
        SETUP_CODE_MISSING: "请输入设置码。", "Enter the set-up code.";
        CONNECT: "连接", "Connect";
        USUAL_NAME: "我的小店", "My stall";
        shop_name_long(most: usize): "店名最多 {most} 个字。", "A shop's name has at most {most} characters.";
        PAIRING_CODE_FORM: "配对码是 8 位数字。已输入的内容还在。", "A pairing code has 8 digits. What you entered is still here.";
        UNREACHABLE: "连不上服务器。请检查网络后重试；没网也可以先新建店铺。", "Can't reach the server. Check the network, then try again; a new shop needs no network.";
        BROKEN: "服务器暂时不可用，请稍后再试。", "The server had a problem. Try again in a while.";
        connect_later(why: &str): "{why}店铺已建在本机，可以开单；在“设置”里可再次连接。", "{why} Your shop is started on this device, and you can sell. Connect it again in Settings.";
    }
}

/// Orders, so far.
pub mod orders {
    texts! {
        TITLE: "订单", "Orders";
        EMPTY: "还没有订单", "No orders yet";
        EMPTY_WHY: "开的每一单都会显示在这里。", "Orders you take appear here.";
        TAKE_FIRST: "去开单", "Create your first order";
        SET_UP: "店铺引导", "Set up your shop";
        BACK: "返回订单", "Back to orders";
        TO_COUNTER: "去柜台", "Go to counter";
    }
}

/// Conflicts, so far.
pub mod conflicts {
    texts! {
        TITLE: "冲突", "Conflicts";
        EMPTY: "没有冲突", "No conflicts";
        EMPTY_WHY: "两台设备的操作有冲突时，在这里处理。", "If two devices make changes that clash, you sort them out here.";
    }
}

/// Settings.
pub mod settings {
    texts! {
        TITLE: "设置", "Settings";
        THIS_TABLET: "本机", "This device";
        LANGUAGE: "语言", "Language";
        LANGUAGE_WHY: "立即生效", "Takes effect right away";
        THEME: "外观", "Theme";
        THEME_WHY: "强光下用“强光”：白底黑字，粗边", "Use Daylight in bright sun: black on white";
        SYSTEM: "跟随系统", "Match device";
        LIGHT: "浅色", "Light";
        DARK: "深色", "Dark";
        DAYLIGHT: "强光", "Daylight";
        LEFT_HANDED: "左手模式", "Left-handed";
        LEFT_HANDED_WHY: "主按钮移到左下角", "Moves the main button to the lower left";
        TABLET_CODE: "设备代号", "Device code";
        TABLET_CODE_WHY: "本机所开订单的订单编号里都有它", "Part of every order number from this device";
        DEVICES: "店内设备", "Devices in this shop";
        THIS_ONE: "本机", "this one";
        PHONE_PAD: "数字键 1-2-3 在上", "Number pad with 1-2-3 on top";
        PHONE_PAD_WHY: "和手机、微信、支付宝一样；不开就是 7-8-9 在上", "Like phones and payment apps; off: 7-8-9 on top, like a calculator";
        pairing_code(until: &str): "一次性配对码，{until} 前有效", "One-time pairing code, valid until {until}";
        ADD_DEVICE: "添加设备", "Add a device";
        AGAIN_WHY: "服务器不认本机了。订单都在，照常能卖。在另一台设备上点“添加设备”，把配对码输入这里。没有其他设备，就输入服务器新打印的设置码。", "The server no longer knows this device. Your orders are safe, and you can keep selling. Press “Add a device” on another device and enter its pairing code here; without another device, the new set-up code printed by the server.";
        AGAIN_CODE: "配对码或设置码", "Pairing or set-up code";
        AGAIN_MISSING: "请输入配对码或设置码。", "Enter the pairing or set-up code.";
        AGAIN: "重新加入", "Join again";
        ALONE: "订单都存在本机。连上服务器，就能与其他设备共享。", "All orders are on this device. Connect a server to share them with other devices.";
        MORE_DEVICES: "用多台设备", "Use more devices";
        MORE_DEVICES_WHY: "需要自己的服务器：输入地址和它打印的设置码。", "It takes a server of your own: enter its address and the set-up code it printed.";
        SERVER_ADDRESS: "服务器地址", "Server address";
        SETUP_CODE: "服务器设置码", "Server set-up code";
        SETUP_CODE_WHERE: "服务器第一次启动时会打印", "Your server prints it the first time it starts";
        CONNECT: "连接", "Connect";
        SERVER_ADDRESS_FORM: "地址以 http:// 或 https:// 开头。", "An address begins with http:// or https://.";
        SETUP_CODE_MISSING: "请输入设置码。", "Enter the set-up code.";
    }
}

/// Why the server did not do what was asked.
pub mod server {
    texts! {
        UNREACHABLE: "连不上服务器。订单都在本机。请检查网络和地址后重试。", "Can't reach the server. Your orders are safe on this device. Check network and address, then try again.";
        BAD_SETUP_CODE: "设置码不对，或这台服务器已有店铺。", "The set-up code is wrong, or this server has a shop already.";
        BAD_PAIRING_CODE: "配对码不对、已用过，或已过 10 分钟。请在另一台设备上重新获取。", "The pairing code is wrong, used, or older than 10 minutes. Get a new one on the other device.";
        DEVICE_KNOWN: "这台设备以前加入过，要用专门的码：在另一台设备上打开“设置 → 管理设备”，在它那一行点“停用”，再点“重新加入”。", "This device was in the shop before and needs a code of its own: on another device open Settings, Manage devices, press “Revoke” in its row, then “Let in again”.";
        NO_MORE_DEVICES: "这家店的设备已满（最多 100 台），或今天新加入的太多（一台设备每天 20 台，全店 40 台）。请停用不用的设备，或明天再试；管理服务器的人现在就能让它加入。", "The shop has 100 devices, the most it may have, or too many joined today (20 by one device, 40 in all). Revoke those not in use, or try tomorrow; whoever runs the server can let this one in now.";
        TOO_MANY: "尝试次数过多，请一分钟后再试。", "Too many attempts. Wait a minute, then try again.";
        LAST_DEVICE: "这是店里最后一台设备，停用后就没有设备能再添加别的。请先添加一台。", "This is the shop's last device; without it none could add another. Add one first.";
        NOT_KNOWN: "服务器不认本机。订单都在本机，照常能卖。", "The server does not know this device. All orders are safe here, and you can keep selling.";
        BROKEN: "服务器暂时不可用。订单都在本机，请稍后再试。", "The server had a problem. Your orders are safe on this device; try again in a while.";
        REFUSED: "服务器没有接受。未作任何更改。", "The server did not accept it. Nothing was changed.";
        NOT_HERE: "本机现在不能这样操作。", "This can't be done on this device now.";
    }
}

/// A page that is not there.
pub mod missing {
    texts! {
        TITLE: "页面不存在", "No such page";
        WHY: "请检查地址。订单都在。", "Check the address. Your orders are safe.";
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

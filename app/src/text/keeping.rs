//! Whether the browser keeps what is on this device.

texts! {
    TITLE: "本机数据", "Data on this device";
    KEPT: "浏览器会一直保留。", "The browser keeps it.";
    MAY_GO: "空间不足时，浏览器可能清理。请安装本应用（浏览器菜单里的“安装”或“添加到主屏幕”），或请浏览器保留。", "The browser may clear it when space runs low. Install the app (“Install” or “Add to Home Screen” in the browser's menu), or ask the browser to keep it.";
    UNKNOWN: "这个浏览器不说明会不会保留。请安装本应用，并连接服务器。", "This browser doesn't say whether it keeps it. Install the app, and connect a server.";
    PRIVATE: "无痕窗口关闭后，里面的数据就没了。", "A private window loses everything when it is closed.";
    NO_APP: "这里还存不下应用本身，没网时打不开：请用 https 地址，不要用无痕窗口。", "The app itself can't be kept here either, and opens only with a network: use an https address and no private window.";
    damaged(rows: u64): "本机有 {rows} 段存储已损坏，读不出来，已跳过；服务器上有的会自动取回，其余照常。请尽早更换设备。", "{rows} pieces of this device's storage are damaged and were passed over. What the server has comes back by itself; everything else goes on. Replace the device soon.", one: "One piece of this device's storage is damaged and was passed over. What the server has comes back by itself; everything else goes on. Replace the device soon.";
    lost(events: u64): "其中 {events} 条记录没有上传过，已经丢失：请核对最近的订单和收款。", "{events} records in it had not been sent and are lost: check your latest orders and payments.", one: "One record in it had not been sent and is lost: check your latest orders and payments.";
    ASK: "请浏览器保留", "Ask to keep it";
    ASKING: "等待浏览器答复…", "Waiting for the browser's answer…";
    REFUSED: "浏览器没有同意。请先安装本应用，或连接服务器。", "The browser refused. Install the app first, or connect a server.";
}

//! Words of the shop's devices, and of what the server put aside.

texts! {
    OPEN: "管理设备", "Manage devices";
    OPEN_WHY: "改名、停用丢失的设备、让它重新加入", "Rename devices, revoke a lost one, let one in again";
    RENAME: "改名", "Rename";
    NAME: "设备名称", "Device name";
    NAME_HINT: "例：前台", "e.g. Front";
    SAVE: "保存", "Save";
    REVOKE: "停用", "Revoke";
    revoke_title(name: &str): "停用 {name}？", "Revoke {name}?";
    REVOKE_WHY: "它马上不能再收发，也看不到新订单。它上传过的都在；没上传的留在它上面，让它重新加入就会上传。", "It can send and receive nothing any more and sees no new orders. What it sent stays. What it has not sent stays on it, and is sent once you let it in again.";
    sent_at(time: &str): "截至 {time}，它的记录已全部上传。", "At {time} it had sent everything.";
    NOT_KNOWN_SENT: "不知道它有没有未上传的订单。", "It is not known whether it has orders that were not sent.";
    revoked(name: &str): "{name} 已停用", "{name} is revoked";
    revoked_at(time: &str): "{time} 停用", "Revoked {time}";
    heard_at(time: &str): "最近在线 {time}", "Last heard {time}";
    joined_at(time: &str): "{time} 加入", "Joined {time}";
    LET_IN: "重新加入", "Let in again";
    let_in_title(name: &str): "让 {name} 重新加入", "Let {name} in again";
    let_in_code(until: &str): "在那台设备的“设置”里输入此码，{until} 前有效，只有它能用", "Enter this code in that device's Settings. Valid until {until}, for that device only";
    OFFLINE: "连不上服务器：下面是本机所知。改名照常，停用要联网。", "Can't reach the server: this is what this device knows. You can rename; revoking needs the network.";
    ASIDE: "未收下的记录", "Records put aside";
    ASIDE_WHY: "服务器没有收下，但仍保留着的", "What the server did not take in, and keeps";
    ASIDE_WAITS: "有记录服务器没有收下，请打开下面的“未收下的记录”核对。订单都在本机，照常能卖。", "The server did not take in some records: check them under “Records put aside” below. Your orders are safe on this device, and you can keep selling.";
    ASIDE_EXPLAIN: "这些记录没有进入店铺的账，其他设备看不到；哪台设备做的，就还在哪台上。请打开订单核对，缺什么就在这里补上；再把文件交给管服务器的人。", "These records are in no other device's books; the device that made each still has it. Open the order, check it, and enter here what is missing. Give the file to whoever looks after your server.";
    ASIDE_NONE: "没有未收下的记录", "Nothing was put aside";
    ASIDE_NONE_WHY: "服务器收下了每台设备的每一条记录。", "The server took in every record of every device.";
    ASIDE_HERE: "本机做的", "Made on this device";
    ASIDE_SERVER: "服务器保留的", "Kept by the server";
    FILE: "存成文件", "Save as a file";
    UNSENT: "未上传的记录", "Records not sent yet";
    UNSENT_WHY: "存储已满或设备要坏时，先存一份带走；里面有客户资料", "Take a copy where storage is full or the device is failing. It holds customers' data";
    ASIDE_MORE: "更早的", "Show earlier ones";
    ASIDE_OFFLINE: "连不上服务器，只显示本机做的。", "Can't reach the server: only those made on this device are shown.";
    ORDER: "订单", "Order";
    RECORD: "记录", "Record";
    OPEN_ORDER: "打开订单", "Open order";
    MALFORMED: "读不出是什么", "It can't be read as a record";
    OVERSIZED: "太大了", "It is too large";
    FOREIGN: "上传它的设备不是做它的设备", "It was sent by another device than the one that made it";
    ID_TAKEN: "编号已被另一条记录占用", "Another record has its id already";
    OTHER: "服务器没有收下", "The server did not take it in";
}

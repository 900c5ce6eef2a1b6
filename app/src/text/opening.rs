//! What is said where the store does not open.

texts! {
    NOT_HERE: "这一页还没下载", "This page isn't downloaded yet";
    NOT_HERE_WHY: "订单都在。联网后重试；下载一次后，没网也能打开。", "Your orders are safe. Connect once and try again; after that it opens offline.";
    TRY_AGAIN: "重试", "Try again";
    BLOCKED: "另一个标签页开着旧版本。关掉它，这里会继续打开。", "Another tab has an older version open. Close it to continue here.";
}

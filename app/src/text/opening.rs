//! What is said where the store does not open.

texts! {
    NOT_HERE: "这一页还没下载好", "This page is not here yet";
    NOT_HERE_WHY: "单子都在。连上网络后再试一次；下载过一次，以后没有网络也能打开。", "Your orders are safe. Connect once and try again; after that it opens without a network.";
    TRY_AGAIN: "再试一次", "Try again";
    BLOCKED: "另一个标签页开着旧版本。关掉它，这里就会接着打开。", "Another tab has an older version open. Close it, and this one goes on.";
}

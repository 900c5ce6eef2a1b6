//! What is said where the store does not open.

texts! {
    BLOCKED: "另一个标签页开着旧版本。关掉它，这里就会接着打开。", "Another tab has an older version open. Close it, and this one goes on.";
}

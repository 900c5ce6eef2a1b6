//! Reminding of a payment. The message is in the buyer's language, whatever the seller's: words in braces are put in
//! by the page.

texts! {
    REMIND: "催付", "Remind";
    TITLE: "催付消息", "Payment reminder";
    LANGUAGE: "消息语言", "The buyer's language";
    MESSAGE: "消息", "Message";
    COPY: "复制", "Copy";
    SHARE: "分享", "Share";
    COPIED: "已复制，可粘贴给客户。", "Copied: paste it into a message to the buyer.";
    NOT_COPIED: "浏览器不允许复制，请选中文字手动复制。", "The browser does not allow it. Select the text and copy it yourself.";
    GREETING: "您好！", "Hello! ";
    GREETING_NAMED: "{name}，您好！", "Hello {name}, ";
    BODY: "您在{shop}的订单 {number} 还有 {owed} 未付。", "your order {number} at {shop} still has {owed} to pay. ";
    BODY_DUE: "您在{shop}的订单 {number} 还有 {owed} 未付，请在 {due} 前付款，我们马上为您安排。", "your order {number} at {shop} still has {owed} to pay. Please pay by {due}, and we'll get it ready right away. ";
    THANKS: "谢谢！", "Thank you!";
}

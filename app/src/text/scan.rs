//! What is said of codes that were scanned.

texts! {
    not_here(code: &str): "扫到 {code}，这里不用扫码", "Scanned {code}. Nothing here takes a code.";
    waits(code: &str): "扫到 {code}，答完这一步就加进去", "Scanned {code}. It is added after this question.";
    added(item: &str): "扫码加入：{item}", "Scanned: {item}";
    one_more(item: &str): "扫码再加一件：{item}", "Scanned, one more: {item}";
    unknown(code: &str): "没有商品用 {code} 这个条码", "No product has the code {code}.";
    found(code: &str): "扫码查找 {code}", "Search: {code}";
    taken(code: &str): "条码已填：{code}", "Barcode added: {code}";
    taken_already(code: &str): "已有这个条码：{code}", "{code} is here already.";
    PAY_CODE: "这是顾客的付款码。本机不能直接扣款，请让顾客扫店里的收款码。", "This is the customer's own pay code. It can't be charged here; let the customer scan the stall's code.";
    MISREAD: "秤签没扫对：校验位不符。再扫一次，或手工输入。", "This scale label was misread: its check digit is wrong. Scan it again, or type it in.";
    BY_PIECE: "秤签上只有重量，这个商品按件卖", "The label only has a weight, and this product is sold by the piece";
    MAY_BE_LABEL: "像是秤打的标签。设好秤签格式，扫了就按重量或金额卖。", "It looks like a scale's label. Once its layout is set, a scan sells by its weight or price.";
    LABELS: "秤签格式", "Scale labels";
    WHICH: "这个条码有几样商品", "Several products have this code";
    which(code: &str): "{code} 是下面哪一样？", "Which of these is {code}?";
    shared(count: u64): "{count} 个条码有几样商品在用，扫码时会问是哪一样。", "{count} codes belong to several products. A scan asks which one.", one: "One code belongs to several products. A scan asks which one.";
    SHARED_ALSO: "条码与其他商品相同", "Code in use twice";
    NEW_PRODUCT: "新建商品", "New product";
    AS_ITEM: "写成自填商品", "Use as an item";
    SETTINGS: "扫码枪", "Scanner";
    PREFIX: "扫码枪前缀", "Scanner prefix";
    PREFIX_WHY: "扫码枪设了前缀才填：一个字符，或按键名，如 F8", "Only if your scanner sends one first: a character, or a key such as F8";
    SOUND: "扫码不被接受时响一声", "Sound when a scan is refused";
    SOUND_WHY: "字也会显示在屏幕上", "It is always shown on the screen, too";
}

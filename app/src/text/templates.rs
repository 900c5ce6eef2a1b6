//! Words of templates.

texts! {
    TITLE: "模板", "Templates";
    NONE: "还没有模板", "No templates yet";
    NONE_WHY: "常卖的一套货存成模板，以后点一下就填好。", "Keep a set of goods that you often sell; later one tap fills it in.";
    NEW: "新建模板", "New template";
    EDIT: "修改模板", "Edit template";
    USE: "用模板", "Use template";
    SAVE_AS: "存为模板", "Save as template";
    NAME: "模板名称", "Template name";
    NAME_HINT: "如：周三老客户", "Such as: Wednesday regulars";
    NAME_MISSING: "给模板起个名字。", "Give the template a name.";
    SAVE: "存下模板", "Save template";
    SAVED: "模板已存下", "Template saved";
    UP: "上移", "Move up";
    DOWN: "下移", "Move down";
    THROW_AWAY: "丢掉模板", "Throw away";
    THROWN_AWAY: "模板丢掉了", "Template thrown away";
    PUT_BACK: "写过的都退回去了", "What you typed is put back";
    UNDO: "撤销", "Undo";
    CHOOSE: "用哪个模板", "Which template";
    EMPTY: "没有商品", "No items";
    GONE: "没有这个模板了", "This template is gone";
    GONE_WHY: "它已被丢掉。别的模板都在。", "It was thrown away. The other templates are all there.";
    BACK: "回模板", "Back to templates";
    use_named(name: &str): "用“{name}”开单", "Use “{name}”";
}

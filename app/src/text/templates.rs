//! Words of templates.

texts! {
    TITLE: "模板", "Templates";
    NONE: "还没有模板", "No templates yet";
    NONE_WHY: "把常卖的一套商品存成模板，开单时一点就填好。", "Save a set of goods you often sell; later one tap fills it in.";
    NEW: "新建模板", "New template";
    EDIT: "修改模板", "Edit template";
    USE: "用模板", "Use template";
    SAVE_AS: "存为模板", "Save as template";
    NAME: "模板名称", "Template name";
    NAME_HINT: "例：周三熟客", "e.g. Wednesday regulars";
    NAME_MISSING: "请输入模板名称。", "Enter a name for the template.";
    SAVE: "保存模板", "Save template";
    SAVED: "模板已保存", "Template saved";
    UP: "上移", "Move up";
    DOWN: "下移", "Move down";
    THROW_AWAY: "删除模板", "Delete template";
    THROWN_AWAY: "模板已删除", "Template deleted";
    PUT_BACK: "已恢复之前的内容", "What you entered is back";
    UNDO: "撤销", "Undo";
    CHOOSE: "选择模板", "Choose a template";
    EMPTY: "没有商品", "No items";
    GONE: "模板已不存在", "This template no longer exists";
    GONE_WHY: "它已被删除，其他模板都在。", "It was deleted. Your other templates are safe.";
    BACK: "返回模板", "Back to templates";
}

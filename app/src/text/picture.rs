//! What is said of pictures.

texts! {
    CHOOSE: "选择图片", "Choose a picture";
    TAKE: "拍照", "Take a photo";
    OTHER: "更换", "Replace";
    REMOVE: "移除图片", "Remove picture";
    BUSY: "正在处理图片…", "Preparing picture…";
    NONE: "还没有图片", "No picture yet";
    NOT_HERE: "图片还没同步到本机", "The picture has not synced to this device yet";
    UNREADABLE: "无法识别这张图片。请选 JPEG、PNG 或 WebP，或重新拍照。", "Can't read this picture. Choose a JPEG, PNG or WebP, or take a new one.";
    TOO_LARGE: "图片太大，缩小后仍无法保存。请更换。", "This picture is too large even when scaled down. Choose another.";
}

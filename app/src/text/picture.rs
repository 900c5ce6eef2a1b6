//! What is said of pictures.

texts! {
    CHOOSE: "选择图片", "Choose a picture";
    TAKE: "拍照", "Take a photo";
    OTHER: "换一张", "Another one";
    REMOVE: "去掉图片", "Remove the picture";
    BUSY: "正在处理图片…", "Making the picture ready…";
    NONE: "还没有图片", "No picture yet";
    NOT_HERE: "图片还没同步到这台平板", "The picture is not on this tablet yet";
    UNREADABLE: "这不是能读的图片。请选 JPEG、PNG 或 WebP，或者重新拍一张。", "This is not a picture that can be read. Choose a JPEG, PNG or WebP, or take a new one.";
    TOO_LARGE: "这张图片太大，缩小后也存不下。请换一张。", "This picture is too large even when scaled down. Choose another.";
}

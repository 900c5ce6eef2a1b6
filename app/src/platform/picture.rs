//! Pictures: scaled down where they were taken, and shown from memory.

use futures::channel::oneshot;
use js_sys::{Array, ArrayBuffer, Reflect, Uint8Array};
use leptos::prelude::{document, window};
use protocol::blob;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, BlobPropertyBag, CanvasRenderingContext2d, File, HtmlCanvasElement, HtmlInputElement, ImageBitmap, Url,
};

/// How good a picture is kept, at best and at worst.
const QUALITIES: [f64; 4] = [0.86, 0.74, 0.6, 0.45];
/// Below this longest side nothing can be seen on a picture any more.
const LEAST_PX: u32 = 160;

/// A file with more bytes or pixels is not unpacked: hardly any camera makes one, and each pixel takes four bytes.
const MOST_BYTES: f64 = 50_000_000.0;
const MOST_PX: usize = 110_000_000;
/// Where in a file its sides are said, after what a camera tells of itself.
const HEAD_BYTES: i32 = 512 * 1024;

/// Why a picture was not made ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PictureFault {
    /// The browser can't read it as a picture.
    #[error("not a picture that this browser reads")]
    Unreadable,
    /// However small it is made, it is too large. No photo is.
    #[error("the picture stays too large")]
    TooLarge,
}

/// A file that a person took or chose.
#[derive(Clone, Debug)]
pub struct Chosen(File);

impl From<File> for Chosen {
    fn from(file: File) -> Self {
        Self(file)
    }
}

impl Chosen {
    /// What is in a field for files; the field is empty afterwards, so that the same file can be chosen again.
    pub fn from_field(field: &HtmlInputElement) -> Option<Self> {
        let file = field.files()?.get(0)?;
        field.set_value("");
        Some(Self(file))
    }
}

/// The picture, its longest side at most `longest_px`, in as many bytes as a blob may have: WebP, or JPEG where the
/// browser can't write that. What is see-through becomes white.
pub async fn scaled(chosen: &Chosen, longest_px: u32) -> Result<Vec<u8>, PictureFault> {
    if chosen.0.size() > MOST_BYTES {
        return Err(PictureFault::TooLarge);
    }
    if sides(&chosen.0).await.is_some_and(|(width, height)| width.saturating_mul(height) > MOST_PX) {
        return Err(PictureFault::TooLarge);
    }
    let bitmap = Decoded::of(&chosen.0).await.ok_or(PictureFault::Unreadable)?;
    let mut longest = longest_px.max(LEAST_PX);
    loop {
        let canvas = bitmap.drawn(longest).map_err(|_| PictureFault::Unreadable)?;
        for quality in QUALITIES {
            let bytes = encoded(&canvas, quality).await.ok_or(PictureFault::Unreadable)?;
            if blob::check(&bytes).is_ok() {
                return Ok(bytes);
            }
        }
        // A sheet of noise: smaller, then.
        longest = longest / 4 * 3;
        if longest < LEAST_PX {
            return Err(PictureFault::TooLarge);
        }
    }
}

/// What the head of a file says of its sides, where it is of a kind whose head is known.
async fn sides(file: &File) -> Option<(usize, usize)> {
    let head = file.slice_with_i32_and_i32(0, HEAD_BYTES).ok()?;
    let bytes: ArrayBuffer = JsFuture::from(head.array_buffer()).await.ok()?.dyn_into().ok()?;
    blob::sides(&Uint8Array::new(&bytes).to_vec())
}

/// A picture in memory, large: given back as soon as it is not needed.
struct Decoded(ImageBitmap);

impl Drop for Decoded {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl Decoded {
    async fn of(file: &File) -> Option<Self> {
        // Turned as the camera was held.
        let decoding = window().create_image_bitmap_with_blob(file).ok()?;
        JsFuture::from(decoding).await.ok()?.dyn_into().ok().map(Self)
    }

    fn drawn(&self, longest: u32) -> Result<HtmlCanvasElement, JsValue> {
        let (width, height) = fit(self.0.width(), self.0.height(), longest);
        let canvas: HtmlCanvasElement = document().create_element("canvas")?.dyn_into()?;
        canvas.set_width(width);
        canvas.set_height(height);
        let context: CanvasRenderingContext2d = canvas.get_context("2d")?.ok_or(JsValue::NULL)?.dyn_into()?;
        // `web-sys` calls this one unstable; the browsers don't.
        Reflect::set(&context, &"imageSmoothingQuality".into(), &"high".into())?;
        let (width, height) = (f64::from(width), f64::from(height));
        context.set_fill_style_str("#fff");
        context.fill_rect(0.0, 0.0, width, height);
        context.draw_image_with_image_bitmap_and_dw_and_dh(&self.0, 0.0, 0.0, width, height)?;
        Ok(canvas)
    }
}

/// Width and height with the longest side at most `longest`; never larger than they are, never nothing.
fn fit(width: u32, height: u32, longest: u32) -> (u32, u32) {
    let most = width.max(height).max(1);
    if most <= longest {
        return (width.max(1), height.max(1));
    }
    let side = |px: u32| {
        let px = u64::from(px) * u64::from(longest) / u64::from(most);
        u32::try_from(px).unwrap_or(longest).max(1)
    };
    (side(width), side(height))
}

async fn encoded(canvas: &HtmlCanvasElement, quality: f64) -> Option<Vec<u8>> {
    let mut blob = written(canvas, "image/webp", quality).await?;
    if blob.type_() != "image/webp" {
        // It wrote a PNG in its place, of which nobody knows how large it is.
        blob = written(canvas, "image/jpeg", quality).await?;
    }
    let bytes: ArrayBuffer = JsFuture::from(blob.array_buffer()).await.ok()?.dyn_into().ok()?;
    Some(Uint8Array::new(&bytes).to_vec())
}

async fn written(canvas: &HtmlCanvasElement, media_type: &str, quality: f64) -> Option<Blob> {
    let (tell, told) = oneshot::channel();
    let done = Closure::once(move |blob: Option<Blob>| {
        // Fails where nobody waits any more.
        let _ = tell.send(blob);
    });
    canvas
        .to_blob_with_type_and_encoder_options(done.as_ref().unchecked_ref(), media_type, &JsValue::from_f64(quality))
        .ok()?;
    told.await.ok()?
}

/// An address under which the page shows what is in memory, as long as this is there.
#[derive(Debug)]
pub struct ObjectUrl(String);

impl ObjectUrl {
    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Drop for ObjectUrl {
    fn drop(&mut self) {
        // Fails for nothing that is an address.
        let _ = Url::revoke_object_url(&self.0);
    }
}

/// Makes such an address. `None` where the browser has no memory for it.
pub fn object_url(bytes: &[u8], media_type: &str) -> Option<ObjectUrl> {
    let parts = Array::of1(&Uint8Array::from(bytes));
    let options = BlobPropertyBag::new();
    options.set_type(media_type);
    let blob = Blob::new_with_u8_array_sequence_and_options(&parts, &options).ok()?;
    Url::create_object_url_with_blob(&blob).ok().map(ObjectUrl)
}

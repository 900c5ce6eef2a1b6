//! The camera: what it sees, and the codes that the browser itself reads in it.

use js_sys::{Array, Object, Promise, Reflect};
use leptos::prelude::{document, window};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    CanvasRenderingContext2d, HtmlCanvasElement, HtmlVideoElement, MediaDevices, MediaStream, MediaStreamConstraints,
    MediaStreamTrack,
};

#[wasm_bindgen]
extern "C" {
    // `web-sys` calls it unstable; it is there or not, and is asked for below.
    type BarcodeDetector;
    #[wasm_bindgen(constructor, catch)]
    fn new(options: &JsValue) -> Result<BarcodeDetector, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn detect(this: &BarcodeDetector, source: &HtmlVideoElement) -> Result<Promise, JsValue>;
}

/// The codes that goods carry, as the browser names them.
const FORMATS: [&str; 6] = ["ean_13", "ean_8", "upc_a", "upc_e", "code_128", "qr_code"];
/// Wide enough for the thinnest bars of a code that fills a third of the picture.
const WIDEST: u32 = 960;

/// Why there is no camera.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoCamera {
    /// The person or the browser does not allow it.
    Refused,
    /// There is none, or something else holds it.
    Missing,
}

/// A picture in shades of grey.
#[derive(Debug)]
pub struct Frame {
    /// A byte for each point, row by row.
    pub luma: Vec<u8>,
    /// Points in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

/// A camera at work; it is let go when this is dropped.
pub struct Camera {
    stream: MediaStream,
    video: HtmlVideoElement,
    canvas: HtmlCanvasElement,
    detector: Option<BarcodeDetector>,
}

impl Camera {
    /// Shows what the camera at the back sees in the `<video>` with this id.
    pub async fn start(video: &str) -> Result<Self, NoCamera> {
        // Absent where the page is not served securely.
        let devices = Reflect::get(&window().navigator(), &"mediaDevices".into()).unwrap_or(JsValue::UNDEFINED);
        let devices: MediaDevices = devices.dyn_into().map_err(|_| NoCamera::Missing)?;
        let constraints = MediaStreamConstraints::new();
        let wanted = Object::new();
        for (key, value) in [("facingMode", JsValue::from("environment")), ("width", 1280.into())] {
            // A plain object takes every key.
            let _ = Reflect::set(&wanted, &key.into(), &value);
        }
        constraints.set_video(&wanted);
        let asked = devices.get_user_media_with_constraints(&constraints).map_err(|_| NoCamera::Missing)?;
        let stream: MediaStream = JsFuture::from(asked).await.map_err(|why| refusal(&why))?.unchecked_into();
        let element = document().get_element_by_id(video).and_then(|element| element.dyn_into().ok());
        let canvas = document().create_element("canvas").ok().and_then(|element| element.dyn_into().ok());
        let (Some(video), Some(canvas)) = (element, canvas) else {
            // The person has closed it already.
            end(&stream);
            return Err(NoCamera::Missing);
        };
        let camera = Self { stream, video, canvas, detector: detector() };
        camera.video.set_src_object(Some(&camera.stream));
        if let Ok(playing) = camera.video.play() {
            // Where it may not play by itself, there is nothing to see, and no code is found.
            let _ = JsFuture::from(playing).await;
        }
        Ok(camera)
    }

    /// Whether the browser reads codes by itself.
    pub fn reads(&self) -> bool {
        self.detector.is_some()
    }

    /// A code that the browser reads in what the camera sees now.
    pub async fn read(&self) -> Option<String> {
        let found = self.detector.as_ref()?.detect(&self.video).ok()?;
        let found: Array = JsFuture::from(found).await.ok()?.dyn_into().ok()?;
        let first = found.get(0);
        Reflect::get(&first, &"rawValue".into()).ok()?.as_string().filter(|code| !code.is_empty())
    }

    /// What the camera sees now; nothing before its first picture.
    pub fn frame(&self) -> Option<Frame> {
        let (width, height) = (self.video.video_width(), self.video.video_height());
        if width == 0 || height == 0 {
            return None;
        }
        let shrunk = width.min(WIDEST);
        let (width, height) = (shrunk, (height * shrunk / width).max(1));
        self.canvas.set_width(width);
        self.canvas.set_height(height);
        let context = self.canvas.get_context("2d").ok()??.dyn_into::<CanvasRenderingContext2d>().ok()?;
        let place = (f64::from(width), f64::from(height));
        context.draw_image_with_html_video_element_and_dw_and_dh(&self.video, 0.0, 0.0, place.0, place.1).ok()?;
        let points = context.get_image_data(0.0, 0.0, place.0, place.1).ok()?.data();
        // As the eye weighs the colours.
        let grey = |point: &[u8]| match point {
            [red, green, blue, ..] => {
                let weighed = 77 * u32::from(*red) + 150 * u32::from(*green) + 29 * u32::from(*blue);
                u8::try_from(weighed >> 8).unwrap_or(u8::MAX)
            }
            _ => 0,
        };
        Some(Frame { luma: points.chunks_exact(4).map(grey).collect(), width, height })
    }
}

impl Drop for Camera {
    fn drop(&mut self) {
        end(&self.stream);
        self.video.set_src_object(None);
    }
}

fn end(stream: &MediaStream) {
    for track in stream.get_tracks().iter() {
        track.unchecked_into::<MediaStreamTrack>().stop();
    }
}

fn refusal(why: &JsValue) -> NoCamera {
    let name = Reflect::get(why, &"name".into()).ok().and_then(|name| name.as_string());
    match name.as_deref() {
        Some("NotAllowedError" | "SecurityError") => NoCamera::Refused,
        _ => NoCamera::Missing,
    }
}

/// The browser's own reader, where it has one.
fn detector() -> Option<BarcodeDetector> {
    if !Reflect::has(&window(), &"BarcodeDetector".into()).unwrap_or(false) {
        return None;
    }
    let options = Object::new();
    let formats: Array = FORMATS.iter().map(|format| JsValue::from_str(format)).collect();
    Reflect::set(&options, &"formats".into(), &formats).ok()?;
    BarcodeDetector::new(&options).ok()
}

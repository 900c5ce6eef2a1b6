//! Files that a person brings or takes away: made on the device, also without a network.

use js_sys::{Array, Uint8Array};
use leptos::prelude::document;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, File, HtmlAnchorElement, HtmlInputElement, Url};

/// Saves a file of this name and kind (`text/csv`) where the browser saves its files. False where it does not let us.
pub fn save(name: &str, kind: &str, bytes: &[u8]) -> bool {
    let save = || -> Result<(), JsValue> {
        let options = BlobPropertyBag::new();
        options.set_type(kind);
        let blob = Blob::new_with_u8_array_sequence_and_options(&Array::of1(&Uint8Array::from(bytes)), &options)?;
        let address = Url::create_object_url_with_blob(&blob)?;
        let link: HtmlAnchorElement = document().create_element("a")?.dyn_into()?;
        link.set_href(&address);
        link.set_download(name);
        link.click();
        // The browser has begun to read it; what it reads is held until it has.
        leptos::prelude::set_timeout(
            move || drop(Url::revoke_object_url(&address)),
            std::time::Duration::from_secs(60),
        );
        Ok(())
    };
    save().is_ok()
}

/// A file that a person chose.
pub struct Chosen(File);

impl Chosen {
    /// What is in a field for files; the field is empty afterwards, so that the same file can be chosen again.
    pub fn from_field(field: &HtmlInputElement) -> Option<Self> {
        let file = field.files()?.get(0)?;
        field.set_value("");
        Some(Self(file))
    }
    /// Its name.
    pub fn name(&self) -> String {
        self.0.name()
    }
    /// What is in it; `None` where the browser can't read it, or it has more bytes than these.
    pub async fn bytes(&self, most: u32) -> Option<Vec<u8>> {
        if self.0.size() > f64::from(most) {
            return None;
        }
        let buffer = JsFuture::from(self.0.array_buffer()).await.ok()?;
        Some(Uint8Array::new(&buffer).to_vec())
    }
}

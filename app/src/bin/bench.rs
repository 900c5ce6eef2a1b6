//! What is measured and checked in a real browser, as functions on `window.bench`. No part of the app.

use std::cell::Cell;
use std::rc::Rc;

use app::platform::clock;
use app::platform::storage::{Durability, IndexedDb};
use js_sys::{Array, Object, Reflect};
use replica::conformance::{Factory, tell_all};
use replica::storage::StorageFault;
use wasm_bindgen::prelude::*;

fn main() {
    console_error_panic_hook::set_once();
}

/// Disks for the stories that every storage must pass.
struct Disks {
    run: u64,
    made: Cell<u32>,
}

impl Disks {
    fn name(&self, no: u32) -> String {
        format!("stallbook-conformance-{:x}-{no}", self.run)
    }
}

impl Factory for Disks {
    type Storage = IndexedDb;
    async fn fresh(&self) -> Result<IndexedDb, StorageFault> {
        self.made.set(self.made.get() + 1);
        IndexedDb::open(&self.name(self.made.get()), Durability::Strict, Rc::new(|| ())).await
    }
    async fn again(&self, of: &IndexedDb) -> Result<IndexedDb, StorageFault> {
        of.again().await
    }
    async fn kill(&self, storage: &IndexedDb) {
        storage.kill();
    }
}

/// Tells the storage's stories on IndexedDB: `[{story, problem}]`.
#[wasm_bindgen]
pub async fn conformance() -> Result<Array, JsValue> {
    let disks = Disks { run: u64::from_le_bytes(clock::random()), made: Cell::new(0) };
    let outcomes = tell_all(&disks).await;
    for no in 1..=disks.made.get() {
        // Databases of a test may stay behind where the browser is closed before.
        let _ = IndexedDb::delete(&disks.name(no)).await;
    }
    let told = Array::new();
    for outcome in outcomes {
        let object = Object::new();
        Reflect::set(&object, &"story".into(), &outcome.story.into())?;
        Reflect::set(&object, &"problem".into(), &outcome.problem.map_or(JsValue::NULL, JsValue::from))?;
        told.push(&object);
    }
    Ok(told)
}

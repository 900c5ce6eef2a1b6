//! A transaction of IndexedDB that writes: whole on the disk, or not at all, in every engine.

use std::ops::Deref;

use indexed_db_futures::database::Database;
use indexed_db_futures::error::Error;
use indexed_db_futures::internals::SystemRepr;
use indexed_db_futures::prelude::*;
use indexed_db_futures::transaction::{Transaction, TransactionDurability, TransactionMode, TransactionOptions};
use js_sys::Promise;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{DomException, Event, IdbTransaction};

/// A transaction that writes. Dropped before [`Writing::committed`] has answered, it is rolled back, or whole where the
/// browser was quicker.
///
/// It is never committed early: a Firefox that was told to commit keeps what is left when one of the requests is refused.
/// Left alone, a refusal nobody handles aborts the whole, as the standard says and all engines do. That refusal must reach
/// the transaction: of requests that write, none is awaited.
pub struct Writing<'a> {
    transaction: Transaction<'a>,
    ended: JsFuture,
}

impl<'a> Writing<'a> {
    /// Begins one on these stores.
    pub fn begin(database: &'a Database, stores: &[&str], durability: TransactionDurability) -> Result<Self, Error> {
        let transaction = database
            .transaction(stores)
            .with_mode(TransactionMode::Readwrite)
            .with_options(TransactionOptions::new().with_durability(durability))
            .build()?;
        let raw = raw(&transaction);
        // The library's own listener can be called only once, and there may be several refusals.
        raw.set_onerror(None);
        let ended = Promise::new(&mut |end, _| {
            raw.set_oncomplete(Some(&end));
            raw.set_onabort(Some(&end));
        });
        Ok(Self { transaction, ended: ended.into() })
    }

    /// Waits for the word that it is on the disk; or says why nothing of it is, where the browser tells.
    pub async fn committed(self) -> Result<(), Option<DomException>> {
        let ended = self.ended.await.ok().and_then(|event| event.dyn_into::<Event>().ok());
        match ended {
            Some(event) if event.type_() == "complete" => Ok(()),
            _ => Err(raw(&self.transaction).error()),
        }
    }
}

impl<'a> Deref for Writing<'a> {
    type Target = Transaction<'a>;
    fn deref(&self) -> &Transaction<'a> {
        &self.transaction
    }
}

fn raw(transaction: &Transaction<'_>) -> IdbTransaction {
    transaction.as_sys().clone().unchecked_into()
}

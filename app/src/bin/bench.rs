//! What is measured and checked in a real browser, as functions on `window.bench`. No part of the app.

#![expect(clippy::float_arithmetic, reason = "the browser counts time in fractions of a millisecond; no money here")]

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fmt::Display;
use std::rc::Rc;

use app::bench::{Boot, Durability, IndexedDb, PictureField, ReplicaHandle, Session};
use app::bench::{now_ms, origin, own_zone, query, random};
use domain::contact::Buyer;
use domain::order::{Command, Content, Delivery, Line, Method, NewPayment, OrderEvent, Outcome};
use domain::weight::WeightUnit;
use domain::{Currency, DeviceCode, Event};
use futures::future::{AbortHandle, abortable};
use js_sys::{Array, Object, Reflect};
use leptos::prelude::*;
use protocol::BlobId;
use replica::blobs::BlobStore;
use replica::client::SyncState;
use replica::conformance::{Factory, tell_all};
use replica::storage::{Batch, Storage, StorageFault};
use replica::sync::State;
use replica::{Facet, Filter, Sort, SortBy};
use uuid::Uuid;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

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
        IndexedDb::open(&self.name(self.made.get()), Durability::Strict, Rc::new(|_| ())).await
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
    let disks = Disks { run: u64::from_le_bytes(random()), made: Cell::new(0) };
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

/// A database that the page made as the first version did (three stores, entries 1 to 3), opened by this one: what of it
/// is not as it should be, or nothing.
#[wasm_bindgen]
pub async fn upgraded(name: String) -> Result<Option<String>, JsValue> {
    let disk = IndexedDb::open(&name, Durability::Strict, Rc::new(|_| ())).await.map_err(said)?;
    let start = disk.read_start().await.map_err(said)?;
    let entries: Vec<Vec<u8>> = start.tail.into_iter().map(|entry| entry.bytes).collect();
    let kept = (entries, start.device) == (vec![vec![1, 1], vec![2, 2], vec![3, 3]], Some(vec![9]));
    let picture = [0xff, 0xd8, 0xff];
    let id = BlobId::of(&picture);
    disk.put_blob(id, &picture, true).await.map_err(said)?;
    let there = disk.again().await.map_err(said)?.blob(id).await.map_err(said)?;
    disk.write(&Batch { expected_last: 3, entries: vec![vec![4, 4]], ..Batch::default() }).await.map_err(said)?;
    let whole = disk.read_entries(&[1..=u32::MAX]).await.map_err(said)?.len();
    drop(disk);
    IndexedDb::delete(&name).await.map_err(said)?;
    let problem = match (kept, there.as_deref() == Some(&picture), whole) {
        (true, true, 4) => None,
        found => Some(format!("entries and device kept, picture there, entries: {found:?}")),
    };
    Ok(problem)
}

/// Writes until the browser gives no more room, at most 128 MB: what is not as the contract says, or nothing.
#[wasm_bindgen]
pub async fn filled(name: String) -> Result<Option<String>, JsValue> {
    let disk = IndexedDb::open(&name, Durability::Strict, Rc::new(|_| ())).await.map_err(said)?;
    let mut written = 0_u32;
    let fault = loop {
        // What there is no room for stands between what there may be room for.
        let large: Vec<u8> = (0..16).flat_map(|_| random::<65_536>()).collect();
        let entries = vec![vec![1], large, vec![3]];
        let device = Some((written + 1).to_le_bytes().to_vec());
        match disk.write(&Batch { expected_last: written * 3, entries, device, ..Batch::default() }).await {
            Ok(()) if written < 128 => written += 1,
            Ok(()) => break None,
            Err(fault) => break Some(fault),
        }
    };
    let disk = disk.again().await.map_err(said)?;
    let start = disk.read_start().await.map_err(said)?;
    let found = (fault, start.tail.len(), start.device);
    let right = (Some(StorageFault::Quota), written as usize * 3, Some(written.to_le_bytes().to_vec()));
    drop(disk);
    IndexedDb::delete(&name).await.map_err(said)?;
    Ok((found != right).then(|| format!("{found:?} is not {right:?}")))
}

/// Scales a picture down as the app does: its bytes.
#[wasm_bindgen]
pub async fn scaled(file: web_sys::File, longest_px: u32) -> Result<Vec<u8>, JsValue> {
    app::bench::scaled(&file.into(), longest_px).await.map_err(said)
}

/// Puts a field for a picture on the page, with the session's own pictures behind it; `id` is the one that is there.
#[wasm_bindgen(js_name = pictureField)]
pub fn picture_field(id: Option<String>) {
    mount_to_body(move || {
        let session = Session::start();
        Effect::new(move |begun: Option<bool>| {
            let begun = begun == Some(true);
            let ready = session.boot.get() != Boot::Opening;
            if ready && !begun {
                session.carry_pictures();
            }
            begun || ready
        });
        let (id, busy, fault) = (RwSignal::new(id), RwSignal::new(false), RwSignal::new(None));
        let take = Callback::new(move |chosen| {
            busy.set(true);
            fault.set(None);
            spawn_local(async move {
                match session.take_picture(chosen, 600).await {
                    Ok(taken) => id.set(Some(taken)),
                    Err(why) => fault.set(Some(why.words().get().to_owned())),
                }
                busy.set(false);
            });
        });
        view! {
            <main>
                <p data-testid="id">{move || id.get()}</p>
                <PictureField
                    label="Picture"
                    has=Signal::derive(move || id.with(Option::is_some))
                    url=session.picture(id.into())
                    on_choose=take
                    on_remove=move || id.set(None)
                    busy
                    fault
                />
            </main>
        }
    });
}

/// A tablet under measurement.
struct Tablet {
    handle: Rc<ReplicaHandle>,
    server: String,
    code: String,
    syncing: RefCell<Option<AbortHandle>>,
    /// Orders by the index with which they were written.
    written: RefCell<HashMap<u32, Uuid>>,
}

thread_local! {
    static TABLET: RefCell<Option<Rc<Tablet>>> = const { RefCell::new(None) };
}

fn tablet() -> Result<Rc<Tablet>, JsValue> {
    TABLET.with_borrow(Clone::clone).ok_or_else(|| "open first".into())
}

fn said(fault: impl Display) -> JsValue {
    js_sys::Error::new(&fault.to_string()).into()
}

fn now() -> f64 {
    // A window has it.
    window().performance().map_or(0.0, |performance| performance.now())
}

/// Makes or opens the local store; no network. `{server, shop, device, code}`: where to connect, the shop's name,
/// the tablet's name (its code, where it can be one), and the set-up or pairing code.
#[wasm_bindgen]
pub async fn open(options: Object) -> Result<(), JsValue> {
    let text = |key: &str| Reflect::get(&options, &key.into()).ok().and_then(|text| text.as_string());
    let (shop, device) = (text("shop").unwrap_or_default(), text("device").unwrap_or_default());
    let relaxed = query("durability").as_deref() == Some("relaxed");
    let durability = if relaxed { Durability::Relaxed } else { Durability::Strict };
    let name = format!("stallbook-bench-{shop}-{device}");
    let handle = ReplicaHandle::open(&name, durability).await.map_err(said)?;
    let code = text("code").unwrap_or_default();
    if handle.read(|replica| replica.device().shop.is_none()) && !lets_join(&code) {
        handle
            .start_shop(&shop, Currency::Gbp, WeightUnit::default(), &own_zone(), device_code(&device))
            .await
            .map_err(said)?;
    }
    let tablet = Tablet {
        handle,
        server: text("server").unwrap_or_else(origin),
        code,
        syncing: RefCell::default(),
        written: RefCell::default(),
    };
    TABLET.set(Some(Rc::new(tablet)));
    Ok(())
}

/// Eight digits, spaces aside, let a tablet join; anything else is a set-up code.
fn lets_join(code: &str) -> bool {
    let digits = code.chars().filter(|c| !c.is_whitespace());
    code.chars().all(|c| c.is_ascii_digit() || c.is_whitespace()) && digits.count() == 8
}

fn device_code(name: &str) -> Option<DeviceCode> {
    let fits = name.len() == 2 && name.chars().all(|c| DeviceCode::ALPHABET.contains(c));
    fits.then(|| DeviceCode(name.to_owned()))
}

/// Claims the server or joins the shop the first time, then keeps in step with it.
#[wasm_bindgen]
pub async fn connect() -> Result<(), JsValue> {
    let tablet = tablet()?;
    let (handle, server, code) = (&tablet.handle, &tablet.server, &tablet.code);
    let (shop, credential) = handle.read(|replica| {
        let device = replica.device();
        (device.shop.is_some(), device.credential.is_some())
    });
    if !shop {
        handle.join(server, code, None).await.map_err(said)?;
    } else if !credential {
        handle.claim(server, code).await.map_err(said)?;
    }
    if tablet.syncing.borrow().is_none() {
        let handle = Rc::clone(handle);
        let (syncing, stop) = abortable(async move { handle.run().await });
        tablet.syncing.replace(Some(stop));
        spawn_local(async {
            // Ends with `disconnect`.
            let _ = syncing.await;
        });
    }
    handle.wake();
    Ok(())
}

/// Stops syncing.
#[wasm_bindgen]
pub async fn disconnect() -> Result<(), JsValue> {
    if let Some(syncing) = tablet()?.syncing.take() {
        syncing.abort();
    }
    Ok(())
}

/// A code for the next tablet.
#[wasm_bindgen(js_name = pairingCode)]
pub async fn pairing_code() -> Result<String, JsValue> {
    Ok(tablet()?.handle.pairing_code().await.map_err(said)?.code)
}

/// An order of about 635 bytes of JSON with four lines.
fn order(index: u32) -> Command {
    const GOODS: [(&str, &str, i64); 6] = [
        ("White hanging heart t-light holder", "85123A", 255),
        ("Jumbo bag red retrospot", "85099B", 195),
        ("Regency cakestand 3 tier", "22423", 1_275),
        ("Party bunting", "47566", 495),
        ("Lunch bag black skull", "20727", 165),
        ("Assorted colour bird ornament", "84879", 169),
    ];
    let lines = (0..4_u32).filter_map(|nth| {
        let (item, spec, price) = *GOODS.get((index.wrapping_add(nth) % 6) as usize)?;
        let quantity = i64::from(index % 5 + nth + 1);
        Some(Line { id: nth + 1, item: item.into(), spec: spec.into(), quantity, price, ..Line::default() })
    });
    let content = Content {
        lines: lines.collect(),
        delivery: Delivery::Ship,
        method: Method::BankTransfer,
        note: format!("{MARK}{index}"),
        ..Content::default()
    };
    let buyer = Buyer {
        name: format!("Customer {:05}", 12_346 + index % 4_372),
        phone: format!("138{:08}", index.wrapping_mul(7_919) % 100_000_000),
        address: format!("{} Market Street, Leeds", index % 300 + 1),
    };
    Command::Confirm { new: Some((content, buyer)), copied_from: None, payments: Vec::new(), handed_over: false }
}

/// Before the index in an order's note.
const MARK: &str = "bench ";

/// Writes orders `offset…offset+n`, each its own commit: how long each took, ms.
#[wasm_bindgen(js_name = writeOrders)]
pub async fn write_orders(n: u32, offset: u32) -> Result<Array, JsValue> {
    let tablet = tablet()?;
    let took = Array::new();
    for index in offset..offset + n {
        let command = order(index);
        let began = now();
        let acted = tablet.handle.act(None, &command, tablet.handle.today()).await.map_err(said)?;
        took.push(&(now() - began).into());
        tablet.written.borrow_mut().insert(index, acted.order);
        tablet.keep_up();
    }
    Ok(took)
}

impl Tablet {
    /// Waits until the server, asked now, has everything of this tablet and the tablet everything of the server's; not
    /// at all where there is no connection.
    async fn in_step(&self) {
        if self.syncing.borrow().is_none() {
            return;
        }
        let asked_ms = now_ms();
        self.handle.wake();
        let since = |state: &SyncState| state.heard_ms.is_some_and(|heard_ms| heard_ms > asked_ms);
        let synced = |state: &SyncState| state.state == State::Synced && since(state);
        self.handle.until(|handle| synced(&handle.sync_state())).await;
    }

    /// What the app does beside its acts, connected or not; the next act waits for it.
    fn keep_up(&self) {
        let handle = Rc::clone(&self.handle);
        spawn_local(async move { handle.maintain().await });
    }
    /// Finds the orders that these indices were written as, on whichever tablet.
    fn find(&self, indices: &[u32]) -> Result<Vec<Uuid>, JsValue> {
        let mut written = self.written.borrow_mut();
        if indices.iter().any(|index| !written.contains_key(index)) {
            for summary in self.handle.read(replica::Replica::summaries) {
                if let Some(index) = summary.note.strip_prefix(MARK).and_then(|index| index.parse().ok()) {
                    written.insert(index, summary.id);
                }
            }
        }
        let find = |index: &u32| written.get(index).copied().ok_or_else(|| said(format!("no order {index} here")));
        indices.iter().map(find).collect()
    }
}

/// Pays or cancels the orders of these indices, each its own commit: how long each took, ms.
#[wasm_bindgen(js_name = editOrders)]
pub async fn edit_orders(indices: Vec<u32>, how: String) -> Result<Array, JsValue> {
    let tablet = tablet()?;
    let took = Array::new();
    for order in tablet.find(&indices)? {
        let owed = tablet.handle.read(|replica| replica.summary(order, now_ms())).map_or(0, |it| it.balance);
        let command = match how.as_str() {
            "pay" => Command::RecordPayment(NewPayment { method: Method::Cash, given: owed, deposit: false }),
            "cancel" => Command::Cancel("changed their mind".to_owned()),
            other => return Err(said(format!("{other} is neither pay nor cancel"))),
        };
        let began = now();
        tablet.handle.act(Some(order), &command, tablet.handle.today()).await.map_err(said)?;
        took.push(&(now() - began).into());
        tablet.keep_up();
    }
    Ok(took)
}

/// Waits until so many orders are here and the server has everything. Resolves with how long it took, ms.
#[wasm_bindgen]
pub async fn settled(options: Object) -> Result<f64, JsValue> {
    let tablet = tablet()?;
    let orders = Reflect::get(&options, &"orders".into())?.as_f64();
    let began = now();
    tablet
        .handle
        .until(|handle| {
            let enough = orders.is_none_or(|orders| handle.read(count_of) as f64 >= orders);
            enough && handle.sync_state().state == State::Synced
        })
        .await;
    Ok(now() - began)
}

/// How far the shop's log is here: the sequence of its last event.
#[wasm_bindgen]
pub async fn applied() -> Result<f64, JsValue> {
    Ok(tablet()?.handle.read(replica::Replica::cursor) as f64)
}

fn count_of(replica: &replica::Replica) -> usize {
    replica.counts(now_ms()).all()
}

/// How many orders there are.
#[wasm_bindgen]
pub async fn count() -> Result<f64, JsValue> {
    Ok(tablet()?.handle.read(count_of) as f64)
}

/// The digest of the log as this tablet has it.
#[wasm_bindgen]
pub async fn digest() -> Result<String, JsValue> {
    let tablet = tablet()?;
    tablet.in_step().await;
    Ok(tablet.handle.read(|replica| replica.digest().to_string()))
}

/// Of these orders, which were paid on one tablet and cancelled on the other: how many say so in words.
#[wasm_bindgen(js_name = doubleEditsVisible)]
pub async fn double_edits_visible(indices: Vec<u32>) -> Result<u32, JsValue> {
    let tablet = tablet()?;
    tablet.in_step().await;
    let mut visible = 0;
    for order in tablet.find(&indices)? {
        let Some(order) = tablet.handle.order(order).await.map_err(said)? else { continue };
        let paid = order.payments.iter().any(domain::order::Payment::counts);
        let explained = order.timeline.iter().any(|entry| {
            matches!(entry.event, Event::Order(OrderEvent::Cancelled(_))) && matches!(entry.outcome, Outcome::Voided(_))
        });
        visible += u32::from(paid && explained);
    }
    Ok(visible)
}

/// The newest 50.
#[wasm_bindgen(js_name = firstPage)]
pub async fn first_page() -> Result<Array, JsValue> {
    let page = tablet()?.handle.read(|replica| replica.page(&Filter::default(), 0, 50, now_ms()));
    let rows = Array::new();
    for row in page.rows {
        let shown = Object::new();
        let number = row.number.map(|number| number.0).unwrap_or_default();
        for (key, value) in [
            ("number", JsValue::from(number)),
            ("status", row.status.key().into()),
            ("name", row.name.into()),
            ("items", row.items.into()),
            ("minor", (row.total as f64).into()),
        ] {
            Reflect::set(&shown, &key.into(), &value)?;
        }
        rows.push(&shown);
    }
    Ok(rows)
}

/// How many orders a search finds; all that the list asks at a key stroke is asked.
#[wasm_bindgen]
pub async fn search(text: String) -> Result<u32, JsValue> {
    listed(&Filter { search: text, ..Filter::default() })
}

/// The same among those that many filters leave, sorted by their buyers.
#[wasm_bindgen]
pub async fn narrow(text: String) -> Result<u32, JsValue> {
    let only = vec![
        Facet::Method(Method::Cash),
        Facet::Method(Method::BankTransfer),
        Facet::Delivery(Delivery::Ship),
        Facet::Channel(Content::default().channel),
    ];
    let totals = (Some(1_000), Some(10_000_000));
    let placed_from_ms = Some(0);
    listed(&Filter {
        search: text,
        only,
        placed_from_ms,
        total_from: totals.0,
        total_to: totals.1,
        owed: true,
        sort: Sort { by: SortBy::Buyer, ascending: true },
        ..Filter::default()
    })
}

fn listed(filter: &Filter) -> Result<u32, JsValue> {
    const DAY_MS: i64 = 86_400_000;
    let day = |ms: i64| ms.div_euclid(DAY_MS) * DAY_MS..(ms.div_euclid(DAY_MS) + 1) * DAY_MS;
    let now_ms = now_ms();
    let (counts, days, page) = tablet()?.handle.read(|replica| {
        (replica.counts_of(filter, now_ms), replica.days(filter, day, now_ms), replica.page(filter, 0, 50, now_ms))
    });
    let of_days: usize = days.iter().map(|(_, sums)| sums.orders).sum();
    if counts.all() == page.matching && of_days == page.matching {
        Ok(u32::try_from(page.matching).unwrap_or(u32::MAX))
    } else {
        Err(said("the list does not agree with itself"))
    }
}

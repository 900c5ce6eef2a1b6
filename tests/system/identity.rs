//! Who is who, over real HTTP: a tablet whose storage was copied, and a server that was restored from a copy.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use domain::contact::Buyer;
use domain::order::{Command, Content, Line, Method, NewPayment};
use domain::weight::WeightUnit;
use domain::{Currency, Day};
use protocol::envelope::unstamp;
use protocol::{Envelope, Flag};
use replica::memory::MemoryDisk;
use sync_server::{Options, Running};
use tokio::task::LocalSet;
use uuid::Uuid;

use crate::tablet::Tablet;

const DAY: Day = Day { year: 2026, month: 11, day: 23 };

async fn sell(tablet: &Tablet, name: &str) -> Uuid {
    let line = Line { id: 1, item: "茶".into(), quantity: 2, price: 5_00, ..Line::default() };
    let content = Content { lines: vec![line], ..Content::default() };
    let buyer = Buyer { name: name.into(), ..Buyer::default() };
    let command =
        Command::Confirm { new: Some((content, buyer)), copied_from: None, payments: Vec::new(), handed_over: false };
    tablet.client.act(None, &command, DAY).await.unwrap().order
}

async fn pay(tablet: &Tablet, order: Uuid) {
    let payment = NewPayment { method: Method::Cash, given: 10_00, deposit: false };
    tablet.client.act(Some(order), &Command::RecordPayment(payment), DAY).await.unwrap();
}

/// A picture as large as one may be; a JPEG as far as anybody looks.
fn picture(n: u8) -> Vec<u8> {
    let mut bytes = vec![0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 0, 1, 0, 1, 1, 1, 17, 0, n];
    bytes.resize(protocol::MAX_BLOB_BYTES, n);
    bytes
}

/// A server, the tablet that claimed it and a second one, both syncing.
async fn shop(data: &Path, disks: &[MemoryDisk; 2]) -> (Running, [Tablet; 2]) {
    let server = sync_server::start(Options::on_free_port(data)).await.unwrap();
    let [first, second] = [Tablet::open(&disks[0], 1).await, Tablet::open(&disks[1], 2).await];
    first.client.start_shop("摊", Currency::Cny, WeightUnit::default(), "Asia/Shanghai", None).await.unwrap();
    first.client.claim(&server.url(), server.setup_code.as_deref().unwrap()).await.unwrap();
    let pairing = first.client.pairing_code().await.unwrap();
    second.client.join(&server.url(), &pairing.code, None).await.unwrap();
    first.sync();
    second.sync();
    (server, [first, second])
}

/// Every tablet has sent everything and has what the server has.
async fn together(tablets: &[&Tablet]) {
    loop {
        for tablet in tablets {
            tablet.until("sent", |tablet| tablet.client.is_settled()).await;
        }
        let head = tablets[0].server_page(0, 1).await.head;
        for tablet in tablets {
            tablet.settled(head).await;
        }
        if tablets.iter().all(|tablet| tablet.client.replica().cursor() == tablets[0].client.replica().cursor()) {
            return;
        }
    }
}

/// Ids of the server's log, each once; and how many events were flagged as a copy's.
async fn log(tablet: &Tablet) -> (BTreeSet<Uuid>, usize) {
    let page = tablet.server_page(0, 5_000).await;
    let mut flagged = 0;
    let ids: Vec<Uuid> = (page.events.iter())
        .map(|event| {
            let (text, stamp) = unstamp(event.get()).unwrap();
            flagged += usize::from(stamp.flags.contains(&Flag::ClonedDevice));
            Envelope::parse(&text).unwrap().id
        })
        .collect();
    let once: BTreeSet<Uuid> = ids.iter().copied().collect();
    assert_eq!(once.len(), ids.len(), "an event is in the log twice");
    (once, flagged)
}

#[tokio::test]
async fn every_tablet_vouches_for_a_time_that_the_server_told_it() {
    LocalSet::new().run_until(vouched()).await;
}

async fn vouched() {
    let folder = tempfile::tempdir().unwrap();
    let (server, [first, second]) = shop(folder.path(), &[MemoryDisk::new(), MemoryDisk::new()]).await;
    sell(&first, "known to all").await;
    together(&[&first, &second]).await;
    let all_heard = async {
        while first.client.devices().await.unwrap().devices.iter().any(|device| device.heard_ms.is_none()) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(150), all_heard).await.expect("no tablet says that it holds nothing");
    server.stop().await.unwrap();
}

#[tokio::test]
async fn a_copied_tablet_and_its_copy_go_on_as_two() {
    LocalSet::new().run_until(copied()).await;
}

async fn copied() {
    let folder = tempfile::tempdir().unwrap();
    let disks = [MemoryDisk::new(), MemoryDisk::new()];
    let (server, [first, second]) = shop(folder.path(), &disks).await;
    let order = sell(&first, "known to all").await;
    together(&[&first, &second]).await;
    first.cut();
    sell(&first, "waits on both").await;
    let copy = Tablet::open(&disks[0].copy(), 3).await;
    copy.cut();
    copy.sync();
    sell(&first, "the tablet's").await;
    sell(&copy, "the copy's").await;
    pay(&copy, order).await;
    first.join_again();
    first.until("sent", |tablet| tablet.client.replica().pending() == 0).await;
    copy.join_again();
    let renamed = |tablet: &Tablet| tablet.client.replica().device().former.len() == 1;
    copy.until("the copy has a name of its own", renamed).await;
    first.until("and so has the tablet", renamed).await;
    let later = sell(&copy, "later").await;
    pay(&first, sell(&first, "later too").await).await;
    together(&[&first, &second, &copy]).await;

    let (ids, flagged) = log(&first).await;
    assert!(flagged > 0 && ids.contains(&later), "the server saw the copy");
    let devices = second.client.devices().await.unwrap().devices;
    assert_eq!(devices.len(), 4, "the second tablet, the old name, and a new one for each");
    let mut names = BTreeSet::new();
    for tablet in [&first, &second, &copy] {
        let replica = tablet.client.replica();
        assert!(!replica.is_cloned() && names.insert(replica.device().id));
        assert!(devices.iter().any(|known| known.id == replica.device().id
            && Some(&known.code) == replica.device().code.as_ref()
            && known.revoked_ms.is_none()));
        assert_eq!(replica.counts(0).all(), 6);
        assert_eq!(replica.digest(), first.client.replica().digest());
        assert_eq!(replica.duplicate_numbers().len(), 1, "given out by both in the time between");
    }
    assert!(second.client.replica().device().former.is_empty(), "the other tablet stays who it is");
    server.stop().await.unwrap();
}

#[tokio::test]
async fn a_server_restored_under_a_new_epoch_gets_back_what_the_copy_lacks() {
    LocalSet::new().run_until(restored()).await;
}

async fn restored() {
    let (folder, backup) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let disks = [MemoryDisk::new(), MemoryDisk::new()];
    let (server, [first, second]) = shop(folder.path(), &disks).await;
    let order = sell(&first, "before the copy").await;
    let [early, late] = [1, 2].map(picture);
    let early_id = first.client.keep_blob(&early).await.unwrap();
    together(&[&first, &second]).await;
    let addr = server.addr;
    server.stop().await.unwrap();
    copy_files(folder.path(), backup.path());
    let options = Options { addr, ..Options::on_free_port(folder.path()) };
    let server = sync_server::start(options.clone()).await.unwrap();
    first.join_again();
    second.join_again();
    pay(&second, order).await;
    let lost = sell(&second, "after the copy").await;
    let late_id = second.client.keep_blob(&late).await.unwrap();
    together(&[&first, &second]).await;
    assert_eq!(second.client.blob(early_id).await.unwrap(), Some(early), "from the server");
    let (before, _) = log(&first).await;
    let epoch = first.client.replica().epoch();
    server.stop().await.unwrap();

    // The machine is lost. On each tablet something waits to be sent, made before and after the restore.
    first.cut();
    let waiting = sell(&first, "not sent yet").await;
    copy_files(backup.path(), folder.path());
    let server = sync_server::start(Options { new_epoch: true, ..options }).await.unwrap();
    pay(&first, waiting).await;
    first.join_again();
    second.join_again();
    first.until("the new epoch", |tablet| tablet.client.replica().epoch() != epoch).await;
    together(&[&first, &second]).await;

    let (after, flagged) = log(&first).await;
    assert!(after.is_superset(&before) && after.contains(&waiting) && flagged == 0);
    assert_eq!(first.client.blob(late_id).await.unwrap(), Some(late), "the server has it again");
    for tablet in [&first, &second] {
        let replica = tablet.client.replica();
        assert_eq!((replica.pending(), replica.counts(0).all(), replica.conflicted()), (0, 3, vec![]));
        assert_eq!(replica.digest(), first.client.replica().digest());
        assert!(replica.device().former.is_empty());
        let paid = |order| replica.summary(order, 0).map(|row| row.total - row.balance);
        assert_eq!([order, lost, waiting].map(paid), [Some(10_00), Some(0), Some(10_00)]);
    }
    server.stop().await.unwrap();
}

fn copy_files(from: &Path, to: &Path) {
    for file in std::fs::read_dir(to).unwrap() {
        std::fs::remove_file(file.unwrap().path()).unwrap();
    }
    for file in std::fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

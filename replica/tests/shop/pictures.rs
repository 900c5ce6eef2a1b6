//! Stories of pictures: kept here first, sent beside the log, and there on the other tablet without a network.

use domain::StreamKind;
use domain::record::{Changed, RecordEvent, Value};
use protocol::{BlobFault, BlobId, MAX_BLOB_BYTES, ProblemType};
use replica::Act;
use replica::blobs::BlobStore;
use replica::client::KeepFault;
use replica::memory::Trouble;
use replica::storage::StorageFault;
use replica::sync::State;

use crate::support::{DAY, Stall};

fn picture(n: u8) -> Vec<u8> {
    [0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 0, 1, 0, 1, 1, 1, 17, 0, n].into_iter().chain([7; 900]).collect()
}

#[test]
fn a_picture_taken_offline_is_sent_and_seen_on_the_other_tablet_without_a_network() {
    let mut stall = Stall::new(2);
    stall.settle();
    stall.tablets[0].network.cut.set(true);
    let id = stall.keep(0, &picture(1));
    let tab = stall.tablets[0].tab.clone();
    assert_eq!(stall.wait(tab.blob(id)).unwrap(), Some(picture(1)), "at once, from here");
    assert_eq!(tab.sync_state().blobs, 1);
    assert_ne!(tab.sync_state().state, State::Synced);
    stall.restart(0);
    assert_eq!(stall.tablets[0].tab.sync_state().blobs, 1, "a new start knows of it");
    stall.tablets[0].network.cut.set(false);
    stall.settle();
    assert_eq!(stall.server.state.borrow().blobs[&id], picture(1));
    assert_eq!(stall.tablets[0].tab.sync_state().blobs, 0);

    let other = stall.tablets[1].tab.clone();
    other.want_blobs([id]);
    stall.start(1);
    stall.until("fetched", |stall| stall.held(&other, id).is_some());
    stall.pause(1);
    stall.tablets[1].network.cut.set(true);
    assert_eq!(stall.wait(other.blob(id)).unwrap(), Some(picture(1)));
    assert_eq!(other.sync_state().blobs, 0, "what was fetched is not sent back");
}

#[test]
fn nothing_is_synced_while_a_picture_is_not_sent() {
    let mut stall = Stall::new(1);
    stall.settle();
    stall.server.state.borrow_mut().refuse_blobs = Some(ProblemType::Unavailable);
    stall.keep(0, &picture(1));
    stall.start(0);
    let later = stall.tablets[0].tab.now_ms() + 300_000;
    stall.until("five minutes", |stall| stall.tablets[0].tab.now_ms() > later);
    assert_eq!(stall.tablets[0].tab.sync_state().state, State::Pending);
    assert!(!stall.tablets[0].tab.is_settled());
    assert!(stall.calls().len() < 20, "it is tried less and less often");
    let order = stall.sell(0, "events go on");
    stall.until("sent", |stall| !stall.tablets[0].tab.replica().is_unsent(order.order));
    stall.server.state.borrow_mut().refuse_blobs = None;
    stall.until("settled", |stall| stall.tablets[0].tab.is_settled());
}

#[test]
fn what_needs_a_person_is_an_error_and_a_full_server_heals() {
    for (kind, heals) in [(ProblemType::StorageFull, true), (ProblemType::NotAPicture, false)] {
        let mut stall = Stall::new(1);
        stall.settle();
        stall.server.state.borrow_mut().refuse_blobs = Some(kind);
        stall.keep(0, &picture(1));
        stall.start(0);
        stall.until("told", |stall| stall.tablets[0].tab.sync_state().state == State::Error);
        stall.server.state.borrow_mut().refuse_blobs = None;
        if heals {
            stall.until("settled", |stall| stall.tablets[0].tab.is_settled());
        }
        stall.keep(0, &picture(2));
        stall.until("the next one goes on", |stall| !stall.server.state.borrow().blobs.is_empty());
    }
}

#[test]
fn a_lost_answer_does_no_harm_and_the_bytes_do_not_travel_twice() {
    let mut stall = Stall::new(1);
    stall.settle();
    stall.calls();
    let id = stall.keep(0, &picture(1));
    stall.server.state.borrow_mut().lose_blob_answers = 2;
    stall.settle_one(0);
    assert_eq!(stall.calls(), [format!("PUT {id}"), "POST missing".to_owned(), "POST missing".to_owned()]);
    assert_eq!(stall.server.state.borrow().blobs.len(), 1);
}

#[test]
fn many_pictures_are_asked_for_at_once_and_only_those_that_are_missing_are_sent() {
    let mut stall = Stall::new(2);
    stall.settle();
    let ids: Vec<BlobId> = (0..5).map(|n| stall.keep(0, &picture(n))).collect();
    stall.settle_one(0);
    stall.calls();
    // The other tablet has the same pictures, and one more, before it hears of any.
    for n in 0..6 {
        stall.keep(1, &picture(n));
    }
    stall.restart(1);
    stall.settle_one(1);
    let sixth = BlobId::of(&picture(5));
    assert_eq!(stall.calls(), ["POST missing".to_owned(), format!("PUT {sixth}")]);
    assert_eq!(stall.server.state.borrow().blobs.len(), ids.len() + 1);
}

#[test]
fn a_restored_server_gets_the_pictures_again() {
    let mut stall = Stall::new(2);
    stall.sell(0, "a");
    let ids: Vec<BlobId> = (0..3).map(|n| stall.keep(0, &picture(n))).collect();
    stall.settle();
    // The other tablet has one of them. The one that took them is off.
    stall.tablets[1].tab.want_blobs([ids[1]]);
    let other = stall.tablets[1].tab.clone();
    stall.start(1);
    stall.until("fetched", |stall| stall.held(&other, ids[1]).is_some());
    stall.pause(1);
    stall.server.restore(1);
    stall.server.state.borrow_mut().blobs.clear();
    stall.settle_one(1);
    assert_eq!(stall.server.state.borrow().blobs.keys().copied().collect::<Vec<_>>(), [ids[1]]);
    stall.calls();
    stall.settle();
    assert_eq!(stall.server.state.borrow().blobs.len(), 3);
    let puts = stall.calls().into_iter().filter(|call| call.starts_with("PUT")).count();
    assert_eq!(puts, 2, "what the server has is not sent again");
}

#[test]
fn an_answer_of_before_the_restore_counts_for_nothing() {
    let stall = Stall::new(1);
    let id = stall.keep(0, &picture(1));
    let storage = stall.tablets[0].tab.storage();
    let [before, after] = [1, 2].map(uuid::Uuid::from_u128);
    stall.wait(storage.offer_blobs(after)).unwrap();
    stall.wait(storage.blobs_sent(&[id], before)).unwrap();
    assert_eq!(stall.wait(storage.unsent_blobs()).unwrap(), [id]);
    stall.wait(storage.blobs_sent(&[id], after)).unwrap();
    assert_eq!(stall.wait(storage.unsent_blobs()).unwrap(), []);
}

#[test]
fn a_picture_that_the_server_does_not_have_yet_comes_when_it_has() {
    let mut stall = Stall::new(2);
    stall.settle();
    let other = stall.tablets[1].tab.clone();
    let id = BlobId::of(&picture(1));
    stall.start(1);
    stall.until("in touch", |stall| stall.tablets[1].tab.is_settled());
    assert_eq!(stall.wait(other.blob(id)).unwrap(), None);
    stall.keep(0, &picture(1));
    stall.settle_one(0);
    stall.until("fetched", |stall| stall.held(&other, id).is_some());
}

#[test]
fn what_records_name_comes_by_itself() {
    let mut stall = Stall::new(2);
    stall.settle();
    let set = |field: &str, id: BlobId| {
        let set = [(field.to_owned(), Some(Value::Text(id.to_string())))].into();
        Changed { set, settles: None }
    };
    let pictures = [1, 2, 3].map(picture);
    let ids = [0, 1, 2].map(|n: usize| stall.keep(0, &pictures[n]));
    let product = Act::Record(StreamKind::Product, None, vec![RecordEvent::Changed(set("picture", ids[0]))]);
    let tab = stall.tablets[0].tab.clone();
    stall.wait(tab.act_all(&[product, Act::Shop(set("method/alipay/picture", ids[1]))], DAY)).unwrap();
    stall.settle_one(0);
    // The other tablet hears of the records, and fetches what they name.
    let other = stall.tablets[1].tab.clone();
    stall.start(1);
    stall.until("fetched", |stall| ids[..2].iter().all(|id| stall.held(&other, *id).is_some()));
    assert_eq!(stall.held(&other, ids[2]), None, "nobody names it");
    stall.pause(1);
    // Named while it was off, and its process started over.
    let third = Act::Record(StreamKind::Product, None, vec![RecordEvent::Changed(set("variant/7/picture", ids[2]))]);
    stall.wait(tab.act_all(&[third], DAY)).unwrap();
    stall.settle();
    stall.restart(1);
    stall.start(1);
    let other = stall.tablets[1].tab.clone();
    stall.until("fetched too", |stall| stall.held(&other, ids[2]) == Some(pictures[2].clone()));
}

#[test]
fn what_comes_under_a_name_that_is_not_its_own_is_not_taken() {
    let mut stall = Stall::new(1);
    stall.settle();
    let id = BlobId::of(&picture(1));
    stall.server.state.borrow_mut().blobs.insert(id, picture(2));
    let tab = stall.tablets[0].tab.clone();
    assert_eq!(stall.wait(tab.blob(id)).unwrap(), None);
    stall.tablets[0].network.portal.set(true);
    assert_eq!(stall.wait(tab.blob(BlobId::of(&picture(3)))).unwrap(), None, "a network's sign-in page");
    assert_eq!(stall.wait(tab.storage().blob_ids()).unwrap(), []);
}

#[test]
fn a_networks_sign_in_page_takes_no_picture() {
    let mut stall = Stall::new(1);
    stall.settle();
    stall.keep(0, &picture(1));
    stall.start(0);
    stall.tablets[0].network.portal.set(true);
    let later = stall.tablets[0].tab.now_ms() + 600_000;
    stall.until("ten minutes", |stall| stall.tablets[0].tab.now_ms() > later);
    assert_eq!(stall.tablets[0].tab.sync_state().blobs, 1);
    stall.tablets[0].network.portal.set(false);
    stall.settle();
    assert_eq!(stall.server.state.borrow().blobs.len(), 1);
}

#[test]
fn what_is_no_picture_or_does_not_fit_is_not_kept() {
    let mut stall = Stall::new(1);
    let tab = stall.tablets[0].tab.clone();
    let keep = |bytes: &[u8]| stall.wait(tab.keep_blob(bytes));
    assert_eq!(keep(b"<svg>"), Err(KeepFault::Unfit(BlobFault::NotAPicture)));
    let mut large = picture(1);
    large.resize(MAX_BLOB_BYTES + 1, 0);
    assert_eq!(keep(&large), Err(KeepFault::Unfit(BlobFault::TooLarge(400_001))));
    stall.tablets[0].disk.plan(Trouble::FailWrite(StorageFault::Quota));
    assert_eq!(keep(&picture(1)), Err(KeepFault::Storage(StorageFault::Quota)));
    assert_eq!((stall.wait(tab.storage().blob_ids()).unwrap(), tab.sync_state().blobs), (vec![], 0));
    for trouble in [Trouble::LoseAnswer, Trouble::FailWrite(StorageFault::Closed)] {
        stall.tablets[0].disk.plan(trouble);
        stall.keep(0, &picture(2));
    }
    stall.restart(0);
    assert_eq!(stall.tablets[0].tab.sync_state().blobs, 1);
}

#[test]
fn a_picture_taken_in_another_tab_is_sent_by_the_one_that_syncs() {
    let mut stall = Stall::new(1);
    stall.settle();
    stall.start(0);
    let second = stall.second_tab(0);
    stall.wait(second.keep_blob(&picture(1))).unwrap();
    stall.wait(stall.tablets[0].tab.refresh()).unwrap();
    stall.until("sent", |stall| stall.server.state.borrow().blobs.len() == 1);
    stall.until("settled", |stall| stall.tablets[0].tab.is_settled());
    stall.wait(second.refresh()).unwrap();
    assert_eq!(second.sync_state().blobs, 0);
}

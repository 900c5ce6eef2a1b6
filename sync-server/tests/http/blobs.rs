//! Pictures beside the log: kept once, checked, and seen by their shop only.

use protocol::api::{AskBlobs, BlobKept, Hello, MissingBlobs};
use protocol::{BlobId, MAX_BLOB_BYTES, MAX_BLOBS_ASKED, ProblemType};
use reqwest::{Method, Response};

use crate::client::{Device, TestApp, new_id, problem, read};

/// A JPEG as far as anybody looks; compresses well.
pub fn picture(length: usize) -> Vec<u8> {
    let mut bytes = vec![0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 0, 1, 0, 1, 1, 1, 17, 0];
    bytes.resize(length, 7);
    bytes
}

pub async fn put(device: &Device, id: BlobId, bytes: &[u8]) -> Response {
    device.request(Method::PUT, &format!("blobs/{id}")).body(bytes.to_vec()).send().await.unwrap()
}

async fn get(device: &Device, id: BlobId) -> Response {
    device.request(Method::GET, &format!("blobs/{id}")).send().await.unwrap()
}

async fn missing(device: &Device, ids: &[BlobId]) -> MissingBlobs {
    let asked = AskBlobs { ids: ids.to_vec() };
    read(device.request(Method::POST, "blobs/missing").json(&asked).send().await.unwrap(), 200).await
}

#[tokio::test]
async fn one_tablet_sends_a_picture_the_other_sees_it() {
    let app = TestApp::start().await;
    let first = app.first_device().await;
    let second = app.next_device(&first).await;
    let (bytes, other) = (picture(MAX_BLOB_BYTES), BlobId::of(b"another"));
    let id = BlobId::of(&bytes);
    assert_eq!(missing(&second, &[other, id]).await.missing, [other, id]);
    assert_eq!(problem(get(&second, id).await).await, ProblemType::NotFound);
    let hello: Hello = read(app.get("/api/v1/hello").await, 200).await;
    let kept: BlobKept = read(put(&first, id, &bytes).await, 201).await;
    assert_eq!(kept, BlobKept { id, epoch: hello.epoch });
    // The answer was lost; and another tablet has the same picture.
    for device in [&first, &second] {
        assert_eq!(read::<BlobKept>(put(device, id, &bytes).await, 200).await, kept);
    }
    assert_eq!(missing(&second, &[other, id]).await, MissingBlobs { missing: vec![other], epoch: hello.epoch });
    let app = app.restart().await;
    let seen = get(&second.at(&app), id).await;
    let headers = seen.headers().clone();
    assert_eq!(headers["content-type"], "image/jpeg");
    assert_eq!(headers["cache-control"], "no-store");
    assert_eq!(headers["x-content-type-options"], "nosniff");
    assert_eq!(headers.get("content-encoding"), None, "pictures are packed already");
    assert!(seen.bytes().await.unwrap() == bytes, "byte for byte");
}

#[tokio::test]
async fn what_is_no_picture_of_that_name_is_refused() {
    let app = TestApp::start().await;
    let first = app.first_device().await;
    let large = picture(MAX_BLOB_BYTES + 1);
    assert_eq!(problem(put(&first, BlobId::of(&large), &large).await).await, ProblemType::TooLarge);
    let larger = picture(2_000_000);
    assert_eq!(problem(put(&first, BlobId::of(&larger), &larger).await).await, ProblemType::TooLarge);
    for other in [&b""[..], b"GIF89a", b"<svg onload='x'>", b"{}"] {
        assert_eq!(problem(put(&first, BlobId::of(other), other).await).await, ProblemType::NotAPicture);
    }
    let bytes = picture(100);
    let id = BlobId::of(&bytes);
    assert_eq!(problem(put(&first, BlobId::of(b"x"), &bytes).await).await, ProblemType::WrongBlob);
    assert_eq!(missing(&first, &[id]).await.missing, [id], "nothing of it was kept");
    for odd in [id.to_string().to_uppercase(), "x".to_owned()] {
        let answer = first.request(Method::PUT, &format!("blobs/{odd}")).body(bytes.clone()).send().await.unwrap();
        assert_eq!(problem(answer).await, ProblemType::Malformed, "{odd}");
    }
    let many = AskBlobs { ids: vec![id; MAX_BLOBS_ASKED + 1] };
    let answer = first.request(Method::POST, "blobs/missing").json(&many).send().await.unwrap();
    assert_eq!(problem(answer).await, ProblemType::TooLarge);
}

#[tokio::test]
async fn a_shop_never_sees_anothers_pictures() {
    let app = TestApp::start().await;
    let first = app.first_device().await;
    let bytes = picture(100);
    let id = BlobId::of(&bytes);
    read::<BlobKept>(put(&first, id, &bytes).await, 201).await;
    let elsewhere = Device { shop: new_id(), ..first.clone() };
    let stranger = Device { credential: "0".repeat(64), ..first };
    for (device, kind) in [(elsewhere, ProblemType::Forbidden), (stranger, ProblemType::Unauthenticated)] {
        let answer = get(&device, id).await;
        assert_eq!(answer.headers()["cache-control"], "no-store");
        assert_eq!(problem(answer).await, kind);
        assert_eq!(problem(put(&device, id, &bytes).await).await, kind);
        let asked = AskBlobs { ids: vec![id] };
        let answer = device.request(Method::POST, "blobs/missing").json(&asked).send().await.unwrap();
        assert_eq!(problem(answer).await, kind);
    }
}

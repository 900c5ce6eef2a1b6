//! Every way a call can fail, as the problem document that goes out. Handlers return [`Fault`]; what axum or a layer
//! refuses by itself is made into a document by [`documents`].

use axum::body::to_bytes;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::{Problem, ProblemType, problem};

use crate::store::StoreFault;

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// A stable type, and no more to say.
    #[error("{0:?}")]
    Plain(ProblemType),
    /// A stable type, and what happened this time.
    #[error("{0:?}: {1}")]
    Because(ProblemType, String),
    /// Too many wrong attempts; seconds to wait.
    #[error("too many attempts; {0} s to wait")]
    TooMany(u64),
    /// The store gave no answer.
    #[error(transparent)]
    Store(#[from] StoreFault),
}

impl From<ProblemType> for Fault {
    fn from(kind: ProblemType) -> Self {
        Self::Plain(kind)
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        match self {
            Self::Plain(kind) => document(&Problem::new(kind, None)),
            Self::Because(kind, detail) => document(&Problem::new(kind, detail)),
            Self::TooMany(seconds) => {
                let mut response = document(&Problem::new(ProblemType::TooMany, None));
                response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
                response
            }
            Self::Store(StoreFault::Full) => {
                tracing::error!("the disk is full");
                document(&Problem::new(ProblemType::StorageFull, None))
            }
            Self::Store(fault) => {
                // The database's words are for the log; they say nothing to a tablet.
                tracing::error!(%fault, "the store failed");
                document(&Problem::new(ProblemType::Unavailable, None))
            }
        }
    }
}

fn document(problem: &Problem) -> Response {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = serde_json::to_string(problem).unwrap_or_default();
    let mut response = (status, body).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(problem::MEDIA_TYPE));
    response
}

/// Makes a document of an answer that refuses without one, keeping its status and headers.
pub async fn documents(response: Response) -> Response {
    let status = response.status();
    let is_document = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == problem::MEDIA_TYPE);
    if is_document || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let kind = match status {
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => ProblemType::NotFound,
        StatusCode::PAYLOAD_TOO_LARGE => ProblemType::TooLarge,
        StatusCode::REQUEST_TIMEOUT => ProblemType::Unavailable,
        status if status.is_client_error() => ProblemType::Malformed,
        StatusCode::SERVICE_UNAVAILABLE => ProblemType::Unavailable,
        _ => ProblemType::Internal,
    };
    let (mut parts, body) = response.into_parts();
    // The words of a refusal help whoever writes a client; those of a defect stay here.
    let words = if status.is_client_error() {
        to_bytes(body, 500).await.ok().and_then(|bytes| String::from_utf8(bytes.into()).ok())
    } else {
        None
    };
    let mut problem = Problem::new(kind, words.filter(|words| !words.is_empty()));
    problem.status = status.as_u16();
    let document = document(&problem);
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(problem::MEDIA_TYPE));
    Response::from_parts(parts, document.into_body())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_as_one_and_any_other_fault_of_the_store_is_not() {
        let status = |fault: StoreFault| Fault::from(fault).into_response().status().as_u16();
        assert_eq!(status(StoreFault::Full), 507);
        assert_eq!(status(StoreFault::Corrupt("id")), 503);
    }
}

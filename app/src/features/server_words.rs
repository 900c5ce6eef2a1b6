//! Why the server did not do what was asked, in words: what happened, what is safe, what to do now.

use protocol::ProblemType;

use crate::session::{ActFault, ServerFault};
use crate::text::{Phrase, fault, server};

/// In a sentence or two.
pub fn words(why: &ServerFault) -> Phrase {
    match why {
        // What makes no sense is no server of ours, but a gateway or a page in between.
        ServerFault::Unreachable(_) | ServerFault::Nonsense => server::UNREACHABLE,
        ServerFault::Act(ActFault::Storage(_)) => fault::NOT_SAVED,
        ServerFault::Act(_) | ServerFault::NotConnected => server::NOT_HERE,
        ServerFault::Problem(problem) => refused(problem.kind),
    }
}

fn refused(kind: ProblemType) -> Phrase {
    match kind {
        ProblemType::BadSetupCode => server::BAD_SETUP_CODE,
        ProblemType::BadPairingCode => server::BAD_PAIRING_CODE,
        ProblemType::DeviceKnown => server::DEVICE_KNOWN,
        ProblemType::NoMoreDevices => server::NO_MORE_DEVICES,
        ProblemType::TooMany => server::TOO_MANY,
        ProblemType::LastDevice => server::LAST_DEVICE,
        ProblemType::Unauthenticated | ProblemType::Forbidden => server::NOT_KNOWN,
        ProblemType::Unavailable | ProblemType::Internal => server::BROKEN,
        _ => server::REFUSED,
    }
}

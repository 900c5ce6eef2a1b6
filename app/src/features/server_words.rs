//! Why the server did not do what was asked, in words: what happened, what is safe, what to do now.

use protocol::ProblemType;

use crate::session::ServerFault;
use crate::text::{Phrase, fault, server};

/// In a sentence or two.
pub fn words(why: &ServerFault) -> Phrase {
    match why {
        ServerFault::Unreachable => server::UNREACHABLE,
        ServerFault::NotSaved(_) => fault::NOT_SAVED,
        ServerFault::NotHere => server::NOT_HERE,
        ServerFault::Refused(ProblemType::BadSetupCode) => server::BAD_SETUP_CODE,
        ServerFault::Refused(ProblemType::BadPairingCode) => server::BAD_PAIRING_CODE,
        ServerFault::Refused(ProblemType::DeviceKnown) => server::DEVICE_KNOWN,
        ServerFault::Refused(ProblemType::NoMoreDevices) => server::NO_MORE_DEVICES,
        ServerFault::Refused(ProblemType::TooMany) => server::TOO_MANY,
        ServerFault::Refused(ProblemType::LastDevice) => server::LAST_DEVICE,
        ServerFault::Refused(ProblemType::Unauthenticated | ProblemType::Forbidden) => server::NOT_KNOWN,
        ServerFault::Refused(ProblemType::Unavailable | ProblemType::Internal) => server::BROKEN,
        ServerFault::Refused(_) => server::REFUSED,
    }
}

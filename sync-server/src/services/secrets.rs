//! Credentials and codes: drawn from the system's randomness, kept as hashes only.

use protocol::ProblemType;
use protocol::hex::Hex;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::fault::Fault;
use crate::store::SecretHash;

/// Letters and digits that are not mistaken for one another.
const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
/// Where the letters begin in [`ALPHABET`]: a device's code begins with one.
const LETTERS_FROM: usize = 8;
/// Characters of a set-up code: 60 bits.
const SETUP_CHARACTERS: usize = 12;

/// A text that is shown once and kept as a hash.
#[derive(Clone)]
pub struct Secret {
    /// What the person or the device keeps.
    pub text: String,
    /// What the server keeps.
    pub hash: SecretHash,
}

impl Secret {
    fn new(text: String, hash: SecretHash) -> Self {
        Self { text, hash }
    }
}

/// The hash under which a secret is kept.
pub fn hash(secret: &str) -> SecretHash {
    Sha256::digest(secret.as_bytes()).into()
}

fn random<const N: usize>() -> Result<[u8; N], Fault> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|_| Fault::Because(ProblemType::Unavailable, "the system gives no randomness".to_owned()))?;
    Ok(bytes)
}

/// A device's credential: 256 bits as 64 hexadecimal digits.
pub fn credential() -> Result<Secret, Fault> {
    let text = Hex(&random::<32>()?).to_string();
    let hash = hash(&text);
    Ok(Secret::new(text, hash))
}

/// A set-up code, in groups of four.
pub fn setup_code() -> Result<Secret, Fault> {
    let letters: Vec<char> = random::<SETUP_CHARACTERS>()?.into_iter().map(letter).collect();
    let text = letters.chunks(4).map(String::from_iter).collect::<Vec<_>>().join("-");
    let hash = setup_hash(&text);
    Ok(Secret::new(text, hash))
}

/// The hash of a set-up code as a person typed it: case, spaces and hyphens don't matter.
pub fn setup_hash(typed: &str) -> SecretHash {
    hash(&typed.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase())
}

/// A pairing code: eight digits.
pub fn pairing_code() -> Result<Secret, Fault> {
    let text = format!("{:08}", u64::from_le_bytes(random()?) % 100_000_000);
    let hash = pairing_hash(&text);
    Ok(Secret::new(text, hash))
}

/// The hash of a pairing code as a person typed it: only its digits matter.
pub fn pairing_hash(typed: &str) -> SecretHash {
    hash(&typed.chars().filter(char::is_ascii_digit).collect::<String>())
}

/// A random id, for epochs.
pub fn id() -> Result<Uuid, Fault> {
    Ok(uuid::Builder::from_random_bytes(random()?).into_uuid())
}

/// Two characters, capital letters or digits, as a device's code may be.
pub fn is_device_code(code: &str) -> bool {
    code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// Every code that the server gives out, from a random one on.
pub fn device_codes() -> Result<Vec<String>, Fault> {
    let letters = ALPHABET.get(LETTERS_FROM..).unwrap_or_default();
    let mut codes: Vec<String> = letters
        .iter()
        .flat_map(|first| ALPHABET.iter().map(|second| [char::from(*first), char::from(*second)].iter().collect()))
        .collect();
    let start = usize::from(u16::from_le_bytes(random()?)) % codes.len();
    codes.rotate_left(start);
    Ok(codes)
}

fn letter(byte: u8) -> char {
    ALPHABET.get(usize::from(byte % 32)).copied().map_or('2', char::from)
}

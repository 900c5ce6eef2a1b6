//! The compact binary form of what a replica keeps on its disk: variable-length integers, strings, ids.

use uuid::Uuid;

/// Bytes that can't be what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("what was read from the storage is damaged")]
pub struct Damaged;

/// Writes a record.
#[derive(Debug, Default)]
pub(crate) struct Writer(pub(crate) Vec<u8>);

impl Writer {
    pub(crate) fn u8(&mut self, value: u8) {
        self.0.push(value);
    }
    pub(crate) fn bool(&mut self, value: bool) {
        self.0.push(u8::from(value));
    }
    /// Seven bits a byte, the lowest first.
    pub(crate) fn uint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }
    /// Zigzag, so that small negative numbers are short.
    pub(crate) fn int(&mut self, value: i64) {
        self.uint(((value << 1) ^ (value >> 63)) as u64);
    }
    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }
    pub(crate) fn uuid(&mut self, id: Uuid) {
        self.raw(id.as_bytes());
    }
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.uint(bytes.len() as u64);
        self.raw(bytes);
    }
    pub(crate) fn str(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }
    pub(crate) fn option<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.bool(value.is_some());
        if let Some(value) = value {
            write(self, value);
        }
    }
    pub(crate) fn list<T>(&mut self, items: impl ExactSizeIterator<Item = T>, mut write: impl FnMut(&mut Self, T)) {
        self.uint(items.len() as u64);
        for item in items {
            write(self, item);
        }
    }
}

/// Reads a record.
#[derive(Clone, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    len: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, len: bytes.len() }
    }
    /// How far it has read.
    pub(crate) fn at(&self) -> usize {
        self.len - self.rest.len()
    }
    pub(crate) fn is_done(&self) -> bool {
        self.rest.is_empty()
    }
    pub(crate) fn u8(&mut self) -> Result<u8, Damaged> {
        let (first, rest) = self.rest.split_first().ok_or(Damaged)?;
        self.rest = rest;
        Ok(*first)
    }
    pub(crate) fn bool(&mut self) -> Result<bool, Damaged> {
        Ok(self.u8()? != 0)
    }
    pub(crate) fn uint(&mut self) -> Result<u64, Damaged> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.u8()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Damaged)
    }
    pub(crate) fn u32(&mut self) -> Result<u32, Damaged> {
        u32::try_from(self.uint()?).map_err(|_| Damaged)
    }
    pub(crate) fn int(&mut self) -> Result<i64, Damaged> {
        let value = self.uint()?;
        Ok((value >> 1) as i64 ^ -((value & 1) as i64))
    }
    pub(crate) fn raw(&mut self, count: usize) -> Result<&'a [u8], Damaged> {
        let (bytes, rest) = self.rest.split_at_checked(count).ok_or(Damaged)?;
        self.rest = rest;
        Ok(bytes)
    }
    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], Damaged> {
        self.raw(N)?.try_into().map_err(|_| Damaged)
    }
    pub(crate) fn uuid(&mut self) -> Result<Uuid, Damaged> {
        Ok(Uuid::from_bytes(self.array()?))
    }
    pub(crate) fn bytes(&mut self) -> Result<&'a [u8], Damaged> {
        let count = usize::try_from(self.uint()?).map_err(|_| Damaged)?;
        self.raw(count)
    }
    pub(crate) fn str(&mut self) -> Result<&'a str, Damaged> {
        std::str::from_utf8(self.bytes()?).map_err(|_| Damaged)
    }
    pub(crate) fn option<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, Damaged>,
    ) -> Result<Option<T>, Damaged> {
        if self.bool()? { read(self).map(Some) } else { Ok(None) }
    }
    pub(crate) fn list<T>(&mut self, mut read: impl FnMut(&mut Self) -> Result<T, Damaged>) -> Result<Vec<T>, Damaged> {
        let count = usize::try_from(self.uint()?).map_err(|_| Damaged)?;
        // Every item takes a byte at least: a damaged count must not ask for all the memory there is.
        if count > self.rest.len() {
            return Err(Damaged);
        }
        let mut items = Vec::with_capacity(count);
        for _ in 0..count {
            items.push(read(self)?);
        }
        Ok(items)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(uint: u64, int: i64, text: String, items: Vec<u32>, maybe: Option<i64>) {
            let mut writer = Writer::default();
            writer.uint(uint);
            writer.int(int);
            writer.str(&text);
            writer.list(items.iter(), |w, item| w.uint(u64::from(*item)));
            writer.option(maybe, Writer::int);
            let mut reader = Reader::new(&writer.0);
            prop_assert_eq!(reader.uint(), Ok(uint));
            prop_assert_eq!(reader.int(), Ok(int));
            prop_assert_eq!(reader.str(), Ok(text.as_str()));
            prop_assert_eq!(reader.list(Reader::u32), Ok(items));
            prop_assert_eq!(reader.option(Reader::int), Ok(maybe));
            prop_assert!(reader.is_done());
        }

        #[test]
        fn damage_is_an_error_and_never_a_panic(bytes: Vec<u8>) {
            let mut reader = Reader::new(&bytes);
            while !reader.is_done() {
                if reader.list(|r| r.str().map(str::len)).is_err() { break }
                if reader.option(Reader::int).is_err() { break }
            }
        }
    }
}

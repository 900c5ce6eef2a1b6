//! The parts of a workbook: texts of XML in a zip, read as they come and however they are indented or cut off.

use std::io::{Cursor, Read};

use encoding_rs::{UTF_8, UTF_16BE, UTF_16LE};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::Unreadable;

/// What a workbook may unfold to, so that a small file can't fill the device.
const MAX_UNFOLDED: u64 = 300_000_000;

/// The files in a workbook.
pub struct Parts {
    zip: zip::ZipArchive<Cursor<Vec<u8>>>,
    left: u64,
}

impl Parts {
    /// Opens a workbook.
    pub fn open(bytes: Vec<u8>) -> Result<Self, Unreadable> {
        let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| Unreadable::Broken)?;
        let sizes = (0..zip.len()).map(|nth| zip.by_index_raw(nth).map(|file| file.size()).unwrap_or_default());
        if sizes.fold(0, u64::saturating_add) > MAX_UNFOLDED {
            return Err(Unreadable::TooLarge);
        }
        Ok(Self { zip, left: MAX_UNFOLDED })
    }

    /// The text of a part; `None`: it is not there, or can't be read.
    pub fn text(&mut self, name: &str) -> Option<String> {
        let name = name.trim_start_matches('/');
        let is_it = |known: &String| known.trim_start_matches('/').replace('\\', "/").eq_ignore_ascii_case(name);
        let known = self.zip.file_names().flatten().map(|known| known.into_owned()).find(is_it)?;
        let mut bytes = Vec::new();
        // What a damaged part has before its damage is not taken: it would be a sheet without its end.
        self.zip.by_name(&known).ok()?.take(self.left).read_to_end(&mut bytes).ok()?;
        // Nor what is cut off since it is more than it says it is.
        if u64::try_from(bytes.len()).is_ok_and(|read| read >= self.left) {
            return None;
        }
        self.left = self.left.saturating_sub(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        let encoding = match bytes.get(..2) {
            Some([0xFF, 0xFE]) => UTF_16LE,
            Some([0xFE, 0xFF]) => UTF_16BE,
            _ => UTF_8,
        };
        Some(encoding.decode_with_bom_removal(&bytes).0.into_owned())
    }
}

/// What comes next in a text of XML.
pub enum Node<'a> {
    /// A tag opens.
    Open(Tag<'a>),
    /// A tag closes.
    Shut(String),
    /// Words between tags.
    Words(String),
}

/// A tag with its attributes.
pub struct Tag<'a>(BytesStart<'a>);

impl Tag<'_> {
    /// Its name, without what it belongs to.
    pub fn name(&self) -> &str {
        self.0.local_name().into_inner()
    }

    /// An attribute by its name, without what it belongs to.
    pub fn get(&self, name: &str) -> Option<String> {
        let mut attributes = self.0.attributes();
        let found =
            attributes.with_checks(false).flatten().find(|attribute| attribute.key.local_name().as_ref() == name)?;
        Some(
            quick_xml::escape::unescape(&found.value)
                .map_or_else(|_| found.value.to_string(), |text| text.into_owned()),
        )
    }

    /// Whether an attribute says yes.
    pub fn is(&self, name: &str) -> bool {
        self.get(name).is_some_and(|said| matches!(said.as_str(), "1" | "true" | "on"))
    }

    /// A number in an attribute.
    pub fn number<N: std::str::FromStr>(&self, name: &str) -> Option<N> {
        self.get(name)?.trim().parse().ok()
    }
}

/// Reads a text of XML.
pub struct Xml<'a>(Reader<&'a [u8]>);

impl<'a> Xml<'a> {
    /// Begins with this text.
    pub fn new(text: &'a str) -> Self {
        let mut reader = Reader::from_str(text);
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
        Self(reader)
    }

    /// What comes next; `None` at the end, or where it is damaged: see [`Self::is_whole`].
    pub fn next(&mut self) -> Result<Option<Node<'a>>, Unreadable> {
        loop {
            return Ok(Some(match self.0.read_event().map_err(|_| Unreadable::Broken)? {
                Event::Start(tag) | Event::Empty(tag) => Node::Open(Tag(tag)),
                Event::End(tag) => Node::Shut(tag.local_name().into_inner().to_owned()),
                Event::Text(text) => Node::Words(text.xml10_content().into_owned()),
                Event::CData(text) => Node::Words(text.into_inner().into_owned()),
                Event::GeneralRef(entity) => match entity.resolve_char_ref().ok().flatten() {
                    Some(c) => Node::Words(c.to_string()),
                    None => {
                        let name = entity.into_inner();
                        let known = quick_xml::escape::resolve_predefined_entity(&name).map(str::to_owned);
                        Node::Words(known.unwrap_or_else(|| format!("&{name};")))
                    }
                },
                Event::Eof => return Ok(None),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => continue,
            }));
        }
    }
}

//! Reads barcodes and QR codes in a picture of the camera, where the browser does not do it itself. A part of the
//! program of its own: it is fetched when a camera is first used.

use std::io;

use encoding_rs::{Encoding, GB18030, SHIFT_JIS, UTF_8, WINDOWS_1252};
use rqrr::PreparedImage;
use rxing::common::HybridBinarizer;
use rxing::oned::{Code128Reader, MultiFormatUPCEANReader};
use rxing::{BinaryBitmap, DecodeHints, Exceptions, Luma8Source, Reader};

/// What is seen in a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// No code.
    Nothing,
    /// A code, and it can't be read: blurred, damaged, or of a kind that nobody reads.
    Unreadable,
    /// A code.
    Code(String),
}

/// Reads a code in a picture in shades of grey, a byte for each point.
pub type Read = fn(&[u8], u32, u32) -> Seen;

/// The code in a picture: Code 128, EAN-13, EAN-8, UPC-A, UPC-E or QR; the first that is found.
pub fn read(luma: &[u8], width: u32, height: u32) -> Seen {
    match bars(luma, width, height) {
        code @ Seen::Code(_) => code,
        bars => match square(luma, width, height) {
            Seen::Nothing => bars,
            square => square,
        },
    }
}

fn bars(luma: &[u8], width: u32, height: u32) -> Seen {
    let Ok(source) = Luma8Source::new_with_slice(luma, width, height) else { return Seen::Nothing };
    let mut picture = BinaryBitmap::new(HybridBinarizer::new(source));
    let hints = DecodeHints { TryHarder: Some(true), ..DecodeHints::default() };
    // The readers of EAN and UPC find one inside some labels of digits in Code 128; not the other way round.
    let first = Code128Reader.decode_with_hints(&mut picture, &hints);
    let found = match first {
        Ok(found) => Ok(found),
        Err(first) => MultiFormatUPCEANReader::new(&hints).decode_with_hints(&mut picture, &hints).map_err(|_| first),
    };
    match found {
        Ok(found) => Seen::Code(found.getText().to_owned()),
        // All its bars are there, and their sum is another one.
        Err(Exceptions::ChecksumException(_)) => Seen::Unreadable,
        Err(_) => Seen::Nothing,
    }
}

fn square(luma: &[u8], width: u32, height: u32) -> Seen {
    let (Ok(width), Ok(height)) = (usize::try_from(width), usize::try_from(height)) else { return Seen::Nothing };
    let grey = |x: usize, y: usize| luma.get(y * width + x).copied().unwrap_or(u8::MAX);
    let mut picture = PreparedImage::prepare_from_greyscale(width, height, grey);
    let grids = picture.detect_grids();
    let text = grids.iter().find_map(|grid| {
        let mut written = Written::default();
        grid.decode_to(&mut written).ok()?;
        written.text()
    });
    match text {
        Some(text) => Seen::Code(text),
        None if grids.is_empty() => Seen::Nothing,
        None => Seen::Unreadable,
    }
}

/// What a QR code holds: bytes whose character set it does not name, and characters of Shift-JIS in pairs.
#[derive(Debug, Default)]
struct Written(Vec<(bool, Vec<u8>)>);

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Only what is written in kanji mode comes in such pairs.
        let is_pair = matches!(bytes, [first, _] if *first >= 0x80);
        match self.0.last_mut() {
            Some((of_pairs, written)) if *of_pairs == is_pair => written.extend(bytes),
            _ => self.0.push((is_pair, bytes.to_vec())),
        }
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Written {
    fn text(&self) -> Option<String> {
        let part =
            |(is_pairs, bytes): &(bool, Vec<u8>)| if *is_pairs { decoded(SHIFT_JIS, bytes) } else { said(bytes) };
        self.0.iter().map(part).collect::<Option<String>>().filter(|text| !text.is_empty())
    }
}

fn decoded(encoding: &'static Encoding, bytes: &[u8]) -> Option<String> {
    encoding.decode_without_bom_handling_and_without_replacement(bytes).map(Into::into)
}

/// A text in the character set that it is likeliest in: phones and printers write UTF-8, GBK, Shift-JIS or Latin-1 and
/// don't say which.
fn said(bytes: &[u8]) -> Option<String> {
    let bare = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes);
    if let Some(text) = decoded(UTF_8, bare) {
        return Some(text);
    }
    let chinese = decoded(GB18030, bytes);
    let japanese = decoded(SHIFT_JIS, bytes);
    let is_chinese =
        |sign: char| matches!(sign, '\u{3000}'..='\u{303f}' | '\u{4e00}'..='\u{9fff}' | '\u{ff00}'..='\u{ff5e}');
    let is_kana = |sign: char| matches!(sign, '\u{3040}'..='\u{30ff}');
    let all = |text: &Option<String>, fits: &dyn Fn(char) -> bool| {
        text.as_ref().is_some_and(|text| text.chars().all(|sign| sign.is_ascii() || fits(sign)))
    };
    // The common characters of GBK lie where Shift-JIS has half-width kana, which nobody writes.
    let is_common = bytes.split(u8::is_ascii).all(|run| run.iter().all(|byte| *byte >= 0xa1));
    if is_common && all(&chinese, &is_chinese) {
        return chinese;
    }
    if all(&japanese, &|sign| is_chinese(sign) || is_kana(sign)) {
        return japanese;
    }
    if all(&chinese, &is_chinese) {
        return chinese;
    }
    decoded(WINDOWS_1252, bytes)
}

#[cfg(test)]
mod tests {
    use barcoders::sym::code128::Code128;
    use qrcode::{Color, QrCode};

    use super::*;

    /// The bars of an EAN-13 code, a point each (GS1 General Specifications 5.2.1).
    fn ean13(code: &str) -> Vec<bool> {
        const LEFT: [&str; 10] = [
            "0001101", "0011001", "0010011", "0111101", "0100011", "0110001", "0101111", "0111011", "0110111",
            "0001011",
        ];
        const PARITY: [&str; 10] =
            ["LLLLLL", "LLGLGG", "LLGGLG", "LLGGGL", "LGLLGG", "LGGLLG", "LGGGLL", "LGLGLG", "LGLGGL", "LGGLGL"];
        let digits: Vec<usize> = code.chars().map(|c| c.to_digit(10).unwrap() as usize).collect();
        let invert = |bits: &str| bits.chars().map(|c| if c == '0' { '1' } else { '0' }).collect::<String>();
        let mut bits = "101".to_owned();
        for (digit, parity) in digits[1..7].iter().zip(PARITY[digits[0]].chars()) {
            bits += &if parity == 'L' { LEFT[*digit].to_owned() } else { invert(LEFT[*digit]).chars().rev().collect() };
        }
        bits += "01010";
        for digit in &digits[7..] {
            bits += &invert(LEFT[*digit]);
        }
        bits += "101";
        bits.chars().map(|bit| bit == '1').collect()
    }

    /// A picture of bars, or of rows of squares, on a light ground.
    fn picture(rows: &[Vec<bool>], thick: usize, high: usize) -> (Vec<u8>, u32, u32) {
        let margin = 10 * thick;
        let (width, height) = (rows[0].len() * thick + 2 * margin, rows.len() * high + 2 * margin);
        let dark = |x: usize, y: usize| {
            let at = |at: usize, each: usize| at.checked_sub(margin).map(|at| at / each);
            let row = at(y, high).and_then(|row| rows.get(row));
            row.zip(at(x, thick)).and_then(|(row, at)| row.get(at)).copied().unwrap_or(false)
        };
        let luma = (0..width * height).map(|at| if dark(at % width, at / width) { 40 } else { 220 }).collect();
        (luma, width as u32, height as u32)
    }

    fn seen((luma, width, height): (Vec<u8>, u32, u32)) -> Option<String> {
        match read(&luma, width, height) {
            Seen::Code(code) => Some(code),
            Seen::Nothing | Seen::Unreadable => None,
        }
    }

    fn qr(code: &QrCode) -> Vec<Vec<bool>> {
        let rows = code.to_colors();
        rows.chunks(code.width()).map(|row| row.iter().map(|square| *square == Color::Dark).collect()).collect()
    }

    #[test]
    fn the_bars_of_a_product_are_read() {
        assert_eq!(seen(picture(&[ean13("6901234567892")], 3, 200)).as_deref(), Some("6901234567892"));
    }

    #[test]
    fn the_bars_of_a_parcel_are_read() {
        let bars = Code128::new("\u{0181}SF1234567890123").unwrap().encode();
        let bars = bars.into_iter().map(|bar| bar == 1).collect();
        assert_eq!(seen(picture(&[bars], 2, 120)).as_deref(), Some("SF1234567890123"));
    }

    #[test]
    fn a_square_code_is_read() {
        let code = QrCode::new("https://shop.example/t/龙井-200g").unwrap();
        assert_eq!(seen(picture(&qr(&code), 6, 6)).as_deref(), Some("https://shop.example/t/龙井-200g"));
    }

    #[test]
    fn where_there_is_no_code_none_is_read() {
        assert_eq!(read(&[128; 64 * 48], 64, 48), Seen::Nothing);
    }

    #[test]
    fn labels_of_digits_in_code_128_are_no_ean() {
        for digits in ["770393703536", "776679210515", "75012790582031", "736225397250644"] {
            // Pairs of digits, and the last one alone where there is one.
            let even = digits.len() - digits.len() % 2;
            let mut code = format!("\u{0106}{}", &digits[..even]);
            if even < digits.len() {
                code.push('\u{0181}');
                code.push_str(&digits[even..]);
            }
            let bars = Code128::new(&code).unwrap().encode().into_iter().map(|bar| bar == 1).collect();
            assert_eq!(seen(picture(&[bars], 2, 120)).as_deref(), Some(digits));
        }
    }

    #[test]
    fn qr_texts_are_read_in_every_character_set() {
        let sets: [(&'static Encoding, &str); 7] = [
            (UTF_8, "王明 13800138000"),
            (GB18030, "王明 13800138000"),
            (GB18030, "浙江省杭州市西湖区文三路1号，龙井茶"),
            (WINDOWS_1252, "Café"),
            (WINDOWS_1252, "£12"),
            (SHIFT_JIS, "抹茶セット"),
            (SHIFT_JIS, "東京都港区"),
        ];
        for (set, text) in sets {
            let (bytes, ..) = set.encode(text);
            let mut bits = qrcode::bits::Bits::new(qrcode::Version::Normal(6));
            bits.push_byte_data(&bytes).unwrap();
            bits.push_terminator(qrcode::EcLevel::M).unwrap();
            let code = QrCode::with_bits(bits, qrcode::EcLevel::M).unwrap();
            assert_eq!(seen(picture(&qr(&code), 6, 6)).as_deref(), Some(text), "{}", set.name());
        }
        // In kanji mode, as many programs write such names by themselves, beside other text.
        let mut bits = qrcode::bits::Bits::new(qrcode::Version::Normal(4));
        bits.push_kanji_data(&SHIFT_JIS.encode("王明").0).unwrap();
        bits.push_byte_data(" TEA-1".as_bytes()).unwrap();
        bits.push_terminator(qrcode::EcLevel::M).unwrap();
        let code = QrCode::with_bits(bits, qrcode::EcLevel::M).unwrap();
        assert_eq!(seen(picture(&qr(&code), 6, 6)).as_deref(), Some("王明 TEA-1"));
    }

    #[test]
    fn a_code_that_can_not_be_read_is_told_from_none() {
        let code = QrCode::with_error_correction_level("https://shop.example/t/1", qrcode::EcLevel::L).unwrap();
        let mut rows = qr(&code);
        let (from, to) = (rows.len() / 3, rows.len() - 2);
        for row in &mut rows[from..to] {
            for square in &mut row[10..16] {
                *square = !*square;
            }
        }
        let (luma, width, height) = picture(&rows, 6, 6);
        assert_eq!(read(&luma, width, height), Seen::Unreadable);
    }
}

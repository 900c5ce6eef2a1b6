//! Reads barcodes and QR codes in a picture of the camera, where the browser does not do it itself. A part of the
//! program of its own: it is fetched when a camera is first used.

use rqrr::PreparedImage;
use rxing::common::HybridBinarizer;
use rxing::oned::{Code128Reader, MultiFormatUPCEANReader};
use rxing::{BinaryBitmap, DecodeHints, Luma8Source, Reader};

/// Reads a code in a picture in shades of grey, a byte for each point.
pub type Read = fn(&[u8], u32, u32) -> Option<String>;

/// The code in a picture: EAN-13, EAN-8, UPC-A, UPC-E, Code 128 or QR; the first that is found.
pub fn read(luma: &[u8], width: u32, height: u32) -> Option<String> {
    bars(luma, width, height).or_else(|| square(luma, width, height))
}

fn bars(luma: &[u8], width: u32, height: u32) -> Option<String> {
    let source = Luma8Source::new_with_slice(luma, width, height).ok()?;
    let mut picture = BinaryBitmap::new(HybridBinarizer::new(source));
    let hints = DecodeHints { TryHarder: Some(true), ..DecodeHints::default() };
    let mut upc_ean = MultiFormatUPCEANReader::new(&hints);
    let found = upc_ean.decode_with_hints(&mut picture, &hints);
    let found = found.or_else(|_| Code128Reader.decode_with_hints(&mut picture, &hints));
    found.ok().map(|found| found.getText().to_owned())
}

fn square(luma: &[u8], width: u32, height: u32) -> Option<String> {
    let (width, height) = (usize::try_from(width).ok()?, usize::try_from(height).ok()?);
    let grey = |x: usize, y: usize| luma.get(y * width + x).copied().unwrap_or(u8::MAX);
    let mut picture = PreparedImage::prepare_from_greyscale(width, height, grey);
    picture.detect_grids().iter().find_map(|grid| grid.decode().ok()).map(|(_, text)| text)
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
        read(&luma, width, height)
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
        let rows: Vec<Vec<bool>> = code
            .to_colors()
            .chunks(code.width())
            .map(|row| row.iter().map(|square| *square == Color::Dark).collect())
            .collect();
        assert_eq!(seen(picture(&rows, 6, 6)).as_deref(), Some("https://shop.example/t/龙井-200g"));
    }

    #[test]
    fn where_there_is_no_code_none_is_read() {
        assert_eq!(read(&[128; 64 * 48], 64, 48), None);
    }
}

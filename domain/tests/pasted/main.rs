//! Pasted addresses, taken apart: what sellers really paste, and any text at all.

use domain::address::{Divisions, Recognised, recognise};
use proptest::prelude::*;

fn divisions() -> Divisions {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../public/data");
    let mut files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let file = files.find(|file| file.file_name().unwrap().to_str().unwrap().starts_with("divisions-")).unwrap();
    Divisions::parse(&std::fs::read_to_string(file).unwrap()).unwrap()
}

struct Sample {
    text: String,
    expected: Recognised,
}

/// The table: two lines each, as its first lines say.
fn samples() -> Vec<Sample> {
    let lines = include_str!("samples.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let lines: Vec<&str> = lines.collect();
    let pairs = lines.chunks_exact(2).map(|pair| {
        let fields: Vec<&str> = pair[1].trim_start_matches('!').split('|').collect();
        let [name, phone, province, city, district, detail] = fields[..] else { panic!("{}", pair[1]) };
        let [name, phone, province, city, district, detail] =
            [name, phone, province, city, district, detail].map(str::to_owned);
        let text = pair[0].trim_start_matches('!').replace("\\n", "\n").replace("\\t", "\t");
        Sample { text, expected: Recognised { name, phone, province, city, district, detail } }
    });
    pairs.collect()
}

#[test]
fn what_sellers_paste_fills_the_right_fields() {
    let divisions = divisions();
    let samples = samples();
    let mut right = 0;
    for Sample { text, expected } in &samples {
        let found = recognise(text, &divisions);
        if found == *expected {
            right += 1;
        } else {
            println!("{text}\n  expected {expected:?}\n  found    {found:?}");
        }
    }
    let score = right * 1000 / samples.len();
    println!("{right} of {} samples are right: {}.{} %", samples.len(), score / 10, score % 10);
    assert!(samples.len() >= 200, "{} samples", samples.len());
    assert!(score >= 980);
}

//! `cargo xtask data`: writes the tables that the app ships beside its program, from packages of npm. They are
//! committed, so only who wants newer ones runs this. Each is named by a hash of what it holds, as Trunk names what it
//! builds: a program never reads a table that was made for another.

use std::collections::BTreeMap;
use std::fmt;
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde::de::{MapAccess, Visitor};
use sha2::{Digest, Sha256};

use crate::app::brotli;
use crate::browser::node;
use crate::process::{find_on_path, output, run as run_command, say};
use crate::workspace::{files_below, hex, root, target_dir};

/// Where the tables lie, in the checkout and in the app.
pub const FOLDER: &str = "data";
/// The source that names each table once.
const NAMED_IN: &str = "app/src/platform/data.rs";

/// Which tables; all of them where none is named.
#[derive(clap::Args)]
pub struct Options {
    /// Only these
    #[arg(value_enum)]
    only: Vec<Table>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Table {
    /// Provinces, cities and districts of China
    Divisions,
    /// Which syllables a character is read as
    Pinyin,
    /// Traditional characters beside simplified ones
    Characters,
}

/// Writes the tables again and says what each costs to fetch.
pub fn run(options: &Options) -> Result<()> {
    let tables = if options.only.is_empty() {
        &[Table::Divisions, Table::Pinyin, Table::Characters][..]
    } else {
        &options.only[..]
    };
    for table in tables {
        match table {
            Table::Divisions => put("divisions", &divisions()?)?,
            Table::Pinyin => put("pinyin", &pinyin()?)?,
            Table::Characters => put("characters", &characters()?)?,
        }
    }
    Ok(())
}

fn put(name: &str, text: &str) -> Result<()> {
    let folder = root().join("public").join(FOLDER);
    fs::create_dir_all(&folder)?;
    for file in files_below(&folder)? {
        if file.to_string_lossy().starts_with(&format!("{name}-")) {
            fs::remove_file(folder.join(file))?;
        }
    }
    let file = named(name, text.as_bytes());
    fs::write(folder.join(&file), text)?;
    let source = root().join(NAMED_IN);
    let old = fs::read_to_string(&source)?;
    let (before, rest) = old.split_once(&format!("\"{name}-")).with_context(|| format!("{NAMED_IN}: no {name}"))?;
    let (_, after) = rest.split_once('"').with_context(|| format!("{NAMED_IN}: {name} does not end"))?;
    fs::write(source, format!("{before}\"{file}\"{after}"))?;
    say(format!("{file}: {} bytes, {} in Brotli", text.len(), brotli(text.as_bytes())?.len()));
    Ok(())
}

fn named(name: &str, bytes: &[u8]) -> String {
    let hash: String = hex(&Sha256::digest(bytes)).chars().take(16).collect();
    format!("{name}-{hash}.txt")
}

/// A package of npm, unpacked.
fn package(name: &str, version: &str) -> Result<PathBuf> {
    let folder = target_dir().join("stallbook/data").join(format!("{name}-{version}"));
    if !folder.join("package").is_dir() {
        say(format!("getting {name} {version} through npm"));
        fs::create_dir_all(&folder)?;
        let npm = find_on_path(&["npm"]).context("npm is missing; Node brings it along (https://nodejs.org)")?;
        run_command(Command::new(npm).current_dir(&folder).args(["pack", "--silent", &format!("{name}@{version}")]))?;
        run_command(Command::new("tar").current_dir(&folder).arg("-xzf").arg(format!("{name}-{version}.tgz")))?;
    }
    Ok(folder.join("package"))
}

const DIVISIONS: (&str, &str) = ("china-division", "2.7.0");

/// Peoples that autonomous places are named after; nobody writes them in an address.
const PEOPLES: &str = "蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 佤 畲 拉祜 水 东乡 纳西 景颇 \
                       柯尔克孜 土 达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 塔吉克 怒 鄂温克 保安 裕固 独龙 鄂伦春 普米 各";
/// Kinds of places whose names are said without them, but for the one character that the app drops by itself.
const KINDS: [&str; 10] =
    ["特别行政区", "自治区", "自治州", "自治县", "自治旗", "新区", "林区", "特区", "地区", "街道"];

/// A province a line; below it its cities, each after a space with its districts. `-` stands for a city where there is
/// none between province and district. `'` ends the part of a name that is said, where it is not all but the last
/// character.
fn divisions() -> Result<String> {
    let folder = package(DIVISIONS.0, DIVISIONS.1)?.join("dist");
    let mut text = format!(
        "# {} {} (npm, MIT; its LICENSE says WTFPL) after the National Bureau of Statistics, 2023; written by `cargo xtask data`\n",
        DIVISIONS.0, DIVISIONS.1
    );
    for file in ["pca.json", "HK-MO-TW.json"] {
        let provinces: Ordered<Ordered<Vec<String>>> = serde_json::from_slice(&fs::read(folder.join(file))?)?;
        for (province, cities) in provinces.0 {
            writeln!(text, "{}", marked(&province))?;
            let mut lines: Vec<(String, Vec<String>)> = Vec::new();
            for (city, districts) in cities.0 {
                let city = match city.as_str() {
                    "市辖区" | "县" => province.clone(),
                    _ if city.contains("直辖县级") => "-".to_owned(),
                    _ => city,
                };
                match lines.iter_mut().find(|line| line.0 == city) {
                    Some(line) => line.1.extend(districts),
                    None => lines.push((city, districts)),
                }
            }
            for (city, districts) in lines {
                text.push(' ');
                text.push_str(&marked(&city));
                for district in districts {
                    text.push(' ');
                    text.push_str(&marked(&district));
                }
                text.push('\n');
            }
        }
    }
    Ok(text)
}

/// A name with the end of its said part, where that is needed: `恩施'土家族苗族自治州`.
fn marked(name: &str) -> String {
    let name = name.split('（').next().unwrap_or(name);
    let Some(mut said) = KINDS.iter().find_map(|kind| name.strip_suffix(kind)) else {
        return name.to_owned();
    };
    if name.ends_with("区") || name.contains("自治") {
        let shorter = |said: &str| {
            PEOPLES.split_whitespace().find_map(|people| {
                let rest = said.strip_suffix('族').unwrap_or(said).strip_suffix(people)?;
                (said.ends_with('族') || people.chars().count() > 1).then_some(rest.len())
            })
        };
        while let Some(rest) = shorter(said).and_then(|length| said.get(..length)) {
            if rest.chars().count() < 2 {
                said = said.trim_end_matches('族'); // The place has nothing but its people's name: 东乡.
                break;
            }
            said = rest;
        }
    }
    if said.chars().count() < 2 { name.to_owned() } else { format!("{said}'{}", name.trim_start_matches(said)) }
}

const PINYIN: (&str, &str) = ("pinyin-pro", "3.29.4");

/// A syllable a line, without tones and with `v` for `ü`, and the characters read so. A character with several readings
/// stands in several lines.
fn pinyin() -> Result<String> {
    let library = package(PINYIN.0, PINYIN.1)?.join("dist/index.mjs");
    let script = include_str!("data/pinyin.mjs");
    let readings = output(Command::new(node()?).args(["--input-type=module", "-e", script]).arg(&library))
        .context("Node could not read the readings out of the package")?;
    let mut syllables: BTreeMap<&str, String> = BTreeMap::new();
    for line in readings.lines() {
        let (character, readings) = line.split_once(' ').context("a character without a reading")?;
        for reading in readings.split(' ') {
            if reading.is_empty() || !reading.bytes().all(|byte| byte.is_ascii_lowercase()) {
                bail!("{character} is read as {reading:?}");
            }
            syllables.entry(reading).or_default().push_str(character);
        }
    }
    let mut text = format!(
        "# {} {} (npm, MIT, Copyright (c) 2022-present zh-lx); written by `cargo xtask data`\n",
        PINYIN.0, PINYIN.1
    );
    for (syllable, characters) in syllables {
        writeln!(text, "{syllable} {characters}")?;
    }
    Ok(text)
}

const CHARACTERS: (&str, &str) = ("opencc-js", "1.4.2");

/// A simplified character a line, and behind it the traditional ones that are written so.
fn characters() -> Result<String> {
    let file = package(CHARACTERS.0, CHARACTERS.1)?.join("dist/esm-lib/dict/TSCharacters.js");
    let source = fs::read_to_string(file)?;
    let pairs = source.split('"').nth(1).context("the package has no table of characters any more")?;
    let mut groups: BTreeMap<char, String> = BTreeMap::new();
    for pair in pairs.split('|') {
        let (traditional, simple) = pair.split_once(' ').context("a character without another")?;
        // Where several are possible, the first is the usual one.
        let simple = simple.split(' ').next().unwrap_or_default();
        let (Some(one), Some(other)) = (simple.chars().next(), traditional.chars().next()) else {
            bail!("{pair:?} is no pair of characters");
        };
        if one != other {
            groups.entry(one).or_default().push(other);
        }
    }
    let mut text = format!(
        "# {} {} (npm, MIT and Apache-2.0; the dictionary is OpenCC's, Apache-2.0); written by `cargo xtask data`\n",
        CHARACTERS.0, CHARACTERS.1
    );
    for (one, others) in groups {
        writeln!(text, "{one}{others}")?;
    }
    Ok(text)
}

/// A JSON object in the order in which it is written.
struct Ordered<T>(Vec<(String, T)>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Ordered<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder<T>(Vec<(String, T)>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for InOrder<T> {
            type Value = Ordered<T>;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Self::Value, A::Error> {
                while let Some(entry) = map.next_entry()? {
                    self.0.push(entry);
                }
                Ok(Ordered(self.0))
            }
        }
        deserializer.deserialize_map(InOrder(Vec::new()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_is_named_by_what_it_holds_and_the_app_asks_for_that_name() {
        let folder = root().join("public").join(FOLDER);
        let source = fs::read_to_string(root().join(NAMED_IN)).unwrap();
        let files = files_below(&folder).unwrap();
        assert_eq!(files.len(), 3);
        for file in files {
            let file = file.to_str().unwrap();
            let (name, _) = file.split_once('-').unwrap();
            assert_eq!(file, named(name, &fs::read(folder.join(file)).unwrap()));
            assert!(source.contains(&format!("\"{file}\"")), "{NAMED_IN} does not name {file}");
        }
    }

    #[test]
    fn names_are_marked_where_what_is_said_of_them_ends() {
        for (name, expected) in [
            ("杭州市", "杭州市"),
            ("内蒙古自治区", "内蒙古'自治区"),
            ("广西壮族自治区", "广西'壮族自治区"),
            ("新疆维吾尔自治区", "新疆'维吾尔自治区"),
            ("恩施土家族苗族自治州", "恩施'土家族苗族自治州"),
            ("巴音郭楞蒙古自治州", "巴音郭楞'蒙古自治州"),
            ("克孜勒苏柯尔克孜自治州", "克孜勒苏'柯尔克孜自治州"),
            ("双江拉祜族佤族布朗族傣族自治县", "双江'拉祜族佤族布朗族傣族自治县"),
            ("东乡族自治县", "东乡'族自治县"),
            ("浦东新区", "浦东'新区"),
            ("嘉模堂区（氹仔）", "嘉模堂区"),
            ("忠县", "忠县"),
        ] {
            assert_eq!(marked(name), expected);
        }
    }
}

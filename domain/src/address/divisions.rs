//! The official divisions: provinces, cities, districts, and where a text names them.

use super::letters::Letters;

/// The table of divisions can't be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the divisions is not as they are written")]
pub struct Malformed {
    /// The line, from 1.
    pub line: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Province,
    City,
    District,
}

/// Its number among all places.
type Id = u16;

#[derive(Clone, Copy, Debug)]
struct Place {
    level: Level,
    above: Option<Id>,
    /// Where its name begins among all names, and how many characters it has.
    at: u32,
    length: u8,
    /// How many of them are said: 杭州 of 杭州市; 0 where only the whole name will do.
    said: u8,
}

/// Every province, city and district of China: 45 KB of text, read once.
#[derive(Clone, Debug)]
pub struct Divisions {
    names: Vec<char>,
    places: Vec<Place>,
    /// All places by the first character of their names.
    sorted: Vec<Id>,
}

/// The names of a place and of what it lies in; empty where unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Names {
    pub province: String,
    pub city: String,
    pub district: String,
}

/// A stretch of a text that names a place.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub start: usize,
    pub end: usize,
    /// The innermost places that it may be; several where a name stands for more than one.
    pub places: Vec<Id>,
    /// How many of province, city and district it names.
    pub levels: usize,
    pub score: usize,
}

/// How a name is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// 杭州市
    Whole,
    /// 恩施州, 广西省, 临安市: the said part with another word for what it is.
    Other,
    /// 杭州
    Said,
}

/// A way to read a text as names of places, from one place inwards.
#[derive(Clone, Copy, Debug)]
struct Chain {
    end: usize,
    place: Id,
    form: Form,
    levels: usize,
    score: usize,
}

/// What stands between the names on some forms and is no place itself.
const FILLERS: [&str; 8] = [
    "省直辖县级行政区划",
    "省直辖县级行政单位",
    "自治区直辖县级行政区划",
    "省直辖县",
    "自治区直辖",
    "省直辖",
    "市辖区",
    "市辖县",
];
/// After the said part of a name, these make it something else: 南京路, 西湖大道, 浙江大学.
const NOT_BEFORE: &str = "路街道巷弄里村镇乡屯庄站桥楼园苑城厦场店祠寺庙宫塔湾山湖岛港坊阁堂馆市区县省州";
const NOT_BEFORE_TWO: [&str; 34] = [
    "大道", "大街", "大桥", "大学", "大厦", "中学", "小学", "学院", "医院", "广场", "公园", "公路", "车站", "机场",
    "火车", "酒店", "宾馆", "商场", "市场", "商城", "银行", "国际", "花园", "小区", "新村", "新城", "家园", "嘉园",
    "高铁", "地铁", "公寓", "别墅", "豪庭", "名苑",
];
const DIRECTIONS: &str = "东西南北中前后上下一二三四五六七八九十支环";
const ROADS: &str = "路街道巷弄";

impl Divisions {
    /// Reads the table as `cargo xtask data` writes it: a province a line, its cities below, each after a space with
    /// its districts.
    ///
    /// # Errors
    /// Where a line is not written so.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let mut all = Self { names: Vec::with_capacity(16_000), places: Vec::with_capacity(4_000), sorted: Vec::new() };
        let mut province = None;
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.starts_with('#')) {
            let malformed = Malformed { line: index + 1 };
            if let Some(line) = line.strip_prefix(' ') {
                let mut names = line.split(' ');
                let province = province.ok_or(malformed)?;
                let above = match names.next().ok_or(malformed)? {
                    "-" => province,
                    city => all.add(Level::City, Some(province), city).ok_or(malformed)?,
                };
                for name in names {
                    all.add(Level::District, Some(above), name).ok_or(malformed)?;
                }
            } else {
                province = Some(all.add(Level::Province, None, line).ok_or(malformed)?);
            }
        }
        let mut sorted: Vec<Id> = (0..=Id::MAX).take(all.places.len()).collect();
        sorted.sort_by_key(|&id| all.name(id).first().copied());
        all.sorted = sorted;
        Ok(all)
    }

    fn add(&mut self, level: Level, above: Option<Id>, name: &str) -> Option<Id> {
        let id = Id::try_from(self.places.len()).ok()?;
        let at = u32::try_from(self.names.len()).ok()?;
        self.names.extend(name.chars().filter(|&c| c != '\''));
        let length = u8::try_from(self.names.len().checked_sub(at as usize)?).ok().filter(|&length| length > 0)?;
        let said = match name.split_once('\'') {
            Some((said, _)) => u8::try_from(said.chars().count()).ok()?,
            None if name.ends_with(['省', '市', '区', '县', '旗', '盟', '镇', '乡']) && length > 2 => {
                length - 1
            }
            None => 0,
        };
        self.places.push(Place { level, above, at, length, said });
        Some(id)
    }

    fn place(&self, id: Id) -> Option<Place> {
        self.places.get(usize::from(id)).copied()
    }

    fn level(&self, id: Id) -> Option<Level> {
        self.place(id).map(|place| place.level)
    }

    fn name(&self, id: Id) -> &[char] {
        self.place(id)
            .and_then(|place| self.names.get(place.at as usize..)?.get(..usize::from(place.length)))
            .unwrap_or(&[])
    }

    /// A place and what it lies in, outwards.
    fn outwards(&self, id: Id) -> impl Iterator<Item = Id> + '_ {
        std::iter::successors(Some(id), |&id| self.place(id)?.above)
    }

    /// Whether one place is the other, or lies in it.
    pub(super) fn is_in(&self, inner: Id, outer: Id) -> bool {
        self.outwards(inner).any(|id| id == outer)
    }

    /// What the places have in common.
    pub(super) fn names(&self, places: &[Id]) -> Names {
        let of = |level| {
            let mut names = places.iter().map(|&id| {
                let place = self.outwards(id).find(|&id| self.level(id) == Some(level));
                place.map_or(&[][..], |id| self.name(id))
            });
            let first = names.next().unwrap_or_default();
            // Of two places with one name, all that is known is that name.
            if names.all(|name| name == first) { first.iter().collect() } else { String::new() }
        };
        let (province, mut city) = (of(Level::Province), of(Level::City));
        if city.is_empty() && province.ends_with('市') {
            city.clone_from(&province);
        }
        Names { province, city, district: of(Level::District) }
    }

    /// Whether the innermost of what is known is a city.
    pub(super) fn ends_with_city(&self, places: &[Id]) -> bool {
        places.iter().all(|&id| self.level(id) == Some(Level::City))
    }

    /// The stretch of the text that names a place best.
    pub(super) fn find(&self, text: &Letters) -> Option<Found> {
        let mut best: Option<Found> = None;
        for start in (0..text.len()).filter(|&at| text.is_free(at)) {
            for chain in self.chains(text, start) {
                match &mut best {
                    Some(best) if chain.score < best.score => {}
                    Some(best) if chain.score == best.score => {
                        let level = best.places.first().and_then(|&id| self.level(id));
                        let same = best.start == start && best.end == chain.end && level == self.level(chain.place);
                        if same && !best.places.contains(&chain.place) {
                            best.places.push(chain.place);
                        }
                    }
                    _ => {
                        best = Some(Found {
                            start,
                            end: chain.end,
                            places: vec![chain.place],
                            levels: chain.levels,
                            score: chain.score,
                        });
                    }
                }
            }
        }
        best
    }

    /// Every reading that begins here and holds good.
    fn chains(&self, text: &Letters, start: usize) -> Vec<Chain> {
        let mut chains = Vec::new();
        let opens = text.opens(start);
        for (place, form, end) in self.named(text, start, None) {
            let first = Chain { end, place, form, levels: 1, score: score(form, end - start) };
            let Some(mut chain) = self.inwards(text, first) else {
                continue;
            };
            let Some(kind) = self.place(place) else {
                continue;
            };
            let level = kind.level;
            let whole = form != Form::Said;
            let length = end - start;
            let is_town = self.name(place).last().is_some_and(|last| matches!(last, '镇' | '乡' | '道'));
            let holds = if chain.levels > 1 {
                !(is_town && level == Level::District)
            } else {
                match level {
                    Level::Province | Level::City if whole => true,
                    Level::Province | Level::City => opens && text.goes_on(end),
                    Level::District if is_town || form == Form::Other => false,
                    Level::District if whole => {
                        let after_zone = start > 2 && text.holds_any(start - 1, "区");
                        length > 2 && (opens || after_zone || text.name_before(start))
                    }
                    // A town of its own is said without its city: 义乌北苑街道.
                    Level::District => {
                        opens && text.is_han(end) && self.name(place).last().is_some_and(|&last| last == '市')
                    }
                }
            };
            if holds {
                if !opens {
                    chain.score = chain.score.saturating_sub(3);
                }
                chains.push(chain);
            }
        }
        chains
    }

    /// The best way to read on from a name, or none where the text can't mean this place.
    fn inwards(&self, text: &Letters, from: Chain) -> Option<Chain> {
        let mut best = (!(from.form == Form::Said && is_part_of_a_word(text, from.end))).then_some(from);
        let mut next = text.skip(from.end);
        let before_filler = next;
        if self.level(from.place) != Some(Level::District) {
            for filler in FILLERS {
                if text.holds(next, filler) {
                    next = text.skip(next + filler.chars().count());
                    break;
                }
            }
            // Chongqing's counties stand under a word of their own on some forms.
            if next == before_filler && text.holds(next, "县") {
                next = text.skip(next + 1);
            }
        }
        let zones = self.zones(text, next, from.place);
        for (place, form, end) in self.named(text, next, Some(from.place)).chain(zones) {
            let inner = place != from.place && self.is_in(place, from.place);
            let chain = if inner {
                let levels = from.levels + 1;
                Chain { end, place, form, levels, score: from.score + score(form, end - next) }
            } else {
                Chain { end, form: Form::Whole, score: from.score + 1, ..from }
            };
            let Some(chain) = self.inwards(text, chain) else {
                continue;
            };
            // A name said twice counts where more follows; 深圳市深圳市民中心 is none.
            let counts = inner || chain.levels > from.levels || !text.holds_any(end, "民政人委第公局");
            if counts && best.is_none_or(|best| chain.score > best.score) {
                best = Some(chain);
            }
        }
        best
    }

    /// The places whose names stand here; `within` says what was named before: then only what lies in it, or the same
    /// again.
    fn named<'a>(
        &'a self,
        text: &'a Letters,
        at: usize,
        within: Option<Id>,
    ) -> impl Iterator<Item = (Id, Form, usize)> + 'a {
        let first = text.free(at);
        let from = self.sorted.partition_point(|&id| self.name(id).first().copied() < first);
        let places = self.sorted.iter().skip(from).copied();
        places.take_while(move |&id| first.is_some() && self.name(id).first().copied() == first).filter_map(move |id| {
            let place = self.place(id)?;
            // 巴州 is what Xinjiang calls 巴音郭楞.
            let is_prefecture = within.is_some() && place.length > 5 && self.name(id).ends_with(&['州']);
            let short = (is_prefecture && text.free(at + 1) == Some('州')).then_some((Form::Other, at + 2));
            let (form, end) = self.written(text, at, id).or(short)?;
            match within {
                None => Some((id, form, end)),
                // The same again, or what it lies in.
                Some(outer) if self.is_in(outer, id) => (form == Form::Whole).then_some((id, form, end)),
                Some(outer) if self.is_in(id, outer) => {
                    let leaves_out_city = place.above != Some(outer);
                    let is_ward = self.name(id).last() == Some(&'区');
                    let of_city = self.outwards(outer).any(|id| self.names_like_city(id));
                    let risky = leaves_out_city && is_ward && !of_city && form == Form::Said;
                    (!risky).then_some((id, form, end))
                }
                Some(_) => None,
            }
        })
    }

    /// Zones of a city that are written without its name after it: 苏州市工业园区.
    fn zones<'a>(&'a self, text: &'a Letters, at: usize, city: Id) -> impl Iterator<Item = (Id, Form, usize)> + 'a {
        let said =
            self.place(city).filter(|place| place.level == Level::City).map_or(0, |place| usize::from(place.said));
        let districts =
            (city.saturating_add(1)..).take_while(move |&id| self.place(id).and_then(|it| it.above) == Some(city));
        districts.filter_map(move |id| {
            let (prefix, rest) = self.name(id).split_at_checked(said)?;
            let is_zone = said > 0 && rest.len() > 2 && self.name(city).starts_with(prefix);
            let matches = rest.iter().enumerate().all(|(i, &c)| text.free(at + i) == Some(c));
            (is_zone && matches).then(|| (id, Form::Whole, at + rest.len()))
        })
    }

    /// Whether a province is a city as well: 上海.
    fn names_like_city(&self, id: Id) -> bool {
        self.level(id) == Some(Level::Province) && self.name(id).last() == Some(&'市')
    }

    fn written(&self, text: &Letters, at: usize, id: Id) -> Option<(Form, usize)> {
        let name = self.name(id);
        let place = self.place(id)?;
        let matching = name.iter().enumerate().take_while(|&(i, &c)| text.free(at + i) == Some(c)).count();
        if matching == name.len() {
            return Some((Form::Whole, at + matching));
        }
        let said = usize::from(place.said);
        if said < 2 || matching < said {
            return None;
        }
        let others: &[&str] = match place.level {
            Level::Province => &["省", "自治区", "特区", "市"],
            Level::City => &["州", "市", "地区"],
            Level::District => &["县", "市", "区"],
        };
        let end = at + said;
        match others.iter().find(|other| text.holds(end, other)) {
            Some(other) => Some((Form::Other, end + other.chars().count())),
            None => Some((Form::Said, end)),
        }
    }
}

fn score(form: Form, length: usize) -> usize {
    length
        + match form {
            Form::Whole => 10,
            Form::Other => 7,
            Form::Said => 4,
        }
}

/// Whether what stands before `at` goes on to be the name of a road or of a house.
fn is_part_of_a_word(text: &Letters, at: usize) -> bool {
    text.holds_any(at, NOT_BEFORE)
        || NOT_BEFORE_TWO.iter().any(|word| text.holds(at, word))
        || (text.holds_any(at, DIRECTIONS) && text.holds_any(at + 1, ROADS))
}

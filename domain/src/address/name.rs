//! What looks like a person's name.

use super::letters::is_han;

/// Surnames of one character: those of nearly everybody.
const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚邵万钱严赖覃洪武莫孔汤向常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷曲盛冉骆路游辛柴管屈蒙靳华时解仇区查尉盖朴冼缪乐闵佟桂蓝尤蒲牟卜晏敖商喻麦娄苟丛臧车祁仲宫巫滕边初古卫党占谌连揭原栾尧冀楚褚郁景戚边卓谈闫应封瞿芦于应肖覃岑匡丘桑米习房鲍费鄢郎费饶幸屠亓冷邝都闻隋练阳花巴桑强昌来官迟寇竺厉咸茹池阚訾佘冮付代仝撒权隆农井简宿鞠么郗全班储濮胥戎荆水伏昝窦麻虞荀羊惠胥乌储薄庾令狐和穆平湛狄明计茅支经裘干宗贲";
/// Surnames as they are written in Hong Kong, Macau and Taiwan, where that differs.
const SURNAMES_WRITTEN_OTHERWISE: &str =
    "張劉陳楊黃趙吳孫馬羅鄭謝許鄧馮韓葉蔣蘇呂盧鍾譚範陸賈韋鄒閻龍陶賀顧龔萬錢嚴賴湯溫齊喬龐顏莊聶魯歐關蘭畢單塗駱";
/// Surnames of two characters.
const DOUBLE: &str = "欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳 公冶 太叔 申屠 公孙 慕容 仲孙 钟离 长孙 宇文 司徒 鲜于 司空 闾丘 子车 亓官 司寇 巫马 公西 颛孙 壤驷 公良 漆雕 乐正 宰父 谷梁 拓跋 夹谷 轩辕 令狐 段干 百里 呼延 东郭 南门 羊舌 微生 左丘 梁丘 东门 西门 第五 纳兰 歐陽 司馬 諸葛 尉遲";
/// How people are called after their name.
const CALLED: [&str; 30] = [
    "先生",
    "女士",
    "小姐",
    "太太",
    "老师",
    "老板",
    "阿姨",
    "叔叔",
    "师傅",
    "经理",
    "同学",
    "医生",
    "大姐",
    "大哥",
    "老板娘",
    "妈妈",
    "爸爸",
    "奶奶",
    "爷爷",
    "哥",
    "姐",
    "总",
    "姨",
    "叔",
    "嫂",
    "婶",
    "妈",
    "爸",
    "工",
    "董",
];
/// What ends a place, not a name.
const ENDS_PLACES: &str = "路街道巷弄号室栋幢楼层镇乡县区市省村庄屯寨组站厂店场厦园苑院校座府湾港城房铺门口";
/// Words that no name holds: of places, of parcels, of courtesy.
const NO_NAMES: &str = "小区 花园 大厦 公寓 广场 街道 公司 学校 大学 医院 新村 家园 超市 驿站 门口 楼下 单元 工业 国际 中心 酒店 宾馆 市场 商铺 商城 柜子 丰巢 \
                        物业 前台 门卫 快递 顺丰 中通 圆通 申通 韵达 极兔 邮政 发货 送货 到付 包邮 加急 尽快 麻烦 谢谢 感谢 辛苦 备注 不要 请 自提 周末 周一 \
                        周五 工作日 今天 明天 上午 下午 晚上 电联 代收 本人 地址 电话 收货";
/// How much a stretch of text looks like a name, from 0: not at all.
pub(super) fn likeness(text: &str) -> usize {
    let bare: String = said(text);
    let count = bare.chars().count();
    if count == 0 || count > 24 || bare.chars().any(|c| c.is_ascii_digit()) && !bare.chars().any(char::is_alphabetic) {
        return 0;
    }
    if NO_NAMES.split_whitespace().any(|word| bare.contains(word)) {
        return 0;
    }
    let han = bare.chars().filter(|&c| is_han(c)).count();
    if bare.contains('·') && han + bare.matches('·').count() == count {
        return 70;
    }
    let called = CALLED.iter().any(|word| bare.strip_suffix(word).is_some_and(|rest| !rest.is_empty()));
    if called && han == count && count <= 6 {
        return 65;
    }
    if han == count {
        if is_name(&bare) {
            return match count {
                4 if !has_double_surname(&bare) => 42,
                // 陈师道 is a person, 常山路 is not: only what stands around tells.
                3 if bare.ends_with(['道', '路', '楼', '省']) => 28,
                _ => 65,
            };
        }
        let place = bare.ends_with(|c| ENDS_PLACES.contains(c));
        return match count {
            _ if place => 0,
            1 => 12,
            2..=4 => 32,
            5..=6 => 18,
            _ => 0,
        };
    }
    let letters = bare.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '.' | '\'' | '-' | '·' | '_'));
    let digits = bare.chars().any(|c| c.is_ascii_digit());
    let begins = bare.chars().next().is_some_and(char::is_alphabetic);
    match count {
        // Latin words may be of a house as well.
        _ if letters && han == 0 => 20,
        2..=12 if bare.ends_with(|c| ENDS_PLACES.contains(c)) => 0,
        2..=12 if !digits => 26,
        2..=12 if begins => 15,
        _ => 0,
    }
}

/// What is said of a nickname: without pictures and without what stands in brackets.
fn said(text: &str) -> String {
    let mut depth = 0_usize;
    let mut said = String::new();
    for c in text.chars() {
        match c {
            '(' | '（' | '[' | '【' | '<' | '《' => depth += 1,
            ')' | '）' | ']' | '】' | '>' | '》' => depth = depth.saturating_sub(1),
            '•' | '・' | '‧' | '∙' | '･' if depth == 0 => said.push('·'),
            _ if depth == 0 && (c.is_alphanumeric() || matches!(c, ' ' | '·' | '.' | '\'' | '-' | '_')) => {
                said.push(c)
            }
            _ => {}
        }
    }
    let said = said.trim();
    if said.is_empty() { text.chars().filter(|c| c.is_alphanumeric()).collect() } else { said.to_owned() }
}

/// Whether this is a surname and one or two characters more, as nearly all names are, or three with a rare luck.
pub(super) fn is_name(text: &str) -> bool {
    let count = text.chars().count();
    let surname = text.chars().next().is_some_and(|c| SURNAMES.contains(c) || SURNAMES_WRITTEN_OTHERWISE.contains(c));
    let ends_place = text.ends_with(|c| "街巷弄号室栋幢层镇乡县区市村".contains(c)) && count > 2;
    text.chars().all(is_han)
        && !ends_place
        && ((surname && (2..=4).contains(&count)) || (has_double_surname(text) && (3..=4).contains(&count)))
        && !(count == 4 && text.ends_with(|c| ENDS_PLACES.contains(c)))
        && !NO_NAMES.split_whitespace().any(|word| text.contains(word))
}

/// Whether it begins with a surname of two characters.
pub(super) fn has_double_surname(text: &str) -> bool {
    DOUBLE.split(' ').any(|surname| text.starts_with(surname))
}

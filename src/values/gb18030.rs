//! The levels of GB 18030-2022 (信息技术 中文编码字符集): which Chinese characters a product must draw.
//! Systems of government and public services are held to level 3.

use std::ops::RangeInclusive;

/// A level of implementation (实现级别); each holds the characters of the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// 级别1: the double-byte part, Extension A and the unified ideographs up to U+9FEF.
    One,
    /// 级别2: with the 196 of the 通用规范汉字表 that level 1 lacks.
    Two,
    /// 级别3 as of 2022: all 87,887 Chinese characters of the standard.
    Three,
    /// 级别3 with Amendment 1 (第1号修改单, in force 2024-10-01): 97,680.
    ThreeAmended,
}

/// 4E00–9FEF and Extension A up to 4DB5.
const ONE: [RangeInclusive<u32>; 2] = [0x4E00..=0x9FEF, 0x3400..=0x4DB5];

/// The unified ideographs that stand among the compatibility ideographs.
const UNIFIED: [u32; 12] = [
    0xFA0E, 0xFA0F, 0xFA11, 0xFA13, 0xFA14, 0xFA1F, 0xFA21, 0xFA23, 0xFA24, 0xFA27, 0xFA28, 0xFA29,
];

/// Those of the 通用规范汉字表 (2013) outside level 1.
const GENERAL: &str = "𠅤𠙶𠳐𡎚𡐓𣗋𣲗𣲘𣸣𤧛𤩽𤫉𥔲𥕢𥖨𥻗𦈡𦒍𦙶𦝼𦭜𦰡𧿹𨐈𨙸𨚕𨟠𨭉𨱇𨱏𨱑𨱔𨺙𩽾𩾃𩾌𪟝𪣻𪤗𪨰𪨶𪩘𪾢𫄧𫄨𫄷𫄸𫇭𫌀𫍣𫍯𫍲𫍽𫐄𫐐𫐓𫑡𫓧𫓯𫓶𫓹𫔍𫔎𫔶𫖮𫖯𫖳𫗧𫗴𫘜𫘝𫘦𫘧𫘨𫘪𫘬𫚕𫚖𫚭𫛭𫞩𫟅𫟦𫟹𫟼𫠆𫠊𫠜𫢸𫫇𫭟𫭢𫭼𫮃𫰛𫵷𫶇𫷷𫸩𬀩𬀪𬂩𬃊𬇕𬇙𬇹𬉼𬊈𬊤𬌗𬍛𬍡𬍤𬒈𬒔𬒗𬕂𬘓𬘘𬘡𬘩𬘫𬘬𬘭𬘯𬙂𬙊𬙋𬜬𬜯𬞟𬟁𬟽𬣙𬣞𬣡𬣳𬤇𬤊𬤝𬨂𬨎𬩽𬪩𬬩𬬭𬬮𬬱𬬸𬬹𬬻𬬿𬭁𬭊𬭎𬭚𬭛𬭤𬭩𬭬𬭯𬭳𬭶𬭸𬭼𬮱𬮿𬯀𬯎𬱖𬱟𬳵𬳶𬳽𬳿𬴂𬴃𬴊𬶋𬶍𬶏𬶐𬶟𬶠𬶨𬶭𬶮𬷕𬸘𬸚𬸣𬸦𬸪𬹼𬺈𬺓";

/// Extensions B to F as of 2022.
const THREE: [RangeInclusive<u32>; 5] =
    [0x20000..=0x2A6D6, 0x2A700..=0x2B734, 0x2B740..=0x2B81D, 0x2B820..=0x2CEA1, 0x2CEB0..=0x2EBE0];

/// What Amendment 1 adds: the ends of the blocks before, and Extensions G, H and I.
const AMENDED: [RangeInclusive<u32>; 7] = [
    0x9FF0..=0x9FFF,
    0x4DB6..=0x4DBF,
    0x2A6D7..=0x2A6DF,
    0x2B735..=0x2B739,
    0x30000..=0x3134A,
    0x31350..=0x323AF,
    0x2EBF0..=0x2EE5D,
];

impl Level {
    /// All levels, from the least.
    pub const ALL: [Self; 4] = [Self::One, Self::Two, Self::Three, Self::ThreeAmended];

    /// Its name in Chinese.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::One => "级别1",
            Self::Two => "级别2",
            Self::Three => "级别3（2022年文本）",
            Self::ThreeAmended => "级别3（含第1号修改单）",
        }
    }

    /// Its Chinese characters, each once.
    pub fn characters(self) -> impl Iterator<Item = char> {
        let general = (self == Self::Two).then(|| GENERAL.chars());
        let three = matches!(self, Self::Three | Self::ThreeAmended).then_some(THREE);
        let amended = (self == Self::ThreeAmended).then_some(AMENDED);
        let ranges = three.into_iter().flatten().chain(amended.into_iter().flatten());
        let points = ONE.into_iter().chain(ranges).flatten().chain(UNIFIED);
        points.filter_map(char::from_u32).chain(general.into_iter().flatten())
    }
}

/// Whether a character of the compatibility block is a unified ideograph all the same.
#[must_use]
pub fn is_unified(mark: char) -> bool {
    UNIFIED.contains(&(mark as u32))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn levels_have_as_many_characters_as_the_standard_says() {
        for (level, wanted) in [
            (Level::One, 27_570),
            (Level::Two, 27_570 + 196),
            (Level::Three, 87_887),
            (Level::ThreeAmended, 97_680),
        ] {
            let characters: Vec<char> = level.characters().collect();
            assert_eq!(characters.len(), wanted, "{level:?}");
            assert_eq!(characters.iter().collect::<HashSet<_>>().len(), wanted, "{level:?}");
        }
    }

    #[test]
    fn each_level_holds_the_one_before() {
        for pair in Level::ALL.windows(2) {
            let higher: HashSet<char> = pair[1].characters().collect();
            assert!(pair[0].characters().all(|mark| higher.contains(&mark)), "{pair:?}");
        }
    }
}

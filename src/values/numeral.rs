//! Chinese numerals (汉字数字), GB/T 15835-2011.

const DIGITS: [char; 10] = ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
const UNITS: [(u32, char); 3] = [(1000, '千'), (100, '百'), (10, '十')];

/// The digits of a number one by one, zero as 〇 (U+3007): 2026 is 二〇二六 (GB/T 15835, 5.2.5).
#[must_use]
pub fn digits(number: u32) -> String {
    number
        .to_string()
        .chars()
        .filter_map(|mark| mark.to_digit(10))
        .map(|digit| DIGITS[digit as usize])
        .collect()
}

/// A count below one hundred million: 十、二十一、一百零五、一万零三; zero is 零.
#[must_use]
pub fn counting(number: u32) -> String {
    if number == 0 {
        return "零".to_owned();
    }
    let (high, low) = (number / 10_000, number % 10_000);
    let mut text = String::new();
    if high > 0 {
        text.push_str(&below_ten_thousand(high));
        text.push('万');
        if low > 0 && low < 1000 {
            text.push('零');
        }
    }
    if low > 0 {
        text.push_str(&below_ten_thousand(low));
    }
    // 十, not 一十, but only at the very start.
    match text.strip_prefix("一十") {
        Some(rest) => format!("十{rest}"),
        None => text,
    }
}

fn below_ten_thousand(number: u32) -> String {
    let mut text = String::new();
    let mut rest = number;
    let mut gap = false;
    for (size, unit) in UNITS {
        let digit = rest / size;
        rest %= size;
        if digit > 0 {
            if gap {
                text.push('零');
            }
            text.push(DIGITS[(digit % 10) as usize]);
            text.push(unit);
        }
        gap = digit == 0 && !text.is_empty();
    }
    if rest > 0 {
        if gap {
            text.push('零');
        }
        text.push(DIGITS[rest as usize]);
    }
    text
}

/// The count that a numeral names, as [`counting`] writes it; `None` for anything else. It states
/// the law that the tests hold [`counting`] to.
#[cfg(test)]
pub(super) fn read_counting(text: &str) -> Option<u32> {
    let (mut total, mut section, mut digit) = (0_u32, 0_u32, 0_u32);
    for mark in text.chars() {
        match mark {
            '零' => {}
            '万' => {
                total = (section + digit).checked_mul(10_000)?;
                (section, digit) = (0, 0);
            }
            _ => {
                if let Some(&(size, _)) = UNITS.iter().find(|(_, unit)| *unit == mark) {
                    section += digit.max(1) * size;
                    digit = 0;
                } else {
                    digit = u32::try_from(DIGITS.iter().position(|known| *known == mark)?).ok()?;
                }
            }
        }
    }
    let number = total.checked_add(section)?.checked_add(digit)?;
    (counting(number) == text).then_some(number)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn writes_numerals() {
        assert_eq!(digits(2026), "二〇二六");
        for (number, text) in [
            (0, "零"),
            (10, "十"),
            (11, "十一"),
            (20, "二十"),
            (31, "三十一"),
            (100, "一百"),
            (105, "一百零五"),
            (110, "一百一十"),
            (1010, "一千零一十"),
            (1001, "一千零一"),
            (10_003, "一万零三"),
            (100_000, "十万"),
            (120_345, "十二万零三百四十五"),
            (12_345_678, "一千二百三十四万五千六百七十八"),
        ] {
            assert_eq!(counting(number), text);
        }
    }

    proptest! {
        #[test]
        fn a_count_can_be_read_again(number in 0_u32..100_000_000) {
            prop_assert_eq!(read_counting(&counting(number)), Some(number));
        }

        #[test]
        fn a_numeral_has_no_two_zeros_in_a_row(number in 0_u32..100_000_000) {
            let text = counting(number);
            prop_assert!(!text.contains("零零") && !text.contains('〇'));
            prop_assert!(number == 0 || !text.ends_with('零'));
        }
    }
}

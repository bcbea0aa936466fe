//! Telephone numbers (联系电话) of the mainland.

use super::{Finding, width};

/// Everything wrong with a number: a mobile (11 digits), a landline with its area code and perhaps
/// an extension (0351-1234567-801), a 400 or 800 number, or a short code (12315, 95588).
#[must_use]
pub fn examine(number: &str) -> Vec<Finding> {
    if is_number(number) {
        return Vec::new();
    }
    let cleaned = cleaned(number);
    let finding = if is_number(&cleaned) {
        Finding::problem("phone.malformed").with("corrected", cleaned)
    } else if cleaned.starts_with('1') && is_digits(&cleaned, 9..=13) && cleaned.len() != 11 {
        Finding::problem("phone.mobile-length").with("digits", cleaned.len()).with("wanted", 11)
    } else if is_digits(&cleaned, 7..=8) {
        Finding::problem("phone.area-code")
    } else {
        Finding::problem("phone.malformed")
    };
    vec![finding.with("found", number.to_owned())]
}

fn is_number(text: &str) -> bool {
    is_mobile(text) || is_landline(text) || is_service(text)
}

fn is_mobile(text: &str) -> bool {
    let mut marks = text.chars();
    is_digits(text, 11..=11) && marks.next() == Some('1') && marks.next().is_some_and(|m| m >= '3')
}

/// Area codes have 3 or 4 digits with a leading zero, numbers 7 or 8; the hyphen may be left out.
fn is_landline(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let area = |part: &str| part.starts_with('0') && is_digits(part, 3..=4);
    let local = |part: &str| is_digits(part, 7..=8) && !part.starts_with(['0', '1']);
    let extension = |part: &str| is_digits(part, 1..=6);
    let together = |part: &str| {
        [3, 4].iter().any(|&at| {
            part.is_char_boundary(at) && part.len() > at && {
                let (head, rest) = part.split_at(at);
                area(head) && local(rest)
            }
        })
    };
    match parts.as_slice() {
        [whole] => together(whole),
        [first, second] => (area(first) && local(second)) || (together(first) && extension(second)),
        [first, second, third] => area(first) && local(second) && extension(third),
        _ => false,
    }
}

/// 400 and 800 numbers have ten digits; short codes five or six, from 1 or 9.
fn is_service(text: &str) -> bool {
    let digits = text.replace('-', "");
    let grouped = text.matches('-').count() <= 2;
    let toll =
        is_digits(&digits, 10..=10) && (digits.starts_with("400") || digits.starts_with("800"));
    let short = is_digits(text, 5..=6) && text.starts_with(['1', '9']);
    (toll && grouped && !text.starts_with('-') && !text.ends_with('-')) || short
}

fn cleaned(text: &str) -> String {
    let half = width::half(text).replace([' ', '\u{b7}', '.'], "");
    let half = half.strip_prefix("+86").unwrap_or(&half).trim_start_matches('-').to_owned();
    // (0351)1234567 is 0351-1234567; 转801 is an extension.
    let half = half.replace('(', "").replace(')', "-").replace(['转', '/'], "-");
    half.trim_matches('-').to_owned()
}

fn is_digits(text: &str, lengths: std::ops::RangeInclusive<usize>) -> bool {
    lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_what_clerks_write() {
        for number in [
            "13803510001",
            "0351-4123456",
            "03514123456",
            "010-62345678",
            "0351-4123456-801",
            "400-800-1234",
            "4008001234",
            "12315",
            "95588",
        ] {
            assert_eq!(examine(number), [], "{number}");
        }
    }

    #[test]
    fn says_what_is_wrong() {
        let of = |number: &str| examine(number).remove(0);
        assert_eq!(of("1380351000").code, "phone.mobile-length");
        assert_eq!(of("1380351000").facts["digits"], 10);
        assert_eq!(of("4123456").code, "phone.area-code");
        assert_eq!(of("（0351）4123456").facts["corrected"], "0351-4123456");
        assert_eq!(of("138 0351 0001").facts["corrected"], "13803510001");
        assert_eq!(of("+8613803510001").facts["corrected"], "13803510001");
        assert_eq!(of("没有").code, "phone.malformed");
        assert_eq!(of("12803510001").code, "phone.malformed");
    }
}

//! Registration numbers (登记证号): a credit code, or the older number of 15 digits.

use super::{Finding, credit_code};

/// How long the older 工商注册号 is (GS 15-2006).
pub const OLD_LENGTH: usize = 15;

/// Everything wrong or doubtful in a number of 18 or 15 characters; another kind of number has no
/// rule of its own, and the record must say which certificate it stands on.
#[must_use]
pub fn examine(number: &str) -> Vec<Finding> {
    let length = number.chars().count();
    if length == OLD_LENGTH && number.bytes().all(|byte| byte.is_ascii_digit()) {
        return examine_old(number);
    }
    if is_code(number) { credit_code::examine(number) } else { Vec::new() }
}

/// Whether a number is judged by a rule: 18 characters, or 15 digits.
#[must_use]
pub fn is_judged(number: &str) -> bool {
    is_code(number)
        || (number.len() == OLD_LENGTH && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// 18 letters and digits, full-width ones and spaces between them included. A number of 18
/// characters with Chinese ones in it, 晋社证字第140000001000号, is of another kind.
fn is_code(number: &str) -> bool {
    let half = super::width::half(number).replace([' ', '-'], "");
    half.len() == credit_code::LENGTH && half.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn examine_old(number: &str) -> Vec<Finding> {
    let digits: Vec<u32> = number.chars().filter_map(|mark| mark.to_digit(10)).collect();
    let Some(wanted) = old_check_digit(&digits[..OLD_LENGTH - 1]) else { return Vec::new() };
    let found = digits[OLD_LENGTH - 1];
    if wanted == found {
        return Vec::new();
    }
    vec![
        Finding::advice("registration-number.check")
            .with("position", OLD_LENGTH)
            .with("wanted", wanted.to_string())
            .with("found", found.to_string()),
    ]
}

/// Digit 15 for the first 14 (ISO 7064 MOD 11,10); `None` if there are not 14.
#[must_use]
pub fn old_check_digit(first: &[u32]) -> Option<u32> {
    if first.len() != OLD_LENGTH - 1 {
        return None;
    }
    let product = first.iter().fold(10, |product, digit| {
        let sum = match (product + digit) % 10 {
            0 => 10,
            sum => sum,
        };
        sum * 2 % 11
    });
    Some((11 - product) % 10)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn judges_by_length() {
        assert_eq!(examine("440301103448669"), []);
        assert_eq!(examine("440301103448668")[0].code, "registration-number.check");
        assert_eq!(examine("911400001123101349"), []);
        assert_eq!(examine("晋社证字第100号"), []);
        assert!(is_judged("440301103448669") && !is_judged("44030110344866A"));
        assert!(!is_judged("晋社证字第140000001000号"));
        assert_eq!(examine("晋社证字第140000001000号"), []);
        assert_eq!(examine("91440300 70846113 6T")[0].code, "credit-code.form");
    }

    proptest! {
        #[test]
        fn one_changed_digit_is_always_seen(
            digits in proptest::collection::vec(0_u32..10, 14),
            at in 0_usize..14,
            other in 0_u32..10,
        ) {
            prop_assume!(digits[at] != other);
            let mut changed = digits.clone();
            changed[at] = other;
            prop_assert_ne!(old_check_digit(&digits), old_check_digit(&changed));
        }
    }
}

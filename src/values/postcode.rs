//! Postcodes (邮政编码): six digits.

use super::{Finding, width};

/// What is wrong with a postcode, if anything.
#[must_use]
pub fn examine(postcode: &str) -> Vec<Finding> {
    let sound = |text: &str| text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit());
    if sound(postcode) {
        return Vec::new();
    }
    let finding = Finding::problem("postcode.malformed").with("found", postcode.to_owned());
    let cleaned = width::half(postcode).replace([' ', '-'], "");
    vec![if sound(&cleaned) { finding.with("corrected", cleaned) } else { finding }]
}

#[cfg(test)]
mod tests {
    use super::examine;

    #[test]
    fn wants_six_digits() {
        assert_eq!(examine("030001"), []);
        assert_eq!(examine("０３０００１")[0].facts["corrected"], "030001");
        assert!(!examine("30001")[0].facts.contains_key("corrected"));
    }
}

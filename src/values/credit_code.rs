//! The unified social credit code (统一社会信用代码), GB 32100-2015.

use super::width;
use super::{Finding, Level};

/// The characters of GB 32100-2015, in the order of their values 0–30; I, O, S, V and Z are left out.
const CHARACTERS: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/// Known pairs of registering department and kind of body (GB 32100-2015, first two characters,
/// with amendment 1 and the later additions published in 2025).
const PREFIXES: [&str; 46] = [
    "11", "12", "13", "19", "21", "29", "31", "32", "33", "34", "35", "36", "39", "41", "49", "51",
    "52", "53", "54", "55", "59", "61", "62", "69", "71", "72", "79", "81", "82", "89", "91", "92",
    "93", "99", "A1", "A9", "G1", "J1", "N1", "N2", "N3", "N9", "Q1", "Q2", "Q3", "Y1",
];

/// How long a code is.
pub const LENGTH: usize = 18;

/// Everything that is wrong or doubtful in a code.
///
/// A wrong check character is advice: pilot areas gave out codes before the rule existed, and they
/// are still in use.
#[must_use]
pub fn examine(code: &str) -> Vec<Finding> {
    let marks: Vec<char> = code.chars().collect();
    let corrected = width::half(code).replace([' ', '-'], "").to_uppercase();
    if corrected != code && examine(&corrected).iter().all(|one| one.level == Level::Advice) {
        return vec![
            Finding::problem("credit-code.form")
                .with("found", code.to_owned())
                .with("corrected", corrected),
        ];
    }
    let mut found = Vec::new();
    if marks.len() != LENGTH {
        found.push(
            Finding::problem("credit-code.length")
                .with("length", marks.len())
                .with("wanted", LENGTH),
        );
    }
    for (at, mark) in marks.iter().enumerate() {
        if !CHARACTERS.contains(*mark) {
            found.push(
                Finding::problem("credit-code.character")
                    .with("position", at + 1)
                    .with("found", mark.to_string()),
            );
        }
    }
    if !found.is_empty() {
        return found;
    }
    // Positions 3 to 8: the registering authority's region by GB/T 2260, digits only.
    if !marks[2..8].iter().all(char::is_ascii_digit) {
        found.push(Finding::problem("credit-code.region-digits").with("found", text(&marks[2..8])));
    }
    let prefix = text(&marks[..2]);
    if !PREFIXES.contains(&prefix.as_str()) {
        found.push(Finding::advice("credit-code.prefix").with("found", prefix));
    }
    let body = text(&marks[8..16]);
    if let Some(wanted) = organisation_check_character(&body)
        && wanted != marks[16]
    {
        found.push(
            Finding::advice("credit-code.organisation-check")
                .with("position", 17)
                .with("wanted", wanted.to_string())
                .with("found", marks[16].to_string()),
        );
    }
    if let Some(wanted) = check_character(&text(&marks[..17]))
        && wanted != marks[17]
    {
        found.push(
            Finding::advice("credit-code.check")
                .with("position", LENGTH)
                .with("wanted", wanted.to_string())
                .with("found", marks[17].to_string()),
        );
    }
    found
}

/// Character 18 for the first 17 (GB/T 17710, ISO 7064 MOD 31-3); `None` if they are no such text.
#[must_use]
pub fn check_character(first: &str) -> Option<char> {
    if first.chars().count() != LENGTH - 1 {
        return None;
    }
    let mut weight = 1;
    let mut sum = 0;
    for mark in first.chars() {
        sum += CHARACTERS.find(mark)? * weight;
        weight = weight * 3 % 31;
    }
    CHARACTERS.chars().nth((31 - sum % 31) % 31)
}

/// Character 17: the check character of the organisation code (组织机构代码, GB 11714) in
/// characters 9 to 16; `None` if they are no such text.
#[must_use]
pub fn organisation_check_character(body: &str) -> Option<char> {
    const WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
    if body.chars().count() != WEIGHTS.len() {
        return None;
    }
    let mut sum = 0;
    for (mark, weight) in body.chars().zip(WEIGHTS) {
        // Here all 26 letters count: A is 10, Z is 35.
        sum += mark.to_digit(36).filter(|_| !mark.is_ascii_lowercase())? * weight;
    }
    match 11 - sum % 11 {
        10 => Some('X'),
        11 => Some('0'),
        digit => char::from_digit(digit, 10),
    }
}

fn text(marks: &[char]) -> String {
    marks.iter().collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const VALID: [&str; 12] = [
        "914403001922038216",
        "91440300708461136T",
        "91110108551385082Q",
        "9144030071526726XG",
        "91330100799655058B",
        "911400001123101349",
        "91110000600037341L",
        "91310110666007217T",
        "91310115591693856A",
        "91350100M000100Y43",
        "91440300192317458F",
        "91310000132260250X",
    ];

    fn codes(code: &str) -> Vec<&'static str> {
        examine(code).into_iter().map(|finding| finding.code).collect()
    }

    #[test]
    fn known_codes_are_sound() {
        for code in VALID {
            assert_eq!(examine(code), [], "{code}");
        }
    }

    #[test]
    fn a_wrong_check_character_is_advice_that_names_the_right_one() {
        let found = examine("914403001922038217");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].code, "credit-code.check");
        assert_eq!(found[0].level, Level::Advice);
        assert_eq!(found[0].facts["wanted"], "6");
        // Given out by a pilot area before the rule.
        assert!(codes("91350211M00013FA1N").contains(&"credit-code.check"));
    }

    #[test]
    fn malformed_codes_are_problems() {
        assert_eq!(codes("91140000112310134"), ["credit-code.length"]);
        assert_eq!(codes("9114000011231O1349"), ["credit-code.character"]);
        assert_eq!(codes("91A400001123101349")[0], "credit-code.region-digits");
        assert_eq!(codes("91440300 70846113 6T"), ["credit-code.form"]);
    }

    #[test]
    fn a_code_in_another_form_is_corrected() {
        let found = examine("９１４４０３００７０８４６１１３６ｔ");
        assert_eq!(found[0].code, "credit-code.form");
        assert_eq!(found[0].facts["corrected"], "91440300708461136T");
    }

    #[test]
    fn an_unknown_prefix_is_advice() {
        let body = "8714000011231013";
        let ninth = organisation_check_character(&body[8..]).expect("a body");
        let first = format!("{body}{ninth}");
        let code = format!("{first}{}", check_character(&first).expect("17 characters"));
        assert_eq!(codes(&code), ["credit-code.prefix"]);
    }

    proptest! {
        #[test]
        fn one_changed_character_is_always_seen(
            body in "[0-9A-HJ-NP-RTUW-Y]{2}[0-9]{6}[0-9A-HJ-NP-RTUW-Y]{9}",
            at in 0_usize..17,
            other in 0_usize..31,
        ) {
            let wanted = check_character(&body).expect("17 characters of the set");
            let mut marks: Vec<char> = body.chars().collect();
            let other = CHARACTERS.chars().nth(other).expect("31 characters");
            prop_assume!(marks[at] != other);
            marks[at] = other;
            prop_assert_ne!(check_character(&text(&marks)), Some(wanted));
        }
    }
}

//! Regions (行政区划): counties and function zones as they are written on the forms.

use std::collections::HashMap;

use super::Finding;

/// One county or function zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    /// Six digits (GB/T 2260).
    pub code: String,
    /// The city above it.
    pub city: String,
    /// Its own name.
    pub name: String,
    /// Whether it is a function zone (功能区), written by its own name alone.
    pub zone: bool,
    /// The codes that took its place, if it has been abolished.
    pub successors: Option<Vec<String>>,
}

/// All regions that the data know.
#[derive(Debug, Clone, Default)]
pub struct Regions {
    regions: Vec<Region>,
    /// The places of the regions in use that are written so, in any province.
    by_name: HashMap<String, Vec<usize>>,
    /// The names of provinces, by the first two digits of their codes.
    provinces: HashMap<String, String>,
}

/// A line of the region data that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegionFault {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub what: &'static str,
}

const HEAD: &str = "code,prefecture,name,level,in_use_since,abolished,new_codes";

impl Region {
    /// The name as the forms want it: 太原市小店区, or a zone's own name.
    #[must_use]
    pub fn full_name(&self) -> String {
        if self.zone { self.name.clone() } else { format!("{}{}", self.city, self.name) }
    }
}

impl Regions {
    /// Reads the region data (CSV with the columns of its first line).
    ///
    /// # Errors
    /// The first line that cannot be used.
    pub fn parse(csv: &str) -> Result<Self, RegionFault> {
        let mut lines = csv.lines().enumerate();
        if lines.next().map(|(_, line)| line.trim_end()) != Some(HEAD) {
            return Err(RegionFault {
                line: 1,
                what: "表头应为 code,prefecture,name,level,in_use_since,abolished,new_codes",
            });
        }
        let (mut regions, mut provinces) = (Vec::new(), HashMap::new());
        for (at, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
            let fault = |what| RegionFault { line: at + 1, what };
            let columns: Vec<&str> = line.trim_end().split(',').collect();
            let &[code, city, name, level, _, abolished, successors] = columns.as_slice() else {
                return Err(fault("应有 7 列"));
            };
            if code.len() != 6 || !code.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(fault("代码应为 6 位数字"));
            }
            let zone = match level {
                "县级" => false,
                "功能区" => true,
                "省级" => {
                    provinces.insert(code[..2].to_owned(), name.to_owned());
                    continue;
                }
                "地级" => continue,
                _ => return Err(fault("级别应为 省级、地级、县级 或 功能区")),
            };
            let successors = (!abolished.is_empty()).then(|| {
                successors.split(';').filter(|c| !c.is_empty()).map(str::to_owned).collect()
            });
            regions.push(Region {
                code: code.to_owned(),
                city: city.to_owned(),
                name: name.to_owned(),
                zone,
                successors,
            });
        }
        regions.sort_by(|a, b| a.code.cmp(&b.code));
        let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, region) in regions.iter().enumerate().filter(|(_, one)| one.successors.is_none()) {
            by_name.entry(region.full_name()).or_default().push(at);
        }
        Ok(Self { regions, by_name, provinces })
    }

    /// Whether there is no region at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.regions.is_empty()
    }

    /// The name of a province by a code that begins with its two digits, if the data tell it.
    fn province(&self, code: &str) -> Option<&str> {
        self.provinces.get(code.get(..2)?).map(String::as_str)
    }

    /// The counties and zones in use in a province (a code of six digits), in the order of codes.
    pub fn of(&self, province: &str) -> impl Iterator<Item = &Region> {
        let prefix = province.get(..2).unwrap_or_default().to_owned();
        self.regions
            .iter()
            .filter(move |region| region.successors.is_none() && region.code.starts_with(&prefix))
    }

    /// The region that is written so.
    #[must_use]
    pub fn find(&self, text: &str, province: &str) -> Option<&Region> {
        let prefix = province.get(..2).unwrap_or_default();
        let places = self.by_name.get(text)?.iter();
        places.map(|&at| &self.regions[at]).find(|region| region.code.starts_with(prefix))
    }

    /// What is wrong with a region as it is written, if anything.
    #[must_use]
    pub fn examine(&self, text: &str, province: &str) -> Vec<Finding> {
        if self.find(text, province).is_some() {
            return Vec::new();
        }
        vec![self.explain(text, province).with("found", text.to_owned())]
    }

    fn explain(&self, text: &str, province: &str) -> Finding {
        let ends: Vec<&Region> =
            self.of(province).filter(|region| text.ends_with(&region.full_name())).collect();
        if let [region] = ends.as_slice() {
            return Finding::problem("region.prefix").with("corrected", region.full_name());
        }
        let in_city: Vec<String> = self
            .of(province)
            .filter(|region| !region.zone && region.city == text)
            .map(Region::full_name)
            .collect();
        if !in_city.is_empty() {
            return Finding::problem("region.county-missing")
                .with("examples", in_city[..3.min(in_city.len())].to_vec());
        }
        let named: Vec<String> = self
            .of(province)
            .filter(|region| !region.zone && region.name == text)
            .map(Region::full_name)
            .collect();
        if !named.is_empty() {
            return Finding::problem("region.city-missing").with("candidates", named);
        }
        if let Some(gone) = self.abolished(text, province) {
            let mut successors = Vec::new();
            self.in_use_after(gone, 0, &mut successors);
            return Finding::problem("region.abolished").with("successors", successors);
        }
        // The county stands under another city than the one written.
        let elsewhere: Vec<String> = self
            .of(province)
            .filter(|region| !region.zone && text.ends_with(&region.name))
            .filter(|region| {
                self.of(province).any(|other| text == format!("{}{}", other.city, region.name))
            })
            .map(Region::full_name)
            .collect();
        if !elsewhere.is_empty() {
            return Finding::problem("region.mismatch").with("candidates", elsewhere);
        }
        // A county of another province: nothing here resembles it.
        if let Some(other) = self.regions.iter().find(|region| {
            region.successors.is_none()
                && !region.code.starts_with(province.get(..2).unwrap_or_default())
                && text.ends_with(&region.full_name())
        }) {
            let there = other.code.get(..2).unwrap_or_default();
            return Finding::problem("region.elsewhere")
                .with("there", self.province(there).unwrap_or_default())
                .with("here", self.province(province).unwrap_or_default());
        }
        Finding::problem("region.unknown").with("nearest", self.nearest(text, province))
    }

    /// The regions in use that took the place of an abolished one, through all that came between.
    fn in_use_after(&self, gone: &Region, steps: usize, found: &mut Vec<String>) {
        for code in gone.successors.iter().flatten() {
            for region in self.regions.iter().filter(|region| region.code == *code) {
                match &region.successors {
                    None if !found.contains(&region.full_name()) => found.push(region.full_name()),
                    // A code may have been given out again; a few steps lead to the present.
                    Some(_) if steps < 8 => self.in_use_after(region, steps + 1, found),
                    _ => {}
                }
            }
        }
    }

    fn abolished(&self, text: &str, province: &str) -> Option<&Region> {
        let prefix = province.get(..2).unwrap_or_default();
        self.regions
            .iter()
            .filter(|region| region.successors.is_some() && region.code.starts_with(prefix))
            .filter(|region| region.full_name() == text || region.name == text)
            .max_by(|a, b| a.successors.cmp(&b.successors))
    }

    /// Up to three names that resemble the text most; the short names of zones (综改示范区) count
    /// as their full ones.
    fn nearest(&self, text: &str, province: &str) -> Vec<String> {
        let mut scored: Vec<(f64, String)> = self
            .of(province)
            .map(|region| {
                let full = region.full_name();
                let contained = region.zone && is_abbreviation(text, &full);
                let near = strsim::normalized_damerau_levenshtein(text, &full)
                    .max(strsim::normalized_damerau_levenshtein(text, &region.name));
                (if contained { 1.0 } else { near }, full)
            })
            .filter(|(near, _)| *near >= 0.4)
            .collect();
        scored.sort_by(|a, b| b.0.total_cmp(&a.0));
        scored.into_iter().take(3).map(|(_, name)| name).collect()
    }
}

/// Whether the characters of the short name stand in the long one in the same order.
fn is_abbreviation(short: &str, long: &str) -> bool {
    let mut rest = long.chars();
    short.chars().count() >= 3 && short.chars().all(|mark| rest.any(|other| other == mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHANXI: &str = "140000";

    fn regions() -> Regions {
        Regions::parse(include_str!("../../templates/lib/data/regions.csv")).expect("the data")
    }

    fn of(text: &str) -> Finding {
        regions().examine(text, SHANXI).remove(0)
    }

    #[test]
    fn knows_every_county_of_shanxi() {
        let regions = regions();
        assert_eq!(regions.of(SHANXI).filter(|region| !region.zone).count(), 117);
        for region in regions.of(SHANXI) {
            assert_eq!(regions.examine(&region.full_name(), SHANXI), [], "{}", region.code);
        }
        assert_eq!(regions.find("山西转型综合改革示范区", SHANXI).expect("a zone").code, "140171");
    }

    #[test]
    fn says_what_is_wrong() {
        assert_eq!(of("太原市").code, "region.county-missing");
        assert_eq!(of("小店区").facts["candidates"], serde_json::json!(["太原市小店区"]));
        assert_eq!(of("城区").facts["candidates"].as_array().map(Vec::len), Some(2));
        assert_eq!(of("山西省太原市小店区").facts["corrected"], "太原市小店区");
        assert_eq!(of("晋中市太谷县").facts["successors"], serde_json::json!(["晋中市太谷区"]));
        assert_eq!(of("大同市小店区").facts["candidates"], serde_json::json!(["太原市小店区"]));
        assert_eq!(of("潞城县").facts["successors"], serde_json::json!(["长治市潞城区"]));
        assert_eq!(of("综改示范区").facts["nearest"][0], "山西转型综合改革示范区");
        assert_eq!(of("太原市小店县").facts["nearest"][0], "太原市小店区");
        assert_eq!(of("海淀区").code, "region.unknown");
    }

    #[test]
    fn a_region_of_another_province_is_told_so() {
        let found = regions().examine("太原市迎泽区", "420000").remove(0);
        assert_eq!((found.code, &found.facts["there"]), ("region.elsewhere", &"山西省".into()));
        let more = format!(
            "{HEAD}\n140000,,山西省,省级,,,\n140106,太原市,迎泽区,县级,1997,,\n420000,,湖北省,省级,,,\n420106,武汉市,武昌区,县级,1953,,\n"
        );
        let both = Regions::parse(&more).expect("sound");
        assert_eq!(both.examine("山西省太原市迎泽区", "420000")[0].facts["here"], "湖北省");
        assert_eq!(both.examine("武汉市武昌县", "420000")[0].code, "region.unknown");
    }

    #[test]
    fn a_bad_line_is_named() {
        let bad = format!("{HEAD}\n14010,太原市,小店区,县级,1997,,\n");
        assert_eq!(Regions::parse(&bad).expect_err("a bad code").line, 2);
    }
}

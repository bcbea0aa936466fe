//! Long lists, made to measure: every name, code and place differs as those of real ones do.

use chengwen::app::App;
use chengwen::values::{Region, credit_code};
use serde_json::{Value, json};

const TRADES: [&str; 12] = [
    "食品",
    "百货",
    "餐饮管理",
    "家用电器",
    "大药房连锁",
    "汽车销售服务",
    "文化旅游",
    "电子商务",
    "物业服务",
    "教育培训",
    "眼镜",
    "家政服务",
];
const NAMES: [&str; 15] = [
    "晋味源",
    "云冈",
    "平遥",
    "汾河",
    "鸽城惠民",
    "金威",
    "太行乡村",
    "益民",
    "东湖",
    "六味斋",
    "宁化府",
    "龙城",
    "晋阳湖",
    "双合成",
    "五台山",
];
const DEPARTMENTS: [&str; 5] =
    ["商务局", "文化和旅游局", "市场监督管理局", "住房和城乡建设局", "教育局"];

const PEOPLE: [&str; 4] = ["郝雅琴", "王强", "李晓燕", "欧阳明月"];

/// A sound 统一社会信用代码 of a region (six digits), a different one for every number.
pub(crate) fn code(region: &str, number: usize) -> String {
    let body = format!("MA0{number:05}");
    let check = credit_code::organisation_check_character(&body).expect("eight characters");
    let first = format!("91{region}{body}{check}");
    let last = credit_code::check_character(&first).expect("seventeen characters");
    format!("{first}{last}")
}

fn name(region: &Region, number: usize) -> String {
    let (own, trade) = (NAMES[number % NAMES.len()], TRADES[number % TRADES.len()]);
    match number % 7 {
        0 => format!("山西{own}{trade}集团股份有限公司{}第{number}分公司", region.name),
        1 => format!("{own}{trade}第{number}店"),
        _ => format!("{}{own}{trade}有限公司{number}部", region.full_name()),
    }
}

fn kind(number: usize) -> &'static str {
    match number % 10 {
        8 => "示范行业",
        9 => "示范区域",
        _ => "示范单位",
    }
}

fn regions(app: &App) -> Vec<Region> {
    app.catalog().regions().of("140000").cloned().collect()
}

/// A 公示 with so many names.
pub(crate) fn notice(app: &App, sample: &Value, names: usize) -> Value {
    let regions = regions(app);
    let entries = (0..names).map(|number| {
        let region = &regions[number * 31 % regions.len()];
        json!({
            "name": name(region, number),
            "category": { "kind": kind(number) },
            "registration": { "number": code(&region.code, number) },
            "region": region.full_name(),
        })
    });
    let mut record = sample.clone();
    record["entries"] = entries.collect();
    record
}

/// A 培育汇总表 with so many rows.
pub(crate) fn summary(app: &App, sample: &Value, rows: usize) -> Value {
    let regions = regions(app);
    let rows = (0..rows).map(|number| {
        let region = &regions[number * 31 % regions.len()];
        let mut row = json!({
            "name": name(region, number),
            "category": { "kind": kind(number) },
            "registration": { "number": code(&region.code, number) },
            "region": region.full_name(),
            "industry_authority": format!("{}{}", region.name, DEPARTMENTS[number % 5]),
            "contact": { "name": (PEOPLE[number % 4]), "phone": format!("139{number:08}") },
        });
        if number % 9 == 0 {
            row["remark"] = json!("已取得山西精品认证");
        }
        row
    });
    let mut record = sample.clone();
    record["rows"] = rows.collect();
    record
}

/// So many 证书.
pub(crate) fn certificates(app: &App, sample: &Value, sheets: usize) -> Value {
    let regions = regions(app);
    (0..sheets)
        .map(|number| {
            let region = &regions[number * 31 % regions.len()];
            let mut one = sample.clone();
            one["holder"] = json!(name(region, number));
            one["category"]["kind"] = json!(kind(number));
            one["registration"] = json!({ "number": code(&region.code, number) });
            one["region"] = json!(region.full_name());
            one["number"] = json!(format!("晋放心示〔2026〕单位{:04}号", number + 1));
            one
        })
        .collect()
}

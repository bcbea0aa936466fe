//! The sentences about fields: code and facts become one Chinese sentence with label and remedy.

use serde_json::Value;

use super::problem::Problem;
use super::value_sentences::{number_sentence, region_sentence, text_sentence, typed_sentence};
use crate::catalog::Schema;
use crate::values::text::visible;
use crate::values::{Facts, Finding};

/// The finding at its place, with label and sentence.
pub(super) fn problem(
    schema: &Schema,
    record: &Value,
    pointer: String,
    finding: Finding,
) -> Problem {
    // What is no field of the schema is called as the input calls it.
    let labels: Vec<String> =
        schema.shape.labels(record, &pointer).iter().map(|label| shown(label)).collect();
    let sentence = sentence(&named(&labels), finding.code, &finding.facts);
    Problem {
        level: finding.level,
        label: labels.join("—"),
        code: finding.code.to_owned(),
        facts: finding.facts,
        sentence,
        pointer,
    }
}

/// What was found on a line (from 1) of a text that someone typed; 0 stands for the whole text. `label`
/// is what the reader calls the text: the name of the file, or of the part of the packet.
#[must_use]
pub fn on_line(pointer: &str, label: &str, line: usize, finding: &Finding) -> Problem {
    let named = match line {
        0 => format!("“{label}”"),
        line => format!("“{label}”第{line}行"),
    };
    let mut facts = finding.facts.clone();
    if line > 0 {
        facts.insert("line".to_owned(), line.into());
    }
    Problem {
        level: finding.level,
        pointer: pointer.to_owned(),
        label: label.to_owned(),
        code: finding.code.to_owned(),
        sentence: sentence(&named, finding.code, &finding.facts),
        facts,
    }
}

/// 申报联系人—联系电话 as a reader of the paper would say it.
fn named(labels: &[String]) -> String {
    if labels.is_empty() { String::new() } else { format!("“{}”", labels.join("—")) }
}

fn sentence(label: &str, code: &str, facts: &Facts) -> String {
    let get = |key: &str| facts.get(key).map(said).unwrap_or_default();
    let corrected = |otherwise: &str| match facts.get("corrected") {
        Some(right) => format!("请写作“{}”", said(right)),
        None => otherwise.to_owned(),
    };
    match code {
        "json.syntax" => {
            let mark = match facts.get("full_width") {
                Some(mark) => format!("；附近有全角符号“{}”，请改为半角", said(mark)),
                None => String::new(),
            };
            let hint = match facts.get("hint") {
                Some(hint) => format!("；{}", said(hint)),
                None => String::new(),
            };
            format!(
                "JSON 第{}行第{}列有误：{}{mark}{hint}",
                get("line"),
                get("column"),
                get("what")
            )
        }
        "json.encoding" => {
            format!("文件第{}行不是 UTF-8 编码，请用“另存为”选择 UTF-8 编码后再试", get("line"))
        }
        "json.empty" => "文件是空的，请填写数据；空白表格请用 --blank".to_owned(),
        "problems.too-many" => {
            format!(
                "要说的太多，只列出前面的，另有 {} 个没有列出；请核对是不是选错了文件",
                get("rest")
            )
        }
        "json.duplicate-key" => {
            format!("字段“{}”写了两次，请只保留一个", get("key"))
        }
        "field.missing" => {
            let remedy = match facts.get("choices") {
                Some(_) => format!("没有选择，请选择：{}", choices(facts)),
                None => "没有填写，请填写".to_owned(),
            };
            let reason = match facts.get("reason_allowed") {
                Some(Value::Bool(true)) => "；确实没有的，写明未填原因",
                _ => "",
            };
            format!("{label}{remedy}{reason}")
        }
        "field.unknown" if facts.contains_key("no_reason_here") => {
            "这里不能以未填原因代替，请删去原因，填写应填的内容".to_owned()
        }
        "field.unknown" => match (facts.get("nearest"), facts.get("known")) {
            (Some(nearest), _) => format!(
                "没有“{}”这个字段，是否应为“{}”（{}）？请改正或删去",
                get("key"),
                said(nearest),
                get("nearest_label")
            ),
            (None, Some(known)) => {
                format!("没有“{}”这个字段，请删去；这里可用的字段是：{}", get("key"), said(known))
            }
            (None, None) => format!("没有“{}”这个字段，请删去", get("key")),
        },
        "field.type" if label.is_empty() => {
            format!("数据应为{}，现为{}", get("wanted"), get("found"))
        }
        "field.type" => match facts.get("choices") {
            Some(_) => format!("{label}只能选一个：{}；现为{}", choices(facts), get("found")),
            None if facts.contains_key("no_reason_here") => {
                format!("{label}不能以未填原因代替，请填写")
            }
            None if facts.contains_key("unquoted") => {
                format!("{label}应为{}，请去掉引号，写作 {}", get("wanted"), get("unquoted"))
            }
            None if facts.contains_key("listed") => {
                format!("{label}应为列表，写作 [\"…\", \"…\"]，现为{}，请改正", get("found"))
            }
            None if facts.contains_key("fields") => format!(
                "{label}应为一组字段，写作 {{\"{}\": …}}，现为{}，请改正",
                facts["fields"]
                    .as_array()
                    .and_then(|fields| fields.first())
                    .map(said)
                    .unwrap_or_default(),
                get("found")
            ),
            None if facts.contains_key("quoted") && get("wanted") == "文字" => {
                format!("{label}应为文字，请加半角双引号，写作 {}", get("quoted"))
            }
            None => format!("{label}应为{}，现为{}，请改正", get("wanted"), get("found")),
        },
        "field.choice" => {
            format!("{label}应为以下之一：{}；现为“{}”，请改选", choices(facts), get("found"))
        }
        "field.too-short" => {
            format!("{label}至少{}字，现为{}字，请补充", get("limit"), get("length"))
        }
        "field.too-long" => {
            format!("{label}最多{}字，现为{}字，请精简", get("limit"), get("length"))
        }
        "list.too-few" => format!("{label}至少{}项，现为{}项，请补充", get("limit"), get("count")),
        "list.too-many" => format!("{label}最多{}项，现为{}项，请删减", get("limit"), get("count")),
        "list.same" => {
            let name = match facts.get("first_name") {
                Some(Value::String(name)) => format!("（{}）", shown(name)),
                _ => String::new(),
            };
            format!(
                "{label}填的“{}”与第{}{}{name}相同，请核对，只保留一{}",
                get("found"),
                get("first"),
                get("unit"),
                get("unit")
            )
        }
        "many.none" => "没有数据，列表中至少应有一份".to_owned(),
        "many.too-many" => format!(
            "共{}份，超过一次 {} 份的限度（limits.rows），请分几次",
            get("found"),
            get("limit")
        ),
        "list.over-limit" => format!(
            "{label}有{}项，超过 {} 项的限度（limits.rows），请分几次",
            get("found"),
            get("limit")
        ),
        "field.no-room" => format!(
            "{label}过长，换行并缩到最小字号（{}）后版面仍放不下，请精简",
            get("floor").replace("pt", " pt")
        ),
        "sheet.too-long" => format!(
            "排出来有 {} 页，{}只能有 {} 页，请缩短较长的内容",
            get("pages"),
            get("document"),
            get("limit")
        ),
        "number.taken" => format!(
            "{label}{}已经用过（{}），不能再用；请换一个编号，或者留空由登记簿编号",
            get("found"),
            get("holder")
        ),
        "holder.held" => format!(
            "{label}已有这一称号的有效证书（{}{}）；不必再发的请删去这一行，或用 --good-rows 只印别的行；\
             要换发或确实再发一份，命令行加 --new，接口加 anew=yes，换发的印好后用 registry revoke --replaced-by 注明",
            get("number"),
            if get("to").is_empty() {
                String::new()
            } else {
                format!("，有效期至 {}", get("to"))
            },
        ),
        "date.ahead" => format!(
            "{label}是 {}，比今天（{}）晚一年以上，编号也要按这一年编；请核对年份",
            get("found"),
            get("today")
        ),
        "holder.waiting" => format!(
            "{label}的证书（{}）在批次 {} 中已经编号，还没有印完；请用那一批的数据再运行一次，接着印，\
             或者先取消那一批（registry cancel {}，接口 DELETE）",
            get("number"),
            get("batch"),
            get("batch")
        ),
        "holder.twice" => format!(
            "{label}与第{}{}是同一持有者、同一称号，请只留一{}；确实各发一份，命令行加 --new，接口加 anew=yes",
            get("first"),
            get("unit"),
            get("unit")
        ),
        "list.repeated" => format!("{label}中“{}”重复，请只保留一个", get("repeated")),
        "number.too-small" => {
            format!("{label}不能小于{}，现为{}，请改正", get("limit"), get("found"))
        }
        "number.too-large" => {
            format!("{label}不能大于{}，现为{}，请改正", get("limit"), get("found"))
        }
        "field.pattern" => {
            format!("{label}填的“{}”的写法不对，应符合 {}", get("found"), get("pattern"))
        }
        code if code.starts_with("table.") => super::table::sentence::sentence(label, code, &get),
        code if code.starts_with("typed.") => typed_sentence(label, code, &get),
        code if code.starts_with("text.") => text_sentence(label, code, &get),
        code if code.starts_with("credit-code.") || code.starts_with("registration-number.") => {
            number_sentence(label, code, &get)
        }
        code if code.starts_with("region.") => region_sentence(label, code, &get),
        "phone.mobile-length" => {
            format!("{label}的手机号码应为11位，现为{}位，请核对", get("digits"))
        }
        "phone.area-code" => {
            format!("{label}填的“{}”缺区号，请写作 区号-号码，例如 0351-4123456", get("found"))
        }
        "phone.malformed" => format!(
            "{label}填的“{}”不是电话号码，{}",
            get("found"),
            corrected("请写11位手机号码，或 区号-号码，例如 0351-4123456")
        ),
        "postcode.malformed" => {
            format!("{label}应为6位数字，现为“{}”，{}", get("found"), corrected("请核对"))
        }
        "date.malformed" => format!(
            "{label}应写作 年-月-日，例如 2026-03-05，现为“{}”，{}",
            get("found"),
            corrected("请改正")
        ),
        "date.impossible" => match facts.get("days") {
            Some(days) => format!(
                "{label}填的“{}”不存在，{}年{}月只有{}天，请改正",
                get("found"),
                get("year"),
                get("month"),
                said(days)
            ),
            None => format!("{label}填的“{}”不存在，没有{}月，请改正", get("found"), get("month")),
        },
        "date.year" => format!(
            "{label}的年份应在{}至{}之间，现为“{}”，请改正",
            get("earliest"),
            get("latest"),
            get("found")
        ),
        _ => format!("{label}不合规定（{}），请核对", get("message")),
    }
}

/// The choices of a place, each with what it is called where it does not speak for itself.
fn choices(facts: &Facts) -> String {
    let list = |key: &str| facts.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    let labels = list("choice_labels");
    let named = list("choices").into_iter().enumerate().map(|(at, choice)| match labels.get(at) {
        Some(label) => format!("{}（{}）", said(&choice), said(label)),
        None => said(&choice),
    });
    named.collect::<Vec<_>>().join("、")
}

/// A fact as it is read aloud: lists with 、, texts without quotation marks.
fn said(fact: &Value) -> String {
    match fact {
        Value::String(text) => shown(text),
        Value::Array(items) => items.iter().map(said).collect::<Vec<_>>().join("、"),
        Value::Object(map) => match (map.get("name"), map.get("code_point"), map.get("count")) {
            (Some(name), Some(point), Some(count)) => {
                format!("{}（{}）{}个", said(name), said(point), said(count))
            }
            _ => fact.to_string(),
        },
        Value::Null => "空值".to_owned(),
        Value::Bool(true) => "true".to_owned(),
        Value::Bool(false) => "false".to_owned(),
        Value::Number(number) => number.to_string(),
    }
}

/// How much of a user's text a sentence repeats, in characters.
const REPEATED: usize = 60;

/// A user's text as a sentence may repeat it: what cannot be seen by its code point, a long one cut.
#[must_use]
pub fn shown(text: &str) -> String {
    let repeated: String = text.chars().take(REPEATED).collect();
    let mut said = visible(&repeated);
    if text.chars().nth(REPEATED).is_some() {
        said.push('…');
    }
    said
}

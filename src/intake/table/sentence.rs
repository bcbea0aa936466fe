//! The sentences about tables.

/// The sentence of a code about a table; `label` names the field in quotes.
pub(in crate::intake) fn sentence(label: &str, code: &str, get: &dyn Fn(&str) -> String) -> String {
    match code {
        "table.no-head" => format!(
            "没有找到表头：前 10 行里没有一个单元格是已知的栏目；请在数据上方加一行表头，可用的栏目有：{}",
            get("labels")
        ),
        "table.empty" => "文件里没有内容；请在第一行写上表头，下面每行填写一份".to_owned(),
        "table.column-missing" => format!(
            "没有“{}”这一栏（必填），请在表头（第{}行）加上这一栏，并逐行填写",
            get("column"),
            get("row")
        ),
        "table.date-number" => format!(
            "{label}现为数字 {}，在电子表格里是 {} 这一天；请核对，改写为“{}”",
            get("found"),
            get("corrected"),
            get("corrected")
        ),
        "table.no-rows" => "表头下面没有数据，请至少填写一行".to_owned(),
        "table.column-twice" => {
            format!("{}的“{}”与{}是同一栏，请只保留一列", get("cell"), get("header"), get("first"))
        }
        "table.column-unknown" => format!(
            "{}的栏目“{}”不认识，这一列没有读；是否应为“{}”？请改正表头；确实用不着的，请删去这一列",
            get("cell"),
            get("header"),
            get("nearest")
        ),
        "table.column-unused" => {
            format!("{}的栏目“{}”用不着，这一列没有读", get("cell"), get("header"))
        }
        "table.other-sheets" => {
            format!("只读了工作表“{}”；工作表{}里还有内容，没有读", get("sheet"), get("others"))
        }
        "table.number-rounded" => format!(
            "{label}现为 {}，电子表格已把后几位改成了 0 或写成了科学记数；请把这一列设为文本后重新填写",
            get("found")
        ),
        "table.error-cell" => {
            format!("{label}是电子表格的错误值 {}，请改正公式，或直接填写内容", get("found"))
        }
        _ => format!("{label}是公式，但没有算出的值；请用电子表格打开并保存一次，或直接填写内容"),
    }
}

//! The sentences about values: characters, typed texts, codes, regions.

/// Of characters that cannot be printed, or look like others.
pub(super) fn text_sentence(label: &str, code: &str, get: &dyn Fn(&str) -> String) -> String {
    let place = format!("第{}个字符", get("position"));
    let point = get("code_point");
    match code {
        "text.removed" => format!(
            "{label}中有看不见的空格，已去掉（字母之间的换成普通空格）：{}",
            get("characters")
        ),
        "text.trimmed" => format!("{label}首尾的空白已去掉"),
        "text.line-break" => format!("{label}只能写一行，{place}是换行，请删去换行"),
        "text.radical" | "text.compatibility" | "text.circle" => {
            let kind = match code {
                "text.radical" => "是部首，不是汉字",
                "text.compatibility" => "是兼容汉字，搜索时找不到",
                _ => "是圆圈，不是“〇”字",
            };
            format!(
                "{label}{place}“{}”（{point}）{kind}，是否应为“{}”（{}），请核对",
                get("character"),
                get("corrected"),
                get("corrected_code_point")
            )
        }
        "text.control" => {
            format!("{label}{place}是看不见的控制字符（{point}），请删去后重新输入")
        }
        "text.bidi" => format!("{label}{place}是改变文字方向的控制字符（{point}），请删去"),
        "text.private-use" => format!(
            "{label}{place}“{}”是自造字（{point}），别的电脑上不是这个字，请改用国标字库中的字",
            get("character")
        ),
        "text.replacement" => {
            format!("{label}{place}是乱码（{point}），原来的字已经丢失，请重新输入")
        }
        "text.invisible" => format!("{label}{place}是看不见的字符（{point}），请删去"),
        "text.combining" => {
            format!("{label}{place}是单独的附加符号（{point}），请改用带符号的单个字母，例如 é")
        }
        _ => format!(
            "{label}{place}“{}”（{point}）没有字形，印出来会是空框，请核对或换用规范字",
            get("character")
        ),
    }
}

/// Of texts that someone typed to be typeset.
pub(super) fn typed_sentence(label: &str, code: &str, get: &dyn Fn(&str) -> String) -> String {
    match code {
        "typed.not-text" => format!(
            "{label}不是文字文件，或编码已经损坏，请用“另存为”存成纯文本（.txt，UTF-8 编码）后再试"
        ),
        "typed.empty" => format!("{label}没有正文，请写上内容"),
        "typed.picture" => {
            format!("{label}有图片，不能排进正文，请删去，把图片作为单独的附件提交")
        }
        "typed.html" => format!("{label}的“{}”是 HTML，印不出来，请改成普通文字", get("found")),
        "typed.link" => format!(
            "{label}的链接只印文字“{}”，不印网址 {}；要让人看到网址，请写进文字",
            get("words"),
            get("address")
        ),
        "typed.definition" => format!(
            "{label}“{}”在 Markdown 中是链接的定义，不会印出；是正文的，请去掉方括号",
            get("found")
        ),
        "typed.footnote" => format!("{label}有脚注，不能排进正文，请把脚注的内容写进正文"),
        "typed.struck" => {
            format!("{label}“{}”加了删除线，请确定取舍，删去删除线", get("words"))
        }
        "typed.rule" => format!("{label}的分隔线不印出"),
        "typed.deep-heading" => {
            format!("{label}的标题“{}”在第四级以下，公文标题只有四级，按第四级排", get("words"))
        }
        "typed.joined" => format!(
            "{label}与下一行之间没有空行，Markdown 把两行排成一段；要分成两段，请在中间空一行"
        ),
        "typed.marks" => format!("{label}的“{}”会照样印出，请核对", get("marks")),
        "typed.markdown" => format!(
            "{label}的“{}”是 Markdown 的记号，在纯文本中会照样印出；文件是 Markdown 的，请把文件名改成以 .md 结尾",
            get("marks")
        ),
        _ => format!(
            "{label}的表格有{}列，最多{}列，请拆成几个表，或把表格作为单独的附件提交",
            get("found"),
            get("limit")
        ),
    }
}

/// Of credit codes and registration numbers.
pub(super) fn number_sentence(label: &str, code: &str, get: &dyn Fn(&str) -> String) -> String {
    let place = format!("第{}位", get("position"));
    match code {
        "credit-code.length" => {
            format!("{label}应为18位，现为{}位，请对照营业执照核对", get("length"))
        }
        "credit-code.form" => {
            format!("{label}应为半角数字和大写字母，请写作“{}”", get("corrected"))
        }
        "credit-code.character" => format!(
            "{label}{place}“{}”不是代码用字（数字和不含I、O、S、V、Z的大写字母），请对照营业执照核对",
            get("found")
        ),
        "credit-code.region-digits" => {
            format!("{label}第3至8位应为数字，现为“{}”，请对照营业执照核对", get("found"))
        }
        "credit-code.prefix" => {
            format!(
                "{label}开头的“{}”不是常见的登记机关和机构类别，请对照营业执照核对",
                get("found")
            )
        }
        _ => format!(
            "{label}{place}应为“{}”，现为“{}”，请对照营业执照核对",
            get("wanted"),
            get("found")
        ),
    }
}

/// Of regions.
pub(super) fn region_sentence(label: &str, code: &str, get: &dyn Fn(&str) -> String) -> String {
    match code {
        "region.prefix" => format!("{label}只写到市和县（市、区），请写作“{}”", get("corrected")),
        "region.county-missing" => {
            format!(
                "{label}填的“{}”缺县（市、区），请写全，例如：{}",
                get("found"),
                get("examples")
            )
        }
        "region.city-missing" => {
            format!("{label}填的“{}”缺设区市，请写作：{}", get("found"), get("candidates"))
        }
        "region.abolished" => {
            format!("{label}填的“{}”已撤销，现为：{}，请改写", get("found"), get("successors"))
        }
        "region.mismatch" => {
            format!("{label}填的“{}”市县不对应，是否应为：{}", get("found"), get("candidates"))
        }
        "region.elsewhere" => {
            let named = |name: String, other: &str| match name.is_empty() {
                true => other.to_owned(),
                false => name,
            };
            format!(
                "{label}填的“{}”是{}的，本活动在{}，请核对",
                get("found"),
                named(get("there"), "别的省（区、市）"),
                named(get("here"), "另一个省（区、市）")
            )
        }
        _ if get("nearest").is_empty() => {
            format!("{label}填的“{}”不在行政区划表中，请按“XX市XX县（市、区）”填写", get("found"))
        }
        _ => format!("{label}填的“{}”不在行政区划表中，是否应为：{}", get("found"), get("nearest")),
    }
}

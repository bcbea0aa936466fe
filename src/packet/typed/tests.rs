//! Both formats, read through the one door.

use proptest::prelude::*;

use super::{Block, Run, Typed, read};
use crate::values::Level;

fn every(_: char) -> bool {
    true
}

fn markdown(text: &str) -> Typed {
    read(text.as_bytes(), true, &every).expect("a text")
}

fn plain(text: &str) -> Typed {
    read(text.as_bytes(), false, &every).expect("a text")
}

/// A report in a few signs: `1|一、…` a heading, `P|` a paragraph with its head before `/` and strong
/// words in `*`, `I|` an item, `T|` a table.
fn shown(typed: &Typed) -> String {
    let words = |runs: &[Run]| -> String {
        let one = |run: &Run| if run.strong { format!("*{}*", run.text) } else { run.text.clone() };
        runs.iter().map(one).collect()
    };
    let mut lines: Vec<String> = typed.title.iter().map(|title| format!("0|{title}")).collect();
    lines.extend(typed.blocks.iter().map(|block| match block {
        Block::Heading { level, number, text, .. } => {
            format!("{level}|{}{text}", number.as_deref().unwrap_or_default())
        }
        Block::Paragraph { head: Some(head), runs, .. } => {
            format!("P{}|{}/{}", head.level, head.text, words(runs))
        }
        Block::Paragraph { runs, .. } => format!("P|{}", words(runs)),
        Block::Item { number, runs, .. } => format!("I|{number}{}", words(runs)),
        Block::Table { rows, .. } => {
            let rows: Vec<String> = rows.iter().map(|row| row.join("，")).collect();
            format!("T|{}", rows.join("；").replace('\n', "⏎"))
        }
    }));
    lines.join("\n")
}

fn found(typed: &Typed) -> Vec<(usize, &str)> {
    typed.findings.iter().map(|(line, finding)| (*line, finding.code)).collect()
}

#[test]
fn a_plain_text_is_read_line_by_line() {
    let typed = plain(concat!(
        "\u{FEFF}放心消费示范创建情况报告\r\n\r\n",
        "　　我店成立于2015年。 \r\n",
        "\t一、基本情况\r\n",
        "（一）主体。我店主营食品。\r\n",
        "二、主要做法。每日查验。做好记录。\r\n",
        "1.每日查验\r\n",
    ));
    assert_eq!(
        shown(&typed),
        "0|放心消费示范创建情况报告\nP|我店成立于2015年。\n1|一、基本情况\nP2|（一）主体。/我店主营食品。\n\
         P1|二、主要做法。/每日查验。做好记录。\nP|1.每日查验"
    );
    assert_eq!(typed.blocks.iter().map(Block::line).collect::<Vec<_>>(), [3, 4, 5, 6, 7]);
    let headings: Vec<&str> = typed.headings().collect();
    assert_eq!(headings, ["一、基本情况", "（一）主体。", "二、主要做法。"]);
    assert_eq!(found(&typed), []);
    assert_eq!(typed.characters(), 12 + 8 + 6 + 13 + 17 + 5);
}

#[test]
fn the_first_line_is_a_title_only_where_it_looks_like_one() {
    for text in
        ["我店成立了。\n\n正文", "创建方案\n正文", "一、情况\n\n正文", "创建方案", "创建方案\n\n\n"]
    {
        assert_eq!(plain(text).title, None, "{text}");
    }
    assert_eq!(plain("\n\n创建方案\n\n正文").title.as_deref(), Some("创建方案"));
    assert_eq!(plain(&format!("{}\n\n正文", "长".repeat(41))).title, None);
}

#[test]
fn markdown_has_headings_lists_and_tables() {
    let typed = markdown(
        "# 创建情况报告\n\n## 基本情况\n\n我店**主营**食品。\n续行 and\nmore\n\n### 人员\n### 场所\n## 做法\n#### 查验\n##### 台账\n\n\
         - 首问负责\n  - 先行赔付\n- 退换\n\n3. 甲\n4. 乙\n   1. 丙\n\n\
         | 年 | 件 |\n|---|---|\n| 2024 | **3** |\n| 2025<br>上半年 | `1` |\n",
    );
    assert_eq!(
        shown(&typed),
        "0|创建情况报告\n1|一、基本情况\nP|我店*主营*食品。续行 and more\n2|（一）人员\n2|（二）场所\n\
         1|二、做法\n3|1.查验\n4|（1）台账\nI|——首问负责\nI|—先行赔付\nI|——退换\nI|③甲\nI|④乙\nI|①丙\n\
         T|年，件；2024，3；2025⏎上半年，1"
    );
    assert_eq!(typed.blocks.last().map(Block::line), Some(23));
    assert_eq!(found(&typed), [(5, "typed.joined")]);
}

#[test]
fn own_numbers_are_not_touched() {
    let typed = markdown("## 一、情况\n### 人员\n## 做法\n### 查验\n");
    assert_eq!(shown(&typed), "1|一、情况\n2|（一）人员\n1|做法\n2|（一）查验");
    let typed = markdown("## 1. 情况\n## 做法\n");
    assert_eq!(shown(&typed), "1|1. 情况\n1|做法");
}

#[test]
fn several_highest_headings_are_of_the_first_level() {
    assert_eq!(
        shown(&markdown("# 情况\n正文\n\n## 人员\n# 做法\n")),
        "1|一、情况\nP|正文\n2|（一）人员\n1|二、做法"
    );
    assert_eq!(shown(&markdown("前言\n\n# 情况\n## 人员")), "P|前言\n1|一、情况\n2|（一）人员");
    let deep = markdown("# 报告\n\n正文\n\n###### 末级");
    assert_eq!(shown(&deep), "0|报告\nP|正文\n4|（1）末级");
    assert_eq!(found(&deep), [(5, "typed.deep-heading")]);
}

#[test]
fn headings_and_heads_without_marks_are_known_in_markdown_too() {
    let typed = markdown(
        "**一、情况**\n正文\n　　（一）人员。共**三**人。\n二、做法\n（一）查验\n2.5万元\n",
    );
    assert_eq!(
        shown(&typed),
        "1|一、情况\nP|正文\nP2|（一）人员。/共*三*人。\n1|二、做法\n2|（一）查验\nP|2.5万元"
    );
    let typed = markdown("**（一）人员。共**三人。");
    assert_eq!(shown(&typed), "P2|（一）人员。/*共*三人。");
}

#[test]
fn strong_words_end_before_chinese() {
    for (text, wanted) in [
        ("**首问负责：**对投诉登记", "P|*首问负责：*对投诉登记"),
        ("**甲：**一，**乙：**二", "P|*甲：*一，*乙：*二"),
        ("实行**“首问负责”**制", "P|实行*“首问负责”*制"),
        ("实行***首问。***制", "P|实行*首问。*制"),
        (r"\*\*甲：\*\*一", "P|**甲：**一"),
        ("`**甲：**`一", "P|**甲：**一"),
    ] {
        let typed = markdown(text);
        assert_eq!(shown(&typed), wanted, "{text}");
        assert_eq!(found(&typed), [], "{text}");
    }
    // Names that are hidden are not strong.
    for text in ["张**、李**", "2**10"] {
        let typed = markdown(text);
        assert_eq!(shown(&typed), format!("P|{text}"));
        assert_eq!(found(&typed), [(1, "typed.marks")]);
    }
}

#[test]
fn signs_that_are_no_marks_stay() {
    for text in [
        "电话138****1234、139****5678",
        "长3*4*5米",
        "3~5天，7~9天",
        "1401****1234",
        "费用$3$",
        "<张三>",
        "A_b_c",
    ] {
        let typed = markdown(text);
        assert_eq!(shown(&typed), format!("P|{text}"));
        assert_eq!(found(&typed), [], "{text}");
    }
}

#[test]
fn what_paper_cannot_carry_is_told() {
    let typed = markdown(
        "见[官网](https://example.com)和<https://a.cn>。\n\n![店面](a.png)\n\n<div>\n左\n</div>\n\n文<b>字</b>\n\n---\n\n\
         ~~旧~~新\n\n注[^1]\n\n[^1]: 脚注\n\n[备注]: 本店无处罚\n\n    缩进**行**\n\n- [x] 已办\n- [ ] 未办\n",
    );
    assert_eq!(
        shown(&typed),
        "P|见官网和https://a.cn。\nP|文字\nP|旧新\nP|注\nP|脚注\nP|缩进**行**\nI|——☑已办\nI|——☐未办"
    );
    assert_eq!(
        found(&typed),
        [
            (1, "typed.link"),
            (3, "typed.picture"),
            (5, "typed.html"),
            (9, "typed.html"),
            (9, "typed.html"),
            (11, "typed.rule"),
            (13, "typed.struck"),
            (15, "typed.footnote"),
            (19, "typed.definition"),
        ]
    );
    let sentences: Vec<String> =
        typed.problems("/report", "报告.md").into_iter().map(|problem| problem.sentence).collect();
    assert_eq!(
        sentences[0],
        "“报告.md”第1行的链接只印文字“官网”，不印网址 https://example.com；要让人看到网址，请写进文字"
    );
    assert_eq!(sentences[2], "“报告.md”第5行的“<div>”是 HTML，印不出来，请改成普通文字");
    assert!(sentences[8].contains("“[备注]: 本店无处罚”"), "{}", sentences[8]);
}

#[test]
fn a_rule_below_a_paragraph_makes_no_heading() {
    let typed = markdown("我店守法经营。\n---\n短标题\n---\n");
    assert_eq!(shown(&typed), "P|我店守法经营。\n1|一、短标题");
    assert_eq!(found(&typed), [(1, "typed.rule")]);
}

#[test]
fn texts_are_cleaned_as_those_of_a_record() {
    let bytes = "一\u{200B}二\u{202E}\n\n三\u{A0}四⼭\n\n五😀&#x202D;\n\n六😀".as_bytes();
    let typed = read(bytes, true, &|mark| mark != '😀').expect("a text");
    assert_eq!(
        found(&typed),
        [
            (0, "text.removed"),
            (1, "text.bidi"),
            (3, "text.radical"),
            (5, "text.no-glyph"),
            (5, "text.bidi")
        ]
    );
    let problems = typed.problems("", "方案.md");
    assert!(
        problems[0].sentence.contains("零宽空格（U+200B）1个、不间断空格（U+00A0）1个"),
        "{}",
        problems[0].sentence
    );
    assert_eq!(
        problems[3].sentence,
        "“方案.md”第5行第2个字符“😀”（U+1F600）没有字形，印出来会是空框，请核对或换用规范字"
    );
    assert_eq!(problems[3].facts["line"], 5);
    // The position is that in the file.
    assert_eq!(plain("　　一\u{E863}").findings[0].1.facts["position"], 4);
}

#[test]
fn an_empty_text_and_no_text_are_told() {
    for bytes in [b"".as_slice(), b" \r\n\r\n", "\u{3000}".as_bytes()] {
        for is_markdown in [false, true] {
            let typed = read(bytes, is_markdown, &every).expect("a text");
            assert_eq!(found(&typed), [(0, "typed.empty")]);
            assert_eq!(typed.characters(), 0);
        }
    }
    assert_eq!(found(&markdown("# 只有标题")), [(0, "typed.empty")]);
    let refused = read(b"PK\x03\x04\0\0", false, &every).expect_err("no text");
    assert_eq!((refused.code, refused.level), ("typed.not-text", Level::Problem));
}

#[test]
fn markdown_that_is_called_text_is_told() {
    let typed = plain("# 报告\n\n**情况**很好\n**做法**\n");
    assert_eq!(found(&typed), [(1, "typed.markdown"), (3, "typed.markdown")]);
}

#[test]
fn a_table_too_wide_is_told() {
    let row = "|一".repeat(13) + "|\n";
    let typed = markdown(&format!("{row}{}|\n{row}", "|-".repeat(13)));
    assert_eq!(found(&typed), [(1, "typed.wide-table")]);
}

#[test]
fn a_long_text_takes_no_long_time() {
    let lines = "第一行，没有空行\n".repeat(60_000);
    assert_eq!(markdown(&lines).blocks.len(), 1);
    for text in [
        "[a](b)".repeat(20_000),
        ">".repeat(50_000),
        "*".repeat(100_000),
        "**甲：**乙".repeat(30_000),
    ] {
        let typed = markdown(&text);
        assert!(typed.blocks.len() <= 1);
    }
}

#[test]
fn a_report_can_be_written_down() {
    let typed = markdown("# 报告\n\n## 情况\n正**文**\n\n- 项\n\n|a|\n|-|\n|b|\n");
    let json = serde_json::to_string(&typed).expect("written");
    let again: Typed = serde_json::from_str(&json).expect("read");
    assert_eq!(again, typed);
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), is_markdown: bool) {
        let _ = read(&bytes, is_markdown, &every);
    }

    #[test]
    fn no_text_makes_it_panic(text in "([#*_~`>|<\\[\\]()!&;:\\\\ \\n\\t　-]|[一二。、（）\u{A0}\u{200B}a1.]){0,60}", is_markdown: bool) {
        let typed = read(text.as_bytes(), is_markdown, &every).expect("a text");
        let lines = text.lines().count().max(1);
        for block in &typed.blocks {
            prop_assert!((1..=lines).contains(&block.line()));
        }
    }

    #[test]
    fn plain_text_loses_nothing(lines in proptest::collection::vec("[一-龥。，a-z#*]{0,12}", 0..12)) {
        let typed = plain(&lines.join("\n"));
        let printed: String = typed.title.iter().cloned().chain(typed.blocks.iter().map(Block::printed)).collect();
        prop_assert_eq!(printed.replace('\n', ""), lines.concat());
    }

    #[test]
    fn markdown_loses_no_words(lines in proptest::collection::vec("[一-龥。，]{1,12}", 1..12), marks in "(## |- |> |1\\. |)") {
        let typed = markdown(&lines.iter().map(|line| format!("{marks}{line}\n\n")).collect::<String>());
        let printed: String = typed.blocks.iter().map(|block| match block {
            Block::Heading { text, .. } => text.clone(),
            Block::Item { runs, .. } | Block::Paragraph { runs, head: None, .. } => runs.iter().map(|run| run.text.as_str()).collect(),
            other => other.printed(),
        }).collect();
        prop_assert_eq!(printed, lines.concat());
    }
}

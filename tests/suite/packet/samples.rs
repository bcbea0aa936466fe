//! The sample packets: every page, mark, bookmark and label of theirs, page by page.

use chengwen::app::{Files, PackOptions, Wrapping};
use chengwen::finish::read_back;
use lopdf::Object;

use super::bound::Bound;
use crate::support::{app, root};

/// A part: its title, how many pages of it bear something, and what it bears itself.
struct Wanted {
    title: &'static str,
    pages: usize,
    label: bool,
    numbered: bool,
}

fn attached(title: &'static str, pages: usize) -> Wanted {
    Wanted { title, pages, label: true, numbered: true }
}

fn both() -> Vec<(&'static str, Vec<Wanted>, usize)> {
    let contents = || Wanted { title: "目录", pages: 1, label: false, numbered: true };
    let form = || Wanted { title: "培育申请表", pages: 4, label: false, numbered: false };
    vec![
        (
            "shanxi",
            vec![
                contents(),
                form(),
                attached("附件（1）营业执照", 1),
                attached("附件（1）食品经营许可证", 1),
                attached("附件（2）创建承诺书", 2),
                attached("附件（3）创建方案", 3),
                attached("附件（4）创建情况报告", 5),
                attached("附件（5）诚信经营示范店证书", 1),
                attached("附件（7）食品检验报告", 2),
            ],
            26,
        ),
        (
            "shanxi.industry",
            vec![
                contents(),
                form(),
                attached("附件（1）社会团体法人登记证书", 1),
                attached("附件（2）创建承诺书", 2),
                attached("附件（3）创建方案", 3),
                attached("附件（4）创建情况报告", 3),
                attached("附件（5）荣誉证书", 2),
                attached("附件（6）推荐意见书", 1),
                attached("附件（7）会员名单", 1),
            ],
            24,
        ),
    ]
}

/// A sample as a print file of so many copies.
pub(crate) fn sample(name: &str, copies: u8) -> Vec<u8> {
    let folder = root().join("samples/packets").join(name);
    let list = std::fs::read(folder.join("packet.json")).expect("the list");
    let options =
        PackOptions { copies: Some(copies), wrapping: Wrapping::Pdf, ..PackOptions::default() };
    let made = app().pack(&list, Files::Folder(&folder), options);
    made.unwrap_or_else(|refusal| panic!("{refusal:#?}")).bytes
}

#[test]
fn every_page_of_a_shops_packet_is_as_it_should_be() {
    let bound = judged(0);
    // The same once: its parts are the first level, and no page bears a copy's name.
    let single = Bound::of(&sample("shanxi", 1));
    let mut marks = bound.bookmarks();
    marks.retain(|(level, _, page)| *level == 1 && *page < single.pages.len());
    marks.iter_mut().for_each(|(level, ..)| *level = 0);
    assert_eq!(single.bookmarks(), marks);
    assert!(single.words.iter().all(|words| !words.contains("第一份")));
}

#[test]
fn every_page_of_an_industrys_packet_is_as_it_should_be() {
    judged(1);
}

const COPIES: [&str; 3] = ["第一份", "第二份", "第三份"];

/// Looks at every page of a sample's three copies.
fn judged(which: usize) -> Bound {
    let (name, parts, of_one) = both().swap_remove(which);
    let bound = Bound::of(&sample(name, 3));
    assert_eq!(bound.pages.len(), of_one * 3);
    let labels = labels(&bound);
    let mut marks = Vec::new();
    let mut page = 0;
    for copy in COPIES {
        let mut number = 0;
        marks.push((0, copy.to_owned(), page));
        for part in &parts {
            // Every part begins on a front.
            assert_eq!(page % 2, 0, "{}", part.title);
            marks.push((1, part.title.to_owned(), page));
            for own in 1..=part.pages {
                number += 1;
                let words = &bound.words[page];
                let place = format!("{copy} {} {own}: {words}", part.title);
                let label = format!("{}第{own}页", part.title);
                assert_eq!(words.contains(&label), part.label, "{place}");
                let numbered = words.contains(&format!("总第{number}页"));
                assert_eq!(numbered, part.numbered, "{place}");
                assert_eq!(words.contains("总第"), part.numbered, "{place}");
                for name in COPIES {
                    assert_eq!(words.contains(name), name == copy && part.numbered, "{place}");
                }
                // What a viewer calls the page is what stands on the paper.
                assert_eq!(labels[page], format!("{copy}-{number}"));
                page += 1;
            }
            if page % 2 == 1 {
                assert_eq!(bound.words[page], "", "{}", part.title);
                assert_eq!(labels[page], format!("{copy}-空白"));
                page += 1;
            }
        }
    }
    assert_eq!(page, bound.pages.len());
    assert_eq!(bound.bookmarks(), marks);
    bound
}

/// The label of each page (ISO 32000-1, 12.4.2).
fn labels(bound: &Bound) -> Vec<String> {
    let catalog = bound.document.catalog().expect("it");
    let labels = bound.below(catalog, b"PageLabels").expect("labels");
    let pairs = labels.get(b"Nums").and_then(Object::as_array).expect("a tree");
    let mut found: Vec<String> = Vec::new();
    for (at, pair) in pairs.chunks(2).enumerate() {
        let first = pair[0].as_i64().expect("a page") as usize;
        assert_eq!(first, found.len());
        let next = pairs
            .get(at * 2 + 2)
            .map_or(bound.pages.len(), |next| next.as_i64().expect("a page") as usize);
        let label = pair[1].as_dict().expect("a label");
        let prefix = lopdf::decode_text_string(label.get(b"P").expect("a prefix")).expect("a text");
        let start = label.get(b"St").and_then(Object::as_i64);
        for page in first..next {
            let number = start.as_ref().map(|start| (start + (page - first) as i64).to_string());
            found.push(format!("{prefix}{}", number.unwrap_or_default()));
        }
    }
    found
}

#[test]
fn the_contents_page_tells_where_everything_is() {
    let contents = Bound::of(&sample("shanxi", 3)).words.swap_remove(0);
    for words in [
        "山西省放心消费示范创建申报材料",
        "申报主体：太原市迎泽区晋味源食品有限公司",
        "91140106MA0K3T7W78",
        "申报类别：示范单位",
        "所在行政区域：太原市迎泽区",
        "全份共20页",
        "一式三份",
    ] {
        assert!(contents.contains(words), "{words}: {contents}");
    }
    // Lines of the table: title, first page, pages.
    for (title, first, count) in [
        ("营业执照", 6, 1),
        ("食品经营许可证", 7, 1),
        ("诚信经营示范店证书", 18, 1),
        ("食品检验报告", 19, 2),
    ] {
        assert!(contents.contains(&format!("{title}{first}{count}")), "{title}: {contents}");
    }
    assert!(contents.contains("不适用"), "{contents}");
    assert!(!contents.contains('缺'), "{contents}");
}

#[test]
fn the_file_says_what_it_is() {
    let bytes = sample("shanxi", 3);
    let file = read_back(&bytes).expect("a PDF");
    assert_eq!(file.title.as_deref(), Some("山西省放心消费示范创建申报材料"));
    assert_eq!(file.language.as_deref(), Some("zh-CN"));
    assert_eq!(file.duplex.as_deref(), Some("DuplexFlipLongEdge"));
    assert_eq!(file.scaling.as_deref(), Some("None"));
    assert_eq!(file.copies, None);
    assert_eq!(file.archival, None);
    assert!(!file.tagged);
    let carried: Vec<&str> = file.carried.keys().map(String::as_str).collect();
    assert_eq!(carried, ["shanxi-application.json", "shanxi-commitment.json"]);
    let bound = Bound::of(&bytes);
    let about = bound.below(&bound.document.trailer, b"Info").expect("it");
    let date = about.get(b"CreationDate").and_then(Object::as_str).expect("a date");
    // The day of the application; no clock has a say.
    assert_eq!(date, b"D:20260618000000+08'00");
}

//! Print files of packets of which pages were replaced, taken out or put in.

use chengwen::app::{App, Refusal, Verification};
use chengwen::inspect::page_texts;
use chengwen::packet::unpack;

use super::{file, load, saved};
use crate::command_line::chengwen;
use crate::support::{app, root, run};

/// A folder with `m.pdf`, a packet in three copies, and `s.pdf`, that of another applicant.
struct Desk(tempfile::TempDir, App);

/// The pages (from 1) of a packet in its copies.
struct Found {
    /// Of the application, in each copy.
    form: Vec<Vec<usize>>,
    /// Of the letter, in each copy.
    letter: Vec<Vec<usize>>,
    count: usize,
}

impl Desk {
    fn new() -> Self {
        let desk = Self(tempfile::tempdir().expect("a folder"), app());
        for (name, of) in [("m", "shanxi"), ("s", "shanxi.industry")] {
            desk.packed(&format!("{name}.pdf"), of, &[]);
        }
        desk
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_string_lossy().into_owned()
    }

    /// Packs a sample, and gives the file.
    fn packed(&self, name: &str, of: &str, options: &[&str]) -> Vec<u8> {
        let list = root().join("samples/packets").join(of).join("packet.json");
        let (list, to) = (list.to_string_lossy().into_owned(), self.path(name));
        let ran = chengwen(&[&["packet", &list, "-o", &to], options].concat());
        assert_eq!(ran.code, 0, "{}", ran.told);
        std::fs::read(to).expect("readable")
    }

    fn found(&self, name: &str) -> Found {
        let pdf = std::fs::read(self.path(name)).expect("readable");
        let pages = page_texts(&pdf).expect("a PDF");
        let mut digests: Vec<String> = Vec::new();
        let mut of: [Vec<usize>; 2] = Default::default();
        for (page, number) in pages.iter().zip(1..) {
            let digest = page.lines.iter().find_map(|line| line.text.strip_prefix("数据摘要"));
            let Some(digest) = digest else { continue };
            if !digests.iter().any(|known| known == digest) {
                digests.push(digest.to_owned());
            }
            of[usize::from(digests[0] != digest)].push(number);
        }
        assert_eq!(digests.len(), 2);
        let in_copies = |pages: &[usize]| -> Vec<Vec<usize>> {
            pages.chunks(pages.len() / 3).map(<[usize]>::to_vec).collect()
        };
        Found { form: in_copies(&of[0]), letter: in_copies(&of[1]), count: pages.len() }
    }

    /// The first file with other pages: each is a file and a range of qpdf.
    fn with(&self, pages: &[(&str, String)]) -> Vec<u8> {
        let (from, to) = (self.path("m.pdf"), self.path("x.pdf"));
        let mut call = vec![from, "--pages".to_owned()];
        for (name, range) in pages {
            call.extend([self.path(name), range.clone()]);
        }
        call.extend(["--".to_owned(), to.clone()]);
        let call: Vec<&str> = call.iter().map(String::as_str).collect();
        assert!(run("qpdf", &call).status.success());
        std::fs::read(to).expect("readable")
    }

    fn verified(&self, pdf: &[u8]) -> Verification {
        self.1.verify(pdf).unwrap_or_else(|refusal| panic!("{refusal:?}"))
    }

    /// What differs from the application, from the letter, and besides.
    fn differences(&self, pdf: &[u8]) -> [Vec<String>; 3] {
        let Verification { verdicts, differences, .. } = self.verified(pdf);
        let [form, letter] = <[_; 2]>::try_from(verdicts).expect("two records");
        [form.differences, letter.differences, differences]
    }

    /// The first file with these pages in the place of a run of its own.
    fn instead(&self, run: &[usize], of: &str, pages: &[usize]) -> Vec<u8> {
        let numbers: Vec<String> = pages.iter().map(ToString::to_string).collect();
        let before = ("m.pdf", format!("1-{}", run[0] - 1));
        let after = ("m.pdf", format!("{}-z", run[run.len() - 1] + 1));
        match pages {
            [] => self.with(&[before, after]),
            _ => self.with(&[before, (of, numbers.join(",")), after]),
        }
    }
}

#[test]
fn a_part_of_another_applicant_is_found_in_every_copy() {
    let desk = Desk::new();
    let (own, other) = (desk.found("m.pdf"), desk.found("s.pdf"));
    for (copy, name) in ["第一份：", "第二份：", "第三份："].into_iter().enumerate() {
        let letter = &own.letter[copy];
        let [form, told, besides] =
            desk.differences(&desk.instead(letter, "s.pdf", &other.letter[0]));
        assert!(form.is_empty(), "{form:?}");
        assert!(told.iter().all(|it| it.starts_with(name)) && !told.is_empty(), "{told:?}");
        let pages = format!("第{}、{}页印的摘要是", letter[0], letter[1]);
        assert!(besides[0].starts_with(&pages) && besides.len() == 1, "{besides:?}");

        let pages = &own.form[copy];
        let [told, letter, besides] =
            desk.differences(&desk.instead(pages, "s.pdf", &other.form[1]));
        assert!(letter.is_empty(), "{letter:?}");
        // Each page of it is told, and no other.
        assert_eq!(told.len(), pages.len(), "{told:?}");
        for (it, page) in told.iter().zip(pages) {
            assert!(it.starts_with(&format!("{name}文件第{page}页")), "{it}");
        }
        assert_eq!(besides.len(), 1, "{besides:?}");
    }
    // Put in, and nothing taken out.
    let more = [("m.pdf", "1-z".to_owned()), ("s.pdf", other.letter[0][0].to_string())];
    let [form, letter, besides] = desk.differences(&desk.with(&more));
    assert!(form.is_empty() && letter.is_empty(), "{form:?} {letter:?}");
    assert!(besides[0].starts_with(&format!("第{}页", own.count + 1)), "{besides:?}");
}

#[test]
fn a_single_page_is_told_with_its_copy_and_no_other() {
    let desk = Desk::new();
    let (own, other) = (desk.found("m.pdf"), desk.found("s.pdf"));
    for (copy, name) in [(0, "第一份"), (1, "第二份"), (2, "第三份")] {
        for at in 0..own.form[copy].len() {
            let page = own.form[copy][at];
            let pdf = desk.instead(&[page], "s.pdf", &[other.form[0][at]]);
            let [form, letter, _] = desk.differences(&pdf);
            assert_eq!((form.len(), letter.len()), (1, 0), "{form:?} {letter:?}");
            assert!(form[0].starts_with(&format!("{name}：文件第{page}页")), "{form:?}");
        }
    }
    let letter = &own.letter[1];
    let [_, told, _] = desk.differences(&desk.instead(&letter[..1], "", &[]));
    assert_eq!(told, ["第二份：缺少共 2 页中的第 1 页"]);
    // An empty page in its place.
    let [_, told, _] = desk.differences(&desk.instead(&letter[1..], "m.pdf", &[2]));
    let page = letter[1];
    assert_eq!(told, [format!("第二份：文件第{page}页没有文字，应当是共 2 页中的第 2 页")]);
    // Nothing of it is there: no page is to blame.
    for blank in [&[][..], &[2, 2]] {
        let [form, told, besides] = desk.differences(&desk.instead(&own.letter[0], "m.pdf", blank));
        assert_eq!(told, ["第一份：没有按数据重印的 2 页"]);
        assert!(form.is_empty() && besides.is_empty(), "{form:?} {besides:?}");
    }
}

#[test]
fn copies_are_found_without_labels_too() {
    let desk = Desk::new();
    let (own, other) = (desk.found("m.pdf"), desk.found("s.pdf"));
    let without = |pdf: &[u8]| {
        let mut pdf = load(pdf);
        pdf.catalog_mut().expect("a catalog").remove(b"PageLabels");
        saved(pdf)
    };
    let whole = std::fs::read(desk.path("m.pdf")).expect("readable");
    assert!(desk.verified(&whole).is_sound());
    let found = desk.verified(&without(&whole));
    assert!(found.is_sound(), "{found:?}");
    assert!(found.verdicts[0].agreements[2].contains("3 份"), "{found:?}");
    let spoilt = desk.instead(&own.letter[0], "s.pdf", &other.letter[0]);
    let [form, letter, besides] = desk.differences(&without(&spoilt));
    assert!(form.is_empty(), "{form:?}");
    assert!(letter[0].starts_with("第 1 份：") && besides.len() == 1, "{letter:?} {besides:?}");
}

#[test]
fn however_a_packet_was_printed_and_what_was_not_looked_at() {
    let desk = Desk::new();
    for (name, options) in [
        ("a.pdf", &["--unnamed"][..]),
        ("b.pdf", &["--copies-as", "viewer"]),
        ("c.pdf", &["--sides", "one", "--copies", "2"]),
        ("d.pdf", &["--sides", "short", "--pdfa"]),
    ] {
        let found = desk.verified(&desk.packed(name, "shanxi", options));
        assert!(found.is_sound() && found.remarks.is_empty(), "{options:?} {found:?}");
    }
    let ran = chengwen(&["extract", "--verify", &desk.path("m.pdf")]);
    let last = ran.told.trim_end().lines().last().expect("a line").to_owned();
    assert_eq!(ran.code, 0, "{}", ran.told);
    assert!(last.starts_with("核对通过") && last.contains("附件各页没有核对"), "{last}");
    assert!(last.contains("被遮盖的内容看不出来"), "{last}");
    // An attached file may have been made here too; it is told, and is no difference.
    let folder = root().join("samples/packets/shanxi");
    for entry in std::fs::read_dir(folder).expect("samples").flatten() {
        std::fs::copy(entry.path(), desk.path(&entry.file_name().to_string_lossy()))
            .expect("copied");
    }
    let sample = root().join("samples/shanxi-application.longest.json");
    let sample = sample.to_string_lossy().into_owned();
    let report = desk.path("食品检验报告.pdf");
    assert_eq!(chengwen(&["render", "shanxi/application", &sample, "-o", &report]).code, 0);
    let (list, to) = (desk.path("packet.json"), desk.path("e.pdf"));
    assert_eq!(chengwen(&["packet", &list, "-o", &to]).code, 0);
    let found = desk.verified(&std::fs::read(to).expect("readable"));
    assert!(found.is_sound(), "{found:?}");
    assert!(found.remarks[0].contains("是附件里的文件"), "{found:?}");
}

#[test]
fn one_half_of_a_stack_an_archive_and_a_draft_are_told() {
    let desk = Desk::new();
    let zip = desk.packed("m.zip", "shanxi", &["--sides", "manual"]);
    for half in ["正面", "背面"] {
        let name = format!("太原市迎泽区晋味源食品有限公司-申报材料-{half}.pdf");
        match desk.1.verify(&unpack(&zip, &name).expect("a half")) {
            Err(Refusal::Usage(why)) => {
                assert!(why.contains(half) && why.contains("需要整个文件"), "{why}");
            }
            other => panic!("{other:?}"),
        }
    }
    desk.packed("draft.pdf", "shanxi", &["--draft"]);
    file(&desk.0, "a.zip", b"PK\x03\x04");
    file(&desk.0, "a.docx", b"PK\x03\x04..[Content_Types].xml");
    for (name, wanted) in [
        ("m.zip", "压缩包（zip），不是 PDF 文件，请先解压"),
        ("a.zip", "压缩包（zip），不是 PDF 文件，请先解压"),
        ("a.docx", "a.docx：不是 PDF 文件"),
        ("draft.pdf", "草稿"),
    ] {
        let ran = chengwen(&["extract", &desk.path(name)]);
        assert_eq!((ran.code, ran.out.len()), (1, 0), "{name}");
        assert!(ran.told.contains(wanted), "{name}: {}", ran.told);
    }
}

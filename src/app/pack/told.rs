//! What a user is told of an attached file.

use super::limits::MostOfAttachments;
use crate::catalog::Packet;
use crate::intake::Problem;
use crate::packet::{Attachment, Fitted, Kind, Unfit};
use crate::values::Level;

/// The code of faces that are not in a file.
pub(super) const UNEMBEDDED: &str = "attachment.unembedded";

/// What should be known of a file that could be fitted.
pub(super) fn advised(attachment: &Attachment, fitted: &Fitted) -> Vec<Problem> {
    let advice = |code: &str, what: &str| attachment.found(Level::Advice, code, what);
    let mut found = Vec::new();
    if fitted.repaired {
        found.push(advice("attachment.repaired", "文件结构有损坏，已经修复，请核对印出的每一页"));
    }
    if fitted.faceless > 0 {
        let what = format!(
            "有 {} 处签章、批注或表单内容没有外观，印不出来；请在原来的程序里“打印为 PDF”后再附",
            fitted.faceless
        );
        found.push(advice("attachment.faceless", &what));
    }
    if fitted.unprinted > 0 {
        let what = format!(
            "有 {} 处签章或批注设为不打印，没有印出；要印出请在原程序里打印为 PDF 后再附",
            fitted.unprinted
        );
        found.push(advice("attachment.unprinted", &what));
    }
    if fitted.outside > 0 {
        let what = format!(
            "有 {} 处图片或内容放在别的文件里，没有随它传来，印不出来；请在原来的程序里“打印为 PDF”后再附",
            fitted.outside
        );
        found.push(advice("attachment.outside", &what));
    }
    if !fitted.unembedded.is_empty() {
        let what = format!(
            "用了没有嵌入的字体（{}），在别的电脑上可能印成别的字形；请嵌入字体重新导出",
            some_of(&fitted.unembedded)
        );
        found.push(advice(UNEMBEDDED, &what));
    }
    found
}

/// More names than this are not read.
const MOST_NAMES: usize = 10;

fn some_of(names: &[String]) -> String {
    let told = names[..names.len().min(MOST_NAMES)].join("、");
    if names.len() > MOST_NAMES { format!("{told}等 {} 种", names.len()) } else { told }
}

/// Why a file cannot be fitted, as a user is told.
pub(super) fn told(
    unfit: &Unfit,
    most: &MostOfAttachments,
    packet: &Packet,
) -> (&'static str, String) {
    match unfit {
        Unfit::Kind(Kind::Heic) => (
            "attachment.heic",
            "是 HEIC 照片，不能直接印；请在手机“设置—相机—格式”中选“兼容性最佳”后重拍，或在电脑上用“照片”另存为 JPEG 再附".to_owned(),
        ),
        Unfit::Kind(kind @ Kind::Office) => (
            "attachment.office",
            format!("是 {}，请在其中用“另存为”或“导出”存成 PDF 再附", kind.name()),
        ),
        Unfit::Kind(Kind::Archive) => {
            ("attachment.archive", "是压缩包，请解压后把其中的文件逐个附上".to_owned())
        }
        Unfit::Kind(kind @ Kind::Picture) => (
            "attachment.picture",
            format!("是 {}，请另存为 JPEG 或 PNG 再附", kind.name()),
        ),
        Unfit::Kind(_) => {
            let typed = packet.manifest.materials.iter().filter(|material| material.typed);
            let typed: Vec<String> = typed.map(|it| format!("（{}）", it.number)).collect();
            let text = match typed.as_slice() {
                [] => String::new(),
                some => format!("，文字（.txt、.md）只用于附件{}", some.join("、")),
            };
            let what = format!("不是能印的文件；应为 PDF、JPEG、PNG 或 TIFF{text}");
            ("attachment.unknown", what)
        }
        Unfit::Encrypted => (
            "attachment.encrypted",
            "有打开密码；请用能打开它的程序去掉密码，或“打印为 PDF”后再附".to_owned(),
        ),
        Unfit::Damaged => {
            ("attachment.damaged", "已经损坏，读不完；请重新扫描或重新导出".to_owned())
        }
        Unfit::UnreadTiff => {
            ("attachment.tiff", "这种 TIFF 读不了，请另存为 PDF 或 JPEG".to_owned())
        }
        Unfit::TooManyPages(pages) => (
            "attachment.too-many-pages",
            format!(
                "要附 {pages} 页，超过一个附件 {} 页的限度（limits.attachment_pages）；请用 pages 选出要附的页，或分成几个附件",
                most.made.pages
            ),
        ),
        Unfit::NoSuchPage(page, there) => (
            "attachment.no-such-page",
            format!("要附第{page}页，但它只有 {there} 页，请改正 pages"),
        ),
        Unfit::TooManyPixels(pixels) => (
            "attachment.too-many-pixels",
            format!(
                "图片有 {} 万像素，超过 {} 万像素的限度（limits.attachment_megapixels）；A4 以 300 dpi 扫描约为 870 万像素，请重新扫描或缩小",
                pixels / 10_000,
                most.made.pixels / 10_000
            ),
        ),
        Unfit::Undrawable(page) => (
            "attachment.undrawable",
            format!("第{page}页有画不出的内容，不能转成存档用的图片；请打印为 PDF 后再附"),
        ),
        Unfit::BadPage(page) => (
            "attachment.bad-page",
            format!("第{page}页没有大小，或内容多得不合情理，印不出来；请用别的程序重新导出"),
        ),
    }
}

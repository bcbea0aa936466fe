//! How to print both sides by hand (手动双面打印说明), for people at printers that turn no paper.

/// The instructions, for a stack of so many sheets; `copies` such stacks make up the files. Windows opens
/// them in Notepad, which wants CRLF and a mark.
pub(super) fn by_hand(stem: &str, sheets: usize, copies: usize) -> String {
    let mut lines = vec![
        "\u{FEFF}手动双面打印说明".to_owned(),
        String::new(),
        format!("共 {sheets} 张 A4 纸。打印时选“实际大小”（100%）、单面，不要选“适合页面”。"),
    ];
    if sheets >= 6 {
        let last = sheets - 2;
        lines.push(format!(
            "先试印三张：正面只印第 1-3 页，背面只印第 {last}-{sheets} 页，照下面做一遍，对了再印全部。"
        ));
    }
    lines.extend([
        format!("1. 打印“{stem}-正面.pdf”，{sheets} 张。"),
        "2. 整叠取出，不要打乱顺序，放回纸盒：空白的一面朝着要打印的方向，纸的上端方向不变，最后印出的那一张最先进纸。".to_owned(),
        format!("3. 打印“{stem}-背面.pdf”。它已按倒序排列：第一页就是最后一张纸的背面。"),
        "试印不对时：背面上下颠倒，把整叠纸转180度再放；背面印到了别的纸上（顺序反了），打印背面时在打印对话框里选“逆序打印”。".to_owned(),
    ]);
    if copies > 1 && sheets.is_multiple_of(copies) {
        let each = sheets / copies;
        lines.push(String::new());
        lines.push(format!("可以一份一份地印，每份 {each} 张："));
        for copy in 1..=copies {
            let fronts = ((copy - 1) * each + 1, copy * each);
            let backs = (sheets - copy * each + 1, sheets - (copy - 1) * each);
            lines.push(format!(
                "  第{copy}份：正面第 {}-{} 页，背面第 {}-{} 页",
                fronts.0, fronts.1, backs.0, backs.1
            ));
        }
    }
    lines.push(String::new());
    lines.join("\r\n")
}

#[cfg(test)]
mod tests {
    use super::by_hand;

    #[test]
    fn each_copy_has_its_pages_in_both_files() {
        let told = by_hand("材料", 30, 3);
        assert!(told.contains("第1份：正面第 1-10 页，背面第 21-30 页"), "{told}");
        assert!(told.contains("第3份：正面第 21-30 页，背面第 1-10 页"), "{told}");
        assert!(told.contains("正面只印第 1-3 页，背面只印第 28-30 页"), "{told}");
        assert!(!by_hand("材料", 2, 1).contains("试印三张"));
    }
}

//! `chengwen packet`: a packet's list and files to a print file or an archive.

use std::path::Path;
use std::process::ExitCode;

use super::arguments::{CopiesName, Pack};
use super::output;
use super::preparers;
use crate::app::{App, CopiesAs, Files, Most, PackOptions, Packed, Refusal, Setup, Wrapping};
use crate::config::Config;
use crate::finish::Duplex;
use crate::packet::Standing;

pub(super) fn run(config: &Config, setup: Setup, pack: &Pack) -> Result<ExitCode, Refusal> {
    let wrapping = wrapping_of(&pack.output)?;
    let list = output::read(&pack.input)?;
    let most = Most { attachments: preparers::most(config), ..Most::default() };
    let preparers = Some(preparers::processes(config)?);
    let app = App::open(&Setup { preparers, most, ..setup })?;
    let beside = match pack.input.parent() {
        Some(folder) if !output::is_standard(&pack.input) && folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let options = PackOptions {
        copies: pack.copies,
        copies_as: match pack.copies_as {
            CopiesName::Pages => CopiesAs::Pages,
            CopiesName::Viewer => CopiesAs::Viewer,
        },
        named: !pack.unnamed,
        sides: pack.sides.map(Into::into),
        draft: pack.draft,
        archival: pack.pdfa,
        wrapping,
    };
    let files = app.files_of_packet(&list);
    let files: Vec<_> = files.iter().map(|file| beside.join(file)).collect();
    let inputs: Vec<&Path> = files.iter().map(AsRef::as_ref).chain([&*pack.input]).collect();
    output::spare(&pack.output, &inputs)?;
    let packed = app.pack(&list, Files::Folder(beside), options)?;
    output::write(&pack.output, &packed.bytes)?;
    output::tell_of(&packed.problems, !options.draft);
    if !output::is_standard(&pack.output) {
        tell(pack, options, &packed);
    }
    Ok(ExitCode::SUCCESS)
}

fn tell(pack: &Pack, options: PackOptions, packed: &Packed) {
    for line in &packed.lines {
        let reason = line.reason.as_ref().map_or(String::new(), |reason| format!("：{reason}"));
        let mark = if line.standing == Standing::Missing { "缺！" } else { line.standing.word() };
        output::remark(format_args!("附件（{}）{mark}{reason}  {}", line.number, line.name));
    }
    for counted in &packed.counted {
        output::remark(format_args!("{}共 {} 字", counted.label, counted.characters));
    }
    let sides = match packed.duplex {
        _ if packed.by_hand => "先印正面，翻面后再印背面，见压缩包内的打印说明",
        Duplex::LongEdge => "双面打印，长边翻转",
        Duplex::ShortEdge => "双面打印，短边翻转",
        Duplex::Simplex => "单面打印",
    };
    let copies = match options.copies_as {
        CopiesAs::Pages if packed.copies == 1 => "打印时份数选 1".to_owned(),
        CopiesAs::Pages => format!("{} 份已依次排在文件里，打印时份数选 1", packed.copies),
        CopiesAs::Viewer => format!("文件里是一份，打印时份数选 {}", packed.copies),
    };
    let draft = match (options.draft, packed.problems.to_mend().count()) {
        (false, _) => String::new(),
        (true, 0) => "，草稿，不能用于申报".to_owned(),
        (true, left) => format!("，草稿，还有 {left} 个问题，不能用于申报"),
    };
    output::remark(format_args!(
        "已生成 {}（每份 {} 页，{copies}，共 {} 张纸；{sides}，实际大小{draft}）",
        pack.output.display(),
        packed.pages,
        packed.sheets
    ));
}

/// What file is wanted, by its ending.
fn wrapping_of(path: &Path) -> Result<Wrapping, Refusal> {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    match ending.as_deref() {
        Some("zip") => Ok(Wrapping::Zip),
        Some("pdf") => Ok(Wrapping::Pdf),
        _ if output::is_standard(path) => Ok(Wrapping::Zip),
        _ => Err(Refusal::Usage("-o 应以 .zip（全部材料）或 .pdf（打印文件）结尾".to_owned())),
    }
}

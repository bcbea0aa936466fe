//! What all commands tell alike: problems, faults, and files read and written.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::ExitCode;

use crate::app::Refusal;
use crate::fault::{Fault, io_reason};
use crate::intake::{Problems, shown};
use crate::store::in_china;
use crate::values::Level;

/// What heads a fault in a file that owners of documents write.
const OWNERS: &str = "模板或数据文件有误";

/// The name for standard input and output.
const STANDARD: &str = "-";

/// Tells why nothing was done; the exit code says whose it is to mend.
pub(super) fn refuse(refusal: &Refusal) -> ExitCode {
    match refusal {
        Refusal::Usage(sentence) | Refusal::Otherwise(sentence) => {
            remark(format_args!("用法有误：{sentence}"));
            ExitCode::from(1)
        }
        Refusal::Problems(problems) => {
            tell(problems);
            ExitCode::from(1)
        }
        Refusal::OverLimit(sentence) => {
            remark(format_args!("超过限度：{sentence}"));
            ExitCode::from(1)
        }
        Refusal::Full(_) => {
            remark(format_args!("超过限度：{refusal}"));
            ExitCode::from(1)
        }
        Refusal::Lost => {
            remark("程序故障：排版进程两次中途退出，请再试一次");
            ExitCode::from(2)
        }
        Refusal::Faults(faults) => {
            for fault in faults.all() {
                let head = if stands_with_an_owner(fault) { OWNERS } else { "程序故障" };
                remark(format_args!("{head}：{fault}"));
            }
            if faults.all().iter().any(stands_with_an_owner) {
                remark("在副本里改：复制整个目录，用 --home 指到副本。");
            }
            ExitCode::from(2)
        }
    }
}

/// Whether a fault stands in a file that owners of documents write.
fn stands_with_an_owner(fault: &Fault) -> bool {
    let folders = ["templates", "samples"];
    let file = fault.file.as_deref();
    file.is_some_and(|file| file.iter().any(|part| folders.iter().any(|folder| part == *folder)))
}

/// Problems and advice, one line each, on standard error.
pub(super) fn tell(problems: &Problems) {
    tell_of(problems, true);
}

/// The same; `last` says whether nothing is done until all is mended.
pub(super) fn tell_of(problems: &Problems, last: bool) {
    let to_mend = problems.to_mend().count();
    for problem in problems.all() {
        let kind = match problem.level {
            Level::Problem => "问题",
            Level::Advice => "提示",
        };
        let place = match problem.pointer.as_str() {
            "" => "全文".to_owned(),
            pointer => shown(pointer),
        };
        remark(format_args!("{kind} {place}：{}", problem.sentence));
    }
    if to_mend > 0 && last {
        remark(format_args!("共 {to_mend} 个问题，改正后再试。"));
    }
}

/// The bytes of an input.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, Refusal> {
    let read = if is_standard(path) {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        fs::read(path)
    };
    // A file that is not there is the user's slip, not ours.
    read.map_err(|error| {
        Refusal::Usage(format!("读不了 {}：{}", path.display(), io_reason(&error)))
    })
}

/// Refuses to write over what is read: nobody means that, and what is lost is an original.
pub(super) fn spare(output: &Path, inputs: &[&Path]) -> Result<(), Refusal> {
    spare_as("-o", output, inputs)
}

/// The same for an output that is named by another option.
pub(super) fn spare_as(option: &str, output: &Path, inputs: &[&Path]) -> Result<(), Refusal> {
    let Ok(place) = fs::canonicalize(output) else { return Ok(()) };
    let same = |input: &&&Path| fs::canonicalize(input).is_ok_and(|input| input == place);
    match inputs.iter().find(same) {
        Some(_) => Err(Refusal::Usage(format!(
            "{option} {} 就是要读的文件，写出会把它毁掉；请换一个文件名",
            output.display()
        ))),
        None => Ok(()),
    }
}

/// Writes an output; a file comes whole or not at all.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), Refusal> {
    if is_standard(path) {
        let mut out = std::io::stdout().lock();
        return match out.write_all(bytes).and_then(|()| out.flush()) {
            // Whoever closed the pipe has read enough.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
            Err(error) => Err(Fault::new(format!("写不出：{}", io_reason(&error))).into()),
            Ok(()) => Ok(()),
        };
    }
    let mut beside = path.as_os_str().to_owned();
    beside.push(".part");
    let beside = Path::new(&beside);
    let written = fs::write(beside, bytes).and_then(|()| fs::rename(beside, path));
    written.map_err(|error| {
        // What is left of a failed write is of no use to anybody.
        let _ = fs::remove_file(beside);
        match error.kind() {
            std::io::ErrorKind::NotFound
            | std::io::ErrorKind::PermissionDenied
            | std::io::ErrorKind::NotADirectory
            | std::io::ErrorKind::InvalidFilename
            | std::io::ErrorKind::IsADirectory => {
                Refusal::Usage(format!("写不到 {}：{}", path.display(), io_reason(&error)))
            }
            _ => Fault::at(path, format!("写不出：{}", io_reason(&error))).into(),
        }
    })
}

/// Whether a path means standard input or output.
pub(super) fn is_standard(path: &Path) -> bool {
    path.as_os_str() == STANDARD
}

/// A moment as people in China write it.
pub(super) fn written(at: i64) -> String {
    in_china(at).map(|moment| moment.format("%Y-%m-%d %H:%M ").to_string()).unwrap_or_default()
}

/// Prints a value as JSON on standard output.
pub(super) fn json(value: &serde_json::Value) -> Result<(), Refusal> {
    let mut text = format!("{value:#}");
    text.push('\n');
    write(Path::new(STANDARD), text.as_bytes())
}

/// Prints a line on standard output. One that nobody reads is no failure.
pub(super) fn line(text: impl std::fmt::Display) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Tells a line on standard error. One that nobody reads is no failure.
pub(super) fn remark(text: impl std::fmt::Display) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

//! Rows from where staff keep them: CSV and XLSX, also as a real spreadsheet program writes them.

mod office;
mod property;
mod refused;
mod seen;
mod written;

use std::path::{Path, PathBuf};

use chengwen::app::{App, ExaminedRows, Refusal, RowsKind};
use serde_json::Value;

use crate::support::{root, run, sample};

pub(crate) const CERTIFICATE: &str = "shanxi/certificate";

/// The head of the certificates' table, and a sound row.
pub(crate) const HEAD: &str =
    "名称,统一社会信用代码或登记证号,所在行政区域,认定类别,证书编号,起始日期,截止日期,颁发日期";
pub(crate) const ROW: &str = "太原市迎泽区晋味源食品有限公司,91140106MA0K3T7W78,太原市迎泽区,示范单位,晋放心示〔2026〕单位0001号,2026/3/5,2028年3月4日,2026.3.5";

pub(super) fn examined(app: &App, bytes: &[u8]) -> ExaminedRows {
    try_examined(app, bytes).unwrap_or_else(|refusal| panic!("{refusal:?}"))
}

pub(super) fn try_examined(app: &App, bytes: &[u8]) -> Result<ExaminedRows, Refusal> {
    app.examine_rows(CERTIFICATE, bytes, RowsKind::guess(None, bytes))
}

/// The records of the sample with many, as JSON.
pub(super) fn many(app: &App) -> Vec<Value> {
    sample(app, "shanxi-certificate.many").record().as_array().expect("an array").clone()
}

/// What LibreOffice makes of a file; `to` is its filter, such as `xlsx`.
pub(crate) fn converted(file: &Path, to: &str) -> PathBuf {
    let folder = file.parent().expect("a folder").join(to.split(':').next().expect("an ending"));
    let profile = format!("-env:UserInstallation=file://{}/profile", folder.display());
    let (out, name) = (folder.to_string_lossy(), file.to_string_lossy());
    // Left alone it takes a CSV for the system's old code page: 44 is the comma, 76 UTF-8.
    let mut arguments = vec![&*profile, "--headless", "--convert-to", to, "--outdir", &out];
    if name.ends_with(".csv") {
        arguments.push("--infilter=Text - txt - csv (StarCalc):44,34,76,1");
    }
    arguments.push(&name);
    let output = run("soffice", &arguments);
    let ending = to.split(':').next().expect("an ending");
    let made = folder.join(file.file_name().expect("a name")).with_extension(ending);
    assert!(made.is_file(), "{}", String::from_utf8_lossy(&output.stderr));
    made
}

/// A bad input that lies beside the tests.
pub(super) fn refused_file(name: &str) -> Vec<u8> {
    std::fs::read(root().join("tests/refused-tables").join(name)).expect("it is there")
}

//! `chengwen render`: an input, or the empty form, to a file.

use std::path::Path;
use std::process::ExitCode;

use super::arguments::{Render, SidesName};
use super::output;
use crate::app::{App, Input, Options, Output, Refusal, Rendered};
use crate::finish::Duplex;

/// Pixels per point of a picture: 144 dpi, sharp on a screen and small enough to send.
const PIXELS_PER_POINT: f64 = 2.0;

pub(super) fn run(app: &App, render: &Render) -> Result<ExitCode, Refusal> {
    app.document(&render.document)?;
    let options = Options {
        sides: render.sides.map(Into::into),
        standard: render.standard.map(Into::into),
        copies: render.copies,
        overprint: render.stock.wanted(),
        output: output_of(render)?,
    };
    if render.stock.is_only_offset() && !render.calibrate {
        let sentence = "--offset 只用于套打，请同时写 --overprint（或 --calibrate）";
        return Err(Refusal::Usage(sentence.to_owned()));
    }
    let inputs: Vec<&Path> = render.input.as_deref().into_iter().collect();
    output::spare(&render.output, &inputs)?;
    let bytes = render.input.as_deref().map(output::read).transpose()?;
    let blank = render.blank.as_ref().and_then(Option::as_deref);
    let input = bytes.as_deref().map_or(Input::Blank(blank), Input::Record);
    let rendered = if render.calibrate {
        app.calibrate(&render.document, render.stock.offset.unwrap_or_default(), options.output)?
    } else {
        app.render(&render.document, input, options)?
    };
    output::write(&render.output, &rendered.bytes)?;
    output::tell(&rendered.problems);
    if !output::is_standard(&render.output) {
        output::remark(format_args!(
            "已生成 {}{}",
            render.output.display(),
            described(&rendered, options)
        ));
    }
    Ok(ExitCode::SUCCESS)
}

/// What kind of file is wanted, by its ending.
fn output_of(render: &Render) -> Result<Output, Refusal> {
    let ending = Path::new(&render.output)
        .extension()
        .map(|ending| ending.to_string_lossy().to_lowercase())
        .unwrap_or_default();
    let standard = output::is_standard(&render.output);
    let manual = matches!(render.sides, Some(SidesName::Manual));
    let refuse = |sentence: &str| Err(Refusal::Usage(sentence.to_owned()));
    if manual && ending != "zip" && !standard {
        return refuse("手动双面得到两个 PDF，-o 应以 .zip 结尾");
    }
    if render.page.is_some() && ending != "png" {
        return refuse("--page 只用于 PNG，-o 应以 .png 结尾");
    }
    match ending.as_str() {
        "png" => {
            let page = render.page.unwrap_or(1);
            Ok(Output::Png { page, pixels_per_point: PIXELS_PER_POINT })
        }
        "pdf" => Ok(Output::Pdf),
        _ if standard => Ok(Output::Pdf),
        "zip" if manual => Ok(Output::Pdf),
        "zip" => refuse("只有手动双面（--sides manual）得到 zip，-o 应以 .pdf 或 .png 结尾"),
        _ => refuse("-o 应以 .pdf、.png 结尾（手动双面为 .zip）"),
    }
}

fn described(rendered: &Rendered, options: Options) -> String {
    if let Output::Png { page, .. } = options.output {
        return format!("（第 {page} 页，共 {} 页）", rendered.pages);
    }
    let sides = match rendered.duplex {
        _ if rendered.by_hand => "先印正面，翻面后再印背面，见压缩包内的打印说明",
        Duplex::LongEdge => "双面打印，长边翻转",
        Duplex::ShortEdge => "双面打印，短边翻转",
        Duplex::Simplex => "单面打印",
    };
    format!("（{} 页，{} 张纸；{sides}，实际大小）", rendered.pages, rendered.sheets)
}

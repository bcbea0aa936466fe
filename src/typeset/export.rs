//! Pages to PDF and PNG: standard, tags, identity and date are set here.

use chrono::{Datelike, NaiveDate};
use typst::diag::{SourceDiagnostic, SourceResult};
use typst::ecow::{EcoVec, eco_vec};
use typst::foundations::{Datetime, Smart};
use typst::syntax::Span;
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};
use typst_render::RenderOptions;

use super::{Failure, Standard};

/// Chinese standard time, in minutes east of Greenwich.
const CHINA: i32 = 8 * 60;

/// The widest picture that is drawn: an A4 page at about 600 dpi.
const PIXELS_PER_POINT_LIMIT: f64 = 8.4;

pub(super) fn pdf(
    document: &PagedDocument,
    standard: Standard,
    identity: &str,
    date: NaiveDate,
) -> SourceResult<Vec<u8>> {
    let fault = |what: &str| -> EcoVec<SourceDiagnostic> {
        eco_vec![SourceDiagnostic::error(Span::detached(), what)]
    };
    let wanted: &[PdfStandard] = match standard {
        Standard::A2u => &[PdfStandard::A_2u],
        Standard::A2a => &[PdfStandard::A_2a],
        Standard::Ua1 => &[PdfStandard::Ua_1, PdfStandard::A_2a],
        Standard::A3u => &[PdfStandard::A_3u],
        Standard::None => &[PdfStandard::V_1_7],
    };
    let standards = PdfStandards::new(wanted).map_err(|error| fault(error.message().as_str()))?;
    let (year, month, day) = (date.year(), date.month(), date.day());
    let timestamp = u8::try_from(month)
        .ok()
        .zip(u8::try_from(day).ok())
        .and_then(|(month, day)| Datetime::from_ymd_hms(year, month, day, 0, 0, 0))
        .and_then(|noon| Timestamp::new_local(noon, CHINA))
        .ok_or_else(|| fault("the date of the document is not a date"))?;
    let options = PdfOptions {
        ident: Smart::Custom(identity.to_owned()),
        creator: Smart::Custom(Some("chengwen".to_owned())),
        timestamp: Some(timestamp),
        page_ranges: None,
        standards,
        // Tags multiply the size of big tables by up to sixteen; only these two standards ask for them.
        tagged: matches!(standard, Standard::A2a | Standard::Ua1),
        pretty: false,
    };
    typst_pdf::pdf(document, &options)
}

pub(super) fn png(
    document: &PagedDocument,
    page: usize,
    pixels_per_point: f64,
    most: usize,
) -> Result<Vec<u8>, Failure> {
    let pages = document.pages();
    let wanted = page
        .checked_sub(1)
        .and_then(|index| pages.get(index))
        .ok_or(Failure::NoSuchPage(pages.len()))?;
    let scale = pixels_per_point.clamp(0.1, PIXELS_PER_POINT_LIMIT);
    let size = wanted.frame.size();
    let pixels = (size.x.to_pt() * scale).ceil() * (size.y.to_pt() * scale).ceil();
    if pixels > most as f64 {
        return Err(Failure::TooManyPixels(pixels as usize));
    }
    let options = RenderOptions { pixel_per_pt: scale.into(), ..RenderOptions::default() };
    typst_render::render(wanted, &options)
        .encode_png()
        .map_err(|error| Failure::Template(vec![error.to_string()]))
}

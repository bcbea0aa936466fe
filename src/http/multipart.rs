//! Bodies that bring files (`multipart/form-data`, RFC 7578), within the limits of size, number and time.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, HeaderValue, header};
use multer::{Constraints, Error, Field, Multipart, SizeLimit};
use percent_encoding::percent_decode_str;

use super::asked::{incomplete, must_be_plain, room_for, too_large, too_slow, wrong_type};
use super::office::Office;
use super::problem::{NOT_MULTIPART, OVER_LIMIT, Problem};
use super::room::Room;
use super::words::FORM;

/// The longest name that is taken, in bytes: that of file systems.
const NAME: usize = 255;

/// One part of a body.
#[derive(Debug, Clone)]
pub(super) struct Part {
    /// The name of the form's field.
    pub(super) name: String,
    /// The name of the file, if it has one, as the client gives it.
    pub(super) file_name: Option<String>,
    /// What is in it.
    pub(super) bytes: Bytes,
}

impl Part {
    /// The name of the file without its folders: some programs send the whole path.
    pub(super) fn plain_name(&self) -> Option<&str> {
        let name = self.file_name.as_deref()?.rsplit(['/', '\\']).next();
        name.filter(|name| !name.is_empty())
    }
}

/// All parts of a body in their order, and the room that they take of what all requests have together.
pub(super) struct Parts(pub(super) Vec<Part>, pub(super) Room);

impl FromRequest<Arc<Office>> for Parts {
    type Rejection = Problem;

    async fn from_request(request: Request, office: &Arc<Office>) -> Result<Self, Problem> {
        let boundary = boundary_of(request.headers())?;
        let limits = &office.config.limits;
        let body = request.into_body();
        let room = room_for(office, &body, limits.upload)?;
        let parts = parts_of(body, boundary, limits.upload, limits.files);
        match tokio::time::timeout(limits.upload_time, parts).await {
            Ok(parts) => Ok(Self(parts?, room)),
            Err(_) => Err(too_slow(limits.upload_time)),
        }
    }
}

/// What parts the body's parts.
fn boundary_of(headers: &HeaderMap) -> Result<String, Problem> {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let given = given.unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case(FORM) {
        let given = if given.is_empty() { "空" } else { given };
        return Err(wrong_type(FORM, format!("Content-Type 应为 {FORM}，现为{given}")));
    }
    must_be_plain(headers, FORM)?;
    let boundary = multer::parse_boundary(given).ok();
    let sound = |boundary: &String| (1..=70).contains(&boundary.len());
    boundary.filter(sound).ok_or_else(|| {
        let detail = "Content-Type 没有合用的 boundary（1 至 70 个字符）";
        Problem::new(NOT_MULTIPART, detail)
    })
}

/// The parts of a body that may have so many bytes and so many parts.
async fn parts_of(
    body: Body,
    boundary: String,
    limit: usize,
    most: usize,
) -> Result<Vec<Part>, Problem> {
    let sizes = SizeLimit::new().whole_stream(limit as u64).per_field(limit as u64);
    let constraints = Constraints::new().size_limit(sizes);
    let mut form = Multipart::with_constraints(body.into_data_stream(), boundary, constraints);
    let mut parts = Vec::new();
    while let Some(field) = form.next_field().await.map_err(|error| refused(&error, limit))? {
        if parts.len() == most {
            let detail = format!("一次不能超过 {most} 个文件（limits.files），请分几次");
            return Err(Problem::new(OVER_LIMIT, detail));
        }
        let at = parts.len() + 1;
        let (name, file_name) = names_of(&field, at)?;
        let bytes = field.bytes().await.map_err(|error| refused(&error, limit))?;
        parts.push(Part { name, file_name, bytes });
    }
    Ok(parts)
}

/// The names of a part: of its field, and of its file.
fn names_of(field: &Field<'_>, at: usize) -> Result<(String, Option<String>), Problem> {
    let refuse = |what: &str| Err(Problem::new(NOT_MULTIPART, format!("第{at}个部分{what}")));
    // Nobody codes parts any more; what came so would be taken for the file itself.
    let coded = field.headers().get("content-transfer-encoding");
    let coded = coded.map(|value| value.as_bytes().to_ascii_lowercase());
    if coded.is_some_and(|coded| ![&b"binary"[..], b"8bit", b"7bit"].contains(&&coded[..])) {
        return refuse("不能用 Content-Transfer-Encoding 转码");
    }
    let head = field.headers().get(header::CONTENT_DISPOSITION);
    let Ok(head) = std::str::from_utf8(head.map(HeaderValue::as_bytes).unwrap_or_default()) else {
        return refuse("的名称不是 UTF-8 文字");
    };
    let Some(name) = field.name().filter(|name| !name.is_empty()) else {
        return refuse("没有名称（Content-Disposition 的 name）");
    };
    let file_name = field.file_name().map(str::to_owned).or_else(|| coded_name(head));
    for name in [Some(name), file_name.as_deref()].into_iter().flatten() {
        if name.len() > NAME || name.chars().any(|mark| mark.is_control() || mark == '\u{FFFD}') {
            return refuse("的名称不合规定：应为 255 字节以内的 UTF-8 文字，不含控制字符");
        }
    }
    Ok((name.to_owned(), file_name.filter(|name| !name.is_empty())))
}

/// A file's name as some programs write it (RFC 8187), although RFC 7578 wants it plain.
fn coded_name(head: &str) -> Option<String> {
    let (_, coded) = head.split_once("filename*=")?;
    let coded = coded.split(';').next()?.trim();
    let (set, name) = coded.split_once('\'')?;
    let (_, name) = name.split_once('\'')?;
    let name = percent_decode_str(name).decode_utf8().ok()?;
    set.eq_ignore_ascii_case("utf-8").then(|| name.into_owned())
}

/// What the reader found wrong.
fn refused(error: &Error, limit: usize) -> Problem {
    match error {
        Error::StreamSizeExceeded { .. } | Error::FieldSizeExceeded { .. } => too_large(limit),
        Error::StreamReadFailed(_) => incomplete(),
        Error::IncompleteStream | Error::IncompleteFieldData { .. } => {
            Problem::new(NOT_MULTIPART, "正文中没有 Content-Type 所说的 boundary，或者不完整")
        }
        _ => Problem::new(NOT_MULTIPART, "正文的某个部分的标题行读不懂"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(body: impl Into<Body>, limit: usize, most: usize) -> Result<Vec<Part>, String> {
        let parts = parts_of(body.into(), "x".to_owned(), limit, most).await;
        parts.map_err(|problem| format!("{problem:?}"))
    }

    #[tokio::test]
    async fn parts_keep_their_order_names_and_bytes() {
        let coded = "Content-Disposition: form-data; name=\"a\"; filename*=UTF-8''%E4%B8%80.pdf";
        let parts = read(format!("--x\r\n{coded}\r\n\r\n\r\n--x--"), 1000, 1).await;
        assert_eq!(parts.expect("sound")[0].file_name.as_deref(), Some("一.pdf"));
        let body = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"C:\\甲\\一.pdf\"\r\n\
                    Content-Type: application/pdf\r\n\r\n%PDF\r\n--\r\n\r\n--x\r\n\
                    Content-Disposition: form-data; name=\"with\"\r\n\r\n\r\n--x--\r\n";
        let parts = read(body, 1000, 2).await.expect("sound");
        let told: Vec<_> = parts
            .iter()
            .map(|part| (part.name.as_str(), part.plain_name(), &part.bytes[..]))
            .collect();
        assert_eq!(told, [("file", Some("一.pdf"), &b"%PDF\r\n--\r\n"[..]), ("with", None, b"")]);
        assert!(read(body, 1000, 1).await.expect_err("too many").contains("limits.files"));
        assert!(read(body, 100, 2).await.expect_err("too long").contains("too-large"));
    }

    #[tokio::test]
    async fn what_is_no_form_is_told() {
        let part = |head: &str| format!("--x\r\n{head}\r\n\r\nbytes\r\n--x--\r\n");
        for (body, told) in [
            (String::new(), "boundary"),
            ("{}".to_owned(), "boundary"),
            ("--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nbytes".to_owned(), "不完整"),
            (part("Content-Type: text/plain"), "没有名称"),
            (part("Content-Disposition: form-data; name=\"\""), "没有名称"),
            (part("no header"), "读不懂"),
            (part("Content-Disposition: form-data; name=\"a\u{1}\""), "读不懂"),
            (
                part(
                    "Content-Disposition: form-data; name=\"a\"\r\nContent-Transfer-Encoding: base64",
                ),
                "转码",
            ),
            (part(&format!("Content-Disposition: form-data; name=\"{}\"", "a".repeat(256))), "255"),
        ] {
            let problem = read(body.clone(), 1000, 9).await.expect_err("no form");
            assert!(problem.contains(told), "{body}: {problem}");
        }
        let gbk = b"--x\r\nContent-Disposition: form-data; name=\"a\"; filename=\"\xC9\xBD\xCE\xF7\"\r\n\r\n\r\n--x--";
        assert!(read(&gbk[..], 1000, 9).await.is_err());
    }

    #[test]
    fn the_boundary_is_read_from_the_header() {
        let of = |text: &str| {
            let value = HeaderValue::from_str(text).expect("a header");
            let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, value)]);
            boundary_of(&headers).map_err(|problem| format!("{problem:?}"))
        };
        assert_eq!(of("multipart/form-data; boundary=\"a b\""), Ok("a b".to_owned()));
        assert!(of("multipart/form-data").expect_err("none").contains("boundary"));
        assert!(of("multipart/form-data; boundary=\"\"").expect_err("none").contains("boundary"));
        assert!(of("application/json").expect_err("another").contains("content-type"));
        assert!(of("").expect_err("none").contains("现为空"));
    }
}

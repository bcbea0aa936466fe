//! What a browser shows instead of a problem document: what went wrong, and what to do.

use axum::http::StatusCode;
use minijinja::context;

use super::templates::written;

/// The page of a problem; none if the page itself cannot be written.
pub(in crate::http) fn broken(
    status: StatusCode,
    title: &str,
    detail: &str,
    id: &str,
) -> Option<String> {
    let remedy = match status.as_u16() {
        401 | 403 => "用有这项权限的密钥登录后再试。",
        404 => "核对网址，或者回到首页从头找起。",
        429 | 503 => "过一会儿再试；填过的内容不会因此丢失。",
        500.. => "请把下面的编号告诉管理员。",
        _ => "按上面说的改正后再试。",
    };
    let seen = context! { visitor => (), title, detail, remedy, id, sign_in => matches!(status.as_u16(), 401 | 403) };
    written("broken.html", seen).ok()
}

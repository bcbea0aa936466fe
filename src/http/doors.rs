//! One table: every route with the least role that may use it. README shows it, and tests try every cell.

use axum::http::Method;

use crate::values::Role;

/// A route and who may use it.
#[derive(Debug, Clone, Copy)]
pub struct Door {
    /// `GET` also stands for `HEAD`.
    pub method: &'static str,
    /// The route's pattern.
    pub path: &'static str,
    /// The least role that may use it. Of a document's papers, the manifest may ask for more.
    pub least: Role,
    /// Whether anyone on this machine may use it too.
    pub local: bool,
    /// Whether asking is counted: those who watch over a server ask often.
    pub counted: bool,
    /// What it is, in Chinese.
    pub about: &'static str,
}

const fn door(method: &'static str, path: &'static str, least: Role, about: &'static str) -> Door {
    Door { method, path, least, local: false, counted: true, about }
}

/// Every route, in the order of README.
pub const DOORS: &[Door] = &[
    Door { counted: false, ..door("GET", "/healthz", Role::Public, "是否在运行") },
    door("GET", "/readyz", Role::Public, "是否就绪"),
    door("POST", "/api/v1/session", Role::Public, "登录"),
    door("GET", "/api/v1/session", Role::Public, "现在以谁的身份"),
    door("DELETE", "/api/v1/session", Role::Public, "退出登录"),
    door("GET", "/api/v1/documents", Role::Applicant, "有哪些文书"),
    door("GET", "/api/v1/documents/{programme}/{document}/schema", Role::Applicant, "数据格式"),
    door("GET", "/api/v1/documents/{programme}/{document}/sample", Role::Applicant, "样例"),
    door("POST", "/api/v1/documents/{programme}/{document}/check", Role::Applicant, "检查"),
    door(
        "POST",
        "/api/v1/documents/{programme}/{document}/rows",
        Role::Applicant,
        "检查表格的各行",
    ),
    door(
        "GET",
        "/api/v1/documents/{programme}/{document}/form.xlsx",
        Role::Applicant,
        "填写用的电子表格",
    ),
    door(
        "GET",
        "/api/v1/documents/{programme}/{document}/blank",
        Role::Applicant,
        "空白表格（按文书）",
    ),
    door(
        "GET",
        "/api/v1/documents/{programme}/{document}/calibration",
        Role::Applicant,
        "套打的校准页（按文书）",
    ),
    door("POST", "/api/v1/documents/{programme}/{document}/pdf", Role::Applicant, "打印（按文书）"),
    door(
        "POST",
        "/api/v1/documents/{programme}/{document}/preview",
        Role::Applicant,
        "预览（按文书）",
    ),
    door(
        "POST",
        "/api/v1/documents/{programme}/{document}/collect",
        Role::Applicant,
        "由 PDF、表格汇总（按文书）",
    ),
    door(
        "POST",
        "/api/v1/documents/{programme}/{document}/xlsx",
        Role::Applicant,
        "汇总的列表，存为电子表格（按文书）",
    ),
    door(
        "POST",
        "/api/v1/documents/{programme}/{document}/derive",
        Role::Applicant,
        "由另一份文书的数据得出",
    ),
    door(
        "POST",
        "/api/v1/documents/{programme}/{document}/calendar",
        Role::Applicant,
        "数据所说的日期，逐日列出",
    ),
    door("POST", "/api/v1/packets", Role::Applicant, "合成申报材料"),
    door("POST", "/api/v1/packets/check", Role::Applicant, "检查申报材料的清单"),
    door("POST", "/api/v1/packets/preview", Role::Applicant, "看一个附件的版面"),
    door("GET", "/api/v1/certificates", Role::Province, "查找、导出证书"),
    door("GET", "/api/v1/certificates/ranges", Role::Province, "编号的起止和去向"),
    door("GET", "/api/v1/certificates/{number}", Role::Province, "一个证书"),
    door("GET", "/api/v1/certificates/{number}/history", Role::Province, "它的变更记录"),
    door("GET", "/api/v1/certificates/{number}/announcement", Role::Province, "撤销公告的数据"),
    door("POST", "/api/v1/certificates/{number}/reprint", Role::Province, "补印证书"),
    door("POST", "/api/v1/certificates/{number}/revoke", Role::Province, "撤销证书"),
    door("GET", "/verify", Role::Public, "查验证书（输入编号和查验码）"),
    door("GET", "/verify/{code}", Role::Public, "查验证书（扫码）"),
    door("GET", "/api/v1/batches", Role::Bureau, "有哪些批次（自己的；省局看全部）"),
    door("POST", "/api/v1/batches", Role::Bureau, "受理一批（按文书）"),
    door("POST", "/api/v1/batches/check", Role::Bureau, "受理前检查一批，预告编号（按文书）"),
    door("GET", "/api/v1/batches/{batch}", Role::Bureau, "一批的情况"),
    door("DELETE", "/api/v1/batches/{batch}", Role::Bureau, "取消一批"),
    door("GET", "/api/v1/batches/{batch}/events", Role::Bureau, "一批的进度（SSE）"),
    door("GET", "/api/v1/batches/{batch}/rows", Role::Bureau, "一批各行的结果"),
    door("GET", "/api/v1/batches/{batch}/result", Role::Bureau, "一批印成的文件"),
    door("POST", "/api/v1/batches/{batch}/prints", Role::Bureau, "重印一批中的若干份（按文书）"),
    door("GET", "/", Role::Public, "首页"),
    door(
        "GET",
        "/documents/{programme}/{document}",
        Role::Applicant,
        "填写一份文书的网页（按文书）",
    ),
    door("GET", "/packets/{programme}", Role::Applicant, "填写申报材料的网页"),
    door("GET", "/help", Role::Public, "打印说明"),
    door("GET", "/sign-in", Role::Public, "登录的网页"),
    door("GET", "/batches", Role::Bureau, "批次的网页"),
    door("GET", "/batches/new", Role::Bureau, "交名单、开始一批的网页"),
    door("GET", "/batches/{batch}", Role::Bureau, "一批的网页"),
    door("GET", "/registry", Role::Province, "登记簿的网页"),
    door("GET", "/registry/ranges", Role::Province, "编号起止的网页"),
    door("GET", "/registry/{number}", Role::Province, "一个证书的网页"),
    door("GET", "/assets/{file}", Role::Public, "网页的样式和脚本"),
    door("GET", "/thumbnails/{programme}/{document}", Role::Public, "文书的图样"),
    door("GET", "/openapi.json", Role::Applicant, "接口说明"),
    door("GET", "/docs", Role::Applicant, "接口说明的网页"),
    door("GET", "/docs/", Role::Applicant, "接口说明的网页"),
    door("GET", "/docs/{file}", Role::Applicant, "接口说明的网页"),
    Door {
        local: true, ..door("GET", "/metrics", Role::Admin, "运行指标（本机不用密钥）")
    },
];

/// The door of a route; none for a method that the route does not take.
pub(super) fn door_of(method: &Method, path: &str) -> Option<&'static Door> {
    let method = if method == Method::HEAD { "GET" } else { method.as_str() };
    DOORS.iter().find(|door| door.method == method && door.path == path)
}

/// Whether any method opens this route.
pub(super) fn is_known(path: &str) -> bool {
    DOORS.iter().any(|door| door.path == path)
}

/// The table as README shows it.
#[must_use]
pub fn in_markdown() -> String {
    let mut table = String::from("| 接口 |");
    for role in Role::ALL {
        table.push_str(&format!(" {} |", role.title()));
    }
    table.push_str("\n|---|---|---|---|---|---|\n");
    for door in DOORS {
        let path = door.path.replace("{programme}/{document}", "…");
        table.push_str(&format!("| `{} {path}` {} |", door.method, door.about));
        for role in Role::ALL {
            table.push_str(if role >= door.least { " ✓ |" } else { "  |" });
        }
        table.push('\n');
    }
    table
}

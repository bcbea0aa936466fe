//! Who asks, and whether they may: the layer between the guard and the routes.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::doors::{self, Door};
use super::office::{Mode, Office};
use super::pace::Counted;
use super::peer::Peer;
use super::problem::{CROSS_SITE, FORBIDDEN, Problem, TOO_OFTEN, UNAUTHORIZED};
use crate::access::{Access, Holder};
use crate::values::Role;

/// Who asks.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    pub(super) role: Role,
    /// The holder of the key or the session that was shown.
    pub(super) holder: Option<Holder>,
    /// The secret of the session, if it was one.
    pub(super) session: Option<String>,
}

/// Lets those pass who may, and tells the route who they are.
pub(super) async fn admit(
    State(office): State<Arc<Office>>,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    match judge(&office, &parts).await {
        Ok(caller) => {
            let key = caller.holder.as_ref().map(|holder| holder.key.clone());
            parts.extensions.insert(caller);
            let mut response = next.run(Request::from_parts(parts, body)).await;
            response.extensions_mut().insert(Asked(key));
            response
        }
        Err(problem) => problem.into_response(),
    }
}

/// The id of the key that was used, for the log.
#[derive(Debug, Clone)]
pub(super) struct Asked(pub(super) Option<String>);

async fn judge(office: &Office, asked: &Parts) -> Result<Caller, Problem> {
    let (headers, method) = (&asked.headers, &asked.method);
    let Some(peer) = asked.extensions.get::<Peer>().copied() else {
        return Err(Problem::fault(vec!["没有记下连接的来处".to_owned()]));
    };
    let matched = asked.extensions.get::<MatchedPath>().map(MatchedPath::as_str);
    let door = matched.and_then(|path| doors::door_of(method, path));
    if door.is_none() && matched.is_some_and(|path| !doors::is_known(path)) {
        return Err(Problem::fault(vec![format!("路由 {} 不在权限表中", matched.unwrap_or(""))]));
    }
    let trusted = &office.config.server.trusted_proxies;
    let address = peer.client(headers, trusted);
    let caller = match &office.mode {
        Mode::Open => Caller { role: Role::Admin, holder: None, session: None },
        Mode::Guarded(access) => match identify(office, access, headers, method).await {
            Ok(caller) => caller,
            Err(problem) => {
                // Whoever tries keys is counted like everyone else.
                count(office, &Counted::Address(network_of(address)))?;
                return Err(problem);
            }
        },
    };
    if door.is_none_or(|door| door.counted) {
        count(
            office,
            &match &caller.holder {
                Some(holder) => Counted::Key(holder.key.clone()),
                None => Counted::Address(network_of(address)),
            },
        )?;
    }
    if let Some(door) = door {
        enter(door, &caller, peer.is_local(headers, trusted))?;
    }
    Ok(caller)
}

fn count(office: &Office, counted: &Counted) -> Result<(), Problem> {
    office.pace.take(counted).map_err(|seconds| {
        let detail = format!("请求太频繁，请在 {seconds} 秒后再试");
        Problem::new(TOO_OFTEN, detail).with(header::RETRY_AFTER, seconds.into())
    })
}

/// A household or an office has one address of version 4, and a network of 64 bits of version 6.
fn network_of(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(six) => {
            let network = u128::from(six) & !u128::from(u64::MAX);
            IpAddr::V6(network.into())
        }
    }
}

fn enter(door: &Door, caller: &Caller, local: bool) -> Result<(), Problem> {
    if caller.role >= door.least || (door.local && local) {
        return Ok(());
    }
    Err(caller.too_little(door.least))
}

/// Who shows a key, or has a session; without either, the public.
async fn identify(
    office: &Office,
    access: &Access,
    headers: &HeaderMap,
    method: &Method,
) -> Result<Caller, Problem> {
    let safe = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
    if let Some(key) = bearer(headers)? {
        let holder = access.holder(key).await?.ok_or_else(no_good_key)?;
        return Ok(Caller { role: holder.role, holder: Some(holder), session: None });
    }
    let session = office.cookie.read(headers);
    if !safe {
        same_site(headers, session.is_some())?;
    }
    if let Some(session) = session
        && let Some(holder) = access.holder_of_session(&session).await?
    {
        return Ok(Caller { role: holder.role, holder: Some(holder), session: Some(session) });
    }
    let open = office.config.server.open_to_applicants;
    let role = if open { Role::Applicant } else { Role::Public };
    Ok(Caller { role, holder: None, session: None })
}

/// The key in `Authorization: Bearer …`.
fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let told = value.to_str().ok().and_then(|value| value.split_once(' '));
    match told.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")) {
        Some((_, key)) => Ok(Some(key)),
        None => Err(unknown("Authorization 应为 Bearer 加密钥")),
    }
}

/// What a page of another site makes a browser send is refused: browsers tell with each request that may
/// change something where it comes from, and a cookie without any such word is not believed.
fn same_site(headers: &HeaderMap, cookie: bool) -> Result<(), Problem> {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let refuse = || Err(Problem::new(CROSS_SITE, "请求来自别的网站，没有照办"));
    match (text("sec-fetch-site"), text("origin")) {
        (Some("same-origin" | "none"), _) => Ok(()),
        (Some(_), _) => refuse(),
        (None, Some(origin)) => {
            let own = text("host").is_some_and(|host| {
                origin.split_once("://").is_some_and(|(_, from)| from.eq_ignore_ascii_case(host))
            });
            if own { Ok(()) } else { refuse() }
        }
        (None, None) if cookie => {
            let detail = "凭 Cookie 的 POST、DELETE 请求须说明来自哪里：浏览器会带 Sec-Fetch-Site 或 Origin，\
                          其他程序请加 Origin（与所用网址相同），或改用密钥";
            Err(Problem::new(CROSS_SITE, detail))
        }
        (None, None) => Ok(()),
    }
}

/// A key that is none, or opens nothing any more; which of them is not told.
pub(super) fn no_good_key() -> Problem {
    unknown("密钥不对，或者已过期、已撤销")
}

fn unknown(detail: &str) -> Problem {
    Problem::new(UNAUTHORIZED, detail)
        .with(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
}

impl Caller {
    /// Whether this role or more is theirs.
    ///
    /// # Errors
    /// The problem that says which role it needs.
    pub(super) fn must_be(&self, least: Role) -> Result<(), Problem> {
        if self.role >= least { Ok(()) } else { Err(self.too_little(least)) }
    }

    fn too_little(&self, least: Role) -> Problem {
        let needed = least.title();
        match &self.holder {
            None => unknown(&format!("需要{needed}的密钥，请先登录")),
            Some(holder) => {
                let own = holder.role.title();
                let detail = format!("需要{needed}的权限，这个密钥是{own}的");
                Problem::new(FORBIDDEN, detail)
            }
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let caller = parts.extensions.get::<Self>().cloned();
        caller.ok_or_else(|| Problem::fault(vec!["没有认出是谁在问".to_owned()]))
    }
}

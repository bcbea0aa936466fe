//! Every setting, one line each: key, meaning, unit, default, and what it may be.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::thread::available_parallelism;
use std::time::Duration;

use ipnet::IpNet;

use super::reader::Reader;

/// The seconds of a day.
const DAY: u64 = 86_400;

/// How the server is reached.
#[derive(Debug, Clone)]
pub struct Server {
    /// The address to listen on.
    pub listen: SocketAddr,
    /// The data directory: keys, sessions, and what is kept.
    pub data: Option<PathBuf>,
    /// The address under which users know the server, such as `https://chengwen.example.gov.cn`. With
    /// https, cookies are marked so that browsers never send them otherwise.
    pub public_url: Option<String>,
    /// Proxies whose word on the client's address is taken.
    pub trusted_proxies: Vec<IpNet>,
    /// Whether everyone may do what applicants may, without a key.
    pub open_to_applicants: bool,
    /// How the log is written.
    pub log: Log,
}

/// How a log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Log {
    /// Lines for people.
    Text,
    /// A JSON object on each line.
    Json,
}

/// What the server takes on.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Bytes of a request's body.
    pub body: usize,
    /// Bytes of a request's body that brings files.
    pub upload: usize,
    /// Parts of such a body.
    pub files: usize,
    /// Bytes of all bodies that are being received or worked at.
    pub bodies: usize,
    /// The time within which a body must have come.
    pub body_time: Duration,
    /// The time within which a body that brings files must have come.
    pub upload_time: Duration,
    /// The time within which a request's header must have come.
    pub header_time: Duration,
    /// The time within which a client must take some of an answer.
    pub write_time: Duration,
    /// Connections at once.
    pub connections: usize,
    /// Connections at once from one address, proxies that are trusted excepted.
    pub connections_per_address: usize,
    /// Requests at once from an address without a key, and from a key.
    pub burst: u32,
    /// Requests a second from the same, lastingly.
    pub requests_per_second: u32,
    /// Records of one request, and items of any list in a record.
    pub rows: usize,
    /// Pages of one file.
    pub pages: usize,
    /// Pixels of one picture.
    pub pixels: usize,
    /// Render processes.
    pub render_processes: usize,
    /// The time that one render may take.
    pub render_time: Duration,
    /// Bytes that a render process may hold.
    pub render_memory: u64,
    /// Renders after which a process is replaced.
    pub render_jobs: usize,
    /// Requests that may wait for a render.
    pub queue: usize,
    /// How long they wait.
    pub queue_time: Duration,
    /// How long a browser's session lasts.
    pub session_time: Duration,
    /// Bytes that must be free where the data directory is.
    pub free_disk: u64,
    /// Prints of batches that may be unfinished at once.
    pub batches: usize,
    /// The time after which the work of a process whose beat stands still goes to another.
    pub lease: Duration,
    /// How long the files of batches are kept.
    pub results: Duration,
    /// What an attached file may be and take.
    pub attachments: Attachments,
}

/// What an attached file of a packet may be and take.
#[derive(Debug, Clone)]
pub struct Attachments {
    /// Pages that are taken over.
    pub pages: usize,
    /// Pixels of a picture, unpacked.
    pub pixels: u64,
    /// The time that it may be worked at.
    pub time: Duration,
    /// Bytes of memory that a process may hold for it; also the most bytes of the file.
    pub memory: u64,
    /// Dots in an inch of paper; finer pictures are brought down to it.
    pub resolution: f64,
    /// The time in which all attached files of one packet must be worked at.
    pub packet_time: Duration,
    /// Bytes that the pages of all attached files of one packet may have together.
    pub packet: u64,
}

impl Server {
    pub(super) fn of(reader: &mut Reader) -> Self {
        let local = SocketAddr::from((Ipv4Addr::LOCALHOST, 8080));
        let about = "监听的地址和端口";
        let listen =
            reader.one("server.listen", about, local, "地址和端口，例如 127.0.0.1:8080", address);
        let data =
            reader.maybe("server.data", "数据目录：密钥、会话等", "目录", |text| {
                Some(PathBuf::from(text)).filter(|path| !path.as_os_str().is_empty())
            });
        let about = "用户访问的网址；为 https 时 Cookie 只走加密连接";
        let public_url = reader.maybe("server.public_url", about, "http:// 或 https:// 开头", url);
        let about = "受信任的反向代理（只采信它们报告的来访地址）";
        let trusted_proxies = reader.many("server.trusted_proxies", about, "地址或网段", network);
        let about = "不用密钥也可以检查、预览和打印申报主体的文书";
        let open_to_applicants = reader.yes("server.open_to_applicants", about, false);
        let log = reader.one("server.log", "日志的格式", Log::Text, "text 或 json", log);
        Self { listen, data, public_url, trusted_proxies, open_to_applicants, log }
    }
}

impl Limits {
    pub(super) fn of(reader: &mut Reader) -> Self {
        let cores = available_parallelism().map_or(1, usize::from) as u64;
        let mut number = |key, about, default, least, most| -> usize {
            usize::try_from(reader.number(key, about, default, least..=most)).unwrap_or(usize::MAX)
        };
        let mib = |number: usize| number << 20;
        let body = mib(number("limits.body_mib", "一次请求的数据（MiB）", 8, 1, 1024));
        let about = "一次请求上传的文件合计（MiB）";
        let upload = mib(number("limits.upload_mib", about, 256, 1, 16_384));
        let files = number("limits.files", "一次请求上传的文件数", 200, 1, 100_000);
        let about = "同时接收和处理的数据合计（MiB）";
        let bodies = mib(number("limits.bodies_mib", about, 1024, 1, 65_536));
        let connections = number("limits.connections", "同时的连接", 512, 1, 65_536);
        let about = "一个来访地址同时的连接（受信任的代理除外）";
        let connections_per_address =
            number("limits.connections_per_address", about, 128, 1, 65_536);
        let rows = number("limits.rows", "一次的份数，一个列表的行数", 10_000, 1, 1_000_000);
        let pages = number("limits.pages", "一份文件的页数", 2_000, 1, 100_000);
        let pixels = number("limits.pixels", "一张图片的像素", 40_000_000, 10_000, 1_000_000_000);
        let render_processes = number("limits.render_processes", "排版进程数", cores, 1, 256);
        let about = "一个排版进程的内存（MiB）";
        let render_memory = mib(number("limits.render_memory_mib", about, 1024, 128, 1 << 20));
        let about = "一个排版进程印多少份后换新";
        let render_jobs = number("limits.render_jobs", about, 5_000, 1, 1_000_000);
        let queue = number("limits.queue", "等候排版的请求", 32, 0, 100_000);
        let free_disk =
            mib(number("limits.free_disk_mib", "数据目录所在磁盘至少剩余（MiB）", 200, 0, 1 << 30));
        let about = "同时受理而未印完的批次（连同重印）";
        let batches = number("limits.batches", about, 16, 1, 100_000);
        let about = "处理批次的进程多久没有动静，由别的进程接手（秒）";
        let lease = number("limits.lease_seconds", about, 10, 1, 600);
        let about = "批次印成的文件保留的天数";
        let results = number("limits.result_days", about, 30, 1, 36_500);
        let about = "申报材料一个附件的页数";
        let attached_pages = number("limits.attachment_pages", about, 300, 1, 10_000);
        let about = "申报材料一个附件的图片（百万像素）";
        let attached_pixels = number("limits.attachment_megapixels", about, 64, 1, 2_000);
        let about = "处理一个附件的内存（MiB），也是文件的大小";
        let attached_memory = mib(number("limits.attachment_memory_mib", about, 400, 64, 1 << 16));
        let about = "申报材料全部附件合计（MiB）";
        let packet = mib(number("limits.packet_mib", about, 512, 1, 1 << 16));
        let about = "附件图片印出的精度（每英寸点数），更细的缩到这个精度";
        let resolution = number("limits.print_resolution", about, 300, 72, 1200);
        let about = "一个来访地址（或密钥）一下子的请求";
        let burst = number("limits.requests_burst", about, 300, 1, 1_000_000);
        let about = "一个来访地址（或密钥）每秒的请求";
        let requests_per_second = number("limits.requests_per_second", about, 60, 1, 1_000_000);
        let mut seconds = |key, about, default, most| {
            Duration::from_secs_f64(reader.seconds(key, about, default, most))
        };
        Self {
            body,
            body_time: seconds("limits.body_seconds", "收完请求数据的时间（秒）", 20.0, 3600.0),
            upload,
            upload_time: seconds(
                "limits.upload_seconds",
                "收完上传的文件的时间（秒）",
                180.0,
                3600.0,
            ),
            files,
            header_time: seconds("limits.header_seconds", "收完请求头的时间（秒）", 15.0, 3600.0),
            bodies,
            write_time: seconds(
                "limits.write_seconds",
                "来访者多久不取答复就断开（秒）",
                30.0,
                3600.0,
            ),
            connections,
            connections_per_address,
            burst: u32::try_from(burst).unwrap_or(u32::MAX),
            requests_per_second: u32::try_from(requests_per_second).unwrap_or(u32::MAX),
            rows,
            pages,
            pixels,
            render_processes,
            render_time: seconds("limits.render_seconds", "一次排版的时间（秒）", 30.0, 3600.0),
            render_memory: render_memory as u64,
            render_jobs,
            queue,
            queue_time: seconds("limits.queue_seconds", "等候排版的时间（秒）", 2.0, 600.0),
            session_time: seconds(
                "limits.session_seconds",
                "登录后多久须重新登录（秒）",
                43_200.0,
                2_592_000.0,
            ),
            free_disk: free_disk as u64,
            batches,
            lease: Duration::from_secs(lease as u64),
            results: Duration::from_secs(results as u64 * DAY),
            attachments: Attachments {
                pages: attached_pages,
                pixels: attached_pixels as u64 * 1_000_000,
                time: seconds(
                    "limits.attachment_seconds",
                    "处理一个附件的时间（秒）",
                    20.0,
                    3600.0,
                ),
                memory: attached_memory as u64,
                resolution: resolution as f64,
                packet_time: seconds(
                    "limits.packet_seconds",
                    "处理申报材料全部附件的时间（秒）",
                    120.0,
                    3600.0,
                ),
                packet: packet as u64,
            },
        }
    }
}

impl std::fmt::Display for Log {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Text => "text",
            Self::Json => "json",
        })
    }
}

fn log(text: &str) -> Option<Log> {
    [Log::Text, Log::Json].into_iter().find(|log| log.to_string() == text)
}

/// An address with its port; `localhost` is the one name that needs no look-up.
pub(super) fn address(text: &str) -> Option<SocketAddr> {
    let named = text.strip_prefix("localhost:").and_then(|port| port.parse().ok());
    let named = named.map(|port: u16| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    named.or_else(|| text.parse().ok())
}

/// A network, or an address as a network of one.
fn network(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse().ok().map(|address: std::net::IpAddr| address.into()))
}

/// Scheme and authority, without a path.
fn url(text: &str) -> Option<String> {
    let (scheme, authority) = text.trim_end_matches('/').split_once("://")?;
    let plain = |mark: char| mark.is_ascii_alphanumeric() || "-.:[]".contains(mark);
    let sound =
        matches!(scheme, "http" | "https") && !authority.is_empty() && authority.chars().all(plain);
    sound.then(|| format!("{scheme}://{authority}"))
}

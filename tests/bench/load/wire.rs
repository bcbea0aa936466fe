//! One HTTP/1.1 connection that is kept, and what comes back on it.

use std::io::{Error, ErrorKind, Result};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A connection that no answer is awaited on.
pub(crate) struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
}

/// An answer, read to its end.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) retry_after: bool,
    pub(crate) body: Vec<u8>,
    /// From the first byte sent to the last byte received.
    pub(crate) took: Duration,
}

fn wrong(what: &str) -> Error {
    Error::new(ErrorKind::InvalidData, what.to_owned())
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, received: Vec::new() })
    }

    /// Sends a whole request and reads the whole answer.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> Result<Answer> {
        let started = Instant::now();
        self.stream.write_all(request).await?;
        self.received.clear();
        loop {
            if let Some((mut answer, length, head)) = self.head()? {
                while self.received.len() < head + length {
                    self.more().await?;
                }
                answer.body = self.received[head..head + length].to_vec();
                answer.took = started.elapsed();
                return Ok(answer);
            }
            self.more().await?;
        }
    }

    /// Whether anything has come of the last answer.
    pub(crate) fn has_received(&self) -> bool {
        !self.received.is_empty()
    }

    async fn more(&mut self) -> Result<()> {
        match self.stream.read_buf(&mut self.received).await? {
            0 => Err(Error::new(ErrorKind::UnexpectedEof, "the connection ended in an answer")),
            _ => Ok(()),
        }
    }

    /// The head of the answer once it is there, with the length of its body and its own.
    fn head(&self) -> Result<Option<(Answer, usize, usize)>> {
        let mut headers = [httparse::EMPTY_HEADER; 48];
        let mut response = httparse::Response::new(&mut headers);
        let parsed = response.parse(&self.received).map_err(|_| wrong("no HTTP"))?;
        let httparse::Status::Complete(head) = parsed else { return Ok(None) };
        let header = |name: &str| {
            let mut all = response.headers.iter();
            let found = all.find(|header| header.name.eq_ignore_ascii_case(name))?;
            std::str::from_utf8(found.value).ok().map(str::to_owned)
        };
        let length = header("content-length").and_then(|length| length.parse().ok());
        let length = length.ok_or_else(|| wrong("an answer that tells no length"))?;
        let answer = Answer {
            status: response.code.unwrap_or_default(),
            content_type: header("content-type").unwrap_or_default(),
            retry_after: header("retry-after").is_some(),
            body: Vec::new(),
            took: Duration::ZERO,
        };
        Ok(Some((answer, length, head)))
    }
}

/// A request as bytes.
pub(crate) fn request(verb: &str, path: &str, content_type: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes = format!(
        "{verb} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {content_type}\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    bytes.extend(body);
    bytes
}

//! What goes through the pipes of a render process: frames of a head (JSON) and a body (bytes).

use std::io::{self, Read, Write};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::typeset::{Failure, NoRoom};

/// What a process says when it is ready.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Hello {
    /// The version of the program.
    pub(super) version: String,
    /// The digest of the templates and fonts that it opened.
    pub(super) digest: String,
}

/// What it answers to a job; the bytes of the file are the body.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Answer {
    Done {
        ends: Vec<usize>,
        pages: usize,
        starts: Vec<usize>,
        marks: Vec<u64>,
        no_room: Vec<NoRoom>,
        warnings: Vec<String>,
    },
    Failed(Failure),
}

/// No frame of ours is larger; what says so is no frame.
const LONGEST: u64 = 4 << 30;

/// Writes one frame.
pub(super) fn send(to: &mut impl Write, head: &impl Serialize, body: &[u8]) -> io::Result<()> {
    let head = serde_json::to_vec(head)?;
    to.write_all(&u64::to_le_bytes(head.len() as u64))?;
    to.write_all(&u64::to_le_bytes(body.len() as u64))?;
    to.write_all(&head)?;
    to.write_all(body)?;
    to.flush()
}

/// Reads one frame; none if the pipe ended between frames.
pub(super) fn receive<H: DeserializeOwned>(
    from: &mut impl Read,
) -> io::Result<Option<(H, Vec<u8>)>> {
    let mut lengths = [0; 16];
    let first = from.read(&mut lengths)?;
    if first == 0 {
        return Ok(None);
    }
    from.read_exact(&mut lengths[first..])?;
    let length = |at: usize| {
        let bytes = lengths[at..at + 8].try_into().unwrap_or_default();
        let length = Some(u64::from_le_bytes(bytes)).filter(|length| *length <= LONGEST);
        length.and_then(|length| usize::try_from(length).ok()).ok_or(io::ErrorKind::InvalidData)
    };
    let head = exactly(from, length(0)?)?;
    let body = exactly(from, length(8)?)?;
    Ok(Some((serde_json::from_slice(&head)?, body)))
}

fn exactly(from: &mut impl Read, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // Memory is taken as the bytes come, not as a length claims.
    from.take(length as u64).read_to_end(&mut bytes)?;
    if bytes.len() < length { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_back_as_they_went() {
        let hello = Hello { version: "1".to_owned(), digest: "成文".to_owned() };
        let mut pipe = Vec::new();
        send(&mut pipe, &hello, b"body").expect("written");
        send(&mut pipe, &hello, b"").expect("written");
        let mut pipe = pipe.as_slice();
        let first = receive::<Hello>(&mut pipe).expect("read");
        assert_eq!(first, Some((hello.clone(), b"body".to_vec())));
        assert_eq!(receive::<Hello>(&mut pipe).expect("read"), Some((hello, Vec::new())));
        assert_eq!(receive::<Hello>(&mut pipe).expect("read"), None);
    }

    #[test]
    fn half_a_frame_and_a_lying_length_are_errors() {
        let mut pipe = Vec::new();
        send(&mut pipe, &"head", b"body").expect("written");
        for end in 1..pipe.len() {
            assert!(receive::<String>(&mut &pipe[..end]).is_err(), "{end} bytes");
        }
        let lie = [[0xFF; 8], [0; 8]].concat();
        assert!(receive::<String>(&mut lie.as_slice()).is_err());
    }
}

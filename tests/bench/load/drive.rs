//! Who asks: so many at a time, each as soon as it has been answered; or at a rate, whatever comes back.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::mix::Kind;
use super::wire::{Answer, Connection};

/// One request, as it ended.
#[derive(Clone)]
pub(crate) struct Seen {
    /// The place of its kind in the mix.
    pub(crate) kind: usize,
    pub(crate) status: u16,
    /// The last part of the problem's type; none for a success.
    pub(crate) problem: String,
    pub(crate) took: Duration,
    /// What was not as it must be.
    pub(crate) wrong: Option<String>,
}

/// What is asked, of whom, on which connections.
pub(crate) struct Crowd {
    pub(crate) address: SocketAddr,
    pub(crate) kinds: Vec<Kind>,
    idle: Mutex<Vec<Connection>>,
}

/// Numbers that look like chance and are the same each time.
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}

impl Crowd {
    pub(crate) fn new(address: SocketAddr, kinds: Vec<Kind>) -> Arc<Self> {
        Arc::new(Self { address, kinds, idle: Mutex::default() })
    }

    /// A kind by its share of the mix, and one of its requests.
    fn choose(&self, chance: &mut Chance) -> (usize, usize) {
        let mut left = chance.next() * 100.0;
        let kind = self.kinds.iter().position(|kind| {
            left -= kind.share;
            left < 0.0
        });
        let kind = kind.unwrap_or(self.kinds.len() - 1);
        (kind, self.one_of(kind, chance))
    }

    fn one_of(&self, kind: usize, chance: &mut Chance) -> usize {
        (chance.next() * self.kinds[kind].requests.len() as f64) as usize
    }

    /// Asks once and looks at the answer.
    async fn ask(&self, kind: usize, which: usize) -> Seen {
        let kept = self.idle.lock().expect("sound").pop();
        let seen = |status, problem: &str, took, wrong| Seen {
            kind,
            status,
            problem: problem.to_owned(),
            took,
            wrong,
        };
        let started = Instant::now();
        let (connection, answer) = match self.answered(kept, kind, which).await {
            Ok(asked) => asked,
            Err(error) => return seen(0, "", started.elapsed(), Some(error.to_string())),
        };
        self.idle.lock().expect("sound").push(connection);
        if answer.status == 200 {
            let whole = self.kinds[kind].is_whole(&answer);
            let wrong = (!whole).then(|| "an answer that is not whole".to_owned());
            return seen(200, "", answer.took, wrong);
        }
        let told: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let problem = told["type"].as_str().and_then(|it| it.rsplit('/').next());
        let problem = problem.unwrap_or_default();
        let wrong = match (answer.status, problem) {
            (429, "busy" | "too-often") | (503, "waited-too-long" | "lost" | "busy") => {
                (!answer.retry_after).then(|| "no Retry-After".to_owned())
            }
            (status, problem) => Some(format!("{status} {problem}: {}", told["detail"])),
        };
        seen(answer.status, problem, answer.took, wrong)
    }

    /// The answer to one request, on a connection that was kept or on a new one. As every client does, it asks
    /// again where the server had ended the kept one because nothing came on it.
    async fn answered(
        &self,
        kept: Option<Connection>,
        kind: usize,
        which: usize,
    ) -> std::io::Result<(Connection, Answer)> {
        let request = &self.kinds[kind].requests[which];
        if let Some(mut connection) = kept {
            match connection.ask(request).await {
                Ok(answer) => return Ok((connection, answer)),
                Err(error) if connection.has_received() => return Err(error),
                Err(_) => {}
            }
        }
        let mut connection = Connection::open(self.address).await?;
        let answer = connection.ask(request).await?;
        Ok((connection, answer))
    }

    /// The bytes of one answer of each kind that succeeds.
    pub(crate) async fn specimens(&self) -> Vec<Vec<u8>> {
        let mut connection = Connection::open(self.address).await.expect("it listens");
        let mut bodies = Vec::new();
        for kind in &self.kinds {
            let answer = connection.ask(&kind.requests[0]).await.expect("an answer");
            assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
            bodies.push(answer.body);
        }
        bodies
    }

    /// So many ask at a time, each as soon as it has been answered; of one kind, or of the mix.
    pub(crate) async fn in_turns(
        self: &Arc<Self>,
        kind: Option<usize>,
        at_once: usize,
        span: Duration,
    ) -> (Vec<Seen>, Duration) {
        let started = Instant::now();
        let asking = (0..at_once).map(|number| {
            let crowd = Arc::clone(self);
            tokio::spawn(async move {
                let mut chance = Chance(number as u64 + 1);
                let mut all = Vec::new();
                while started.elapsed() < span {
                    let (kind, which) = match kind {
                        Some(kind) => (kind, crowd.one_of(kind, &mut chance)),
                        None => crowd.choose(&mut chance),
                    };
                    all.push(crowd.ask(kind, which).await);
                }
                all
            })
        });
        let mut all = Vec::new();
        for asking in asking.collect::<Vec<_>>() {
            all.extend(asking.await.expect("no panic"));
        }
        (all, started.elapsed())
    }

    /// The mix at a rate (requests a second), whatever comes back.
    pub(crate) async fn at_a_rate(self: &Arc<Self>, rate: f64, span: Duration) -> Vec<Seen> {
        let started = tokio::time::Instant::now();
        let mut chance = Chance(7);
        let count = (rate * span.as_secs_f64()) as u32;
        let mut asking = Vec::new();
        for number in 0..count {
            tokio::time::sleep_until(started + Duration::from_secs_f64(f64::from(number) / rate))
                .await;
            let (crowd, (kind, which)) = (Arc::clone(self), self.choose(&mut chance));
            asking.push(tokio::spawn(async move { crowd.ask(kind, which).await }));
        }
        let mut all = Vec::new();
        for asking in asking {
            all.push(asking.await.expect("no panic"));
        }
        all
    }
}

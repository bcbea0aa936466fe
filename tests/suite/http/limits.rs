//! More than can be done at once: some is done, the rest is told to come again.

use std::time::Duration;

use axum::http::StatusCode;
use chengwen::config::Config;

use super::client::{APPLICATION, Answer, COMMITMENT, House, limits};
use crate::support::{app, sample};

/// One render at once, so many that may wait, for so long.
fn one_at_once(queue: usize, time: Duration) -> Config {
    limits(|limits| {
        (limits.render_processes, limits.queue, limits.queue_time) = (1, queue, time);
    })
}

fn retry_after(answer: &Answer) -> u64 {
    answer.header("retry-after").parse().expect("whole seconds")
}

#[tokio::test(flavor = "multi_thread")]
async fn beyond_the_queue_there_is_429_and_nothing_else() {
    let house = House::with(app(), one_at_once(2, Duration::from_secs(60)));
    let record = sample(&house.app, "shanxi-application").bytes;
    let asked: Vec<_> = (0..40)
        .map(|_| {
            let (house, record) = (house.clone(), record.clone());
            tokio::spawn(async move { house.post(&format!("{APPLICATION}/pdf"), record).await })
        })
        .collect();
    let (mut done, mut turned) = (0, 0);
    for answer in asked {
        let answer = answer.await.expect("no panic");
        match answer.status {
            StatusCode::OK => done += 1,
            StatusCode::TOO_MANY_REQUESTS => {
                answer.problem(429, "busy");
                assert!((1..=60).contains(&retry_after(&answer)));
                turned += 1;
            }
            other => panic!("{other}"),
        }
    }
    assert!(done >= 3, "one at work and two waiting are done: {done}");
    assert!(turned >= 1, "the rest is turned away");
    let metrics = house.get("/metrics").await;
    let text = String::from_utf8(metrics.bytes).expect("UTF-8");
    let line = format!(
        "chengwen_renders_total{{document=\"shanxi/application\",outcome=\"turned\"}} {turned}"
    );
    assert!(text.contains(&line), "{line} not in\n{text}");
    // Afterwards all is as before.
    assert_eq!(house.post(&format!("{APPLICATION}/pdf"), record).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_too_long_is_told_when_to_come_again() {
    let house = House::with(app(), one_at_once(100, Duration::ZERO));
    let record = sample(&house.app, "shanxi-application").bytes;
    let asked: Vec<_> = (0..20)
        .map(|_| {
            let (house, record) = (house.clone(), record.clone());
            tokio::spawn(async move { house.post(&format!("{APPLICATION}/pdf"), record).await })
        })
        .collect();
    let mut late = 0;
    for answer in asked {
        let answer = answer.await.expect("no panic");
        if answer.status != StatusCode::OK {
            answer.problem(503, "waited-too-long");
            assert!(retry_after(&answer) >= 1);
            late += 1;
        }
    }
    assert!((1..20).contains(&late), "{late}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_does_not_wait_behind_renders() {
    let house = House::with(app(), one_at_once(0, Duration::ZERO));
    let record = sample(&house.app, "shanxi-application").bytes;
    let renders: Vec<_> = (0..8)
        .map(|_| {
            let (house, record) = (house.clone(), record.clone());
            tokio::spawn(async move { house.post(&format!("{APPLICATION}/pdf"), record).await })
        })
        .collect();
    let letter = sample(&house.app, "shanxi-commitment").bytes;
    assert_eq!(house.post(&format!("{COMMITMENT}/check"), letter).await.status, 200);
    for render in renders {
        let status = render.await.expect("no panic").status;
        assert!(matches!(status.as_u16(), 200 | 429), "{status}");
    }
}

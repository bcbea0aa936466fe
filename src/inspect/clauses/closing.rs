//! Signature, date and note: clauses 7.3.5 and 7.3.6.

use super::Measure;
use crate::inspect::subject::{Subject, in_characters, on_pages};

/// How far places may be off, in characters. Digits of a date are narrower than characters and differ
/// from face to face, so its ends are not on the grid.
const PLACE: f64 = 0.4;

fn no_date() -> Measure {
    Measure::NotFound("没有成文日期".to_owned())
}

/// 7.3.5.1 with a seal: the date ends four characters before the edge (一般), the signature is centred
/// over it. 7.3.5.2 without: the signature ends two before it, and the date begins two characters to the
/// right of the signature; if it is longer, the date ends two before the edge. Either is right.
pub(super) fn indents(subject: &Subject<'_>) -> Measure {
    let Some(date) = subject.parts.date else { return no_date() };
    let Some(name) = subject.parts.signature.last() else {
        return Measure::NotFound("日期上方认不出署名".to_owned());
    };
    let (Some(date_gap), Some(name_gap), Some(pitch)) =
        (subject.gap(date), subject.gap(name), subject.pitch())
    else {
        return Measure::NotFound("量不出版心的右边".to_owned());
    };
    let shift = (date.left - name.left) / pitch;
    let off_centre = (date.middle() - name.middle()) / pitch;
    let told =
        format!("日期右空 {}，署名右空 {}", in_characters(date_gap), in_characters(name_gap));
    let is = |value: f64, wanted: f64| (value - wanted).abs() <= PLACE;
    let told_apart = format!("{told}，日期首字在署名首字右 {}", in_characters(shift));
    let sealed = off_centre.abs() <= PLACE && is(date_gap, 4.0);
    // A date that is four characters shorter than its signature looks centred below it as well.
    if sealed && is(shift, 2.0) && is(name_gap, 2.0) {
        return Measure::Met(format!("{told_apart}（用印 7.3.5.1、不用印 7.3.5.2 都符合）"));
    }
    if is(shift, 2.0) && (is(name_gap, 2.0) || (is(date_gap, 2.0) && name_gap > 2.0)) {
        return Measure::Met(format!("{told_apart}（不用印，7.3.5.2）"));
    }
    if off_centre.abs() <= PLACE && name_gap > -PLACE {
        let told = format!("{told}，署名居中在上（用印，7.3.5.1）");
        return if is(date_gap, 4.0) {
            Measure::Met(told)
        } else if date_gap > 4.0 && name_gap < 1.0 {
            // A long name may push the date further in, so that it stays in the block itself.
            Measure::Met(format!("{told}，署名长"))
        } else {
            Measure::Slight(told, "日期右空四字（用印时一般如此）".to_owned())
        };
    }
    Measure::Broken(
        told_apart,
        "用印：日期右空四字、署名在日期上居中；不用印：署名右空二字、日期首字比署名首字右移二字"
            .to_owned(),
    )
}

/// 7.3.5.4: Arabic digits, no leading zeros, the year whole.
pub(super) fn date(subject: &Subject<'_>) -> Measure {
    let Some(line) = subject.parts.date else { return no_date() };
    let text = line.dense();
    let parts: Vec<&str> = text.split(['年', '月', '日']).collect();
    let arabic = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let sound = parts.len() == 4
        && parts[..3].iter().all(arabic)
        && parts[0].len() == 4
        && parts[1..3].iter().all(|part| !part.starts_with('0'));
    if sound {
        Measure::Met(text)
    } else {
        Measure::Broken(text, "写成“2026年4月5日”：阿拉伯数字，月、日前不加 0".to_owned())
    }
}

/// 7.3.5.5: signature and date are kept with text by adjusting lines (可以); a page of theirs alone is
/// what the clause is there to avoid.
pub(super) fn together(subject: &Subject<'_>) -> Measure {
    let Some(date) = subject.parts.date else { return no_date() };
    let count = subject.parts.flowing.iter().filter(|line| {
        line.page == date.page
            && line.baseline < date.baseline
            && !subject.parts.announced.iter().any(|it| std::ptr::eq(*it, **line))
    });
    let told = on_pages(std::iter::once(date.page));
    match count.count() {
        0 => Measure::Broken(
            format!("{told}只有署名和日期，没有正文"),
            "调整行距、字距，使日期与正文同页".to_owned(),
        ),
        count => Measure::Met(format!("{told}有正文 {count} 行")),
    }
}

/// 7.3.6: two characters in, in round brackets, on the line below the date.
pub(super) fn note(subject: &Subject<'_>) -> Measure {
    let Some(line) = subject.parts.note else {
        return Measure::NotFound("没有附注".to_owned());
    };
    // The bracket's own box counts: its ink is in the right half.
    let Some(indent) = subject
        .left(line.page)
        .zip(subject.pitch())
        .map(|(left, pitch)| (line.left - left) / pitch)
    else {
        return Measure::NotFound("量不出版心的左边".to_owned());
    };
    // Some programs trim an opening bracket by half a character: then its box begins so much further left.
    let indent = if (1.2..1.8).contains(&indent) { indent + 0.5 } else { indent };
    let told = format!("空 {}", in_characters(indent));
    if (1.7..=2.7).contains(&indent) {
        Measure::Met(told)
    } else {
        Measure::Broken(told, "附注左空二字".to_owned())
    }
}

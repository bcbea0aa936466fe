//! A record written into cells is read as the same record.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{CERTIFICATE, examined};
use crate::support::{app, sample};

fn text() -> impl Strategy<Value = String> {
    proptest::string::string_regex("[一-龠A-Za-z（）〔〕0-9,\"=+;-]{2,12}").expect("a pattern")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn cells_hold_every_record(
        rows in prop::collection::vec((text(), text(), 1_u32..13, 1_u32..29, 0..3_usize, any::<bool>()), 1..20)
    ) {
        let app = app();
        let kinds = ["示范单位", "示范行业", "示范区域"];
        let records: Vec<Value> = rows.into_iter().map(|(holder, number, month, day, kind, full)| {
            let mut record = json!({
                "holder": holder,
                "category": { "kind": kinds[kind] },
                "issued_on": format!("2026-{month:02}-{day:02}"),
            });
            if full {
                record["number"] = number.into();
                record["term"] = json!({ "from": "2026-03-05", "to": "2028-03-04" });
            }
            record
        }).collect();
        let json = serde_json::to_vec(&records).expect("JSON");
        let given = examined(&app, &json);
        let copy = app.annotated(CERTIFICATE, &given).expect("a copy");
        let read = examined(&app, &copy);
        let wanted: Vec<Value> = given.rows().iter().map(|row| row.given()).collect();
        let found: Vec<Value> = read.rows().iter().map(|row| row.given()).collect();
        prop_assert_eq!(found, wanted);
    }
}

#[test]
fn every_sample_that_is_a_row_survives_the_table() {
    let app = app();
    for name in ["shanxi-certificate", "shanxi-commitment", "shanxi-application.reasons"] {
        let sample = sample(&app, name);
        let Ok(given) =
            app.examine_rows(&sample.document, &sample.bytes, chengwen::app::RowsKind::Json)
        else {
            panic!("{name} is looked at");
        };
        let Ok(copy) = app.annotated(&sample.document, &given) else { continue };
        let read = app
            .examine_rows(&sample.document, &copy, chengwen::app::RowsKind::Xlsx)
            .unwrap_or_else(|refusal| panic!("{refusal:?}"));
        assert_eq!(read.rows()[0].given(), given.rows()[0].given(), "{name}");
    }
}

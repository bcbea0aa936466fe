//! Rows of a document, one record each, from JSON or a table: which are sound, and what is wrong where.

use std::collections::HashSet;

use rayon::prelude::*;
use serde_json::Value;

use super::problem::{Problem, Problems};
use super::table::head::COLUMN_MISSING;
use super::table::{Grid, Place, Read, Table};
use super::texts::Judge;
use super::{KeptRecord, Look, MISSING, Made, distinct, json, look, many, rows, sentence};
use crate::catalog::{Catalog, Document};
use crate::fault::Fault;
use crate::values::Finding;

/// Why rows were not looked at.
#[derive(Debug)]
pub enum RowsRefusal {
    /// The bytes are no table that can be read; one sentence with the remedy.
    Unreadable(String),
    /// Ours to mend.
    Fault(Fault),
}

/// Rows as they came.
#[derive(Debug, Clone)]
pub enum RowsGiven<'a> {
    /// A JSON array of records.
    Json(&'a [u8]),
    /// The sheets of a workbook, or the one that a text is.
    Sheets(Vec<Grid>),
}

/// One row that was looked at; as text, since there are thousands.
#[derive(Debug, Clone)]
pub struct ExaminedRow(Outcome);

#[derive(Debug, Clone)]
enum Outcome {
    Sound(KeptRecord),
    /// As it was given, as JSON.
    Unsound(String),
}

impl ExaminedRow {
    /// The record as it was given, or as it was read from its cells.
    #[must_use]
    pub fn given(&self) -> Value {
        let text = match &self.0 {
            Outcome::Sound(record) => record.canonical(),
            Outcome::Unsound(text) => text,
        };
        // It was written by us.
        serde_json::from_str(text).unwrap_or_default()
    }

    /// The record if the row is sound.
    #[must_use]
    pub fn record(&self) -> Option<&KeptRecord> {
        match &self.0 {
            Outcome::Sound(record) => Some(record),
            Outcome::Unsound(_) => None,
        }
    }

    /// Gives up the row for its record, if it is sound.
    #[must_use]
    pub fn into_record(self) -> Option<KeptRecord> {
        match self.0 {
            Outcome::Sound(record) => Some(record),
            Outcome::Unsound(_) => None,
        }
    }
}

/// All rows of one input, in their order, with everything that was found.
#[derive(Debug, Clone)]
pub struct ExaminedRows {
    rows: Vec<ExaminedRow>,
    problems: Problems,
    table: Option<Table>,
}

/// What was found in a row and is to be said of it: the row (from 0), the pointer, the finding.
pub type RowFinding = (usize, String, Finding);

/// Looks at rows of a document, at most so many; also of one that does not take several in one file.
///
/// # Errors
/// A table that cannot be read, or a fault if the document's own rules cannot be evaluated.
pub fn examine_rows(
    catalog: &Catalog,
    document: &Document,
    given: RowsGiven<'_>,
    most: usize,
) -> Result<ExaminedRows, RowsRefusal> {
    let given = match given {
        RowsGiven::Json(bytes) => from_json(document, bytes, most),
        RowsGiven::Sheets(grids) => from_table(document, grids, most)?,
    };
    let Given { items, table, problems } = given;
    // What has no column is told once, of the head.
    let missing: Vec<String> =
        problems.all().iter().filter_map(missing_column).map(str::to_owned).collect();
    let mut examined = ExaminedRows { rows: Vec::new(), problems, table };
    let unlike: Vec<&str> =
        document.manifest.distinct.iter().map(|pointer| pointer.get_ref().as_str()).collect();
    // One record knows nothing of the others; thousands are looked at on all cores.
    let looked: Vec<Result<Looked, Fault>> = items
        .into_par_iter()
        .map_init(
            || Judge::new(catalog, document.programme.province.get_ref()),
            |judge, (item, findings)| {
                look(judge, document, Some(item), findings).map(|look| Looked::of(look, &unlike))
            },
        )
        .collect();
    let mut values = Vec::with_capacity(looked.len());
    for (row, looked) in looked.into_iter().enumerate() {
        let looked = looked.map_err(RowsRefusal::Fault)?;
        let name = examined.name_of(row);
        let problems = looked.problems.untold_of(|problem| {
            let below = format!("{}/", problem.pointer);
            problem.code == MISSING
                && missing.iter().any(|at| *at == problem.pointer || at.starts_with(&below))
        });
        examined.problems.enclose(&format!("/{row}"), &name, problems);
        examined.rows.push(looked.row);
        values.push(looked.unlike);
    }
    let unit = if examined.table.is_some() { "行" } else { "份" };
    let mut same = Vec::new();
    for (at, pointer) in unlike.into_iter().enumerate() {
        let own = values.iter().map(|values| values.get(at)?.as_ref());
        let number = |row| examined.number_of(row);
        let found = distinct::among(own, unit, &number, &|row| examined.rows[row].given());
        same.extend(found.into_iter().map(|(row, finding)| (row, pointer.to_owned(), finding)));
    }
    examined.add(document, same);
    Ok(examined)
}

/// The field whose column is missing, if a problem says so.
fn missing_column(problem: &Problem) -> Option<&str> {
    let said = problem.facts.get("pointer").filter(|_| problem.code == COLUMN_MISSING);
    said?.as_str()
}

/// What stays of a look at one of thousands.
struct Looked {
    row: ExaminedRow,
    problems: Problems,
    /// What must differ from row to row.
    unlike: Vec<Option<Value>>,
}

impl Looked {
    fn of(look: Look, unlike: &[&str]) -> Self {
        let Look { made, problems, given } = look;
        let unlike = unlike.iter().map(|pointer| given.pointer(pointer).cloned()).collect();
        let outcome = match made {
            Made::Record(record) => Outcome::Sound(record.into()),
            Made::Draft(_) => Outcome::Unsound(given.to_string()),
        };
        Self { row: ExaminedRow(outcome), problems, unlike }
    }
}

/// Rows before they are looked at.
struct Given {
    items: Vec<(Value, Vec<(String, Finding)>)>,
    table: Option<Table>,
    /// What concerns no row, or all of them.
    problems: Problems,
}

fn from_json(document: &Document, bytes: &[u8], most: usize) -> Given {
    let json::Read { value, findings } = json::read(bytes);
    let mut given = Given { items: Vec::new(), table: None, problems: Problems::default() };
    if let Some(problems) = value.as_ref().and_then(|value| rows::too_many(document, value, most)) {
        return Given { problems, ..given };
    }
    let say = |finding| sentence::problem(&document.schema, &Value::Null, String::new(), finding);
    match value {
        Some(Value::Array(items)) if items.is_empty() => {
            given.problems.push(say(Finding::problem("many.none")));
        }
        Some(Value::Array(items)) => {
            let mut found = many::by_row(findings);
            let with = |(row, item)| (item, found.remove(&row).unwrap_or_default());
            given.items = items.into_iter().enumerate().map(with).collect();
        }
        Some(one) => given.items.push((one, findings)),
        None => findings.into_iter().for_each(|(_, finding)| given.problems.push(say(finding))),
    }
    given
}

fn from_table(document: &Document, grids: Vec<Grid>, most: usize) -> Result<Given, RowsRefusal> {
    let fields = document.schema.fields();
    let read = Table::read(document, &fields, grids);
    let Read { table, findings } = read.map_err(RowsRefusal::Unreadable)?;
    let mut problems = Problems::default();
    let say = |finding| sentence::problem(&document.schema, &Value::Null, String::new(), finding);
    for finding in findings {
        problems.push(say(finding));
    }
    if table.count() > most {
        let many = Finding::problem("many.too-many").with("found", table.count());
        problems.push(say(many.with("limit", most)));
        return Ok(Given { items: Vec::new(), table: Some(table), problems });
    }
    Ok(Given { items: table.records(&fields), table: Some(table), problems })
}

impl ExaminedRows {
    /// The rows in their order.
    #[must_use]
    pub fn rows(&self) -> &[ExaminedRow] {
        &self.rows
    }

    /// Gives up the rows, to go on with them.
    #[must_use]
    pub fn into_rows(self) -> Vec<ExaminedRow> {
        self.rows
    }

    /// What was found in all of them; pointers begin with the row, counted from 0.
    #[must_use]
    pub fn problems(&self) -> &Problems {
        &self.problems
    }

    /// The table that the rows stand in, if they came in one.
    #[must_use]
    pub fn table(&self) -> Option<&Table> {
        self.table.as_ref()
    }

    /// Whether nothing must be mended, in no row and in no head.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.problems.is_sound()
    }

    /// The sound rows: where they stand in the order (from 0), and their records.
    pub fn sound(&self) -> impl Iterator<Item = (usize, &KeptRecord)> {
        self.rows.iter().enumerate().filter_map(|(at, row)| Some((at, row.record()?)))
    }

    /// The rows that must be mended, as places in the order (from 0).
    pub fn unsound(&self) -> impl Iterator<Item = usize> {
        (0..self.rows.len()).filter(|at| self.rows[*at].record().is_none())
    }

    /// What a reader calls a row (from 0): 第5行 of a table, 第3份 of JSON.
    #[must_use]
    pub fn name_of(&self, row: usize) -> String {
        let unit = if self.table.is_some() { "行" } else { "份" };
        format!("第{}{unit}", self.number_of(row))
    }

    /// The number by which a reader finds a row (from 0): that of the spreadsheet, or its place in JSON.
    #[must_use]
    pub fn number_of(&self, row: usize) -> usize {
        let line = self.table.as_ref().and_then(|table| table.line(row));
        line.and_then(|line| usize::try_from(line.number).ok()).unwrap_or(row + 1)
    }

    /// The row (from 0) that a problem was found in; none if it concerns them all.
    #[must_use]
    pub fn row_of(problem: &Problem) -> Option<usize> {
        row_of(&problem.pointer)
    }

    /// Where in the table a problem stands; none in JSON.
    #[must_use]
    pub fn place_of(&self, problem: &Problem) -> Option<Place> {
        let table = self.table.as_ref()?;
        if let Some(row) = Self::row_of(problem) {
            let below = problem.pointer.get(1..).unwrap_or_default();
            return table.place(row, below.find('/').map_or("", |at| &below[at..]));
        }
        if missing_column(problem).is_some() {
            let (sheet, row) = (table.grid().name.clone(), table.head()?.number);
            return Some(Place { sheet, row, column: None, cell: None, header: None });
        }
        // What concerns a head names its cell.
        let cell = problem.facts.get("cell")?.as_str()?;
        let letters = cell.trim_end_matches(|mark: char| mark.is_ascii_digit());
        Some(Place {
            sheet: table.grid().name.clone(),
            row: table.head()?.number,
            column: Some(letters.to_owned()),
            cell: Some(cell.to_owned()),
            header: Some(problem.facts.get("header")?.as_str()?.to_owned()),
        })
    }

    /// A problem for programs: as it is told everywhere, and of a table also with its place.
    #[must_use]
    pub fn told(&self, problem: &Problem) -> Value {
        let mut told = serde_json::to_value(problem).unwrap_or_default();
        let place = self.place_of(problem).and_then(|place| serde_json::to_value(place).ok());
        if let (Value::Object(told), Some(Value::Object(place))) = (&mut told, place) {
            told.extend(place.into_iter().filter(|(_, value)| !value.is_null()));
        }
        told
    }

    /// Adds what another look has found in rows; such a row must be mended.
    pub(crate) fn add(&mut self, document: &Document, found: Vec<RowFinding>) {
        for (row, pointer, finding) in found {
            let Some(examined) = self.rows.get(row) else { continue };
            let problem = sentence::problem(&document.schema, &examined.given(), pointer, finding);
            let mut one = Problems::default();
            one.push(problem);
            let name = self.name_of(row);
            self.problems.enclose(&format!("/{row}"), &name, one);
        }
        self.judge();
    }

    /// Ends the list of problems: in the order of the rows, with the number of those not told.
    pub(crate) fn conclude(&mut self, document: &Document) {
        self.problems.sort_by_row(&document.schema.shape);
        if let Some(rest) = self.problems.untold() {
            let told = if self.is_sound() { Finding::advice } else { Finding::problem };
            let finding = told("problems.too-many").with("rest", rest);
            let last = sentence::problem(&document.schema, &Value::Null, String::new(), finding);
            self.problems.conclude(last);
        }
    }

    /// Makes no records of the rows in which something must be mended; of none, if that is the head.
    fn judge(&mut self) {
        let places: HashSet<Option<usize>> = self.problems.places_to_mend().map(row_of).collect();
        let all = places.contains(&None);
        for (at, row) in self.rows.iter_mut().enumerate() {
            if all || places.contains(&Some(at)) {
                let outcome = std::mem::replace(&mut row.0, Outcome::Unsound(String::new()));
                row.0 = match outcome {
                    Outcome::Sound(record) => Outcome::Unsound(record.into_canonical()),
                    unsound @ Outcome::Unsound(_) => unsound,
                };
            }
        }
    }
}

fn row_of(pointer: &str) -> Option<usize> {
    pointer.strip_prefix('/')?.split('/').next()?.parse().ok()
}

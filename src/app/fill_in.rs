//! The fill-in spreadsheet of a document: what staff type into it is read back as it stands.

use rust_xlsxwriter::{
    DataValidation, DataValidationErrorStyle, Format, FormatAlign, Formula, Note, Worksheet,
    XlsxError,
};
use serde_json::Value;

use super::cell_room::{height, lines, width};
use super::table_out::{
    cell_format, head_format, laid_out, refused, set_widths, sheet_name, workbook,
};
use super::{App, Refusal};
use crate::catalog::{Document, Field, Form};
use crate::intake::table::INSTRUCTIONS;

/// The name of the hidden sheet with choices that are too long for a cell's own list.
const CHOICES: &str = "选项";

/// A cell's own list of choices may have so many characters.
const LIST: usize = 255;

/// The last row (from 0) that drop-downs and formats are made for.
const LAST: u32 = 9_999;

/// The widest column to be filled in, in digits.
const WIDEST: usize = 26;

/// The widths of the columns that explain.
const EXPLAINED: [usize; 5] = [28, 6, 40, 40, 40];

impl App {
    /// Whether the records of a document can stand in the rows of a table.
    #[must_use]
    pub fn is_tabular(document: &Document) -> bool {
        document.schema.fields().iter().all(|field| field.form != Form::Groups)
    }

    /// Whether there is a spreadsheet for a document's records, or for the items of its list.
    #[must_use]
    pub fn has_form(document: &Document) -> bool {
        Self::is_tabular(document) || Self::is_collected(document)
    }

    /// A spreadsheet (XLSX) into which staff fill one record a row; of a document whose list is collected,
    /// one item a row.
    ///
    /// # Errors
    /// An unknown document, or one whose records, or items, are no rows.
    pub fn fill_in(&self, document: &str) -> Result<Vec<u8>, Refusal> {
        let document = self.document(document)?;
        let list = document.list().filter(|_| !Self::is_tabular(document));
        let fields = match list {
            Some(_) => document.item_fields(),
            None => document.schema.fields(),
        };
        if let Some(list) = fields.iter().find(|field| field.form == Form::Groups) {
            return Err(Refusal::Usage(format!(
                "文书 {} 的“{}”是成组的列表，一行表格写不下，没有填写用的电子表格；请用 JSON",
                document.id, list.column.label
            )));
        }
        let examples = examples(document, list, &fields);
        written(&document.manifest.name, &fields, &examples).map_err(refused)
    }
}

/// What stands in each column in the first sample, or the first item of a list, that fills it.
fn examples(document: &Document, list: Option<&str>, fields: &[Field]) -> Vec<String> {
    let read = |path| serde_json::from_slice::<Value>(&std::fs::read(path).ok()?).ok();
    let samples: Vec<Value> = document.samples.values().filter_map(read).collect();
    let records: Vec<&Value> = samples
        .iter()
        .filter_map(|sample| sample.pointer(list.unwrap_or_default()))
        .flat_map(|sample| match sample {
            Value::Array(records) => records.iter().collect(),
            one => vec![one],
        })
        .collect();
    let own = &document.schema.shape;
    let shape = list.and_then(|list| own.items_at(list)).unwrap_or(own);
    let columns: Vec<_> = fields.iter().map(|field| field.column.clone()).collect();
    let cell = |field: &Field| {
        let cells = records.iter().map(|record| shape.cell(record, &columns, &field.column));
        let filled = cells.filter(|cell| !cell.is_empty() && !cell.starts_with("未填原因"));
        filled.map(|cell| cell.chars().take(200).collect()).next().unwrap_or_default()
    };
    fields.iter().map(cell).collect()
}

fn written(name: &str, fields: &[Field], examples: &[String]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = workbook(name, None)?;
    let mut long: Vec<Vec<String>> = Vec::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name(sheet_name(name))?;
    let head = head_format();
    let text = Format::new().set_num_format("@").set_text_wrap().set_align(FormatAlign::Top);
    let (mut widths, mut most) = (Vec::new(), 1);
    for ((at, field), example) in (0_u16..).zip(fields).zip(examples) {
        let label = labelled(field);
        sheet.write_string_with_format(0, at, &label, &head)?;
        let note = Note::new(note(field, example)).add_author_prefix(false);
        sheet.insert_note(0, at, &note.set_width(300).set_height(140))?;
        let wide = width(&label, WIDEST).max(width(example, WIDEST)).max(8);
        most = most.max(lines(&label, wide));
        widths.push(wide);
        sheet.set_column_format(at, &text)?;
        if let Some(validation) = validation(field, &mut long)? {
            sheet.add_data_validation(1, at, LAST, at, &validation)?;
        }
    }
    sheet.set_row_height(0, height(most))?;
    set_widths(sheet, &widths)?;
    laid_out(sheet, 0)?;
    let sheet = workbook.add_worksheet();
    sheet.set_name(INSTRUCTIONS)?;
    explain(sheet, fields, examples)?;
    if !long.is_empty() {
        let sheet = workbook.add_worksheet();
        sheet.set_name(CHOICES)?.set_hidden(true);
        for (at, choices) in (0_u16..).zip(&long) {
            for (row, choice) in (0_u32..).zip(choices) {
                sheet.write_string(row, at, choice)?;
            }
        }
    }
    workbook.save_to_buffer()
}

/// The sheet that explains each column.
fn explain(sheet: &mut Worksheet, fields: &[Field], examples: &[String]) -> Result<(), XlsxError> {
    let (cell, head) = (cell_format(), head_format());
    let titles = ["栏目", "必填", "说明", "填法", "举例"];
    sheet.set_row_height(0, height(1))?;
    for (at, title) in (0_u16..).zip(titles) {
        sheet.write_string_with_format(0, at, title, &head)?;
    }
    for ((row, field), example) in (1_u32..).zip(fields).zip(examples) {
        let required = if field.required { "必填" } else { "" };
        let description = field.description.as_deref().unwrap_or_default();
        let texts = [&field.column.label, required, description, &manner(field), example];
        let most = texts.iter().zip(EXPLAINED).map(|(text, wide)| lines(text, wide)).max();
        sheet.set_row_height(row, height(most.unwrap_or(1)))?;
        for (at, text) in (0_u16..).zip(texts) {
            sheet.write_string_with_format(row, at, text, &cell)?;
        }
    }
    set_widths(sheet, &EXPLAINED)?;
    laid_out(sheet, 0)
}

/// The label; one that must be filled in bears a mark, which reading passes over.
fn labelled(field: &Field) -> String {
    let label = &field.column.label;
    if field.required { format!("{label} *") } else { label.clone() }
}

fn note(field: &Field, example: &str) -> String {
    let mut lines = Vec::new();
    lines.extend(field.required.then(|| "必填。".to_owned()));
    lines.extend(field.description.clone());
    lines.push(manner(field));
    lines.extend((!example.is_empty()).then(|| format!("例如：{example}")));
    lines.retain(|line| !line.is_empty());
    lines.join("\n")
}

/// How a column is filled in.
fn manner(field: &Field) -> String {
    let choices = shown_choices(field).join("、");
    let mut said = match (field.form, field.choices.is_empty()) {
        (Form::Texts | Form::Integers, false) => format!("可填几项，用顿号隔开：{choices}"),
        (Form::Texts | Form::Integers, true) => "可填几项，用顿号隔开".to_owned(),
        (_, false) => format!("从中选一个：{choices}"),
        (Form::Date, _) => "日期，写作 2026-03-05".to_owned(),
        (Form::Integer, _) => "整数".to_owned(),
        (Form::Number, _) => "数字".to_owned(),
        (Form::Truth, _) => "填“是”或“否”".to_owned(),
        (Form::Text | Form::Groups, _) => match field.longest {
            Some(longest) => format!("文字，最多{longest}字"),
            None => "文字".to_owned(),
        },
    };
    if field.reason_at.is_some() {
        said.push_str("；确实没有的，写“未填原因：…”");
    }
    said
}

/// The choices as they are called.
fn shown_choices(field: &Field) -> &[String] {
    if field.choice_labels.is_empty() { &field.choices } else { &field.choice_labels }
}

/// What a cell takes; `long` gathers the lists that go to the hidden sheet.
fn validation(
    field: &Field,
    long: &mut Vec<Vec<String>>,
) -> Result<Option<DataValidation>, XlsxError> {
    let truth = ["是".to_owned(), "否".to_owned()];
    let choices = match field.form {
        // Of several a drop-down would take one only.
        Form::Texts | Form::Integers => return Ok(None),
        Form::Truth => &truth[..],
        _ => shown_choices(field),
    };
    if choices.is_empty() {
        let message: String = manner(field).chars().take(LIST).collect();
        return DataValidation::new().allow_any_value().set_input_message(message).map(Some);
    }
    let length: usize = choices.iter().map(|choice| choice.chars().count() + 1).sum();
    let plain = length <= LIST && !choices.iter().any(|choice| choice.contains([',', '"']));
    let list = if plain {
        DataValidation::new().allow_list_strings(choices)?
    } else {
        let at = u32::try_from(long.len()).unwrap_or(u32::MAX);
        let column = crate::intake::table::letters(at);
        long.push(choices.to_vec());
        let range = format!("={CHOICES}!${column}$1:${column}${}", choices.len());
        DataValidation::new().allow_list_formula(Formula::new(range))
    };
    // Where a reason may stand, another text is only asked about.
    let style = match field.reason_at {
        Some(_) => DataValidationErrorStyle::Warning,
        None => DataValidationErrorStyle::Stop,
    };
    let list = list.set_error_style(style).set_error_title("请从列表中选一个")?;
    list.set_error_message(manner(field).chars().take(LIST).collect::<String>()).map(Some)
}

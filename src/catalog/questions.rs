//! The fields of a schema as the questions that a page asks, in the paper's order.

use serde::Serialize;
use serde_json::{Map, Value};

use super::columns::REASON;
use super::schema::{Schema, everything};

/// One field, or a group of fields, as it is asked for.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Question {
    /// Its key within its group; empty for an item of a list.
    pub key: String,
    /// The label that the paper prints.
    pub label: String,
    /// What the schema's owner says of it.
    pub help: Option<String>,
    /// Whether a sound record holds it.
    pub required: bool,
    /// The most characters of the reason (未填原因) that may stand for it; none if no reason may.
    pub reason: Option<u64>,
    /// It is asked only with this answer to another question of its group.
    pub when: Option<When>,
    /// What is answered.
    #[serde(flatten)]
    pub answer: Answer,
}

/// What is answered to a question.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Answer {
    /// A text in one line.
    Text {
        /// The domain format, such as `phone`.
        format: Option<String>,
        /// The most characters.
        longest: Option<u64>,
    },
    /// A text that may have several lines.
    Lines {
        /// The most characters.
        longest: Option<u64>,
    },
    /// A number.
    Number {
        /// The least that it may be.
        least: Option<i64>,
        /// The most that it may be.
        most: Option<i64>,
    },
    /// 是 or 否.
    Truth,
    /// One of several.
    Choice {
        /// What there is to choose from.
        choices: Vec<Choice>,
    },
    /// Any of several.
    Choices {
        /// What there is to choose from.
        choices: Vec<Choice>,
    },
    /// Other questions.
    Group {
        /// These.
        fields: Vec<Question>,
    },
    /// The questions of one of several groups.
    Ways {
        /// Each a group.
        ways: Vec<Vec<Question>>,
    },
    /// Several texts or numbers.
    Texts {
        /// What is asked of each.
        item: Box<Question>,
        /// The most that there may be.
        most: Option<u64>,
    },
    /// Several groups of the same questions.
    List {
        /// What is asked of each.
        fields: Vec<Question>,
        /// The most that there may be.
        most: Option<u64>,
    },
}

/// One of the texts among which is chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// What the record holds.
    pub value: String,
    /// What is shown.
    pub label: String,
    /// It is offered only with this answer to another question of the group.
    pub when: Option<When>,
}

/// An answer on which something depends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct When {
    /// The key of the other question, in the same group.
    pub field: String,
    /// Any of these.
    pub values: Vec<String>,
}

impl Schema {
    /// What a page asks for a record.
    #[must_use]
    pub fn questions(&self) -> Vec<Question> {
        fields_of(&self.bundled)
    }
}

/// The questions of a group, each key once.
fn fields_of(schema: &Value) -> Vec<Question> {
    let empty = Map::new();
    let declared = schema.get("properties").and_then(Value::as_object).unwrap_or(&empty);
    let required = schema.get("required").and_then(Value::as_array);
    let is_required =
        |key: &str| required.is_some_and(|keys| keys.iter().any(|known| known == key));
    let narrowed = narrowings(schema);
    let fields = declared.iter().filter(|(key, _)| *key != REASON).map(|(key, inner)| {
        let mut question = question(key, inner);
        question.required = is_required(key);
        if let Answer::Choice { choices } | Answer::Choices { choices } = &mut question.answer {
            for choice in choices.iter_mut() {
                choice.when = offered_with(&narrowed, key, &choice.value);
            }
        }
        question
    });
    fields.collect()
}

fn question(key: &str, schema: &Value) -> Question {
    let every = everything(schema);
    let text = |key: &str| every.iter().find_map(|schema| schema.get(key)?.as_str());
    let reason = every.iter().find_map(|schema| schema.pointer("/properties/reason"));
    let longest = |schema: &Value| schema.get("maxLength").and_then(Value::as_u64);
    let when = schema.get("asked_when").and_then(Value::as_object).and_then(|map| {
        let (field, value) = map.iter().next()?;
        Some(When { field: field.clone(), values: vec![value.as_str()?.to_owned()] })
    });
    Question {
        key: key.to_owned(),
        label: text("title").unwrap_or(key).to_owned(),
        help: text("description").map(str::to_owned),
        required: false,
        reason: reason.map(|reason| longest(reason).unwrap_or(u64::MAX)),
        when,
        answer: answer(schema, &every),
    }
}

fn answer(schema: &Value, every: &[&Value]) -> Answer {
    // What a reason stands for is asked; the reason is asked beside it.
    let proper: Vec<&Value> = every
        .iter()
        .copied()
        .filter(|schema| schema.pointer("/properties/reason").is_none())
        .collect();
    let is = |kind: &str| {
        proper.iter().any(|schema| schema.get("type").and_then(Value::as_str) == Some(kind))
    };
    let number = |key: &str| proper.iter().find_map(|schema| schema.get(key)?.as_i64());
    let longest = proper.iter().find_map(|schema| schema.get("maxLength")?.as_u64());
    if is("array") {
        let items = proper.iter().find_map(|schema| schema.get("items"));
        let item = question("", items.unwrap_or(&Value::Null));
        let most = proper.iter().find_map(|schema| schema.get("maxItems")?.as_u64());
        return match item.answer {
            Answer::Choice { choices } => Answer::Choices { choices },
            Answer::Group { fields } => Answer::List { fields, most },
            _ => Answer::Texts { item: Box::new(item), most },
        };
    }
    let groups: Vec<&Value> = proper
        .iter()
        .copied()
        .filter(|schema| schema.get("properties").is_some_and(|map| map.get(REASON).is_none()))
        .filter(|inner| std::ptr::eq(*inner, schema) || is_branch(schema, inner))
        .collect();
    match groups.as_slice() {
        [] => {}
        [one] => return Answer::Group { fields: fields_of(one) },
        many => return Answer::Ways { ways: many.iter().map(|way| fields_of(way)).collect() },
    }
    let choices = choices(&proper);
    match () {
        () if !choices.is_empty() => Answer::Choice { choices },
        () if is("boolean") => Answer::Truth,
        () if is("integer") || is("number") => {
            Answer::Number { least: number("minimum"), most: number("maximum") }
        }
        () => {
            let format = proper.iter().find_map(|schema| schema.get("format")?.as_str());
            match format {
                Some("printable-lines") => Answer::Lines { longest },
                format => Answer::Text { format: format.map(str::to_owned), longest },
            }
        }
    }
}

/// Whether a schema stands as a branch of its own (`then`, `else`), and does not just narrow the fields
/// that were declared beside it.
fn is_branch(schema: &Value, inner: &Value) -> bool {
    schema.get("properties").is_none()
        && ["then", "else"]
            .iter()
            .filter_map(|key| schema.get(key))
            .any(|branch| std::ptr::eq(branch, inner))
}

/// The texts among which is chosen, with what they are called.
fn choices(every: &[&Value]) -> Vec<Choice> {
    let lists = every.iter().filter_map(|schema| schema.get("enum")?.as_array());
    let values: Vec<&str> = lists
        .max_by_key(|list| list.len())
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let labels: Vec<&str> = every
        .iter()
        .find_map(|schema| schema.get("labels")?.as_array())
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let called = |at: usize, value: &str| labels.get(at).copied().unwrap_or(value).to_owned();
    let choice = |(at, value): (usize, &str)| Choice {
        value: value.to_owned(),
        label: called(at, value),
        when: None,
    };
    values.into_iter().enumerate().map(choice).collect()
}

/// A branch of `allOf` by which one answer narrows the choices of another.
struct Narrowing<'a> {
    /// The key of the question that is answered, and the answer.
    field: &'a str,
    value: &'a str,
    /// What then holds of the fields.
    then: &'a Map<String, Value>,
}

fn narrowings(schema: &Value) -> Vec<Narrowing<'_>> {
    let all = schema.get("allOf").and_then(Value::as_array).into_iter().flatten();
    let one = |branch| -> Option<Narrowing<'_>> {
        let branch: &Value = branch;
        let condition = branch.pointer("/if/properties")?.as_object()?;
        let (field, value) = condition.iter().next().filter(|_| condition.len() == 1)?;
        let value = value.get("const")?.as_str()?;
        Some(Narrowing { field, value, then: branch.pointer("/then/properties")?.as_object()? })
    };
    all.filter_map(one).collect()
}

/// With which answers a choice of a field is offered; none if with any.
fn offered_with(narrowed: &[Narrowing<'_>], key: &str, value: &str) -> Option<When> {
    let own: Vec<(&Narrowing<'_>, &Vec<Value>)> = narrowed
        .iter()
        .filter_map(|narrowing| {
            let then = narrowing.then.get(key)?;
            let list = then.get("enum").or_else(|| then.pointer("/items/enum"))?;
            Some((narrowing, list.as_array()?))
        })
        .collect();
    let field = own.first()?.0.field.to_owned();
    let offering = own.iter().filter(|(_, list)| list.iter().any(|known| known == value));
    Some(When { field, values: offering.map(|(it, _)| it.value.to_owned()).collect() })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn asked(schema: Value) -> Vec<Question> {
        Schema::of(schema).expect("a schema").questions()
    }

    #[test]
    fn fields_become_questions_with_what_stands_for_them() {
        let reason = json!({ "type": "object", "properties": {
            "reason": { "title": "未填原因", "type": "string", "maxLength": 100 } } });
        let found = asked(json!({ "type": "object", "required": ["name"], "properties": {
            "name": { "title": "名称", "type": "string", "maxLength": 9, "format": "printable" },
            "phone": { "title": "电话", "if": { "type": "object" }, "then": reason,
                "else": { "type": "string", "format": "phone" } },
            "number": { "title": "号码", "if": { "required": ["reason"] }, "then": reason,
                "else": { "type": "object", "properties": { "number": { "title": "号码", "type": "string" } } } },
            "days": { "title": "天数", "type": "integer", "minimum": 1 },
            "texts": { "title": "承诺", "type": "array", "maxItems": 12, "items": { "type": "string" } },
            "rows": { "title": "名单", "type": "array", "items": { "type": "object", "properties": {
                "name": { "title": "名称", "type": "string" } } } },
        } }));
        let kinds: Vec<String> = found
            .iter()
            .map(|question| serde_json::to_value(question).expect("JSON")["kind"].to_string())
            .collect();
        let expected = ["text", "text", "group", "number", "texts", "list"];
        assert_eq!(kinds, expected.map(|kind| format!("\"{kind}\"")));
        assert!(found[0].required);
        assert_eq!(
            (found[1].reason, found[2].reason, found[0].reason),
            (Some(100), Some(100), None)
        );
        assert_eq!(
            found[0].answer,
            Answer::Text { format: Some("printable".to_owned()), longest: Some(9) }
        );
    }

    #[test]
    fn a_choice_is_offered_with_the_answers_that_allow_it() {
        let found = asked(json!({ "type": "object", "properties": {
            "kind": { "title": "类别", "type": "string", "enum": ["甲", "乙"] },
            "parts": { "title": "具体", "type": "array", "items": { "type": "string", "enum": ["一", "二", "三"] } },
            "other": { "title": "其他", "type": "string", "asked_when": { "parts": "三" } } },
            "allOf": [
                { "if": { "properties": { "kind": { "const": "甲" } } }, "then": { "properties": { "parts": { "items": { "enum": ["一", "二"] } } } } },
                { "if": { "properties": { "kind": { "const": "乙" } } }, "then": { "properties": { "parts": { "items": { "enum": ["二", "三"] } } } } },
            ] }));
        let Answer::Choices { choices } = &found[1].answer else { panic!("{found:?}") };
        let with: Vec<Vec<String>> =
            choices.iter().map(|it| it.when.clone().expect("narrowed").values).collect();
        assert_eq!(with, [vec!["甲"], vec!["甲", "乙"], vec!["乙"]]);
        let when = When { field: "parts".to_owned(), values: vec!["三".to_owned()] };
        assert_eq!(found[2].when, Some(when));
    }

    #[test]
    fn two_groups_of_which_one_is_filled_in_are_two_ways() {
        let found = asked(json!({ "type": "object", "properties": { "period": {
            "title": "公示期", "type": "object", "if": { "required": ["days"] },
            "then": { "type": "object", "properties": { "days": { "title": "天数", "type": "integer" } } },
            "else": { "type": "object", "properties": { "from": { "title": "起", "type": "string", "format": "date" } } },
        } } }));
        let Answer::Ways { ways } = &found[0].answer else { panic!("{found:?}") };
        assert_eq!(ways.iter().map(Vec::len).collect::<Vec<_>>(), [1, 1]);
    }
}

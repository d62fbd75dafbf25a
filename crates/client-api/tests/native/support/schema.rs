//! Whether requests and answers are what the `OpenAPI` document says. Stricter than JSON Schema in one thing: a member
//! that the document does not name is a mistake, so nothing is sent that is not documented.

use std::{collections::BTreeMap, sync::LazyLock};

use axum::http::{Method, header};
use guildhall_client_api::native;
use serde_json::Value;

use super::{answer::Answer, client::API};

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| serde_json::to_value(native::openapi()).unwrap());

/// The document.
pub(crate) fn document() -> &'static Value {
    &DOCUMENT
}

/// Panics where the body of an answer is not what the document says.
#[track_caller]
pub(super) fn check_answer(method: &Method, path: &str, answer: &Answer) {
    if answer.body["code"] == "no-such-address" || answer.body["code"] == "method-not-allowed" {
        return;
    }
    let responses = &operation(method, path)["responses"];
    let status = answer.status.as_u16().to_string();
    let described = if answer.status.is_success() { &responses[status] } else { &responses["default"] };
    assert!(described.is_object(), "{method} {path} does not document {}: {}", answer.status, answer.body);
    let Some(content) = described.get("content") else {
        assert_eq!(answer.body, Value::Null, "{method} {path} documents no body");
        return;
    };
    let media_type = answer.header(&header::CONTENT_TYPE);
    let schema = &content[media_type]["schema"];
    assert!(schema.is_object(), "{method} {path} does not document {media_type}");
    assert_fits(schema, &answer.body, &format!("answer to {method} {path}"));
}

/// Panics where the body of a request that was fulfilled is not what the document says.
#[track_caller]
pub(super) fn check_request(method: &Method, path: &str, body: Option<&Value>) {
    let described = &operation(method, path)["requestBody"];
    match body {
        Some(body) => {
            let schema = &described["content"]["application/json"]["schema"];
            assert!(schema.is_object(), "{method} {path} documents no body");
            assert_fits(schema, body, &format!("{method} {path}"));
        }
        None => assert_ne!(described["required"], true, "{method} {path} documents a needed body"),
    }
}

#[track_caller]
fn operation(method: &Method, path: &str) -> &'static Value {
    let path = path.split('?').next().unwrap();
    let segments: Vec<&str> = path.split('/').collect();
    let fits = |template: &str| {
        let parts: Vec<&str> = template.strip_prefix(API).unwrap_or(template).split('/').collect();
        parts.len() == segments.len()
            && parts.iter().zip(&segments).all(|(t, s)| t.starts_with('{') || t == s)
    };
    let paths = DOCUMENT["paths"].as_object().unwrap();
    let item = paths.iter().find(|(template, _)| fits(template)).map(|(_, item)| item);
    let operation = item.map(|item| &item[method.as_str().to_lowercase()]);
    operation.filter(|found| found.is_object()).unwrap_or_else(|| panic!("{method} {path} is not documented"))
}

#[track_caller]
fn assert_fits(schema: &'static Value, value: &Value, at: &str) {
    let errors = errors(schema, value, at);
    assert!(errors.is_empty(), "{}\nin {value}", errors.join("\n"));
}

fn errors(schema: &'static Value, value: &Value, at: &str) -> Vec<String> {
    let schema = resolved(schema);
    for choice in ["oneOf", "anyOf"] {
        if let Some(choices) = schema[choice].as_array() {
            let tried: Vec<_> = choices.iter().map(|choice| errors(choice, value, at)).collect();
            return if tried.iter().any(Vec::is_empty) { Vec::new() } else { tried.concat() };
        }
    }
    let mut found = Vec::new();
    if !has_type(schema, value) {
        return vec![format!("{at}: {value} is not {}", schema["type"])];
    }
    if let Some(known) = schema["enum"].as_array().filter(|known| !known.contains(value)) {
        found.push(format!("{at}: {value} is not one of {known:?}"));
    }
    if let Some(text) = value.as_str().filter(|text| schema["format"] == "date-time" && !is_utc_millis(text))
    {
        found.push(format!("{at}: {text} is not UTC with milliseconds"));
    }
    let bound = |name: &str, otherwise| schema[name].as_i64().unwrap_or(otherwise);
    if value
        .as_i64()
        .is_some_and(|number| number < bound("minimum", number) || number > bound("maximum", number))
    {
        found.push(format!("{at}: {value} is out of bounds"));
    }
    if let (Some(items), Some(values)) = (schema.get("items"), value.as_array()) {
        found.extend(
            values.iter().enumerate().flat_map(|(i, value)| errors(items, value, &format!("{at}[{i}]"))),
        );
    }
    if value.is_object() {
        found.extend(object_errors(schema, value, at));
    }
    found
}

fn object_errors(schema: &'static Value, value: &Value, at: &str) -> Vec<String> {
    let members = members(schema);
    if members.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (name, value) in value.as_object().unwrap() {
        match members.get(name.as_str()) {
            Some((schema, _)) => found.extend(errors(schema, value, &format!("{at}.{name}"))),
            None => found.push(format!("{at}.{name} is not documented")),
        }
    }
    let missing = members.iter().filter(|(name, (_, is_required))| *is_required && value.get(name).is_none());
    found.extend(missing.map(|(name, _)| format!("{at}.{name} is missing")));
    found
}

/// The members of an object by name, with their schemas and whether they are required; those of `allOf` too.
fn members(schema: &'static Value) -> BTreeMap<&'static str, (&'static Value, bool)> {
    let schema = resolved(schema);
    let mut members = BTreeMap::new();
    for part in schema["allOf"].as_array().into_iter().flatten() {
        members.extend(self::members(part));
    }
    let required = schema["required"].as_array();
    for (name, described) in schema["properties"].as_object().into_iter().flatten() {
        let is_required = required.is_some_and(|required| required.iter().any(|one| one == name));
        members.insert(name.as_str(), (described, is_required));
    }
    members
}

fn resolved(schema: &'static Value) -> &'static Value {
    match schema["$ref"].as_str() {
        Some(reference) => {
            let target = DOCUMENT.pointer(reference.strip_prefix('#').unwrap());
            resolved(target.unwrap_or_else(|| panic!("{reference} is not in the document")))
        }
        None => schema,
    }
}

fn has_type(schema: &Value, value: &Value) -> bool {
    let is = |name: &str| match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("{other} is no type of JSON Schema"),
    };
    match &schema["type"] {
        Value::String(name) => is(name),
        Value::Array(names) => names.iter().any(|name| is(name.as_str().unwrap())),
        _ => true,
    }
}

/// `2026-03-01T12:00:00.000Z`
fn is_utc_millis(text: &str) -> bool {
    text.len() == 24 && text.ends_with('Z') && text.as_bytes()[10] == b'T' && text.as_bytes()[19] == b'.'
}

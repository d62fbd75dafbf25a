//! Reads a TOML file into entries with their lines; knows nothing of which keys exist.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::setting::Given;

/// One `key = value` of the file, or one table that is not a section.
#[derive(Debug, PartialEq)]
pub(super) struct FileEntry {
    /// The section; empty for a key before the first section.
    pub section: String,
    /// The key; `None` for an empty section.
    pub key: Option<String>,
    /// Its value.
    pub given: Given,
    /// Where it stands; the first line is 1.
    pub line: usize,
}

/// What is wrong with a file as a whole.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct SyntaxError {
    /// In the parser's words.
    pub message: String,
    /// The line, when the parser knows it.
    pub line: Option<usize>,
}

/// Reads all entries in the order of the file.
pub(super) fn read_entries(text: &str) -> Result<Vec<FileEntry>, SyntaxError> {
    let document = DeTable::parse(text).map_err(|error| SyntaxError {
        message: error.message().replace('\n', ", "),
        line: error.span().map(|span| line_of(text, &span)),
    })?;
    let mut entries = Vec::new();
    for (name, value) in document.get_ref() {
        let line = line_of(text, &name.span());
        match value.get_ref() {
            DeValue::Table(table) => entries.extend(section_entries(text, name.get_ref(), line, table)),
            other => entries.push(FileEntry {
                section: String::new(),
                key: Some(name.get_ref().to_string()),
                given: given(other),
                line,
            }),
        }
    }
    entries.sort_by_key(|entry| entry.line);
    Ok(entries)
}

fn section_entries(text: &str, section: &str, line: usize, table: &DeTable<'_>) -> Vec<FileEntry> {
    if table.is_empty() {
        return vec![FileEntry {
            section: section.to_owned(),
            key: None,
            given: Given::Other("table"),
            line,
        }];
    }
    let entry = |key: &str, value: &DeValue<'_>, span: Range<usize>| FileEntry {
        section: section.to_owned(),
        key: Some(key.to_owned()),
        given: given(value),
        line: line_of(text, &span),
    };
    table.iter().map(|(key, value)| entry(key.get_ref(), value.get_ref(), key.span())).collect()
}

fn given(value: &DeValue<'_>) -> Given {
    match value {
        DeValue::String(text) => Given::Text(text.to_string()),
        DeValue::Boolean(value) => Given::Boolean(*value),
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => Given::Integer(number),
            Err(_) => Given::Other("number beyond 64 bits"),
        },
        DeValue::Array(items) => Given::List(items.iter().map(|item| given(item.get_ref())).collect()),
        other => Given::Other(other.type_str()),
    }
}

fn line_of(text: &str, span: &Range<usize>) -> usize {
    text.bytes().take(span.start).filter(|byte| *byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_carry_section_type_and_line() {
        let text = "top = 1\n\n[server]\nlisten = \"a\"\nlist = [true,\n 0x10]\n[log]\nratio = 1.5\n";
        let entries = read_entries(text).unwrap();
        let seen: Vec<(&str, &str, usize)> = entries
            .iter()
            .map(|entry| (entry.section.as_str(), entry.key.as_deref().unwrap(), entry.line))
            .collect();
        assert_eq!(
            seen,
            [("", "top", 1), ("server", "listen", 4), ("server", "list", 5), ("log", "ratio", 8)]
        );
        assert_eq!(entries[2].given, Given::List(vec![Given::Boolean(true), Given::Integer(16)]));
        assert_eq!(entries[3].given, Given::Other("float"));
    }

    #[test]
    fn a_syntax_error_names_its_line() {
        let error = read_entries("[server]\nlisten = \n").unwrap_err();
        assert_eq!(error.line, Some(2));
        assert!(!error.message.is_empty());
    }
}

//! A place in a JSON document that is being read: what is wrong there is said with the way to it.

use std::str::FromStr;
use std::time::Duration;

use guildhall_domain::text::UnknownName;
use serde_json::Value;

/// What is wrong with a document, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{at}: {problem}")]
pub struct ReadError {
    /// The way to it: `rules[2].when.all[0]`.
    pub at: String,
    /// What is wrong, and what would be right.
    pub problem: String,
}

/// Somewhere in a document.
pub(super) struct Place<'a> {
    at: String,
    pub(super) value: &'a Value,
}

impl<'a> Place<'a> {
    pub(super) fn root(value: &'a Value) -> Self {
        Self { at: String::new(), value }
    }

    pub(super) fn wrong(&self, problem: &str) -> ReadError {
        let at = if self.at.is_empty() { "the document".to_owned() } else { self.at.clone() };
        ReadError { at, problem: problem.to_owned() }
    }

    fn below(&self, name: &str, value: &'a Value) -> Self {
        let at = if self.at.is_empty() { name.to_owned() } else { format!("{}.{name}", self.at) };
        Self { at, value }
    }

    fn fields(&self) -> Result<&'a serde_json::Map<String, Value>, ReadError> {
        self.value.as_object().ok_or_else(|| self.wrong("an object is wanted"))
    }

    /// Refuses fields that nobody reads: a misspelt one would else be missed in silence.
    pub(super) fn only(&self, known: &[&str]) -> Result<(), ReadError> {
        match self.fields()?.keys().find(|name| !known.contains(&name.as_str())) {
            Some(name) => {
                Err(self.wrong(&format!("there is no field {name:?} here; there are {}", known.join(", "))))
            }
            None => Ok(()),
        }
    }

    /// A field that may be missing, or null.
    pub(super) fn optional(&self, name: &str) -> Result<Option<Self>, ReadError> {
        Ok(self.fields()?.get(name).filter(|value| !value.is_null()).map(|value| self.below(name, value)))
    }

    pub(super) fn get(&self, name: &str) -> Result<Self, ReadError> {
        self.optional(name)?.ok_or_else(|| self.wrong(&format!("the field {name:?} is wanted")))
    }

    /// The only field of an object, with its name.
    pub(super) fn one(&self) -> Result<(&'a str, Self), ReadError> {
        let fields = self.fields()?;
        match fields.iter().next() {
            Some((name, value)) if fields.len() == 1 => Ok((name, self.below(name, value))),
            _ => {
                Err(self.wrong("an object with exactly one field is wanted; put several into {\"all\": […]}"))
            }
        }
    }

    pub(super) fn items(&self) -> Result<Vec<Self>, ReadError> {
        let items = self.value.as_array().ok_or_else(|| self.wrong("a list is wanted"))?;
        let item = |(at, value)| Self { at: format!("{}[{at}]", self.at), value };
        Ok(items.iter().enumerate().map(item).collect())
    }

    pub(super) fn text(&self) -> Result<String, ReadError> {
        self.value.as_str().map(str::to_owned).ok_or_else(|| self.wrong("a text is wanted"))
    }

    pub(super) fn texts(&self) -> Result<Vec<String>, ReadError> {
        self.items()?.iter().map(Self::text).collect()
    }

    /// A word of a closed list.
    pub(super) fn word<T: FromStr<Err = UnknownName>>(&self) -> Result<T, ReadError> {
        self.text()?.parse().map_err(|error: UnknownName| self.wrong(&error.to_string()))
    }

    pub(super) fn words<T: FromStr<Err = UnknownName>>(&self) -> Result<Vec<T>, ReadError> {
        self.items()?.iter().map(Self::word).collect()
    }

    pub(super) fn number(&self) -> Result<i64, ReadError> {
        self.value.as_i64().ok_or_else(|| self.wrong("a whole number is wanted"))
    }

    pub(super) fn count(&self) -> Result<usize, ReadError> {
        usize::try_from(self.number()?).map_err(|_| self.wrong("a number from 0 is wanted"))
    }

    /// `90s`, `15m`, `2h`, `7d`.
    pub(super) fn span(&self) -> Result<Duration, ReadError> {
        let text = self.text()?;
        let wrong = || self.wrong("a span is wanted: a number and s, m, h or d, such as \"7d\"");
        let unit = text.chars().last().ok_or_else(wrong)?;
        let seconds = UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(wrong)?.1;
        let number: u32 = text[..text.len() - 1].parse().map_err(|_| wrong())?;
        Ok(Duration::from_secs(u64::from(number) * seconds))
    }

    /// `22:30`, as minutes after midnight.
    pub(super) fn minute(&self) -> Result<u16, ReadError> {
        let minutes = minutes_of(&self.text()?).filter(|minutes| *minutes < 24 * 60);
        minutes.ok_or_else(|| self.wrong("a time of day is wanted, such as \"22:30\""))
    }

    /// `+02:00`, as minutes.
    pub(super) fn offset(&self) -> Result<i16, ReadError> {
        let text = self.text()?;
        let wrong = || self.wrong("an offset from UTC is wanted, such as \"+02:00\"");
        let (sign, rest) = match text.split_at_checked(1) {
            Some(("+", rest)) => (1, rest),
            Some(("-", rest)) => (-1, rest),
            _ => return Err(wrong()),
        };
        let minutes = minutes_of(rest).filter(|minutes| *minutes <= 18 * 60).ok_or_else(wrong)?;
        i16::try_from(minutes).map(|minutes| sign * minutes).map_err(|_| wrong())
    }
}

const UNITS: [(char, u64); 4] = [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

/// A span in its largest whole unit.
pub(super) fn span_text(span: Duration) -> String {
    let seconds = span.as_secs();
    let (name, unit) = UNITS.iter().find(|(_, unit)| seconds.is_multiple_of(*unit)).unwrap_or(&('s', 1));
    format!("{}{name}", seconds / unit)
}

fn minutes_of(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let two = |digits: &str| (digits.len() == 2).then(|| digits.parse::<u16>().ok()).flatten();
    Some(two(hours)? * 60 + two(minutes).filter(|minutes| *minutes < 60)?)
}

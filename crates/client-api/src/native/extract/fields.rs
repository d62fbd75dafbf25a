//! Reads JSON into the types of requests and says, of what does not fit, which field it is and what is wanted there.
//!
//! Stricter than serde by itself: an object is an object, never a list of its values by position, and a word is a text.

use std::fmt;

use serde::{
    Deserializer,
    de::{
        self, DeserializeOwned, DeserializeSeed, Expected, IntoDeserializer, MapAccess, SeqAccess,
        Unexpected, Visitor,
    },
    forward_to_deserialize_any,
};

use super::json::Json;

/// A value that cannot be taken.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Misfit {
    /// Where: `rules[0].title`; empty for the whole body.
    pub(super) field: String,
    /// What is wanted there.
    pub(super) wanted: String,
}

/// Reads a whole body.
pub(super) fn read<T: DeserializeOwned>(json: Json) -> Result<T, Misfit> {
    T::deserialize(Part(json))
}

impl Misfit {
    fn wanted(wanted: impl Into<String>) -> Self {
        Self { field: String::new(), wanted: wanted.into() }
    }

    fn about(field: &str, wanted: impl Into<String>) -> Self {
        Self { field: field.to_owned(), wanted: wanted.into() }
    }

    /// The same, seen from around `place`: a member's name, or `[0]`.
    fn inside(self, place: &str) -> Self {
        let field = match self.field.as_str() {
            "" => place.to_owned(),
            inner if inner.starts_with('[') => format!("{place}{inner}"),
            inner => format!("{place}.{inner}"),
        };
        Self { field, ..self }
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.wanted)
    }
}

impl std::error::Error for Misfit {}

impl de::Error for Misfit {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::wanted(message.to_string())
    }

    fn invalid_type(_: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        Self::wanted(format!("{wanted} is wanted"))
    }

    fn unknown_variant(_: &str, known: &'static [&'static str]) -> Self {
        Self::wanted(format!("{} is wanted", one_of(known)))
    }

    fn unknown_field(field: &str, known: &'static [&'static str]) -> Self {
        Self::about(field, format!("there is no such field; {} can be given", one_of(known)))
    }

    fn missing_field(field: &'static str) -> Self {
        Self::about(field, "this field is needed")
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::about(field, "this field is given twice")
    }
}

/// `open, approval or invite`
fn one_of(words: &[&str]) -> String {
    match words {
        [] => "nothing".to_owned(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

struct Part(Json);

impl<'de> Deserializer<'de> for Part {
    type Error = Misfit;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.0 {
            Json::Null => visitor.visit_unit(),
            Json::Bool(value) => visitor.visit_bool(value),
            Json::Number(Some(number)) => visitor.visit_i64(number),
            Json::Number(None) => Err(Misfit::wanted("a whole number is wanted")),
            Json::Text(text) => visitor.visit_string(text),
            Json::List(items) => visitor.visit_seq(Items(items.into_iter().enumerate())),
            Json::Object(members) => visitor.visit_map(Members { rest: members.into_iter(), current: None }),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        let fits = matches!(self.0, Json::Bool(_));
        self.only_if(fits, "true or false", visitor)
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        let fits = matches!(self.0, Json::Number(_));
        self.only_if(fits, "a whole number", visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        let fits = matches!(self.0, Json::Text(_));
        self.only_if(fits, "a text", visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        let fits = matches!(self.0, Json::List(_));
        self.only_if(fits, "a list, […],", visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        let fits = matches!(self.0, Json::Object(_));
        self.only_if(fits, "an object, {…},", visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        words: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        match self.0 {
            Json::Text(word) => visitor.visit_enum(IntoDeserializer::<Misfit>::into_deserializer(word)),
            _ => Err(de::Error::unknown_variant("", words)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.0 {
            Json::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    // What else there is, requests do not use.
    forward_to_deserialize_any! {
        i8 i16 i32 i128 u8 u16 u32 u64 u128 f32 f64 char str bytes byte_buf unit unit_struct newtype_struct tuple
        tuple_struct map identifier ignored_any
    }
}

impl Part {
    fn only_if<'de, V: Visitor<'de>>(self, fits: bool, wanted: &str, visitor: V) -> Result<V::Value, Misfit> {
        if fits { self.deserialize_any(visitor) } else { Err(Misfit::wanted(format!("{wanted} is wanted"))) }
    }
}

struct Items(std::iter::Enumerate<std::vec::IntoIter<Json>>);

impl<'de> SeqAccess<'de> for Items {
    type Error = Misfit;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Misfit> {
        let Some((at, item)) = self.0.next() else {
            return Ok(None);
        };
        seed.deserialize(Part(item)).map(Some).map_err(|misfit| misfit.inside(&format!("[{at}]")))
    }
}

struct Members {
    rest: std::vec::IntoIter<(String, Json)>,
    current: Option<(String, Json)>,
}

impl<'de> MapAccess<'de> for Members {
    type Error = Misfit;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Misfit> {
        self.current = self.rest.next();
        let Some((name, _)) = &self.current else {
            return Ok(None);
        };
        seed.deserialize(IntoDeserializer::<Misfit>::into_deserializer(name.as_str())).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Misfit> {
        let (name, value) = self.current.take().ok_or_else(|| Misfit::wanted("a value is wanted"))?;
        seed.deserialize(Part(value)).map_err(|misfit| misfit.inside(&name))
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read into")]
    struct Garden {
        name: String,
        #[serde(default)]
        beds: Vec<Bed>,
        door: Option<Door>,
        size: Option<i64>,
        open: Option<bool>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read into")]
    struct Bed {
        title: String,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Door {
        Open,
        Shut,
        Ajar,
    }

    fn garden(text: &str) -> Result<Garden, Misfit> {
        read(serde_json::from_str(text).unwrap())
    }

    #[test]
    fn what_does_not_fit_is_named_with_what_is_wanted() {
        let cases = [
            ("[]", "", "an object, {…}, is wanted"),
            (r#"["garden"]"#, "", "an object, {…}, is wanted"),
            ("null", "", "an object, {…}, is wanted"),
            ("{}", "name", "this field is needed"),
            (r#"{"name": 5}"#, "name", "a text is wanted"),
            (r#"{"name": null}"#, "name", "a text is wanted"),
            (r#"{"name": "a", "name": "b"}"#, "name", "this field is given twice"),
            (r#"{"name": "a", "beds": {}}"#, "beds", "a list, […], is wanted"),
            (r#"{"name": "a", "beds": [{"title": "x"}, ["x"]]}"#, "beds[1]", "an object, {…}, is wanted"),
            (r#"{"name": "a", "beds": [{"title": []}]}"#, "beds[0].title", "a text is wanted"),
            (r#"{"name": "a", "beds": [{}]}"#, "beds[0].title", "this field is needed"),
            (
                r#"{"name": "a", "beds": [{"x": 1}]}"#,
                "beds[0].x",
                "there is no such field; title can be given",
            ),
            (r#"{"name": "a", "door": "locked"}"#, "door", "open, shut or ajar is wanted"),
            (r#"{"name": "a", "door": 1}"#, "door", "open, shut or ajar is wanted"),
            (r#"{"name": "a", "door": {"open": null}}"#, "door", "open, shut or ajar is wanted"),
            (r#"{"name": "a", "size": "5"}"#, "size", "a whole number is wanted"),
            (r#"{"name": "a", "size": 1.5}"#, "size", "a whole number is wanted"),
            (r#"{"name": "a", "size": 18446744073709551615}"#, "size", "a whole number is wanted"),
            (r#"{"name": "a", "open": "yes"}"#, "open", "true or false is wanted"),
        ];
        for (text, field, wanted) in cases {
            assert_eq!(garden(text).unwrap_err(), Misfit::about(field, wanted), "{text}");
        }
    }

    #[test]
    fn what_fits_is_read() {
        let text = r#"{"beds": [{"title": "x"}], "name": "a", "door": "ajar", "size": -1, "open": true}"#;
        let read = format!("{:?}", garden(text).unwrap());
        let want = r#"Garden { name: "a", beds: [Bed { title: "x" }], door: Some(Ajar), size: Some(-1), open: Some(true) }"#;
        assert_eq!(read, want);
        assert!(garden(r#"{"name": "a", "door": null, "size": null}"#).unwrap().door.is_none());
    }
}

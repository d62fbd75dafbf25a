//! `[instance]`: what this instance says about itself.

use super::section::section;
use super::setting::TextSetting;

section! {
    /// What this instance says about itself, on its pages and in NodeInfo.
    struct InstanceConfig = "instance" {
        /// Name.
        name: String = "Guildhall".to_owned(),
        /// One or two sentences, plain text.
        description: String = String::new(),
        /// Languages spoken here, most used first.
        languages: Vec<Language> = vec![Language("en".to_owned())],
        /// Where people reach those who run it; shown in public.
        contact_email: Option<Email> = None,
    }
}

/// A BCP 47 language tag, by its form alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Language(String);

impl Language {
    /// The tag, such as `pt-BR`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TextSetting for Language {
    const WANTED: &'static str = "a language tag such as \"en\" or \"pt-BR\"";

    fn from_text(text: &str) -> Option<Self> {
        let is_subtag =
            |part: &str| (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric());
        let first = text.split('-').next()?;
        let starts_well = first.len() >= 2 && first.chars().all(|c| c.is_ascii_alphabetic());
        (starts_well && text.split('-').all(is_subtag)).then(|| Self(text.to_owned()))
    }

    fn to_text(&self) -> String {
        self.0.clone()
    }
}

/// An e-mail address, by its form alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TextSetting for Email {
    const WANTED: &'static str = "an e-mail address";

    fn from_text(text: &str) -> Option<Self> {
        let (local, domain) = text.rsplit_once('@')?;
        let plain = !text.chars().any(|c| c.is_whitespace() || c.is_control());
        (plain && !local.is_empty() && !domain.is_empty()).then(|| Self(text.to_owned()))
    }

    fn to_text(&self) -> String {
        self.0.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn language_tags_are_told_from_other_words() {
        for tag in ["en", "pt-BR", "zh-Hant-TW", "gsw"] {
            assert!(Language::from_text(tag).is_some(), "{tag}");
        }
        for text in ["", "e", "en_US", "en-", "english language", "-en"] {
            assert!(Language::from_text(text).is_none(), "{text}");
        }
    }

    #[test]
    fn an_email_address_has_two_sides_and_no_spaces() {
        assert!(Email::from_text("admin@example.org").is_some());
        for text in ["admin", "@example.org", "admin@", "a b@example.org"] {
            assert!(Email::from_text(text).is_none(), "{text}");
        }
    }
}

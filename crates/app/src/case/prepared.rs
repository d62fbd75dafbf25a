//! Prepared texts: what moderators tell people again and again, with placeholders, in several languages.

use std::collections::BTreeSet;

use guildhall_domain::{
    ActorId, GroupId, Timestamp,
    moderation::{MAX_REASON_LENGTH, WrittenRule},
    staff::{NotPermitted, Permission},
    text::{clean, clean_line, shorten},
};
use guildhall_store::{StoreError, actor::Actor, group, prepared};

pub use guildhall_store::prepared::PreparedText;

use super::{Act, CaseError, Desk};
use crate::{App, staff};

/// The most texts that a group keeps.
pub const MAX_TEXTS: usize = 200;
/// The language that everything is there in.
const FALLBACK: &str = "en";
const PLACEHOLDERS: [&str; 5] = ["person", "title", "rule", "group", "until"];

/// What every group has at hand: name, language, text. A text of the group's own by the same name and language stands in
/// for it.
pub const BUILT_IN: &[(&str, &str, &str)] = &[
    (
        "ask-change",
        "en",
        "{person}, please change “{title}”: {rule}. It is shown again when a moderator of {group} has seen the new text.",
    ),
    (
        "ask-change",
        "fr",
        "{person}, merci de modifier « {title} » : {rule}. Le message sera de nouveau visible quand la modération de {group} aura vu le nouveau texte.",
    ),
    (
        "ask-change",
        "it",
        "{person}, modifica per favore «{title}»: {rule}. Sarà di nuovo visibile quando la moderazione di {group} avrà visto il nuovo testo.",
    ),
    (
        "ask-change",
        "he",
        "{person}, נא לשנות את „{title}”: {rule}. הפרסום יוצג שוב אחרי שמנחה של {group} יראה את הנוסח החדש.",
    ),
    ("off-topic", "en", "“{title}” does not belong in {group}: {rule}."),
    ("off-topic", "fr", "« {title} » n’a pas sa place dans {group} : {rule}."),
    ("off-topic", "it", "«{title}» non è in tema in {group}: {rule}."),
    ("off-topic", "he", "„{title}” אינו מתאים ל{group}: {rule}."),
    ("pause", "en", "{person}, you cannot post in {group} until {until}: {rule}."),
    ("pause", "fr", "{person}, vous ne pouvez pas publier dans {group} jusqu’au {until} : {rule}."),
    ("pause", "it", "{person}, non puoi pubblicare in {group} fino al {until}: {rule}."),
    ("pause", "he", "{person}, אין באפשרותך לפרסם ב{group} עד {until}: {rule}."),
    ("spam", "en", "“{title}” is an advertisement, and {group} takes none."),
    ("spam", "fr", "« {title} » est une publicité ; {group} n’en accepte pas."),
    ("spam", "it", "«{title}» è pubblicità, e {group} non ne accetta."),
    ("spam", "he", "„{title}” הוא פרסומת, ו{group} אינה מקבלת פרסומות."),
    (
        "warning",
        "en",
        "{person}, please mind the rules of {group}: {rule}. The next time your posts may have to wait for a moderator.",
    ),
    (
        "warning",
        "fr",
        "{person}, merci de respecter les règles de {group} : {rule}. La prochaine fois, vos messages pourraient attendre la modération.",
    ),
    (
        "warning",
        "it",
        "{person}, rispetta per favore le regole di {group}: {rule}. La prossima volta i tuoi messaggi potrebbero attendere la moderazione.",
    ),
    (
        "warning",
        "he",
        "{person}, נא לשמור על הכללים של {group}: {rule}. בפעם הבאה ייתכן שהודעותיך ימתינו למנחה.",
    ),
];

/// A text that cannot be kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTexts {
    /// Too many.
    #[error("a group keeps at most {MAX_TEXTS} texts")]
    TooMany,
    /// Not a name.
    #[error("{0:?} is no name: 1 to 50 of a-z, 0-9 and - are wanted")]
    Name(String),
    /// Not a language.
    #[error("{0:?} is no language tag such as en or pt-BR")]
    Language(String),
    /// Empty or too long.
    #[error("the text of {0:?} has 1 to {MAX_REASON_LENGTH} characters")]
    Length(String),
    /// Something else in braces.
    #[error("{{{0}}} is no placeholder: person, title, rule, group and until can stand in braces")]
    Placeholder(String),
    /// Twice the same.
    #[error("{0:?} is there twice in one language")]
    Twice(String),
}

/// Why the texts were not kept.
#[derive(Debug, thiserror::Error)]
pub enum SetTextsError {
    /// Only moderators set them.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// They do not fit.
    #[error(transparent)]
    Invalid(#[from] InvalidTexts),
    /// Reading or writing failed.
    #[error("reading or writing the texts failed")]
    Store(#[from] StoreError),
}

/// What a group has at hand: its own, and what is built in, by name and language; with whether it is the group's own.
pub async fn prepared_texts(app: &App, group: GroupId) -> Result<Vec<(PreparedText, bool)>, StoreError> {
    let own = prepared::list(&app.store, group).await?;
    let mut all: Vec<_> = built_in()
        .filter(|text| !own.iter().any(|own| (&own.name, &own.language) == (&text.name, &text.language)))
        .map(|text| (text, false))
        .collect();
    all.extend(own.into_iter().map(|text| (text, true)));
    all.sort_unstable_by(|(one, _), (other, _)| {
        (&one.name, &one.language).cmp(&(&other.name, &other.language))
    });
    Ok(all)
}

fn built_in() -> impl Iterator<Item = PreparedText> {
    BUILT_IN.iter().map(|(name, language, text)| PreparedText {
        name: (*name).to_owned(),
        language: (*language).to_owned(),
        text: (*text).to_owned(),
    })
}

/// Replaces the texts that are a group's own.
///
/// # Errors
/// [`SetTextsError`]; they stay as they were.
pub async fn set_prepared_texts(
    app: &App,
    group: GroupId,
    by: ActorId,
    texts: Vec<PreparedText>,
) -> Result<(), SetTextsError> {
    let texts = decide_texts(texts)?;
    let mut tx = app.begin().await?;
    group::lock(&mut tx, group).await?;
    staff::powers(app, &mut tx, group, by).await?.demand(Permission::Rules)?;
    prepared::set_all(&mut tx, group, &texts).await?;
    Ok(tx.commit().await?)
}

fn decide_texts(texts: Vec<PreparedText>) -> Result<Vec<PreparedText>, InvalidTexts> {
    if texts.len() > MAX_TEXTS {
        return Err(InvalidTexts::TooMany);
    }
    let mut seen = BTreeSet::new();
    let mut kept = Vec::with_capacity(texts.len());
    for text in texts {
        let text = PreparedText { text: clean(text.text.trim()), ..text };
        decide_text(&text)?;
        if !seen.insert((text.name.clone(), text.language.to_lowercase())) {
            return Err(InvalidTexts::Twice(text.name));
        }
        kept.push(text);
    }
    Ok(kept)
}

fn decide_text(text: &PreparedText) -> Result<(), InvalidTexts> {
    let within = |text: &str, limit: usize| (1..=limit).contains(&text.chars().count());
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !within(&text.name, 50) || !text.name.chars().all(is_plain) {
        return Err(InvalidTexts::Name(text.name.clone()));
    }
    let is_tag = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if !within(&text.language, 35) || !text.language.chars().all(is_tag) {
        return Err(InvalidTexts::Language(text.language.clone()));
    }
    if !within(&text.text, MAX_REASON_LENGTH) {
        return Err(InvalidTexts::Length(text.name.clone()));
    }
    match placeholders(&text.text).find(|name| !PLACEHOLDERS.contains(name)) {
        Some(unknown) => Err(InvalidTexts::Placeholder(unknown.to_owned())),
        None => Ok(()),
    }
}

/// What stands in braces, one word each.
fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(inside, _)| inside)
}

/// The reason that is shown: as given, or the prepared text with its placeholders filled in.
pub(super) async fn reason(
    app: &App,
    desk: &Desk,
    command: &Act,
    person: Option<&Actor>,
    rule: Option<&WrittenRule>,
) -> Result<Option<String>, CaseError> {
    let Some((name, language)) = &command.prepared else {
        let reason = command.reason.as_deref().map(|reason| shorten(reason, MAX_REASON_LENGTH));
        return Ok(reason.filter(|reason| !reason.is_empty()));
    };
    let group = match desk.case.group {
        Some(group) => group::find(&app.store, group).await?,
        None => None,
    };
    let own = match &group {
        Some(group) => prepared::list(&app.store, group.id).await?,
        None => Vec::new(),
    };
    let of_group = group.as_ref().and_then(|group| group.language.clone());
    let wanted = language.clone().or(of_group);
    let all: Vec<PreparedText> =
        own.into_iter().chain(built_in()).filter(|text| text.name == *name).collect();
    let text = chosen(&all, wanted.as_deref()).ok_or_else(|| CaseError::UnknownText(name.clone()))?;
    let values = Values {
        person: person.map(|person| format!("@{}@{}", person.username, person.host)).unwrap_or_default(),
        title: desk.case.title.clone(),
        rule: rule.map(|rule| format!("{}. {}", rule.number, rule.title)).or(command.reason.clone()),
        group: group.map_or_else(|| app.site.name.clone(), |group| group.title),
        until: command.actions.iter().find_map(|action| action.until()),
    };
    Ok(Some(shorten(&values.fill(&text.text), MAX_REASON_LENGTH)))
}

/// The text in the language wanted, in the same without its region, in English, or in any.
fn chosen<'a>(texts: &'a [PreparedText], wanted: Option<&str>) -> Option<&'a PreparedText> {
    let wanted = wanted.unwrap_or(FALLBACK);
    let short = wanted.split('-').next().unwrap_or(wanted);
    let in_language = |language: &str| texts.iter().find(|text| text.language.eq_ignore_ascii_case(language));
    in_language(wanted).or_else(|| in_language(short)).or_else(|| in_language(FALLBACK)).or(texts.first())
}

struct Values {
    person: String,
    title: String,
    rule: Option<String>,
    group: String,
    until: Option<Timestamp>,
}

impl Values {
    /// One pass: what is filled in is not looked through again, whatever it has in braces.
    fn fill(&self, text: &str) -> String {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find('{') {
            filled.push_str(&rest[..start]);
            let Some(end) = rest[start..].find('}').map(|end| start + end) else { break };
            match self.value(&rest[start + 1..end]) {
                Some(value) => filled.push_str(&value),
                None => filled.push_str(&rest[start..=end]),
            }
            rest = &rest[end + 1..];
        }
        filled.push_str(rest);
        clean_line_by_line(&filled)
    }

    fn value(&self, name: &str) -> Option<String> {
        Some(match name {
            "person" => self.person.clone(),
            "title" => self.title.clone(),
            "rule" => self.rule.clone().unwrap_or_default(),
            "group" => self.group.clone(),
            "until" => self.until.map(day).unwrap_or_default(),
            _ => return None,
        })
    }
}

/// `2026-03-01`, UTC.
fn day(at: Timestamp) -> String {
    let days = at.day();
    // Howard Hinnant's days_from_civil, backwards; the Gregorian calendar in eras of 400 years.
    let shifted = days + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let (date, month) = (of_year - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
    format!("{:04}-{month:02}-{date:02}", year + era * 400 + i64::from(month <= 2))
}

/// Without the blanks that an empty placeholder leaves.
fn clean_line_by_line(text: &str) -> String {
    let tidy = |line: &str| clean_line(line).replace(" : .", ".").replace(": .", ".");
    text.lines().map(tidy).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> Values {
        Values {
            person: "@bob@far.example".to_owned(),
            title: "Buy {person}".to_owned(),
            rule: Some("2. No adverts".to_owned()),
            group: "The garden".to_owned(),
            until: Some(Timestamp(1_772_366_400_000)),
        }
    }

    #[test]
    fn placeholders_are_filled_in_once() {
        let text = "{person}: {title}, {rule}, {group}, {until}, {other} {";
        let filled = "@bob@far.example: Buy {person}, 2. No adverts, The garden, 2026-03-01, {other} {";
        assert_eq!(values().fill(text), filled);
        let without = Values { rule: None, ..values() };
        assert_eq!(without.fill("No: {rule}."), "No.");
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        for (millis, want) in
            [(0, "1970-01-01"), (951_782_400_000, "2000-02-29"), (-86_400_000, "1969-12-31")]
        {
            assert_eq!(day(Timestamp(millis)), want);
        }
    }

    #[test]
    fn what_is_built_in_could_be_kept_by_a_group_too_and_is_there_in_every_language() {
        let all: Vec<PreparedText> = built_in().collect();
        assert_eq!(decide_texts(all.clone()), Ok(all.clone()));
        for text in &all {
            for language in ["en", "fr", "it", "he"] {
                assert!(all.iter().any(|other| other.name == text.name && other.language == language));
            }
        }
    }

    #[test]
    fn a_text_is_found_in_the_nearest_language() {
        let texts: Vec<PreparedText> = built_in().filter(|text| text.name == "spam").collect();
        let language = |wanted| chosen(&texts, wanted).map(|text| text.language.as_str());
        assert_eq!(language(Some("fr-CA")), Some("fr"));
        assert_eq!(language(Some("HE")), Some("he"));
        assert_eq!(language(Some("pt")), Some("en"));
        assert_eq!(language(None), Some("en"));
        assert_eq!(chosen(&[], None), None);
    }

    #[test]
    fn texts_that_do_not_fit_are_named() {
        let text = |name: &str, language: &str, text: &str| PreparedText {
            name: name.to_owned(),
            language: language.to_owned(),
            text: text.to_owned(),
        };
        let refused = |texts: Vec<PreparedText>| decide_texts(texts).unwrap_err();
        assert_eq!(refused(vec![text("No", "en", "x")]), InvalidTexts::Name("No".into()));
        assert_eq!(refused(vec![text("no", "e n", "x")]), InvalidTexts::Language("e n".into()));
        assert_eq!(refused(vec![text("no", "en", " ")]), InvalidTexts::Length("no".into()));
        assert_eq!(refused(vec![text("no", "en", "{name}")]), InvalidTexts::Placeholder("name".into()));
        let twice = vec![text("no", "en", "x"), text("no", "EN", "y")];
        assert_eq!(refused(twice), InvalidTexts::Twice("no".into()));
        assert_eq!(refused(vec![text("no", "en", "x"); MAX_TEXTS + 1]), InvalidTexts::TooMany);
    }
}

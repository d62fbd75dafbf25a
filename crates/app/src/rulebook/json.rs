//! A rulebook as JSON: what is kept, shown, edited, exported and imported.
//!
//! ```json
//! {
//!   "rules": [
//!     { "name": "no-casinos", "title": "No advertising for casinos.", "mode": "on",
//!       "when": { "all": [ { "trust_below": "known" }, { "words": ["casino", "free spins"] } ] },
//!       "then": [ "report", { "refuse": "This group takes no advertising." } ] }
//!   ],
//!   "gates": { "links": { "over": 5, "from": "known" }, "effect": "hold" },
//!   "trust": { "known": { "accepted": 3, "days": 2, "quiet": "1d" } }
//! }
//! ```
//!
//! Spans are a number and one of `s`, `m`, `h`, `d`. What is left out of gates and trust is as by default.

use std::time::Duration;

use guildhall_domain::{
    rules::{Action, By, Condition, Repeated, Rule, RuleMode, TimeOfDay},
    trust::{Gates, Threshold, Thresholds, Trust},
};
use serde_json::{Map, Value, json};

use super::Rulebook;
use super::place::{Place, span_text};

pub use super::place::ReadError;

/// Reads a rulebook.
///
/// # Errors
/// The first thing that is not as it should be, with its place and what would be right.
pub fn read(body: &Value) -> Result<Rulebook, ReadError> {
    let body = Place::root(body);
    body.only(&["rules", "gates", "trust"])?;
    let rules = match body.optional("rules")? {
        Some(rules) => rules.items()?.iter().map(rule).collect::<Result<_, _>>()?,
        None => Vec::new(),
    };
    let book = Rulebook { rules, gates: gates(&body)?, thresholds: thresholds(&body)? };
    if !book.thresholds.is_in_order() {
        return Err(body.get("trust")?.wrong("to be trusted takes no less than to be known"));
    }
    Ok(book)
}

/// Reads one rule.
///
/// # Errors
/// As [`read`], with places inside the rule.
pub fn read_rule(body: &Value) -> Result<Rule, ReadError> {
    rule(&Place::root(body))
}

fn rule(place: &Place<'_>) -> Result<Rule, ReadError> {
    place.only(&["name", "title", "mode", "when", "then"])?;
    let then = place.get("then")?;
    Ok(Rule {
        name: place.get("name")?.text()?,
        title: place.get("title")?.text()?,
        mode: match place.optional("mode")? {
            Some(mode) => mode.word()?,
            None => RuleMode::On,
        },
        when: condition(&place.get("when")?)?,
        then: then.items()?.iter().map(action).collect::<Result<_, _>>()?,
    })
}

fn condition(place: &Place<'_>) -> Result<Condition, ReadError> {
    match place.value.as_str() {
        Some("remote") => return Ok(Condition::Remote),
        Some("outsider") => return Ok(Condition::Outsider),
        Some(_) | None => {}
    }
    let (name, of) = place.one()?;
    Ok(match name {
        "all" => Condition::All(conditions(&of)?),
        "any" => Condition::Any(conditions(&of)?),
        "not" => Condition::Not(Box::new(condition(&of)?)),
        "trust_below" => Condition::TrustBelow(of.word()?),
        "account_younger" => Condition::AccountYounger(of.span()?),
        "known_for_less" => Condition::KnownFor(of.span()?),
        "host" => Condition::Host(of.texts()?),
        "actor" => Condition::Actor(of.words()?),
        "kind" => Condition::Kind(of.words()?),
        "form" => Condition::Form(of.words()?),
        "words" => Condition::Words(of.texts()?),
        "pattern" => Condition::Pattern(of.text()?),
        "title_pattern" => Condition::TitlePattern(of.text()?),
        "language" => Condition::Language(of.texts()?),
        "link_domain" => Condition::LinkDomain(of.texts()?),
        "links_over" => Condition::LinksOver(of.count()?),
        "mentions_over" => Condition::MentionsOver(of.count()?),
        "media_over" => Condition::MediaOver(of.count()?),
        "tag" => Condition::Tag(of.texts()?),
        "repeats" => repeats(&of)?,
        "rate" => {
            of.only(&["over", "within"])?;
            Condition::Rate { within: of.get("within")?.span()?, over: of.get("over")?.number()? }
        }
        "score_below" => Condition::ScoreBelow(of.number()?),
        "downs_over" => Condition::DownsOver(of.number()?),
        "reports_over" => Condition::ReportsOver(of.number()?),
        "time" => {
            of.only(&["from", "to", "offset"])?;
            let offset = of.optional("offset")?.map_or(Ok(0), |offset| offset.offset())?;
            Condition::Time(TimeOfDay {
                from: of.get("from")?.minute()?,
                to: of.get("to")?.minute()?,
                offset,
            })
        }
        _ => return Err(place.wrong(&format!("there is no condition {name:?}; there are {CONDITIONS}"))),
    })
}

const CONDITIONS: &str = "all, any, not, trust_below, account_younger, known_for_less, remote, outsider, host, actor, kind, \
    form, words, pattern, title_pattern, language, link_domain, links_over, mentions_over, media_over, tag, repeats, rate, score_below, \
    downs_over, reports_over and time";

fn conditions(place: &Place<'_>) -> Result<Vec<Condition>, ReadError> {
    place.items()?.iter().map(condition).collect()
}

fn repeats(place: &Place<'_>) -> Result<Condition, ReadError> {
    place.only(&["what", "by", "within", "over"])?;
    let what = place.get("what")?;
    let what = match what.text()?.as_str() {
        "text" => Repeated::Text,
        "link" => Repeated::Link,
        _ => return Err(what.wrong("\"text\" or \"link\" is wanted")),
    };
    let by = match place.optional("by")? {
        None => By::Anyone,
        Some(by) => match by.text()?.as_str() {
            "anyone" => By::Anyone,
            "author" => By::Author,
            _ => return Err(by.wrong("\"anyone\" or \"author\" is wanted")),
        },
    };
    let over = place.optional("over")?.map_or(Ok(0), |over| over.number())?;
    Ok(Condition::Repeats { what, by, within: place.get("within")?.span()?, over })
}

fn action(place: &Place<'_>) -> Result<Action, ReadError> {
    match place.value.as_str() {
        Some("hold") => return Ok(Action::Hold),
        Some("refuse") => return Ok(Action::Refuse(None)),
        Some("report") => return Ok(Action::Report),
        Some("limit") => return Ok(Action::Limit),
        Some("notify") => return Ok(Action::Notify),
        Some(name) => return Err(place.wrong(&format!("there is no action {name:?}; there are {ACTIONS}"))),
        None => {}
    }
    let (name, of) = place.one()?;
    Ok(match name {
        "refuse" => Action::Refuse(Some(of.text()?)),
        "require_tag" => Action::RequireTag(of.texts()?),
        "add_tag" => Action::AddTag(of.text()?),
        "answer" => Action::Answer(of.text()?),
        _ => {
            return Err(
                place.wrong(&format!("there is no action {name:?} with a value; there are {ACTIONS}"))
            );
        }
    })
}

const ACTIONS: &str = "\"hold\", \"refuse\", \"report\", \"limit\", \"notify\", {\"refuse\": text}, {\"require_tag\": [tags]}, \
    {\"add_tag\": tag} and {\"answer\": text}";

fn gates(body: &Place<'_>) -> Result<Gates, ReadError> {
    let mut gates = Gates::default();
    let Some(place) = body.optional("gates")? else {
        return Ok(gates);
    };
    place.only(&["links", "media", "mentions", "rate", "voting", "reporting", "skips_review", "effect"])?;
    let from = |gate: &Place<'_>, level: &mut Trust| -> Result<(), ReadError> {
        *level = gate.get("from")?.word()?;
        Ok(())
    };
    if let Some(gate) = place.optional("links")? {
        gate.only(&["over", "from"])?;
        gates.links = gate.get("over")?.count()?;
        from(&gate, &mut gates.many_links)?;
    }
    if let Some(gate) = place.optional("mentions")? {
        gate.only(&["over", "from"])?;
        gates.mentions = gate.get("over")?.count()?;
        from(&gate, &mut gates.many_mentions)?;
    }
    if let Some(gate) = place.optional("rate")? {
        gate.only(&["over", "from"])?;
        gates.rate = gate.get("over")?.number()?;
        from(&gate, &mut gates.often)?;
    }
    for (name, level) in
        [("media", &mut gates.media), ("voting", &mut gates.voting), ("reporting", &mut gates.reporting)]
    {
        if let Some(gate) = place.optional(name)? {
            gate.only(&["from"])?;
            from(&gate, level)?;
        }
    }
    if let Some(level) = place.optional("skips_review")? {
        gates.skips_review = Some(level.word()?);
    }
    if let Some(effect) = place.optional("effect")? {
        gates.effect = effect.word()?;
    }
    Ok(gates)
}

fn thresholds(body: &Place<'_>) -> Result<Thresholds, ReadError> {
    let mut thresholds = Thresholds::default();
    let Some(place) = body.optional("trust")? else {
        return Ok(thresholds);
    };
    place.only(&["known", "trusted", "per_refused", "per_upheld"])?;
    for (name, level) in [("known", &mut thresholds.known), ("trusted", &mut thresholds.trusted)] {
        if let Some(given) = place.optional(name)? {
            threshold(&given, level)?;
        }
    }
    for (name, worth) in
        [("per_refused", &mut thresholds.per_refused), ("per_upheld", &mut thresholds.per_upheld)]
    {
        if let Some(given) = place.optional(name)? {
            *worth = given.number()?;
        }
    }
    Ok(thresholds)
}

fn threshold(place: &Place<'_>, level: &mut Threshold) -> Result<(), ReadError> {
    place.only(&["accepted", "answered", "days", "quiet"])?;
    for (name, number) in
        [("accepted", &mut level.accepted), ("answered", &mut level.answered), ("days", &mut level.days)]
    {
        if let Some(given) = place.optional(name)? {
            *number = given.number()?;
        }
    }
    if let Some(quiet) = place.optional("quiet")? {
        level.quiet = quiet.span()?;
    }
    Ok(())
}

/// Writes a rulebook, whole: [`read`] gives the same again.
pub fn write(book: &Rulebook) -> Value {
    let gate = |over: Value, from: Trust| json!({ "over": over, "from": from.as_str() });
    let (gates, trust) = (&book.gates, &book.thresholds);
    json!({
        "rules": book.rules.iter().map(write_rule).collect::<Vec<_>>(),
        "gates": {
            "links": gate(json!(gates.links), gates.many_links),
            "media": { "from": gates.media.as_str() },
            "mentions": gate(json!(gates.mentions), gates.many_mentions),
            "rate": gate(json!(gates.rate), gates.often),
            "voting": { "from": gates.voting.as_str() },
            "reporting": { "from": gates.reporting.as_str() },
            "skips_review": gates.skips_review.map(Trust::as_str),
            "effect": gates.effect.as_str(),
        },
        "trust": {
            "known": threshold_json(&trust.known),
            "trusted": threshold_json(&trust.trusted),
            "per_refused": trust.per_refused,
            "per_upheld": trust.per_upheld,
        },
    })
}

/// Writes one rule: [`read_rule`] gives the same again.
pub fn write_rule(rule: &Rule) -> Value {
    json!({
        "name": rule.name,
        "title": rule.title,
        "mode": rule.mode.as_str(),
        "when": condition_json(&rule.when),
        "then": rule.then.iter().map(action_json).collect::<Vec<_>>(),
    })
}

fn condition_json(condition: &Condition) -> Value {
    let span = |span: &Duration| json!(span_text(*span));
    let value = match condition {
        Condition::Remote | Condition::Outsider => return json!(condition.name()),
        Condition::All(of) | Condition::Any(of) => of.iter().map(condition_json).collect(),
        Condition::Not(of) => condition_json(of),
        Condition::TrustBelow(level) => json!(level.as_str()),
        Condition::AccountYounger(of) | Condition::KnownFor(of) => span(of),
        Condition::Host(of)
        | Condition::Words(of)
        | Condition::Language(of)
        | Condition::LinkDomain(of)
        | Condition::Tag(of) => json!(of),
        Condition::Actor(of) => of.iter().map(|kind| kind.as_str()).collect(),
        Condition::Kind(of) => of.iter().map(|kind| kind.as_str()).collect(),
        Condition::Form(of) => of.iter().map(|form| form.as_str()).collect(),
        Condition::Pattern(of) | Condition::TitlePattern(of) => json!(of),
        Condition::LinksOver(of) | Condition::MentionsOver(of) | Condition::MediaOver(of) => json!(of),
        Condition::ScoreBelow(of) | Condition::DownsOver(of) | Condition::ReportsOver(of) => json!(of),
        Condition::Repeats { what, by, within, over } => json!({
            "what": if *what == Repeated::Text { "text" } else { "link" },
            "by": if *by == By::Author { "author" } else { "anyone" },
            "within": span(within),
            "over": over,
        }),
        Condition::Rate { within, over } => json!({ "within": span(within), "over": over }),
        Condition::Time(time) => json!({
            "from": clock(time.from), "to": clock(time.to), "offset": offset(time.offset),
        }),
    };
    named(condition.name(), value)
}

fn action_json(action: &Action) -> Value {
    let value = match action {
        Action::Hold | Action::Refuse(None) | Action::Report | Action::Limit | Action::Notify => {
            return json!(action.name());
        }
        Action::Refuse(Some(text)) | Action::AddTag(text) | Action::Answer(text) => json!(text),
        Action::RequireTag(tags) => json!(tags),
    };
    named(action.name(), value)
}

fn named(name: &str, value: Value) -> Value {
    Value::Object(Map::from_iter([(name.to_owned(), value)]))
}

fn threshold_json(level: &Threshold) -> Value {
    json!({
        "accepted": level.accepted,
        "answered": level.answered,
        "days": level.days,
        "quiet": span_text(level.quiet),
    })
}

fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

fn offset(minutes: i16) -> String {
    let sign = if minutes < 0 { '-' } else { '+' };
    format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> Value {
        json!({
            "rules": [
                {
                    "name": "all-there-is", "title": "Everything.", "mode": "observe",
                    "when": { "any": [
                        { "all": ["remote", "outsider", { "not": { "trust_below": "known" } }] },
                        { "account_younger": "7d" }, { "known_for_less": "90s" },
                        { "host": ["a.example"] }, { "actor": ["service", "person"] }, { "kind": ["post", "edit"] },
                        { "form": ["image", "poll"] },
                        { "words": ["free spins"] }, { "pattern": "\\d+" }, { "title_pattern": "^\\[" },
                        { "language": ["fr", "und"] }, { "link_domain": ["b.example"] },
                        { "links_over": 1 }, { "mentions_over": 2 }, { "media_over": 0 }, { "tag": ["x"] },
                        { "repeats": { "what": "link", "by": "author", "within": "36h", "over": 2 } },
                        { "rate": { "within": "15m", "over": 5 } },
                        { "score_below": -3 }, { "downs_over": 4 }, { "reports_over": 1 },
                        { "time": { "from": "22:30", "to": "06:00", "offset": "-03:30" } },
                    ] },
                    "then": ["hold", "refuse", "report", "limit", "notify", { "refuse": "No." },
                             { "require_tag": ["a", "b"] }, { "add_tag": "c" }, { "answer": "Thanks." }],
                },
            ],
            "gates": {
                "links": { "over": 2, "from": "trusted" }, "media": { "from": "known" },
                "mentions": { "over": 1, "from": "known" }, "rate": { "over": 9, "from": "trusted" },
                "voting": { "from": "known" }, "reporting": { "from": "new" },
                "skips_review": "trusted", "effect": "refuse",
            },
            "trust": {
                "known": { "accepted": 1, "answered": 0, "days": 1, "quiet": "12h" },
                "trusted": { "accepted": 9, "answered": 2, "days": 5, "quiet": "20d" },
                "per_refused": 1, "per_upheld": 4,
            },
        })
    }

    #[test]
    fn what_is_written_is_what_was_read() {
        assert_eq!(write(&read(&full()).unwrap()), full());
        assert_eq!(read(&write(&Rulebook::default())), Ok(Rulebook::default()));
        assert_eq!(read(&json!({})), Ok(Rulebook::default()));
    }

    #[test]
    fn what_is_left_out_is_as_by_default() {
        let book = read(&json!({ "gates": { "media": { "from": "known" } }, "trust": { "per_upheld": 1 } }))
            .unwrap();
        assert_eq!(book.gates, Gates { media: Trust::Known, ..Gates::default() });
        assert_eq!(book.thresholds, Thresholds { per_upheld: 1, ..Thresholds::default() });
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let with = |when: Value, then: Value| json!({ "rules": [{ "name": "r", "title": "R", "when": when, "then": then }] });
        let of = |when: Value| with(when, json!(["hold"]));
        for (body, at, problem) in [
            (json!([]), "the document", "an object is wanted"),
            (json!({ "rule": [] }), "the document", "no field \"rule\" here; there are rules, gates, trust"),
            (json!({ "rules": [{ "name": "r" }] }), "rules[0]", "the field \"then\" is wanted"),
            (
                of(json!({ "word": ["x"] })),
                "rules[0].when",
                "there is no condition \"word\"; there are all, any",
            ),
            (of(json!({ "words": "x" })), "rules[0].when.words", "a list is wanted"),
            (of(json!({ "form": ["page"] })), "rules[0].when.form[0]", "not one of text, link, image, video"),
            (
                of(json!({ "all": [{ "links_over": -1 }] })),
                "rules[0].when.all[0].links_over",
                "a number from 0",
            ),
            (of(json!({ "words": ["x"], "host": ["y"] })), "rules[0].when", "exactly one field"),
            (
                of(json!({ "trust_below": "good" })),
                "rules[0].when.trust_below",
                "\"good\" is not one of new, known",
            ),
            (of(json!({ "account_younger": "7 days" })), "rules[0].when.account_younger", "such as \"7d\""),
            (of(json!({ "account_younger": "é" })), "rules[0].when.account_younger", "such as \"7d\""),
            (of(json!({ "time": { "from": "24:00", "to": "01:00" } })), "rules[0].when.time.from", "22:30"),
            (of(json!({ "rate": { "over": 1 } })), "rules[0].when.rate", "the field \"within\" is wanted"),
            (with(json!("remote"), json!(["ban"])), "rules[0].then[0]", "there is no action \"ban\""),
            (json!({ "gates": { "links": { "over": 1 } } }), "gates.links", "the field \"from\" is wanted"),
            (json!({ "trust": { "known": { "accepted": 99 } } }), "trust", "no less than to be known"),
        ] {
            let error = read(&body).unwrap_err();
            assert!(error.at == at && error.problem.contains(problem), "{body}: {error}");
        }
    }
}

//! Automatic rules, gates and thresholds.

use guildhall_app::rulebook::{self, Current};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::rfc3339;
use crate::native::problem::Problem;

/// A rulebook: `rules`, `gates` and `trust`. It can be put into another group as it is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Rulebook {
    /// Another one for each change, `0` before the first. To be sent with the next one.
    revision: i64,
    /// When it was last changed.
    #[schema(required = true, format = DateTime)]
    updated_at: Option<String>,
    /// What it says.
    #[serde(rename = "rulebook")]
    #[schema(value_type = Object)]
    body: Value,
}

/// One automatic rule.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AutomaticRule {
    /// The revision of the rulebook it is in.
    revision: i64,
    /// `name`, `title`, `mode`, `when` and `then`.
    #[schema(value_type = Object)]
    rule: Value,
}

/// A rulebook that is to hold from now on: under `rulebook`, or its parts beside the revision.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRulebook {
    /// The revision that it takes the place of, from the last answer; `0` where there is none yet.
    revision: i64,
    /// All of it, as another server or group showed it.
    #[schema(value_type = Option<Object>)]
    rulebook: Option<Value>,
    /// Automatic rules.
    rules: Option<Value>,
    /// What is kept for those who are trusted.
    gates: Option<Value>,
    /// What trust is earned by.
    trust: Option<Value>,
    /// Not looked at: what was shown can be sent back.
    #[serde(rename = "updated_at")]
    #[schema(value_type = Option<String>)]
    _updated_at: Option<Value>,
}

/// One automatic rule that is to hold from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAutomaticRule {
    /// The revision of the rulebook that was read; without it, whichever holds now.
    pub(crate) revision: Option<i64>,
    /// As in the address; may be left out.
    name: Option<Value>,
    /// What it is for, in a line that may be shown to the person concerned.
    title: Option<Value>,
    /// `on`, `observe` (it is counted what it would do) or `off`; `on` when absent.
    mode: Option<Value>,
    /// The condition.
    when: Option<Value>,
    /// A list of actions.
    then: Option<Value>,
}

/// How often rules fitted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Figures {
    /// The first day, by UTC.
    #[schema(format = Date)]
    since: String,
    /// The rules there are, in order, then those there were.
    items: Vec<RuleFigures>,
    /// Always null: the list is whole.
    #[schema(required = true)]
    next: Option<String>,
}

/// How often one rule fitted.
#[derive(Debug, Serialize, ToSchema)]
struct RuleFigures {
    /// Its name.
    name: String,
    /// What it is for; null where it is there no more.
    #[schema(required = true)]
    title: Option<String>,
    /// `on`, `observe` or `off`; null where it is there no more.
    #[schema(required = true, pattern = "^(off|observe|on)$")]
    mode: Option<&'static str>,
    /// In all these days.
    fitted: i64,
    /// The days on which it fitted.
    days: Vec<DayFigure>,
}

/// One day.
#[derive(Debug, Serialize, ToSchema)]
struct DayFigure {
    /// Which, by UTC.
    #[schema(format = Date)]
    day: String,
    /// How often the rule fitted on it.
    fitted: i64,
}

impl From<Current> for Rulebook {
    fn from(current: Current) -> Self {
        Self {
            revision: current.revision,
            updated_at: current.updated_at.map(rfc3339),
            body: rulebook::write(&current.book),
        }
    }
}

impl AutomaticRule {
    /// The rule with a name.
    pub(crate) fn find(current: &Current, name: &str) -> Result<Self, Problem> {
        let rule = current.book.rules.iter().find(|rule| rule.name == name);
        let rule = rule.ok_or_else(|| rulebook::RulebookError::NoSuchRule(name.to_owned()))?;
        Ok(Self { revision: current.revision, rule: rulebook::write_rule(rule) })
    }
}

impl NewRulebook {
    /// The revision, and the rulebook as it is to be read.
    pub(crate) fn read(self) -> (i64, Value) {
        let parts = || object([("rules", self.rules), ("gates", self.gates), ("trust", self.trust)]);
        (self.revision, self.rulebook.unwrap_or_else(parts))
    }
}

impl NewAutomaticRule {
    /// The rule as it is to be read.
    pub(crate) fn rule(self) -> Value {
        let Self { name, title, mode, when, then, .. } = self;
        object([("name", name), ("title", title), ("mode", mode), ("when", when), ("then", then)])
    }
}

/// What was given, as one object.
pub(super) fn object<const N: usize>(fields: [(&str, Option<Value>); N]) -> Value {
    let given = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(given.collect::<Map<_, _>>())
}

impl From<rulebook::Figures> for Figures {
    fn from(figures: rulebook::Figures) -> Self {
        let day = |at| rfc3339(at).chars().take("2026-03-01".len()).collect::<String>();
        let of_rule = |rule: rulebook::RuleFigures| {
            let (title, mode) = rule.rule.unzip();
            RuleFigures {
                name: rule.name,
                title,
                mode: mode.map(guildhall_domain::rules::RuleMode::as_str),
                fitted: rule.fitted,
                days: rule.days.into_iter().map(|(at, fitted)| DayFigure { day: day(at), fitted }).collect(),
            }
        };
        Self {
            since: day(figures.since),
            items: figures.rules.into_iter().map(of_rule).collect(),
            next: None,
        }
    }
}

//! Rules tried on what came in.

use guildhall_app::rulebook::{self, DryRun, MAX_TRIAL_DAYS, Proposal};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{rfc3339, rulebook::object};
use crate::native::problem::Problem;

/// How many examples of each kind are shown, unless others are wanted.
const EXAMPLES: i64 = 10;
/// The most that can be wanted.
const MAX_EXAMPLES: i64 = 100;
/// How many days are looked back, unless others are wanted.
const DAYS: i64 = 30;

/// What is to be tried: a rulebook, under `rulebook` or in its parts, or one `rule`. Without any of these the rules as they
/// are now.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewTrial {
    /// One rule, new or in the place of the one with its name.
    #[schema(value_type = Option<Object>)]
    rule: Option<Value>,
    /// A whole rulebook.
    #[schema(value_type = Option<Object>)]
    rulebook: Option<Value>,
    /// Its automatic rules.
    rules: Option<Value>,
    /// Its gates.
    gates: Option<Value>,
    /// Its thresholds.
    trust: Option<Value>,
    /// How many days back; 30 when absent.
    #[schema(minimum = 1, maximum = 90)]
    days: Option<i64>,
    /// How many examples of each kind; 10 when absent.
    #[schema(minimum = 0, maximum = 100)]
    examples: Option<i64>,
}

/// What came of a trial. Nothing was changed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Trial {
    /// From when on things were tried.
    #[schema(format = DateTime)]
    from: String,
    /// Until when.
    #[schema(format = DateTime)]
    until: String,
    /// Whether more came than is looked at, so that it begins later than was asked for.
    is_cut: bool,
    /// What came in.
    came: Came,
    /// Each rule, in order.
    rules: Vec<RuleTrial>,
    /// Of one rule: what the one of its name that holds now would have done.
    #[schema(required = true)]
    before: Option<RuleTrial>,
    /// Of a whole rulebook of a group: what its gates would have kept back.
    #[schema(required = true)]
    gates: Option<RuleTrial>,
    /// What moderators removed or refused, and nothing would have caught.
    missed: Sample,
}

/// How many came in, by what became of them.
#[derive(Debug, Serialize, ToSchema)]
struct Came {
    /// All that rules were tried on.
    items: i64,
    /// Published, and still there.
    published: i64,
    /// Still waiting for a moderator.
    held: i64,
    /// Refused by rules and settings.
    refused: i64,
    /// Refused by moderators.
    refused_by_moderators: i64,
    /// Removed by moderators.
    removed: i64,
    /// What rules are never asked about, and not among `items`: written by moderators, refused for another reason before, or
    /// deleted by its author.
    not_asked: i64,
}

/// What one rule would have done.
#[derive(Debug, Serialize, ToSchema)]
struct RuleTrial {
    /// Its name.
    name: String,
    /// What it is for.
    title: String,
    /// Whether it acts, as it was given; those that are off are tried like the others.
    #[schema(pattern = "^(off|observe|on)$")]
    mode: &'static str,
    /// All that it would have caught.
    caught: Sample,
    /// What of that moderators removed or refused themselves.
    right: Sample,
    /// What of that was published and left alone: likely mistakes.
    wrong: Sample,
    /// What moderators removed or refused, and it would not have caught.
    missed: Sample,
}

/// How many, and some of them.
#[derive(Debug, Serialize, ToSchema)]
struct Sample {
    /// How many.
    count: i64,
    /// The first of them.
    examples: Vec<Example>,
}

/// One post or comment that came in.
#[derive(Debug, Serialize, ToSchema)]
struct Example {
    /// Its id.
    id: String,
    /// What it is.
    #[schema(pattern = "^(post|comment)$")]
    kind: &'static str,
    /// Its title, or its first words.
    title: String,
    /// The handle of its author.
    author: String,
    /// When it came.
    #[schema(format = DateTime)]
    at: String,
    /// What really happened.
    #[schema(pattern = "^(published|admitted|held|refused|refused-by-moderators|removed)$")]
    happened: &'static str,
}

impl NewTrial {
    /// What is to be tried, `None` for the rules as they are; how many days back; how many examples.
    pub(crate) fn read(self) -> Result<(Option<Proposal>, u32, usize), Problem> {
        let days = within("days", self.days.unwrap_or(DAYS), 1, i64::from(MAX_TRIAL_DAYS))?;
        let examples = within("examples", self.examples.unwrap_or(EXAMPLES), 0, MAX_EXAMPLES)?;
        let has_parts = self.rules.is_some() || self.gates.is_some() || self.trust.is_some();
        let parts =
            has_parts.then(|| object([("rules", self.rules), ("gates", self.gates), ("trust", self.trust)]));
        let what = match (self.rule, self.rulebook.or(parts)) {
            (Some(_), Some(_)) => {
                return Err(Problem::invalid("rule", "either one rule or a whole rulebook is wanted"));
            }
            (Some(rule), None) => Some(Proposal::Rule(rule)),
            (None, book) => book.map(Proposal::Book),
        };
        Ok((what, days, examples.try_into().unwrap_or_default()))
    }
}

fn within(field: &str, given: i64, least: i64, most: i64) -> Result<u32, Problem> {
    let fits = u32::try_from(given).ok().filter(|_| (least..=most).contains(&given));
    fits.ok_or_else(|| Problem::invalid(field, format!("a number from {least} to {most} is wanted")))
}

impl From<DryRun> for Trial {
    fn from(run: DryRun) -> Self {
        let rulebook::Came { items, published, held, refused, refused_by_moderators, removed, not_asked } =
            run.came;
        Self {
            from: rfc3339(run.from),
            until: rfc3339(run.until),
            is_cut: run.is_cut,
            came: Came { items, published, held, refused, refused_by_moderators, removed, not_asked },
            rules: run.rules.into_iter().map(RuleTrial::from).collect(),
            before: run.before.map(RuleTrial::from),
            gates: run.gates.map(RuleTrial::from),
            missed: run.missed.into(),
        }
    }
}

impl From<rulebook::RuleTrial> for RuleTrial {
    fn from(rule: rulebook::RuleTrial) -> Self {
        Self {
            name: rule.name,
            title: rule.title,
            mode: rule.mode.as_str(),
            caught: rule.caught.into(),
            right: rule.right.into(),
            wrong: rule.wrong.into(),
            missed: rule.missed.into(),
        }
    }
}

impl From<rulebook::Sample> for Sample {
    fn from(sample: rulebook::Sample) -> Self {
        let example = |one: std::sync::Arc<rulebook::Example>| Example {
            id: one.id.to_string(),
            kind: one.kind.as_str(),
            title: one.title.clone(),
            author: one.author.clone(),
            at: rfc3339(one.at),
            happened: one.happened.as_str(),
        };
        Self { count: sample.count, examples: sample.examples.into_iter().map(example).collect() }
    }
}

//! Why something is as it is.

use guildhall_app::explain;
use guildhall_domain::admission::{Layer, Verdict};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Decision, Person};

/// Why something was let in, held or refused, and what would be said of it now. Its author is told neither the names of
/// automatic rules nor who decided.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Explanation {
    /// What it wants, or wanted.
    #[schema(pattern = "^(join|post|comment|edit|vote|report)$")]
    wants: &'static str,
    /// The id of the post or comment; null for a request to join.
    #[schema(required = true)]
    entry: Option<String>,
    /// `post` or `comment`, with `entry`.
    #[schema(required = true, pattern = "^(post|comment)$")]
    entry_kind: Option<&'static str>,
    /// What it is now, with `entry`.
    #[schema(required = true, pattern = "^(published|sent|held|refused|removed|deleted)$")]
    state: Option<&'static str>,
    /// Its title or first words.
    title: String,
    /// Whose it is.
    author: Person,
    /// The handle of the group.
    group: String,
    /// What was decided then, oldest first; empty where nothing had anything against it.
    then: Vec<Decision>,
    /// What the pipeline would say if the same came now; null where the group's own server decides.
    #[schema(required = true)]
    now: Option<ExplainedNow>,
}

/// What the pipeline would say now.
#[derive(Debug, Serialize, ToSchema)]
struct ExplainedNow {
    /// Each layer, in order.
    layers: Vec<ExplainedLayer>,
    /// The automatic rules that fit, whether they act or only observe; empty for the author.
    rules: Vec<ExplainedRule>,
    /// The answer: `admit`, `admit-and-report`, `hold`, `refuse` or `drop`.
    #[schema(pattern = "^(admit|admit-and-report|hold|refuse|drop)$")]
    outcome: &'static str,
    /// The layer that gives it.
    #[schema(
        pattern = "^(instance-peering|group-peering|standing|audience|role|trust|thread|review|rule|default|moderator)$"
    )]
    layer: &'static str,
    /// The automatic rule that gives it; null for the author.
    #[schema(required = true)]
    rule: Option<String>,
    /// Why it is not in: a fixed name.
    #[schema(required = true)]
    reason: Option<&'static str>,
    /// What the person concerned would be told.
    #[schema(required = true)]
    explanation: Option<String>,
    /// How far the author is trusted.
    #[schema(pattern = "^(new|known|trusted|helper|moderator)$")]
    trust: &'static str,
    /// Why, in one sentence.
    trust_sentence: String,
}

/// One layer.
#[derive(Debug, Serialize, ToSchema)]
struct ExplainedLayer {
    /// Which.
    #[schema(pattern = "^(instance-peering|group-peering|standing|audience|role|trust|thread|review|rule)$")]
    layer: &'static str,
    /// What it says; null: it has nothing against it.
    #[schema(required = true, pattern = "^(admit|admit-and-report|hold|refuse|drop)$")]
    outcome: Option<&'static str>,
    /// Why: a fixed name.
    #[schema(required = true)]
    reason: Option<&'static str>,
}

/// An automatic rule that fits.
#[derive(Debug, Serialize, ToSchema)]
struct ExplainedRule {
    /// Its name.
    name: String,
    /// What it is for.
    title: String,
    /// Whether it acts.
    #[schema(pattern = "^(off|observe|on)$")]
    mode: &'static str,
    /// Whose it is.
    #[schema(pattern = "^(group|instance)$")]
    scope: &'static str,
}

impl From<explain::Explanation> for Explanation {
    fn from(told: explain::Explanation) -> Self {
        Self {
            wants: told.wants.as_str(),
            entry: told.entry.map(|(id, ..)| id.to_string()),
            entry_kind: told.entry.map(|(_, kind, _)| kind.as_str()),
            state: told.entry.map(|(_, _, state)| state.as_str()),
            title: told.title,
            author: told.author.into(),
            group: told.group.handle,
            then: told.then.into_iter().map(Decision::from).collect(),
            now: told.now.map(ExplainedNow::from),
        }
    }
}

impl From<explain::Now> for ExplainedNow {
    fn from(now: explain::Now) -> Self {
        Self {
            layers: now.layers.into_iter().map(ExplainedLayer::from).collect(),
            rules: now.rules.into_iter().map(ExplainedRule::from).collect(),
            outcome: now.verdict.name(),
            layer: now.layer.as_str(),
            rule: now.rule,
            reason: now.verdict.reason(),
            explanation: now.explanation,
            trust: now.trust.as_str(),
            trust_sentence: now.sentence,
        }
    }
}

impl From<(Layer, Option<Verdict>)> for ExplainedLayer {
    fn from((layer, verdict): (Layer, Option<Verdict>)) -> Self {
        Self {
            layer: layer.as_str(),
            outcome: verdict.map(Verdict::name),
            reason: verdict.and_then(Verdict::reason),
        }
    }
}

impl From<explain::FittingRule> for ExplainedRule {
    fn from(rule: explain::FittingRule) -> Self {
        let scope = if rule.is_of_instance { "instance" } else { "group" };
        Self { name: rule.name, title: rule.title, mode: rule.mode.as_str(), scope }
    }
}

//! The rulebook of a group, or of the instance: automatic rules, gates, and what trust is earned by. Kept as JSON, prepared
//! once for each revision, and looked up by the revision that a transaction reads: nobody judges by an old one.

mod change;
mod figures;
mod json;
mod place;
mod shelf;
mod trial;

pub(crate) use change::shown;
pub use change::{Current, Replace, RulebookError, SetRule, current, replace, set_rule};
pub use figures::{Figures, MAX_DAYS, RuleFigures, figures};
pub use json::{ReadError, read, read_rule, write, write_rule};
pub use shelf::Prepared;
pub(crate) use shelf::{Books, Shelf};
pub use trial::{
    Came, DryRun, Example, Happened, MAX_TRIAL_DAYS, Proposal, RuleTrial, Sample, Trial, dry_run,
};

use guildhall_domain::{
    rules::Rule,
    trust::{Gates, Thresholds},
};

/// What moderators of a group, or admins of the instance, set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rulebook {
    /// Automatic rules, in their order.
    pub rules: Vec<Rule>,
    /// What is kept for those who are trusted. Of the instance without effect.
    pub gates: Gates,
    /// What trust is earned by. Of the instance without effect.
    pub thresholds: Thresholds,
}

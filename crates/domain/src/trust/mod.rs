//! Trust: what a group has seen of somebody, as a level. It never rests on what another server claims, it can be lost
//! again, and it can be said in one sentence.

mod gates;

pub use gates::{Gate, GateEffect, Gates};

use std::fmt;
use std::time::Duration;

use crate::{text::closed_enum, time::Timestamp};

closed_enum! {
    /// How far somebody is trusted in a group. The last two are by appointment alone.
    pub enum Trust {
        /// Little or nothing seen yet.
        New = "new",
        /// Seen now and then, and nothing wrong with it.
        Known = "known",
        /// Seen for long.
        Trusted = "trusted",
        /// Appointed to help the moderators.
        Helper = "helper",
        /// A moderator.
        Moderator = "moderator",
    }
}

/// What a group has seen of somebody.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seen {
    /// Posts and comments that were let in.
    pub accepted: i64,
    /// Answers to them by others.
    pub answered: i64,
    /// Days on which something of theirs came, by UTC.
    pub days: i64,
    /// Posts and comments that were refused, or removed by a moderator.
    pub refused: i64,
    /// Reports about them that a moderator found right.
    pub upheld: i64,
    /// Reports about them that a moderator found wrong.
    pub dismissed: i64,
    /// When a report about them was last found right, or something of theirs was removed.
    pub struck_at: Option<Timestamp>,
    /// When the first thing of theirs came.
    pub first_at: Option<Timestamp>,
}

/// What it takes to reach a level. Zero: is not asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Threshold {
    /// Posts and comments let in, less what speaks against them; see [`Thresholds::per_refused`].
    pub accepted: i64,
    /// Answers by others.
    pub answered: i64,
    /// Days on which something came.
    pub days: i64,
    /// Time since the last report that was found right, and since the last removal.
    pub quiet: Duration,
}

/// What it takes to be trusted in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thresholds {
    /// To be known.
    pub known: Threshold,
    /// To be trusted.
    pub trusted: Threshold,
    /// For how many accepted items less one that was refused or removed counts.
    pub per_refused: i64,
    /// The same for a report that was found right.
    pub per_upheld: i64,
}

const DAY: Duration = Duration::from_hours(24);

impl Default for Thresholds {
    fn default() -> Self {
        let known = Threshold { accepted: 3, answered: 0, days: 2, quiet: DAY };
        let trusted = Threshold { accepted: 25, answered: 5, days: 15, quiet: DAY.saturating_mul(30) };
        Self { known, trusted, per_refused: 2, per_upheld: 10 }
    }
}

impl Thresholds {
    /// Whether nobody reaches the higher level without the lower one.
    pub fn is_in_order(&self) -> bool {
        let (known, trusted) = (&self.known, &self.trusted);
        known.accepted <= trusted.accepted
            && known.answered <= trusted.answered
            && known.days <= trusted.days
            && known.quiet <= trusted.quiet
    }

    fn worth(&self, seen: &Seen) -> i64 {
        let against = self
            .per_refused
            .saturating_mul(seen.refused)
            .saturating_add(self.per_upheld.saturating_mul(seen.upheld));
        seen.accepted.saturating_sub(against)
    }

    fn reaches(&self, seen: &Seen, level: &Threshold, now: Timestamp) -> bool {
        self.worth(seen) >= level.accepted
            && seen.answered >= level.answered
            && seen.days >= level.days
            && seen.struck_at.is_none_or(|at| now.since(at) >= level.quiet)
    }

    fn earned(&self, seen: &Seen, now: Timestamp) -> Trust {
        if self.reaches(seen, &self.trusted, now) {
            Trust::Trusted
        } else if self.reaches(seen, &self.known, now) {
            Trust::Known
        } else {
            Trust::New
        }
    }
}

/// What [`decide_trust`] needs to know.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TrustFacts {
    /// What the group has seen.
    pub seen: Seen,
    /// Whether they moderate the group.
    pub is_moderator: bool,
    /// The level a moderator gave them by hand, up to [`Trust::Helper`].
    pub given: Option<Trust>,
}

/// Decides how far somebody is trusted in a group. What was given by hand outranks what was earned; moderators are
/// moderators.
pub fn decide_trust(facts: &TrustFacts, thresholds: &Thresholds, now: Timestamp) -> Trust {
    if facts.is_moderator {
        return Trust::Moderator;
    }
    facts.given.unwrap_or_else(|| thresholds.earned(&facts.seen, now))
}

/// One sentence on why somebody has their level.
///
/// In English; interfaces in other languages say it from the same facts.
pub fn explain(facts: &TrustFacts, thresholds: &Thresholds, now: Timestamp) -> String {
    let level = decide_trust(facts, thresholds, now);
    if level == Trust::Moderator {
        return "Moderates this group.".to_owned();
    }
    let seen = Sight(&facts.seen);
    if facts.given.is_some() {
        return format!("Is {level} because a moderator said so; {seen}.");
    }
    let next = match level {
        Trust::New => Some(("known", &thresholds.known)),
        Trust::Known => Some(("trusted", &thresholds.trusted)),
        Trust::Trusted | Trust::Helper | Trust::Moderator => None,
    };
    match next.map(|(name, level)| (name, missing(&facts.seen, thresholds, level, now))) {
        Some((name, missing)) => format!("Is {level}: {seen}; to be {name} it takes {}.", missing.join(", ")),
        None => format!("Is {level}: {seen}."),
    }
}

/// `3 posts and comments let in over 2 days, 1 answer by others, 1 report found right`.
struct Sight<'a>(&'a Seen);

impl fmt::Display for Sight<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Seen { accepted, answered, days, refused, upheld, dismissed, .. } = self.0;
        write!(
            f,
            "{} let in over {}",
            counted(*accepted, "post or comment", "posts and comments"),
            counted(*days, "day", "days")
        )?;
        for (count, one, many) in [
            (*answered, "answer by others", "answers by others"),
            (*refused, "item refused or removed", "items refused or removed"),
            (*upheld, "report found right", "reports found right"),
            (*dismissed, "report found wrong", "reports found wrong"),
        ] {
            if count != 0 {
                write!(f, ", {}", counted(count, one, many))?;
            }
        }
        Ok(())
    }
}

fn counted(count: i64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn missing(seen: &Seen, thresholds: &Thresholds, level: &Threshold, now: Timestamp) -> Vec<String> {
    let wanted = [
        (level.accepted - thresholds.worth(seen), "more let in", "more let in"),
        (level.answered - seen.answered, "more answer by others", "more answers by others"),
        (level.days - seen.days, "more day", "more days"),
    ];
    let mut missing: Vec<String> = wanted
        .iter()
        .filter(|(left, ..)| *left > 0)
        .map(|(left, one, many)| counted(*left, one, many))
        .collect();
    let quiet = seen.struck_at.map(|at| level.quiet.saturating_sub(now.since(at)));
    if let Some(left) = quiet.filter(|left| !left.is_zero()) {
        let days = i64::try_from(left.as_secs().div_ceil(DAY.as_secs())).unwrap_or(i64::MAX);
        missing
            .push(format!("{} without another removal or report found right", counted(days, "day", "days")));
    }
    missing
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: Timestamp = Timestamp(1_700_000_000_000);

    fn seen(accepted: i64, answered: i64, days: i64) -> Seen {
        Seen { accepted, answered, days, ..Seen::default() }
    }

    fn level(seen: Seen) -> Trust {
        decide_trust(&TrustFacts { seen, ..TrustFacts::default() }, &Thresholds::default(), NOW)
    }

    #[test]
    fn trust_is_earned_by_what_was_seen() {
        assert_eq!(level(Seen::default()), Trust::New);
        assert_eq!(level(seen(3, 0, 1)), Trust::New, "all on one day");
        assert_eq!(level(seen(3, 0, 2)), Trust::Known);
        assert_eq!(level(seen(25, 4, 15)), Trust::Known, "others hardly answer");
        assert_eq!(level(seen(25, 5, 15)), Trust::Trusted);
    }

    #[test]
    fn trust_is_lost_by_what_was_removed_and_comes_back_with_time() {
        let struck = |days: u64| Seen {
            struck_at: Some(NOW.minus(DAY * u32::try_from(days).unwrap())),
            ..seen(60, 9, 40)
        };
        assert_eq!(level(Seen { upheld: 1, ..struck(29) }), Trust::Known);
        assert_eq!(level(Seen { upheld: 1, ..struck(30) }), Trust::Trusted);
        assert_eq!(level(Seen { upheld: 1, ..struck(0) }), Trust::New, "for a day");
        assert_eq!(level(Seen { upheld: 4, ..struck(60) }), Trust::Known, "4 reports count for 40 items");
        assert_eq!(level(Seen { upheld: 6, ..struck(60) }), Trust::New);
        assert_eq!(level(Seen { refused: 20, ..struck(60) }), Trust::Known);
    }

    #[test]
    fn what_is_given_by_hand_outranks_what_was_earned() {
        let facts = TrustFacts { seen: seen(100, 100, 100), given: Some(Trust::New), is_moderator: false };
        assert_eq!(decide_trust(&facts, &Thresholds::default(), NOW), Trust::New);
        let moderator = TrustFacts { is_moderator: true, ..facts };
        assert_eq!(decide_trust(&moderator, &Thresholds::default(), NOW), Trust::Moderator);
    }

    #[test]
    fn a_level_is_explained_in_one_sentence() {
        let say = |facts: TrustFacts| explain(&facts, &Thresholds::default(), NOW);
        let facts = |seen| TrustFacts { seen, ..TrustFacts::default() };
        assert_eq!(
            say(facts(seen(1, 0, 1))),
            "Is new: 1 post or comment let in over 1 day; to be known it takes 2 more let in, 1 more day."
        );
        let struck = Seen { upheld: 1, struck_at: Some(NOW.minus(DAY)), ..seen(60, 9, 40) };
        assert_eq!(
            say(facts(struck)),
            "Is known: 60 posts and comments let in over 40 days, 9 answers by others, 1 report found right; \
             to be trusted it takes 29 days without another removal or report found right."
        );
        assert_eq!(
            say(facts(seen(25, 5, 15))),
            "Is trusted: 25 posts and comments let in over 15 days, 5 answers by others."
        );
        let given = TrustFacts { given: Some(Trust::Helper), ..TrustFacts::default() };
        assert_eq!(
            say(given),
            "Is helper because a moderator said so; 0 posts and comments let in over 0 days."
        );
    }

    fn any_seen() -> impl Strategy<Value = Seen> {
        (
            0_i64..80,
            0_i64..20,
            0_i64..40,
            0_i64..20,
            0_i64..5,
            0_i64..5,
            proptest::option::of(0_i64..5_000_000_000),
        )
            .prop_map(|(accepted, answered, days, refused, upheld, dismissed, struck)| Seen {
                accepted,
                answered,
                days,
                refused,
                upheld,
                dismissed,
                struck_at: struck.map(|ago| Timestamp(NOW.0 - ago)),
                first_at: None,
            })
    }

    proptest! {
        #[test]
        fn good_deeds_never_cost_trust_and_bad_ones_never_earn_it(seen in any_seen()) {
            let before = level(seen);
            let good = [
                Seen { accepted: seen.accepted + 1, ..seen },
                Seen { answered: seen.answered + 1, ..seen },
                Seen { days: seen.days + 1, ..seen },
            ];
            let bad = [
                Seen { upheld: seen.upheld + 1, struck_at: Some(NOW), ..seen },
                Seen { refused: seen.refused + 1, ..seen },
            ];
            prop_assert!(good.into_iter().all(|seen| level(seen) >= before));
            prop_assert!(bad.into_iter().all(|seen| level(seen) <= before));
        }

        #[test]
        fn what_is_said_to_be_missing_is_what_is_missing(seen in any_seen()) {
            let facts = TrustFacts { seen, ..TrustFacts::default() };
            let said = explain(&facts, &Thresholds::default(), NOW);
            let name = level(seen).as_str();
            prop_assert!(said.starts_with(&format!("Is {name}: ")), "{}", said);
            prop_assert_eq!(level(seen) == Trust::Trusted, !said.contains("it takes"));
            prop_assert!(!said.contains("it takes ."), "{}", said);
        }
    }
}

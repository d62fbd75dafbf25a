//! What was decided about a person: bans, mutes and probation, each with its end.

use crate::{text::closed_enum, time::Timestamp};

closed_enum! {
    /// What a person may no longer do, or not unseen.
    pub enum Sanction {
        /// Nothing of theirs is taken.
        Ban = "ban",
        /// They may read and stay, but not write or vote.
        Mute = "mute",
        /// What they write waits for a moderator.
        Probation = "probation",
    }
}

/// How long something lasts, ordered by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// To here; the moment itself is outside.
    At(Timestamp),
    /// Until somebody ends it.
    Open,
}

impl End {
    /// Of a moment that may be missing: then there is no end.
    pub fn at(moment: Option<Timestamp>) -> Self {
        moment.map_or(Self::Open, Self::At)
    }

    /// The moment, where there is one.
    pub fn moment(self) -> Option<Timestamp> {
        match self {
            Self::Open => None,
            Self::At(moment) => Some(moment),
        }
    }

    /// Whether it is still to come.
    pub fn is_ahead(self, now: Timestamp) -> bool {
        self.moment().is_none_or(|moment| moment.is_after(now))
    }
}

/// What one group, or the instance, has decided about a person.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sanctions {
    /// Until when they are banned.
    pub ban: Option<End>,
    /// Until when they are muted.
    pub mute: Option<End>,
    /// Until when they are on probation.
    pub probation: Option<End>,
}

impl Sanctions {
    /// Until when a sanction holds; `None`: it does not.
    pub fn end_of(&self, sanction: Sanction, now: Timestamp) -> Option<End> {
        let end = match sanction {
            Sanction::Ban => self.ban,
            Sanction::Mute => self.mute,
            Sanction::Probation => self.probation,
        };
        end.filter(|end| end.is_ahead(now))
    }
}

/// What touches a person in a group.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    /// Decided for the whole instance.
    pub instance: Sanctions,
    /// Decided for this group.
    pub group: Sanctions,
}

impl Standing {
    /// Whether a sanction holds at `now`, whoever decided it.
    pub fn is_under(&self, sanction: Sanction, now: Timestamp) -> bool {
        self.end_of(sanction, now).is_some()
    }

    /// Whether a ban holds at `now`.
    pub fn is_banned(&self, now: Timestamp) -> bool {
        self.is_under(Sanction::Ban, now)
    }

    /// Until when a sanction holds, whoever decided it: the last of the ends. `None`: it does not.
    pub fn end_of(&self, sanction: Sanction, now: Timestamp) -> Option<End> {
        [self.instance, self.group].iter().filter_map(|of| of.end_of(sanction, now)).max()
    }

    /// What the instance decided, alone.
    #[must_use]
    pub fn of_instance(self) -> Self {
        Self { group: Sanctions::default(), ..self }
    }

    /// What the group decided, alone.
    #[must_use]
    pub fn of_group(self) -> Self {
        Self { instance: Sanctions::default(), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sanction_holds_up_to_its_end() {
        let sanctions =
            Sanctions { mute: Some(End::At(Timestamp(5))), ban: Some(End::Open), ..Sanctions::default() };
        assert_eq!(sanctions.end_of(Sanction::Mute, Timestamp(4)), Some(End::At(Timestamp(5))));
        assert_eq!(sanctions.end_of(Sanction::Mute, Timestamp(5)), None);
        assert_eq!(sanctions.end_of(Sanction::Ban, Timestamp(i64::MAX)), Some(End::Open));
        assert_eq!(sanctions.end_of(Sanction::Probation, Timestamp(0)), None);
    }

    #[test]
    fn of_two_bans_the_longer_one_counts() {
        let (soon, late) = (End::At(Timestamp(20)), End::At(Timestamp(30)));
        let of = |ban| Sanctions { ban, ..Sanctions::default() };
        let end = |instance, group, now| {
            Standing { instance: of(instance), group: of(group) }.end_of(Sanction::Ban, Timestamp(now))
        };
        assert_eq!(end(Some(soon), Some(late), 10), Some(late));
        assert_eq!(end(Some(End::Open), Some(late), 10), Some(End::Open));
        assert_eq!(end(Some(soon), None, 19), Some(soon));
        assert_eq!(end(Some(soon), None, 20), None, "over");
        assert_eq!(end(None, None, 10), None);
    }
}

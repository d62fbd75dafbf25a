//! What somebody may do in a group, one thing at a time.

use std::{fmt, str::FromStr};

use crate::text::{UnknownName, closed_enum};

closed_enum! {
    /// Something that not everybody may do in a group.
    pub enum Permission {
        /// To see the queue, reports, cases, and decisions with their private notes; to take cases, to note something on
        /// them and on people, to dismiss reports and to hand cases over to those who run the server.
        Cases = "cases",
        /// To let in or turn away what waits: requests to join, posts, comments and edits.
        Queue = "queue",
        /// To take posts and comments out and bring them back, to ask for a change, to move threads.
        Remove = "remove",
        /// To lock threads, to show posts first, in their thread alone, or behind a warning.
        Lock = "lock",
        /// To warn people.
        Warn = "warn",
        /// To mute people and to put them on probation, and to end that.
        Mute = "mute",
        /// To ban people, with or without what they wrote, and to let them back in.
        Ban = "ban",
        /// To say by hand how far somebody is trusted, below helper.
        Trust = "trust",
        /// To decide appeals.
        Appeals = "appeals",
        /// To change the written and the automatic rules, the questions at the door and the prepared texts.
        Rules = "rules",
        /// To invite people where that is left to moderators, and to see and revoke the invitations of others.
        Invite = "invite",
        /// To change what the group says of itself and who may join, read and post.
        Settings = "settings",
        /// To decide about other servers.
        Peering = "peering",
        /// To appoint and dismiss, and to grant and withdraw permissions, as far as they have them.
        Appoint = "appoint",
    }
}

impl Permission {
    /// What it allows, to be read after `to`.
    pub fn allows(self) -> &'static str {
        match self {
            Self::Cases => "see the queue, reports and cases",
            Self::Queue => "decide what waits",
            Self::Remove => "remove, restore and move posts",
            Self::Lock => "lock, pin and mark posts",
            Self::Warn => "warn people",
            Self::Mute => "mute people and put them on probation",
            Self::Ban => "ban people",
            Self::Trust => "set how far people are trusted",
            Self::Appeals => "decide appeals",
            Self::Rules => "change rules, questions and prepared texts",
            Self::Invite => "invite people",
            Self::Settings => "change the settings of the group",
            Self::Peering => "decide about other servers",
            Self::Appoint => "appoint and dismiss",
        }
    }

    const fn bit(self) -> u32 {
        1 << (self as u32)
    }
}

/// A set of permissions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Permissions(u32);

impl Permissions {
    /// None.
    pub const NONE: Self = Self(0);
    /// Every one.
    pub const ALL: Self = Self::of(Permission::ALL);

    /// Those named.
    pub const fn of(named: &[Permission]) -> Self {
        let (mut bits, mut at) = (0, 0);
        while at < named.len() {
            bits |= named[at].bit();
            at += 1;
        }
        Self(bits)
    }

    /// Whether one is among them.
    pub fn contains(self, permission: Permission) -> bool {
        self.0 & permission.bit() != 0
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self == Self::NONE
    }

    /// These and those.
    #[must_use]
    pub fn and(self, those: Self) -> Self {
        Self(self.0 | those.0)
    }

    /// These without those.
    #[must_use]
    pub const fn without(self, those: Self) -> Self {
        Self(self.0 & !those.0)
    }

    /// Those that are in one of the two and not in the other.
    #[must_use]
    pub fn changed(self, other: Self) -> Self {
        Self(self.0 ^ other.0)
    }

    /// One after the other, in their order.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |permission| self.contains(*permission))
    }
}

/// As they are kept: the names with spaces between them.
impl fmt::Display for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.iter().map(Permission::as_str).collect();
        f.write_str(&names.join(" "))
    }
}

impl FromStr for Permissions {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        let named: Vec<Permission> = text.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
        Ok(Self::of(&named))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_set_is_read_as_it_was_written(bits in 0_u32..1 << Permission::ALL.len()) {
            let set = Permissions(bits);
            prop_assert_eq!(set.to_string().parse::<Permissions>(), Ok(set));
            prop_assert_eq!(set.iter().count(), bits.count_ones() as usize);
        }
    }

    #[test]
    fn sets_are_joined_and_parted() {
        let set = Permissions::of(&[Permission::Ban, Permission::Cases]);
        assert_eq!(set.to_string(), "cases ban");
        assert_eq!(set.without(Permissions::of(&[Permission::Ban])).to_string(), "cases");
        assert_eq!(set.and(Permissions::of(&[Permission::Lock])).to_string(), "cases lock ban");
        assert_eq!(Permissions::ALL.iter().count(), Permission::ALL.len());
        assert!("cases fly".parse::<Permissions>().is_err());
    }
}

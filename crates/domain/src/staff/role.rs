//! Roles: named sets of permissions.

use super::{Permission, Permissions};
use crate::text::closed_enum;

closed_enum! {
    /// What somebody on the staff of a group is, from the least to the most.
    pub enum StaffRole {
        /// Helps the moderators: sees what they see, decides the queue, locks, warns and mutes.
        Helper = "helper",
        /// Does all that it takes from day to day.
        Moderator = "moderator",
        /// May do everything. Only owners appoint, change and dismiss owners.
        Owner = "owner",
    }
}

/// What helpers may do.
const OF_HELPER: Permissions = Permissions::of(&[
    Permission::Cases,
    Permission::Queue,
    Permission::Lock,
    Permission::Warn,
    Permission::Mute,
]);
/// What is left to owners, unless it is granted.
const OF_OWNER_ALONE: Permissions =
    Permissions::of(&[Permission::Settings, Permission::Peering, Permission::Appoint]);

impl StaffRole {
    /// What comes with it.
    pub fn permissions(self) -> Permissions {
        match self {
            Self::Helper => OF_HELPER,
            Self::Moderator => Permissions::ALL.without(OF_OWNER_ALONE),
            Self::Owner => Permissions::ALL,
        }
    }

    /// Whether other servers are told of it: they take everybody on the list of moderators for one who may do everything.
    pub fn is_listed(self) -> bool {
        self >= Self::Moderator
    }
}

/// A role, with what was granted and withdrawn besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Office {
    /// The role.
    pub role: StaffRole,
    /// Granted singly.
    pub granted: Permissions,
    /// Withdrawn singly.
    pub withdrawn: Permissions,
}

impl Office {
    /// A role as it is.
    pub fn of(role: StaffRole) -> Self {
        Self { role, granted: Permissions::NONE, withdrawn: Permissions::NONE }
    }

    /// Those of the role, and those granted, without those withdrawn. Of an owner nothing can be withdrawn.
    pub fn permissions(&self) -> Permissions {
        match self.role {
            StaffRole::Owner => Permissions::ALL,
            StaffRole::Helper | StaffRole::Moderator => {
                self.role.permissions().and(self.granted).without(self.withdrawn)
            }
        }
    }

    /// With a permission. What the role has anyway is not kept as granted.
    #[must_use]
    pub fn granting(self, permission: Permission) -> Self {
        let one = Permissions::of(&[permission]);
        Self {
            granted: self.granted.and(one).without(self.role.permissions()),
            withdrawn: self.withdrawn.without(one),
            ..self
        }
    }

    /// Without a permission. What the role has not anyway is not kept as withdrawn.
    #[must_use]
    pub fn withdrawing(self, permission: Permission) -> Self {
        let one = Permissions::of(&[permission]);
        let withdrawn = if self.role.permissions().contains(permission) { one } else { Permissions::NONE };
        Self { granted: self.granted.without(one), withdrawn: self.withdrawn.and(withdrawn), ..self }
    }
}

#[cfg(test)]
pub(super) use tests::{any_office, any_set};

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_role_may_more_than_the_one_below() {
        let texts: Vec<String> = StaffRole::ALL.iter().map(|role| role.permissions().to_string()).collect();
        assert_eq!(
            texts,
            [
                "cases queue lock warn mute",
                "cases queue remove lock warn mute ban trust appeals rules invite",
                "cases queue remove lock warn mute ban trust appeals rules invite settings peering appoint",
            ]
        );
    }

    pub(in crate::staff) fn any_set() -> impl Strategy<Value = Permissions> {
        proptest::collection::vec(proptest::sample::select(Permission::ALL), 0..6)
            .prop_map(|named| Permissions::of(&named))
    }

    pub(in crate::staff) fn any_office() -> impl Strategy<Value = Office> {
        (proptest::sample::select(StaffRole::ALL), any_set(), any_set())
            .prop_map(|(role, granted, withdrawn)| Office { role, granted, withdrawn })
    }

    proptest! {
        #[test]
        fn a_permission_comes_from_the_role_or_a_grant_and_withdrawing_wins(office in any_office()) {
            for permission in Permission::ALL.iter().copied() {
                let has = office.permissions().contains(permission);
                let is_given =
                    office.role.permissions().contains(permission) || office.granted.contains(permission);
                let is_taken = office.role != StaffRole::Owner && office.withdrawn.contains(permission);
                prop_assert_eq!(has, is_given && !is_taken);
            }
        }

        #[test]
        fn granting_gives_and_withdrawing_takes_one_and_no_other(
            office in any_office(),
            one in proptest::sample::select(Permission::ALL),
        ) {
            let (more, less) = (office.granting(one).permissions(), office.withdrawing(one).permissions());
            let set = Permissions::of(&[one]);
            prop_assert_eq!(more, office.permissions().and(set));
            if office.role != StaffRole::Owner {
                prop_assert_eq!(less, office.permissions().without(set));
            }
        }
    }
}

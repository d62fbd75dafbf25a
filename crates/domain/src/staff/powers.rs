//! What somebody may do in a group at this moment.

use super::{Office, Permission, Permissions, StaffRole};

/// What [`decide_powers`] needs to know.
#[derive(Debug, Clone, Copy)]
pub struct PowersFacts {
    /// What they are in the group.
    pub office: Option<Office>,
    /// Whether the group is hosted here.
    pub group_is_local: bool,
    /// Whether they administer the instance.
    pub is_admin: bool,
    /// Whether they are banned from the group or the instance, or their actor is gone.
    pub is_out: bool,
}

/// Whom a decision is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Whom {
    /// What they are in the group.
    pub role: Option<StaffRole>,
    /// Whether it is whoever decides.
    pub is_self: bool,
}

/// What somebody may do in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Powers {
    role: Option<StaffRole>,
    permissions: Permissions,
}

impl Powers {
    /// Of nobody in particular.
    pub const NONE: Self = Self { role: None, permissions: Permissions::NONE };
    /// Of the group itself: for the instance's admins, and for its word about itself where it lives elsewhere.
    pub const OF_GROUP: Self = Self { role: Some(StaffRole::Owner), permissions: Permissions::ALL };

    /// As what they act; `None`: they are not on the staff.
    pub fn role(&self) -> Option<StaffRole> {
        self.role
    }

    /// All that they may do.
    pub fn permissions(&self) -> Permissions {
        self.permissions
    }

    /// Whether they may do something.
    pub fn may(&self, permission: Permission) -> bool {
        self.permissions.contains(permission)
    }

    /// Makes sure that they may.
    ///
    /// # Errors
    /// [`NotPermitted::Missing`], which names the permission.
    pub fn demand(&self, permission: Permission) -> Result<(), NotPermitted> {
        if self.may(permission) {
            Ok(())
        } else {
            Err(NotPermitted::Missing { permission, is_staff: self.role.is_some() })
        }
    }

    /// Makes sure that they may decide about a person who is on the staff, or not: impose something on them, or lift it.
    ///
    /// # Errors
    /// - [`NotPermitted::Oneself`]: else whoever may mute would lift what was imposed on them.
    /// - [`NotPermitted::Outranked`]: else whoever may ban could put the owners out of their own group.
    pub fn demand_over(&self, permission: Permission, whom: Whom) -> Result<(), NotPermitted> {
        self.demand(permission)?;
        if whom.is_self {
            return Err(NotPermitted::Oneself);
        }
        if whom.role > self.role { Err(NotPermitted::Outranked) } else { Ok(()) }
    }
}

/// Decides what somebody may do in a group.
///
/// Who is banned may do nothing. In a group elsewhere whoever is on its list may do everything as far as we are concerned:
/// its own server decides. Admins of the instance who are on the staff of a group hosted here lack nothing; others act as the
/// group.
pub fn decide_powers(facts: &PowersFacts) -> Powers {
    let Some(office) = facts.office.filter(|_| !facts.is_out) else { return Powers::NONE };
    match (facts.group_is_local, facts.is_admin) {
        (false, _) => Powers { role: Some(office.role), permissions: Permissions::ALL },
        (true, true) => Powers::OF_GROUP,
        (true, false) => Powers { role: Some(office.role), permissions: office.permissions() },
    }
}

/// Somebody may not do something in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotPermitted {
    /// It takes a permission that they do not have.
    #[error(
        "{}{permission:?}: to {}",
        Self::MISSING,
        permission.allows(),
        permission = permission.as_str()
    )]
    Missing {
        /// Which.
        permission: Permission,
        /// Whether they are on the staff of the group.
        is_staff: bool,
    },
    /// The person concerned, or what they are to be, stands above them.
    #[error("this stands above you in this group; its owners can do this")]
    Outranked,
    /// It is about themselves.
    #[error("somebody else decides what concerns you")]
    Oneself,
}

impl NotPermitted {
    /// How the message of [`Self::Missing`] begins, whichever it is.
    pub const MISSING: &str = "in this group this takes the permission ";

    /// A fixed name for the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::Missing { is_staff: false, .. } => "not-moderator",
            Self::Missing { is_staff: true, .. } => "not-permitted",
            Self::Outranked => "outranked",
            Self::Oneself => "oneself",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FACTS: PowersFacts =
        PowersFacts { office: None, group_is_local: true, is_admin: false, is_out: false };

    fn of(role: StaffRole) -> PowersFacts {
        PowersFacts { office: Some(Office::of(role)), ..FACTS }
    }

    #[test]
    fn powers_come_with_an_office_and_go_with_a_ban() {
        assert_eq!(decide_powers(&FACTS), Powers::NONE);
        assert_eq!(
            decide_powers(&PowersFacts { is_admin: true, ..FACTS }),
            Powers::NONE,
            "acts as the group"
        );
        let helper = decide_powers(&of(StaffRole::Helper));
        assert!(helper.may(Permission::Mute) && !helper.may(Permission::Ban));
        let banned = PowersFacts { is_out: true, ..of(StaffRole::Owner) };
        assert_eq!(decide_powers(&banned), Powers::NONE);
        let admin = PowersFacts { is_admin: true, ..of(StaffRole::Helper) };
        assert_eq!(decide_powers(&admin), Powers::OF_GROUP);
        let elsewhere = decide_powers(&PowersFacts { group_is_local: false, ..of(StaffRole::Moderator) });
        assert_eq!(
            (elsewhere.role(), elsewhere.permissions()),
            (Some(StaffRole::Moderator), Permissions::ALL)
        );
    }

    #[test]
    fn a_refusal_names_the_permission() {
        let missing = decide_powers(&of(StaffRole::Helper)).demand(Permission::Ban).unwrap_err();
        assert_eq!(missing.to_string(), r#"in this group this takes the permission "ban": to ban people"#);
        assert_eq!(missing.code(), "not-permitted");
        assert_eq!(Powers::NONE.demand(Permission::Ban).unwrap_err().code(), "not-moderator");
    }

    #[test]
    fn nobody_acts_against_somebody_above_them() {
        let moderator = decide_powers(&of(StaffRole::Moderator));
        for (whom, refused) in [
            (None, None),
            (Some(StaffRole::Helper), None),
            (Some(StaffRole::Moderator), None),
            (Some(StaffRole::Owner), Some(NotPermitted::Outranked)),
        ] {
            let whom = Whom { role: whom, is_self: false };
            assert_eq!(moderator.demand_over(Permission::Ban, whom).err(), refused, "{whom:?}");
            assert_eq!(Powers::OF_GROUP.demand_over(Permission::Ban, whom), Ok(()));
        }
    }

    #[test]
    fn nobody_decides_about_themselves() {
        for role in StaffRole::ALL.iter().copied() {
            let own = Whom { role: Some(role), is_self: true };
            let refused = decide_powers(&of(role)).demand_over(Permission::Mute, own).unwrap_err();
            assert_eq!(refused, NotPermitted::Oneself, "{role}");
        }
        let own = Whom { role: None, is_self: true };
        assert_eq!(Powers::NONE.demand_over(Permission::Mute, own).unwrap_err().code(), "not-moderator");
    }
}

//! Appointing, changing and dismissing; and which permission each decision takes.

use super::{NotPermitted, Office, Permission, Permissions, Powers, StaffRole};
use crate::moderation::DecisionAction;

/// What [`decide_appoint`] needs to know.
#[derive(Debug, Clone, Copy)]
pub struct AppointFacts {
    /// What whoever wants it may do.
    pub by: Powers,
    /// Whether it is about themselves.
    pub is_self: bool,
    /// What the person is; `None`: not on the staff.
    pub before: Option<Office>,
    /// What they are to be; `None`: no longer on the staff.
    pub after: Option<Office>,
}

/// What becomes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AppointOutcome {
    /// They are that already.
    Unchanged,
    /// They are on the staff from now on.
    Appointed,
    /// They are something else on it.
    Changed,
    /// They are no longer on it.
    Dismissed,
}

/// Why somebody was not appointed, changed or dismissed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AppointRefusal {
    /// Not theirs to do.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// It is about an owner.
    #[error("only owners appoint, change and dismiss owners")]
    OnlyOwners,
    /// It is about a permission that whoever wants it does not have.
    #[error("the permission {:?} is given and taken by somebody who has it", .0.as_str())]
    NotTheirs(Permission),
    /// There is nothing to grant to an owner, and nothing to withdraw.
    #[error("an owner has every permission; make them a moderator first")]
    OwnersHaveAll,
}

impl AppointRefusal {
    /// A fixed name for the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotPermitted(refusal) => refusal.code(),
            Self::OnlyOwners => "only-owners",
            Self::NotTheirs(_) => "not-theirs",
            Self::OwnersHaveAll => "owners-have-all",
        }
    }
}

/// Decides whether somebody becomes, or ceases to be, something on the staff of a group.
///
/// Everybody may lay down what they have. Else it takes [`Permission::Appoint`], and every permission that changes hands: so
/// nobody gives what they do not have, and nobody takes away what was out of their own reach. Nor does anybody decide about
/// somebody who stands above them, or make anybody, themselves too, more than they are.
///
/// # Errors
/// [`AppointRefusal`].
pub fn decide_appoint(facts: &AppointFacts) -> Result<AppointOutcome, AppointRefusal> {
    let permissions =
        |office: Option<Office>| office.map_or(Permissions::NONE, |office| office.permissions());
    let (had, has) = (permissions(facts.before), permissions(facts.after));
    let is_no_more = facts.before.is_some()
        && facts.after.map(|office| office.role) <= facts.before.map(|office| office.role);
    let is_laid_down = facts.is_self && is_no_more && has.without(had).is_empty();
    if !is_laid_down {
        facts.by.demand(Permission::Appoint)?;
        let is_owner = |office: Option<Office>| office.is_some_and(|office| office.role == StaffRole::Owner);
        if (is_owner(facts.before) || is_owner(facts.after)) && facts.by.role() != Some(StaffRole::Owner) {
            return Err(AppointRefusal::OnlyOwners);
        }
        let role = |office: Option<Office>| office.map(|office| office.role);
        if role(facts.before).max(role(facts.after)) > facts.by.role() {
            return Err(NotPermitted::Outranked.into());
        }
        if let Some(permission) = had.changed(has).iter().find(|permission| !facts.by.may(*permission)) {
            return Err(AppointRefusal::NotTheirs(permission));
        }
    }
    if let Some(Office { role: StaffRole::Owner, granted, withdrawn }) = facts.after
        && !(granted.is_empty() && withdrawn.is_empty())
    {
        return Err(AppointRefusal::OwnersHaveAll);
    }
    Ok(match (facts.before, facts.after) {
        (before, after) if before == after => AppointOutcome::Unchanged,
        (None, Some(_)) => AppointOutcome::Appointed,
        (Some(_), None) => AppointOutcome::Dismissed,
        (_, _) => AppointOutcome::Changed,
    })
}

/// Which permission a decision takes that somebody makes by hand. `None`: nobody makes it, it comes about by itself.
pub fn needed_for(action: DecisionAction) -> Option<Permission> {
    use DecisionAction as Action;
    Some(match action {
        Action::Admit | Action::Hold | Action::Refuse | Action::AdmitMirror => Permission::Queue,
        Action::Remove | Action::Restore | Action::Move | Action::AskChange | Action::RemoveMirror => {
            Permission::Remove
        }
        Action::Lock
        | Action::Unlock
        | Action::Feature
        | Action::Unfeature
        | Action::Limit
        | Action::Unlimit
        | Action::MarkSensitive
        | Action::UnmarkSensitive => Permission::Lock,
        Action::Warn => Permission::Warn,
        Action::Mute | Action::Unmute | Action::Probation | Action::EndProbation => Permission::Mute,
        Action::Ban | Action::Unban => Permission::Ban,
        Action::DismissReport | Action::HandOver => Permission::Cases,
        Action::GiveTrust | Action::UngiveTrust => Permission::Trust,
        Action::ChangeRules => Permission::Rules,
        Action::BlockHost
        | Action::LimitHost
        | Action::AllowHost
        | Action::MuteHost
        | Action::ClearHost
        | Action::LinkPartner
        | Action::UnlinkPartner => Permission::Peering,
        Action::Appoint
        | Action::Dismiss
        | Action::ChangeRole
        | Action::GrantPermission
        | Action::WithdrawPermission => Permission::Appoint,
        Action::TakeIntoCare | Action::EndCare => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::staff::{
        PowersFacts, decide_powers,
        role::{any_office, any_set},
    };

    const OWNER: Option<Office> = Some(plain(StaffRole::Owner));
    const MODERATOR: Option<Office> = Some(plain(StaffRole::Moderator));
    const HELPER: Option<Office> = Some(plain(StaffRole::Helper));

    const fn plain(role: StaffRole) -> Office {
        Office { role, granted: Permissions::NONE, withdrawn: Permissions::NONE }
    }

    fn powers(office: Option<Office>) -> Powers {
        decide_powers(&PowersFacts { office, group_is_local: true, is_admin: false, is_out: false })
    }

    fn decide(
        by: Option<Office>,
        before: Option<Office>,
        after: Option<Office>,
    ) -> Result<AppointOutcome, AppointRefusal> {
        decide_appoint(&AppointFacts { by: powers(by), is_self: false, before, after })
    }

    #[test]
    fn who_appoints_and_dismisses_whom() {
        use AppointOutcome::{Appointed, Changed, Dismissed, Unchanged};
        let (helper, moderator) = (HELPER, MODERATOR);
        let appointing = moderator.map(|office| office.granting(Permission::Appoint));
        let all = Permission::ALL.iter().copied();
        let helping = helper.map(|office| all.fold(office, Office::granting));
        let outranked = Err(NotPermitted::Outranked.into());
        let missing =
            |is_staff| Err(NotPermitted::Missing { permission: Permission::Appoint, is_staff }.into());
        for (by, before, after, expected) in [
            (OWNER, None, helper, Ok(Appointed)),
            (OWNER, None, OWNER, Ok(Appointed)),
            (OWNER, helper, moderator, Ok(Changed)),
            (OWNER, OWNER, None, Ok(Dismissed)),
            (OWNER, moderator, moderator, Ok(Unchanged)),
            (None, None, helper, missing(false)),
            (helper, None, helper, missing(true)),
            (moderator, None, helper, missing(true)),
            (appointing, None, moderator, Ok(Appointed)),
            (appointing, moderator, None, Ok(Dismissed)),
            (appointing, helper, moderator, Ok(Changed)),
            (helping, None, helper, Ok(Appointed)),
            (helping, helper, None, Ok(Dismissed)),
            (helping, None, moderator, outranked),
            (helping, helper, moderator, outranked),
            (helping, moderator, helper, outranked),
            (helping, moderator, None, outranked),
            (helping, OWNER, None, Err(AppointRefusal::OnlyOwners)),
            (appointing, None, OWNER, Err(AppointRefusal::OnlyOwners)),
            (appointing, OWNER, None, Err(AppointRefusal::OnlyOwners)),
            (
                appointing,
                helper,
                helper.map(|office| office.granting(Permission::Settings)),
                Err(AppointRefusal::NotTheirs(Permission::Settings)),
            ),
            (
                OWNER,
                OWNER,
                OWNER.map(|office| office.withdrawing(Permission::Ban)),
                Err(AppointRefusal::OwnersHaveAll),
            ),
        ] {
            assert_eq!(decide(by, before, after), expected, "{by:?} makes {before:?} {after:?}");
        }
    }

    #[test]
    fn everybody_lays_down_what_they_have_and_nobody_takes_more() {
        let own = |before, after| {
            decide_appoint(&AppointFacts { by: powers(before), is_self: true, before, after })
        };
        let (helper, moderator) = (HELPER, MODERATOR);
        assert_eq!(own(helper, None), Ok(AppointOutcome::Dismissed));
        assert_eq!(own(OWNER, moderator), Ok(AppointOutcome::Changed));
        assert!(own(helper, moderator).is_err());
        let all = Permission::ALL.iter().copied();
        let helping = helper.map(|office| all.fold(office, Office::granting));
        assert_eq!(own(helping, moderator), Err(NotPermitted::Outranked.into()));
        assert_eq!(own(helping, None), Ok(AppointOutcome::Dismissed));
        assert!(own(None, helper).is_err());
    }

    #[test]
    fn every_permission_but_three_is_for_decisions_on_record() {
        for permission in Permission::ALL.iter().copied() {
            let is_for_one = DecisionAction::ALL.iter().any(|action| needed_for(*action) == Some(permission));
            let is_without_record =
                matches!(permission, Permission::Appeals | Permission::Invite | Permission::Settings);
            assert_ne!(is_for_one, is_without_record, "{permission}");
        }
    }

    proptest! {
        #[test]
        fn only_somebody_who_has_a_permission_gives_it_or_takes_it(
            by in any_office(),
            before in proptest::option::of(any_office()),
            after in proptest::option::of(any_office()),
            extra in any_set(),
        ) {
            let by = Office { granted: by.granted.and(extra), ..by };
            let of = |office: Option<Office>| office.map_or(Permissions::NONE, |office| office.permissions());
            if decide(Some(by), before, after).is_ok() {
                prop_assert!(by.permissions().contains(Permission::Appoint));
                prop_assert!(of(before).changed(of(after)).without(by.permissions()).is_empty());
            }
        }

        #[test]
        fn nobody_decides_about_those_above_them_or_raises_anybody_above_themselves(
            by in any_office(),
            before in proptest::option::of(any_office()),
            after in proptest::option::of(any_office()),
        ) {
            let by = Office { granted: Permissions::ALL, withdrawn: Permissions::NONE, ..by };
            if decide(Some(by), before, after).is_ok() {
                prop_assert!(before.is_none_or(|office| office.role <= by.role));
                prop_assert!(after.is_none_or(|office| office.role <= by.role));
            }
        }

        #[test]
        fn owners_are_made_and_unmade_by_owners_alone(
            by in any_office(),
            before in proptest::option::of(any_office()),
        ) {
            prop_assume!(by.role != StaffRole::Owner);
            prop_assert!(decide(Some(by), before, OWNER).is_err());
            prop_assert!(decide(Some(by), OWNER, before).is_err());
        }
    }
}

//! Owners, moderators and helpers: who is what, who makes whom what, and who is told.

use guildhall_app::{
    Viewer,
    group::{
        self, ChangeGroup, CreateGroup, ModerationError, SetModerator, SetTrust, TrustError, find_trust,
        set_trust,
    },
    read::{PageRequest, log},
    staff::{self, SetStaff, StaffError, StaffWish},
};
use guildhall_domain::{
    ActorId, GroupId,
    event::{Cause, EventKind},
    group::{Policy, Visibility},
    moderation::{DecisionAction, Target},
    staff::{AppointRefusal, Permission, StaffRole},
    trust::Trust,
};
use guildhall_store::{Db, moderator, testing::on_both_engines};

use crate::support::{
    Here,
    people::{new_group, viewer},
};

fn wishing(group: GroupId, actor: ActorId, by: ActorId, wish: StaffWish) -> SetStaff {
    SetStaff { group, actor, by, wish, reason: Some("Because.".to_owned()), cause: Cause::Local }
}

async fn roles(here: &Here, group: GroupId) -> Vec<(ActorId, StaffRole)> {
    let found = staff::list(&here.app, &Viewer::anonymous(), group).await.unwrap();
    found.staff.into_iter().map(|one| (one.person.id, one.office.role)).collect()
}

on_both_engines! {
    async fn whoever_makes_a_group_owns_it(db: Db) {
        let here = Here::new(db);
        let (ann, bob) = (here.person("ann").await, here.remote("bob").await);
        let new = CreateGroup { moderators: vec![ann, bob, ann], ..new_group("garden", Policy::default()) };
        let group = group::create(&here.app, new).await.unwrap();
        assert_eq!(roles(&here, group).await, [(ann, StaffRole::Owner), (bob, StaffRole::Moderator)]);
    }

    async fn what_changes_on_the_staff_is_on_record_and_told(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (owner, ann) = (here.owner(group).await, here.person("ann").await);
        here.told().await;
        let listed = |appointed| EventKind::ModeratorChanged { group, actor: ann, by: owner, appointed };
        for (wish, action, rule, words, told) in [
            (StaffWish::Role(StaffRole::Helper), DecisionAction::Appoint, "helper", "You help the moderators", vec![]),
            (StaffWish::Grant(Permission::Ban), DecisionAction::GrantPermission, "ban", "the permission “ban”", vec![]),
            (StaffWish::Withdraw(Permission::Queue), DecisionAction::WithdrawPermission, "queue", "no longer have", vec![]),
            (StaffWish::Role(StaffRole::Moderator), DecisionAction::ChangeRole, "moderator", "You are a moderator", vec![listed(true)]),
            (StaffWish::Role(StaffRole::Owner), DecisionAction::ChangeRole, "owner", "You are the owner", vec![]),
            (StaffWish::Nothing, DecisionAction::Dismiss, "owner", "no longer an owner", vec![listed(false)]),
        ] {
            staff::set_staff(&here.app, wishing(group, ann, owner, wish)).await.unwrap();
            let record = here.decisions(group).await.pop().unwrap();
            assert_eq!((record.action, record.rule.as_deref(), record.by), (action, Some(rule), Some(owner)), "{wish:?}");
            assert_eq!((record.target, record.reason.as_deref()), (Target::Actor(ann), Some("Because.")));
            let text = here.notices(ann).await.last().unwrap().text.clone();
            assert!(text.contains(words) && text.contains("Because."), "{wish:?}: {text}");
            assert_eq!(here.told().await, told, "{wish:?}: others know of moderators alone");
        }
        assert_eq!(roles(&here, group).await, [(owner, StaffRole::Owner)]);
    }

    async fn only_whoever_has_a_permission_gives_it(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (owner, mona, ann) = (here.owner(group).await, here.moderator(group).await, here.person("ann").await);
        let refusal = async |actor, by, wish| match staff::set_staff(&here.app, wishing(group, actor, by, wish)).await {
            Err(StaffError::Refused(refusal)) => refusal.code(),
            Err(StaffError::NotOnStaff) => "not-on-staff",
            other => panic!("{other:?}"),
        };
        let helper = StaffWish::Role(StaffRole::Helper);
        assert_eq!(refusal(ann, mona, helper).await, "not-permitted");
        assert_eq!(refusal(ann, ann, helper).await, "not-moderator");
        assert_eq!(refusal(mona, mona, StaffWish::Role(StaffRole::Owner)).await, "not-permitted");
        here.make(group, mona, StaffWish::Grant(Permission::Appoint)).await;
        staff::set_staff(&here.app, wishing(group, ann, mona, helper)).await.unwrap();
        assert_eq!(refusal(ann, mona, StaffWish::Grant(Permission::Settings)).await, "not-theirs");
        assert_eq!(refusal(owner, mona, StaffWish::Nothing).await, "only-owners");
        assert_eq!(refusal(mona, mona, StaffWish::Role(StaffRole::Owner)).await, "only-owners");
        assert_eq!(refusal(owner, owner, StaffWish::Withdraw(Permission::Ban)).await, "owners-have-all");
        let eve = here.person("eve").await;
        assert_eq!(refusal(eve, owner, StaffWish::Grant(Permission::Ban)).await, "not-on-staff");
        let far = here.far_group("boats").await;
        here.appoint(far, mona).await;
        let elsewhere = staff::set_staff(&here.app, wishing(far, eve, mona, helper)).await.unwrap_err();
        assert!(matches!(elsewhere, StaffError::Elsewhere), "{elsewhere}");
        let group_itself = staff::set_staff(&here.app, wishing(group, far.actor(), owner, helper)).await.unwrap_err();
        assert!(matches!(group_itself, StaffError::NotSomebody), "{group_itself}");
    }

    async fn everybody_reads_why_somebody_was_appointed_as_in_the_log(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (owner, ann) = (here.owner(group).await, here.person("ann").await);
        let set = async |wish, reason: &str| {
            let command = SetStaff { reason: Some(reason.to_owned()), ..wishing(group, ann, owner, wish) };
            staff::set_staff(&here.app, command).await.unwrap();
        };
        set(StaffWish::Role(StaffRole::Moderator), "Knows tulips.").await;
        // That is between the group and them: no log has it.
        set(StaffWish::Withdraw(Permission::Ban), "Bans too fast.").await;
        for reader in [Viewer::anonymous(), viewer(owner)] {
            let shown = staff::list(&here.app, &reader, group).await.unwrap().staff;
            assert_eq!(shown[1].reason.as_deref(), Some("Knows tulips."), "{reader:?}");
            assert_eq!(shown[1].by.is_some(), reader.actor.is_some());
        }
        let wanted = log::LogFilter::default();
        let lines = log::of_group(&here.app, &Viewer::anonymous(), group, &wanted, PageRequest::default()).await.unwrap().items;
        assert!(lines.iter().any(|line| line.reason.as_deref() == Some("Knows tulips.")), "{lines:?}");
        assert!(!lines.iter().any(|line| line.reason.as_deref() == Some("Bans too fast.")));

        let members = ChangeGroup { visibility: Some(Visibility::Members), ..ChangeGroup::default() };
        group::change(&here.app, group, owner, members).await.unwrap();
        let shown = staff::list(&here.app, &Viewer::anonymous(), group).await.unwrap().staff;
        assert_eq!(shown[1].reason, None, "nor the log");
    }

    async fn a_helper_who_is_made_one_again_keeps_single_permissions(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (owner, ann) = (here.owner(group).await, here.person("ann").await);
        here.make(group, ann, StaffWish::Role(StaffRole::Helper)).await;
        here.make(group, ann, StaffWish::Grant(Permission::Ban)).await;
        here.make(group, ann, StaffWish::Withdraw(Permission::Queue)).await;
        let given = Some((Trust::Helper, "Helps.".to_owned()));
        set_trust(&here.app, SetTrust { group, actor: ann, by: owner, given }).await.unwrap();
        let powers = staff::powers_of(&here.app, &viewer(ann), group).await.unwrap();
        assert!(powers.may(Permission::Ban) && !powers.may(Permission::Queue), "{powers:?}");
    }

    async fn a_helper_by_trust_is_a_helper_by_role(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (owner, mona, ann) = (here.owner(group).await, here.moderator(group).await, here.person("ann").await);
        let give = |by, level: Option<Trust>| SetTrust { group, actor: ann, by, given: level.map(|level| (level, "Helps.".to_owned())) };
        let error = set_trust(&here.app, give(mona, Some(Trust::Helper))).await.unwrap_err();
        assert!(matches!(error, TrustError::Moderation(ModerationError::NotPermitted(_))), "{error}");
        set_trust(&here.app, give(mona, Some(Trust::Known))).await.unwrap();
        set_trust(&here.app, give(owner, Some(Trust::Helper))).await.unwrap();
        assert_eq!(roles(&here, group).await.pop(), Some((ann, StaffRole::Helper)));
        let seen = find_trust(&here.app, &viewer(mona), group, ann).await.unwrap();
        assert_eq!((seen.level, seen.given.as_ref().unwrap().reason.as_str()), (Trust::Helper, "Helps."));
        let powers = staff::powers_of(&here.app, &viewer(ann), group).await.unwrap();
        assert!(powers.may(Permission::Mute) && !powers.may(Permission::Ban));
        let error = set_trust(&here.app, give(mona, None)).await.unwrap_err();
        assert!(matches!(error, TrustError::Moderation(ModerationError::NotPermitted(_))), "{error}");
        set_trust(&here.app, give(owner, None)).await.unwrap();
        assert_eq!(roles(&here, group).await.len(), 2);
        assert_eq!(find_trust(&here.app, &viewer(mona), group, ann).await.unwrap().level, Trust::Known, "as before");
        let above = SetTrust { actor: mona, ..give(owner, Some(Trust::Helper)) };
        assert!(matches!(set_trust(&here.app, above).await, Err(TrustError::IsModerator)));
        here.make(group, ann, StaffWish::Role(StaffRole::Helper)).await;
        assert_eq!(find_trust(&here.app, &viewer(ann), group, ann).await.unwrap().level, Trust::Helper);
    }

    async fn the_list_of_moderators_knows_no_helpers(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (owner, ann, bob) = (here.owner(group).await, here.remote("ann").await, here.remote("bob").await);
        here.make(group, ann, StaffWish::Role(StaffRole::Helper)).await;
        let set = |actor, by, appointed, cause| SetModerator { group, actor, by, appointed, cause };
        let cause = here.activity().await;
        group::set_moderator(&here.app, set(bob, owner, true, cause)).await.unwrap();
        assert_eq!(moderator::list(&here.app.store, group).await.unwrap(), [owner, bob]);
        // A server that takes a helper off a list on which they are not changes nothing.
        let cause = here.activity().await;
        group::set_moderator(&here.app, set(ann, owner, false, cause)).await.unwrap();
        assert_eq!(here.outcome(cause).await, "ignored");
        // Nor does one that puts an owner on it, and a moderator does not take one off.
        let cause = here.activity().await;
        group::set_moderator(&here.app, set(owner, owner, true, cause)).await.unwrap();
        let cause = here.activity().await;
        let error = group::set_moderator(&here.app, set(owner, bob, false, cause)).await.unwrap_err();
        assert!(matches!(error, StaffError::Refused(AppointRefusal::NotPermitted(_))), "{error}");
        assert_eq!(here.outcome(cause).await, "refused");
        let cause = here.activity().await;
        group::set_moderator(&here.app, set(bob, bob, false, cause)).await.unwrap();
        assert_eq!(here.outcome(cause).await, "applied", "who resigns asks nobody");
        assert_eq!(roles(&here, group).await, [(owner, StaffRole::Owner), (ann, StaffRole::Helper)]);
    }
}

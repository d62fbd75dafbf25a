//! A group does not stay without anybody who leads it.

use std::time::Duration;

use guildhall_app::{
    Viewer,
    entry::{self, Annotate, Annotation},
    group::{self, SetBan},
    staff::{self, SetStaff, StaffWish},
};
use guildhall_domain::{
    ActorId, GroupId,
    event::{Cause, EventKind::ModeratorChanged},
    moderation::{DecisionAction, NoticeKind, Target},
    staff::{StaffRole, Succession},
};
use guildhall_store::{Db, succession, testing::on_both_engines};

use crate::support::{ABSENCE, Here};

async fn resign(here: &Here, group: GroupId, actor: ActorId) -> Succession {
    let command =
        SetStaff { group, actor, by: actor, wish: StaffWish::Nothing, reason: None, cause: Cause::Local };
    staff::set_staff(&here.app, command).await.unwrap()
}

async fn roles(here: &Here, group: GroupId) -> Vec<(ActorId, StaffRole)> {
    let found = staff::list(&here.app, &Viewer::anonymous(), group).await.unwrap();
    found.staff.into_iter().map(|one| (one.person.id, one.office.role)).collect()
}

async fn is_in_care(here: &Here, group: GroupId) -> bool {
    succession::find_care(&here.app.store, group).await.unwrap().is_some()
}

async fn news(here: &Here, actor: ActorId) -> Vec<String> {
    let told = here.notices(actor).await.into_iter().filter(|told| told.kind == NoticeKind::Staff);
    told.map(|told| told.text).collect()
}

async fn admin(here: &Here) -> ActorId {
    let actor = here.person("root").await;
    let mut tx = here.app.begin().await.unwrap();
    let new = guildhall_store::account::NewAccount {
        id: guildhall_domain::AccountId(here.app.new_id()),
        actor_id: actor,
        email: None,
        password_hash: "x".to_owned(),
        is_admin: true,
    };
    assert!(guildhall_store::account::insert(&mut tx, &new, here.now()).await.unwrap());
    tx.commit().await.unwrap();
    actor
}

/// Shows that somebody is there.
async fn be_seen(here: &Here, group: GroupId, actor: ActorId) {
    let _ = here.post(group, actor, "I am here").await;
}

on_both_engines! {
    async fn the_longest_serving_moderator_follows_an_owner_who_resigns(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let owner = here.owner(group).await;
        let helper = here.person("hal").await;
        here.make(group, helper, StaffWish::Role(StaffRole::Helper)).await;
        here.minute();
        let first = here.moderator(group).await;
        here.minute();
        let second = here.moderator(group).await;
        assert_eq!(resign(&here, group, owner).await, Succession::To(first));
        assert_eq!(
            roles(&here, group).await,
            [(helper, StaffRole::Helper), (first, StaffRole::Owner), (second, StaffRole::Moderator)]
        );
        let record = here.decisions(group).await.pop().unwrap();
        assert_eq!((record.action, record.rule.as_deref()), (DecisionAction::ChangeRole, Some("owner")));
        assert_eq!((record.target, record.by), (Target::Actor(first), None));
        let told = here.notices(first).await.last().unwrap().text.clone();
        assert!(told.contains("You are the owner of The garden now"), "{told}");
        for other in [owner, helper, second] {
            assert_eq!(news(&here, other).await.len(), 1, "{other:?} hears who follows");
        }
        assert!(!is_in_care(&here, group).await);
    }

    async fn an_owner_who_becomes_a_moderator_stays_one(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let owner = here.owner(group).await;
        let hal = here.person("hal").await;
        here.make(group, hal, StaffWish::Role(StaffRole::Helper)).await;
        let step_down = async |actor, by| {
            let (wish, cause) = (StaffWish::Role(StaffRole::Moderator), Cause::Local);
            staff::set_staff(&here.app, SetStaff { group, actor, by, wish, reason: None, cause }).await.unwrap()
        };
        let led = [(owner, StaffRole::Moderator), (hal, StaffRole::Helper)];
        for by in [owner, group.actor()] {
            assert_eq!(step_down(owner, by).await, Succession::Led, "a group led by its moderators");
            assert_eq!(roles(&here, group).await, led);
            assert_eq!(staff::settle_all(&here.app).await.unwrap(), 0);
            assert_eq!(roles(&here, group).await, led);
            here.make(group, owner, StaffWish::Role(StaffRole::Owner)).await;
        }
        here.minute();
        let mona = here.moderator(group).await;
        let before = news(&here, owner).await.len();
        assert_eq!(step_down(owner, owner).await, Succession::To(mona));
        assert_eq!(
            roles(&here, group).await,
            [(owner, StaffRole::Moderator), (hal, StaffRole::Helper), (mona, StaffRole::Owner)]
        );
        assert_eq!(news(&here, owner).await.len(), before + 1, "they hear once who follows");
    }

    async fn an_owner_who_steps_down_beside_one_who_is_away_stays_a_moderator(db: Db) {
        let here = Here::new(db);
        let (group, other) = (here.group("garden").await, here.group("boats").await);
        let away = here.owner(group).await;
        here.minute();
        let owner = here.owner(group).await;
        here.pass(ABSENCE);
        be_seen(&here, other, owner).await;
        let (wish, cause) = (StaffWish::Role(StaffRole::Moderator), Cause::Local);
        let command = SetStaff { group, actor: owner, by: owner, wish, reason: None, cause };
        assert_eq!(staff::set_staff(&here.app, command).await.unwrap(), Succession::Led);
        let led = [(away, StaffRole::Moderator), (owner, StaffRole::Moderator)];
        assert_eq!(roles(&here, group).await, led);
        assert_eq!(staff::settle_all(&here.app).await.unwrap(), 0);
        assert_eq!(roles(&here, group).await, led);
    }

    async fn whoever_becomes_a_helper_leads_no_more(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let owner = here.owner(group).await;
        let command = SetStaff {
            group,
            actor: owner,
            by: owner,
            wish: StaffWish::Role(StaffRole::Helper),
            reason: None,
            cause: Cause::Local,
        };
        assert_eq!(staff::set_staff(&here.app, command).await.unwrap(), Succession::Care);
        assert_eq!(staff::settle_all(&here.app).await.unwrap(), 0);
        assert!(is_in_care(&here, group).await);
        assert_eq!(roles(&here, group).await, [(owner, StaffRole::Helper)]);
        assert_eq!(news(&here, owner).await.len(), 1);
    }

    async fn without_anybody_the_instance_takes_a_group_into_care(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (root, owner, ann) = (admin(&here).await, here.owner(group).await, here.person("ann").await);
        here.join(group, ann).await;
        be_seen(&here, group, ann).await;
        assert_eq!(resign(&here, group, owner).await, Succession::Care);
        assert!(is_in_care(&here, group).await);
        let told = news(&here, root).await;
        assert!(told[0].contains("Nobody is left to lead The garden") && told[0].contains("@ann@here.example"), "{told:?}");
        assert!(news(&here, owner).await[0].contains("looked after by those who run its server"));
        let record = here.decisions(group).await.pop().unwrap();
        assert_eq!((record.action, record.target), (DecisionAction::TakeIntoCare, Target::Actor(group.actor())));
        let admins = Viewer { is_admin: true, ..Viewer::anonymous() };
        let shown = staff::list(&here.app, &admins, group).await.unwrap();
        assert_eq!((shown.staff.len(), shown.proposed[0].id), (0, ann));
        assert_eq!(staff::settle_all(&here.app).await.unwrap(), 0, "once");
        assert_eq!(news(&here, root).await.len(), 1);

        here.make(group, ann, StaffWish::Role(StaffRole::Helper)).await;
        assert!(is_in_care(&here, group).await, "a helper does not take it out of their hands");
        here.make(group, ann, StaffWish::Role(StaffRole::Owner)).await;
        assert!(!is_in_care(&here, group).await);
        let record = here.decisions(group).await.pop().unwrap();
        assert_eq!(record.action, DecisionAction::EndCare);
    }

    async fn whoever_was_not_seen_for_long_makes_room(db: Db) {
        let here = Here::new(db);
        let (group, other) = (here.group("garden").await, here.group("boats").await);
        let owner = here.owner(group).await;
        here.minute();
        let mona = here.moderator(group).await;
        here.pass(ABSENCE.saturating_sub(Duration::from_mins(5)));
        assert_eq!(staff::settle_all(&here.app).await.unwrap(), 0, "not yet");
        be_seen(&here, other, mona).await;
        here.pass(Duration::from_mins(6));
        assert_eq!(staff::settle_all(&here.app).await.unwrap(), 1);
        assert_eq!(roles(&here, group).await, [(owner, StaffRole::Moderator), (mona, StaffRole::Owner)]);
        assert!(news(&here, owner).await[0].contains("is the owner of The garden now"));
        assert_eq!(staff::settle_all(&here.app).await.unwrap(), 0, "once, on however many nodes");
    }

    async fn deciding_is_being_there(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (owner, ann) = (here.owner(group).await, here.person("ann").await);
        let post = here.post(group, ann, "Tulips").await;
        here.pass(ABSENCE.saturating_sub(Duration::from_mins(5)));
        let (by, annotation, reason) = (owner, Annotation::Locked(true), None);
        entry::annotate(&here.app, Annotate { entry: post, by, annotation, reason, cause: Cause::Local }).await.unwrap();
        here.pass(Duration::from_mins(6));
        assert_eq!(staff::settle_all(&here.app).await.unwrap(), 0);
        here.pass(ABSENCE);
        assert_eq!(staff::settle_all(&here.app).await.unwrap(), 1);
        assert!(is_in_care(&here, group).await);
        assert_eq!(roles(&here, group).await, [(owner, StaffRole::Owner)], "for when they come back");
        be_seen(&here, group, owner).await;
        assert_eq!(staff::settle_all(&here.app).await.unwrap(), 1);
        assert!(!is_in_care(&here, group).await);
    }

    async fn who_is_banned_or_gone_leads_nothing(db: Db) {
        let here = Here::new(db);
        let (group, other) = (here.group("garden").await, here.group("boats").await);
        let (owner, bob) = (here.owner(group).await, here.remote("bob").await);
        here.make(other, bob, StaffWish::Role(StaffRole::Owner)).await;
        here.minute();
        let (mona, hal) = (here.moderator(group).await, here.person("hal").await);
        here.make(other, hal, StaffWish::Role(StaffRole::Helper)).await;
        let ban = SetBan {
            group,
            actor: owner,
            by: group.actor(),
            banned: true,
            until: None,
            reason: None,
            remove_content: false,
            cause: Cause::Local,
        };
        group::set_ban(&here.app, ban).await.unwrap();
        let mut tx = here.app.begin().await.unwrap();
        tx.query("UPDATE actors SET deleted_at = 1 WHERE id = $1").bind(bob.0).execute().await.unwrap();
        tx.commit().await.unwrap();
        here.told().await;
        assert_eq!(staff::settle_all(&here.app).await.unwrap(), 2);
        assert_eq!(roles(&here, group).await, [(owner, StaffRole::Moderator), (mona, StaffRole::Owner)]);
        assert_eq!(roles(&here, other).await, [(hal, StaffRole::Owner)]);
        let (group, by) = (other, other.actor());
        assert_eq!(
            here.told().await,
            [
                ModeratorChanged { group, actor: bob, by, appointed: false },
                ModeratorChanged { group, actor: hal, by, appointed: true },
            ]
        );
    }

    async fn a_group_that_was_never_given_away_stays_with_the_instance(db: Db) {
        let here = Here::new(db);
        let (group, other) = (here.group("garden").await, here.group("boats").await);
        let (mona, hal) = (here.moderator(group).await, here.person("hal").await);
        here.make(other, hal, StaffWish::Role(StaffRole::Helper)).await;
        assert_eq!(staff::settle_all(&here.app).await.unwrap(), 0);
        assert_eq!(roles(&here, group).await, [(mona, StaffRole::Moderator)]);
        assert_eq!(roles(&here, other).await, [(hal, StaffRole::Helper)]);
    }
}

//! Who judges an appeal: somebody else than who decided, where there is somebody else.

use guildhall_app::{
    appeal::{self, DecideError},
    group,
    staff::StaffWish,
};
use guildhall_domain::{
    ActorId, AppealId, GroupId,
    moderation::{JudgeRefusal, NoticeKind},
    staff::StaffRole,
};
use guildhall_store::{Db, succession, testing::on_both_engines};

use crate::support::{
    Here,
    appeals::{admin, ban, latest, object, reversing},
    people::viewer,
};

/// Has somebody elsewhere banned, who objects.
async fn objected(here: &Here, group: GroupId, by: ActorId) -> AppealId {
    let bob = here.remote("bob").await;
    group::set_ban(&here.app, ban(group, bob, by)).await.unwrap();
    object(here, latest(here, bob).await, bob).await
}

async fn is_asked(here: &Here, judge: ActorId) -> bool {
    here.notices(judge).await.iter().any(|told| told.kind == NoticeKind::Appeal)
}

on_both_engines! {
    async fn a_moderator_who_is_banned_is_neither_asked_nor_waited_for(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (by, other) = (here.moderator(group).await, here.moderator(group).await);
        here.ban(group, other).await;
        let made = objected(&here, group, by).await;
        assert_eq!((is_asked(&here, by).await, is_asked(&here, other).await), (true, false));
        appeal::decide(&here.app, &viewer(by), reversing(made)).await.unwrap();
    }

    async fn an_admin_does_not_judge_what_they_may_have_decided_as_the_group(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (by, chief) = (here.moderator(group).await, admin(&here, "chief").await);
        let made = objected(&here, group, group.actor()).await;
        for role in [StaffRole::Helper, StaffRole::Moderator] {
            here.make(group, chief.actor.unwrap(), StaffWish::Role(role)).await;
            let own = appeal::decide(&here.app, &chief, reversing(made)).await.unwrap_err();
            assert!(matches!(own, DecideError::Refused(JudgeRefusal::OwnDecision)), "{role:?}: {own:?}");
        }
        appeal::decide(&here.app, &viewer(by), reversing(made)).await.unwrap();
    }

    async fn in_a_group_in_care_the_admins_judge_though_somebody_is_on_its_staff(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (away, chief) = (here.moderator(group).await, admin(&here, "chief").await);
        let mut tx = here.app.begin().await.unwrap();
        succession::set_care(&mut tx, group, Some(here.now())).await.unwrap();
        tx.commit().await.unwrap();
        let made = objected(&here, group, group.actor()).await;
        assert_eq!((is_asked(&here, away).await, is_asked(&here, chief.actor.unwrap()).await), (false, true));
        appeal::decide(&here.app, &chief, reversing(made)).await.unwrap();
    }

    async fn where_only_admins_are_left_any_of_them_judges_what_the_group_decided(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (chief, other) = (admin(&here, "chief").await, admin(&here, "other").await);
        here.appoint(group, chief.actor.unwrap()).await;
        let made = objected(&here, group, group.actor()).await;
        for judge in [&chief, &other] {
            assert!(is_asked(&here, judge.actor.unwrap()).await);
        }
        appeal::decide(&here.app, &other, reversing(made)).await.unwrap();
    }
}

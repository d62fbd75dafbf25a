//! What somebody is in a group, as they see it themselves.

use guildhall_domain::admission::{End, Sanction};
use std::time::Duration;

use guildhall_app::{
    group::{self, SetBan},
    queue,
    read::{Belonging, MembershipView, membership},
    remote::{self, JoinAnswered},
};
use guildhall_domain::{ActorId, GroupId, Timestamp, event::Cause, group::Admission};
use guildhall_store::{Db, actor, standing, testing::on_both_engines};

use crate::support::{Here, people::admitting};

async fn place(here: &Here, group: GroupId, actor: ActorId) -> MembershipView {
    membership::find(&here.app, group, actor).await.unwrap().unwrap()
}

fn plain(state: Belonging) -> MembershipView {
    MembershipView { state, reason: None, until: None, at: None }
}

fn banning(group: GroupId, actor: ActorId, until: Option<Timestamp>, reason: &str) -> SetBan {
    let (by, cause, reason) = (group.actor(), Cause::Local, Some(reason.to_owned()));
    SetBan { group, actor, by, banned: true, until, reason, remove_content: false, cause }
}

on_both_engines! {
    async fn a_refused_request_has_its_reason_until_it_is_made_again(db: Db) {
        let here = Here::new(db);
        let group = here.group_with("garden", admitting(Admission::Approval)).await;
        let ann = here.person("ann").await;
        assert_eq!(place(&here, group, ann).await, plain(Belonging::None));
        here.join(group, ann).await;
        assert_eq!(place(&here, group, ann).await, plain(Belonging::Pending));

        here.minute();
        let refused_at = here.now();
        queue::refuse(&here.app, here.waiting(group).await.id, group.actor(), "Tell us who you are.").await.unwrap();
        let refused = MembershipView {
            reason: Some("Tell us who you are.".into()),
            at: Some(refused_at),
            ..plain(Belonging::Refused)
        };
        here.minute();
        assert_eq!(place(&here, group, ann).await, refused);
        let other = here.person("other").await;
        assert_eq!(place(&here, group, other).await, plain(Belonging::None));

        here.join(group, ann).await;
        assert_eq!(place(&here, group, ann).await, plain(Belonging::Pending));
        queue::admit(&here.app, here.waiting(group).await.id, group.actor()).await.unwrap();
        assert_eq!(place(&here, group, ann).await, plain(Belonging::Member));
        group::leave(&here.app, group::Leave { group, actor: ann, cause: Cause::Local }).await.unwrap();
        assert_eq!(place(&here, group, ann).await, plain(Belonging::None), "the last answer was yes");
    }

    async fn a_ban_has_its_reason_and_its_end_and_outranks_the_rest(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let ann = here.moderator(group).await;
        assert_eq!(place(&here, group, ann).await, plain(Belonging::Moderator));
        let (at, until) = (here.now(), here.now().plus(Duration::from_mins(2)));
        group::set_ban(&here.app, banning(group, ann, Some(until), "Cool down.")).await.unwrap();
        here.minute();
        let banned = MembershipView {
            state: Belonging::Banned,
            reason: Some("Cool down.".into()),
            until: Some(until),
            at: Some(at),
        };
        assert_eq!(place(&here, group, ann).await, banned);
        here.minute();
        assert_ne!(place(&here, group, ann).await.state, Belonging::Banned, "over");
    }

    async fn a_ban_by_the_instance_is_not_explained_by_the_group(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let ann = here.person("ann").await;
        let lifted = SetBan { banned: false, ..banning(group, ann, None, "") };
        group::set_ban(&here.app, banning(group, ann, None, "An old story.")).await.unwrap();
        group::set_ban(&here.app, lifted).await.unwrap();
        let mut tx = here.app.begin().await.unwrap();
        standing::set(&mut tx, None, ann, Sanction::Ban, End::at(None)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(place(&here, group, ann).await, plain(Belonging::Banned));
    }

    async fn a_group_elsewhere_gives_its_reason_too(db: Db) {
        let here = Here::new(db);
        let group = here.far_group("boats").await;
        let ann = here.person("ann").await;
        here.join(group, ann).await;
        assert_eq!(place(&here, group, ann).await, plain(Belonging::Pending));
        let follower = actor::find(&here.app.store, ann).await.unwrap().map(|ann| ann.ap_id);
        let answer = JoinAnswered {
            group: group.actor(),
            follow: None,
            follower,
            is_accepted: false,
            reason: Some("Full.".into()),
            cause: Cause::Local,
        };
        remote::join_answered(&here.app, answer).await.unwrap();
        let seen = place(&here, group, ann).await;
        assert_eq!((seen.state, seen.reason.as_deref()), (Belonging::Refused, Some("Full.")));
    }

    async fn there_is_no_place_in_no_group(db: Db) {
        let here = Here::new(db);
        let ann = here.person("ann").await;
        assert_eq!(membership::find(&here.app, GroupId(404), ann).await.unwrap(), None);
        assert_eq!(membership::find(&here.app, GroupId(ann.0), ann).await.unwrap(), None, "a person is no group");
    }
}

//! Invitations: who makes them out, what they are worth, and that they are never used too often.

use std::time::Duration;

use guildhall_app::{
    group::{self, Brings, ChangeGroup, JoinError, Leave},
    read::{PageRequest, invitations},
    welcome::{self, Invite, InviteError, MadeOut},
};
use guildhall_domain::{
    ActorId, GroupId,
    event::{Cause, EventKind},
    group::{Admission, Policy, Visibility},
    membership::{JoinOutcome, JoinRefusal, MembershipState},
    welcome::{InvitationVoid, InviteRefusal, Invites},
};
use guildhall_store::{Db, testing::on_both_engines, welcome::invitation};
use tokio::task::JoinSet;

use crate::support::{
    Here,
    people::{admitting, asking, viewer},
};

fn inviting(group: GroupId, by: ActorId) -> Invite {
    Invite { group, by, max_uses: None, until: None, note: String::new(), only_for: None }
}

async fn made(here: &Here, command: Invite) -> MadeOut {
    welcome::invite(&here.app, command).await.unwrap()
}

async fn come(here: &Here, group: GroupId, actor: ActorId, code: &str) -> Result<JoinOutcome, JoinError> {
    let brings = Brings { invitation: Some(code.to_owned()), ..Brings::default() };
    group::join_with(&here.app, asking(group, actor), brings).await
}

async fn void(here: &Here, group: GroupId, actor: ActorId, code: &str) -> InvitationVoid {
    match come(here, group, actor, code).await.unwrap_err() {
        JoinError::Invitation(void) => void,
        other => panic!("{other}"),
    }
}

async fn let_invite(here: &Here, group: GroupId, invites: Invites) {
    let change = ChangeGroup { invites: Some(invites), ..ChangeGroup::default() };
    group::change(&here.app, group, group.actor(), change).await.unwrap();
}

async fn uses(here: &Here, made: &MadeOut) -> i64 {
    invitation::find(&here.app.store, made.invitation.id).await.unwrap().unwrap().uses
}

on_both_engines! {
    async fn a_code_lets_in_past_approval_and_where_only_the_invited_come(db: Db) {
        let here = Here::new(db);
        for (name, admission) in [("garden", Admission::Approval), ("club", Admission::Invite)] {
            let group = here.group_with(name, admitting(admission)).await;
            let made = made(&here, inviting(group, group.actor())).await;
            assert_eq!(made.url, format!("https://here.example/groups/{name}/join/{}", made.code));
            assert_eq!(made.code.len(), 22, "128 bits");
            let ann = here.person(&format!("ann_{name}")).await;
            assert_eq!(come(&here, group, ann, &made.code).await.unwrap(), JoinOutcome::Joined);
            assert_eq!(come(&here, group, ann, &made.code).await.unwrap(), JoinOutcome::AlreadyMember);
            assert_eq!(uses(&here, &made).await, 1, "coming twice is one use");
            let bob = here.person(&format!("bob_{name}")).await;
            assert_eq!(void(&here, group, bob, "nonsense").await, InvitationVoid::Unknown);
        }
        let (kept,): (i64,) = here.app.store
            .query("SELECT count(*) FROM invitations WHERE length(code_hash) = 32").one().await.unwrap();
        assert_eq!(kept, 2, "only the hash is kept");
    }

    async fn an_invitation_does_not_help_who_is_banned(db: Db) {
        let here = Here::new(db);
        let group = here.group_with("garden", admitting(Admission::Invite)).await;
        let made = made(&here, inviting(group, group.actor())).await;
        let eve = here.person("eve").await;
        here.ban(group, eve).await;
        let error = come(&here, group, eve, &made.code).await.unwrap_err();
        assert!(matches!(error, JoinError::Refused(JoinRefusal::Banned)));
        assert_eq!(uses(&here, &made).await, 0);
    }

    async fn who_may_invite_is_the_groups_to_say(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (ann, bob, mona) = (here.person("ann").await, here.person("bob").await, here.moderator(group).await);
        here.join(group, ann).await;
        let refusal = async |by| match welcome::invite(&here.app, inviting(group, by)).await.unwrap_err() {
            InviteError::Refused(refusal) => refusal,
            other => panic!("{other}"),
        };
        assert_eq!(refusal(ann).await, InviteRefusal::NotModerator);
        made(&here, inviting(group, mona)).await;
        let_invite(&here, group, Invites::Members).await;
        made(&here, inviting(group, ann)).await;
        assert_eq!(refusal(bob).await, InviteRefusal::NotMember);
        let_invite(&here, group, Invites::Nobody).await;
        assert_eq!(refusal(mona).await, InviteRefusal::Nobody);
        let past = Invite { until: Some(here.now()), ..inviting(group, mona) };
        assert!(matches!(welcome::invite(&here.app, past).await.unwrap_err(), InviteError::Until));
        let none = Invite { max_uses: Some(0), ..inviting(group, mona) };
        assert!(matches!(welcome::invite(&here.app, none).await.unwrap_err(), InviteError::Uses));
        let itself = Invite { only_for: Some(mona), ..inviting(group, mona) };
        assert!(matches!(welcome::invite(&here.app, itself).await.unwrap_err(), InviteError::NotSomebody));
    }

    async fn nobody_is_invited_again_and_again(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (mona, bob) = (here.moderator(group).await, here.person("bob").await);
        let to_bob = || Invite { only_for: Some(bob), ..inviting(group, mona) };
        let first = made(&here, to_bob()).await;
        welcome::revoke(&here.app, group, first.invitation.id, mona).await.unwrap();
        let refused = welcome::invite(&here.app, to_bob()).await.unwrap_err();
        assert!(matches!(refused, InviteError::Refused(InviteRefusal::Invited)), "each is a message to him");
        here.pass(Duration::from_hours(8 * 24));
        made(&here, to_bob()).await;
    }

    async fn nobody_makes_out_more_than_fifty_at_a_time(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let mona = here.moderator(group).await;
        let first = made(&here, inviting(group, mona)).await;
        for _ in 1..50 {
            made(&here, inviting(group, mona)).await;
        }
        let refused = welcome::invite(&here.app, inviting(group, mona)).await.unwrap_err();
        assert!(matches!(refused, InviteError::Refused(InviteRefusal::TooMany)));
        welcome::revoke(&here.app, group, first.invitation.id, mona).await.unwrap();
        made(&here, inviting(group, mona)).await;
    }

    async fn an_invitation_ends_with_its_time_its_uses_and_whoever_made_it_out(db: Db) {
        let here = Here::new(db);
        let group = here.group_with("garden", admitting(Admission::Invite)).await;
        let_invite(&here, group, Invites::Members).await;
        let until = Some(here.now().plus(Duration::from_hours(1)));
        let (eve, mona) = (here.person("eve").await, here.moderator(group).await);
        let short = made(&here, Invite { until, ..inviting(group, mona) }).await;
        here.pass(Duration::from_hours(1));
        assert_eq!(void(&here, group, eve, &short.code).await, InvitationVoid::Expired);

        let once = made(&here, Invite { max_uses: Some(1), ..inviting(group, mona) }).await;
        let ann = here.person("ann").await;
        come(&here, group, ann, &once.code).await.unwrap();
        assert_eq!(void(&here, group, eve, &once.code).await, InvitationVoid::UsedUp);

        let taken_back = made(&here, inviting(group, mona)).await;
        let stranger = welcome::revoke(&here.app, group, taken_back.invitation.id, eve).await.unwrap_err();
        assert!(matches!(stranger, InviteError::NoSuchInvitation));
        welcome::revoke(&here.app, group, taken_back.invitation.id, mona).await.unwrap();
        assert_eq!(void(&here, group, eve, &taken_back.code).await, InvitationVoid::Revoked);

        let of_ann = made(&here, inviting(group, ann)).await;
        group::leave(&here.app, Leave { group, actor: ann, cause: Cause::Local }).await.unwrap();
        assert_eq!(void(&here, group, eve, &of_ann.code).await, InvitationVoid::InviterGone, "she left");
        let again = made(&here, inviting(group, mona)).await;
        come(&here, group, ann, &again.code).await.unwrap();
        let of_ann = made(&here, inviting(group, ann)).await;
        here.ban(group, ann).await;
        assert_eq!(void(&here, group, eve, &of_ann.code).await, InvitationVoid::InviterGone, "she was banned");
        let_invite(&here, group, Invites::Nobody).await;
        assert_eq!(void(&here, group, eve, &again.code).await, InvitationVoid::InviterGone);
    }

    async fn an_invitation_by_name_lets_in_one_person_who_needs_no_code(db: Db) {
        let here = Here::new(db);
        let group = here.group_with("club", admitting(Admission::Invite)).await;
        let (bob, eve) = (here.remote("bob").await, here.remote("eve").await);
        let for_bob = Invite { only_for: Some(bob), note: "Come in!".to_owned(), ..inviting(group, group.actor()) };
        let made = made(&here, for_bob).await;
        assert_eq!(made.invitation.max_uses, Some(1));
        let invited = EventKind::Invited { group, actor: bob, by: group.actor(), note: "Come in!".to_owned() };
        assert_eq!(here.told().await, [invited]);

        let refused = group::request_join(&here.app, asking(group, eve)).await.unwrap_err();
        assert!(matches!(refused, JoinError::Refused(JoinRefusal::InviteNeeded)));
        assert_eq!(void(&here, group, eve, &made.code).await, InvitationVoid::ForSomebodyElse);
        assert_eq!(here.join(group, bob).await, JoinOutcome::Joined);
        assert_eq!(uses(&here, &made).await, 1);
        group::leave(&here.app, Leave { group, actor: bob, cause: Cause::Local }).await.unwrap();
        let refused = group::request_join(&here.app, asking(group, bob)).await.unwrap_err();
        assert!(matches!(refused, JoinError::Refused(JoinRefusal::InviteNeeded)), "it was for once");
    }

    async fn nobody_elsewhere_is_invited_into_a_group_for_people_here(db: Db) {
        let here = Here::new(db);
        let policy = Policy { visibility: Visibility::Local, ..Policy::default() };
        let group = here.group_with("club", policy).await;
        let bob = here.remote("bob").await;
        let for_bob = Invite { only_for: Some(bob), ..inviting(group, group.actor()) };
        let refused = welcome::invite(&here.app, for_bob).await.unwrap_err();
        assert!(matches!(refused, InviteError::LocalOnly));
        assert!(here.told().await.is_empty());
    }

    async fn who_does_not_want_it_declines(db: Db) {
        let here = Here::new(db);
        let group = here.group_with("club", admitting(Admission::Invite)).await;
        let bob = here.remote("bob").await;
        made(&here, Invite { only_for: Some(bob), ..inviting(group, group.actor()) }).await;
        let cause = here.activity().await;
        welcome::decline(&here.app, group, bob, cause).await.unwrap();
        assert_eq!(here.outcome(cause).await, "applied");
        assert!(group::request_join(&here.app, asking(group, bob)).await.is_err());
    }

    async fn however_many_come_at_a_time_no_more_are_let_in_than_the_limit_says(db: Db) {
        let here = Here::new(db);
        let group = here.group_with("club", admitting(Admission::Invite)).await;
        let made = made(&here, Invite { max_uses: Some(3), ..inviting(group, group.actor()) }).await;
        let mut people = Vec::new();
        for number in 0..12 {
            people.push(here.person(&format!("p{number}")).await);
        }
        let mut joins = JoinSet::new();
        for person in people.iter().copied() {
            let (app, invitation) = (here.app.clone(), Some(made.code.clone()));
            let brings = Brings { invitation, ..Brings::default() };
            joins.spawn(async move { group::join_with(&app, asking(group, person), brings).await });
        }
        let outcomes = joins.join_all().await;
        let joined = outcomes.iter().filter(|outcome| matches!(outcome, Ok(JoinOutcome::Joined))).count();
        let used_up = |outcome: &Result<_, JoinError>| {
            matches!(outcome, Err(JoinError::Invitation(InvitationVoid::UsedUp)))
        };
        assert_eq!(joined, 3);
        assert_eq!(outcomes.iter().filter(|outcome| used_up(outcome)).count(), 9);
        assert_eq!((uses(&here, &made).await, here.counts(group).await.0), (3, 3));
        let mut members = 0;
        for person in people {
            members += usize::from(here.membership(group, person).await == Some(MembershipState::Member));
        }
        assert_eq!(members, 3);
    }

    async fn moderators_see_all_invitations_and_others_their_own(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let_invite(&here, group, Invites::Members).await;
        let (ann, mona) = (here.person("ann").await, here.moderator(group).await);
        here.join(group, ann).await;
        let own = made(&here, inviting(group, ann)).await.invitation.id;
        made(&here, inviting(group, mona)).await;
        made(&here, inviting(group, group.actor())).await;
        let seen = async |who| {
            let page = invitations::list(&here.app, &viewer(who), group, PageRequest::default()).await.unwrap();
            page.items
        };
        assert_eq!(seen(mona).await.len(), 3);
        assert!(seen(mona).await[0].by.is_none(), "made out in the name of the group");
        assert_eq!(seen(ann).await.iter().map(|view| view.id).collect::<Vec<_>>(), [own]);
        assert!(seen(here.person("eve").await).await.is_empty());
        here.ban(group, ann).await;
        assert_eq!(seen(mona).await[2].void, Some(InvitationVoid::InviterGone));
    }
}

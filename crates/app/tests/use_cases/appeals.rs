//! Objecting to decisions, and deciding about that.

use std::time::Duration;

use guildhall_app::{
    Viewer,
    appeal::{self, AppealError, DecideAppeal, DecideError, MakeAppeal},
    entry::{self, Delete},
    group::{self, SetBan},
};
use guildhall_domain::{
    ActorId, AppealId, DecisionId, GroupId,
    admission::Verdict,
    content::EntryState,
    event::{Cause, EventKind},
    group::{Admission, Posting, Review},
    moderation::{AppealOutcome, AppealRefusal, DecisionAction, JudgeRefusal, NoticeKind},
};
use guildhall_store::{Db, testing::on_both_engines};

use crate::support::{
    Here,
    people::{policy, viewer},
    write::posting,
};

fn objecting(decision: DecisionId, actor: ActorId) -> MakeAppeal {
    MakeAppeal { decision, actor, text: "It was no spam.".to_owned(), cause: Cause::Local }
}

fn reversing(appeal: AppealId) -> DecideAppeal {
    DecideAppeal {
        appeal,
        outcome: AppealOutcome::Reversed,
        reason: "You are right.".to_owned(),
        until: None,
    }
}

async fn banned(here: &Here, group: GroupId, actor: ActorId, by: ActorId) -> DecisionId {
    let command = SetBan {
        group,
        actor,
        by,
        banned: true,
        until: None,
        reason: Some("spam".into()),
        remove_content: true,
        cause: Cause::Local,
    };
    group::set_ban(&here.app, command).await.unwrap();
    here.notices(actor).await.last().unwrap().decision.unwrap()
}

on_both_engines! {
    async fn another_moderator_takes_a_ban_back_with_all_that_went_with_it(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (by, other, bob) =
            (here.moderator(group).await, here.moderator(group).await, here.remote("bob").await);
        let post = entry::submit(&here.app, posting(group, bob, "Tulips")).await.unwrap().entry.unwrap();
        let decision = banned(&here, group, bob, by).await;
        assert_eq!(here.state(post).await, EntryState::Removed);
        let made = appeal::make(&here.app, objecting(decision, bob)).await.unwrap();
        let more = MakeAppeal { text: "Look again.".into(), ..objecting(decision, bob) };
        assert_eq!(appeal::make(&here.app, more).await.unwrap(), made, "added to it");
        let asked: Vec<_> = here.notices(other).await.into_iter().filter(|told| told.kind == NoticeKind::Appeal).collect();
        assert_eq!(asked.len(), 1);
        assert!(here.notices(by).await.iter().all(|told| told.kind != NoticeKind::Appeal), "who decided is not asked");

        let own = appeal::decide(&here.app, &viewer(by), reversing(made)).await.unwrap_err();
        assert!(matches!(own, DecideError::Refused(JudgeRefusal::OwnDecision)), "{own:?}");
        let stranger = appeal::decide(&here.app, &viewer(bob), reversing(made)).await.unwrap_err();
        assert!(matches!(stranger, DecideError::NotFound), "{stranger:?}");
        here.told().await;
        let settled = appeal::decide(&here.app, &viewer(other), reversing(made)).await.unwrap();
        assert_eq!(settled.text, "It was no spam.\n\nLook again.");
        let record = here.decisions(group).await.into_iter().find(|seen| seen.action == DecisionAction::Unban).unwrap();
        assert_eq!(record.by, Some(other));
        let reason = Some("You are right.".to_owned());
        let told = here.told().await;
        let lifted = EventKind::BanChanged { group, actor: bob, by: other, banned: false, until: None, reason };
        assert!(told.contains(&lifted) && told.contains(&EventKind::EntryRestored { entry: post, by: other }), "{told:?}");
        assert_eq!(here.state(post).await, EntryState::Published);
        let outcome = here.notices(bob).await.pop().unwrap();
        assert_eq!(outcome.kind, NoticeKind::Outcome);
        assert_eq!(
            outcome.text,
            "Your appeal was looked at, and the decision is taken back: You are right.\nYou are no longer banned from The garden."
        );
        let verdict = entry::submit(&here.app, posting(group, bob, "Thanks")).await.unwrap().decided.verdict;
        assert_eq!(verdict, Verdict::Admit);

        let again = appeal::decide(&here.app, &viewer(other), reversing(made)).await.unwrap_err();
        assert!(matches!(again, DecideError::AlreadyDecided));
        let again = appeal::make(&here.app, objecting(decision, bob)).await.unwrap_err();
        assert!(matches!(again, AppealError::Refused(AppealRefusal::AppealedAlready)));
    }

    async fn where_there_is_nobody_else_the_same_moderator_decides(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (by, ann) = (here.moderator(group).await, here.person("ann").await);
        let post = entry::submit(&here.app, posting(group, ann, "Tulips")).await.unwrap().entry.unwrap();
        entry::delete(&here.app, Delete { entry: post, by, reason: None, cause: Cause::Local }).await.unwrap();
        let decision = here.notices(ann).await[0].decision.unwrap();
        let made = appeal::make(&here.app, objecting(decision, ann)).await.unwrap();
        let upheld = DecideAppeal { outcome: AppealOutcome::Upheld, ..reversing(made) };
        appeal::decide(&here.app, &viewer(by), upheld).await.unwrap();
        assert_eq!(here.state(post).await, EntryState::Removed);
        assert!(here.notices(ann).await[1].text.starts_with("Your appeal was looked at, and the decision stands"));
    }

    async fn an_admin_decides_for_a_group_whose_only_moderator_decided(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (by, ann, chief) = (here.moderator(group).await, here.person("ann").await, here.person("chief").await);
        let post = entry::submit(&here.app, posting(group, ann, "Tulips")).await.unwrap().entry.unwrap();
        entry::delete(&here.app, Delete { entry: post, by, reason: None, cause: Cause::Local }).await.unwrap();
        let made = appeal::make(&here.app, objecting(here.notices(ann).await[0].decision.unwrap(), ann)).await.unwrap();
        let admin = Viewer { is_admin: true, ..viewer(chief) };
        let settled = appeal::decide(&here.app, &admin, reversing(made)).await.unwrap().settled.unwrap();
        assert_eq!((settled.by, here.state(post).await), (group.actor(), EntryState::Published));
    }

    async fn what_was_refused_is_let_in(db: Db) {
        let here = Here::new(db);
        let group = here.group_with("garden", policy(Admission::Open, Posting::Members, Review::None)).await;
        let (by, bob) = (here.moderator(group).await, here.remote("bob").await);
        let post = entry::submit(&here.app, posting(group, bob, "Tulips")).await.unwrap().entry.unwrap();
        let decision = here.notices(bob).await[0].decision.unwrap();
        let made = appeal::make(&here.app, objecting(decision, bob)).await.unwrap();
        here.told().await;
        appeal::decide(&here.app, &viewer(by), reversing(made)).await.unwrap();
        assert_eq!((here.state(post).await, here.counts(group).await), (EntryState::Published, (0, 1, 0)));
        assert_eq!(here.told().await, [EventKind::EntryPublished { entry: post }]);
    }

    async fn a_ban_is_given_another_end(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (by, other, bob) =
            (here.moderator(group).await, here.moderator(group).await, here.remote("bob").await);
        let made = appeal::make(&here.app, objecting(banned(&here, group, bob, by).await, bob)).await.unwrap();
        let until = Some(here.now().plus(Duration::from_secs(30)));
        let changed = DecideAppeal { outcome: AppealOutcome::Changed, until, ..reversing(made) };
        let wrong = DecideAppeal { until, ..reversing(made) };
        assert!(matches!(appeal::decide(&here.app, &viewer(other), wrong).await, Err(DecideError::NoEnd)));
        appeal::decide(&here.app, &viewer(other), changed).await.unwrap();
        let refused = entry::submit(&here.app, posting(group, bob, "Hi")).await.unwrap().decided.verdict;
        assert!(matches!(refused, Verdict::Refuse(_)));
        here.minute();
        let verdict = entry::submit(&here.app, posting(group, bob, "Hi")).await.unwrap().decided.verdict;
        assert_eq!(verdict, Verdict::Admit);
    }

    async fn nobody_appeals_for_others_or_too_late(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (by, bob) = (here.owner(group).await, here.remote("bob").await);
        let decision = banned(&here, group, bob, by).await;
        let wrong = appeal::make(&here.app, objecting(decision, by)).await.unwrap_err();
        assert!(matches!(wrong, AppealError::Refused(AppealRefusal::NotConcerned)));
        let shorter = group::ChangeGroup { appeal_days: Some(0), ..group::ChangeGroup::default() };
        group::change(&here.app, group, by, shorter).await.unwrap();
        let late = appeal::make(&here.app, objecting(decision, bob)).await.unwrap_err();
        assert!(matches!(late, AppealError::Refused(AppealRefusal::TooLate)));
        let absurd = group::ChangeGroup { appeal_days: Some(-1), ..group::ChangeGroup::default() };
        assert!(group::change(&here.app, group, by, absurd).await.is_err());
    }
}

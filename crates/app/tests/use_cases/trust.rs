//! Levels of trust: explained, given by hand with a reason, taken back.

use guildhall_app::{
    entry,
    group::{ModerationError, SetTrust, TrustError, find_trust, set_trust},
    rulebook::{self, Replace},
};
use guildhall_domain::{moderation::DecisionAction, trust::Trust};
use guildhall_store::{Db, testing::on_both_engines};
use serde_json::json;

use crate::support::{Here, people::viewer, write::posting};

on_both_engines! {
    async fn a_level_given_by_hand_holds_at_the_door_and_is_on_record(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (moderator, ann) = (here.moderator(group).await, here.person("ann").await);
        let rule = json!({ "name": "new", "title": "New.", "when": { "trust_below": "known" }, "then": ["hold"] });
        let command = Replace { group: Some(group), before: 0, body: json!({ "rules": [rule] }) };
        rulebook::replace(&here.app, &viewer(moderator), command).await.unwrap();
        let give = |given: Option<(Trust, &str)>| SetTrust {
            group,
            actor: ann,
            by: moderator,
            given: given.map(|(level, reason)| (level, reason.to_owned())),
        };
        set_trust(&here.app, give(Some((Trust::Known, " Known from the club. ")))).await.unwrap();
        let seen = find_trust(&here.app, &viewer(moderator), group, ann).await.unwrap();
        assert_eq!((seen.level, seen.given.as_ref().unwrap().reason.as_str()), (Trust::Known, "Known from the club."));
        assert!(seen.sentence.contains("because a moderator said so"), "{}", seen.sentence);
        assert!(entry::submit(&here.app, posting(group, ann, "Tulips")).await.unwrap().decided.verdict.is_admitted());

        set_trust(&here.app, give(None)).await.unwrap();
        let seen = find_trust(&here.app, &viewer(ann), group, ann).await.unwrap();
        assert_eq!((seen.level, seen.given.is_none(), seen.seen.accepted), (Trust::New, true, 1));
        assert!(!entry::submit(&here.app, posting(group, ann, "Roses")).await.unwrap().decided.verdict.is_admitted());
        let again = set_trust(&here.app, give(None)).await.unwrap_err();
        assert!(matches!(again, TrustError::NothingGiven), "{again}");

        let mut records: Vec<_> = here.decisions(group).await.into_iter().map(|record| (record.action, record.rule, record.reason)).collect();
        records.retain(|(action, ..)| matches!(action, DecisionAction::GiveTrust | DecisionAction::UngiveTrust));
        records.sort_by_key(|(action, ..)| action.as_str());
        let given = (DecisionAction::GiveTrust, Some("known".to_owned()), Some("Known from the club.".to_owned()));
        assert_eq!(records, [given, (DecisionAction::UngiveTrust, None, None)]);
    }

    async fn of_two_who_take_a_level_back_at_once_one_finds_none(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (moderator, ann) = (here.moderator(group).await, here.person("ann").await);
        let give = |level: Option<Trust>| SetTrust {
            group,
            actor: ann,
            by: moderator,
            given: level.map(|level| (level, "Known.".to_owned())),
        };
        set_trust(&here.app, give(Some(Trust::Known))).await.unwrap();
        let (one, two) = tokio::join!(set_trust(&here.app, give(None)), set_trust(&here.app, give(None)));
        assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
        assert!(matches!(one.and(two), Err(TrustError::NothingGiven)));
    }

    async fn a_level_is_given_by_moderators_with_a_reason_and_never_that_of_a_moderator(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (moderator, ann, eve) = (here.owner(group).await, here.person("ann").await, here.person("eve").await);
        let give = |by, level, reason: &str| SetTrust { group, actor: ann, by, given: Some((level, reason.to_owned())) };
        let error = set_trust(&here.app, give(moderator, Trust::Moderator, "Why not")).await.unwrap_err();
        assert!(matches!(error, TrustError::NotGivable), "{error}");
        let error = set_trust(&here.app, give(moderator, Trust::Known, " ")).await.unwrap_err();
        assert!(matches!(error, TrustError::NoReason), "{error}");
        let error = set_trust(&here.app, give(eve, Trust::Known, "A friend")).await.unwrap_err();
        assert!(matches!(error, TrustError::Moderation(ModerationError::NotPermitted(_))), "{error}");
        let error = find_trust(&here.app, &viewer(eve), group, ann).await.unwrap_err();
        assert!(matches!(error, ModerationError::NotPermitted(_)), "{error}");
        for (level, is_hidden) in [(Trust::Trusted, true), (Trust::Helper, false)] {
            set_trust(&here.app, give(moderator, level, "Helps")).await.unwrap();
            let own = find_trust(&here.app, &viewer(ann), group, ann).await.unwrap().given.unwrap();
            assert_eq!((own.level, own.by.is_none()), (level, is_hidden), "who gave it is for those who see the queue");
        }
    }
}

//! Explaining what was decided, and what would be decided now.

use guildhall_app::{
    entry,
    explain::{self, Subject},
    group::{self, Brings, RequestJoin},
    read::DecisionsError,
    rulebook::{self, Replace},
    welcome::{self, Invite},
};
use guildhall_domain::{
    admission::{HoldReason, Layer, Refusal, Verdict, Wants},
    event::Cause,
    group::{Admission, Review},
    membership::JoinOutcome,
};
use guildhall_store::{Db, queue as items, testing::on_both_engines};
use serde_json::json;

use crate::support::{
    Here,
    people::{admitting, reviewing, viewer},
    write::posting,
};

on_both_engines! {
    async fn the_layer_and_the_rule_that_decided_then_are_told_with_what_holds_now(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (moderator, ann) = (viewer(here.moderator(group).await), here.person("ann").await);
        let rule = |mode: &str| json!({ "name": "no-casinos", "title": "No casinos.", "mode": mode, "when": { "words": ["casino"] }, "then": ["hold"] });
        let twice = json!({ "name": "twice", "title": "Twice.", "when": { "repeats": { "what": "text", "within": "1d", "over": 0 } }, "then": ["refuse"] });
        let book = |mode| json!({ "rules": [rule(mode), twice.clone()] });
        let replace = |before, body| Replace { group: Some(group), before, body };
        rulebook::replace(&here.app, &moderator, replace(0, book("on"))).await.unwrap();
        let held = entry::submit(&here.app, posting(group, ann, "A casino in the garden")).await.unwrap().entry.unwrap();
        let item = items::list_open(&here.app.store, group, None, None, 1).await.unwrap()[0].id;

        for subject in [Subject::Entry(held), Subject::Item(item)] {
            let told = explain::explain(&here.app, &moderator, subject).await.unwrap();
            assert_eq!((told.wants, told.author.name.as_str(), told.group.name.as_str()), (Wants::Post, "ann", "garden"));
            let then: Vec<_> = told.then.iter().map(|decision| (decision.layer, decision.rule.as_deref())).collect();
            assert_eq!(then, [(Layer::Rule, Some("no-casinos"))]);
            let now = told.now.unwrap();
            let order: Vec<_> = now.layers.iter().map(|(layer, _)| *layer).collect();
            assert_eq!(order.first(), Some(&Layer::InstancePeering));
            assert_eq!(now.layers.last(), Some(&(Layer::Rule, Some(Verdict::Hold(HoldReason::Rule)))));
            assert_eq!((now.layer, now.rule.as_deref()), (Layer::Rule, Some("no-casinos")), "it does not repeat itself");
            assert_eq!(now.rules.len(), 1);
            assert!(now.sentence.starts_with("Is new"), "{}", now.sentence);
        }

        rulebook::replace(&here.app, &moderator, replace(1, book("observe"))).await.unwrap();
        here.ban(group, ann).await;
        let told = explain::explain(&here.app, &moderator, Subject::Entry(held)).await.unwrap();
        let now = told.now.unwrap();
        assert_eq!((now.verdict, now.layer), (Verdict::Refuse(Refusal::Banned), Layer::Standing));
        assert_eq!(now.rules[0].name, "no-casinos", "rules are told whatever is before them");
    }

    async fn an_author_is_not_told_the_names_of_rules_and_strangers_nothing(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (moderator, ann, eve) = (viewer(here.moderator(group).await), here.person("ann").await, here.person("eve").await);
        let rule = json!({ "name": "no-casinos", "title": "No casinos.", "when": { "words": ["casino"] }, "then": [{ "refuse": "Not here." }] });
        let command = Replace { group: Some(group), before: 0, body: json!({ "rules": [rule] }) };
        rulebook::replace(&here.app, &moderator, command).await.unwrap();
        let refused = here.post(group, ann, "Casino").await;
        let fine = here.post(group, ann, "Tulips").await;
        let told = explain::explain(&here.app, &viewer(ann), Subject::Entry(refused)).await.unwrap();
        assert!(told.is_for_author && told.then[0].by.is_none());
        assert_eq!((told.then[0].layer, told.then[0].rule.as_deref(), told.then[0].reason.as_deref()), (Layer::Rule, None, Some("Not here.")));
        let now = told.now.unwrap();
        assert_eq!((now.rules.len(), now.rule, now.explanation.as_deref()), (0, None, Some("Not here.")));
        let error = explain::explain(&here.app, &viewer(eve), Subject::Entry(refused)).await.unwrap_err();
        assert!(matches!(error, DecisionsError::NotFound), "{error}");
        let error = explain::explain(&here.app, &viewer(eve), Subject::Entry(fine)).await.unwrap_err();
        assert!(matches!(error, DecisionsError::NotConcerned), "{error}");
    }

    async fn requests_to_join_and_edits_that_wait_are_explained(db: Db) {
        let here = Here::new(db);
        let club = here.group_with("club", admitting(Admission::Approval)).await;
        let garden = here.group_with("garden", reviewing(Review::All)).await;
        let ann = here.person("ann").await;
        here.join(club, ann).await;
        let join = items::list_open(&here.app.store, club, None, None, 1).await.unwrap()[0].id;
        let told = explain::explain(&here.app, &viewer(ann), Subject::Item(join)).await.unwrap();
        assert_eq!((told.wants, told.entry), (Wants::Join, None));
        assert_eq!(told.now.unwrap().layer, Layer::Review);

        let post = here.post(garden, ann, "Tulips").await;
        let waiting = items::list_open(&here.app.store, garden, None, None, 1).await.unwrap()[0].id;
        guildhall_app::queue::admit(&here.app, waiting, garden.actor()).await.unwrap();
        here.minute();
        entry::edit(&here.app, here.retitling(post, ann, "Roses")).await.unwrap();
        let edit = items::list_open(&here.app.store, garden, None, None, 1).await.unwrap()[0].id;
        let told = explain::explain(&here.app, &viewer(garden.actor()), Subject::Item(edit)).await;
        assert!(told.is_err(), "a group is nobody's viewer");
        let told = explain::explain(&here.app, &viewer(ann), Subject::Item(edit)).await.unwrap();
        assert_eq!((told.wants, told.title.as_str(), told.now.unwrap().layer), (Wants::Edit, "Roses", Layer::Review));
    }

    async fn a_request_to_join_is_explained_by_what_was_said_and_who_speaks_for_it(db: Db) {
        let here = Here::new(db);
        let club = here.group_with("club", admitting(Admission::Invite)).await;
        let moderator = here.moderator(club).await;
        let rule = json!({ "name": "no-casinos", "title": "No casinos.", "when": { "words": ["casino"] }, "then": ["hold"] });
        let book = Replace { group: Some(club), before: 0, body: json!({ "rules": [rule] }) };
        rulebook::replace(&here.app, &viewer(moderator), book).await.unwrap();
        let ann = here.person("ann").await;
        let invite =
            Invite { group: club, by: moderator, max_uses: None, until: None, note: String::new(), only_for: Some(ann) };
        welcome::invite(&here.app, invite).await.unwrap();
        let ask = RequestJoin { group: club, actor: ann, follow: None, cause: Cause::Local };
        let brings = Brings { message: Some("I run a casino.".to_owned()), ..Brings::default() };
        assert_eq!(group::join_with(&here.app, ask, brings).await.unwrap(), JoinOutcome::AwaitingApproval);

        let item = here.waiting(club).await.id;
        let told = explain::explain(&here.app, &viewer(moderator), Subject::Item(item)).await.unwrap();
        let now = told.now.unwrap();
        assert_eq!((now.layer, now.rule.as_deref()), (Layer::Rule, Some("no-casinos")), "as it was then");
        assert_eq!(now.verdict, Verdict::Hold(HoldReason::Rule));
    }

    async fn a_lock_that_has_ended_locks_nothing(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (moderator, ann) = (viewer(here.moderator(group).await), here.person("ann").await);
        let post = here.post(group, ann, "Tulips").await;
        let comment = here.comment(post, ann, "Red ones").await;
        let mut tx = here.app.begin().await.unwrap();
        let until = here.now().plus(std::time::Duration::from_secs(90));
        guildhall_store::entry::set_locked(&mut tx, post, true, Some(until)).await.unwrap();
        tx.commit().await.unwrap();
        for layer in [Layer::Thread, Layer::Default] {
            let told = explain::explain(&here.app, &moderator, Subject::Entry(comment)).await.unwrap();
            assert_eq!(told.now.unwrap().layer, layer);
            here.pass(std::time::Duration::from_mins(2));
        }
    }
}

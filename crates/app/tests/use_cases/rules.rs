//! What automatic rules, trust and gates make of what comes in.

use guildhall_app::{
    entry::{self, CastVote, EditError, Submit, VoteError},
    group::{self, JoinError, RequestJoin},
    queue,
};
use guildhall_domain::{
    ActorId, GroupId,
    admission::{End, HoldReason, Layer, Refusal, Sanction, Verdict},
    content::{EntryState, Sort, Vote, VoteRefusal},
    event::Cause,
    membership::{JoinOutcome, JoinRefusal},
    moderation::DecisionAction,
    trust::{Seen, Trust},
};
use guildhall_store::{
    Db, acquaintance,
    rulebook::{self, StoredRulebook},
    standing,
    testing::on_both_engines,
};
use serde_json::{Value, json};
use std::time::Duration;

use crate::support::{
    Here,
    write::{by, commenting, posting, said},
};

impl Here {
    async fn set_rulebook(&self, group: Option<GroupId>, body: Value) {
        guildhall_app::rulebook::read(&body).unwrap();
        let before = rulebook::find(&self.app.store, group).await.unwrap().map_or(0, |book| book.revision);
        let new = StoredRulebook { revision: before + 1, body, updated_at: self.now() };
        let mut tx = self.app.begin().await.unwrap();
        assert!(rulebook::set(&mut tx, group, before, &new).await.unwrap());
        tx.commit().await.unwrap();
    }

    /// One rule of that group, or of the instance.
    async fn rule(&self, group: Option<GroupId>, mode: &str, when: Value, then: Value) {
        let rule =
            json!({ "name": "tulips", "title": "No tulips.", "mode": mode, "when": when, "then": then });
        self.set_rulebook(group, json!({ "rules": [rule] })).await;
    }

    /// What the pipeline says to a post with this text: outcome, layer, and the name of the reason.
    async fn judge(&self, group: GroupId, author: ActorId, text: &str) -> (Verdict, Layer, Option<String>) {
        let done = submit(self, Submit { texts: said(text), ..posting(group, author, "x") }).await;
        (done.decided.verdict, done.decided.layer, done.decided.named().map(str::to_owned))
    }

    async fn seen(&self, group: GroupId, actor: ActorId) -> Seen {
        acquaintance::find(&self.app.store, group, actor)
            .await
            .unwrap()
            .map(|(seen, _)| seen)
            .unwrap_or_default()
    }

    async fn fitted(&self, group: Option<GroupId>) -> Vec<(String, i64)> {
        let figures = rulebook::list_fitted(&self.app.store, group, 0).await.unwrap();
        figures.into_iter().map(|(rule, _, count)| (rule, count)).collect()
    }
}

async fn submit(here: &Here, command: Submit) -> entry::Submitted {
    entry::submit(&here.app, command).await.unwrap()
}

const DAY: Duration = Duration::from_hours(24);

fn words() -> Value {
    json!({ "words": ["tulip", "black tulips"] })
}

const IN: (Verdict, Layer, Option<String>) = (Verdict::Admit, Layer::Default, None);

fn by_rule(verdict: Verdict, name: &str) -> (Verdict, Layer, Option<String>) {
    (verdict, Layer::Rule, Some(name.to_owned()))
}

on_both_engines! {
    async fn a_rule_refuses_with_its_words_and_says_which_it_was(db: Db) {
        let here = Here::new(db);
        let (group, other) = (here.group("garden").await, here.group("house").await);
        let bob = here.remote("bob").await;
        here.rule(Some(group), "on", words(), json!([{ "refuse": "Tulips belong next door." }])).await;
        let command = here.received(Submit { texts: said("My TULIP!"), ..posting(group, bob, "x") }).await;
        let cause = command.cause;
        let done = submit(&here, command).await;
        assert_eq!((done.decided.verdict, done.decided.layer), (Verdict::Refuse(Refusal::Rule), Layer::Rule));
        let kept = here.entry(done.entry.unwrap()).await;
        assert_eq!((kept.state, kept.state_reason.as_deref()), (EntryState::Refused, Some("Tulips belong next door.")));
        assert_eq!(here.outcome(cause).await, "refused");
        let decision = here.decisions(group).await.pop().unwrap();
        assert_eq!((decision.action, decision.layer), (DecisionAction::Refuse, Layer::Rule));
        assert_eq!((decision.rule.as_deref(), decision.reason.as_deref()), (Some("tulips"), Some("Tulips belong next door.")));
        assert_eq!(here.judge(group, bob, "Some roses").await, IN);
        assert_eq!(here.judge(other, bob, "My tulip").await, IN, "each group has its own");
        assert_eq!(here.fitted(Some(group)).await, [("tulips".to_owned(), 1)]);
    }

    async fn a_changed_rulebook_counts_from_then_on(db: Db) {
        let here = Here::new(db);
        let (group, ann) = (here.group("garden").await, here.person("ann").await);
        here.rule(Some(group), "on", words(), json!(["hold"])).await;
        assert_eq!(here.judge(group, ann, "A tulip").await, by_rule(Verdict::Hold(HoldReason::Rule), "tulips"));
        here.rule(Some(group), "observe", words(), json!(["hold"])).await;
        assert_eq!(here.judge(group, ann, "A tulip").await, IN);
        here.rule(Some(group), "off", words(), json!(["hold"])).await;
        assert_eq!(here.judge(group, ann, "A tulip").await, IN);
        assert_eq!(here.fitted(Some(group)).await, [("tulips".to_owned(), 2)], "what only observes is counted");
    }

    async fn rules_of_the_instance_hold_in_every_group_and_spare_moderators(db: Db) {
        let here = Here::new(db);
        let (group, ann) = (here.group("garden").await, here.person("ann").await);
        here.rule(None, "on", words(), json!(["refuse"])).await;
        let refused = by_rule(Verdict::Refuse(Refusal::Rule), "instance:tulips");
        assert_eq!(here.judge(group, ann, "A tulip").await, refused);
        assert_eq!(here.fitted(None).await, [("tulips".to_owned(), 1)]);
        here.appoint(group, ann).await;
        assert_eq!(here.judge(group, ann, "A tulip").await, IN);
    }

    async fn edits_votes_and_joins_pass_the_rules_too(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (ann, bob) = (here.person("ann").await, here.remote("bob").await);
        let post = here.post(group, ann, "Roses").await;
        here.rule(Some(group), "on", words(), json!(["refuse"])).await;
        let edit = entry::edit(&here.app, here.retitling(post, ann, "A tulip")).await.unwrap_err();
        assert!(matches!(&edit, EditError::NotAdmitted(Refusal::Rule, said) if said == "No tulips."), "{edit}");
        let kinds = json!({ "kind": ["vote", "join"] });
        here.rule(Some(group), "on", json!({ "all": ["remote", kinds] }), json!(["refuse"])).await;
        let vote = |actor| CastVote { entry: post, actor, vote: Some(Vote::Up), cause: Cause::Local };
        let voted = entry::cast_vote(&here.app, vote(bob)).await.unwrap_err();
        assert!(matches!(voted, VoteError::Refused(VoteRefusal::NotAdmitted(Refusal::Rule))), "{voted}");
        let join = |actor| RequestJoin { group, actor, follow: None, cause: Cause::Local };
        let joined = group::request_join(&here.app, join(bob)).await.unwrap_err();
        assert!(matches!(joined, JoinError::Refused(JoinRefusal::Rule)), "{joined}");
        assert_eq!(here.decisions(group).await.pop().unwrap().reason.as_deref(), Some("No tulips."));
        assert_eq!(group::request_join(&here.app, join(ann)).await.unwrap(), JoinOutcome::Joined);
    }

    async fn repetitions_and_rates_are_found_in_what_was_written_before(db: Db) {
        let here = Here::new(db);
        let (group, ann, bob) = (here.group("garden").await, here.person("ann").await, here.remote("bob").await);
        let text = "Buy my marvellous book about tulips, today only";
        here.rule(Some(group), "on", json!({ "repeats": { "what": "text", "within": "1d" } }), json!(["hold"])).await;
        let held = by_rule(Verdict::Hold(HoldReason::Rule), "tulips");
        assert_eq!(here.judge(group, ann, text).await, IN);
        assert_eq!(here.judge(group, bob, &text.to_uppercase()).await, held, "whoever says it");
        assert_eq!(here.judge(group, bob, "Thank you").await, IN);
        assert_eq!(here.judge(group, bob, "Thank you").await, IN, "too short to be told apart");
        here.pass(DAY * 2);
        assert_eq!(here.judge(group, bob, text).await, IN, "long ago");
        here.rule(Some(group), "on", json!({ "rate": { "over": 1, "within": "1h" } }), json!(["hold"])).await;
        assert_eq!(here.judge(group, bob, "The second within the hour").await, IN);
        assert_eq!(here.judge(group, bob, "The third").await, held);
        assert_eq!(here.judge(group, ann, "By somebody else").await, IN);
    }

    async fn what_is_limited_is_read_by_its_address_alone_and_so_are_its_answers(db: Db) {
        let here = Here::new(db);
        let (group, ann) = (here.group("garden").await, here.person("ann").await);
        here.rule(Some(group), "on", words(), json!(["limit", { "add_tag": "Flower" }])).await;
        let post = here.entry(here.post(group, ann, "A tulip").await).await;
        assert!((post.limited, post.state) == (true, EntryState::Published), "{post:?}");
        let roses = here.post(group, ann, "Roses").await;
        let answer = here.comment(post.id, ann, "An answer").await;
        assert!(here.entry(answer).await.limited && !here.entry(roses).await.limited);
        for sort in Sort::ALL {
            let listed = guildhall_store::entry::list_posts(&here.app.store, group, *sort, None, 9).await.unwrap();
            assert_eq!(listed.iter().map(|entry| entry.id).collect::<Vec<_>>(), [roses], "{sort}");
        }
        assert_eq!((post.tags, here.entry(roses).await.tags), (vec!["flower".to_owned()], vec![]));
    }

    async fn trust_is_counted_as_things_come_in_and_go(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (ann, bob) = (here.person("ann").await, here.remote("bob").await);
        let post = here.post(group, ann, "Roses").await;
        let comment = here.comment(post, bob, "Nice").await;
        here.comment(comment, bob, "To myself").await;
        let at = Some(here.now());
        let first = Seen { accepted: 1, answered: 1, days: 1, first_at: at, ..Seen::default() };
        assert_eq!(here.seen(group, ann).await, first);
        assert_eq!(here.seen(group, bob).await, Seen { accepted: 2, answered: 0, ..first });
        entry::delete(&here.app, by(comment, group.actor())).await.unwrap();
        let struck = Seen { accepted: 1, answered: 0, refused: 1, struck_at: at, ..first };
        assert_eq!(here.seen(group, bob).await, struck);
        entry::restore(&here.app, by(comment, group.actor())).await.unwrap();
        assert_eq!(here.seen(group, bob).await, Seen { accepted: 2, refused: 0, struck_at: None, ..struck });

        here.rule(Some(group), "on", words(), json!(["hold"])).await;
        for text in ["A tulip", "Another tulip"] {
            submit(&here, commenting(group, bob, post, text)).await;
        }
        let before = here.seen(group, bob).await;
        assert_eq!((before.accepted, before.refused), (2, 0), "nobody has decided");
        let items = here.queue(group).await;
        queue::admit(&here.app, items[0].id, group.actor()).await.unwrap();
        queue::refuse(&here.app, items[1].id, group.actor(), "No.").await.unwrap();
        let after = here.seen(group, bob).await;
        assert_eq!((after.accepted, after.refused), (3, 1));
        assert_eq!(here.seen(group, ann).await.answered, 2);
    }

    async fn who_is_trusted_passes_the_gates(db: Db) {
        let here = Here::new(db);
        let (group, ann) = (here.group("garden").await, here.person("ann").await);
        let links = "<https://a.example/1> <https://a.example/2> <https://a.example/3>";
        let gates = json!({ "links": { "over": 2, "from": "known" }, "rate": { "over": 4, "from": "known" } });
        let trust = json!({ "known": { "accepted": 3, "days": 2, "quiet": "0s" } });
        here.set_rulebook(Some(group), json!({ "gates": gates, "trust": trust })).await;
        let held = |reason: HoldReason| (Verdict::Hold(reason), Layer::Trust, Some(reason.as_str().to_owned()));
        assert_eq!(here.judge(group, ann, links).await, held(HoldReason::Links));
        for _ in 0..3 {
            assert_eq!(here.judge(group, ann, "Some text").await, IN);
        }
        assert_eq!(here.judge(group, ann, "Some more text").await, held(HoldReason::Rate));
        here.pass(DAY * 1);
        assert_eq!(here.judge(group, ann, links).await, held(HoldReason::Links), "all on one day");
        assert_eq!(here.judge(group, ann, "Another day").await, IN);
        assert_eq!(here.judge(group, ann, links).await, IN);
        let given = acquaintance::Given { level: Trust::New, reason: "Sells links".into(), by: group.actor() };
        let mut tx = here.app.begin().await.unwrap();
        acquaintance::give(&mut tx, group, ann, Some(&given), here.now()).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(here.judge(group, ann, links).await, held(HoldReason::Links), "taken back by hand");
    }

    async fn who_is_muted_is_refused_and_who_is_on_probation_is_held_until_it_ends(db: Db) {
        let here = Here::new(db);
        let (group, ann, post) = {
            let (group, ann) = (here.group("garden").await, here.person("ann").await);
            (group, ann, here.post(group, ann, "Roses").await)
        };
        let set = async |sanction, end| {
            let mut tx = here.app.begin().await.unwrap();
            standing::set(&mut tx, Some(group), ann, sanction, end).await.unwrap();
            tx.commit().await.unwrap();
        };
        let tomorrow = End::At(here.now().plus(DAY));
        set(Sanction::Probation, tomorrow).await;
        let held = (Verdict::Hold(HoldReason::Probation), Layer::Standing, Some("probation".to_owned()));
        assert_eq!(here.judge(group, ann, "Hello").await, held);
        set(Sanction::Mute, tomorrow).await;
        let muted = (Verdict::Refuse(Refusal::Muted), Layer::Standing, Some("muted".to_owned()));
        assert_eq!(here.judge(group, ann, "Hello").await, muted);
        let vote = CastVote { entry: post, actor: ann, vote: Some(Vote::Up), cause: Cause::Local };
        let voted = entry::cast_vote(&here.app, vote).await.unwrap_err();
        assert!(matches!(voted, VoteError::Refused(VoteRefusal::NotAdmitted(Refusal::Muted))), "{voted}");
        here.pass(DAY * 1);
        assert_eq!(here.judge(group, ann, "Hello").await, IN);
    }
}

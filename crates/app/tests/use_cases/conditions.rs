//! Each condition of automatic rules by the doors through which things come: what it is told of them, and of whom they come
//! from.

use std::time::Duration;

use guildhall_app::{
    Viewer,
    case::{self, Report},
    entry::{self, CastVote, EditError, Submit, Texts, VoteError},
    explain::{Subject, explain},
    read,
    rulebook::{self, Replace},
};
use guildhall_domain::{
    ActorId, EntryId, GroupId,
    actor::ActorKind,
    content::{EntryState, Form, Vote},
    event::Cause,
};
use guildhall_store::{Db, testing::on_both_engines};
use serde_json::{Value, json};

use crate::support::{
    FAR, Here,
    people::viewer,
    write::{posting, said},
};

const DAY: Duration = Duration::from_hours(24);

/// One rule, in the place of those there were.
async fn rule(here: &Here, group: GroupId, when: Value, then: Value) {
    let admin = Viewer { is_admin: true, ..Viewer::anonymous() };
    let before = rulebook::current(&here.app, &admin, Some(group)).await.unwrap().revision;
    let body = json!({ "rules": [{ "name": "r", "title": "R.", "when": when, "then": then }] });
    rulebook::replace(&here.app, &admin, Replace { group: Some(group), before, body }).await.unwrap();
}

/// Whether a rule refuses a post.
async fn refuses_post(here: &Here, command: Submit) -> bool {
    here.minute();
    entry::submit(&here.app, command).await.unwrap().state == EntryState::Refused
}

async fn refuses_edit(here: &Here, post: EntryId, author: ActorId) -> bool {
    here.minute();
    let title = format!("Changed at {}", here.now().0);
    match entry::edit(&here.app, here.retitling(post, author, &title)).await {
        Ok(_) => false,
        Err(EditError::NotAdmitted(..)) => true,
        Err(error) => panic!("{error}"),
    }
}

async fn refuses_vote(here: &Here, post: EntryId, voter: ActorId) -> bool {
    here.minute();
    let mut was_refused = false;
    for vote in [Some(Vote::Up), None] {
        match entry::cast_vote(&here.app, CastVote { entry: post, actor: voter, vote, cause: Cause::Local })
            .await
        {
            Ok(()) => {}
            Err(VoteError::Refused(_)) => was_refused = true,
            Err(error) => panic!("{error}"),
        }
    }
    was_refused
}

/// A post that several people are against, and that was reported.
async fn disliked(here: &Here, group: GroupId, author: ActorId) -> EntryId {
    let post = here.post(group, author, "Tulips").await;
    for name in ["dan", "eve", "fay"] {
        let actor = here.remote(name).await;
        entry::cast_vote(
            &here.app,
            CastVote { entry: post, actor, vote: Some(Vote::Down), cause: Cause::Local },
        )
        .await
        .unwrap();
        let report = Report { entries: vec![post], ..Report::by(actor, format!("Not by {name}.")) };
        case::report(&here.app, report).await.unwrap();
    }
    post
}

on_both_engines! {
    async fn each_condition_about_a_post_is_told_what_it_asks_for(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (old, member) = (here.person("old").await, here.person("member").await);
        here.post(group, old, "The first").await;
        here.join(group, member).await;
        here.pass(DAY * 3);
        let (ann, bob) = (here.person("ann").await, here.remote("bob").await);
        let zoe = here.elsewhere("zoe", "elsewhere.example", ActorKind::Person).await;
        let robot = here.elsewhere("robot", FAR, ActorKind::Service).await;
        let by = |author| posting(group, author, "Roses");
        let with = |texts: Texts| Submit { texts, ..by(ann) };
        let text = || said("Roses");
        let speaking = |tag: &str| with(Texts { language: Some(tag.to_owned()), ..text() });
        let linking = |link: &str| with(said(&format!("See <{link}> there")));
        let about = |link: &str| with(Texts { link_url: Some(link.to_owned()), ..text() });
        let bringing = |media, form| with(Texts { media, form, ..text() });
        let pictured = || with(Texts { image_url: Some("https://a.example/1.png".to_owned()), ..text() });
        for (when, fits, other) in [
            (json!({ "language": ["fr"] }), speaking("fr-CA"), speaking("en")),
            (json!({ "language": ["und"] }), with(text()), speaking("fr")),
            (json!({ "link_domain": ["shop.example"] }), linking("https://my.shop.example/x"), linking("https://a.example/")),
            (json!({ "link_domain": ["shop.example"] }), about("https://shop.example/"), about("https://workshop.example/")),
            (json!({ "media_over": 0 }), pictured(), with(text())),
            (json!({ "media_over": 1 }), bringing(2, Some(Form::Image)), pictured()),
            (json!({ "form": ["poll", "event"] }), bringing(0, Some(Form::Poll)), bringing(1, Some(Form::Video))),
            (json!({ "form": ["link"] }), about("https://a.example/"), linking("https://a.example/")),
            (json!({ "form": ["image"] }), pictured(), with(text())),
            (json!({ "form": ["text"] }), with(text()), pictured()),
            (json!({ "actor": ["service"] }), by(robot), by(bob)),
            (json!({ "host": ["far.example"] }), by(bob), by(zoe)),
            (json!("remote"), by(zoe), by(ann)),
            (json!("outsider"), by(ann), by(member)),
            (json!({ "account_younger": "2d" }), by(ann), by(old)),
            (json!({ "known_for_less": "2d" }), by(here.person("carol").await), by(old)),
            (json!({ "kind": ["comment"] }), Submit { parent: Some(here.post(group, old, "Beans").await), ..by(ann) }, by(ann)),
        ] {
            rule(&here, group, when.clone(), json!(["refuse"])).await;
            assert!(refuses_post(&here, fits).await, "{when}");
            assert!(!refuses_post(&here, other).await, "not {when}");
        }
    }

    async fn each_condition_about_what_something_got_is_told_of_edits_and_votes(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (ann, bob) = (here.person("ann").await, here.remote("bob").await);
        let (bad, fine) = (disliked(&here, group, ann).await, here.post(group, ann, "Roses").await);
        for (fits, other) in [
            (json!({ "score_below": -2 }), json!({ "score_below": -3 })),
            (json!({ "downs_over": 2 }), json!({ "downs_over": 3 })),
            (json!({ "reports_over": 2 }), json!({ "reports_over": 3 })),
        ] {
            rule(&here, group, fits.clone(), json!(["refuse"])).await;
            assert!(refuses_edit(&here, bad, ann).await && refuses_vote(&here, bad, bob).await, "{fits}");
            assert!(!refuses_edit(&here, fine, ann).await && !refuses_vote(&here, fine, bob).await, "not {fits}");
            rule(&here, group, other.clone(), json!(["refuse"])).await;
            assert!(!refuses_edit(&here, bad, ann).await && !refuses_vote(&here, bad, bob).await, "not {other}");
        }
    }

    async fn what_would_be_said_of_an_edit_that_waits_counts_reports_too(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let ann = here.person("ann").await;
        let bad = disliked(&here, group, ann).await;
        let rules = json!({ "all": [{ "kind": ["edit"] }, { "reports_over": 2 }] });
        rule(&here, group, rules, json!(["hold"])).await;
        here.minute();
        entry::edit(&here.app, here.retitling(bad, ann, "Roses")).await.unwrap();
        let moderator = viewer(here.moderator(group).await);
        let subject = Subject::Item(here.waiting(group).await.id);
        let told = explain(&here.app, &moderator, subject).await.unwrap();
        assert_eq!(told.now.unwrap().rule.as_deref(), Some("r"));
    }

    async fn what_a_rule_tagged_is_known_by_its_tag_from_then_on(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let ann = here.person("ann").await;
        rule(&here, group, json!({ "words": ["tulips"] }), json!([{ "add_tag": "Flower" }, { "add_tag": "bulb" }])).await;
        let (tagged, other) = (here.post(group, ann, "Tulips").await, here.post(group, ann, "Roses").await);
        let comment = here.comment(tagged, ann, "More tulips").await;
        let shown = async |entry| read::entries::find(&here.app, &Viewer::anonymous(), entry).await.unwrap().unwrap().tags;
        assert_eq!((shown(tagged).await, shown(comment).await), (words(&["bulb", "flower"]), words(&["bulb", "flower"])));
        assert_eq!(shown(other).await, words(&[]));

        rule(&here, group, json!({ "tag": ["flower"] }), json!(["refuse"])).await;
        assert!(refuses_edit(&here, tagged, ann).await && !refuses_edit(&here, other, ann).await);
        rule(&here, group, json!({ "kind": ["edit"] }), json!([{ "add_tag": "old" }])).await;
        assert!(!refuses_edit(&here, tagged, ann).await);
        assert_eq!(shown(tagged).await, words(&["bulb", "flower", "old"]), "those it has stay");
        here.take_away(tagged, ann).await;
        let trace = read::entries::find(&here.app, &Viewer::anonymous(), tagged).await.unwrap();
        assert!(trace.is_none_or(|trace| trace.tags.is_empty()), "nothing of what is gone is shown");
    }
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

//! Reports to moderators elsewhere of a group here, and what came of them.

use guildhall_app::{
    Viewer, case,
    entry::{self, Submit},
    group::{self, SetModerator},
};
use guildhall_domain::{ActorId, ApId, CaseId, EntryId, GroupId, actor::ActorKind, event::Cause};
use guildhall_store::{
    Db,
    actor::Actor,
    rulebook::{self, StoredRulebook},
    testing::on_both_engines,
};
use serde_json::json;

use crate::{
    stage::{BASE, Stage},
    support::{gardening, open},
};

/// A group with a moderator here and one at lemmy.example.
async fn moderated(db: Db) -> (Stage, GroupId, Actor, Actor) {
    let stage = Stage::new(db).await;
    let (group, mona) = gardening(&stage, open()).await;
    let lou = stage.remote("lemmy.example", "lou", ActorKind::Person).await;
    let appoint = SetModerator { group, actor: lou.id, by: mona.id, appointed: true, cause: Cause::Local };
    group::set_moderator(&stage.app, appoint).await.unwrap();
    stage.publish().await;
    (stage, group, mona, lou)
}

async fn report(stage: &Stage, entry: EntryId, by: ActorId, more: impl FnOnce(case::Report) -> case::Report) {
    let report = case::Report { entries: vec![entry], ..case::Report::by(by, "An advertisement.") };
    case::report(&stage.app, more(report)).await.unwrap();
}

async fn close(stage: &Stage) {
    let (id,): (i64,) = stage.app.store.query("SELECT max(id) FROM cases").one().await.unwrap();
    let admin = Viewer { is_admin: true, ..Viewer::anonymous() };
    case::close(&stage.app, &admin, CaseId(id)).await.unwrap();
}

on_both_engines! {
    async fn moderators_elsewhere_hear_of_a_report_by_the_instance_and_that_it_is_settled(db: Db) {
        let (stage, group, mona, lou) = moderated(db).await;
        let post = stage.write(group, &mona, None, "Cheap seeds.").await;
        stage.publish().await;
        let ann = stage.person("ann").await;
        report(&stage, post, ann.id, |report| report).await;
        let [flag] = &stage.publish().await[..] else { panic!("one Flag") };
        assert_eq!((&flag.targets, flag.group), (&vec![lou.inbox.clone()], None));
        let said = flag.group_aware();
        assert_eq!((&said["type"], &said["actor"]), (&json!("Flag"), &json!(format!("{BASE}/actor"))));
        assert_eq!((&said["to"], &said["object"]), (&json!([lou.ap_id.as_str()]), &json!([format!("{BASE}/posts/{post}")])));
        assert!(!said.to_string().contains(ann.ap_id.as_str()));

        close(&stage).await;
        let [resolve] = &stage.publish().await[..] else { panic!("one Resolve") };
        assert_eq!((&resolve.targets, resolve.sender, &resolve.body_microblog), (&vec![lou.inbox.clone()], group.actor(), &None));
        let done = resolve.group_aware();
        assert_eq!((&done["type"], &done["object"]["id"], &done["object"]["actor"]), (&json!("Resolve"), &said["id"], &said["actor"]));
    }

    async fn who_reports_by_name_is_named_in_what_is_settled_too(db: Db) {
        let (stage, group, mona, _) = moderated(db).await;
        let post = stage.write(group, &mona, None, "Cheap seeds.").await;
        let ann = stage.person("ann").await;
        stage.publish().await;
        report(&stage, post, ann.id, |report| case::Report { is_named: true, ..report }).await;
        close(&stage).await;
        let [flag, resolve] = &stage.publish().await[..] else { panic!("a Flag and a Resolve") };
        assert_eq!(flag.group_aware()["actor"], ann.ap_id.as_str());
        assert_eq!(resolve.group_aware()["object"]["actor"], ann.ap_id.as_str());
    }

    async fn a_report_from_elsewhere_is_settled_for_each_by_the_flag_they_know(db: Db) {
        let (stage, group, mona, lou) = moderated(db).await;
        let post = stage.write(group, &mona, None, "Cheap seeds.").await;
        let rob = stage.remote("other.example", "rob", ActorKind::Person).await;
        stage.publish().await;
        let theirs = "https://other.example/flags/1";
        let activity = json!({ "id": theirs, "type": "Flag", "actor": rob.ap_id.as_str(), "object": format!("{BASE}/posts/{post}") });
        let cause = stage.received(&rob, &activity).await;
        report(&stage, post, rob.id, |report| case::Report { flag: Some(ApId::new(theirs)), cause, ..report }).await;
        let [ours] = &stage.publish().await[..] else { panic!("one Flag") };
        let ours = ours.group_aware();
        assert_ne!(ours["id"], theirs);

        close(&stage).await;
        let rows = stage.publish().await;
        let mut told: Vec<_> =
            rows.iter().map(|row| (row.targets.clone(), row.group_aware()["object"]["id"].clone())).collect();
        told.sort_by_key(|(targets, _)| targets.clone());
        assert_eq!(told, [(vec![lou.inbox.clone()], ours["id"].clone()), (vec![rob.inbox.clone()], json!(theirs))]);
    }

    async fn what_a_rule_reports_reaches_moderators_elsewhere(db: Db) {
        let (stage, group, mona, lou) = moderated(db).await;
        let body = json!({ "rules": [{ "name": "casinos", "title": "No casinos.", "mode": "on",
            "when": { "words": ["casino"] }, "then": ["hold", "report"] }] });
        let book = StoredRulebook { revision: 1, body, updated_at: stage.now() };
        let mut tx = stage.app.begin().await.unwrap();
        assert!(rulebook::set(&mut tx, Some(group), 0, &book).await.unwrap());
        tx.commit().await.unwrap();
        let ann = stage.person("ann").await;
        let submit = |title: &str| Submit {
            group, author: ann.id, parent: None, origin: entry::Origin::Here,
            texts: entry::texts_from_markdown(Some(title.to_owned()), "A casino.", None),
            poll: None, is_public: true, is_fetched: false, is_passed_on: false, cause: Cause::Local,
        };
        let post = entry::submit(&stage.app, submit("One")).await.unwrap().entry.unwrap();
        entry::submit(&stage.app, submit("Two")).await.unwrap();
        let rows = stage.publish().await;
        let [flag] = &rows[..] else { panic!("one Flag for the case: {}", rows.len()) };
        assert_eq!(flag.targets, vec![lou.inbox.clone()]);
        let said = flag.group_aware();
        assert_eq!((&said["type"], &said["object"]), (&json!("Flag"), &json!([format!("{BASE}/posts/{post}")])));
        assert!(said["summary"].as_str().unwrap().contains("casinos"), "{said}");

        close(&stage).await;
        let [resolve] = &stage.publish().await[..] else { panic!("one Resolve") };
        assert_eq!(resolve.group_aware()["object"]["id"], said["id"]);
        assert!(mona.is_local);
    }
}

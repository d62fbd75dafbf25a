//! What groups elsewhere decide, in the public log: as theirs, and as far as their word goes.

use guildhall_app::{
    Viewer,
    read::{LogFilter, LogLine, PageRequest, Whose, log},
};
use guildhall_domain::moderation::DecisionAction;
use guildhall_store::{Db, testing::on_both_engines};
use serde_json::json;

use crate::{
    announce::Followed,
    support::{With as _, activity, delete, id, undo},
};

async fn lines(followed: &Followed) -> Vec<LogLine> {
    let (app, anybody) = (&followed.world.here.app, Viewer::anonymous());
    log::of_instance(app, &anybody, &LogFilter::default(), PageRequest::default()).await.unwrap().items
}

on_both_engines! {
    async fn what_a_group_elsewhere_announces_is_in_the_log_as_its_own(db: Db) {
        let followed = Followed::joined(db).await;
        let (note, create) = followed.post("Dune");
        followed.third.put(&note);
        followed.announced(&create).await;
        let moderator = followed.world.peer.actor("mo");
        let books = &followed.books.id;
        let act = |kind: &str, object: &str, more| activity(&moderator, kind, json!(object)).with(more);
        let lock = act("Lock", id(&note), json!({ "summary": "too heated" }));
        let feature = act("Add", id(&note), json!({ "target": format!("{books}/featured") }));
        let removal = delete(&moderator, id(&note)).with(json!({ "summary": "off topic" }));
        let ban = act("Block", followed.tom.id.as_str(), json!({
            "target": books, "summary": "the third time", "endTime": "2026-09-01T00:00:00Z",
        }));
        let appoint = act("Add", followed.tom.id.as_str(), json!({ "target": format!("{books}/moderators") }));
        for done in [&lock, &undo(&moderator, &lock), &feature, &removal, &undo(&moderator, &removal), &ban, &undo(&moderator, &ban), &appoint] {
            assert_eq!(followed.announced(done).await, "applied", "{done}");
        }
        let lines = lines(&followed).await;
        let seen: Vec<_> = lines.iter().map(|line| (line.action, line.reason.as_deref())).collect();
        assert_eq!(seen, [
            (DecisionAction::Appoint, None),
            (DecisionAction::Unban, None),
            (DecisionAction::Ban, Some("the third time")),
            (DecisionAction::Restore, None),
            (DecisionAction::Remove, Some("off topic")),
            (DecisionAction::Feature, None),
            (DecisionAction::Unlock, None),
            (DecisionAction::Lock, Some("too heated")),
        ]);
        let handle = format!("@books@{}", followed.world.peer.host);
        for line in &lines {
            assert!(matches!(&line.whose, Whose::Elsewhere(group) if group.handle == handle), "{line:?}");
            assert!(line.by.is_none(), "its moderators are its own affair: {line:?}");
            assert_eq!(line.person.as_ref().map(|person| person.ap_id.as_str()), Some(followed.tom.id.as_str()));
        }
        assert!(lines[2].until.is_some());
    }

    async fn what_is_forged_or_not_its_own_is_in_no_log(db: Db) {
        let followed = Followed::joined(db).await;
        let (note, create) = followed.post("Dune");
        followed.third.put(&note);
        followed.announced(&create).await;
        let ours = followed.world.posted("Tulips").await;
        let nobody = followed.world.peer.actor("nell");
        for forged in [
            delete(&nobody, id(&note)),
            activity(&nobody, "Lock", json!(id(&note))),
            activity(&nobody, "Block", json!(followed.tom.id)).with(json!({ "target": followed.books.id })),
        ] {
            assert_eq!(followed.world.send(&forged).await, "refused", "{forged}");
        }
        followed.announced(&delete(&nobody, id(&ours))).await;
        assert!(lines(&followed).await.is_empty());
    }
}

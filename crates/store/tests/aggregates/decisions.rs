//! Decisions are kept as they were made.

use guildhall_domain::{
    DecisionId, EntryId,
    admission::Layer,
    moderation::{Decision, DecisionAction, Target},
};
use guildhall_store::{Db, decision, testing::on_both_engines};

use crate::set_up::{ANN, BOB, FAR_GROUP, GROUP, LATER, NOW, people};

fn by_rule(id: i64, action: DecisionAction, layer: Layer) -> Decision {
    Decision {
        id: DecisionId(id),
        group: Some(GROUP),
        action,
        target: Target::Entry(EntryId(1)),
        layer,
        rule: Some("first-post".to_owned()),
        reason: None,
        until: None,
        by: None,
        at: NOW,
    }
}

on_both_engines! {
    async fn every_action_and_layer_comes_back(db: Db) {
        people(&db).await;
        let actions = DecisionAction::ALL.iter().map(|action| (*action, Layer::Default));
        let layers = Layer::ALL.iter().map(|layer| (DecisionAction::Hold, *layer));
        let made: Vec<Decision> =
            (1..).zip(actions.chain(layers)).map(|(id, (action, layer))| by_rule(id, action, layer)).collect();
        let mut tx = db.begin().await.unwrap();
        for record in &made {
            decision::insert(&mut tx, record).await.unwrap();
        }
        tx.commit().await.unwrap();
        assert_eq!(decision::list_of_entry(&db, EntryId(1)).await.unwrap(), made);
    }

    async fn decisions_of_a_group_are_listed_newest_first(db: Db) {
        people(&db).await;
        let ban = Decision {
            target: Target::Actor(BOB),
            layer: Layer::Moderator,
            rule: None,
            reason: Some("spam \u{1F41F}".to_owned()),
            until: Some(LATER),
            by: Some(ANN),
            ..by_rule(2, DecisionAction::Ban, Layer::Moderator)
        };
        let first = by_rule(1, DecisionAction::Hold, Layer::Review);
        let of_instance = Decision { group: None, ..by_rule(3, DecisionAction::Ban, Layer::Moderator) };
        let elsewhere = Decision { group: Some(FAR_GROUP), ..by_rule(4, DecisionAction::Ban, Layer::Moderator) };
        let mut tx = db.begin().await.unwrap();
        for record in [&first, &ban, &of_instance, &elsewhere] {
            decision::insert(&mut tx, record).await.unwrap();
        }
        tx.commit().await.unwrap();
        assert_eq!(decision::list_of_group(&db, GROUP, 10).await.unwrap(), [ban.clone(), first]);
        assert_eq!(decision::list_of_group(&db, GROUP, 1).await.unwrap(), [ban]);
    }
}

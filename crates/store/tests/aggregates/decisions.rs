//! Decisions are kept as they were made.

use guildhall_domain::{
    CaseId, DecisionId, EntryId,
    admission::Layer,
    moderation::{Decision, DecisionAction, Signed, Target, WrittenRule},
};
use guildhall_store::{Db, decision, testing::on_both_engines};

use crate::set_up::{ANN, BOB, FAR_GROUP, GROUP, LATER, NOW, people};

fn by_rule(id: i64, action: DecisionAction, layer: Layer) -> Decision {
    let about = Target::Entry(EntryId(1));
    Decision {
        group: Some(GROUP),
        rule: Some("first-post".to_owned()),
        ..Decision::new(DecisionId(id), action, about, layer, NOW)
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
        let list = async |after, limit| decision::list_of_entry(&db, EntryId(1), after, limit).await.unwrap();
        assert_eq!(list(None, 100).await, made);
        assert_eq!(list(Some(made[1].id), 3).await, made[2..5]);
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
            written_rule: Some(WrittenRule { number: 3, title: "No adverts".to_owned() }),
            note: Some("the third time".to_owned()),
            signed: Signed::Name,
            case: Some(CaseId(7)),
            undoes: Some(DecisionId(1)),
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
        assert_eq!(decision::list_of_group(&db, GROUP, 1).await.unwrap(), std::slice::from_ref(&ban));
        let before = async |id| decision::list_of_group_before(&db, GROUP, Some(DecisionId(id)), 10).await.unwrap();
        assert_eq!(before(2).await, [by_rule(1, DecisionAction::Hold, Layer::Review)]);
        assert_eq!(before(1).await, []);
    }

    async fn decisions_of_the_instance_are_listed_apart(db: Db) {
        people(&db).await;
        let of_instance = |id, action| Decision {
            group: None,
            target: Target::Host("far.example:8443".to_owned()),
            by: Some(ANN),
            ..by_rule(id, action, Layer::Moderator)
        };
        let (block, clear) = (of_instance(1, DecisionAction::BlockHost), of_instance(3, DecisionAction::ClearHost));
        let mut tx = db.begin().await.unwrap();
        for record in [&block, &by_rule(2, DecisionAction::Hold, Layer::Review), &clear] {
            decision::insert(&mut tx, record).await.unwrap();
        }
        tx.commit().await.unwrap();
        let list = async |before, limit| decision::list_of_instance_before(&db, before, limit).await.unwrap();
        assert_eq!(list(None, 10).await, [clear.clone(), block.clone()]);
        assert_eq!(list(None, 1).await, std::slice::from_ref(&clear));
        assert_eq!(list(Some(clear.id), 10).await, [block]);
    }

    async fn the_latest_word_about_a_person_is_found_by_what_was_done(db: Db) {
        people(&db).await;
        let about = |id, action| Decision { target: Target::Actor(BOB), ..by_rule(id, action, Layer::Moderator) };
        let (first, second) = (about(1, DecisionAction::Refuse), about(2, DecisionAction::Refuse));
        let others = [
            about(3, DecisionAction::Ban),
            Decision { target: Target::Actor(ANN), ..about(4, DecisionAction::Refuse) },
            Decision { group: Some(FAR_GROUP), ..about(5, DecisionAction::Refuse) },
            by_rule(6, DecisionAction::Refuse, Layer::Moderator),
        ];
        let mut tx = db.begin().await.unwrap();
        for record in [&first, &second].into_iter().chain(&others) {
            decision::insert(&mut tx, record).await.unwrap();
        }
        tx.commit().await.unwrap();
        let latest = async |actions: &[DecisionAction]| {
            decision::find_latest_about(&db, GROUP, BOB, actions).await.unwrap()
        };
        assert_eq!(latest(&[DecisionAction::Refuse]).await.as_ref(), Some(&second));
        assert_eq!(latest(&[DecisionAction::Refuse, DecisionAction::Ban]).await.as_ref(), Some(&others[0]));
        assert_eq!(latest(&[DecisionAction::Admit]).await, None);
    }
}

//! What somebody may do in a group, before they do it.

use guildhall_app::{
    group::{self, ChangeGroup},
    instance,
    read::{Access, Answer, access},
    welcome::{self, Invite},
};
use guildhall_domain::{
    ActorId, GroupId,
    admission::{End, Sanction, Wants},
    group::{Admission, Posting, Review},
    membership::MembershipState,
    peering::PeeringAction,
    welcome::JoinQuestion,
};
use guildhall_store::{
    Db,
    delivery::{failure, host},
    standing,
    testing::on_both_engines,
};

use crate::support::{
    FAR, Here,
    people::{admitting, policy, reviewing},
    write::posting,
};

async fn of(here: &Here, group: GroupId, person: ActorId) -> Access {
    access::find(&here.app, group, person).await.unwrap().unwrap()
}

/// The answers to joining, posting, commenting, voting and reporting, each with its code.
async fn answers(here: &Here, group: GroupId, person: ActorId) -> Vec<String> {
    let acts = of(here, group, person).await.acts;
    let wants: Vec<Wants> = acts.iter().map(|act| act.wants).collect();
    assert_eq!(wants, [Wants::Join, Wants::Post, Wants::Comment, Wants::Vote, Wants::Report]);
    acts.iter()
        .map(|act| {
            assert_eq!(act.code.is_some(), act.reason.is_some());
            assert!(act.answer == Answer::Allowed || act.code.is_some(), "no without a why");
            match act.code {
                Some(code) => format!("{} {code}", act.answer.as_str()),
                None => act.answer.as_str().to_owned(),
            }
        })
        .collect()
}

const YES: &str = "allowed";

on_both_engines! {
    async fn an_open_group_allows_all_and_says_who_is_in(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (ann, mona) = (here.person("ann").await, here.moderator(group).await);
        assert_eq!(answers(&here, group, ann).await, [YES; 5]);
        here.join(group, ann).await;
        assert_eq!(answers(&here, group, ann).await[0], "allowed already-member");
        assert_eq!(of(&here, group, ann).await.membership, Some(MembershipState::Member));
        assert!(of(&here, group, mona).await.is_moderator);
        assert_eq!(access::find(&here.app, GroupId(9), ann).await.unwrap(), None);
    }

    async fn the_pipeline_is_asked_without_being_entered(db: Db) {
        let here = Here::new(db);
        let members = here.group_with("club", policy(Admission::Invite, Posting::Members, Review::None)).await;
        let careful = here.group_with("careful", reviewing(Review::First)).await;
        let ann = here.person("ann").await;
        let no = "refused members-only";
        assert_eq!(answers(&here, members, ann).await, ["refused invite-needed", no, no, YES, YES]);
        let first = "held first-post";
        assert_eq!(answers(&here, careful, ann).await, [YES, first, first, YES, YES]);
        here.ban(careful, ann).await;
        assert_eq!(answers(&here, careful, ann).await, ["refused banned"; 5]);
        assert!(here.queue(careful).await.is_empty() && here.queue(members).await.is_empty());
        // As it says, so it comes.
        let error = guildhall_app::entry::submit(&here.app, posting(members, ann, "Tulips")).await.unwrap();
        assert_eq!(error.decided.verdict.reason(), Some("members-only"));
    }

    async fn who_was_invited_by_name_need_not_wait(db: Db) {
        let here = Here::new(db);
        let group = here.group_with("garden", admitting(Admission::Approval)).await;
        let question = JoinQuestion { text: "Why?".to_owned(), required: true };
        welcome::set_questions(&here.app, group, group.actor(), vec![question.clone()]).await.unwrap();
        let (ann, bob) = (here.person("ann").await, here.remote("bob").await);
        let before = of(&here, group, ann).await;
        assert_eq!((before.acts[0].answer, before.acts[0].code), (Answer::Held, Some("approval")));
        assert_eq!(before.questions, [question]);
        here.join(group, bob).await;
        assert_eq!(of(&here, group, bob).await.acts[0].code, Some("pending"));

        let invite = Invite { group, by: group.actor(), max_uses: None, until: None, note: String::new(), only_for: Some(ann) };
        welcome::invite(&here.app, invite).await.unwrap();
        let after = of(&here, group, ann).await;
        assert!(after.is_invited && after.questions.is_empty());
        assert_eq!(after.acts[0].answer, Answer::Allowed);
    }

    async fn of_a_group_elsewhere_it_says_what_is_known(db: Db) {
        let here = Here::new(db);
        let group = here.far_group("boats").await;
        let ann = here.person("ann").await;
        assert_eq!(answers(&here, group, ann).await, [YES; 5]);
        here.join(group, ann).await;
        assert_eq!(answers(&here, group, ann).await[0], "held pending");

        let mut tx = here.app.begin().await.unwrap();
        host::ensure(&mut tx, &[FAR], 0).await.unwrap();
        tx.query("UPDATE groups SET posting = 'moderators' WHERE id = $1").bind(group.0).execute().await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(answers(&here, group, ann).await[1..3], ["refused moderators-only", YES]);

        for (state, code) in [("dead", "held server-silent"), ("paused", "held server-paused"), ("active", YES)] {
            let mut tx = here.app.begin().await.unwrap();
            tx.query("UPDATE delivery_hosts SET state = $1").bind(state).execute().await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(answers(&here, group, ann).await[2], code);
        }
        let forbidden = |seq| failure::NewFailure { seq, inbox: "i".to_owned(), error: "HTTP 403".to_owned(), failed_at: here.now() };
        let mut tx = here.app.begin().await.unwrap();
        failure::insert_all(&mut tx, FAR, &[forbidden(1), forbidden(2), forbidden(3)]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(answers(&here, group, ann).await[2], "held refused-there");

        let mut tx = here.app.begin().await.unwrap();
        standing::set(&mut tx, Some(group), ann, Sanction::Ban, End::Open).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(answers(&here, group, ann).await, ["refused banned"; 5]);
        instance::set_peering(&here.app, None, FAR, Some(PeeringAction::Block), None).await.unwrap();
        assert_eq!(answers(&here, group, ann).await, ["refused host-blocked"; 5]);
    }

    async fn gates_of_trust_count_too(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let ann = here.person("ann").await;
        let body = serde_json::json!({ "gates": { "voting": { "from": "known" } } });
        let book = guildhall_store::rulebook::StoredRulebook { revision: 1, body, updated_at: here.now() };
        let mut tx = here.app.begin().await.unwrap();
        assert!(guildhall_store::rulebook::set(&mut tx, Some(group), 0, &book).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(answers(&here, group, ann).await[3], "refused not-trusted");
        let body = serde_json::json!({ "gates": { "rate": { "over": 1, "from": "known" } } });
        let book = guildhall_store::rulebook::StoredRulebook { revision: 2, body, updated_at: here.now() };
        let mut tx = here.app.begin().await.unwrap();
        assert!(guildhall_store::rulebook::set(&mut tx, Some(group), 1, &book).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(answers(&here, group, ann).await, [YES; 5]);
        here.post(group, ann, "Tulips").await;
        assert_eq!(answers(&here, group, ann).await, [YES, "held rate", "held rate", YES, YES]);
        let closed = ChangeGroup { posting: Some(Posting::Moderators), ..ChangeGroup::default() };
        group::change(&here.app, group, group.actor(), closed).await.unwrap();
        assert_eq!(answers(&here, group, ann).await[1], "refused moderators-only");
    }
}

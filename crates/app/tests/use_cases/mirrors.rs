//! Posts of partners in our groups, after they came in: what changes at their source or among our moderators is looked at
//! anew, and nothing waits for that.

use std::time::Duration;

use guildhall_app::{
    Viewer,
    case::{self, Act, CaseAction, EntryAction, Report},
    entry::{self, Edit, Edited},
    group::{self, SetBan},
    partner::{self, PartnerError},
    queue,
    read::{CaseFilter, PageRequest, cases},
    rulebook::{self, Replace},
};
use guildhall_domain::{
    ActorId, EntryId, GroupId,
    event::{Cause, EventKind},
    moderation::{DecisionAction, NoticeKind},
    partner::{MirrorReason, MirrorState, PartnerPolicy},
};
use guildhall_store::{
    Db,
    db::Engine,
    notice::Notice,
    removal,
    testing::{on_both_engines, run},
};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::{
    partners::{announced, ask, in_state, judging, listed, news, set, unsettled},
    support::{Here, people::viewer},
};

/// Long enough to get as far as where it waits.
const GLIMPSE: Duration = Duration::from_millis(300);

/// A group here, a partner elsewhere that it mirrors or reviews, and somebody who writes there.
async fn linked(here: &Here, policy: PartnerPolicy) -> (GroupId, GroupId, ActorId) {
    let (garden, books) = (here.group("garden").await, here.far_group("books").await);
    set(here, garden, books, policy).await;
    (garden, books, here.remote("tom").await)
}

/// Gives a group one rule about the word casino.
async fn rule(here: &Here, group: GroupId, action: &str) {
    let then: Value = json!([action]);
    let rule =
        json!({ "name": "casinos", "title": "No casinos.", "when": { "words": ["casino"] }, "then": then });
    let book = Replace { group: Some(group), before: 0, body: json!({ "rules": [rule] }) };
    let keeper = Viewer { is_admin: true, ..Viewer::anonymous() };
    rulebook::replace(&here.app, &keeper, book).await.unwrap();
}

/// The author says something else, elsewhere.
async fn retitled(here: &Here, post: EntryId, author: ActorId, title: &str) {
    here.minute();
    let edit = Edit { cause: here.activity().await, ..here.retitling(post, author, title) };
    assert_eq!(entry::edit(&here.app, edit).await.unwrap(), Edited::Changed);
}

/// What a moderator of its group does in a case about a post.
async fn act(here: &Here, moderator: ActorId, post: EntryId, action: CaseAction) {
    let report = Report { entries: vec![post], ..Report::by(moderator, "Look.") };
    case::report(&here.app, report).await.unwrap();
    let (reader, open) = (viewer(moderator), CaseFilter { is_open: true, assignee: None });
    let group = here.entry(post).await.group_id;
    let found = cases::of_group(&here.app, &reader, group, open, PageRequest::default()).await.unwrap().items;
    let act = Act { actions: vec![action], ..Act::default() };
    case::act(&here.app, &reader, found[0].id, act).await.unwrap();
}

fn ban(group: GroupId, actor: ActorId, banned: bool) -> SetBan {
    let (by, cause, reason) = (group.actor(), Cause::Local, Some("spam".to_owned()));
    SetBan { group, actor, by, banned, until: None, reason, remove_content: banned, cause }
}

on_both_engines! {
    async fn who_writes_does_not_wait_for_what_mirrors_it(db: Db) {
        let here = Here::new(db);
        let (garden, books, tom) = linked(&here, PartnerPolicy::Mirror).await;
        // Rung by the link.
        here.app.signals.promised.notified().await;
        let post = unsettled(&here, books, tom, "Dune").await;
        assert_eq!(in_state(&here, garden, MirrorState::New).await, [(post, None)]);
        assert!(listed(&here, garden).await.is_empty());
        let rung = timeout(Duration::ZERO, here.app.signals.promised.notified()).await;
        assert!(rung.is_ok(), "who settles is told");
        assert_eq!(news(&here).await, [(garden, post, true)]);
        assert_eq!(listed(&here, garden).await, [post]);
    }

    async fn a_post_that_cannot_be_decided_about_keeps_no_other_from_it(db: Db) {
        let here = Here::new(db);
        let (garden, books, tom) = linked(&here, PartnerPolicy::Mirror).await;
        let (odd, nearly) = (here.group("odd").await, here.far_group("nearly").await);
        set(&here, odd, nearly, PartnerPolicy::Mirror).await;
        let first = unsettled(&here, nearly, tom, "First").await;
        let second = unsettled(&here, books, tom, "Second").await;
        let spell = async |policy: &'static str| {
            let mut tx = here.app.begin().await.unwrap();
            tx.query("UPDATE group_partners SET policy = $2 WHERE group_id = $1").bind(odd.0).bind(policy).execute().await.unwrap();
            tx.commit().await.unwrap();
        };
        spell("nonsense").await;
        assert_eq!(news(&here).await, [(garden, second, true)]);
        spell("mirror").await;
        assert_eq!(news(&here).await, [(odd, first, true)]);
    }

    async fn our_automatic_rules_judge_what_partners_say(db: Db) {
        let here = Here::new(db);
        let (garden, books, tom) = linked(&here, PartnerPolicy::Mirror).await;
        let den = here.group("den").await;
        set(&here, den, books, PartnerPolicy::Mirror).await;
        rule(&here, garden, "hold").await;
        rule(&here, den, "refuse").await;
        let post = announced(&here, books, tom, "Casino").await;
        let harmless = announced(&here, books, tom, "Dune").await;
        assert_eq!((listed(&here, garden).await, listed(&here, den).await), (vec![harmless], vec![harmless]));
        assert_eq!(in_state(&here, garden, MirrorState::Waiting).await, [(post, Some(MirrorReason::Rule))]);
        assert_eq!(in_state(&here, den, MirrorState::Refused).await, [(post, Some(MirrorReason::Rule))]);
    }

    async fn a_new_text_is_shown_only_after_it_was_looked_at(db: Db) {
        let here = Here::new(db);
        let (garden, books, tom) = linked(&here, PartnerPolicy::Mirror).await;
        rule(&here, garden, "hold").await;
        let post = announced(&here, books, tom, "Dune").await;
        assert_eq!(news(&here).await, [(garden, post, true)]);
        retitled(&here, post, tom, "Dune, again").await;
        assert!(listed(&here, garden).await.is_empty(), "nobody has looked at it");
        assert!(news(&here).await.is_empty(), "followers know it");
        assert_eq!(listed(&here, garden).await, [post]);
        retitled(&here, post, tom, "Casino").await;
        assert_eq!(news(&here).await, [(garden, post, false)]);
        assert_eq!(in_state(&here, garden, MirrorState::Waiting).await, [(post, Some(MirrorReason::Rule))]);
        retitled(&here, post, tom, "Dune").await;
        assert_eq!(news(&here).await, [(garden, post, true)], "what waits is looked at anew, too");
    }

    async fn what_was_let_in_by_hand_is_not_asked_about_again_unless_something_is_wrong_with_it(db: Db) {
        let here = Here::new(db);
        let (garden, books, tom) = linked(&here, PartnerPolicy::Review).await;
        rule(&here, garden, "refuse").await;
        let keeper = here.moderator(garden).await;
        let post = announced(&here, books, tom, "Dune").await;
        retitled(&here, post, tom, "Dune, again").await;
        let refused = partner::admit(&here.app, judging(garden, post, keeper)).await.unwrap_err();
        assert!(matches!(refused, PartnerError::NoSuchMirror), "nobody has read it: {refused}");
        assert!(news(&here).await.is_empty());
        assert_eq!(in_state(&here, garden, MirrorState::Waiting).await, [(post, Some(MirrorReason::Review))]);
        partner::admit(&here.app, judging(garden, post, keeper)).await.unwrap();
        assert_eq!(news(&here).await, [(garden, post, true)]);
        retitled(&here, post, tom, "Emma").await;
        assert!(news(&here).await.is_empty());
        assert_eq!(listed(&here, garden).await, [post]);
        retitled(&here, post, tom, "Casino").await;
        assert_eq!(news(&here).await, [(garden, post, false)]);
        assert_eq!(in_state(&here, garden, MirrorState::Refused).await, [(post, Some(MirrorReason::Rule))]);
    }

    async fn a_new_text_that_the_partner_lets_in_later_is_looked_at_then(db: Db) {
        let here = Here::new(db);
        let (garden, books) = (here.group("garden").await, here.group("books").await);
        ask(&here, garden, books, PartnerPolicy::Mirror).await;
        rule(&here, books, "hold").await;
        rule(&here, garden, "refuse").await;
        let (ann, keeper) = (here.person("ann").await, here.moderator(books).await);
        let post = here.post(books, ann, "Dune").await;
        assert_eq!(news(&here).await, [(garden, post, true)]);
        here.minute();
        assert_eq!(entry::edit(&here.app, here.retitling(post, ann, "Casino")).await.unwrap(), Edited::Held);
        assert!(news(&here).await.is_empty());
        queue::admit(&here.app, here.waiting(books).await.id, keeper).await.unwrap();
        assert_eq!(news(&here).await, [(garden, post, false)]);
    }

    async fn what_partners_show_of_somebody_goes_with_a_ban_that_removes_and_comes_back_with_it(db: Db) {
        let here = Here::new(db);
        let (garden, books, tom) = linked(&here, PartnerPolicy::Mirror).await;
        let den = here.group("den").await;
        set(&here, den, books, PartnerPolicy::Review).await;
        let eve = here.remote("eve").await;
        let (post, other) = (announced(&here, books, tom, "Dune").await, announced(&here, books, eve, "Emma").await);
        let unseen = unsettled(&here, books, tom, "Persuasion").await;
        here.told().await;
        group::set_ban(&here.app, SetBan { remove_content: false, ..ban(den, tom, true) }).await.unwrap();
        assert_eq!(in_state(&here, den, MirrorState::Waiting).await.len(), 2, "without removal what is there stays");
        group::set_ban(&here.app, ban(garden, tom, true)).await.unwrap();
        assert_eq!(listed(&here, garden).await, [other]);
        let removed = in_state(&here, garden, MirrorState::Removed).await;
        assert_eq!(removed, [(unseen, Some(MirrorReason::Banned)), (post, Some(MirrorReason::Banned))]);
        assert_eq!(news(&here).await, [(garden, post, false)]);
        let taken = here.decisions(garden).await;
        let taken = taken.iter().filter(|seen| seen.action == DecisionAction::RemoveMirror);
        assert!(taken.clone().count() == 2 && taken.clone().all(|seen| seen.reason.as_deref() == Some("spam")));

        let told = here.notices(tom).await;
        let of_garden = |told: &&Notice| told.kind == NoticeKind::Decision && told.group == Some(garden);
        let banned = told.iter().rfind(of_garden).unwrap().decision.unwrap();
        group::set_ban(&here.app, ban(garden, tom, false)).await.unwrap();
        assert_eq!(listed(&here, garden).await, [other], "a ban that is lifted brings nothing back");
        let promise = removal::Return { ban: banned, by: garden.actor(), reason: "No spam.".into() };
        let mut tx = here.app.begin().await.unwrap();
        removal::insert_return(&mut tx, &promise, here.now()).await.unwrap();
        tx.commit().await.unwrap();
        entry::finish_returns(&here.app).await.unwrap();
        assert_eq!(news(&here).await, [(garden, post, true), (garden, unseen, true)]);
    }

    async fn what_its_author_was_asked_to_change_is_mirrored_again(db: Db) {
        let here = Here::new(db);
        let (garden, books) = (here.group("garden").await, here.group("books").await);
        ask(&here, garden, books, PartnerPolicy::Mirror).await;
        let (ann, keeper) = (here.person("ann").await, here.moderator(books).await);
        let post = here.post(books, ann, "Dune").await;
        assert_eq!(news(&here).await, [(garden, post, true)]);
        act(&here, keeper, post, EntryAction::AskChange.into()).await;
        assert_eq!(news(&here).await, [(garden, post, false)]);
        here.minute();
        entry::edit(&here.app, here.retitling(post, ann, "Emma")).await.unwrap();
        queue::admit(&here.app, here.waiting(books).await.id, keeper).await.unwrap();
        assert_eq!(news(&here).await, [(garden, post, true)]);
        assert_eq!(listed(&here, garden).await, [post]);
    }

    async fn a_thread_that_moves_is_shown_by_those_who_mirror_its_new_group(db: Db) {
        let here = Here::new(db);
        let (books, films) = (here.group("books").await, here.group("films").await);
        let (of_books, of_films, of_both) =
            (here.group("readers").await, here.group("viewers").await, here.group("library").await);
        for (group, partner) in [(of_books, books), (of_films, films), (of_both, books), (of_both, films), (films, books)] {
            ask(&here, group, partner, PartnerPolicy::Mirror).await;
        }
        let (ann, keeper) = (here.person("ann").await, here.moderator(books).await);
        here.appoint(films, keeper).await;
        let post = here.post(books, ann, "Dune").await;
        let mut told = news(&here).await;
        told.sort_unstable();
        assert_eq!(told, [(films, post, true), (of_books, post, true), (of_both, post, true)]);
        act(&here, keeper, post, CaseAction::Move(films)).await;
        let mut told = news(&here).await;
        told.sort_unstable();
        assert_eq!(told, [(films, post, false), (of_books, post, false), (of_films, post, true)]);
        for (group, want) in [(books, vec![]), (of_books, vec![]), (films, vec![post]), (of_films, vec![post]), (of_both, vec![post])] {
            assert_eq!(listed(&here, group).await, want, "{group}");
        }
    }
}

async fn what_goes_at_its_source_meanwhile_is_not_taken_away(db: Db) {
    let here = Here::new(db);
    let (garden, books, tom) = linked(&here, PartnerPolicy::Mirror).await;
    let keeper = here.moderator(garden).await;
    let post = announced(&here, books, tom, "Dune").await;
    here.told().await;
    let mut going = here.app.begin().await.unwrap();
    guildhall_store::partner::withdraw(&mut going, post).await.unwrap();
    let taking = partner::take_away(&here.app, judging(garden, post, keeper));
    tokio::pin!(taking);
    assert!(timeout(GLIMPSE, &mut taking).await.is_err(), "the mirror is locked");
    going.commit().await.unwrap();
    let refused = taking.await.unwrap_err();
    assert!(matches!(refused, PartnerError::NoSuchMirror), "{refused}");
    assert!(here.decisions(garden).await.iter().all(|seen| seen.action != DecisionAction::RemoveMirror));
    partner::settle(&here.app).await.unwrap();
    assert!(matches!(here.told().await.as_slice(), [EventKind::MirrorEnded { .. }]), "told once");
}

async fn a_text_that_comes_while_the_one_before_is_looked_at_is_looked_at_itself(db: Db) {
    let here = Here::new(db);
    let (garden, books, tom) = linked(&here, PartnerPolicy::Mirror).await;
    rule(&here, garden, "hold").await;
    let post = unsettled(&here, books, tom, "Dune").await;
    let mut linking = here.app.begin().await.unwrap();
    guildhall_store::partner::lock(&mut linking, garden, books).await.unwrap().unwrap();
    let settling = partner::settle(&here.app);
    tokio::pin!(settling);
    assert!(timeout(GLIMPSE, &mut settling).await.is_err(), "the link is locked");
    retitled(&here, post, tom, "Casino").await;
    linking.commit().await.unwrap();
    settling.await.unwrap();
    assert!(listed(&here, garden).await.is_empty());
    assert!(news(&here).await.is_empty());
    assert_eq!(in_state(&here, garden, MirrorState::Waiting).await, [(post, Some(MirrorReason::Rule))]);
}

mod postgres_races {
    use super::{Engine, run};

    #[test]
    fn a_text_that_comes_while_the_one_before_is_looked_at_is_looked_at_itself() {
        run(Engine::Postgres, super::a_text_that_comes_while_the_one_before_is_looked_at_is_looked_at_itself);
    }

    #[test]
    fn what_goes_at_its_source_meanwhile_is_not_taken_away() {
        run(Engine::Postgres, super::what_goes_at_its_source_meanwhile_is_not_taken_away);
    }
}

//! What an appeal takes back: what was appealed, all of it, and nothing else.

use std::time::Duration;

use guildhall_app::{
    Viewer,
    appeal::{self, DecideAppeal, DecideError},
    case::{self, Act, EntryAction, PersonAction, Report},
    entry::{self, Annotate, Annotation},
    group::{self, ChangeGroup, SetBan},
    peering::{self, By, SetPeering},
    read::{AppealState, AppealsError, CaseFilter, PageRequest, appeals, cases, notices},
};
use guildhall_domain::{
    ActorId, EntryId, GroupId,
    admission::{End, Sanction},
    content::EntryState,
    event::{Cause, EventKind},
    group::{Admission, Posting, Review},
    membership::MembershipState,
    moderation::{NoticeKind, ReversalRefusal},
    peering::PeeringAction,
};
use guildhall_store::{Db, acquaintance, removal, standing, testing::on_both_engines, welcome::vouch};

use crate::support::{
    FAR, Here,
    appeals::{admin, ban, ban_everywhere, changing, is_banned, latest, object, promised, reversing},
    people::{policy, viewer},
    write::{by as done_by, posting},
};

async fn last_words(here: &Here, actor: ActorId) -> String {
    here.notices(actor).await.pop().unwrap().text
}

/// Makes statements fail, or succeed again.
async fn rename(here: &Here, from: &str, to: &str) {
    let mut tx = here.app.begin().await.unwrap();
    tx.query(format!("ALTER TABLE {from} RENAME TO {to}").leak() as &'static str).execute().await.unwrap();
    tx.commit().await.unwrap();
}

/// A group, two moderators of it, and bob, who lives elsewhere.
async fn garden(here: &Here) -> (GroupId, ActorId, Viewer, ActorId) {
    let group = here.group("garden").await;
    let (by, other) = (here.moderator(group).await, here.moderator(group).await);
    (group, by, viewer(other), here.remote("bob").await)
}

/// The only open case of a group.
async fn only_case(here: &Here, reader: &Viewer, group: GroupId) -> guildhall_domain::CaseId {
    let filter = CaseFilter { is_open: true, assignee: None };
    let open = cases::of_group(&here.app, reader, group, filter, PageRequest::default()).await.unwrap().items;
    assert_eq!(open.len(), 1, "{open:?}");
    open[0].id
}

async fn report(here: &Here, entry: EntryId, by: ActorId) {
    case::report(&here.app, Report { entries: vec![entry], ..Report::by(by, "Look.") }).await.unwrap();
}

on_both_engines! {
    async fn what_was_decided_later_is_not_taken_back(db: Db) {
        let here = Here::new(db);
        let (group, by, other, bob) = garden(&here).await;
        let post = here.post(group, bob, "Tulips").await;
        group::set_ban(&here.app, ban(group, bob, by)).await.unwrap();
        let first = latest(&here, bob).await;
        let made = object(&here, first, bob).await;
        let until = Some(here.now().plus(Duration::from_hours(9)));
        group::set_ban(&here.app, SetBan { until, remove_content: true, ..ban(group, bob, by) }).await.unwrap();
        appeal::decide(&here.app, &other, reversing(made)).await.unwrap();
        assert!(is_banned(&here, Some(group), bob).await, "for what came after it");
        assert_eq!(here.state(post).await, EntryState::Removed);
        let told = last_words(&here, bob).await;
        assert!(told.ends_with("Nothing else changes: it did not hold any more, or something newer has taken its place."), "{told}");

        let ann = here.person("ann").await;
        let seeds = here.post(group, ann, "Seeds").await;
        here.take_away(seeds, by).await;
        let made = object(&here, latest(&here, ann).await, ann).await;
        entry::restore(&here.app, done_by(seeds, by)).await.unwrap();
        here.take_away(seeds, by).await;
        appeal::decide(&here.app, &other, reversing(made)).await.unwrap();
        assert_eq!(here.state(seeds).await, EntryState::Removed, "the second time stands");
    }

    async fn what_was_removed_again_after_the_ban_stays_away(db: Db) {
        let here = Here::new(db);
        let (group, by, other, bob) = garden(&here).await;
        let (first, second) = (here.post(group, bob, "One").await, here.post(group, bob, "Two").await);
        group::set_ban(&here.app, SetBan { remove_content: true, ..ban(group, bob, by) }).await.unwrap();
        let made = object(&here, latest(&here, bob).await, bob).await;
        entry::restore(&here.app, done_by(second, by)).await.unwrap();
        here.take_away(second, by).await;
        appeal::decide(&here.app, &other, reversing(made)).await.unwrap();
        assert_eq!((here.state(first).await, here.state(second).await), (EntryState::Published, EntryState::Removed));
        assert!(removal::list_returns(&here.app.store, 0, 9).await.unwrap().is_empty());
    }

    async fn what_cannot_be_decided_so_changes_nothing(db: Db) {
        let here = Here::new(db);
        let (group, by, other, bob) = garden(&here).await;
        let post = here.post(group, bob, "Tulips").await;
        group::set_ban(&here.app, SetBan { remove_content: true, ..ban(group, bob, by) }).await.unwrap();
        let made = object(&here, latest(&here, bob).await, bob).await;
        let until = Some(here.now().plus(Duration::from_mins(1)));
        let refused = appeal::decide(&here.app, &other, DecideAppeal { until, ..reversing(made) }).await;
        assert!(matches!(refused, Err(DecideError::NoEnd)), "{refused:?}");
        let refused = appeal::decide(&here.app, &other, changing(made, here.now())).await;
        assert!(matches!(refused, Err(DecideError::Over)), "{refused:?}");
        assert_eq!(here.state(post).await, EntryState::Removed);
        assert!(is_banned(&here, Some(group), bob).await);
    }

    async fn another_end_is_given_to_what_still_holds_alone(db: Db) {
        let here = Here::new(db);
        let (group, by, other, bob) = garden(&here).await;
        let until = here.now().plus(Duration::from_hours(1));
        group::set_ban(&here.app, ban(group, bob, by)).await.unwrap();
        let made = object(&here, latest(&here, bob).await, bob).await;
        group::set_ban(&here.app, SetBan { banned: false, ..ban(group, bob, by) }).await.unwrap();
        let refused = appeal::decide(&here.app, &other, changing(made, until)).await;
        assert!(matches!(refused, Err(DecideError::NotStanding)), "{refused:?}");
        assert!(!is_banned(&here, Some(group), bob).await, "nobody is banned by an appeal");

        let ann = here.person("ann").await;
        let post = here.post(group, ann, "Tulips").await;
        let lock = |locked| Annotate {
            entry: post, by, annotation: Annotation::Locked(locked), reason: None, cause: Cause::Local,
        };
        entry::annotate(&here.app, lock(true)).await.unwrap();
        let made = object(&here, latest(&here, ann).await, ann).await;
        entry::annotate(&here.app, lock(false)).await.unwrap();
        let refused = appeal::decide(&here.app, &other, changing(made, until)).await;
        assert!(matches!(refused, Err(DecideError::NotStanding)), "{refused:?}");
        assert!(!here.entry(post).await.locked);
    }

    async fn a_return_that_was_interrupted_is_taken_up_again(db: Db) {
        let here = Here::new(db);
        let (group, by, _, bob) = garden(&here).await;
        let post = promised(&here, group, by, bob).await;
        entry::finish_returns(&here.app).await.unwrap();
        assert_eq!(here.state(post).await, EntryState::Published);
        assert!(removal::list_returns(&here.app.store, 0, 9).await.unwrap().is_empty());
        here.counts(group).await;
    }

    async fn a_removal_that_was_interrupted_is_called_off(db: Db) {
        let here = Here::new(db);
        let (group, by, other, bob) = garden(&here).await;
        let post = here.post(group, bob, "Tulips").await;
        rename(&here, "queue_items", "queue_items_lost").await;
        group::set_ban(&here.app, SetBan { remove_content: true, ..ban(group, bob, by) }).await.unwrap();
        rename(&here, "queue_items_lost", "queue_items").await;
        let made = object(&here, latest(&here, bob).await, bob).await;
        appeal::decide(&here.app, &other, reversing(made)).await.unwrap();
        entry::finish_removals(&here.app).await.unwrap();
        assert_eq!(here.state(post).await, EntryState::Published);
        assert!(removal::list(&here.app.store, 0, 9).await.unwrap().is_empty());
    }

    async fn a_member_is_one_again_and_those_who_vouched_are_cleared(db: Db) {
        let here = Here::new(db);
        let (group, by, other, _) = garden(&here).await;
        let (ann, eve) = (here.person("ann").await, here.person("eve").await);
        let mut tx = here.app.begin().await.unwrap();
        assert!(vouch::insert(&mut tx, group, ann, eve, here.now()).await.unwrap());
        tx.commit().await.unwrap();
        here.join(group, ann).await;
        let failed = async || vouch::list_by(&here.app.store, group, eve, 9).await.unwrap()[0].failed_at;
        group::set_ban(&here.app, ban(group, ann, by)).await.unwrap();
        assert_eq!((failed().await, here.membership(group, ann).await), (Some(here.now()), None));
        here.minute();
        let made = object(&here, latest(&here, ann).await, ann).await;
        appeal::decide(&here.app, &other, reversing(made)).await.unwrap();
        assert_eq!((failed().await, here.membership(group, ann).await), (None, Some(MembershipState::Member)));
        assert_eq!(here.counts(group).await, (1, 0, 0));

        let zoe = here.person("zoe").await;
        group::set_ban(&here.app, ban(group, zoe, by)).await.unwrap();
        let made = object(&here, latest(&here, zoe).await, zoe).await;
        appeal::decide(&here.app, &other, reversing(made)).await.unwrap();
        assert_eq!(here.membership(group, zoe).await, None, "who was no member becomes none");
    }

    async fn a_ban_from_a_case_counts_for_those_who_vouched(db: Db) {
        let here = Here::new(db);
        let (group, by, _, bob) = garden(&here).await;
        let (ann, eve) = (here.person("ann").await, here.person("eve").await);
        let mut tx = here.app.begin().await.unwrap();
        assert!(vouch::insert(&mut tx, group, ann, eve, here.now()).await.unwrap());
        tx.commit().await.unwrap();
        here.join(group, ann).await;
        report(&here, here.post(group, ann, "Buy!").await, bob).await;
        let id = only_case(&here, &viewer(by), group).await;
        let actions = vec![PersonAction::Ban { until: None, removes_content: false }.into()];
        case::act(&here.app, &viewer(by), id, Act { actions, ..Act::default() }).await.unwrap();
        let vouches = vouch::list_by(&here.app.store, group, eve, 9).await.unwrap();
        assert_eq!(vouches[0].failed_at, Some(here.now()));
    }

    async fn what_a_decision_was_counted_for_is_taken_back_with_the_last_of_its_case(db: Db) {
        let here = Here::new(db);
        let (group, by, other, bob) = garden(&here).await;
        let ann = here.person("ann").await;
        let post = here.post(group, ann, "Tulips").await;
        report(&here, post, bob).await;
        let id = only_case(&here, &viewer(by), group).await;
        let actions = vec![PersonAction::Mute(None).into(), EntryAction::Remove.into()];
        case::act(&here.app, &viewer(by), id, Act { actions, ..Act::default() }).await.unwrap();
        let seen = async || acquaintance::find(&here.app.store, group, ann).await.unwrap().unwrap().0;
        let first = seen().await;
        assert_eq!((first.upheld, first.struck_at), (1, Some(here.now())));
        here.minute();
        let told = here.notices(ann).await;
        let made = object(&here, told[0].decision.unwrap(), ann).await;
        appeal::decide(&here.app, &other, reversing(made)).await.unwrap();
        assert_eq!((seen().await.upheld, seen().await.struck_at), (1, first.struck_at), "the removal stands");
        let made = object(&here, told[1].decision.unwrap(), ann).await;
        appeal::decide(&here.app, &other, reversing(made)).await.unwrap();
        assert_eq!(here.state(post).await, EntryState::Published);
        let last = seen().await;
        assert_eq!((last.upheld, last.refused, last.struck_at), (0, 0, None));
    }

    async fn a_strike_goes_with_the_removal_that_was_taken_back(db: Db) {
        let here = Here::new(db);
        let (group, by, _, bob) = garden(&here).await;
        let (one, two) = (here.post(group, bob, "One").await, here.post(group, bob, "Two").await);
        let struck = async || acquaintance::find(&here.app.store, group, bob).await.unwrap().unwrap().0.struck_at;
        let start = here.now();
        here.take_away(one, by).await;
        here.minute();
        here.take_away(two, by).await;
        assert_eq!(struck().await, Some(here.now()));
        entry::restore(&here.app, done_by(two, by)).await.unwrap();
        assert_eq!(struck().await, Some(start), "the one before it stands");
        entry::restore(&here.app, done_by(one, by)).await.unwrap();
        assert_eq!(struck().await, None);
    }

    async fn an_appeal_is_no_way_past_a_ban_or_a_blocked_server(db: Db) {
        let here = Here::new(db);
        let group = here.group_with("garden", policy(Admission::Open, Posting::Members, Review::None)).await;
        let (by, bob) = (here.moderator(group).await, here.remote("bob").await);
        let post = entry::submit(&here.app, posting(group, bob, "Tulips")).await.unwrap().entry.unwrap();
        let made = object(&here, latest(&here, bob).await, bob).await;
        let set_ban = async |scope, end: Option<End>| {
            let mut tx = here.app.begin().await.unwrap();
            match end {
                Some(end) => standing::set(&mut tx, scope, bob, Sanction::Ban, end).await.unwrap(),
                None => assert!(standing::lift(&mut tx, scope, bob, Sanction::Ban).await.unwrap()),
            }
            tx.commit().await.unwrap();
        };
        for scope in [None, Some(group)] {
            set_ban(scope, Some(End::Open)).await;
            let refused = appeal::decide(&here.app, &viewer(by), reversing(made)).await;
            assert!(matches!(refused, Err(DecideError::NotReversible(ReversalRefusal::Banned))), "{refused:?}");
            set_ban(scope, None).await;
        }
        let block = SetPeering::new(None, FAR, PeeringAction::Block);
        peering::set(&here.app, &By::Operator, block).await.unwrap();
        let refused = appeal::decide(&here.app, &viewer(by), reversing(made)).await;
        assert!(matches!(refused, Err(DecideError::NotReversible(ReversalRefusal::HostBlocked))), "{refused:?}");
        assert_eq!(here.state(post).await, EntryState::Refused);
    }

    async fn an_edit_that_was_refused_has_to_be_sent_once_more(db: Db) {
        let here = Here::new(db);
        let (group, by, other, _) = garden(&here).await;
        let ann = here.person("ann").await;
        let post = here.post(group, ann, "Tulips").await;
        let all = ChangeGroup { review: Some(Review::All), ..ChangeGroup::default() };
        group::change(&here.app, group, group.actor(), all).await.unwrap();
        here.minute();
        entry::edit(&here.app, here.retitling(post, ann, "Roses")).await.unwrap();
        guildhall_app::queue::refuse(&here.app, here.waiting(group).await.id, by, "No.").await.unwrap();
        let made = object(&here, latest(&here, ann).await, ann).await;
        appeal::decide(&here.app, &other, reversing(made)).await.unwrap();
        let told = last_words(&here, ann).await;
        assert!(told.ends_with("please send it once more."), "{told}");
        assert_eq!(here.entry(post).await.title.as_deref(), Some("Tulips"));
    }

    async fn a_warning_sign_that_is_taken_back_is_told_elsewhere(db: Db) {
        let here = Here::new(db);
        let (group, by, other, bob) = garden(&here).await;
        let ann = here.person("ann").await;
        let post = here.post(group, ann, "Tulips").await;
        report(&here, post, bob).await;
        let id = only_case(&here, &viewer(by), group).await;
        let act = Act { actions: vec![EntryAction::MarkSensitive.into()], ..Act::default() };
        case::act(&here.app, &viewer(by), id, act).await.unwrap();
        let made = object(&here, latest(&here, ann).await, ann).await;
        here.told().await;
        appeal::decide(&here.app, &other, reversing(made)).await.unwrap();
        assert!(!here.entry(post).await.sensitive);
        assert_eq!(here.told().await, [EventKind::EntryEdited { entry: post }]);
    }

    async fn who_may_decide_hears_of_an_appeal_also_where_no_other_moderator_lives_here(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (by, ann) = (here.moderator(group).await, here.person("ann").await);
        let chief = admin(&here, "chief").await;
        let appeals_of = async |judge: &Viewer| {
            let told = notices::list(&here.app, judge, PageRequest::default()).await.unwrap().items;
            told.into_iter().filter(|told| told.kind == NoticeKind::Appeal).collect::<Vec<_>>()
        };
        let post = here.post(group, ann, "Tulips").await;
        here.take_away(post, by).await;
        let made = object(&here, latest(&here, ann).await, ann).await;
        let asked = appeals_of(&chief).await;
        assert_eq!(asked.len(), 1);
        assert_eq!(asked[0].appeal, Some(AppealState::Open(made)), "and which it is");
        assert!(appeals_of(&viewer(by)).await.is_empty(), "who decided is not asked where there is somebody else");

        let mut tx = here.app.begin().await.unwrap();
        guildhall_store::actor::mark_deleted(&mut tx, chief.actor.unwrap(), here.now()).await.unwrap();
        tx.commit().await.unwrap();
        appeal::decide(&here.app, &viewer(by), reversing(made)).await.unwrap();
        assert_eq!(here.state(post).await, EntryState::Published, "nobody else is there any more");
    }

    async fn a_ban_from_the_whole_instance_can_be_appealed_and_taken_back(db: Db) {
        let here = Here::new(db);
        let garden = here.group("garden").await;
        let bob = here.person("bob").await;
        let (chief, other) = (admin(&here, "chief").await, admin(&here, "other").await);
        let seeds = here.post(garden, bob, "Seeds").await;
        ban_everywhere(&here, &chief, bob).await;
        assert!(is_banned(&here, None, bob).await);
        assert_eq!(here.state(seeds).await, EntryState::Removed);
        let told = last_words(&here, bob).await;
        assert!(told.contains("you can appeal here until"), "{told}");

        let made = object(&here, latest(&here, bob).await, bob).await;
        let listed = appeals::of_instance(&here.app, &other, PageRequest::default()).await.unwrap().items;
        assert_eq!(listed.iter().map(|appeal| appeal.id).collect::<Vec<_>>(), [made]);
        let stranger = appeals::of_instance(&here.app, &viewer(bob), PageRequest::default()).await;
        assert!(matches!(stranger, Err(AppealsError::NotAdmin)), "{stranger:?}");
        appeal::decide(&here.app, &other, reversing(made)).await.unwrap();
        assert!(!is_banned(&here, None, bob).await);
        assert_eq!(here.state(seeds).await, EntryState::Published);
        assert!(appeals::of_instance(&here.app, &other, PageRequest::default()).await.unwrap().items.is_empty());
        here.counts(garden).await;
    }
}

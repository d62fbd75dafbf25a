//! Partner groups: who links, what is followed, and what of partners is shown, held or not.

use guildhall_app::{
    Viewer, entry,
    group::{self, ChangeGroup},
    partner::{self, ClearPartner, Judge, PartnerError, SetPartner},
    peering::{self, By, SetPeering},
    read::PageRequest,
    remote::{self, JoinAnswered},
};
use guildhall_domain::{
    ActorId, EntryId, GroupId,
    actor::ActorKind,
    content::{EntryState, Sort},
    event::EventKind,
    group::{Policy, Visibility},
    membership::{JoinOutcome, MembershipState},
    moderation::{DecisionAction, Target},
    partner::{MirrorReason, MirrorState, PartnerPolicy, PartnerState},
    peering::PeeringAction,
};
use guildhall_store::{Db, membership, testing::on_both_engines};

use crate::support::{
    FAR, Here,
    people::viewer,
    write::{by as taking, posting},
};

fn link(group: GroupId, partner: GroupId, policy: PartnerPolicy) -> SetPartner {
    SetPartner { group, partner, policy, reason: Some("friends".to_owned()), public_comment: None }
}

pub(crate) async fn ask(here: &Here, group: GroupId, partner: GroupId, policy: PartnerPolicy) {
    partner::set(&here.app, &By::Operator, link(group, partner, policy)).await.unwrap();
}

/// A partner elsewhere answers our group.
async fn answer(here: &Here, group: GroupId, partner: GroupId, is_accepted: bool) {
    let asked = membership::find(&here.app.store, partner, group.actor()).await.unwrap().unwrap();
    let (follow, cause) = (asked.follow, here.activity().await);
    let answer =
        JoinAnswered { group: partner.actor(), follow, follower: None, is_accepted, reason: None, cause };
    remote::join_answered(&here.app, answer).await.unwrap();
}

/// A link to a partner elsewhere, which says yes. What is to be told of that is not looked at.
pub(crate) async fn set(here: &Here, group: GroupId, partner: GroupId, policy: PartnerPolicy) {
    ask(here, group, partner, policy).await;
    answer(here, group, partner, true).await;
    here.told().await;
}

/// A post that a group elsewhere announces, and that is settled.
pub(crate) async fn announced(here: &Here, partner: GroupId, author: ActorId, title: &str) -> EntryId {
    let post = unsettled(here, partner, author, title).await;
    partner::settle(&here.app).await.unwrap();
    post
}

pub(crate) async fn unsettled(here: &Here, partner: GroupId, author: ActorId, title: &str) -> EntryId {
    let command = here.received(posting(partner, author, title)).await;
    entry::submit(&here.app, command).await.unwrap().entry.unwrap()
}

/// What followers of a group were told of posts of partners since this was last asked: shown (`true`), or no longer.
pub(crate) async fn news(here: &Here) -> Vec<(GroupId, EntryId, bool)> {
    partner::settle(&here.app).await.unwrap();
    let told = here.told().await.into_iter();
    told.filter_map(|kind| match kind {
        EventKind::Mirrored { group, entry } => Some((group, entry, true)),
        EventKind::MirrorEnded { group, entry, .. } => Some((group, entry, false)),
        _ => None,
    })
    .collect()
}

/// What anybody sees in the list of a group's posts.
pub(crate) async fn listed(here: &Here, group: GroupId) -> Vec<EntryId> {
    listed_by(here, &Viewer::anonymous(), group).await
}

async fn listed_by(here: &Here, viewer: &Viewer, group: GroupId) -> Vec<EntryId> {
    let page = partner::posts(&here.app, viewer, group, Sort::New, PageRequest::default()).await.unwrap();
    page.items.into_iter().map(|entry| entry.id).collect()
}

pub(crate) async fn in_state(
    here: &Here,
    group: GroupId,
    state: MirrorState,
) -> Vec<(EntryId, Option<MirrorReason>)> {
    let keeper = Viewer { is_admin: true, ..Viewer::anonymous() };
    let page = partner::mirrors(&here.app, &keeper, group, state, PageRequest::default()).await.unwrap();
    page.items.into_iter().map(|mirror| (mirror.entry.id, mirror.reason)).collect()
}

async fn state(here: &Here, group: GroupId) -> PartnerState {
    partner::list(&here.app, &Viewer::anonymous(), group).await.unwrap()[0].state
}

pub(crate) fn judging(group: GroupId, entry: EntryId, by: ActorId) -> Judge {
    Judge { group, entry, by, reason: None }
}

on_both_engines! {
    async fn a_partner_is_asked_and_its_answer_is_kept(db: Db) {
        let here = Here::new(db);
        let (garden, books) = (here.group("garden").await, here.far_group("books").await);
        ask(&here, garden, books, PartnerPolicy::Mirror).await;
        let us = garden.actor();
        assert_eq!(here.told().await, [EventKind::JoinRequested { group: books, actor: us }]);
        assert_eq!(state(&here, garden).await, PartnerState::Asked);
        answer(&here, garden, books, true).await;
        assert_eq!(state(&here, garden).await, PartnerState::Accepted);
        answer(&here, garden, books, false).await;
        assert_eq!(state(&here, garden).await, PartnerState::Refused);
        ask(&here, garden, books, PartnerPolicy::Review).await;
        assert_eq!(state(&here, garden).await, PartnerState::Asked);
        here.told().await;
        ask(&here, garden, books, PartnerPolicy::List).await;
        assert_eq!(here.told().await, [EventKind::Left { group: books, actor: us }]);
        assert_eq!(state(&here, garden).await, PartnerState::Listed);
        let seen = here.decisions(garden).await;
        let linked = seen.iter().filter(|seen| seen.action == DecisionAction::LinkPartner);
        assert_eq!(linked.clone().count(), 3);
        assert!(linked.clone().all(|seen| seen.target == Target::Actor(books.actor())));
        let kept = linked.clone().all(|seen| (seen.reason.as_deref(), seen.note.as_deref()) == (None, Some("friends")));
        assert!(kept, "why is for those who keep the list, and the log is read by everybody");
        here.assert_counters_agree().await;
    }

    async fn what_a_partner_says_that_has_not_let_us_in_is_not_mirrored(db: Db) {
        let here = Here::new(db);
        let (garden, books) = (here.group("garden").await, here.far_group("books").await);
        let tom = here.remote("tom").await;
        ask(&here, garden, books, PartnerPolicy::Mirror).await;
        announced(&here, books, tom, "Asked").await;
        answer(&here, garden, books, true).await;
        let post = announced(&here, books, tom, "Let in").await;
        answer(&here, garden, books, false).await;
        announced(&here, books, tom, "Put out").await;
        assert_eq!(listed(&here, garden).await, [post]);
    }

    async fn a_group_that_becomes_one_for_people_here_leaves_its_partners_and_asks_them_again(db: Db) {
        let here = Here::new(db);
        let (garden, books, boats) =
            (here.group("garden").await, here.far_group("books").await, here.far_group("boats").await);
        set(&here, garden, books, PartnerPolicy::Mirror).await;
        ask(&here, garden, boats, PartnerPolicy::List).await;
        here.told().await;
        let become_ = async |visibility| {
            let change = ChangeGroup { visibility: Some(visibility), ..ChangeGroup::default() };
            group::change(&here.app, garden, garden.actor(), change).await.unwrap();
            here.told().await
        };
        let us = garden.actor();
        let changed = EventKind::GroupChanged { group: garden };
        let left = EventKind::Left { group: books, actor: us };
        assert_eq!(become_(Visibility::Local).await, [left, changed.clone()]);
        assert_eq!(here.membership(books, us).await, None);
        let asked = EventKind::JoinRequested { group: books, actor: us };
        assert_eq!(become_(Visibility::Unlisted).await, [asked, changed.clone()]);
        assert_eq!(become_(Visibility::Public).await, [changed]);
        here.assert_counters_agree().await;
    }

    async fn ending_a_partnership_ends_the_following_and_what_was_shown(db: Db) {
        let here = Here::new(db);
        let (garden, books) = (here.group("garden").await, here.far_group("books").await);
        set(&here, garden, books, PartnerPolicy::Mirror).await;
        let tom = here.remote("tom").await;
        let post = announced(&here, books, tom, "Dune").await;
        assert_eq!(listed(&here, garden).await, [post]);
        here.told().await;
        let end = ClearPartner { group: garden, partner: books, reason: None };
        assert!(partner::clear(&here.app, &By::Operator, end.clone()).await.unwrap());
        assert_eq!(here.told().await, [EventKind::Left { group: books, actor: garden.actor() }]);
        assert!(listed(&here, garden).await.is_empty());
        assert_eq!(news(&here).await, [(garden, post, false)]);
        assert_eq!(here.state(post).await, EntryState::Published, "the partner's post is the partner's");
        assert!(!partner::clear(&here.app, &By::Operator, end).await.unwrap());
        announced(&here, books, tom, "Emma").await;
        assert!(listed(&here, garden).await.is_empty());
        assert!(news(&here).await.is_empty());
    }

    async fn a_partner_that_is_only_listed_from_now_on_is_shown_no_longer(db: Db) {
        let here = Here::new(db);
        let (garden, books) = (here.group("garden").await, here.far_group("books").await);
        set(&here, garden, books, PartnerPolicy::Mirror).await;
        let tom = here.remote("tom").await;
        let post = announced(&here, books, tom, "Dune").await;
        here.told().await;
        ask(&here, garden, books, PartnerPolicy::List).await;
        assert!(listed(&here, garden).await.is_empty());
        assert_eq!(news(&here).await, [(garden, post, false)]);
    }

    async fn only_who_decides_about_other_servers_links_and_only_to_what_is_open(db: Db) {
        let here = Here::new(db);
        let (garden, books) = (here.group("garden").await, here.far_group("books").await);
        let bob = here.person("bob").await;
        let by = By::Person { actor: bob, is_admin: true };
        let refused = partner::set(&here.app, &by, link(garden, books, PartnerPolicy::List)).await.unwrap_err();
        assert!(matches!(refused, PartnerError::NotPermitted(_)), "{refused}");
        let members = Policy { visibility: Visibility::Members, ..Policy::default() };
        let closed = here.group_with("closed", members).await;
        let set = async |partner, policy| partner::set(&here.app, &By::Operator, link(garden, partner, policy)).await;
        assert!(matches!(set(closed, PartnerPolicy::List).await, Err(PartnerError::NotPublic)));
        assert!(matches!(set(garden, PartnerPolicy::List).await, Err(PartnerError::Itself)));
        let block = SetPeering::new(Some(garden), FAR, PeeringAction::Block);
        peering::set(&here.app, &By::Operator, block).await.unwrap();
        assert!(matches!(set(books, PartnerPolicy::Mirror).await, Err(PartnerError::HostBlocked)));
        assert!(here.told().await.is_empty());
    }

    async fn a_mirrored_post_is_one_entry_in_two_places_and_goes_with_its_source(db: Db) {
        let here = Here::new(db);
        let (garden, books) = (here.group("garden").await, here.far_group("books").await);
        set(&here, garden, books, PartnerPolicy::Mirror).await;
        let (tom, ann) = (here.remote("tom").await, here.person("ann").await);
        here.told().await;
        let ours = here.post(garden, ann, "Tulips").await;
        let theirs = announced(&here, books, tom, "Dune").await;
        let comment = here.received(posting(books, tom, "")).await;
        let comment = entry::Submit { parent: Some(theirs), ..comment };
        entry::submit(&here.app, comment).await.unwrap();
        assert_eq!(news(&here).await, [(garden, theirs, true)], "comments are not mirrored");
        assert_eq!(listed(&here, garden).await, [theirs, ours]);
        assert_eq!(here.counts(garden).await.1, 1, "it is counted where it belongs");
        assert_eq!(here.entry(theirs).await.group_id, books);

        here.take_away(theirs, tom).await;
        assert_eq!(listed(&here, garden).await, [ours]);
        assert_eq!(news(&here).await, [(garden, theirs, false)]);
        entry::restore(&here.app, taking(theirs, tom)).await.unwrap();
        assert_eq!(news(&here).await, [(garden, theirs, true)]);
        assert_eq!(listed(&here, garden).await, [theirs, ours]);
    }

    async fn what_came_by_a_mirror_goes_no_further(db: Db) {
        let here = Here::new(db);
        let (garden, books) = (here.group("garden").await, here.far_group("books").await);
        set(&here, garden, books, PartnerPolicy::Mirror).await;
        let tom = here.remote("tom").await;
        here.told().await;
        let command = here.received(posting(books, tom, "Sails")).await;
        let passed_on = entry::Submit { is_passed_on: true, ..command };
        let post = entry::submit(&here.app, passed_on).await.unwrap().entry.unwrap();
        partner::settle(&here.app).await.unwrap();
        assert!(here.told().await.is_empty() && listed(&here, garden).await.is_empty());
        here.take_away(post, tom).await;
        entry::restore(&here.app, taking(post, tom)).await.unwrap();
        partner::settle(&here.app).await.unwrap();
        assert!(here.told().await.is_empty() && listed(&here, garden).await.is_empty());
    }

    async fn partners_here_that_mirror_each_other_come_to_an_end(db: Db) {
        let here = Here::new(db);
        let (garden, books) = (here.group("garden").await, here.group("books").await);
        ask(&here, garden, books, PartnerPolicy::Mirror).await;
        ask(&here, books, garden, PartnerPolicy::Mirror).await;
        assert!(here.told().await.is_empty(), "nobody is asked about a group on this server");
        assert_eq!(state(&here, garden).await, PartnerState::Accepted);
        let ann = here.person("ann").await;
        let post = here.post(garden, ann, "Tulips").await;
        partner::settle(&here.app).await.unwrap();
        let published = EventKind::EntryPublished { entry: post };
        assert_eq!(here.told().await, [published, EventKind::Mirrored { group: books, entry: post }]);
        assert_eq!((listed(&here, garden).await, listed(&here, books).await), (vec![post], vec![post]));
    }

    async fn a_moderator_lets_in_what_is_to_be_looked_at_and_takes_away_what_is_shown(db: Db) {
        let here = Here::new(db);
        let (garden, books) = (here.group("garden").await, here.far_group("books").await);
        set(&here, garden, books, PartnerPolicy::Review).await;
        let (tom, bob, keeper) = (here.remote("tom").await, here.person("bob").await, here.owner(garden).await);
        let post = announced(&here, books, tom, "Dune").await;
        here.told().await;
        assert!(listed(&here, garden).await.is_empty());
        assert_eq!(in_state(&here, garden, MirrorState::Waiting).await, [(post, Some(MirrorReason::Review))]);
        let refused = partner::admit(&here.app, judging(garden, post, bob)).await.unwrap_err();
        assert!(matches!(refused, PartnerError::NotPermitted(_)), "{refused}");
        partner::admit(&here.app, judging(garden, post, keeper)).await.unwrap();
        partner::admit(&here.app, judging(garden, post, keeper)).await.unwrap();
        assert_eq!(news(&here).await, [(garden, post, true)]);
        assert_eq!(listed(&here, garden).await, [post]);
        let refused = partner::take_away(&here.app, judging(garden, post, bob)).await.unwrap_err();
        assert!(matches!(refused, PartnerError::NotPermitted(_)), "{refused}");
        partner::take_away(&here.app, judging(garden, post, keeper)).await.unwrap();
        assert_eq!(news(&here).await, [(garden, post, false)]);
        assert!(listed(&here, garden).await.is_empty());
        assert_eq!(here.state(post).await, EntryState::Published);
        let actions: Vec<_> = here.decisions(garden).await.into_iter().map(|seen| seen.action).collect();
        assert!(actions.ends_with(&[DecisionAction::AdmitMirror, DecisionAction::RemoveMirror]), "{actions:?}");
        assert!(here.notices(tom).await.is_empty() && here.decisions(books).await.is_empty());
        // The source deletes it: there is nothing left to decide.
        here.take_away(post, tom).await;
        partner::settle(&here.app).await.unwrap();
        assert!(here.told().await.is_empty());
    }

    async fn whom_our_moderators_shut_out_does_not_come_in_by_a_partner(db: Db) {
        let here = Here::new(db);
        let (garden, books) = (here.group("garden").await, here.far_group("books").await);
        set(&here, garden, books, PartnerPolicy::Mirror).await;
        let banned = here.remote("banned").await;
        here.ban(garden, banned).await;
        let blocked = here.elsewhere("spam", "bad.example", ActorKind::Person).await;
        let slow = here.elsewhere("slow", "slow.example", ActorKind::Person).await;
        for (host, action) in [("bad.example", PeeringAction::Block), ("slow.example", PeeringAction::Limit)] {
            peering::set(&here.app, &By::Operator, SetPeering::new(Some(garden), host, action)).await.unwrap();
        }
        let first = announced(&here, books, banned, "One").await;
        let second = announced(&here, books, blocked, "Two").await;
        let third = announced(&here, books, slow, "Three").await;
        assert!(listed(&here, garden).await.is_empty());
        let mut refused = in_state(&here, garden, MirrorState::Refused).await;
        refused.reverse();
        assert_eq!(
            refused,
            [(first, Some(MirrorReason::Banned)), (second, Some(MirrorReason::HostBlocked))]
        );
        assert_eq!(
            in_state(&here, garden, MirrorState::Waiting).await,
            [(third, Some(MirrorReason::HostLimited))]
        );
    }

    async fn what_a_group_for_members_mirrors_is_shown_to_its_members_alone(db: Db) {
        let here = Here::new(db);
        let policy = Policy { visibility: Visibility::Members, ..Policy::default() };
        let (den, books) = (here.group_with("den", policy).await, here.far_group("books").await);
        set(&here, den, books, PartnerPolicy::Mirror).await;
        let (tom, ann) = (here.remote("tom").await, here.person("ann").await);
        assert_eq!(here.join(den, ann).await, JoinOutcome::Joined);
        let post = announced(&here, books, tom, "Dune").await;
        assert!(listed(&here, den).await.is_empty());
        assert_eq!(listed_by(&here, &viewer(ann), den).await, [post]);
        let seen = async |viewer: &Viewer| partner::list(&here.app, viewer, den).await.unwrap().len();
        assert_eq!((seen(&Viewer::anonymous()).await, seen(&viewer(ann)).await), (0, 1));
    }

    async fn what_becomes_private_at_its_source_is_not_shown_and_not_mirrored(db: Db) {
        let here = Here::new(db);
        let (garden, books) = (here.group("garden").await, here.far_group("books").await);
        set(&here, garden, books, PartnerPolicy::Mirror).await;
        let tom = here.remote("tom").await;
        announced(&here, books, tom, "Dune").await;
        remote::confine_group(&here.app, books).await.unwrap();
        assert!(listed(&here, garden).await.is_empty());
        let secret = announced(&here, books, tom, "Secret").await;
        assert!(listed(&here, garden).await.is_empty());
        assert!(in_state(&here, garden, MirrorState::Shown).await.iter().all(|(entry, _)| *entry != secret));
    }

    async fn a_group_that_follows_ours_is_named_and_waits_where_only_members_read(db: Db) {
        let here = Here::new(db);
        let policy = Policy { visibility: Visibility::Members, ..Policy::default() };
        let (garden, den) = (here.group("garden").await, here.group_with("den", policy).await);
        let books = here.far_group("books").await;
        assert_eq!(here.join(garden, books.actor()).await, JoinOutcome::Joined);
        let found = partner::followers(&here.app, &Viewer::anonymous(), garden).await.unwrap();
        assert_eq!(found.iter().map(|group| group.id).collect::<Vec<_>>(), [books]);
        assert_eq!(here.join(den, books.actor()).await, JoinOutcome::AwaitingApproval);
        assert_eq!(here.membership(den, books.actor()).await, Some(MembershipState::Pending));
        assert_eq!(here.join(den, here.remote("tom").await).await, JoinOutcome::Joined);
    }
}

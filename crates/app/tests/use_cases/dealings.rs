//! Servers that this instance does not deal with, and what the lists say about handles that end in another host than
//! their actor's id.

use std::sync::Arc;

use guildhall_app::{
    App, Site,
    entry::{self, SubmitError},
    group::{self, JoinError, ListedModerators, NoDealings},
    instance,
    port::{PortFuture, RemoteResolver, ResolveError},
};
use guildhall_domain::{
    ActorId, GroupId, Handle,
    membership::{JoinOutcome, JoinRefusal},
    peering::PeeringAction,
};
use guildhall_store::{Db, moderator, testing::on_both_engines};

use crate::support::{FAR, Here, people::asking, write::posting};

struct SwitchedOff;

impl RemoteResolver for SwitchedOff {
    fn is_switched_off(&self) -> bool {
        true
    }

    fn actor_by_handle<'a>(&'a self, _: &'a Handle) -> PortFuture<'a, Result<ActorId, ResolveError>> {
        Box::pin(async { Err(ResolveError::SwitchedOff) })
    }
}

async fn list(here: &Here, host: &str, action: Option<PeeringAction>) {
    instance::set_peering(&here.app, None, host, action, None).await.unwrap();
}

/// Asks to join, and is refused without a trace.
async fn turned_away(here: &Here, app: &App, group: GroupId, actor: ActorId) -> NoDealings {
    let error = group::request_join(app, asking(group, actor)).await.unwrap_err();
    let JoinError::NoDealings(reason) = error else { panic!("{error}") };
    assert_eq!(here.membership(group, actor).await, None);
    assert!(here.told().await.is_empty(), "nobody is asked");
    reason
}

/// Moves the handle of somebody elsewhere to another host than their id is at.
async fn give_handle_at(here: &Here, actor: ActorId, host: &str) {
    let mut tx = here.app.begin().await.unwrap();
    tx.query("UPDATE actors SET host = $2 WHERE id = $1").bind(actor.0).bind(host).execute().await.unwrap();
    tx.commit().await.unwrap();
}

on_both_engines! {
    async fn a_group_on_a_blocked_server_cannot_be_joined(db: Db) {
        let here = Here::new(db);
        let (group, ann) = (here.far_group("boats").await, here.person("ann").await);
        for blocked in [FAR, "example"] {
            list(&here, blocked, Some(PeeringAction::Block)).await;
            assert_eq!(turned_away(&here, &here.app, group, ann).await, NoDealings::HostBlocked, "{blocked}");
            list(&here, blocked, None).await;
        }
        list(&here, FAR, Some(PeeringAction::Limit)).await;
        assert_eq!(here.join(group, ann).await, JoinOutcome::AwaitingApproval, "limited is not blocked");
    }

    async fn in_allow_list_mode_only_groups_on_allowed_servers_are_joined(db: Db) {
        let mut here = Here::new(db);
        here.app.site = Arc::new(Site { allow_list_only: true, ..(*here.app.site).clone() });
        let (group, ann) = (here.far_group("boats").await, here.person("ann").await);
        assert_eq!(turned_away(&here, &here.app, group, ann).await, NoDealings::HostBlocked);
        list(&here, FAR, Some(PeeringAction::Allow)).await;
        assert_eq!(here.join(group, ann).await, JoinOutcome::AwaitingApproval);
        assert_eq!(here.join(here.group("garden").await, ann).await, JoinOutcome::Joined, "our own need no leave");
    }

    async fn while_federation_is_off_only_groups_here_are_joined(db: Db) {
        let here = Here::new(db);
        let (group, ann) = (here.far_group("boats").await, here.person("ann").await);
        let off = App { resolver: Arc::new(SwitchedOff), ..here.app.clone() };
        assert_eq!(turned_away(&here, &off, group, ann).await, NoDealings::SwitchedOff);
        let garden = here.group("garden").await;
        let joined = group::request_join(&off, asking(garden, ann)).await.unwrap();
        assert_eq!(joined, JoinOutcome::Joined);
    }

    async fn the_lists_count_for_the_handle_and_for_the_id_and_the_stricter_wins(db: Db) {
        let here = Here::new(db);
        let (group, ann) = (here.far_group("boats").await, here.person("ann").await);
        give_handle_at(&here, group.actor(), "boats.example").await;
        let garden = here.group("garden").await;
        let bob = here.remote("bob").await;
        give_handle_at(&here, bob, "brand.example").await;
        for (listed, other) in [(FAR, "brand.example"), ("brand.example", FAR)] {
            list(&here, other, Some(PeeringAction::Allow)).await;
            list(&here, listed, Some(PeeringAction::Limit)).await;
            assert_eq!(here.join(garden, bob).await, JoinOutcome::AwaitingApproval, "{listed}");
            list(&here, listed, Some(PeeringAction::Block)).await;
            let refused = group::request_join(&here.app, asking(garden, bob)).await.unwrap_err();
            assert!(matches!(refused, JoinError::Refused(JoinRefusal::HostBlocked)), "{refused}");
            list(&here, listed, None).await;
        }
        here.told().await;
        for listed in [FAR, "boats.example"] {
            list(&here, listed, Some(PeeringAction::Block)).await;
            assert_eq!(turned_away(&here, &here.app, group, ann).await, NoDealings::HostBlocked, "{listed}");
            list(&here, listed, None).await;
        }
    }

    async fn a_groups_own_list_counts_for_both_hosts_too(db: Db) {
        let here = Here::new(db);
        let garden = here.group("garden").await;
        let bob = here.remote("bob").await;
        give_handle_at(&here, bob, "brand.example").await;
        instance::set_peering(&here.app, Some(garden), FAR, Some(PeeringAction::Limit), None).await.unwrap();
        assert_eq!(here.join(garden, bob).await, JoinOutcome::AwaitingApproval);
    }

    async fn the_moderators_of_a_group_elsewhere_are_those_whom_it_lists(db: Db) {
        let here = Here::new(db);
        let group = here.far_group("boats").await;
        let (ann, bob, eve) = (here.person("ann").await, here.remote("bob").await, here.remote("eve").await);
        let take = async |actors: &[ActorId], is_whole| {
            let listed = ListedModerators { actors: actors.to_vec(), is_whole };
            group::take_listed_moderators(&here.app, group, &listed).await.unwrap();
            let mut found = moderator::list(&here.app.store, group).await.unwrap();
            found.sort_unstable();
            found
        };
        assert_eq!(take(&[ann, bob], true).await, [ann, bob]);
        assert_eq!(take(&[eve], false).await, [ann, bob, eve], "the rest of the list is not known");
        assert_eq!(take(&[bob], true).await, [bob]);
        assert!(take(&[], true).await.is_empty());
        assert!(here.told().await.is_empty());
    }

    async fn nobody_elsewhere_lists_the_moderators_of_a_group_here(db: Db) {
        let here = Here::new(db);
        let (group, bob) = (here.group("garden").await, here.remote("bob").await);
        let keeper = here.moderator(group).await;
        let listed = ListedModerators { actors: vec![bob], is_whole: true };
        group::take_listed_moderators(&here.app, group, &listed).await.unwrap();
        assert_eq!(moderator::list(&here.app.store, group).await.unwrap(), [keeper]);
    }

    async fn what_is_written_for_a_group_passes_the_lists_for_both_hosts_of_its_author(db: Db) {
        let here = Here::new(db);
        let (group, bob) = (here.group("garden").await, here.remote("bob").await);
        give_handle_at(&here, bob, "short.example").await;
        for listed in [FAR, "short.example"] {
            list(&here, listed, Some(PeeringAction::Limit)).await;
            let command = here.received(posting(group, bob, listed)).await;
            let cause = command.cause;
            entry::submit(&here.app, command).await.unwrap();
            assert_eq!(here.outcome(cause).await, "held", "{listed}");
            list(&here, listed, None).await;
        }
    }

    async fn nothing_is_written_for_a_group_elsewhere_while_federation_is_off(db: Db) {
        let here = Here::new(db);
        let (group, ann) = (here.far_group("boats").await, here.person("ann").await);
        let app = App { resolver: Arc::new(SwitchedOff), ..here.app.clone() };
        let refused = entry::submit(&app, posting(group, ann, "Boat")).await;
        assert!(matches!(refused, Err(SubmitError::NoDealings(NoDealings::SwitchedOff))), "{refused:?}");
        assert!(here.told().await.is_empty());
    }
}

#[test]
fn each_reason_says_what_is_the_matter() {
    assert_eq!(NoDealings::SwitchedOff.to_string(), "federation is switched off on this server");
    assert_eq!(
        (NoDealings::SwitchedOff.code(), NoDealings::HostBlocked.code()),
        ("federation-off", "host-blocked")
    );
}

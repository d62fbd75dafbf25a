//! However a use case ends, the activity behind it has ended too, or it would be taken up again and again.

use guildhall_app::{
    case::{self, Report, ReportError},
    entry::{self, Annotate, Annotation, CastVote, Delete, Edit, PollVote, React, Submit},
    group::{self, Leave, RequestJoin, SetBan, SetModerator},
    instance,
    remote::{self, EntryRefused, JoinAnswered, SuspendActor},
};
use guildhall_domain::{
    ActorId, ApId, EntryId, GroupId,
    content::Vote,
    event::Cause,
    group::{Admission, Policy, Posting, Review},
    peering::PeeringAction,
};
use guildhall_store::{Db, StoreError, testing::on_both_engines};

use crate::support::{
    Here,
    people::asking,
    write::{by, commenting, posting, titled},
};

/// What the use cases are tried on.
struct World {
    here: Here,
    groups: Vec<GroupId>,
    actors: Vec<ActorId>,
    entries: Vec<EntryId>,
}

const NO_GROUP: GroupId = GroupId(8);
const NO_ENTRY: EntryId = EntryId(8);

/// Groups with every sort of door, people of every sort, entries in every state.
async fn world(db: Db) -> World {
    let here = Here::new(db);
    let (open, far) = (here.group("open").await, here.far_group("far").await);
    let strict = Policy {
        admission: Admission::Invite,
        posting: Posting::Members,
        review: Review::None,
        ..Policy::default()
    };
    let careful = Policy {
        admission: Admission::Approval,
        posting: Posting::Everyone,
        review: Review::All,
        ..Policy::default()
    };
    let (strict, careful) =
        (here.group_with("strict", strict).await, here.group_with("careful", careful).await);
    let (ann, bob, moderator) =
        (here.person("ann").await, here.remote("bob").await, here.moderator(open).await);
    let (banned, blocked) = (here.remote("banned").await, blocked(&here).await);
    let asked = Submit { poll: Some(poll()), ..posting(open, bob, "Published") };
    let mut entries = vec![NO_ENTRY, entry::submit(&here.app, asked).await.unwrap().entry.unwrap()];
    entries.push(here.comment(entries[1], ann, "Comment").await);
    entries.push(here.post(careful, bob, "Held").await);
    entries.push(entry::submit(&here.app, posting(strict, bob, "Refused")).await.unwrap().entry.unwrap());
    for title in ["Removed", "Deleted"] {
        entries.push(here.post(open, bob, title).await);
    }
    here.take_away(entries[5], moderator).await;
    here.take_away(entries[6], bob).await;
    entries.push(here.post(far, ann, "Elsewhere").await);
    for group in [open, careful, far] {
        here.ban(group, banned).await;
    }
    here.join(far, ann).await;
    let actors = vec![ann, bob, moderator, banned, blocked, open.actor(), far.actor()];
    World { here, groups: vec![NO_GROUP, open, strict, careful, far], actors, entries }
}

async fn blocked(here: &Here) -> ActorId {
    let kind = guildhall_domain::actor::ActorKind::Person;
    let blocked = here.elsewhere("eve", "blocked.example", kind).await;
    let block = Some(PeeringAction::Block);
    instance::set_peering(&here.app, None, "blocked.example", block, None).await.unwrap();
    blocked
}

fn poll() -> entry::Poll {
    entry::Poll { options: vec![("Yes".to_owned(), 0)], multiple: false, closes_at: None }
}

/// The store's own error, for which the activity may stay: the worker asks whether to try again, and ends it if not.
trait Trouble {
    fn trouble(&self) -> Option<&StoreError>;
}

impl Trouble for StoreError {
    fn trouble(&self) -> Option<&StoreError> {
        Some(self)
    }
}

macro_rules! trouble {
    ($($error:ty),+) => {$(
        impl Trouble for $error {
            fn trouble(&self) -> Option<&StoreError> {
                match self {
                    Self::Store(error) => Some(error),
                    _ => None,
                }
            }
        }
    )+};
}
trouble!(
    ReportError,
    entry::DeleteError,
    entry::EditError,
    entry::SubmitError,
    entry::VoteError,
    group::JoinError,
    guildhall_app::staff::StaffError,
    group::ModerationError
);

impl World {
    async fn check<T, E: Trouble + std::fmt::Debug>(&self, what: &str, cause: Cause, result: Result<T, E>) {
        if let Err(error) = &result
            && error.trouble().is_some()
        {
            panic!("{what}: {error:?}");
        }
        let outcome = self.here.outcome(cause).await;
        let has_ended = ["applied", "held", "ignored", "refused"].contains(&outcome.as_str());
        assert!(has_ended, "{what} left the activity {outcome}: {:?}", result.err());
    }
}

on_both_engines! {
    async fn every_way_through_the_groups_use_cases_ends_the_activity(db: Db) {
        let world = world(db).await;
        let app = &world.here.app;
        for group in world.groups.iter().copied() {
            for actor in world.actors.iter().copied() {
                let what = |name: &str| format!("{name} of {actor} in {group}");
                // Twice each: as somebody new, and as somebody for whom nothing changes.
                for _ in 0..2 {
                    let cause = world.here.activity().await;
                    let follow = Some(ApId::new(format!("x:{}", cause.received().unwrap())));
                    let command = RequestJoin { follow, cause, ..asking(group, actor) };
                    world.check(&what("join"), cause, group::request_join(app, command).await).await;
                }
                for _ in 0..2 {
                    let cause = world.here.activity().await;
                    let left = group::leave(app, Leave { group, actor, cause }).await;
                    world.check(&what("leave"), cause, left).await;
                }
                for (appointed, banned) in [(true, true), (true, true), (false, false), (false, false)] {
                    let (cause, by, person) = (world.here.activity().await, actor, world.actors[1]);
                    let command = SetModerator { group, actor: person, by, appointed, cause };
                    world.check(&what("moderator"), cause, group::set_moderator(app, command).await).await;
                    let (until, reason, remove_content) = (None, None, banned);
                    let cause = world.here.activity().await;
                    let command = SetBan { group, actor: person, by, banned, until, reason, remove_content, cause };
                    world.check(&what("ban"), cause, group::set_ban(app, command).await).await;
                }
                let cause = world.here.activity().await;
                let follower = Some(ApId::new("https://here.example/person/ann"));
                let answer = JoinAnswered { group: actor, follow: None, follower, is_accepted: true, reason: None, cause };
                world.check(&what("answer"), cause, remote::join_answered(app, answer).await).await;
            }
        }
        world.here.assert_counters_agree().await;
    }

    async fn every_way_through_the_entries_use_cases_ends_the_activity(db: Db) {
        let world = world(db).await;
        let app = &world.here.app;
        for entry in world.entries.iter().copied() {
            for actor in world.actors.iter().copied() {
                let what = |name: &str| format!("{name} by {actor} on {entry}");
                for vote in [Some(Vote::Up), Some(Vote::Up), None, None] {
                    let cause = world.here.activity().await;
                    let cast = entry::cast_vote(app, CastVote { entry, actor, vote, cause }).await;
                    world.check(&what("vote"), cause, cast).await;
                    let (cause, emoji) = (world.here.activity().await, Some("x".to_owned()));
                    let command = React { entry, actor, emoji, is_withdrawn: vote.is_none(), cause };
                    world.check(&what("reaction"), cause, entry::react(app, command).await).await;
                    let (cause, option) = (world.here.activity().await, "Yes".to_owned());
                    let choice = PollVote { entry, actor, option, cause };
                    world.check(&what("choice"), cause, entry::vote_in_poll(app, choice).await).await;
                }
                for annotation in [Annotation::Locked(true), Annotation::Featured(true), Annotation::Locked(false)] {
                    let cause = world.here.activity().await;
                    let command = Annotate { entry, by: actor, annotation, reason: None, cause };
                    world.check(&what("annotation"), cause, entry::annotate(app, command).await).await;
                }
                for written_at in [world.here.now(), guildhall_domain::Timestamp(1)] {
                    let cause = world.here.activity().await;
                    let command = Edit { entry, editor: actor, texts: titled("New"), poll: None, written_at, is_dated: false, cause };
                    world.check(&what("edit"), cause, entry::edit(app, command).await).await;
                }
                for group in world.groups.iter().copied() {
                    let cause = world.here.activity().await;
                    let origin = world.here.written_elsewhere();
                    let command = Submit { origin, cause, ..commenting(group, actor, entry, "Hi") };
                    for command in [command.clone(), Submit { cause: world.here.activity().await, ..command }] {
                        let (cause, submitted) = (command.cause, entry::submit(app, command).await);
                        world.check(&what("comment"), cause, submitted).await;
                    }
                }
                let cause = world.here.activity().await;
                let group = world.groups[1];
                let command = Report { group: Some(group), entries: vec![entry], cause, ..Report::by(actor, "") };
                world.check(&what("report"), cause, case::report(app, command).await).await;
                let (cause, reason) = (world.here.activity().await, None);
                let refused = EntryRefused { entry, group: actor, reason, is_edit: false, cause };
                world.check(&what("refusal"), cause, remote::entry_refused(app, refused).await).await;
            }
        }
        world.here.assert_counters_agree().await;
    }

    async fn every_way_of_taking_away_and_bringing_back_ends_the_activity(db: Db) {
        let world = world(db).await;
        let app = &world.here.app;
        for entry in world.entries.iter().copied() {
            for actor in world.actors.iter().copied() {
                for _ in 0..2 {
                    let cause = world.here.activity().await;
                    let restored = entry::restore(app, Delete { cause, ..by(entry, actor) }).await;
                    world.check(&format!("restore by {actor} of {entry}"), cause, restored).await;
                    let cause = world.here.activity().await;
                    let deleted = entry::delete(app, Delete { cause, ..by(entry, actor) }).await;
                    world.check(&format!("delete by {actor} of {entry}"), cause, deleted).await;
                }
            }
        }
        for actor in world.actors.iter().copied() {
            for other in world.actors.iter().copied() {
                let cause = world.here.activity().await;
                world.check("move", cause, remote::actor_moved(app, actor, other, cause).await).await;
            }
            for is_suspended in [true, false] {
                let cause = world.here.activity().await;
                let command =
                    SuspendActor { actor, by: actor, is_suspended, until: None, reason: None, cause };
                let result = remote::actor_suspended(app, command).await;
                world.check("suspension", cause, result).await;
            }
            let cause = world.here.activity().await;
            world.check("end of an account", cause, remote::actor_deleted(app, actor, cause).await).await;
        }
        world.here.assert_counters_agree().await;
    }
}

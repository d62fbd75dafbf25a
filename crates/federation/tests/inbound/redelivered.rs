//! A `Create` that comes once more, as it was or in another activity: it never undoes what moderators decided.

use guildhall_app::group::{self, SetBan};
use guildhall_domain::{
    content::EntryState,
    event::Cause,
    group::{Policy, Posting, Review},
};
use guildhall_store::{Db, group as groups, testing::on_both_engines};
use guildhall_testkit::FakePeer;
use serde_json::{Value, json};

use crate::support::{With as _, World, create, follow, fresh, id, note, to_group, update};

/// A group on an instance, and somebody on a third server who would hear of what it lets in.
struct Watched {
    world: World,
    follower: FakePeer,
}

impl Watched {
    async fn new(db: Db) -> Self {
        Self::with(db, Policy { posting: Posting::Everyone, ..Policy::default() }).await
    }

    /// The same in a group with other door settings.
    async fn with(db: Db, policy: Policy) -> Self {
        let mut world = World::new(db, "mastodon").await;
        world.group = world.here.group_with("watched", policy).await;
        let (follower, _) = world.follower("lemmy", "lou").await;
        Self { world, follower }
    }

    /// Brings a note to the group; gives it with its activity.
    async fn brought(&self, want: &str) -> (Value, Value) {
        let note = to_group(note(&self.world.alice, "Buy!"), &self.world.group.ap_id);
        let created = create(&self.world.alice, &note);
        assert_eq!(self.world.send(&created).await, want);
        (note, created)
    }

    /// Sends it once more in every way, and looks whether anything came back.
    async fn stays(&self, (note, created): &(Value, Value), state: EntryState, why: &str) {
        let alice = &self.world.alice;
        let changed =
            note.clone().with(json!({ "updated": "2026-03-01T12:30:00Z", "content": "<p>New</p>" }));
        let renamed = created.clone().with(json!({ "id": fresh(alice, "activities") }));
        let before = self.counted().await;
        self.follower.take();
        for (activity, how) in [
            (created.clone(), "the same activity"),
            (renamed, "the same under another id"),
            (create(alice, note), "another activity"),
            (create(alice, &changed), "with another text"),
            (update(alice, &changed), "as a change"),
        ] {
            self.world.send(&activity).await;
            assert_eq!(self.world.here.state(id(note)).await, Some(state), "{why}: {how}");
            assert_eq!(self.counted().await, before, "{why}: {how}");
            assert_eq!(self.follower.take().shapes(), [""; 0], "{why}: {how}");
        }
    }

    /// How many posts are shown, and how many there are.
    async fn counted(&self) -> (i64, usize) {
        let (here, group) = (&self.world.here, self.world.group.id);
        let found = groups::find(&here.app.store, group).await.unwrap().unwrap();
        (found.post_count, here.entries(group).await.len())
    }

    async fn set_ban(&self, banned: bool) {
        let (here, group) = (&self.world.here, self.world.group.id);
        let ban = SetBan {
            group,
            actor: here.actor(&self.world.alice.id).await.unwrap().id,
            by: group.actor(),
            banned,
            until: None,
            reason: None,
            remove_content: banned,
            cause: Cause::Local,
        };
        group::set_ban(&here.app, ban).await.unwrap();
        here.run_until_idle().await;
    }
}

on_both_engines! {
    async fn what_a_moderator_removed_stays_removed(db: Db) {
        let watched = Watched::new(db).await;
        let brought = watched.brought("applied").await;
        let here = &watched.world.here;
        let entry = here.entry(id(&brought.0)).await.unwrap();
        here.remove(&watched.world.group, entry.id, "An advertisement.").await;
        here.run_until_idle().await;
        watched.stays(&brought, EntryState::Removed, "removed").await;
    }

    async fn what_went_with_a_ban_stays_away_also_when_the_ban_is_over(db: Db) {
        let watched = Watched::new(db).await;
        let brought = watched.brought("applied").await;
        watched.set_ban(true).await;
        watched.stays(&brought, EntryState::Removed, "banned").await;
        watched.set_ban(false).await;
        watched.stays(&brought, EntryState::Removed, "allowed again").await;
        watched.brought("applied").await;
    }

    async fn what_a_moderator_refused_stays_refused(db: Db) {
        let watched = Watched::with(db, Policy { review: Review::All, ..Policy::default() }).await;
        let brought = watched.brought("held").await;
        let here = &watched.world.here;
        let waiting = here.queue(watched.world.group.id).await;
        here.refuse(waiting[0].id, "No.").await;
        here.run_until_idle().await;
        watched.stays(&brought, EntryState::Refused, "refused").await;
        assert_eq!(here.queue(watched.world.group.id).await.len(), 0);
    }

    async fn what_the_settings_refused_stays_refused_when_its_author_may_post_by_now(db: Db) {
        let watched = Watched::with(db, Policy { posting: Posting::Members, ..Policy::default() }).await;
        let brought = watched.brought("refused").await;
        watched.stays(&brought, EntryState::Refused, "no member").await;
        let asked = follow(&watched.world.alice, &watched.world.group.ap_id);
        assert_eq!(watched.world.send(&asked).await, "applied");
        watched.stays(&brought, EntryState::Refused, "a member by now").await;
        watched.brought("applied").await;
    }
}

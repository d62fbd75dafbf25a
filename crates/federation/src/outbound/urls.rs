//! Addresses of what is ours. Ids are for ever: a change here breaks every copy on other servers.

use guildhall_app::Site;
use guildhall_domain::{ApId, EntryId, EventId, content::EntryKind};

/// Makes addresses under the instance's base URL.
#[derive(Debug, Clone, Copy)]
pub struct Urls<'a> {
    base: &'a str,
}

impl<'a> Urls<'a> {
    /// The addresses of a site.
    pub fn new(site: &'a Site) -> Self {
        Self { base: &site.base_url }
    }

    /// The instance's own actor.
    pub fn instance_actor(self) -> ApId {
        self.at("/actor")
    }

    /// A path of ours; begins with a slash.
    pub fn at(self, path: &str) -> ApId {
        ApId::new(format!("{}{path}", self.base))
    }

    /// An entry under our own roof: the id of one written here, and what leads to the origin of one that was not.
    pub fn entry(self, kind: EntryKind, id: EntryId) -> ApId {
        self.at(&format!("/{}/{id}", folder(kind)))
    }

    /// All entries of a thread (FEP-7888).
    pub fn context(self, thread: EntryId) -> ApId {
        self.at(&format!("/posts/{thread}/context"))
    }

    /// The thread that [`Urls::context`] names so.
    pub fn thread_of_context(self, url: &str) -> Option<EntryId> {
        url.strip_prefix(self.base)?.strip_prefix("/posts/")?.strip_suffix("/context")?.parse().ok()
    }

    /// The direct answers to an entry.
    pub fn replies(self, kind: EntryKind, id: EntryId) -> ApId {
        self.entry_part(kind, id, "replies")
    }

    /// The `Create` of an entry written here. Derived from the entry and not from the event, so that the outbox names
    /// the activity that was sent.
    pub fn create(self, kind: EntryKind, id: EntryId) -> ApId {
        self.entry_part(kind, id, "create")
    }

    /// The group's `Announce` of that `Create`.
    pub fn announce(self, kind: EntryKind, id: EntryId) -> ApId {
        self.entry_part(kind, id, "announce")
    }

    /// The group's boost of a post, which microblogs get. Derived from the entry, so that an `Undo` can name it.
    pub fn boost(self, kind: EntryKind, id: EntryId) -> ApId {
        self.entry_part(kind, id, "boost")
    }

    /// The `Announce` by which a group passes on a post of a partner's. Derived from the event, which an `Undo` knows: a post
    /// that is shown once more is announced as something new.
    pub fn mirror(self, event: EventId) -> ApId {
        self.activity_part(event, "mirror")
    }

    /// The activity that tells of an event.
    pub fn activity(self, event: EventId) -> ApId {
        self.at(&format!("/activities/{event}"))
    }

    /// Another activity that the same event gives rise to, such as `announce`, or one inside of it.
    pub fn activity_part(self, event: EventId, part: &str) -> ApId {
        self.at(&format!("/activities/{event}/{part}"))
    }

    fn entry_part(self, kind: EntryKind, id: EntryId, part: &str) -> ApId {
        self.at(&format!("/{}/{id}/{part}", folder(kind)))
    }
}

fn folder(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Post => "posts",
        EntryKind::Comment => "comments",
    }
}

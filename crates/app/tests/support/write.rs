//! Posts, comments, and the activities that bring them.

use guildhall_app::entry::{self, Delete, Edit, Origin, Submit, Texts, texts_from_markdown};
use guildhall_domain::{ActorId, ApId, EntryId, GroupId, ReceivedId, event::Cause};
use guildhall_store::received::{self, NewReceived};

use super::Here;

/// Texts of a post.
pub(crate) fn titled(title: &str) -> Texts {
    texts_from_markdown(Some(title.to_owned()), &format!("About {title}."), None)
}

/// Texts of a comment.
pub(crate) fn said(text: &str) -> Texts {
    texts_from_markdown(None, text, None)
}

/// A post written here.
pub(crate) fn posting(group: GroupId, author: ActorId, title: &str) -> Submit {
    Submit {
        group,
        author,
        parent: None,
        origin: Origin::Here,
        texts: titled(title),
        poll: None,
        is_public: true,
        is_fetched: false,
        is_passed_on: false,
        cause: Cause::Local,
    }
}

/// A comment written here.
pub(crate) fn commenting(group: GroupId, author: ActorId, parent: EntryId, text: &str) -> Submit {
    Submit { parent: Some(parent), texts: said(text), ..posting(group, author, "") }
}

/// Taken away, or brought back, by somebody here.
pub(crate) fn by(entry: EntryId, by: ActorId) -> Delete {
    Delete { entry, by, reason: None, cause: Cause::Local }
}

impl Here {
    /// Writes a post that its group admits or holds.
    pub(crate) async fn post(&self, group: GroupId, author: ActorId, title: &str) -> EntryId {
        entry::submit(&self.app, posting(group, author, title)).await.unwrap().entry.unwrap()
    }

    /// Writes a comment that its group admits or holds.
    pub(crate) async fn comment(&self, parent: EntryId, author: ActorId, text: &str) -> EntryId {
        let group = self.entry(parent).await.group_id;
        entry::submit(&self.app, commenting(group, author, parent, text)).await.unwrap().entry.unwrap()
    }

    /// The same written elsewhere, brought by an activity.
    pub(crate) async fn received(&self, command: Submit) -> Submit {
        Submit { cause: self.activity().await, origin: self.written_elsewhere(), ..command }
    }

    /// An origin of its own, at the present time.
    pub(crate) fn written_elsewhere(&self) -> Origin {
        Origin::Elsewhere {
            ap_id: ApId::new(format!("https://far.example/notes/{}", self.number())),
            wire_type: "Note".to_owned(),
            page_url: None,
            context_url: None,
            published_at: self.now(),
            edited_at: None,
        }
    }

    /// A new title for a post, written now by somebody here.
    pub(crate) fn retitling(&self, entry: EntryId, editor: ActorId, title: &str) -> Edit {
        let (written_at, cause) = (self.now(), Cause::Local);
        Edit { entry, editor, texts: titled(title), poll: None, written_at, is_dated: false, cause }
    }

    /// An activity that has been received and verified, as a cause.
    pub(crate) async fn activity(&self) -> Cause {
        let id = ReceivedId(self.app.new_id());
        let new = NewReceived {
            id,
            ap_id: ApId::new(format!("https://far.example/activities/{id}")),
            actor: ApId::new("https://far.example/somebody"),
            host: "far.example".to_owned(),
            verb: "Create".to_owned(),
            via: None,
            body: b"{}".to_vec(),
        };
        let mut tx = self.app.begin().await.unwrap();
        assert!(received::insert(&mut tx, &new, self.now()).await.unwrap());
        tx.commit().await.unwrap();
        Cause::Activity(id)
    }

    /// Deletes as its author, or removes as a moderator.
    pub(crate) async fn take_away(&self, entry: EntryId, who: ActorId) {
        entry::delete(&self.app, by(entry, who)).await.unwrap();
    }
}

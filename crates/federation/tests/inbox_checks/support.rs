//! What all of these tests do.

use guildhall_activitypub::Iri;
use serde_json::Value;

use crate::peer::{Here, Peer, PeerActor, Post, Told, follow};

/// Here, another server, and somebody on it who wants to follow a group of ours.
pub(crate) struct Scene {
    pub(crate) here: Here,
    pub(crate) peer: Peer,
    pub(crate) alice: PeerActor,
    pub(crate) group: Iri,
}

impl Scene {
    pub(crate) async fn start() -> Self {
        Self::on(Here::start().await).await
    }

    pub(crate) async fn on(here: Here) -> Self {
        let peer = Peer::start().await;
        let alice = peer.actor("alice");
        let group = here.group("gardening").await;
        Self { here, peer, alice, group }
    }

    pub(crate) fn follow(&self) -> Value {
        follow(&self.peer, &self.alice, self.group.as_str())
    }

    /// Alice's `Follow`, signed as everybody does.
    pub(crate) fn post(&self) -> Post {
        Post::cavage(&self.here, &self.alice, &self.follow())
    }

    /// Sends what has to be refused, and makes sure that nothing was kept.
    pub(crate) async fn refused(&self, post: &Post) -> (u16, String) {
        let told = post.send().await;
        assert!(self.here.kept().await.is_empty(), "{told:?}: nothing may be kept");
        (told.status, told.code)
    }

    /// As [`Scene::refused`], and nothing was fetched either.
    pub(crate) async fn refused_unasked(&self, post: &Post) -> (u16, String) {
        let told = self.refused(post).await;
        assert_eq!(self.peer.count_all(), 0, "{told:?}: nothing may be fetched");
        told
    }

    /// Sends what has to be taken.
    pub(crate) async fn accepted(&self, post: &Post) -> Told {
        let told = post.send().await;
        assert_eq!(told.status, 202, "{told:?}");
        told
    }
}

pub(crate) fn refusal(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

/// What a sender hears when nothing was done, and it is none of its business why.
pub(crate) fn dropped() -> (u16, String) {
    refusal(202, "")
}

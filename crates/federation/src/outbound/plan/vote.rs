//! Votes: for group-aware software as they are, for microblogs only what they know, which is favourites.

use guildhall_activitypub::{
    Iri,
    write::{self, Address},
};
use guildhall_domain::{ActorId, EntryId, content::Vote};
use guildhall_store::{actor::Actor, delivery::NewDelivery};
use serde_json::Value;

use super::{
    Teller,
    inner::{Carried, Inner, Maker, Ours},
    scene::{Scene, find_actor},
};
use crate::outbound::render::{RenderError, iri};

/// All that a vote may have come as.
const KINDS: &[&str] = &["Like", "Dislike", "EmojiReact", "Undo"];

impl Teller<'_> {
    pub(super) async fn voted(
        &self,
        entry: EntryId,
        voter: ActorId,
        vote: Option<Vote>,
        before: Option<Vote>,
    ) -> Result<Vec<NewDelivery>, RenderError> {
        let scene = Scene::of(self.app, entry).await?;
        let voter = find_actor(self.app, voter).await?;
        let ballot = Ballot {
            object: iri(&scene.entry.ap_id)?,
            group: iri(&scene.group.ap_id)?,
            author: iri(&scene.author.ap_id)?,
        };
        let inner = match self.received(self.event.cause.received(), KINDS, Some(&voter)).await? {
            Some(body) => Inner::Received(body),
            None => self.own_vote(&voter, &ballot, vote, before).await?.map_or(Inner::Unknown, Inner::Ours),
        };
        let order_key = format!("vote:{}:{}", scene.entry.id, voter.id);
        let carried = Carried {
            group: &scene.group,
            inner,
            announce: self.announce_id(),
            microblog: None,
            persons: self.may_read(scene.entry.group_id, vec![scene.author.clone()]).await?,
            order_key,
        };
        let mut rows = self.carry(carried).await?;
        if scene.group.is_local {
            let own = self.urls.activity(self.event.id);
            for row in rows.iter_mut().filter(|row| row.activity_ap_id == own.as_str()) {
                row.body_microblog =
                    self.as_favourite(&voter, &ballot, vote, before).await?.map(|ours| ours.body);
            }
            rows.retain(|row| row.body_group.is_some() || row.body_microblog.is_some());
        }
        self.if_limited(&scene, rows).await
    }

    /// The vote as its voter here casts or withdraws it.
    async fn own_vote(
        &self,
        voter: &Actor,
        ballot: &Ballot,
        vote: Option<Vote>,
        before: Option<Vote>,
    ) -> Result<Option<Ours>, RenderError> {
        if !voter.is_local {
            return Ok(None);
        }
        let id = self.urls.activity(self.event.id);
        match (vote, before) {
            (Some(vote), _) => {
                self.ours(voter, id, |maker| Ok(ballot.cast(maker, &maker.id, vote))).await.map(Some)
            }
            (None, Some(before)) => {
                self.ours(voter, id, |maker| ballot.withdraw(maker, before)).await.map(Some)
            }
            (None, None) => Ok(None),
        }
    }

    /// The same for software that knows favourites and nothing against.
    async fn as_favourite(
        &self,
        voter: &Actor,
        ballot: &Ballot,
        vote: Option<Vote>,
        before: Option<Vote>,
    ) -> Result<Option<Ours>, RenderError> {
        let up = |vote: Option<Vote>| vote.filter(|vote| *vote == Vote::Up);
        if vote == Some(Vote::Down) && up(before).is_some() {
            let id = self.urls.activity_part(self.event.id, "undo");
            return self.ours(voter, id, |maker| ballot.withdraw(maker, Vote::Up)).await.map(Some);
        }
        self.own_vote(voter, ballot, up(vote), up(before)).await
    }
}

/// What a vote is about.
struct Ballot {
    object: Iri,
    group: Iri,
    author: Iri,
}

impl Ballot {
    /// To the author and by way of the group: whom one votes for is nobody else's business.
    fn address(&self) -> Address<'_> {
        Address { to: std::slice::from_ref(&self.author), audience: Some(&self.group), ..Address::default() }
    }

    fn cast(&self, maker: &Maker<'_>, id: &Iri, vote: Vote) -> Value {
        let envelope = maker.envelope_as(id, self.address());
        match vote {
            Vote::Up => write::like(&envelope, &self.object),
            Vote::Down => write::dislike(&envelope, &self.object),
        }
    }

    fn withdraw(&self, maker: &Maker<'_>, vote: Vote) -> Result<Value, RenderError> {
        let cast = self.cast(maker, &maker.part("vote")?, vote);
        Ok(write::undo(&maker.envelope(self.address()), cast))
    }
}

//! Our actors' documents: persons, groups and the instance itself.

use serde_json::{Value, json};

use super::{Members, context};
use crate::{ActorKind, Iri, PublicKey};

/// What an actor document says.
#[derive(Debug, Clone, Copy)]
pub struct Actor<'a> {
    /// Its id.
    pub id: &'a Iri,
    /// Its type.
    pub kind: ActorKind,
    /// The part before `@` of its handle.
    pub username: &'a str,
    /// The host of its handle.
    pub host: &'a str,
    /// The display name.
    pub name: Option<&'a str>,
    /// What it says about itself, HTML.
    pub summary_html: Option<&'a str>,
    /// The same as typed.
    pub source_markdown: Option<&'a str>,
    /// The page for people.
    pub url: Option<&'a Iri>,
    /// Where activities for it go.
    pub inbox: &'a Iri,
    /// Where activities for all of us go.
    pub shared_inbox: &'a Iri,
    /// What it did.
    pub outbox: &'a Iri,
    /// Who follows it.
    pub followers: Option<&'a Iri>,
    /// Whom it follows.
    pub following: Option<&'a Iri>,
    /// Its small picture.
    pub icon: Option<Media<'a>>,
    /// Its wide picture.
    pub image: Option<Media<'a>>,
    /// The RSA key with its id.
    pub rsa_key: (&'a Iri, &'a PublicKey),
    /// The Ed25519 key with its id.
    pub ed25519_key: (&'a Iri, &'a PublicKey),
    /// Since when it exists, in milliseconds.
    pub published: i64,
    /// When it last changed, in milliseconds.
    pub updated: Option<i64>,
    /// A `Follow` waits for a decision.
    pub manually_approves: bool,
    /// It may be listed in directories.
    pub discoverable: bool,
    /// Its posts may be found by search.
    pub indexable: bool,
    /// Other ids of the same actor.
    pub also_known_as: &'a [Iri],
    /// Where it went.
    pub moved_to: Option<&'a Iri>,
    /// What only groups have.
    pub group: Option<GroupFields<'a>>,
}

/// What only groups have.
#[derive(Debug, Clone, Copy)]
pub struct GroupFields<'a> {
    /// The collection of its moderators.
    pub moderators: &'a Iri,
    /// The collection of its pinned posts.
    pub featured: &'a Iri,
    /// Only moderators may post.
    pub posting_restricted_to_mods: bool,
    /// Not for everybody's eyes.
    pub sensitive: bool,
    /// Its language: a BCP 47 tag and the language's own name.
    pub language: Option<(&'a str, &'a str)>,
}

/// A picture.
#[derive(Debug, Clone, Copy)]
pub struct Media<'a> {
    /// Where it is.
    pub url: &'a Iri,
    /// Its media type.
    pub media_type: Option<&'a str>,
    /// The description for those who do not see it.
    pub name: Option<&'a str>,
}

impl Actor<'_> {
    /// Writes the document.
    pub fn to_value(&self) -> Value {
        let mut members = Members::default();
        members.put("@context", context::actor());
        self.put_identity(&mut members);
        self.put_places(&mut members);
        self.put_keys(&mut members);
        self.put_flags(&mut members);
        if let Some(group) = &self.group {
            group.put(&mut members);
        }
        members.into_value()
    }

    fn put_identity(&self, members: &mut Members) {
        members.put("id", self.id.as_str());
        members.put("type", self.kind.as_str());
        members.put("preferredUsername", self.username);
        members.put("webfinger", format!("{}@{}", self.username, self.host));
        members.put_some("name", self.name);
        members.put_some("summary", self.summary_html);
        members.put_some("source", self.source_markdown.map(super::content::markdown));
        members.put_some("icon", self.icon.map(Media::to_value));
        members.put_some("image", self.image.map(Media::to_value));
        members.put_time("published", Some(self.published));
        members.put_time("updated", self.updated);
        members.put_iris("alsoKnownAs", self.also_known_as);
        members.put_iri("movedTo", self.moved_to);
    }

    fn put_places(&self, members: &mut Members) {
        members.put_iri("url", self.url);
        members.put("inbox", self.inbox.as_str());
        members.put("outbox", self.outbox.as_str());
        members.put_iri("followers", self.followers);
        members.put_iri("following", self.following);
        members.put("endpoints", json!({ "sharedInbox": self.shared_inbox.as_str() }));
    }

    fn put_keys(&self, members: &mut Members) {
        let owner = self.id.as_str();
        let (id, key) = self.rsa_key;
        members.put("publicKey", json!({ "id": id.as_str(), "owner": owner, "publicKeyPem": key.to_pem() }));
        let (id, key) = self.ed25519_key;
        let multikey = json!({
            "id": id.as_str(),
            "type": "Multikey",
            "controller": owner,
            "publicKeyMultibase": key.to_multikey(),
        });
        members.put("assertionMethod", vec![multikey]);
    }

    fn put_flags(&self, members: &mut Members) {
        members.put("manuallyApprovesFollowers", self.manually_approves);
        members.put("discoverable", self.discoverable);
        members.put("indexable", self.indexable);
    }
}

impl GroupFields<'_> {
    fn put(&self, members: &mut Members) {
        // Lemmy and Mbin read `attributedTo`, kbin and PieFed `moderators`.
        members.put("attributedTo", self.moderators.as_str());
        members.put("moderators", self.moderators.as_str());
        members.put("featured", self.featured.as_str());
        members.put("postingRestrictedToMods", self.posting_restricted_to_mods);
        members.put("sensitive", self.sensitive);
        let language = self.language.map(|(tag, name)| vec![json!({ "identifier": tag, "name": name })]);
        members.put_some("language", language);
    }
}

impl Media<'_> {
    pub(super) fn to_value(self) -> Value {
        let mut members = Members::default();
        members.put("type", "Image");
        members.put("url", self.url.as_str());
        members.put_some("mediaType", self.media_type);
        members.put_some("name", self.name);
        members.into_value()
    }
}

//! Posts and comments: the JSON that the peer insists on, and how the crate finds and keeps them.

use activitypub_federation::{
    protocol::{
        helpers::{deserialize_one_or_many, deserialize_skip_error},
        verification::verify_domains_match,
    },
    traits::Object,
};
use anyhow::{Context, ensure};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::Url;

use crate::{error::Error, peer::PeerData};

/// The collection that everybody is in.
pub(crate) const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

/// A post or a comment, as strict as Lemmy reads it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PostJson {
    #[serde(rename = "type")]
    pub(crate) kind: PostKind,
    pub(crate) id: Url,
    pub(crate) attributed_to: Url,
    #[serde(deserialize_with = "deserialize_one_or_many")]
    pub(crate) to: Vec<Url>,
    #[serde(deserialize_with = "deserialize_one_or_many", default)]
    pub(crate) cc: Vec<Url>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) content: Option<String>,
    #[serde(deserialize_with = "deserialize_skip_error", default, skip_serializing_if = "Option::is_none")]
    pub(crate) source: Option<Source>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) in_reply_to: Option<Url>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) audience: Option<Url>,
    pub(crate) published: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) updated: Option<String>,
    /// The rest, as it came.
    #[serde(flatten)]
    pub(crate) rest: Map<String, Value>,
}

/// The Markdown behind `content`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Source {
    content: String,
    media_type: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum PostKind {
    Article,
    Event,
    Note,
    Page,
    Question,
    Video,
}

impl PostJson {
    /// What must hold before it is kept.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        verify_domains_match(&self.id, &self.attributed_to)?;
        let addressed = self.to.iter().chain(&self.cc).any(|url| url.as_str() == PUBLIC);
        ensure!(addressed, "{} is not public", self.id);
        ensure!(self.kind == PostKind::Note || self.name.is_some(), "{} has no name", self.id);
        for time in [Some(&self.published), self.updated.as_ref()].into_iter().flatten() {
            time.parse::<jiff::Timestamp>().with_context(|| format!("{} has a bad time", self.id))?;
        }
        Ok(())
    }
}

/// A post in the peer's memory.
#[derive(Debug, Clone)]
pub(crate) struct Post {
    pub(crate) json: PostJson,
}

#[async_trait::async_trait]
impl Object for Post {
    type DataType = std::sync::Arc<crate::peer::Peer>;
    type Kind = PostJson;
    type Error = Error;

    fn id(&self) -> &Url {
        &self.json.id
    }

    async fn read_from_id(id: Url, data: &PeerData) -> Result<Option<Self>, Error> {
        Ok(data.state().posts.get(&id).cloned().flatten().map(|json| Self { json }))
    }

    async fn into_json(self, _: &PeerData) -> Result<PostJson, Error> {
        Ok(self.json)
    }

    async fn verify(json: &PostJson, expected_domain: &Url, _: &PeerData) -> Result<(), Error> {
        verify_domains_match(&json.id, expected_domain)?;
        Ok(json.check()?)
    }

    async fn from_json(json: PostJson, data: &PeerData) -> Result<Self, Error> {
        data.state().posts.insert(json.id.clone(), Some(json.clone()));
        Ok(Self { json })
    }
}

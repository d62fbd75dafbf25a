//! Activities that arrive: which shapes the peer understands, and what it then does.

use activitypub_federation::{
    fetch::object_id::ObjectId,
    protocol::{helpers::deserialize_one_or_many, verification::verify_domains_match},
    traits::{Activity, Object},
};
use anyhow::ensure;
use serde::{Deserialize, Deserializer, de};
use serde_json::Value;
use url::Url;

use crate::{
    actor::Actor,
    error::Error,
    peer::PeerData,
    post::{PUBLIC, Post, PostJson},
};

/// An activity of a type that the peer knows; any other is an error, as it is in Lemmy.
#[derive(Debug, Deserialize)]
pub(crate) struct Incoming {
    id: Url,
    actor: Url,
    #[serde(flatten)]
    verb: Verb,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "type")]
#[expect(dead_code, reason = "what is not read must still be there, and be a URL")]
enum Verb {
    Accept { object: Box<Incoming> },
    Add { object: Url, target: Url },
    Announce(Announce),
    Block { object: Url, target: Url },
    Create { object: Box<PostJson> },
    Delete { object: Deleted },
    Dislike { object: Url },
    Flag { object: Url },
    Follow { object: Url },
    Like { object: Url },
    Lock { object: Url },
    Reject { object: Named },
    Remove { object: Url, target: Url },
    Undo { object: Box<Incoming> },
    Update { object: Updated },
}

#[derive(Debug, Deserialize)]
struct Announce {
    #[serde(deserialize_with = "deserialize_one_or_many")]
    to: Vec<Url>,
    #[serde(deserialize_with = "deserialize_one_or_many", default)]
    cc: Vec<Url>,
    object: Announced,
}

/// What a group may announce: an activity (FEP-1b12), an object, or the URL of one.
#[derive(Debug)]
enum Announced {
    Url(Url),
    Activity(Box<Incoming>),
    Post(Box<PostJson>),
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Deleted {
    Url(Url),
    Tombstone { id: Url },
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Updated {
    Post(Box<PostJson>),
    Actor(Box<crate::actor::ActorJson>),
}

/// A URL, or anything with a type.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
#[expect(dead_code, reason = "what is not read must still be there, and be a URL")]
enum Named {
    Url(Url),
    Typed {
        #[serde(rename = "type")]
        kind: String,
    },
}

impl<'de> Deserialize<'de> for Announced {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // By hand, since an untagged enum loses the reason why a shape did not fit.
        let value = Value::deserialize(deserializer)?;
        let read = if value.is_string() {
            serde_json::from_value(value).map(Self::Url)
        } else if value.get("actor").is_some() {
            serde_json::from_value(value).map(Self::Activity)
        } else {
            serde_json::from_value(value).map(Self::Post)
        };
        read.map_err(de::Error::custom)
    }
}

impl Incoming {
    /// Its types from outside in, such as `Announce(Create(Page))`.
    pub(crate) fn describe(&self) -> String {
        match &self.verb {
            Verb::Accept { object } => format!("Accept({})", object.describe()),
            Verb::Add { .. } => "Add".to_owned(),
            Verb::Announce(Announce { object, .. }) => match object {
                Announced::Url(_) => "Announce(url)".to_owned(),
                Announced::Activity(activity) => format!("Announce({})", activity.describe()),
                Announced::Post(post) => format!("Announce({:?})", post.kind),
            },
            Verb::Block { .. } => "Block".to_owned(),
            Verb::Create { object } => format!("Create({:?})", object.kind),
            Verb::Delete { .. } => "Delete".to_owned(),
            Verb::Dislike { .. } => "Dislike".to_owned(),
            Verb::Flag { .. } => "Flag".to_owned(),
            Verb::Follow { .. } => "Follow".to_owned(),
            Verb::Like { .. } => "Like".to_owned(),
            Verb::Lock { .. } => "Lock".to_owned(),
            Verb::Reject { object: Named::Typed { kind } } => format!("Reject({kind})"),
            Verb::Reject { object: Named::Url(_) } => "Reject(url)".to_owned(),
            Verb::Remove { .. } => "Remove".to_owned(),
            Verb::Undo { object } => format!("Undo({})", object.describe()),
            Verb::Update { object: Updated::Post(post) } => format!("Update({:?})", post.kind),
            Verb::Update { object: Updated::Actor(actor) } => format!("Update({:?})", actor.kind),
        }
    }

    /// What must hold for an activity at the top and for one inside of an `Announce` alike.
    fn check(&self) -> anyhow::Result<()> {
        verify_domains_match(&self.id, &self.actor)?;
        match &self.verb {
            Verb::Create { object } | Verb::Update { object: Updated::Post(object) } => {
                verify_domains_match(&self.actor, &object.id)?;
                object.check()
            }
            Verb::Announce(Announce { to, cc, object }) => {
                let public = to.iter().chain(cc).any(|url| url.as_str() == PUBLIC);
                ensure!(public, "{} is not public", self.id);
                match object {
                    Announced::Activity(activity) => activity.check(),
                    Announced::Post(post) => post.check(),
                    Announced::Url(_) => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    /// Keeps what it brings.
    async fn apply(self, data: &PeerData) -> Result<(), Error> {
        match self.verb {
            Verb::Create { object } | Verb::Update { object: Updated::Post(object) } => {
                Post::from_json(*object, data).await?;
            }
            Verb::Update { object: Updated::Actor(actor) } => {
                Actor::from_json(*actor, data).await?;
            }
            Verb::Delete { object: Deleted::Url(id) | Deleted::Tombstone { id } } => {
                data.state().posts.insert(id, None);
            }
            Verb::Announce(Announce { object, .. }) => apply_announced(object, data).await?,
            _ => {}
        }
        Ok(())
    }
}

async fn apply_announced(object: Announced, data: &PeerData) -> Result<(), Error> {
    match object {
        Announced::Url(url) => {
            ObjectId::<Post>::from(url).dereference(data).await?;
        }
        Announced::Post(post) => {
            Post::from_json(*post, data).await?;
        }
        Announced::Activity(activity) => {
            // Whoever acted must exist, as in Lemmy: the group alone does not vouch for it.
            ObjectId::<Actor>::from(activity.actor.clone()).dereference(data).await?;
            Box::pin(activity.apply(data)).await?;
        }
    }
    Ok(())
}

#[async_trait::async_trait]
impl Activity for Incoming {
    type DataType = std::sync::Arc<crate::peer::Peer>;
    type Error = Error;

    fn id(&self) -> &Url {
        &self.id
    }

    fn actor(&self) -> &Url {
        &self.actor
    }

    async fn verify(&self, _: &PeerData) -> Result<(), Error> {
        Ok(self.check()?)
    }

    async fn receive(self, data: &PeerData) -> Result<(), Error> {
        self.apply(data).await
    }
}

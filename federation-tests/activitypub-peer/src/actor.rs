//! Actors: the JSON that the peer insists on, and how the crate finds and keeps them.

use activitypub_federation::{
    http_signatures::generate_actor_keypair,
    protocol::{public_key::PublicKey, verification::verify_domains_match},
    traits,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::Url;

use crate::{error::Error, peer::PeerData};

/// An actor document. Fields without `Option` are those that Lemmy cannot do without.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ActorJson {
    #[serde(rename = "type")]
    pub(crate) kind: ActorKind,
    pub(crate) id: Url,
    pub(crate) preferred_username: String,
    pub(crate) inbox: Url,
    pub(crate) outbox: Url,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) followers: Option<Url>,
    #[serde(skip_serializing_if = "Option::is_none")]
    endpoints: Option<Endpoints>,
    public_key: PublicKey,
    /// The rest, as it came.
    #[serde(flatten)]
    rest: Map<String, Value>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ActorKind {
    Application,
    Group,
    Organization,
    Person,
    Service,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Endpoints {
    shared_inbox: Url,
}

/// An actor in the peer's memory; with its private key when it is a local one.
#[derive(Debug, Clone)]
pub(crate) struct Actor {
    pub(crate) json: ActorJson,
    private_key: Option<String>,
}

impl Actor {
    /// A local person `http://DOMAIN/u/NAME`.
    pub(crate) fn person(domain: &str, name: &str) -> anyhow::Result<Self> {
        Self::local(ActorKind::Person, name, domain, &format!("http://{domain}/u/{name}"))
    }

    /// The instance's own actor, which signs fetches.
    pub(crate) fn site(domain: &str) -> anyhow::Result<Self> {
        Self::local(ActorKind::Application, domain, domain, &format!("http://{domain}/site"))
    }

    fn local(kind: ActorKind, name: &str, domain: &str, id: &str) -> anyhow::Result<Self> {
        let keys = generate_actor_keypair()?;
        let public_key = PublicKey {
            id: format!("{id}#main-key"),
            owner: Url::parse(id)?,
            public_key_pem: keys.public_key,
        };
        let json = ActorJson {
            kind,
            id: Url::parse(id)?,
            preferred_username: name.to_owned(),
            inbox: Url::parse(&format!("{id}/inbox"))?,
            outbox: Url::parse(&format!("{id}/outbox"))?,
            followers: Some(Url::parse(&format!("{id}/followers"))?),
            endpoints: Some(Endpoints { shared_inbox: Url::parse(&format!("http://{domain}/inbox"))? }),
            public_key,
            rest: Map::new(),
        };
        Ok(Self { json, private_key: Some(keys.private_key) })
    }
}

#[async_trait::async_trait]
impl traits::Object for Actor {
    type DataType = std::sync::Arc<crate::peer::Peer>;
    type Kind = ActorJson;
    type Error = Error;

    fn id(&self) -> &Url {
        &self.json.id
    }

    async fn read_from_id(id: Url, data: &PeerData) -> Result<Option<Self>, Error> {
        Ok(data.state().actors.get(&id).cloned())
    }

    async fn into_json(self, _: &PeerData) -> Result<ActorJson, Error> {
        Ok(self.json)
    }

    async fn verify(json: &ActorJson, expected_domain: &Url, _: &PeerData) -> Result<(), Error> {
        verify_domains_match(&json.id, expected_domain)?;
        verify_domains_match(&json.id, &json.inbox)?;
        Ok(())
    }

    async fn from_json(json: ActorJson, data: &PeerData) -> Result<Self, Error> {
        let actor = Self { json, private_key: None };
        data.state().actors.insert(actor.json.id.clone(), actor.clone());
        Ok(actor)
    }
}

impl traits::Actor for Actor {
    fn public_key_pem(&self) -> &str {
        &self.json.public_key.public_key_pem
    }

    fn private_key_pem(&self) -> Option<String> {
        self.private_key.clone()
    }

    fn inbox(&self) -> Url {
        self.json.inbox.clone()
    }

    fn shared_inbox(&self) -> Option<Url> {
        self.json.endpoints.as_ref().map(|endpoints| endpoints.shared_inbox.clone())
    }
}

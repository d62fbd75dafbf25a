//! Sends an activity by the crate's own signing and sending, and keeps what the inboxes answered.

use activitypub_federation::{activity_sending::SendActivityTask, config::Data, traits::Activity};
use anyhow::Context;
use serde::{Serialize, Serializer};
use serde_json::Value;
use url::Url;

use crate::{
    actor::Actor,
    error::Error,
    peer::{Delivery, PeerData, Sent},
};

/// An activity of ours as JSON.
#[derive(Debug)]
struct Outgoing {
    id: Url,
    actor: Url,
    json: Value,
}

/// Signs and sends; ends when every inbox has answered or failed.
pub(crate) async fn send(
    actor: &Actor,
    activity: Value,
    inboxes: Vec<Url>,
    data: &PeerData,
) -> Result<Sent, Error> {
    let id = activity["id"].as_str().context("an activity without id")?;
    let outgoing = Outgoing { id: id.parse()?, actor: actor.json.id.clone(), json: activity.clone() };
    data.state().activities.insert(outgoing.id.clone(), activity.clone());

    let mut deliveries = Vec::new();
    for inbox in inboxes {
        let tasks = SendActivityTask::prepare(&outgoing, actor, vec![inbox.clone()], data).await?;
        let mut error = None;
        for task in tasks {
            error = task.sign_and_send(data).await.err().map(|error| error.to_string());
        }
        let status = data.answers.status(inbox.as_str(), outgoing.id.as_str());
        deliveries.push(Delivery { inbox, status, error });
    }
    let sent = Sent { activity, deliveries };
    data.state().sent.push(sent.clone());
    Ok(sent)
}

impl Serialize for Outgoing {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.json.serialize(serializer)
    }
}

#[async_trait::async_trait]
impl Activity for Outgoing {
    type DataType = std::sync::Arc<crate::peer::Peer>;
    type Error = Error;

    fn id(&self) -> &Url {
        &self.id
    }

    fn actor(&self) -> &Url {
        &self.actor
    }

    async fn verify(&self, _: &Data<Self::DataType>) -> Result<(), Error> {
        Ok(())
    }

    async fn receive(self, _: &Data<Self::DataType>) -> Result<(), Error> {
        Ok(())
    }
}

//! A third server, which the test plays: one person there, by whose key it signs.

use anyhow::{Context, ensure};
use guildhall_federation_tests::{
    Server,
    attacker::{Attacker, Cavage, Forged, Persona, Reply, Told},
    eventually,
};
use serde_json::{Value, json};

use crate::world::World;

/// A server at an address of the loopback range.
pub(crate) struct Third {
    pub(crate) peer: Attacker,
    pub(crate) person: Persona,
    name: String,
}

impl Third {
    /// With a person of this name, who can be found by handle; it says to run `software`.
    pub(crate) async fn start(address: &str, name: &str, software: &str) -> anyhow::Result<Self> {
        let peer = Attacker::at(address).await?;
        let person = peer.person(name)?;
        let (host, id) = (peer.host(), &person.id);
        let link = json!({ "rel": "self", "type": "application/activity+json", "href": id });
        let found = json!({ "subject": format!("acct:{name}@{host}"), "links": [link] });
        let path = format!("/.well-known/webfinger?resource=acct:{name}@{}", host.replace(':', "%3A"));
        peer.put(&path, Reply::new(200, "application/jrd+json", found.to_string()));
        let schema = "http://nodeinfo.diaspora.software/ns/schema/2.0";
        let links = json!({ "links": [{ "rel": schema, "href": peer.url("/nodeinfo") }] });
        peer.put("/.well-known/nodeinfo", Reply::new(200, "application/json", links.to_string()));
        let says = json!({
            "version": "2.0",
            "software": { "name": software, "version": "1" },
            "protocols": ["activitypub"],
            "services": { "inbound": [], "outbound": [] },
            "openRegistrations": false,
            "usage": { "users": {} },
            "metadata": {},
        });
        peer.put("/nodeinfo", Reply::new(200, "application/json", says.to_string()));
        Ok(Self { peer, person, name: name.to_owned() })
    }

    /// The person's handle.
    pub(crate) fn handle(&self) -> String {
        format!("{}@{}", self.name, self.peer.host())
    }

    /// Signs and sends an activity to a server.
    pub(crate) async fn send(&self, to: &Server, activity: &Value) -> anyhow::Result<()> {
        let request = Forged::post(to.host(), "/inbox", activity.to_string());
        let told =
            Cavage::new(&self.person.key_id, &self.person.key).sign(request).send(&to.upstream()).await?;
        ensure!(told.status == 202, "{}: {} {}", activity["type"], told.status, told.text());
        Ok(())
    }

    /// The person asks to become a member of the group.
    pub(crate) async fn follow(&self, world: &World) -> anyhow::Result<()> {
        self.send(&world.alpha, &self.person.activity("Follow", json!(world.group))).await
    }

    /// Waits for something that was sent here.
    pub(crate) async fn receives(&self, what: &str, is_it: impl Fn(&Value) -> bool) -> anyhow::Result<Value> {
        eventually(what, async || {
            let received = self.peer.received();
            let found = received.iter().find(|activity| is_it(activity)).cloned();
            found.with_context(|| {
                let came = received
                    .iter()
                    .map(|activity| format!("{} of {}", activity["type"], activity["object"]["type"]));
                format!("came: {}", came.collect::<Vec<_>>().join(", "))
            })
        })
        .await
    }

    /// A request for a document, signed by the person.
    pub(crate) fn signed(&self, request: Forged) -> Forged {
        let covered = "(request-target) host date".to_owned();
        let cavage = Cavage { covered, ..Cavage::new(&self.person.key_id, &self.person.key) };
        cavage.sign(request).without("digest")
    }

    /// Fetches a document with a signature.
    pub(crate) async fn fetch(&self, from: &Server, path: &str) -> anyhow::Result<Told> {
        self.signed(Forged::get(from.host(), path)).send(&from.upstream()).await
    }
}

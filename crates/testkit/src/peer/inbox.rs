//! What came to a peer.

use bytes::Bytes;
use guildhall_activitypub::Iri;
use http::HeaderMap;
use serde_json::Value;

/// A delivery whose signature held.
#[derive(Debug, Clone)]
pub struct Delivered {
    /// The inbox's path.
    pub path: String,
    /// The activity.
    pub activity: Value,
    /// Its exact bytes.
    pub body: Bytes,
    /// Whose key signed it.
    pub sender: Iri,
    /// The request's headers.
    pub headers: HeaderMap,
}

impl Delivered {
    /// The type of the activity.
    pub fn kind(&self) -> &str {
        self.activity["type"].as_str().unwrap_or_default()
    }

    /// The type of the activity with that of an embedded object: `Announce{Create}`, `Announce{…}` for a mere id.
    pub fn shape(&self) -> String {
        let inner = match &self.activity["object"] {
            Value::Object(object) => object.get("type").and_then(Value::as_str).unwrap_or("?"),
            _ => "…",
        };
        format!("{}{{{inner}}}", self.kind())
    }
}

/// Deliveries in the order of arrival.
#[derive(Debug, Clone)]
pub struct Inbox(Vec<Delivered>);

impl Inbox {
    pub(super) fn new(delivered: Vec<Delivered>) -> Self {
        Self(delivered)
    }

    /// All of them.
    pub fn deliveries(&self) -> &[Delivered] {
        &self.0
    }

    /// The activities of a type.
    pub fn all(&self, kind: &str) -> Vec<Value> {
        self.0.iter().filter(|came| came.kind() == kind).map(|came| came.activity.clone()).collect()
    }

    /// The one activity of a type.
    ///
    /// # Panics
    /// When there is none, or more than one.
    pub fn only(&self, kind: &str) -> Value {
        let mut found = self.all(kind);
        assert_eq!(found.len(), 1, "one {kind} among {:?}", self.shapes());
        found.remove(0)
    }

    /// What came, in short and in alphabetical order: hosts are delivered to side by side.
    pub fn shapes(&self) -> Vec<String> {
        let mut shapes: Vec<String> = self.0.iter().map(Delivered::shape).collect();
        shapes.sort();
        shapes
    }
}

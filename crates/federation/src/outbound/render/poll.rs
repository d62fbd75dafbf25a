//! Polls that were made here: `Question` with `oneOf` or `anyOf` (FEP-9967).

use guildhall_app::entry::Poll;
use serde_json::{Value, json};

/// Makes a question of the document of a post or comment. Its votes are as they are now.
pub(super) fn put(document: &mut Value, poll: &Poll) {
    let option = |(name, votes): &(String, i64)| {
        // Votes name the option; Mastodon reads how many there are from `replies`.
        json!({ "type": "Note", "name": name, "replies": { "type": "Collection", "totalItems": votes } })
    };
    let options: Vec<Value> = poll.options.iter().map(option).collect();
    document["type"] = "Question".into();
    document[if poll.multiple { "anyOf" } else { "oneOf" }] = options.into();
    let closes_at = poll.closes_at.and_then(|at| jiff::Timestamp::from_millisecond(at.as_millis()).ok());
    if let Some(closes_at) = closes_at {
        document["endTime"] = closes_at.to_string().into();
    }
}

//! What is said in a group for its members is addressed to them.

use guildhall_activitypub::PUBLIC;
use serde_json::Value;

/// Puts the group's followers in the place of the public, in an activity of ours and in all that is inside of it.
pub fn confine(activity: &mut Value, followers: &str) {
    match activity {
        Value::Object(members) => {
            for (name, value) in members.iter_mut() {
                if matches!(name.as_str(), "to" | "cc") {
                    replace_public(value, followers);
                } else {
                    confine(value, followers);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| confine(item, followers)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn replace_public(addressed: &mut Value, followers: &str) {
    for one in addressed.as_array_mut().into_iter().flatten() {
        if one == PUBLIC {
            *one = Value::from(followers);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nothing_public_is_left_at_any_depth() {
        let mut activity = json!({
            "to": [PUBLIC, "g"], "cc": ["a"],
            "object": { "to": ["g"], "cc": [PUBLIC], "object": { "to": [PUBLIC] }, "tag": [{ "href": PUBLIC }] },
        });
        confine(&mut activity, "f");
        let want = json!({
            "to": ["f", "g"], "cc": ["a"],
            "object": { "to": ["g"], "cc": ["f"], "object": { "to": ["f"] }, "tag": [{ "href": PUBLIC }] },
        });
        assert_eq!(activity, want);
    }
}

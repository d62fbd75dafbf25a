//! Tags: whom an object mentions and what it is about. Unknown kinds are passed over one by one.

use serde_json::Value;

use crate::{Iri, read};

/// The mention of an actor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// The actor's id.
    pub href: Iri,
    /// How the text writes it, for example `@alice@example.org`.
    pub name: Option<String>,
}

/// Mentions and hashtags of the field `tag`, of which at most 64 entries are read.
pub(super) fn read_all(object: &Value) -> (Vec<Mention>, Vec<String>) {
    let (mut mentions, mut hashtags) = (Vec::<Mention>::new(), Vec::new());
    for tag in read::items(object, "tag").take(read::MAX_TAGS) {
        match read::kinds(tag).next() {
            Some("Mention") => {
                if let Some(href) = read::first_url(tag, "href") {
                    mentions.push(Mention { href, name: read::string(tag, "name") });
                }
            }
            Some("Hashtag") => hashtags.extend(hashtag(tag)),
            _ => {}
        }
    }
    (mentions, hashtags)
}

fn hashtag(tag: &Value) -> Option<String> {
    let name = read::string(tag, "name")?;
    let bare = name.trim().trim_start_matches('#');
    let short = !bare.is_empty() && bare.chars().count() <= 100;
    short.then(|| bare.to_owned())
}

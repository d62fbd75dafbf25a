//! Who is mentioned in a text: `@name@host` in what was typed.

use guildhall_app::App;
use guildhall_domain::Handle;
use guildhall_store::{StoreError, actor};

/// The most mentions of one text that are told; more are spam.
pub const MAX_MENTIONS: usize = 20;

/// The actors that are known under the handles in `source`, in the order of mention, each once. Nobody is fetched:
/// rendering must not wait for another server.
pub async fn find_all(app: &App, source: &str) -> Result<Vec<actor::Actor>, StoreError> {
    let mut found: Vec<actor::Actor> = Vec::new();
    for handle in handles_in(source) {
        let known = match handle.host.as_deref() {
            Some(host) if host != app.site.host => {
                actor::find_by_handle(&app.store, &handle.name, host).await?
            }
            _ => actor::find_local_by_name(&app.store, &handle.name).await?,
        };
        found.extend(
            known.filter(|actor| actor.deleted_at.is_none() && found.iter().all(|one| one.id != actor.id)),
        );
    }
    Ok(found)
}

/// The handles with a host in a text, in order, each once. An e-mail address is none, since a letter is before its `@`.
pub fn handles_in(text: &str) -> Vec<Handle> {
    let mut found: Vec<Handle> = Vec::new();
    let mut before = ' ';
    for (at, here) in text.char_indices() {
        if matches!(here, '@' | '!') && !(before.is_alphanumeric() || matches!(before, '/' | '@' | '_' | '!'))
        {
            let handle = handle_at(&text[at + 1..]);
            found.extend(handle.filter(|handle| !found.contains(handle)));
        }
        before = here;
    }
    found.truncate(MAX_MENTIONS);
    found
}

/// The `name@host` that `text` begins with.
fn handle_at(text: &str) -> Option<Handle> {
    let name_end = text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')))?;
    let rest = text[name_end..].strip_prefix('@')?;
    let host_end =
        rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '.' | ':'))).unwrap_or(rest.len());
    // A full stop or colon after a mention belongs to the sentence.
    let host = rest[..host_end].trim_end_matches(['.', ':', '-']);
    let plausible = name_end > 0 && !host.is_empty() && !host.starts_with(['.', ':', '-']);
    plausible.then(|| Handle { name: text[..name_end].to_owned(), host: Some(host.to_lowercase()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_are_found_where_people_write_them() {
        let text = "Thanks @Ann@A.example, see (@bob@b.example:8081). !garden@a.example: @ann@a.example @Ann@A.example";
        let found: Vec<_> = handles_in(text).iter().map(ToString::to_string).collect();
        assert_eq!(found, ["@Ann@a.example", "@bob@b.example:8081", "@garden@a.example", "@ann@a.example"]);
    }

    #[test]
    fn what_only_looks_like_a_handle_is_none() {
        for text in [
            "mail ann@a.example",
            "@ann",
            "@@a.example",
            "https://a.example/@ann@b.example",
            "@ann@",
            "@ann@.",
            "a @ b",
        ] {
            assert_eq!(handles_in(text), [], "{text}");
        }
    }

    #[test]
    fn a_text_full_of_handles_mentions_only_the_first() {
        let text: Vec<_> = (0..100).map(|n| format!("@u{n}@a.example")).collect();
        assert_eq!(handles_in(&text.join(" ")).len(), MAX_MENTIONS);
    }
}

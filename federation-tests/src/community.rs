//! What tests look for in a group, through the native API.

use anyhow::{Context, bail, ensure};
use serde_json::{Value, json};

use crate::{Api, Server, eventually};

impl Api {
    /// Joins a group (`name` or `name@host`) and waits until it is a member.
    ///
    /// # Errors
    /// When it does not become one in time.
    pub async fn join(&self, group: &str) -> anyhow::Result<()> {
        eventually(&format!("a member of {group}"), async || {
            let state = self.put(&format!("/groups/{group}/membership"), json!({})).await?;
            ensure!(state["state"] == "member", "{state}");
            Ok(())
        })
        .await
    }

    /// Posts into a group and gives the post.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn submit(&self, group: &str, title: &str, content: &str) -> anyhow::Result<Value> {
        let post = json!({ "title": title, "content": content });
        self.post(&format!("/groups/{group}/posts"), post).await
    }

    /// Comments on a post, or on a comment below it, and gives the comment.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn comment(&self, post: &str, parent: Option<&str>, content: &str) -> anyhow::Result<Value> {
        let comment = json!({ "content": content, "parent": parent });
        self.post(&format!("/posts/{post}/comments"), comment).await
    }

    /// The post with this global id, as this reader sees it in the group's list.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn find_post(&self, group: &str, ap_id: &Value) -> anyhow::Result<Value> {
        let posts = self.list(&format!("/groups/{group}/posts")).await?;
        let found = posts.iter().find(|post| post["ap_id"] == *ap_id);
        found.cloned().with_context(|| format!("{ap_id} is not in {group}, only {}", titles(&posts)))
    }

    /// The comment with this global id below a post.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn find_comment(&self, post: &str, ap_id: &Value) -> anyhow::Result<Value> {
        let comments = self.list(&format!("/posts/{post}/comments")).await?;
        let found = comments.iter().find(|comment| comment["ap_id"] == *ap_id);
        found.cloned().with_context(|| format!("{ap_id} is not among {} comments", comments.len()))
    }

    /// Waits for a post to be in the group's list.
    ///
    /// # Errors
    /// When it does not come in time.
    pub async fn eventually_post(&self, group: &str, ap_id: &Value) -> anyhow::Result<Value> {
        eventually(&format!("{ap_id} in {group}"), async || self.find_post(group, ap_id).await).await
    }

    /// Waits for a post that `from` owes to this reader's server `to`, without the pause that follows a failed
    /// attempt.
    ///
    /// # Errors
    /// When it does not come in time.
    pub async fn eventually_post_from(
        &self,
        group: &str,
        ap_id: &Value,
        (from, to): (&Server, &str),
    ) -> anyhow::Result<Value> {
        eventually(&format!("{ap_id} in {group}"), async || {
            let found = self.find_post(group, ap_id).await;
            if found.is_err() {
                from.hurry(to)?;
            }
            found
        })
        .await
    }

    /// Waits for a comment to be below a post.
    ///
    /// # Errors
    /// When it does not come in time.
    pub async fn eventually_comment(&self, post: &str, ap_id: &Value) -> anyhow::Result<Value> {
        eventually(&format!("{ap_id} below {post}"), async || self.find_comment(post, ap_id).await).await
    }

    /// Waits for a post to be in the list no more.
    ///
    /// # Errors
    /// When it stays.
    pub async fn eventually_no_post(&self, group: &str, ap_id: &Value) -> anyhow::Result<()> {
        eventually(&format!("{ap_id} gone from {group}"), async || {
            let posts = self.list(&format!("/groups/{group}/posts")).await?;
            let found = posts.iter().find(|post| post["ap_id"] == *ap_id);
            ensure!(found.is_none(), "{found:?} is still there");
            Ok(())
        })
        .await
    }

    /// Waits for an item of the queue of a group with this title.
    ///
    /// # Errors
    /// When it does not come in time.
    pub async fn eventually_queued(&self, group: &str, title: &str) -> anyhow::Result<Value> {
        eventually(&format!("{title} in the queue of {group}"), async || {
            let items = self.list(&format!("/groups/{group}/queue")).await?;
            match items.iter().find(|item| item["title"] == title) {
                Some(item) => Ok(item.clone()),
                None => bail!("only {}", titles(&items)),
            }
        })
        .await
    }
}

/// A member that must be a string, such as an id.
///
/// # Errors
/// When it is not.
pub fn text<'a>(value: &'a Value, member: &str) -> anyhow::Result<&'a str> {
    value[member].as_str().with_context(|| format!("no {member} in {value}"))
}

fn titles(items: &[Value]) -> String {
    items.iter().map(|item| item["title"].to_string()).collect::<Vec<_>>().join(", ")
}

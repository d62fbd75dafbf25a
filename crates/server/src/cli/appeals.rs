//! `guildhall group appeals` and `guildhall instance appeals`: what waits for somebody else than who decided.

use std::fmt;

use guildhall_app::Viewer;
use guildhall_app::read::page::MAX_LIMIT;
use guildhall_app::read::{AppealView, PageRequest, appeals as read};
use guildhall_domain::GroupId;
use serde::Serialize;

use super::list::Listing;
use super::output::{Output, rfc3339};
use super::session::Session;

/// Lists the open appeals of a group, longest waiting first.
pub(super) async fn list(session: &Session, name: &str, output: Output) -> anyhow::Result<()> {
    let group = session.group(name).await?;
    list_all(session, Some(group), output).await
}

/// Lists the open appeals against what was decided for the whole instance, longest waiting first.
pub(super) async fn list_of_instance(session: &Session, output: Output) -> anyhow::Result<()> {
    list_all(session, None, output).await
}

async fn list_all(session: &Session, group: Option<GroupId>, output: Output) -> anyhow::Result<()> {
    let admin = Viewer { is_admin: true, ..Viewer::anonymous() };
    let mut items = Vec::new();
    let mut request = PageRequest { after: None, limit: Some(MAX_LIMIT) };
    loop {
        let page = match group {
            Some(group) => read::of_group(session.app(), &admin, group, request).await?,
            None => read::of_instance(session.app(), &admin, request).await?,
        };
        items.extend(page.items.into_iter().map(Item::from));
        match page.next {
            Some(next) => request.after = Some(next),
            None => break,
        }
    }
    output.print(&Listing::new(items, "No appeals are open."))?;
    Ok(())
}

/// A line of the list.
#[derive(Debug, Serialize)]
struct Item {
    id: String,
    person: Option<String>,
    action: Option<&'static str>,
    text: String,
    at: String,
}

impl From<AppealView> for Item {
    fn from(view: AppealView) -> Self {
        Self {
            id: view.id.to_string(),
            person: view.person.map(|person| person.handle),
            action: view.decision.map(|decision| decision.action.as_str()),
            text: view.text,
            at: rfc3339(view.at),
        }
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, person, action, text, at } = self;
        let (person, action) = (person.as_deref().unwrap_or("?"), action.unwrap_or("?"));
        write!(f, "{id}  {person}  against {action}, {at}: {}", text.replace('\n', " "))
    }
}

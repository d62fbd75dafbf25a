//! Invitations, as their makers and moderators see them, and as whoever follows the link does.

use guildhall_domain::{GroupId, InvitationId, Timestamp, staff::Permission, welcome::InvitationVoid};
use guildhall_store::{
    StoreError,
    welcome::invitation::{self, Invitation},
};

use crate::{
    App, Viewer,
    read::{Cursor, Page, PageRequest, PersonRef, names},
    staff,
    welcome::{Shown, hash_of, state_of},
};

/// An invitation.
#[derive(Debug, Clone)]
pub struct InvitationView {
    /// Its key.
    pub id: InvitationId,
    /// Who made it out; `None`: whoever runs the server, in the name of the group.
    pub by: Option<PersonRef>,
    /// How often it can be used; `None` without limit.
    pub max_uses: Option<i64>,
    /// How often it was used.
    pub uses: i64,
    /// Until when.
    pub until: Option<Timestamp>,
    /// What is said to whom it reaches, possibly nothing.
    pub note: String,
    /// The one person whom it is for.
    pub only_for: Option<PersonRef>,
    /// Why it lets nobody in any more; `None`: it does.
    pub void: Option<InvitationVoid>,
    /// When it was made out.
    pub created_at: Timestamp,
}

/// What an invitation's page says.
#[derive(Debug, Clone)]
pub struct InvitationPage {
    /// The invitation.
    pub invitation: InvitationView,
    /// Its code.
    pub code: String,
}

/// Invitations to a group hosted here, newest first: of those who may invite on its behalf and the instance's admins all, of anybody else their
/// own.
pub async fn list(
    app: &App,
    viewer: &Viewer,
    group: GroupId,
    request: PageRequest,
) -> Result<Page<InvitationView>, StoreError> {
    let Some(actor) = viewer.actor else { return Ok(Page { items: Vec::new(), next: None }) };
    let sees_all = staff::may(app, viewer, group, Permission::Invite).await?;
    let by = (!sees_all).then_some(actor);
    let before = request.after.map(|cursor| InvitationId(cursor.id));
    let found = invitation::list(&app.store, group, by, before, request.limit() + 1).await?;
    let page = request.page(found, |invitation| Cursor { key: 0, id: invitation.id.0 });
    let mut items = Vec::with_capacity(page.items.len());
    for invitation in page.items {
        items.push(view(app, state_of(app, invitation).await?).await?);
    }
    Ok(Page { items, next: page.next })
}

/// One that was just made out.
pub async fn made_out(app: &App, invitation: Invitation) -> Result<InvitationView, StoreError> {
    view(app, state_of(app, invitation).await?).await
}

/// The invitation to a group with a code, whatever it is worth. `None`: there is none.
pub async fn find_by_code(
    app: &App,
    group: GroupId,
    code: &str,
) -> Result<Option<InvitationPage>, StoreError> {
    let Some(found) = invitation::find_by_code(&app.store, group, &hash_of(code)).await? else {
        return Ok(None);
    };
    let invitation = view(app, state_of(app, found).await?).await?;
    Ok(Some(InvitationPage { invitation, code: code.to_owned() }))
}

async fn view(app: &App, (invitation, state): Shown) -> Result<InvitationView, StoreError> {
    let by = Some(invitation.by).filter(|by| *by != invitation.group.actor());
    let mut people = names::people(app, by.into_iter().chain(invitation.only_for).collect()).await?;
    Ok(InvitationView {
        id: invitation.id,
        only_for: invitation.only_for.and_then(|id| people.get(&id).cloned()),
        by: by.and_then(|id| people.remove(&id)),
        max_uses: invitation.max_uses,
        uses: invitation.uses,
        until: invitation.until,
        note: invitation.note,
        void: state.err(),
        created_at: invitation.created_at,
    })
}

//! `guildhall group staff`, `appoint` and `dismiss`: who looks after a group.
//!
//! Whoever has the database has the instance, so these act as an admin: in the name of the group.

use std::fmt;

use anyhow::bail;
use clap::Args;
use guildhall_app::Viewer;
use guildhall_app::staff::{self, SetStaff, StaffList, StaffView, StaffWish};
use guildhall_domain::event::Cause;
use guildhall_domain::staff::{Permission, Permissions, StaffRole};
use serde::Serialize;

use super::group::one_of;
use super::output::{Output, rfc3339};
use super::session::Session;

/// Arguments of `group appoint`.
#[derive(Debug, PartialEq, Args)]
pub struct AppointArgs {
    /// Name of the group.
    pub name: String,
    /// Whom: a local name or name@host.
    pub handle: String,
    /// Their role; without it they keep the one they have.
    #[arg(long, value_parser = one_of(StaffRole::ALL, StaffRole::as_str))]
    pub role: Option<StaffRole>,
    /// A permission they are to have besides; may be repeated.
    #[arg(long, value_name = "PERMISSION", value_parser = one_of(Permission::ALL, Permission::as_str))]
    pub grant: Vec<Permission>,
    /// A permission they are not to have; may be repeated.
    #[arg(long, value_name = "PERMISSION", value_parser = one_of(Permission::ALL, Permission::as_str))]
    pub withdraw: Vec<Permission>,
    /// Why; they are told.
    #[arg(long)]
    pub reason: Option<String>,
}

/// Arguments of `group dismiss`.
#[derive(Debug, PartialEq, Args)]
pub struct DismissArgs {
    /// Name of the group.
    pub name: String,
    /// Whom: a local name or name@host.
    pub handle: String,
    /// Why; they are told.
    #[arg(long)]
    pub reason: Option<String>,
}

/// Shows who looks after a group.
pub(super) async fn show(session: &Session, name: &str, output: Output) -> anyhow::Result<()> {
    let group = session.group(name).await?;
    let admin = Viewer { is_admin: true, ..Viewer::anonymous() };
    output.print(&Told::from(staff::list(session.app(), &admin, group).await?))?;
    Ok(())
}

/// Gives somebody a role, and grants and withdraws permissions.
pub(super) async fn appoint(session: &Session, args: AppointArgs, output: Output) -> anyhow::Result<()> {
    let AppointArgs { name, handle, role, grant, withdraw, reason } = args;
    let wishes: Vec<StaffWish> = (role.map(StaffWish::Role).into_iter())
        .chain(grant.into_iter().map(StaffWish::Grant))
        .chain(withdraw.into_iter().map(StaffWish::Withdraw))
        .collect();
    if wishes.is_empty() {
        bail!("say what they are to be: --role, --grant or --withdraw");
    }
    if role == Some(StaffRole::Owner) && wishes.len() > 1 {
        bail!("an owner has every permission: leave --grant and --withdraw out");
    }
    for wish in wishes {
        set(session, &name, &handle, (wish, reason.clone())).await?;
    }
    show(session, &name, output).await
}

/// Takes somebody off the staff.
pub(super) async fn dismiss(session: &Session, args: DismissArgs, output: Output) -> anyhow::Result<()> {
    let DismissArgs { name, handle, reason } = args;
    set(session, &name, &handle, (StaffWish::Nothing, reason)).await?;
    show(session, &name, output).await
}

async fn set(
    session: &Session,
    name: &str,
    handle: &str,
    (wish, reason): (StaffWish, Option<String>),
) -> anyhow::Result<()> {
    let group = session.group(name).await?;
    let actor = session.person(handle).await?;
    let command = SetStaff { group, actor, by: group.actor(), wish, reason, cause: Cause::Local };
    staff::set_staff(session.app(), command).await?;
    Ok(())
}

/// The staff in the shape of the API.
#[derive(Debug, Serialize)]
struct Told {
    items: Vec<Item>,
    in_care_since: Option<String>,
    proposed: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Item {
    person: String,
    role: &'static str,
    permissions: Vec<&'static str>,
    granted: Vec<&'static str>,
    withdrawn: Vec<&'static str>,
    since: String,
    by: Option<String>,
    reason: Option<String>,
}

impl From<StaffList> for Told {
    fn from(list: StaffList) -> Self {
        Self {
            items: list.staff.into_iter().map(Item::from).collect(),
            in_care_since: list.in_care_since.map(rfc3339),
            proposed: list.proposed.into_iter().map(|person| person.handle).collect(),
        }
    }
}

impl From<StaffView> for Item {
    fn from(view: StaffView) -> Self {
        let names = |set: Permissions| set.iter().map(Permission::as_str).collect();
        Self {
            person: view.person.handle,
            role: view.office.role.as_str(),
            permissions: names(view.office.permissions()),
            granted: names(view.office.granted),
            withdrawn: names(view.office.withdrawn),
            since: rfc3339(view.since),
            by: view.by.map(|by| by.handle),
            reason: view.reason,
        }
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.items.is_empty() {
            f.write_str("Nobody of its own looks after this group: whoever runs the server does.")?;
        }
        for (at, item) in self.items.iter().enumerate() {
            write!(f, "{}{item}", if at == 0 { "" } else { "\n" })?;
        }
        if let Some(since) = &self.in_care_since {
            write!(f, "\nIn the care of whoever runs the server since {since}.")?;
        }
        if !self.proposed.is_empty() {
            write!(f, "\nSeen most of here: {}", self.proposed.join(", "))?;
        }
        Ok(())
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { person, role, granted, withdrawn, since, .. } = self;
        write!(f, "{person}  {role} since {since}")?;
        for (sign, names) in [("with", granted), ("without", withdrawn)] {
            if !names.is_empty() {
                write!(f, ", {sign} {}", names.join(", "))?;
            }
        }
        Ok(())
    }
}

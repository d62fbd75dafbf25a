//! Which part of a log is wanted, and of which period.

use axum::{
    extract::{FromRequestParts, OriginalUri},
    http::{Uri, request::Parts},
};
use guildhall_app::{
    App,
    read::{Cursor, LogWanted, Period, period},
};
use utoipa::IntoParams;

use super::page::{Order, param, read};
use crate::native::problem::Problem;

/// Which decisions.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "the description of what is read by name")]
pub(crate) struct LogParams {
    /// What was decided.
    #[param(
        pattern = "^(remove|restore|ban|unban|lock|unlock|move|limit|unlimit|mark-sensitive|unmark-sensitive|feature|unfeature|appoint|dismiss|change-role|take-into-care|end-care|block-host|limit-host|mute-host|allow-host|clear-host|link-partner|unlink-partner)$"
    )]
    action: Option<String>,
    /// By which rule: its name, the number of one that the group has written down, or `block-list` for any of those.
    rule: Option<String>,
    /// `automatic`: a rule alone decided; `person`: somebody did.
    #[param(pattern = "^(automatic|person)$")]
    decided: Option<String>,
    /// From this day on (`2026-03-01`, by UTC), or this moment (RFC 3339).
    from: Option<String>,
    /// Up to this day, which counts too, or before this moment.
    to: Option<String>,
    /// The handle of whom it concerns.
    person: Option<String>,
}

/// Whose decisions.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "the description of what is read by name")]
pub(crate) struct WhoseParams {
    /// `instance`: those for all of it; `groups`: those of groups hosted here; `elsewhere`: those of groups on other
    /// servers that somebody here is a member of.
    #[param(pattern = "^(instance|groups|elsewhere)$")]
    whose: Option<String>,
    /// Those of one group: `gardening`, or `gardening@example.org`.
    group: Option<String>,
}

/// Where a file goes on.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "the description of what is read by name")]
pub(crate) struct CursorParam {
    /// The `next` of the file before, unchanged.
    cursor: Option<String>,
}

/// Which period; 400 days at most.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "the description of what is read by name")]
pub(crate) struct PeriodParams {
    /// From this day on (`2026-03-01`, by UTC). Without both the month of yesterday. What is not over yet is not counted.
    from: Option<String>,
    /// Up to this day, which counts too.
    to: Option<String>,
}

/// The part of a log that was asked for.
pub(crate) struct AskedLog(pub(crate) LogWanted);

/// Where a file was asked to begin.
pub(crate) struct FileStart(Option<String>);

/// The period that was asked for.
pub(crate) struct AskedPeriod(pub(crate) Period);

impl FileStart {
    /// The place in the list of this order.
    pub(crate) fn after(&self, order: Order) -> Result<Option<Cursor>, Problem> {
        read("cursor", self.0.clone(), |text| order.decode(text))
    }
}

impl FromRequestParts<App> for AskedLog {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let uri = asked(parts, app).await;
        Ok(Self(LogWanted {
            action: param(&uri, "action")?,
            rule: param(&uri, "rule")?,
            decided: param(&uri, "decided")?,
            from: param(&uri, "from")?,
            to: param(&uri, "to")?,
            person: param(&uri, "person")?,
            whose: param(&uri, "whose")?,
            group: param(&uri, "group")?,
        }))
    }
}

impl FromRequestParts<App> for FileStart {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        Ok(Self(param(&asked(parts, app).await, "cursor")?))
    }
}

impl FromRequestParts<App> for AskedPeriod {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        const A_DAY: &str = "a day such as 2026-03-01 is wanted";
        let uri = asked(parts, app).await;
        let from =
            read("from", param(&uri, "from")?, |text| period::day(text).ok_or_else(|| A_DAY.to_owned()))?;
        let to =
            read("to", param(&uri, "to")?, |text| period::end_of_day(text).ok_or_else(|| A_DAY.to_owned()))?;
        let wrong = |error: period::PeriodError| {
            Problem::unreadable("invalid-parameter", error.to_string()).about("to")
        };
        Period::new(from, to, app.now()).map(Self).map_err(wrong)
    }
}

async fn asked(parts: &mut Parts, app: &App) -> Uri {
    match OriginalUri::from_request_parts(parts, app).await {
        Ok(OriginalUri(uri)) => uri,
        Err(never) => match never {},
    }
}

//! Bearer tokens (RFC 6750): who asks, and what their token allows.

use axum::{
    extract::FromRequestParts,
    http::{HeaderValue, StatusCode, header, request::Parts},
};
use guildhall_app::{App, Viewer, account};
use guildhall_domain::ActorId;

use crate::native::problem::Problem;

/// Anybody; with a token it must have the scope `read`.
pub(crate) struct Reader(pub(crate) Viewer);

/// The owner of a token with the scope `read`.
pub(crate) struct SignedInReader(pub(crate) SignedIn);

/// The owner of a token with the scope `write`.
pub(crate) struct Writer(pub(crate) SignedIn);

/// The owner of a token with the scope `follow`.
pub(crate) struct Follower(pub(crate) SignedIn);

/// Somebody with a login here.
pub(crate) struct SignedIn {
    /// Who.
    pub(crate) actor: ActorId,
    /// The same, as read models and rules want it.
    pub(crate) viewer: Viewer,
}

#[derive(Clone, Copy)]
enum Scope {
    Read,
    Write,
    Follow,
}

impl Scope {
    fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Follow => "follow",
        }
    }

    /// RFC 6750 section 3.1: `insufficient_scope` with the scope that is wanted.
    fn challenge(self) -> &'static str {
        match self {
            Self::Read => r#"Bearer realm="guildhall", error="insufficient_scope", scope="read""#,
            Self::Write => r#"Bearer realm="guildhall", error="insufficient_scope", scope="write""#,
            Self::Follow => r#"Bearer realm="guildhall", error="insufficient_scope", scope="follow""#,
        }
    }

    fn missing(self) -> Problem {
        let detail = format!("this needs a token with the scope {}", self.as_str());
        Problem::forbidden("missing-scope", detail).challenging(self.challenge())
    }
}

impl FromRequestParts<App> for Reader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        match viewer_of(parts, app).await? {
            None => Ok(Self(Viewer::anonymous())),
            Some(viewer) => allowed(viewer, Scope::Read).map(Self),
        }
    }
}

impl FromRequestParts<App> for SignedInReader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        signed_in(parts, app, Scope::Read).await.map(Self)
    }
}

impl FromRequestParts<App> for Writer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        signed_in(parts, app, Scope::Write).await.map(Self)
    }
}

impl FromRequestParts<App> for Follower {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        signed_in(parts, app, Scope::Follow).await.map(Self)
    }
}

async fn signed_in(parts: &Parts, app: &App, scope: Scope) -> Result<SignedIn, Problem> {
    let viewer = viewer_of(parts, app).await?.ok_or_else(token_wanted)?;
    let viewer = allowed(viewer, scope)?;
    let actor = viewer.actor.ok_or_else(token_wanted)?;
    Ok(SignedIn { actor, viewer })
}

fn allowed(viewer: Viewer, scope: Scope) -> Result<Viewer, Problem> {
    if viewer.may(scope.as_str()) { Ok(viewer) } else { Err(scope.missing()) }
}

/// `None` without a token. One that means nothing is refused, even where none is needed: its owner believes to be
/// known.
async fn viewer_of(parts: &Parts, app: &App) -> Result<Option<Viewer>, Problem> {
    let Some(value) = parts.headers.get(header::AUTHORIZATION) else {
        return Ok(None);
    };
    let token = bearer_token(value).ok_or_else(bad_token)?;
    let viewer = account::authenticate(app, token).await.map_err(Problem::internal)?;
    viewer.map(Some).ok_or_else(bad_token)
}

// RFC 9110 section 11.1: the name of the scheme has no case.
fn bearer_token(value: &HeaderValue) -> Option<&str> {
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

fn token_wanted() -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "token-wanted", "this needs a token: Authorization: Bearer …")
        .challenging(r#"Bearer realm="guildhall""#)
}

fn bad_token() -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "invalid-token", "this token is unknown or revoked")
        .challenging(r#"Bearer realm="guildhall", error="invalid_token""#)
}

//! What the path of an address names.

use std::{fmt, marker::PhantomData, str::FromStr};

use axum::{
    extract::{FromRequestParts, Path, path::ErrorKind, rejection::PathRejection},
    http::request::Parts,
};
use guildhall_app::App;
use guildhall_domain::{
    AppealId, BlockListId, CaseId, EntryId, Handle, InvitationId, NoticeId, QueueItemId, staff::Permission,
};
use serde::{
    Deserialize, Deserializer,
    de::{self, Visitor},
};
use utoipa::IntoParams;

use crate::native::problem::Problem;

/// The parts of a path, read.
pub(crate) struct At<T>(pub(crate) T);

/// `/groups/{name}`
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct GroupAddress {
    /// `gardening`, or `gardening@example.org` for a group elsewhere. With a token, one that is not known yet is
    /// looked up there.
    #[serde(deserialize_with = "parsed")]
    #[param(value_type = String)]
    pub(crate) name: Handle,
}

/// `/groups/{name}/queue/{item}`
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct ItemAddress {
    /// `gardening`
    #[serde(deserialize_with = "parsed")]
    #[param(value_type = String)]
    pub(crate) name: Handle,
    /// The id of an item of this group's queue.
    #[serde(deserialize_with = "parsed")]
    #[param(value_type = String)]
    pub(crate) item: QueueItemId,
}

/// `/groups/{name}/moderators/{handle}`
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct PersonAddress {
    /// `gardening`
    #[serde(deserialize_with = "parsed")]
    #[param(value_type = String)]
    pub(crate) name: Handle,
    /// `alice`, or `alice@example.org` for a person elsewhere.
    #[serde(deserialize_with = "parsed")]
    #[param(value_type = String)]
    pub(crate) handle: Handle,
}

/// `/groups/{name}/staff/{handle}/permissions/{permission}`
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct PermissionAddress {
    /// `gardening`
    #[serde(deserialize_with = "parsed")]
    #[param(value_type = String)]
    pub(crate) name: Handle,
    /// `alice`, or `alice@example.org` for a person elsewhere.
    #[serde(deserialize_with = "parsed")]
    #[param(value_type = String)]
    pub(crate) handle: Handle,
    /// The name of a permission, such as `ban`.
    #[serde(deserialize_with = "parsed")]
    #[param(value_type = String)]
    pub(crate) permission: Permission,
}

/// `/groups/{name}/automatic-rules/{rule}`
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct RuleAddress {
    /// `gardening`
    #[serde(deserialize_with = "parsed")]
    #[param(value_type = String)]
    pub(crate) name: Handle,
    /// The name of an automatic rule.
    pub(crate) rule: String,
}

/// `/instance/automatic-rules/{rule}`
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct InstanceRuleAddress {
    /// The name of an automatic rule.
    pub(crate) rule: String,
}

/// `/groups/{name}/invitations/{invitation}`
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct InvitationAddress {
    /// `gardening`
    #[serde(deserialize_with = "parsed")]
    #[param(value_type = String)]
    pub(crate) name: Handle,
    /// The id of an invitation to this group.
    #[serde(deserialize_with = "parsed")]
    #[param(value_type = String)]
    pub(crate) invitation: InvitationId,
}

/// `/posts/{id}` and `/comments/{id}`
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct EntryAddress {
    /// The id of the post or comment.
    #[serde(deserialize_with = "parsed")]
    #[param(value_type = String)]
    pub(crate) id: EntryId,
}

/// `/groups/{name}/peering/{host}`
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct GroupServerAddress {
    /// `gardening`
    #[serde(deserialize_with = "parsed")]
    #[param(value_type = String)]
    pub(crate) name: Handle,
    /// `example.org`, or `example.org:8443` with a port.
    pub(crate) host: String,
}

/// `/groups/{name}/partners/{partner}`
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct PartnerAddress {
    /// `gardening`
    #[serde(deserialize_with = "parsed")]
    #[param(value_type = String)]
    pub(crate) name: Handle,
    /// `books@example.org`, or the percent-encoded address of a group that is known here.
    pub(crate) partner: String,
}

/// `/groups/{name}/mirrors/{id}`
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct MirrorAddress {
    /// `gardening`
    #[serde(deserialize_with = "parsed")]
    #[param(value_type = String)]
    pub(crate) name: Handle,
    /// The id of the post.
    #[serde(deserialize_with = "parsed")]
    #[param(value_type = String)]
    pub(crate) id: EntryId,
}

/// `/instance/peering/{host}`
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct ServerAddress {
    /// `example.org`, or `example.org:8443` with a port.
    pub(crate) host: String,
}

/// `/instance/block-lists/{id}`
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct BlockListAddress {
    /// The id of the subscription.
    #[serde(deserialize_with = "parsed")]
    #[param(value_type = String)]
    pub(crate) id: BlockListId,
}

/// `/cases/{case}`
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct CaseAddress {
    /// The id of the case.
    #[serde(deserialize_with = "parsed")]
    #[param(value_type = String)]
    pub(crate) case: CaseId,
}

/// `/notices/{id}`
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct NoticeAddress {
    /// The id of a notice of one's own.
    #[serde(deserialize_with = "parsed")]
    #[param(value_type = String)]
    pub(crate) id: NoticeId,
}

/// `/appeals/{id}`
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct AppealAddress {
    /// The id of an appeal.
    #[serde(deserialize_with = "parsed")]
    #[param(value_type = String)]
    pub(crate) id: AppealId,
}

fn parsed<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: fmt::Display>,
{
    deserializer.deserialize_str(Parse(PhantomData))
}

/// A visitor rather than a `String` parsed afterwards: only its errors come back with the name of the parameter.
struct Parse<T>(PhantomData<T>);

impl<T: FromStr<Err: fmt::Display>> Visitor<'_> for Parse<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}

impl<T: de::DeserializeOwned + Send> FromRequestParts<App> for At<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        match Path::from_request_parts(parts, app).await {
            Ok(Path(address)) => Ok(Self(address)),
            Err(rejection) => Err(unreadable(rejection)),
        }
    }
}

fn unreadable(rejection: PathRejection) -> Problem {
    const CODE: &str = "invalid-address";
    let PathRejection::FailedToDeserializePathParams(error) = rejection else {
        return Problem::unreadable(CODE, "this address cannot be read");
    };
    match error.into_kind() {
        ErrorKind::DeserializeError { key, message, .. } => Problem::unreadable(CODE, message).about(key),
        ErrorKind::InvalidUtf8InPathParam { key } => {
            Problem::unreadable(CODE, "its percent-encoding is not UTF-8").about(key)
        }
        _ => Problem::unreadable(CODE, "this address cannot be read"),
    }
}

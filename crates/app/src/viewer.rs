//! Who is asking.

use guildhall_domain::{AccountId, ActorId};

/// The person behind a request, or nobody known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Viewer {
    /// The local person signed in, or the remote actor whose signature was checked.
    pub actor: Option<ActorId>,
    /// The login, for local people.
    pub account: Option<AccountId>,
    /// Whether the login administers the instance.
    pub is_admin: bool,
    /// What the token allows: `read`, `write`, `follow`, `push`.
    pub scopes: Vec<String>,
    /// Whether a server asks, for a document that it has the id of.
    pub is_server: bool,
}

impl Viewer {
    /// Nobody known.
    pub fn anonymous() -> Self {
        Self::default()
    }

    /// A server that fetches documents, in nobody's name.
    pub fn server() -> Self {
        Self { is_server: true, ..Self::default() }
    }

    /// A remote actor, known by a checked signature.
    pub fn remote(actor: ActorId) -> Self {
        Self { actor: Some(actor), is_server: true, ..Self::default() }
    }

    /// Of whom they are shown no reports: of themselves, unless they administer the instance.
    pub(crate) fn concerned(&self) -> Option<ActorId> {
        self.actor.filter(|_| !self.is_admin)
    }

    /// Whether the token carries `scope`, itself or as the parent of `scope:detail`.
    pub fn may(&self, scope: &str) -> bool {
        self.scopes
            .iter()
            .any(|held| held == scope || scope.strip_prefix(held).is_some_and(|rest| rest.starts_with(':')))
    }
}

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
}

impl Viewer {
    /// Nobody known.
    pub fn anonymous() -> Self {
        Self::default()
    }

    /// A remote actor, known by a checked signature.
    pub fn remote(actor: ActorId) -> Self {
        Self { actor: Some(actor), ..Self::default() }
    }

    /// Whether the token carries `scope`, itself or as the parent of `scope:detail`.
    pub fn may(&self, scope: &str) -> bool {
        self.scopes
            .iter()
            .any(|held| held == scope || scope.strip_prefix(held).is_some_and(|rest| rest.starts_with(':')))
    }
}

//! How many groups one person may own.

/// Why somebody makes no group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QuotaRefusal {
    /// Nobody but the admins makes groups here.
    #[error("on this server the admins make groups; ask them for one")]
    OnlyAdmins,
    /// They own as many as they may.
    #[error("one person may own {0} groups on this server; hand one over first, or ask an admin")]
    TooMany(u32),
}

impl QuotaRefusal {
    /// A fixed name for the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::OnlyAdmins => "only-admins-make-groups",
            Self::TooMany(_) => "too-many-groups",
        }
    }
}

/// Decides whether somebody who is no admin may make a group, who owns so many already. `most`: how many one may own; 0: none.
///
/// # Errors
/// [`QuotaRefusal`].
pub fn decide_quota(owned: i64, most: u32) -> Result<(), QuotaRefusal> {
    match most {
        0 => Err(QuotaRefusal::OnlyAdmins),
        most if owned >= i64::from(most) => Err(QuotaRefusal::TooMany(most)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_owns_up_to_the_quota() {
        for (owned, most, expected) in [
            (0, 1, Ok(())),
            (19, 20, Ok(())),
            (20, 20, Err(QuotaRefusal::TooMany(20))),
            (30, 20, Err(QuotaRefusal::TooMany(20))),
            (0, 0, Err(QuotaRefusal::OnlyAdmins)),
        ] {
            assert_eq!(decide_quota(owned, most), expected, "{owned} of {most}");
        }
    }
}

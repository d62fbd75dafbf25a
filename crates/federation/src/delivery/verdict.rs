//! What an answer means for the item and for the host.

/// What an answer means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The item is done.
    Delivered,
    /// The signature was not liked; worth one more try with another.
    BadSignature,
    /// Final for this item: the host will say the same next time.
    Refused,
    /// The host has trouble, or too much to do.
    Later,
}

impl Verdict {
    /// Reads a status.
    ///
    /// A redirect is a refusal: an inbox is where its actor says it is, and a POST that is redirected may arrive as a GET.
    pub(super) fn of(status: u16) -> Self {
        match status {
            200..=299 => Self::Delivered,
            401 | 403 => Self::BadSignature,
            408 | 425 | 429 | 500..=599 => Self::Later,
            _ => Self::Refused,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_its_meaning() {
        let cases: [(&[u16], Verdict); 4] = [
            (&[200, 201, 202, 204], Verdict::Delivered),
            (&[401, 403], Verdict::BadSignature),
            (&[408, 425, 429, 500, 502, 503, 504, 521], Verdict::Later),
            (&[100, 301, 302, 307, 308, 400, 404, 405, 410, 413, 422, 451, 999], Verdict::Refused),
        ];
        for (statuses, verdict) in cases {
            for status in statuses {
                assert_eq!(Verdict::of(*status), verdict, "{status}");
            }
        }
    }
}

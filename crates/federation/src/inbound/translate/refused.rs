//! Counts what was refused of moderators, real and pretended: `moderation_refused_total{verb,reason}`.

use guildhall_activitypub::Verb;
use guildhall_domain::{
    content::DeleteRefusal,
    staff::{AppointRefusal, NotPermitted},
};
use guildhall_store::received::Outcome;

use super::{Incoming, Step, Trouble, block, incoming::ANOTHER_GROUP};

/// Counts a step, if it ended an act of moderation with a no.
pub(super) fn count(incoming: &Incoming, step: &Result<Step, Trouble>) {
    let (Some(verb), Ok(Step::Ended(Outcome::Refused, reason))) = (verb(&incoming.activity.verb), step)
    else {
        return;
    };
    metrics::counter!("moderation_refused_total", "verb" => verb, "reason" => code(reason)).increment(1);
}

fn verb(verb: &Verb) -> Option<&'static str> {
    Some(match verb {
        Verb::Delete(_) => "delete",
        Verb::Undo(_) => "undo",
        Verb::Add(_) => "add",
        Verb::Remove(_) => "remove",
        Verb::Lock(_) => "lock",
        Verb::Block(_) => "block",
        Verb::Warn(_) => "warn",
        Verb::Move(_) => "move",
        _ => return None,
    })
}

/// A closed list: reasons are words for people, and may be anything.
fn code(reason: &str) -> &'static str {
    let owners = [AppointRefusal::OnlyOwners.to_string(), NotPermitted::Outranked.to_string()];
    if reason.starts_with(NotPermitted::MISSING) {
        "not-moderator"
    } else if reason == DeleteRefusal::NotAllowed.to_string() {
        "neither-author-nor-moderator"
    } else if owners.iter().any(|said| reason == said) {
        "not-an-owner"
    } else if reason == ANOTHER_GROUP {
        "another-group"
    } else if reason == block::NOT_THE_INSTANCE {
        "not-the-instance"
    } else {
        "other"
    }
}

#[cfg(test)]
mod tests {
    use guildhall_domain::staff::Permission;

    use super::*;

    #[test]
    fn reasons_have_few_names() {
        let missing = NotPermitted::Missing { permission: Permission::Ban, is_staff: true };
        assert_eq!(code(&missing.to_string()), "not-moderator");
        assert_eq!(code(&AppointRefusal::OnlyOwners.to_string()), "not-an-owner");
        assert_eq!(code(ANOTHER_GROUP), "another-group");
        assert_eq!(code("whatever a server says"), "other");
    }
}

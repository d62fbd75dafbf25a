//! Whether a row of the log has anything for a follower: comments are for group-aware hosts alone, and most hosts are
//! microblogs, which need not be woken for them.

/// The audience of what is for all hosts.
pub(super) const EVERYBODY: &str = "all";

/// A condition: the row `l` of the log has something for the host whose row in `instances`, if it has one, is `i`.
///
/// A host of which nothing is known may want anything. What is known may be old; whoever gets anything is asked again.
macro_rules! heard_by {
    () => {
        "l.audience IN ('all', CASE i.profile WHEN 'microblog' THEN 'microblog' ELSE 'group' END,
                        CASE i.profile WHEN 'group' THEN 'group' ELSE 'microblog' END)"
    };
}
pub(super) use heard_by;

#[cfg(test)]
mod tests {
    use guildhall_domain::audience::Profile;

    use super::*;

    #[test]
    fn the_condition_has_the_words_that_are_stored() {
        for word in [EVERYBODY, Profile::Group.as_str(), Profile::Microblog.as_str()] {
            assert!(heard_by!().contains(&format!("'{word}'")), "{word}");
        }
    }
}

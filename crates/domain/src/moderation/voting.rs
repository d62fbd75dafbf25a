//! Patterns in votes: what moderators see where they see no names.

use std::collections::BTreeMap;

/// A server is named only with so many voters: with fewer, its name would be theirs.
pub const NAMED_FROM: i64 = 3;
/// Who was first seen in a group so many days ago or less is new to it.
pub const NEW_FOR_DAYS: i64 = 7;
/// Fewer votes in the group say nothing of whom somebody votes on.
const DEVOTED_FROM: i64 = 5;
/// Of 100 votes in the group so many on one author.
const DEVOTED_PERCENT: i64 = 80;

/// What one person voted in a period, as far as it is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoterFacts {
    /// Their server.
    pub host: String,
    /// Votes for.
    pub up: i64,
    /// Votes against.
    pub down: i64,
    /// All their votes in the group.
    pub in_group: i64,
    /// Those on the same author.
    pub on_author: i64,
    /// Whether they are new to the group.
    pub is_new: bool,
}

/// The votes of the people of some servers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Share {
    /// How many people.
    pub voters: i64,
    /// Their votes.
    pub votes: i64,
}

/// A pattern: figures without names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VotePattern {
    /// How many people voted.
    pub voters: i64,
    /// Votes for.
    pub up: i64,
    /// Votes against.
    pub down: i64,
    /// Those who are new to the group.
    pub new: Share,
    /// Those who vote on this author and hardly on anybody else: 5 votes or more in the group, 4 of 5 on the author.
    pub devoted: Share,
    /// Servers with [`NAMED_FROM`] voters or more, most votes first.
    pub hosts: Vec<(String, Share)>,
    /// All others together.
    pub other_hosts: Share,
}

/// Sums up what people voted.
pub fn describe_votes(people: &[VoterFacts]) -> VotePattern {
    let mut pattern = VotePattern::default();
    let mut hosts: BTreeMap<&str, Share> = BTreeMap::new();
    for voter in people {
        let votes = voter.up + voter.down;
        pattern.voters += 1;
        pattern.up += voter.up;
        pattern.down += voter.down;
        if voter.is_new {
            pattern.new.add(1, votes);
        }
        if is_devoted(voter) {
            pattern.devoted.add(1, votes);
        }
        hosts.entry(&voter.host).or_default().add(1, votes);
    }
    for (host, share) in hosts {
        if share.voters >= NAMED_FROM {
            pattern.hosts.push((host.to_owned(), share));
        } else {
            pattern.other_hosts.add(share.voters, share.votes);
        }
    }
    // Stable: equal ones stay in the order of their names.
    pattern.hosts.sort_by_key(|(_, share)| std::cmp::Reverse(share.votes));
    pattern
}

fn is_devoted(voter: &VoterFacts) -> bool {
    voter.in_group >= DEVOTED_FROM && voter.on_author * 100 >= voter.in_group * DEVOTED_PERCENT
}

impl Share {
    fn add(&mut self, people: i64, votes: i64) {
        self.voters += people;
        self.votes += votes;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn voter(host: &str) -> VoterFacts {
        VoterFacts { host: host.into(), up: 1, down: 0, in_group: 1, on_author: 1, is_new: false }
    }

    #[test]
    fn servers_with_few_voters_are_not_named() {
        let many = ["b.example"; 3].into_iter().chain(["c.example"; 4]);
        let few = ["a.example", "a.example", "d.example"];
        let voters: Vec<_> = many.chain(few).map(voter).collect();
        let pattern = describe_votes(&voters);
        let named: Vec<_> = pattern.hosts.iter().map(|(host, share)| (host.as_str(), share.voters)).collect();
        assert_eq!(named, [("c.example", 4), ("b.example", 3)]);
        assert_eq!(pattern.other_hosts, Share { voters: 3, votes: 3 });
        assert_eq!((pattern.voters, pattern.up, pattern.down), (10, 10, 0));
    }

    #[test]
    fn who_votes_on_one_author_alone_is_counted_as_devoted() {
        let of = |in_group, on_author| VoterFacts { in_group, on_author, ..voter("a.example") };
        for (voter, is_devoted) in
            [(of(4, 4), false), (of(5, 4), true), (of(5, 3), false), (of(100, 80), true)]
        {
            assert_eq!(
                describe_votes(std::slice::from_ref(&voter)).devoted.voters == 1,
                is_devoted,
                "{voter:?}"
            );
        }
    }

    #[test]
    fn newcomers_are_counted_with_their_votes() {
        let new = VoterFacts { up: 2, down: 3, is_new: true, ..voter("a.example") };
        let pattern = describe_votes(&[new, voter("a.example")]);
        assert_eq!(pattern.new, Share { voters: 1, votes: 5 });
        assert_eq!((pattern.up, pattern.down), (3, 3));
    }
}

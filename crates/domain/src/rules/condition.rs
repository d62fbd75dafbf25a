//! What a rule asks of an item.

use std::time::Duration;

use crate::{actor::ActorKind, admission::Wants, content::Form, trust::Trust};

use super::question::By;

/// A condition. Those about numbers are true above the number they name, those about spans below.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// Every one of these; true of none.
    All(Vec<Condition>),
    /// One of these; false of none.
    Any(Vec<Condition>),
    /// Not this.
    Not(Box<Condition>),
    /// The author has a lower level here.
    TrustBelow(Trust),
    /// The author's account is younger, by what its server says; one of unknown age is as old as our knowledge of it.
    AccountYounger(Duration),
    /// Something of the author came to this group for the first time less long ago.
    KnownFor(Duration),
    /// The author has an account on another server.
    Remote,
    /// The author is not a member of the group; whose request to join waits is none yet.
    Outsider,
    /// The author's server is one of these, or below one.
    Host(Vec<String>),
    /// What kind of actor the author is.
    Actor(Vec<ActorKind>),
    /// What it is.
    Kind(Vec<Wants>),
    /// What it mainly brings. False of what is no post or comment.
    Form(Vec<Form>),
    /// One of these words or phrases is in the title or the text: whole words, whatever their case.
    Words(Vec<String>),
    /// This regular expression fits somewhere in the title or the text, whatever the case.
    Pattern(String),
    /// This regular expression fits somewhere in the title, whatever the case. False where there is no title.
    TitlePattern(String),
    /// Its language is one of these tags, or a variant of one: `en` is `en-GB` too. `und`: the author named none.
    Language(Vec<String>),
    /// It links to one of these domains, or below one.
    LinkDomain(Vec<String>),
    /// It has more links.
    LinksOver(usize),
    /// It mentions more people.
    MentionsOver(usize),
    /// It has more pictures and other media.
    MediaOver(usize),
    /// It carries one of these tags.
    Tag(Vec<String>),
    /// The same came more often before.
    Repeats {
        /// The same what.
        what: Repeated,
        /// By whom.
        by: By,
        /// How long ago at most.
        within: Duration,
        /// How often is allowed.
        over: i64,
    },
    /// The author has written more posts and comments here.
    Rate {
        /// In which time.
        within: Duration,
        /// How many are allowed.
        over: i64,
    },
    /// What it is, or is about, has a score below this.
    ScoreBelow(i64),
    /// It has more votes against it.
    DownsOver(i64),
    /// It has more reports.
    ReportsOver(i64),
    /// The clock says so.
    Time(TimeOfDay),
}

/// What may be repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Repeated {
    /// The words of the title and the text.
    Text,
    /// The link a post is about, or the first one in its text.
    Link,
}

/// A part of each day, which may reach past midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeOfDay {
    /// Minutes after midnight at which it begins.
    pub from: u16,
    /// Minutes after midnight at which it is over.
    pub to: u16,
    /// Minutes east of UTC.
    pub offset: i16,
}

impl TimeOfDay {
    /// Whether a point in time lies in it.
    pub fn contains(self, at: crate::Timestamp) -> bool {
        let minute = (at.as_millis().div_euclid(60_000) + i64::from(self.offset)).rem_euclid(24 * 60);
        let (from, to) = (i64::from(self.from), i64::from(self.to));
        if from <= to { (from..to).contains(&minute) } else { minute >= from || minute < to }
    }
}

impl Condition {
    /// The fixed spelling of its kind.
    pub fn name(&self) -> &'static str {
        match self {
            Self::All(_) => "all",
            Self::Any(_) => "any",
            Self::Not(_) => "not",
            Self::TrustBelow(_) => "trust_below",
            Self::AccountYounger(_) => "account_younger",
            Self::KnownFor(_) => "known_for_less",
            Self::Remote => "remote",
            Self::Outsider => "outsider",
            Self::Host(_) => "host",
            Self::Actor(_) => "actor",
            Self::Kind(_) => "kind",
            Self::Form(_) => "form",
            Self::Words(_) => "words",
            Self::Pattern(_) => "pattern",
            Self::TitlePattern(_) => "title_pattern",
            Self::Language(_) => "language",
            Self::LinkDomain(_) => "link_domain",
            Self::LinksOver(_) => "links_over",
            Self::MentionsOver(_) => "mentions_over",
            Self::MediaOver(_) => "media_over",
            Self::Tag(_) => "tag",
            Self::Repeats { .. } => "repeats",
            Self::Rate { .. } => "rate",
            Self::ScoreBelow(_) => "score_below",
            Self::DownsOver(_) => "downs_over",
            Self::ReportsOver(_) => "reports_over",
            Self::Time(_) => "time",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;

    #[test]
    fn a_part_of_the_day_may_reach_past_midnight() {
        let at = |hour: i64, minute: i64| Timestamp((hour * 60 + minute) * 60_000);
        let day = TimeOfDay { from: 9 * 60, to: 17 * 60, offset: 0 };
        assert_eq!(
            [at(8, 59), at(9, 0), at(16, 59), at(17, 0)].map(|at| day.contains(at)),
            [false, true, true, false]
        );
        let night = TimeOfDay { from: 22 * 60, to: 6 * 60, offset: 120 };
        assert_eq!(
            [at(19, 59), at(20, 0), at(3, 59), at(4, 0)].map(|at| night.contains(at)),
            [false, true, true, false]
        );
        assert!(night.contains(Timestamp(-1)), "before 1970 too");
    }
}

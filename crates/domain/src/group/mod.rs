//! Groups: what their moderators can set.

mod quota;

pub use quota::{QuotaRefusal, decide_quota};

use crate::text::{MAX_TITLE_LENGTH, closed_enum};

closed_enum! {
    /// How one becomes a member.
    pub enum Admission {
        /// Whoever asks is in.
        Open = "open",
        /// A moderator decides.
        Approval = "approval",
        /// Only who was invited.
        Invite = "invite",
    }
}

closed_enum! {
    /// Who may post and comment.
    pub enum Posting {
        /// Anybody who is not banned.
        Everyone = "everyone",
        /// Members.
        Members = "members",
        /// Moderators start threads; members may comment.
        Moderators = "moderators",
    }
}

closed_enum! {
    /// What a moderator sees before the group does.
    pub enum Review {
        /// Nothing.
        None = "none",
        /// Until an author's first post or comment here was admitted.
        First = "first",
        /// Everything but the moderators' own.
        All = "all",
    }
}

closed_enum! {
    /// Who may read what is said in a group, and who is told that there is such a group.
    pub enum Visibility {
        /// Everybody.
        Public = "public",
        /// Everybody who has its address: it is on no list.
        Unlisted = "unlisted",
        /// Its members, and the servers of members elsewhere, on which its posts are kept as here.
        Members = "members",
        /// Whoever has an account here; nothing of it leaves this server.
        Local = "local",
    }
}

closed_enum! {
    /// Who learns how somebody voted in a group. How many votes there are is for everybody who may read.
    pub enum Votes {
        /// Whoever may read; each vote goes to other servers in its voter's name.
        Public = "public",
        /// Nobody: no vote leaves this server.
        Counted = "counted",
        /// Its members, and the servers of members elsewhere.
        Members = "members",
    }
}

/// The door settings of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// How one becomes a member.
    pub admission: Admission,
    /// Who may post and comment.
    pub posting: Posting,
    /// What is reviewed first.
    pub review: Review,
    /// Who may read.
    pub visibility: Visibility,
}

impl Policy {
    /// Open to everybody.
    pub const OPEN: Self = Self {
        admission: Admission::Open,
        posting: Posting::Everyone,
        review: Review::None,
        visibility: Visibility::Public,
    };
}

impl Default for Policy {
    fn default() -> Self {
        Self::OPEN
    }
}

/// One numbered rule of a group; its number is its place in the list, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// One line.
    pub title: String,
    /// Markdown; may be empty.
    pub text: String,
}

/// The most rules a group can have.
pub const MAX_RULES: usize = 50;
/// The longest description, in bytes of Markdown; Lemmy's limit for its sidebar.
pub const MAX_DESCRIPTION_BYTES: usize = 10_000;

/// Why settings of a group were refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSettings {
    /// No title, or one that is too long.
    #[error("a title of 1 to {MAX_TITLE_LENGTH} characters is wanted")]
    Title,
    /// A description over [`MAX_DESCRIPTION_BYTES`].
    #[error("a description has at most {MAX_DESCRIPTION_BYTES} bytes")]
    Description,
    /// Too many rules, or one without a title or too long.
    #[error(
        "at most {MAX_RULES} rules, each with a title of at most {MAX_TITLE_LENGTH} characters and a text of at most {MAX_DESCRIPTION_BYTES} bytes"
    )]
    Rules,
    /// A number of days that is out of range.
    #[error("decisions can be appealed for 0 to {} days", crate::moderation::MAX_APPEAL_DAYS)]
    AppealDays,
    /// Not a BCP 47 tag.
    #[error("a language is a tag such as en, fr or he")]
    Language,
}

/// Checks the texts of a group before they are kept.
///
/// # Errors
/// The first field that does not fit.
pub fn decide_settings(
    title: &str,
    description: &str,
    language: Option<&str>,
    rules: &[Rule],
) -> Result<(), InvalidSettings> {
    let fits = |title: &str| !title.trim().is_empty() && title.chars().count() <= MAX_TITLE_LENGTH;
    if !fits(title) {
        return Err(InvalidSettings::Title);
    }
    if description.len() > MAX_DESCRIPTION_BYTES {
        return Err(InvalidSettings::Description);
    }
    if rules.len() > MAX_RULES
        || !rules.iter().all(|r| fits(&r.title) && r.text.len() <= MAX_DESCRIPTION_BYTES)
    {
        return Err(InvalidSettings::Rules);
    }
    if language.is_some_and(|tag| !is_language_tag(tag)) {
        return Err(InvalidSettings::Language);
    }
    Ok(())
}

/// Whether `tag` has the shape of a BCP 47 language tag: two or three letters, then subtags.
pub fn is_language_tag(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let primary = parts.next().unwrap_or_default();
    (2..=3).contains(&primary.len())
        && primary.chars().all(|c| c.is_ascii_alphabetic())
        && parts.all(|p| (1..=8).contains(&p.len()) && p.chars().all(|c| c.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_field_that_does_not_fit_is_named() {
        let rule = |title: &str| Rule { title: title.into(), text: String::new() };
        assert_eq!(decide_settings("Garden", "", Some("he"), &[rule("Be kind")]), Ok(()));
        assert_eq!(decide_settings(" ", "", None, &[]), Err(InvalidSettings::Title));
        assert_eq!(decide_settings("G", &"x".repeat(10_001), None, &[]), Err(InvalidSettings::Description));
        assert_eq!(decide_settings("G", "", None, &[rule("")]), Err(InvalidSettings::Rules));
        assert_eq!(decide_settings("G", "", Some("english"), &[]), Err(InvalidSettings::Language));
    }

    #[test]
    fn spellings_survive_the_round_trip() {
        for policy in Posting::ALL {
            assert_eq!(policy.as_str().parse(), Ok(*policy));
        }
        let error = "maybe".parse::<Admission>().unwrap_err();
        assert_eq!(error.to_string(), "\"maybe\" is not one of open, approval, invite");
    }
}

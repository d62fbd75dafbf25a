//! What somebody sees who follows an invitation: which group it is, and how to come in from where they are.

use askama::Template;
use guildhall_app::{
    Site,
    read::{GroupView, InvitationPage},
};
use guildhall_domain::{
    group::{Admission, Visibility},
    welcome::InvitationVoid,
};

use crate::view::{
    entry::GroupLink,
    head::Head,
    moment::Moment,
    number::Count,
    person::PersonLink,
    picture::Picture,
    text,
    words::{Words, language},
};

/// An invitation's page.
#[derive(Debug, Template)]
#[template(path = "join.html")]
pub struct JoinPage {
    head: Head,
    group: GroupLink,
    title: Words,
    picture: Picture,
    /// `!name@host`, as Lemmy and its kin write it.
    bang_handle: String,
    language: Option<String>,
    description_html: Option<Words>,
    admission: Admission,
    has_rules: bool,
    /// Whether only people with an account here get in.
    is_local_only: bool,
    members: Count,
    post_count: Count,
    by: Option<PersonLink>,
    only_for: Option<PersonLink>,
    note: Option<Words>,
    until: Option<Moment>,
    code: String,
    /// Why it lets nobody in.
    void: Option<&'static str>,
}

impl JoinPage {
    /// Builds the page.
    pub fn new(site: &Site, view: &GroupView, page: &InvitationPage) -> Self {
        let group = GroupLink::new(&view.group);
        let language = language(view.language.as_deref());
        let about = text::beginning_of(&view.description_html, 200);
        let invitation = &page.invitation;
        let note = text::line(&invitation.note);
        Self {
            // A secret of those who have it: for no search engine.
            head: Head { hidden_from_search: true, ..Head::new(site).about(&group.title, &about) },
            picture: Picture::of_group(&group.handle, view.picture_url.as_deref()),
            bang_handle: format!("!{}", group.handle.trim_start_matches('@')),
            title: Words::plain(group.title.clone(), language.as_deref()),
            description_html: text::prose(&view.description_html, 2)
                .map(|html| Words::html(html, language.as_deref())),
            admission: view.policy.admission,
            is_local_only: view.policy.visibility == Visibility::Local,
            has_rules: !view.rules.is_empty(),
            members: Count(view.member_count),
            post_count: Count(view.post_count),
            by: invitation.by.as_ref().map(PersonLink::new),
            only_for: invitation.only_for.as_ref().map(PersonLink::new),
            note: (!note.is_empty()).then(|| Words::plain(note, None)),
            until: invitation.until.map(Moment::day),
            code: page.code.clone(),
            void: invitation.void.map(in_words),
            language,
            group,
        }
    }
}

fn in_words(void: InvitationVoid) -> &'static str {
    match void {
        InvitationVoid::Unknown | InvitationVoid::Revoked => "It was taken back.",
        InvitationVoid::Expired => "Its time is over.",
        InvitationVoid::UsedUp => "As many people have come with it as could.",
        InvitationVoid::ForSomebodyElse => "It is for somebody else.",
        InvitationVoid::InviterGone => "Whoever made it out cannot invite people any more.",
    }
}

//! Views made by hand: what pages show, without a store behind them.

#![allow(dead_code, clippy::unwrap_used, reason = "the preview uses a part of it; samples are fixed")]

mod garden;
mod log;

pub(crate) use garden::{
    garden, garden_posts, garden_thread, gone_thread, hebrew_group, hebrew_posts, hebrew_thread,
    sprawling_thread, straining_thread,
};
pub(crate) use log::{busy_month, eventful_log};

use guildhall_app::{
    Site,
    entry::Poll,
    read::{EntryView, GroupRef, GroupView, PersonRef, PersonView},
};
use guildhall_domain::{
    ActorId, ApId, EntryId, GroupId, Timestamp,
    content::{EntryKind, EntryState},
    group::Policy,
    visibility::Sight,
};

/// 2026-03-01T12:04:09Z
pub(crate) const NOON: Timestamp = Timestamp(1_772_366_649_000);
const MINUTE: i64 = 60_000;

pub(crate) fn site() -> Site {
    Site {
        base_url: "https://hall.example".into(),
        host: "hall.example".into(),
        name: "Riverside Hall".into(),
        description:
            "Groups of the people along the river: gardens, boats, books and the allotment committee.".into(),
        allow_list_only: false,
        absence: std::time::Duration::ZERO,
        groups_per_person: 20,
    }
}

/// The time `minutes` after noon.
pub(crate) fn later(minutes: i64) -> Timestamp {
    Timestamp(NOON.0 + minutes * MINUTE)
}

/// A person elsewhere, or here when `host` is `hall.example`.
pub(crate) fn person(name: &str, host: &str, display_name: &str) -> PersonRef {
    let is_local = host == "hall.example";
    PersonRef {
        id: ActorId(1),
        handle: format!("@{name}@{host}"),
        name: if is_local { name.into() } else { format!("{name}@{host}") },
        display_name: display_name.into(),
        ap_id: ApId::new(format!("https://{host}/users/{name}")),
        url: format!("https://{host}/@{name}"),
        icon_url: None,
    }
}

pub(crate) fn person_view(person: PersonRef) -> PersonView {
    let is_local = !person.name.contains('@');
    PersonView { person, is_local, summary_html: None, created_at: later(-60 * 24 * 400) }
}

pub(crate) fn group_ref(name: &str, title: &str) -> GroupRef {
    GroupRef {
        id: GroupId(7),
        name: name.into(),
        handle: format!("@{name}@hall.example"),
        ap_id: ApId::new(format!("https://hall.example/groups/{name}")),
        title: title.into(),
        language: None,
        picture_url: None,
    }
}

pub(crate) fn group(name: &str, title: &str) -> GroupView {
    GroupView {
        group: group_ref(name, title),
        is_local: true,
        url: format!("https://hall.example/groups/{name}"),
        description: String::new(),
        description_html: String::new(),
        language: None,
        picture_url: None,
        policy: Policy::default(),
        signed: guildhall_domain::moderation::Signed::Group,
        votes: guildhall_domain::group::Votes::Public,
        welcome: guildhall_domain::welcome::Welcome::default(),
        appeal_days: 14,
        member_count: 0,
        post_count: 0,
        comment_count: 0,
        rules: Vec::new(),
        moderators: Vec::new(),
        created_at: later(-60 * 24 * 300),
    }
}

/// A group that lives on another server.
pub(crate) fn group_elsewhere() -> GroupView {
    let mut view = group("boats", "Boats");
    view.is_local = false;
    view.group.name = "boats@harbour.example".into();
    view.group.handle = "@boats@harbour.example".into();
    view.group.ap_id = ApId::new("https://harbour.example/c/boats");
    view.url = "https://harbour.example/boats".into();
    view
}

pub(crate) fn post(id: i64, title: &str) -> EntryView {
    EntryView {
        id: EntryId(id),
        ap_id: ApId::new(format!("https://hall.example/posts/{id}")),
        url: format!("https://hall.example/posts/{id}"),
        kind: EntryKind::Post,
        sight: Sight::Whole,
        state: EntryState::Published,
        state_reason: None,
        group: group_ref("garden", "The Garden").into(),
        author: Some(person("noa", "hall.example", "Noa").into()),
        thread_id: EntryId(id),
        parent_id: None,
        depth: 0,
        title: Some(title.into()),
        content_html: String::new(),
        content_source: None,
        excerpt: String::new(),
        link_url: None,
        image_url: None,
        origin_url: None,
        poll: None,
        language: None,
        sensitive: false,
        locked: false,
        featured: false,
        tags: Vec::new(),
        up: 0,
        down: 0,
        score: 0,
        comment_count: 0,
        my_vote: None,
        created_at: NOON,
        edited_at: None,
        last_activity_at: NOON,
    }
}

/// A post that asks something.
pub(crate) fn question() -> EntryView {
    let options = vec![("Early, in October".to_owned(), 12), ("Late, before the frost".to_owned(), 31)];
    let poll = Poll { options, multiple: true, closes_at: Some(later(60 * 24)) };
    EntryView { poll: Some(poll), ..post(1, "When do you plant tulips?") }
}

/// An answer to `parent` in the thread of post 1.
pub(crate) fn comment(id: i64, parent: i64, depth: i64, html: &str) -> EntryView {
    EntryView {
        ap_id: ApId::new(format!("https://hall.example/comments/{id}")),
        url: format!("https://hall.example/posts/1#comment-{id}"),
        kind: EntryKind::Comment,
        thread_id: EntryId(1),
        parent_id: Some(EntryId(parent)),
        depth,
        title: None,
        content_html: html.into(),
        created_at: later(id),
        ..post(id, "")
    }
}

/// What is left of an entry that was taken out.
pub(crate) fn trace(entry: EntryView, state: EntryState) -> EntryView {
    EntryView {
        sight: Sight::Trace,
        state,
        author: None,
        title: None,
        content_html: String::new(),
        excerpt: String::new(),
        link_url: None,
        image_url: None,
        origin_url: None,
        ..entry
    }
}

//! Every read function, every kind of reader, every state: exactly what the one visibility rule says, and nothing by the
//! side of it.

use guildhall_app::{
    Viewer,
    entry::{self, Poll, Submit, Texts},
    group::{self, ChangeGroup},
    queue,
    read::{EntryView, PageRequest, entries, groups as read_groups, queue as queue_read, thread},
};
use guildhall_domain::{
    ActorId, EntryId, GroupId,
    admission::Role,
    content::{EntryKind, EntryState, Sort},
    group::Visibility,
    visibility::{self, Sight, decide_sight},
};
use guildhall_store::{Db, entry as store, testing::on_both_engines};

use crate::support::{
    Here,
    people::viewer,
    write::{commenting, posting},
};

/// In every text, link, name and reason of what is looked at.
const MARK: &str = "hush";

/// The kinds of readers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    Anonymous,
    Stranger,
    Member,
    Server,
    ModeratorElsewhere,
    Author,
    Moderator,
    Admin,
}

const EVERYBODY: [Who; 8] = [
    Who::Anonymous,
    Who::Stranger,
    Who::Member,
    Who::Server,
    Who::ModeratorElsewhere,
    Who::Author,
    Who::Moderator,
    Who::Admin,
];

/// What a reader is to see. A new state or kind of reader has to be thought about here.
fn wanted(state: EntryState, who: Who) -> Sight {
    let is_concerned = match who {
        Who::Anonymous | Who::Stranger | Who::Member | Who::Server | Who::ModeratorElsewhere => false,
        Who::Author | Who::Moderator | Who::Admin => true,
    };
    match (state, is_concerned) {
        (EntryState::Published, _)
        | (EntryState::Sent | EntryState::Held | EntryState::Refused | EntryState::Removed, true) => {
            Sight::Whole
        }
        (EntryState::Sent, false) if who == Who::Server => Sight::Whole,
        (EntryState::Sent | EntryState::Held | EntryState::Refused, false) => Sight::Nothing,
        (EntryState::Removed, false) | (EntryState::Deleted, _) => Sight::Trace,
    }
}

/// Whether somebody may read in a group of that visibility. Its author is no member.
fn reads(visibility: Visibility, who: Who) -> bool {
    match visibility {
        Visibility::Public | Visibility::Unlisted => true,
        Visibility::Members => matches!(who, Who::Member | Who::Moderator | Who::Admin),
        Visibility::Local => !matches!(who, Who::Anonymous | Who::Server),
    }
}

/// The same by the rule of the domain.
fn by_rule(visibility: Visibility, state: EntryState, who: Who) -> Sight {
    let role = match who {
        Who::Anonymous | Who::Stranger | Who::Server | Who::ModeratorElsewhere | Who::Author => {
            Role::Outsider
        }
        Who::Member => Role::Member,
        Who::Moderator | Who::Admin => Role::Moderator,
    };
    let (is_author, is_server) = (who == Who::Author, who == Who::Server);
    let is_local = !matches!(who, Who::Anonymous | Who::Server);
    decide_sight(state, true, visibility, visibility::Reader { role, is_author, is_server, is_local })
}

/// An entry in one state, with a published answer below.
#[derive(Debug, Clone, Copy)]
struct Target {
    id: EntryId,
    kind: EntryKind,
    state: EntryState,
    /// The post of its thread, and what it answers.
    post: EntryId,
}

struct Garden {
    here: Here,
    group: GroupId,
    author: ActorId,
    readers: Vec<(Who, Viewer)>,
    targets: Vec<Target>,
    visibility: Visibility,
}

async fn garden(db: Db) -> Garden {
    let here = Here::new(db);
    let (group, other) = (here.group("garden").await, here.group("boats").await);
    let (author, member) = (here.person(&format!("{MARK}_author")).await, here.person("member").await);
    let (moderator, elsewhere) = (here.moderator(group).await, here.moderator(other).await);
    here.join(group, member).await;
    let (stranger, admin) = (here.person("stranger").await, here.person("boss").await);
    let readers = vec![
        (Who::Anonymous, Viewer::anonymous()),
        (Who::Stranger, viewer(stranger)),
        (Who::Member, viewer(member)),
        (Who::Server, Viewer::server()),
        (Who::ModeratorElsewhere, viewer(elsewhere)),
        (Who::Author, viewer(author)),
        (Who::Moderator, viewer(moderator)),
        (Who::Admin, Viewer { is_admin: true, ..viewer(admin) }),
    ];
    let mut targets = Vec::new();
    for state in EntryState::ALL.iter().copied() {
        let id = submit(&here, marked(posting(group, author, ""))).await;
        targets.push(Target { id, kind: EntryKind::Post, state, post: id });
        here.comment(id, member, "Well").await;
        let post = here.post(group, member, "Plain").await;
        let id = submit(&here, marked(commenting(group, author, post, ""))).await;
        targets.push(Target { id, kind: EntryKind::Comment, state, post });
        here.comment(id, member, "Well").await;
    }
    for target in &targets {
        put(&here, target).await;
    }
    Garden { here, group, author, readers, targets, visibility: Visibility::Public }
}

async fn submit(here: &Here, command: Submit) -> EntryId {
    entry::submit(&here.app, command).await.unwrap().entry.unwrap()
}

fn marked(command: Submit) -> Submit {
    let text = |what: &str| Some(format!("{MARK} {what}"));
    let texts = Texts {
        title: text("title").filter(|_| command.parent.is_none()),
        content_html: format!("<p>{MARK}</p>"),
        content_source: text("source"),
        excerpt: MARK.to_owned(),
        link_url: Some(format!("https://{MARK}.example/")),
        image_url: Some(format!("https://{MARK}.example/a.png")),
        language: Some("en".to_owned()),
        media: 1,
        form: None,
        sensitive: false,
    };
    let poll = Poll { options: vec![(format!("{MARK} option"), 1)], multiple: false, closes_at: None };
    Submit { texts, poll: Some(poll), ..command }
}

/// Writes the state as it is, whatever way leads there, with a reason, a featured flag and a tag.
async fn put(here: &Here, target: &Target) {
    let reason = (target.state != EntryState::Published).then_some("hush reason");
    let mut tx = here.app.begin().await.unwrap();
    store::set_state(&mut tx, target.id, target.state, reason).await.unwrap();
    store::set_featured(&mut tx, target.id, true).await.unwrap();
    store::add_tags(&mut tx, target.id, &[MARK.to_owned()]).await.unwrap();
    tx.commit().await.unwrap();
}

/// `found` is what `who` is to see of `target`, and shows the marked texts only where that is the whole.
fn check(what: &str, who: Who, target: Target, found: Option<&EntryView>, want: Sight) {
    let context = format!("{what} for {who:?} of {target:?}");
    let Some(found) = found else {
        assert_eq!(want, Sight::Nothing, "{context}: nothing is shown");
        return;
    };
    assert_eq!((found.id, found.state, found.sight), (target.id, target.state, want), "{context}");
    let shown = format!("{found:?}");
    assert_eq!(shown.contains(MARK), want == Sight::Whole, "{context}: {shown}");
    if want == Sight::Whole {
        let has_texts = found.author.is_some()
            && !found.content_html.is_empty()
            && found.poll.is_some()
            && found.tags == [MARK];
        assert!(has_texts, "{context}: {shown}");
    } else {
        assert!(
            found.author.is_none()
                && found.title.is_none()
                && found.content_html.is_empty()
                && found.poll.is_none(),
            "{context}"
        );
    }
}

fn all() -> PageRequest {
    PageRequest { after: None, limit: Some(100) }
}

fn pick(items: &[EntryView], target: Target) -> Option<&EntryView> {
    items.iter().find(|item| item.id == target.id)
}

impl Garden {
    fn targets(&self, kind: EntryKind) -> impl Iterator<Item = Target> {
        self.targets.iter().copied().filter(move |target| target.kind == kind)
    }

    fn wanted(&self, state: EntryState, who: Who) -> Sight {
        if who == Who::Author || reads(self.visibility, who) { wanted(state, who) } else { Sight::Nothing }
    }

    /// Lists show what is published and nothing else.
    fn listed(&self, state: EntryState, who: Who) -> Sight {
        if state == EntryState::Published { self.wanted(state, who) } else { Sight::Nothing }
    }

    /// The same entries where others may read.
    async fn set_visibility(&mut self, visibility: Visibility) {
        let change = ChangeGroup { visibility: Some(visibility), ..ChangeGroup::default() };
        group::change(&self.here.app, self.group, self.group.actor(), change).await.unwrap();
        self.visibility = visibility;
    }

    async fn check_lists(&self, who: Who, viewer: &Viewer) {
        let (app, group) = (&self.here.app, self.group);
        for sort in Sort::ALL {
            let page = entries::posts(app, viewer, group, *sort, all()).await.unwrap();
            for target in self.targets(EntryKind::Post) {
                check("posts", who, target, pick(&page.items, target), self.listed(target.state, who));
            }
        }
        let featured = entries::all_featured(app, viewer, group, all()).await.unwrap().items;
        let by_author = entries::by_author(app, viewer, self.author, all()).await.unwrap();
        for target in self.targets.iter().copied() {
            let is_post = target.kind == EntryKind::Post;
            let of_posts = if is_post { self.listed(target.state, who) } else { Sight::Nothing };
            check("featured", who, target, pick(&featured, target), of_posts);
            check("by_author", who, target, pick(&by_author.items, target), self.listed(target.state, who));
        }
    }

    async fn check_threads(&self, who: Who, viewer: &Viewer) {
        let app = &self.here.app;
        for target in self.targets.iter().copied() {
            let want = self.wanted(target.state, who);
            assert_eq!(want, by_rule(self.visibility, target.state, who));
            let found = entries::find(app, viewer, target.id).await.unwrap();
            check("find", who, target, found.as_ref(), want);
            let shown = thread::find(app, viewer, target.post).await.unwrap();
            if target.kind == EntryKind::Post {
                check("thread", who, target, shown.as_ref().map(|shown| &shown.post), want);
                continue;
            }
            // Without its post there is no thread, also for the author of a comment in it.
            let in_thread = if reads(self.visibility, who) { want } else { Sight::Nothing };
            let shown_comments = shown.map(|shown| shown.comments).unwrap_or_default();
            check("thread", who, target, pick(&shown_comments, target), in_thread);
            let comments = entries::comments(app, viewer, target.post, all()).await.unwrap();
            // A trace is left where something hangs on it that they see.
            let is_bare = want == Sight::Trace && !reads(self.visibility, who);
            let listed = if is_bare { Sight::Nothing } else { want };
            check("comments", who, target, pick(&comments.items, target), listed);
            let replies = entries::replies(app, viewer, target.post, all()).await.unwrap();
            check("replies", who, target, pick(&replies.items, target), self.listed(target.state, who));
            assert!(thread::find(app, viewer, target.id).await.unwrap().is_none(), "a comment is no thread");
        }
    }

    async fn check_queue(&self, who: Who, viewer: &Viewer) {
        let may_see = matches!(who, Who::Moderator | Who::Admin);
        assert_eq!(queue::may_see(&self.here.app, viewer, self.group).await.unwrap(), may_see, "{who:?}");
        let listed = queue_read::list(&self.here.app, viewer, self.group, all()).await;
        assert_eq!(listed.is_ok(), may_see, "{who:?}");
        assert_eq!(format!("{listed:?}").contains(MARK), may_see, "{who:?}");
    }
}

on_both_engines! {
    async fn everybody_sees_what_the_rule_says_and_nothing_else(db: Db) {
        let mut garden = garden(db).await;
        assert_eq!(garden.readers.iter().map(|(who, _)| *who).collect::<Vec<_>>(), EVERYBODY);
        for visibility in Visibility::ALL {
            garden.set_visibility(*visibility).await;
            for (who, viewer) in &garden.readers {
                garden.check_lists(*who, viewer).await;
                garden.check_threads(*who, viewer).await;
            }
        }
    }

    async fn a_group_is_on_the_lists_of_those_who_may_know_of_it(db: Db) {
        let mut garden = garden(db).await;
        for visibility in Visibility::ALL {
            garden.set_visibility(*visibility).await;
            for (who, viewer) in &garden.readers {
                let page = read_groups::list(&garden.here.app, viewer, all()).await.unwrap();
                let is_listed = page.items.iter().any(|listed| listed.group.id == garden.group);
                let is_inside = matches!(who, Who::Member | Who::Moderator | Who::Admin);
                let want = match visibility {
                    Visibility::Public | Visibility::Members => true,
                    Visibility::Unlisted => is_inside,
                    Visibility::Local => reads(*visibility, *who),
                };
                assert_eq!(is_listed, want, "{visibility} for {who:?}");
            }
        }
    }

    async fn what_waits_is_for_the_eyes_of_moderators(db: Db) {
        let garden = garden(db).await;
        let app = &garden.here.app;
        let review = guildhall_domain::group::Review::All;
        let change = guildhall_app::group::ChangeGroup { review: Some(review), ..Default::default() };
        guildhall_app::group::change(app, garden.group, garden.group.actor(), change).await.unwrap();
        submit(&garden.here, marked(posting(garden.group, garden.author, ""))).await;
        for (who, viewer) in &garden.readers {
            garden.check_queue(*who, viewer).await;
        }
    }

    async fn an_edit_that_waits_is_shown_in_the_queue_alone(db: Db) {
        let garden = garden(db).await;
        let (app, here) = (&garden.here.app, &garden.here);
        let member = garden.readers[2].1.actor.unwrap();
        let post = here.post(garden.group, member, "Plain").await;
        let review = guildhall_domain::group::Review::All;
        let change = guildhall_app::group::ChangeGroup { review: Some(review), ..Default::default() };
        guildhall_app::group::change(app, garden.group, garden.group.actor(), change).await.unwrap();
        let texts = marked(posting(garden.group, member, "")).texts;
        let command = entry::Edit { texts, ..here.retitling(post, member, "") };
        assert_eq!(entry::edit(app, command).await.unwrap(), entry::Edited::Held);
        for (who, viewer) in &garden.readers {
            let shown = entries::find(app, viewer, post).await.unwrap().unwrap();
            let thread = thread::find(app, viewer, post).await.unwrap().unwrap();
            assert!(!format!("{shown:?}{thread:?}").contains(MARK), "{who:?}");
            garden.check_queue(*who, viewer).await;
        }
    }
}

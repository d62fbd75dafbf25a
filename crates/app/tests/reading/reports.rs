//! Reports as moderators read them.

use guildhall_app::{
    Viewer,
    case::{self, Report},
    read::{PageRequest, ReportView, ReportsError, reports::of_group},
};
use guildhall_domain::{ActorId, ApId, EntryId, GroupId, actor::ActorKind, content::EntryKind};
use guildhall_store::{Db, testing::on_both_engines};

use crate::support::{FAR, Here, people::viewer};

/// Somebody here says something about an entry.
fn about(group: GroupId, reporter: ActorId, entry: EntryId, text: &str) -> Report {
    Report { group: Some(group), entries: vec![entry], ..Report::by(reporter, text) }
}

/// All of them, two at a time.
async fn walk(here: &Here, reader: &Viewer, group: GroupId) -> Vec<ReportView> {
    let mut request = PageRequest { after: None, limit: Some(2) };
    let mut seen = Vec::new();
    loop {
        let page = of_group(&here.app, reader, group, request).await.unwrap();
        assert!(page.items.len() <= 2);
        seen.extend(page.items);
        match page.next {
            Some(next) => request.after = Some(next),
            None => return seen,
        }
    }
}

on_both_engines! {
    async fn moderators_read_who_reported_what_and_whom_newest_first(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (ann, bob) = (here.person("ann").await, here.remote("bob").await);
        let server = here.elsewhere(FAR, FAR, ActorKind::Application).await;
        let post = here.post(group, ann, "Tulips").await;
        let comment = here.comment(post, ann, "Rubbish.").await;
        let other = here.group("boats").await;
        let elsewhere = here.post(other, ann, "Tar").await;
        case::report(&here.app, about(group, ann, post, "An advertisement.")).await.unwrap();
        here.minute();
        let reported_at = here.now();
        let flag = Report {
            person: Some(ann),
            flag: Some(ApId::new("https://far.example/flags/1")),
            cause: here.activity().await,
            ..about(group, server, comment, "Rude.")
        };
        case::report(&here.app, flag).await.unwrap();
        let person = Report { entries: Vec::new(), person: Some(bob), ..about(group, ann, post, "A bot.") };
        case::report(&here.app, person).await.unwrap();
        case::report(&here.app, about(other, ann, elsewhere, "Not for the garden.")).await.unwrap();

        let moderator = viewer(here.moderator(group).await);
        let admin = Viewer { is_admin: true, ..Viewer::anonymous() };
        for reader in [&moderator, &admin] {
            let seen = walk(&here, reader, group).await;
            let what: Vec<_> = seen
                .iter()
                .map(|one| (one.reporter.id, one.entry, one.person.as_ref().map(|person| person.id), one.text.as_str()))
                .collect();
            assert_eq!(what, [
                (ann, None, Some(bob), "A bot."),
                (server, Some((comment, EntryKind::Comment)), Some(ann), "Rude."),
                (ann, Some((post, EntryKind::Post)), Some(ann), "An advertisement."),
            ]);
            assert_eq!(seen[1].at, reported_at);
            assert_eq!(seen[1].reporter.handle, format!("@{FAR}@{FAR}"));
        }
        here.take_away(comment, ann).await;
        assert_eq!(walk(&here, &moderator, group).await[1].entry, Some((comment, EntryKind::Comment)), "still on record");
        for reader in [viewer(ann), viewer(here.moderator(other).await), Viewer::anonymous(), Viewer::server()] {
            let listed = of_group(&here.app, &reader, group, PageRequest::default()).await;
            assert!(matches!(listed, Err(ReportsError::NotPermitted(_))), "{listed:?}");
        }
    }
}

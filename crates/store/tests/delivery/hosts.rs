use std::time::Duration;

use guildhall_domain::Timestamp;
use guildhall_store::Db;
use guildhall_store::delivery::{DueHost, HostLease, HostSave, HostState, NewFailure, failure, host};
use guildhall_store::testing::on_both_engines;

use crate::set_up::{GROUP, NOW, activity, append, follow, groups, letter};

const INBOX: &str = "https://a.example/inbox";
const LASTS: Duration = Duration::from_secs(15);

on_both_engines! {
    async fn hosts_with_something_waiting_are_due(db: Db) {
        groups(&db).await;
        follow(&db, GROUP, INBOX).await;
        follow(&db, GROUP, "https://b.example/inbox").await;
        assert_eq!(due(&db, NOW).await, [""; 0]);
        append(&db, &activity(1)).await;
        append(&db, &letter(2, &["https://c.example/inbox"])).await;
        assert_eq!(due(&db, NOW).await, ["a.example", "b.example", "c.example"]);
        assert_eq!(new(&db, 1, 2).await, ["c.example"]);
        assert_eq!(new(&db, 0, 1).await, ["a.example", "b.example"]);
        lease(&db, "a.example", "one", NOW).await.unwrap();
        assert_eq!(due(&db, NOW).await, ["b.example", "c.example"]);
        assert_eq!(new(&db, 0, 1).await, ["a.example", "b.example"], "its holder wants to know");
        assert_eq!(due(&db, NOW.plus(LASTS)).await, ["a.example", "b.example", "c.example"]);
    }

    async fn a_lease_is_given_once_and_again_when_it_ended(db: Db) {
        let first = leased_host(&db).await;
        assert_eq!(first.subscriptions, 1);
        assert_eq!(lease(&db, "a.example", "two", NOW).await, None);
        let second = lease(&db, "a.example", "two", NOW.plus(LASTS)).await.unwrap();
        assert!(second.epoch > first.epoch);
    }

    async fn a_holder_that_overslept_writes_nothing(db: Db) {
        let first = leased_host(&db).await;
        let second = lease(&db, "a.example", "two", NOW.plus(LASTS)).await.unwrap();
        assert!(!save(&db, &first, &progress(1)).await);
        assert!(save(&db, &second, &HostSave { cursor: 0, ..progress(0) }).await);
        assert_eq!(due(&db, NOW.plus(2 * LASTS)).await, ["a.example"], "the cursor is where it was");
    }

    async fn several_hosts_are_saved_each_under_its_own_lease(db: Db) {
        let first = leased_host(&db).await;
        append(&db, &letter(2, &["https://c.example/inbox"])).await;
        let other = lease(&db, "c.example", "one", NOW).await.unwrap();
        let failed = HostSave {
            state: HostState::Failing,
            failures: 2,
            failing_since: Some(NOW),
            next_attempt_at: NOW.plus(LASTS),
            last_success_at: Some(NOW),
            last_error: Some(("503 \"why\"".to_owned(), NOW)),
            is_last: true,
            ..progress(1)
        };
        let mut tx = db.begin().await.unwrap();
        let saves =
            [("a.example", first.epoch, &failed), ("c.example", other.epoch + 1, &failed), ("x.example", 1, &failed)];
        let saved = host::save_all(&mut tx, &saves).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(saved.into_iter().collect::<Vec<_>>(), ["a.example"]);
        let status = host::find_status(&db, "a.example", NOW).await.unwrap().unwrap();
        assert_eq!((status.state, status.failures, status.waiting), (HostState::Failing, 2, 0));
        assert_eq!((status.failing_since, status.last_success_at), (Some(NOW), Some(NOW)));
        assert_eq!((status.next_attempt_at, status.last_error_at), (Some(NOW.plus(LASTS)), Some(NOW)));
        assert_eq!(status.last_error.as_deref(), Some("503 \"why\""));
        let saves = [("a.example", first.epoch, &progress(0)), ("c.example", other.epoch, &progress(0))];
        let mut tx = db.begin().await.unwrap();
        assert_eq!(host::save_all(&mut tx, &saves).await.unwrap().len(), 2);
        tx.commit().await.unwrap();
        let status = host::find_status(&db, "a.example", NOW).await.unwrap().unwrap();
        assert_eq!(status.waiting, 0, "a cursor never goes back");
        assert_eq!((status.state, status.last_success_at), (HostState::Active, Some(NOW)));
        assert!(status.last_error.is_some(), "what is not said anew stays");
    }

    async fn a_lease_holds_for_as_long_as_it_is_renewed(db: Db) {
        let held = leased_host(&db).await;
        let before_end = NOW.plus(Duration::from_secs(14));
        let kept = renew(&db, "one", before_end).await;
        assert_eq!(kept, [("a.example".to_owned(), held.epoch)]);
        assert_eq!(lease(&db, "a.example", "two", NOW.plus(LASTS)).await, None);
        assert_eq!(renew(&db, "two", before_end).await, []);
        assert_eq!(renew(&db, "one", before_end.plus(LASTS)).await, [], "too late");
    }

    async fn giving_a_host_back_frees_it_at_once_and_it_stays_free(db: Db) {
        let held = leased_host(&db).await;
        assert!(save(&db, &held, &HostSave { is_last: true, ..progress(0) }).await);
        assert_eq!(renew(&db, "one", NOW).await, []);
        assert!(lease(&db, "a.example", "two", NOW).await.is_some());
    }

    async fn a_host_that_another_has_served_meanwhile_is_left_alone(db: Db) {
        let held = leased_host(&db).await;
        append(&db, &activity(2)).await;
        assert_eq!(new(&db, 0, 2).await, ["a.example"]);
        assert!(save(&db, &held, &HostSave { is_last: true, ..progress(2) }).await);
        assert_eq!(new(&db, 0, 2).await, [""; 0]);
        assert_eq!(lease(&db, "a.example", "two", NOW).await, None);
        append(&db, &activity(3)).await;
        assert_eq!(new(&db, 2, 3).await, ["a.example"]);
        assert!(lease(&db, "a.example", "two", NOW).await.is_some());
    }

    async fn a_cursor_never_goes_back(db: Db) {
        let held = leased_host(&db).await;
        append(&db, &activity(2)).await;
        assert!(save(&db, &held, &progress(2)).await);
        assert!(save(&db, &held, &progress(1)).await);
        assert_eq!(due(&db, NOW.plus(LASTS)).await, [""; 0]);
    }

    async fn a_host_that_backs_off_is_due_at_its_time(db: Db) {
        let held = leased_host(&db).await;
        let at = NOW.plus(Duration::from_mins(1));
        let error = Some(("HTTP 503".to_owned(), NOW));
        let failing = HostSave {
            state: HostState::Failing,
            failures: 1,
            failing_since: Some(NOW),
            next_attempt_at: at,
            last_error: error,
            is_last: true,
            ..progress(0)
        };
        assert!(save(&db, &held, &failing).await);
        assert_eq!(lease(&db, "a.example", "one", NOW).await, None);
        assert_eq!(host::list_due(&db, NOW, 10).await.unwrap(), []);
        let expected = DueHost { host: "a.example".into(), is_failing: true };
        assert_eq!(host::list_due(&db, at, 10).await.unwrap(), [expected]);

        let status = host::find_status(&db, "a.example", NOW.plus(Duration::from_secs(9))).await.unwrap().unwrap();
        assert_eq!((status.state, status.failures, status.waiting), (HostState::Failing, 1, 1));
        assert_eq!(status.lag, Duration::from_secs(9));
        assert_eq!((status.next_attempt_at, status.failing_since), (Some(at), Some(NOW)));
        assert_eq!(status.last_error.as_deref(), Some("HTTP 503"));

        assert!(admin(&db, Step::Retry).await);
        assert_eq!(due(&db, NOW).await, ["a.example"]);
        assert!(!admin(&db, Step::Retry).await, "it waits no more");
    }

    async fn a_paused_host_gets_nothing_and_its_holder_finds_out(db: Db) {
        let held = leased_host(&db).await;
        assert!(admin(&db, Step::Pause).await);
        assert!(!save(&db, &held, &progress(1)).await);
        assert_eq!(due(&db, NOW).await, [""; 0]);
        assert_eq!(new(&db, 0, 1).await, [""; 0]);
        assert_eq!(lease(&db, "a.example", "one", NOW).await, None);
        assert!(admin(&db, Step::Resume).await);
        assert!(!admin(&db, Step::Resume).await);
        assert_eq!(due(&db, NOW).await, ["a.example"]);
    }

    async fn what_a_host_is_stuck_at_can_be_skipped_one_by_one_or_all_together(db: Db) {
        let held = leased_host(&db).await;
        append(&db, &letter(3, &["https://c.example/inbox"])).await;
        append(&db, &letter(4, &[INBOX])).await;
        append(&db, &activity(5)).await;
        append(&db, &letter(6, &["https://c.example/inbox"])).await;
        let mut tx = db.begin().await.unwrap();
        assert_eq!(host::skip_next(&mut tx, "a.example").await.unwrap(), Some(1));
        assert_eq!(host::skip_next(&mut tx, "a.example").await.unwrap(), Some(4));
        assert_eq!(host::skip_next(&mut tx, "unknown.example").await.unwrap(), None);
        tx.commit().await.unwrap();
        assert!(!save(&db, &held, &progress(1)).await, "its holder finds out");
        assert_eq!(due(&db, NOW).await, ["a.example", "c.example"]);
        let mut tx = db.begin().await.unwrap();
        assert_eq!(host::skip_all(&mut tx, "a.example").await.unwrap(), Some(6));
        assert_eq!(host::skip_next(&mut tx, "a.example").await.unwrap(), None);
        tx.commit().await.unwrap();
        assert_eq!(due(&db, NOW).await, ["c.example"]);
    }

    async fn the_status_lists_every_host_page_by_page(db: Db) {
        groups(&db).await;
        for inbox in [INBOX, "https://b.example/inbox", "https://b.example/u/1"] {
            follow(&db, GROUP, inbox).await;
        }
        append(&db, &activity(1)).await;
        append(&db, &letter(2, &["https://c.example/inbox"])).await;
        let page = |after: &'static str| {
            let db = db.clone();
            async move {
                let hosts = host::list_status(&db, after, 2, NOW).await.unwrap();
                hosts.into_iter().map(|host| (host.host, host.waiting)).collect::<Vec<_>>()
            }
        };
        assert_eq!(page("").await, [("a.example".to_owned(), 1), ("b.example".to_owned(), 2)]);
        assert_eq!(page("b.example").await, [("c.example".to_owned(), 1)]);
        assert_eq!(host::queue_depth(&db).await.unwrap(), 4);
        assert_eq!(host::count_by_state(&db).await.unwrap(), [(HostState::Active, 3)]);
        assert_eq!(host::find_status(&db, "unknown.example", NOW).await.unwrap(), None);
    }

    async fn refusals_are_kept_once_for_each_item_and_inbox(db: Db) {
        leased_host(&db).await;
        let refusal = |seq, error: &str, at: Timestamp| NewFailure {
            seq,
            inbox: INBOX.into(),
            error: error.into(),
            failed_at: at,
        };
        let later = NOW.plus(LASTS);
        let mut tx = db.begin().await.unwrap();
        let first = [refusal(1, "HTTP 400", NOW), refusal(9, "HTTP 410", NOW)];
        failure::insert_all(&mut tx, "a.example", &first).await.unwrap();
        failure::insert_all(&mut tx, "a.example", &[refusal(9, "HTTP 404", later)]).await.unwrap();
        tx.commit().await.unwrap();
        let found = failure::list(&db, "a.example", i64::MAX, 10).await.unwrap();
        let found: Vec<_> = found.iter().map(|f| (f.seq, f.error.as_str(), f.activity_ap_id.as_deref())).collect();
        assert_eq!(found, [(9, "HTTP 404", None), (1, "HTTP 400", Some("https://here.example/activities/1"))]);
        let mut tx = db.begin().await.unwrap();
        assert_eq!(failure::prune(&mut tx, later).await.unwrap(), 1);
        tx.commit().await.unwrap();
    }
}

/// `a.example` with one thing waiting, at the place 1, leased to `one`.
async fn leased_host(db: &Db) -> HostLease {
    groups(db).await;
    follow(db, GROUP, INBOX).await;
    append(db, &activity(1)).await;
    lease(db, "a.example", "one", NOW).await.unwrap()
}

fn progress(cursor: i64) -> HostSave {
    HostSave {
        cursor,
        state: HostState::Active,
        failures: 0,
        failing_since: None,
        next_attempt_at: Timestamp(0),
        last_success_at: None,
        last_error: None,
        is_last: false,
    }
}

async fn due(db: &Db, now: Timestamp) -> Vec<String> {
    host::list_due(db, now, 10).await.unwrap().into_iter().map(|due| due.host).collect()
}

async fn new(db: &Db, after: i64, until: i64) -> Vec<String> {
    let mut hosts: Vec<_> =
        host::list_new(db, after, until, NOW).await.unwrap().into_iter().map(|due| due.host).collect();
    hosts.sort_unstable();
    hosts
}

async fn lease(db: &Db, name: &str, holder: &str, now: Timestamp) -> Option<HostLease> {
    let mut tx = db.begin().await.unwrap();
    let leases = host::lease_all(&mut tx, vec![name.into()], holder, now, now.plus(LASTS)).await.unwrap();
    tx.commit().await.unwrap();
    leases.into_iter().next()
}

async fn renew(db: &Db, holder: &str, now: Timestamp) -> Vec<(String, i64)> {
    let mut tx = db.begin().await.unwrap();
    let kept =
        host::renew_all(&mut tx, vec!["a.example".into()], holder, now, now.plus(LASTS)).await.unwrap();
    tx.commit().await.unwrap();
    kept
}

async fn save(db: &Db, lease: &HostLease, progress: &HostSave) -> bool {
    let mut tx = db.begin().await.unwrap();
    let saved = host::save(&mut tx, &lease.host, lease.epoch, progress).await.unwrap();
    tx.commit().await.unwrap();
    saved
}

enum Step {
    Pause,
    Resume,
    Retry,
}

async fn admin(db: &Db, step: Step) -> bool {
    let mut tx = db.begin().await.unwrap();
    let done = match step {
        Step::Pause => host::pause(&mut tx, "a.example").await,
        Step::Resume => host::resume(&mut tx, "a.example").await,
        Step::Retry => host::retry(&mut tx, "a.example", NOW).await,
    };
    tx.commit().await.unwrap();
    done.unwrap()
}

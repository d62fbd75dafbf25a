use std::time::Duration;

use guildhall_domain::{Timestamp, audience::Profile};
use guildhall_store::Db;
use guildhall_store::instance::{self, Instance, SignatureScheme, Software};
use guildhall_store::testing::on_both_engines;

use crate::set_up::NOW;

const HOST: &str = "a.example";
const DAY: Duration = Duration::from_hours(24);

on_both_engines! {
    async fn what_a_host_runs_is_believed_for_a_week(db: Db) {
        assert_eq!(instance::find(&db, HOST).await.unwrap(), None);
        learn(&db, Some("lemmy"), NOW).await;
        let known = find(&db).await;
        assert_eq!(known.software, Some(Software { name: "lemmy".into(), version: Some("1.2".into()) }));
        assert_eq!(known.profile_at(NOW.plus(6 * DAY)), Some(Profile::Group));
        assert_eq!(known.profile_at(NOW.plus(7 * DAY)), None);
        assert_eq!(known.signature, SignatureScheme::Cavage);
    }

    async fn a_host_that_says_nothing_is_a_microblog_for_a_day(db: Db) {
        learn(&db, None, NOW).await;
        let known = find(&db).await;
        assert_eq!(known.profile_at(NOW.plus(DAY / 2)), Some(Profile::Microblog));
        assert_eq!(known.profile_at(NOW.plus(DAY)), None);
    }

    async fn a_host_that_falls_silent_keeps_what_was_known(db: Db) {
        learn(&db, Some("lemmy"), NOW).await;
        learn(&db, None, NOW.plus(7 * DAY)).await;
        let known = find(&db).await;
        assert_eq!(known.profile_at(NOW.plus(8 * DAY)), Some(Profile::Group));
        assert_eq!(known.software.unwrap().version.as_deref(), Some("1.2"));
    }

    async fn what_an_admin_fixed_is_not_learned_over(db: Db) {
        let mut tx = db.begin().await.unwrap();
        instance::fix_profile(&mut tx, HOST, Some(Profile::Microblog), NOW).await.unwrap();
        tx.commit().await.unwrap();
        learn(&db, Some("lemmy"), NOW).await;
        assert_eq!(find(&db).await.profile_at(NOW.plus(100 * DAY)), Some(Profile::Microblog));
        let mut tx = db.begin().await.unwrap();
        instance::fix_profile(&mut tx, HOST, None, NOW).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(find(&db).await.profile_at(NOW), None, "to be asked again");
    }

    async fn the_way_to_sign_is_remembered(db: Db) {
        for scheme in [SignatureScheme::Rfc9421, SignatureScheme::Rfc9421Ed25519, SignatureScheme::Cavage] {
            let mut tx = db.begin().await.unwrap();
            instance::set_signature(&mut tx, HOST, scheme, NOW).await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(find(&db).await.signature, scheme);
        }
        let listed = instance::list_of(&db, vec![HOST.into(), "b.example".into()]).await.unwrap();
        assert_eq!(listed, instance::list(&db, "", 10).await.unwrap());
        assert_eq!(listed.len(), 1);
    }
}

async fn learn(db: &Db, name: Option<&str>, now: Timestamp) {
    let software = name.map(|name| Software { name: name.into(), version: Some("1.2".into()) });
    let mut tx = db.begin().await.unwrap();
    instance::set_software(&mut tx, HOST, software.as_ref(), now).await.unwrap();
    tx.commit().await.unwrap();
}

async fn find(db: &Db) -> Instance {
    instance::find(db, HOST).await.unwrap().unwrap()
}

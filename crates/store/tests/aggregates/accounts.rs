//! Logins and the tokens that stand for them.

use guildhall_domain::{AccountId, ActorId};
use guildhall_store::{
    Db,
    account::{self, NewAccount},
    actor,
    testing::on_both_engines,
};

use crate::set_up::{ANN, BOB, GROUP, NOW, people};

async fn sign_up(db: &Db) {
    people(db).await;
    let new = NewAccount {
        id: AccountId(5),
        actor_id: ANN,
        email: Some("ann@here.example".to_owned()),
        password_hash: "$argon2id$".to_owned(),
        is_admin: true,
    };
    let mut tx = db.begin().await.unwrap();
    account::insert(&mut tx, &new, NOW).await.unwrap();
    account::insert_token(&mut tx, "revoked", AccountId(5), "read", NOW).await.unwrap();
    assert_eq!(account::revoke_tokens(&mut tx, AccountId(5), NOW).await.unwrap(), 1);
    account::insert_token(&mut tx, "abc", AccountId(5), "read write", NOW).await.unwrap();
    assert_eq!(account::revoke_tokens(&mut tx, AccountId(404), NOW).await.unwrap(), 0, "others' stay");
    tx.commit().await.unwrap();
}

on_both_engines! {
    async fn two_accounts_never_have_one_address(db: Db) {
        sign_up(&db).await;
        let new = |id: i64, actor_id, email: Option<&str>| NewAccount {
            id: AccountId(id),
            actor_id,
            email: email.map(str::to_owned),
            password_hash: String::new(),
            is_admin: false,
        };
        let mut tx = db.begin().await.unwrap();
        let same = new(6, BOB, Some("Ann@HERE.example"));
        assert!(!account::insert(&mut tx, &same, NOW).await.unwrap());
        assert!(account::insert(&mut tx, &new(6, BOB, None), NOW).await.unwrap());
        assert!(account::insert(&mut tx, &new(7, GROUP.actor(), None), NOW).await.unwrap(), "many have none");
        tx.commit().await.unwrap();
    }

    async fn a_token_stands_for_its_account_with_its_scopes(db: Db) {
        assert!(!account::exists(&db).await.unwrap());
        sign_up(&db).await;
        assert!(account::exists(&db).await.unwrap());

        let (found, scopes) = account::find_by_token(&db, "abc").await.unwrap().unwrap();
        assert_eq!((found.id, found.actor_id, found.is_admin, scopes.as_str()), (AccountId(5), ANN, true, "read write"));
        for unknown in ["ABC", "", "revoked"] {
            assert!(account::find_by_token(&db, unknown).await.unwrap().is_none(), "{unknown:?}");
        }
        assert_eq!(account::find_by_actor(&db, ANN).await.unwrap().unwrap().id, AccountId(5));
        assert!(account::find_by_actor(&db, ActorId(999)).await.unwrap().is_none());
    }

    async fn no_token_stands_for_somebody_who_is_gone(db: Db) {
        sign_up(&db).await;
        let mut tx = db.begin().await.unwrap();
        actor::mark_deleted(&mut tx, ANN, NOW).await.unwrap();
        tx.commit().await.unwrap();
        assert!(account::find_by_token(&db, "abc").await.unwrap().is_none());
    }
}

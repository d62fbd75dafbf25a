//! Accounts, tokens, and the instance's own actor.

use guildhall_app::{
    account::{self, CreateAccount, CreateAccountError, CreateTokenError},
    group, instance,
};
use guildhall_domain::{group::Policy, handle::InvalidHandle, peering::PeeringAction};
use guildhall_store::{
    Db, actor,
    actor_key::{self, KeyAlgorithm},
    testing::on_both_engines,
};

use crate::support::{Here, people::new_group};

fn new(name: &str) -> CreateAccount {
    CreateAccount {
        name: name.to_owned(),
        email: Some("ann@mail.example".to_owned()),
        password: "correct horse".to_owned(),
        is_admin: true,
    }
}

async fn keys(here: &Here, id: guildhall_domain::ActorId) -> Vec<(String, KeyAlgorithm, bool)> {
    let keys = actor_key::list_of(&here.app.store, id).await.unwrap();
    keys.into_iter().map(|key| (key.key_id, key.algorithm, key.private_key.is_some())).collect()
}

on_both_engines! {
    async fn an_account_has_a_person_two_keys_and_only_a_hash_of_its_password(db: Db) {
        let here = Here::new(db);
        assert!(!instance::has_accounts(&here.app).await.unwrap());
        let ann = account::create(&here.app, new("Ann")).await.unwrap();
        assert!(instance::has_accounts(&here.app).await.unwrap());
        assert_eq!(ann.ap_id.as_str(), "https://here.example/users/Ann");
        assert_eq!((ann.is_local, ann.host.as_str()), (true, "here.example"));
        assert_eq!(
            keys(&here, ann.id).await,
            [
                (format!("{}#main-key", ann.ap_id), KeyAlgorithm::Rsa, true),
                (format!("{}#ed25519-key", ann.ap_id), KeyAlgorithm::Ed25519, true)
            ]
        );
        let (hash,): (String,) =
            here.app.store.query("SELECT password_hash FROM accounts").one().await.unwrap();
        assert!(hash.starts_with("$argon2id$") && !hash.contains("correct"), "{hash}");

        // A person or group, in any case: the name is taken.
        let again = account::create(&here.app, new("ann")).await.unwrap_err();
        assert!(matches!(again, CreateAccountError::NameTaken), "{again}");
        let as_group = group::create(&here.app, new_group("ANN", Policy::default())).await.unwrap_err();
        assert!(matches!(as_group, group::CreateGroupError::NameTaken), "{as_group}");
    }

    async fn what_does_not_fit_makes_no_account(db: Db) {
        let here = Here::new(db);
        let refused = async |command| account::create(&here.app, command).await.unwrap_err();
        assert!(matches!(refused(new("a b")).await, CreateAccountError::Name(InvalidHandle::Name)));
        assert!(matches!(refused(new("admin")).await, CreateAccountError::Name(InvalidHandle::Reserved)));
        assert!(matches!(refused(CreateAccount { password: "short".into(), ..new("ann") }).await, CreateAccountError::Password));
        for email in ["ann", "@x.example", "ann@localhost", "a nn@x.example", "ann@x.example\n.example", ""] {
            let command = CreateAccount { email: Some(email.into()), ..new("ann") };
            assert!(matches!(refused(command).await, CreateAccountError::Email), "{email}");
        }
        assert!(actor::find_local_by_name(&here.app.store, "ann").await.unwrap().is_none());
        assert!(!instance::has_accounts(&here.app).await.unwrap());
    }

    async fn two_accounts_cannot_have_one_address(db: Db) {
        let here = Here::new(db);
        account::create(&here.app, new("ann")).await.unwrap();
        let with = |name: &str, email: Option<&str>| CreateAccount { email: email.map(str::to_owned), ..new(name) };
        for email in ["ann@mail.example", "Ann@Mail.EXAMPLE", " ann@mail.example "] {
            let error = account::create(&here.app, with("bob", Some(email))).await.unwrap_err();
            assert_eq!(error.to_string(), "another account has this e-mail address", "{email}");
        }
        assert!(actor::find_local_by_name(&here.app.store, "bob").await.unwrap().is_none(), "nothing is written");
        account::create(&here.app, with("bob", None)).await.unwrap();
        account::create(&here.app, with("eve", None)).await.unwrap();
    }

    async fn a_token_opens_its_account_and_no_other_text_does(db: Db) {
        let here = Here::new(db);
        let ann = account::create(&here.app, new("ann")).await.unwrap();
        let scopes = ["read".to_owned(), "write".to_owned()];
        let token = account::create_token(&here.app, "ANN", &scopes).await.unwrap();
        let other = account::create_token(&here.app, "ann", &["push".to_owned()]).await.unwrap();
        assert_ne!(token, other);

        let viewer = account::authenticate(&here.app, &token).await.unwrap().unwrap();
        assert_eq!((viewer.actor, viewer.is_admin), (Some(ann.id), true));
        assert!(viewer.may("read") && viewer.may("write:posts") && !viewer.may("push"));
        let viewer = account::authenticate(&here.app, &other).await.unwrap().unwrap();
        assert!(!viewer.may("read"));
        for text in ["", "x", &token[1..], &token.to_lowercase()] {
            assert!(account::authenticate(&here.app, text).await.unwrap().is_none(), "{text}");
        }
        // The secret itself is nowhere in the store.
        let (kept,): (String,) =
            here.app.store.query("SELECT token_hash FROM api_tokens LIMIT 1").one().await.unwrap();
        assert!(kept != token && kept != other);

        assert_eq!(account::revoke_tokens(&here.app, "Ann").await.unwrap(), Some(2));
        for ended in [&token, &other] {
            assert!(account::authenticate(&here.app, ended).await.unwrap().is_none());
        }
        let after = account::create_token(&here.app, "ann", &scopes).await.unwrap();
        assert!(account::authenticate(&here.app, &after).await.unwrap().is_some());
        assert_eq!(account::revoke_tokens(&here.app, "nobody").await.unwrap(), None);

        let error = account::create_token(&here.app, "nobody", &scopes).await.unwrap_err();
        assert!(matches!(error, CreateTokenError::NoSuchAccount(_)), "{error}");
        let error = account::create_token(&here.app, "ann", &["admin".to_owned()]).await.unwrap_err();
        assert_eq!(error.to_string(), "\"admin\" is not one of the scopes read, write, follow, push");
        let error = account::create_token(&here.app, "ann", &[]).await.unwrap_err();
        assert_eq!(error.to_string(), "a token needs at least one of the scopes read, write, follow, push");
    }

    async fn a_group_or_a_person_without_login_gets_no_token(db: Db) {
        let here = Here::new(db);
        here.group("garden").await;
        here.person("bot").await;
        for name in ["garden", "bot"] {
            let error = account::create_token(&here.app, name, &["read".to_owned()]).await.unwrap_err();
            assert!(matches!(error, CreateTokenError::NoSuchAccount(_)), "{error}");
        }
    }

    async fn the_instance_has_one_actor_however_often_it_starts(db: Db) {
        let here = Here::new(db);
        let first = instance::ensure_actor(&here.app).await.unwrap();
        let second = instance::ensure_actor(&here.app).await.unwrap();
        assert_eq!(first.id, second.id);
        assert_eq!(first.ap_id.as_str(), "https://here.example/actor");
        assert_eq!(keys(&here, first.id).await.len(), 2);
    }

    async fn hosts_are_listed_in_lower_case(db: Db) {
        let here = Here::new(db);
        let set = async |host, action| instance::set_peering(&here.app, None, host, action, None).await.unwrap();
        assert!(set(" Spam.Example ", Some(PeeringAction::Block)).await);
        let listed = instance::list_peering(&here.app).await.unwrap();
        assert_eq!(listed[0].entry.host, "spam.example");
        assert!(set("SPAM.example", None).await);
        assert!(!set("spam.example", None).await, "no longer on it");
    }
}

//! An instance with a group of each kind, somebody of each kind, and something in every place.

use std::{collections::HashMap, path::PathBuf, sync::Arc};

use axum::{
    Router,
    http::{HeaderMap, HeaderValue, Method, header},
};
use guildhall_activitypub::{Iri, KeyPair};
use guildhall_app::{
    App, Signals, Site,
    account::{self, CreateAccount},
    group::{self, RequestJoin},
    partner,
};
use guildhall_client_api::native;
use guildhall_domain::{ActorId, ApId, GroupId, actor::ActorKind, event::Cause};
use guildhall_federation::{Federation, FederationConfig, fetch::Offline, outbound::publisher};
use guildhall_store::{
    Db, IdGenerator,
    actor::{self, ActorFields},
    actor_key::{self, ActorKey, KeyAlgorithm},
    clock,
    db::DatabaseUrl,
    testing,
};
use guildhall_testkit::{FixedClock, SeededRng, StaticKeys, rsa};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::ask::{Answer, send};

pub(crate) const BASE: &str = "https://here.example";
const API: &str = "/api/guildhall/v1";

/// Who asks. Those with an account here show it to the API alone, those elsewhere sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Reader {
    Nobody,
    Stranger,
    RemoteStranger,
    OfBlockedHost,
    Member,
    RemoteMember,
    Moderator,
    Author,
    BannedAuthor,
}

/// In the order of the table's columns.
pub(crate) const READERS: [Reader; 9] = [
    Reader::Nobody,
    Reader::Stranger,
    Reader::RemoteStranger,
    Reader::OfBlockedHost,
    Reader::Member,
    Reader::RemoteMember,
    Reader::Moderator,
    Reader::Author,
    Reader::BannedAuthor,
];

const LOCAL: [(Reader, &str); 5] = [
    (Reader::Stranger, "sam"),
    (Reader::Member, "mia"),
    (Reader::Moderator, "mona"),
    (Reader::Author, "alan"),
    (Reader::BannedAuthor, "bert"),
];

const REMOTE: [(Reader, &str, &str); 3] = [
    (Reader::RemoteStranger, "stan", "stranger.example"),
    (Reader::OfBlockedHost, "bea", "blocked.example"),
    (Reader::RemoteMember, "rita", "member.example"),
];

/// Kinds of groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Visibility {
    Public,
    Members,
    Local,
}

/// In the order of the table's columns.
pub(crate) const VISIBILITIES: [Visibility; 3] = [Visibility::Public, Visibility::Members, Visibility::Local];

impl Visibility {
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Public => ("garden", "public"),
            Self::Members => ("cellar", "members"),
            Self::Local => ("attic", "local"),
        }
    }

    /// What the author wrote in the group of this kind, in titles and texts.
    pub(crate) fn secret(self) -> String {
        format!("Buried under the {}", self.words().0)
    }
}

/// A group that all the others are linked to.
pub(crate) const PARTNER: &str = "friends";

/// What there is in a group.
#[derive(Clone, Default)]
pub(crate) struct Things {
    pub(crate) group: String,
    /// A post of its partner that waits for its moderators.
    pub(crate) mirror: String,
    pub(crate) post: String,
    pub(crate) comment: String,
    pub(crate) item: String,
    pub(crate) case: String,
    pub(crate) invitation: String,
    pub(crate) code: String,
    pub(crate) notice: String,
    pub(crate) appeal: String,
    pub(crate) revision: i64,
    /// The number of an activity that was announced.
    pub(crate) activity: String,
}

/// Made once, copied where something was changed.
pub(crate) struct Template {
    file: PathBuf,
    things: HashMap<Visibility, Things>,
    tokens: HashMap<Reader, String>,
    _folder: TempDir,
}

pub(crate) struct World {
    pub(crate) app: App,
    pub(crate) api: Router,
    pub(crate) pages: Router,
    pub(crate) documents: Router,
    pub(crate) things: HashMap<Visibility, Things>,
    pub(crate) tokens: HashMap<Reader, String>,
    pub(crate) keys: HashMap<Reader, (Iri, KeyPair)>,
    _folder: Option<TempDir>,
}

impl Template {
    pub(crate) async fn make() -> Self {
        let place = testing::sqlite().await;
        let mut world = World::on(place.db().clone(), None).await;
        world.fill().await;
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("template.db");
        place
            .db()
            .query("VACUUM INTO $1")
            .bind(file.to_string_lossy().into_owned())
            .slow()
            .execute()
            .await
            .unwrap();
        Self { file, things: world.things, tokens: world.tokens, _folder: folder }
    }

    pub(crate) async fn copy(&self) -> World {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("copy.db");
        std::fs::copy(&self.file, &file).unwrap();
        let db = Db::open(&DatabaseUrl::sqlite(file), &testing::options()).await.unwrap();
        let mut world = World::on(db, Some(folder)).await;
        (world.things, world.tokens) = (self.things.clone(), self.tokens.clone());
        world
    }
}

impl World {
    async fn on(store: Db, folder: Option<TempDir>) -> Self {
        let newest = clock::find_newest_key(&store).await.unwrap();
        let site = Site {
            base_url: BASE.into(),
            host: "here.example".into(),
            name: "Here".into(),
            description: String::new(),
            allow_list_only: false,
            absence: std::time::Duration::ZERO,
            groups_per_person: 20,
        };
        let app = App {
            ids: Arc::new(IdGenerator::after(1, newest).unwrap()),
            site: Arc::new(site),
            clock: Arc::new(FixedClock::default()),
            rng: Arc::new(SeededRng::new(newest.unsigned_abs() + 1)),
            keys: Arc::new(StaticKeys),
            resolver: Arc::new(Offline),
            signals: Arc::new(Signals::default()),
            store,
        };
        let config = FederationConfig { switched_off: true, ..FederationConfig::default() };
        let federation = Federation::new(app, config).unwrap();
        let app = federation.app.clone();
        guildhall_app::instance::ensure_actor(&app).await.unwrap();
        let keys = REMOTE.map(|(reader, name, host)| {
            let id = Iri::parse(&format!("https://{host}/users/{name}#main-key")).unwrap();
            (reader, (id, rsa(1)))
        });
        Self {
            api: native::router(app.clone()),
            pages: guildhall_web::router(app.clone()),
            documents: guildhall_federation::routes::router(federation),
            app,
            things: HashMap::new(),
            tokens: HashMap::new(),
            keys: keys.into_iter().collect(),
            _folder: folder,
        }
    }

    async fn fill(&mut self) {
        for (reader, name) in LOCAL {
            let token = self.person(name, false).await;
            self.tokens.insert(reader, token);
        }
        let (ruth, wanda) = (self.person("ruth", true).await, self.person("wanda", false).await);
        self.person("hal", false).await;
        let mut rita = ActorId(0);
        for (reader, name, host) in REMOTE {
            let actor = self.remote(name, host).await;
            if reader == Reader::RemoteMember {
                rita = actor;
            }
        }
        self.call(&ruth, "PUT", "/instance/peering/blocked.example", &json!({ "action": "block" })).await;
        self.call(&ruth, "POST", "/groups", &json!({ "name": PARTNER })).await;
        for visibility in VISIBILITIES {
            let things = self.fill_group(visibility, &wanda, rita).await;
            self.things.insert(visibility, things);
        }
    }

    async fn fill_group(&self, visibility: Visibility, wanda: &str, rita: ActorId) -> Things {
        let (name, word) = visibility.words();
        let token = |reader| self.tokens[&reader].as_str();
        let (mona, mia, alan, bert) = (
            token(Reader::Moderator),
            token(Reader::Member),
            token(Reader::Author),
            token(Reader::BannedAuthor),
        );
        let group = format!("/groups/{name}");
        self.call(mona, "POST", "/groups", &json!({ "name": name, "visibility": word })).await;
        for member in [mia, alan, bert] {
            self.call(member, "PUT", &format!("{group}/membership"), &json!({})).await;
        }
        let id = group::find_id(&self.app, &name.parse().unwrap()).await.unwrap().unwrap();
        if visibility != Visibility::Local {
            self.join(id, rita).await;
        }
        self.told().await;
        let secret = visibility.secret();
        let text = json!({ "title": secret, "content": secret });
        let post = id_of(&self.call(alan, "POST", &format!("{group}/posts"), &text).await);
        let comments = format!("/posts/{post}/comments");
        let comment = id_of(&self.call(alan, "POST", &comments, &json!({ "content": secret })).await);
        self.call(bert, "POST", &format!("{group}/posts"), &json!({ "title": "By the banned" })).await;
        self.told().await;
        self.call(mia, "PUT", &format!("/posts/{post}/vote"), &json!({ "value": 1 })).await;
        let activity = self.told().await;
        self.call(mia, "POST", &format!("/posts/{post}/report"), &json!({ "text": "look" })).await;
        let cases = self.call(mona, "GET", &format!("{group}/cases"), &Value::Null).await;
        self.call(mona, "PUT", &format!("{group}/bans/bert"), &json!({ "reason": "enough" })).await;
        let notices = self.call(bert, "GET", "/notices", &Value::Null).await;
        let notice = id_of(&notices["items"][0]);
        let appeal =
            self.call(bert, "POST", &format!("/notices/{notice}/appeal"), &json!({ "text": "why" })).await;
        let rule = json!({ "title": "No casino.", "when": { "words": ["casino"] }, "then": ["refuse"] });
        self.call(mona, "PUT", &format!("{group}/automatic-rules/no-links"), &rule).await;
        let book = self.call(mona, "GET", &format!("{group}/rulebook"), &Value::Null).await;
        let made = self.call(mona, "POST", &format!("{group}/invitations"), &json!({})).await;
        self.call(mona, "PUT", &format!("{group}/partners/{PARTNER}"), &json!({ "policy": "review" })).await;
        let text = json!({ "title": "Hello", "content": "Hello." });
        let mirror = id_of(&self.call(alan, "POST", &format!("/groups/{PARTNER}/posts"), &text).await);
        partner::settle(&self.app).await.unwrap();
        self.call(mona, "PATCH", &group, &json!({ "admission": "approval" })).await;
        self.call(wanda, "PUT", &format!("{group}/membership"), &json!({})).await;
        self.call(mona, "PUT", &format!("{group}/staff/hal"), &json!({ "role": "helper" })).await;
        let queue = self.call(mona, "GET", &format!("{group}/queue"), &Value::Null).await;
        self.told().await;
        Things {
            group: name.to_owned(),
            mirror,
            post,
            comment,
            item: id_of(&queue["items"][0]),
            case: id_of(&cases["items"][0]),
            invitation: id_of(&made["invitation"]),
            code: made["url"].as_str().and_then(|url| url.rsplit('/').next()).unwrap_or_default().to_owned(),
            notice,
            appeal: id_of(&appeal["appeal"]),
            revision: book["revision"].as_i64().unwrap(),
            activity,
        }
    }

    async fn person(&self, name: &str, is_admin: bool) -> String {
        let command =
            CreateAccount { name: name.into(), email: None, password: "long enough".into(), is_admin };
        account::create(&self.app, command).await.unwrap();
        let scopes = ["read", "write", "follow"].map(str::to_owned);
        account::create_token(&self.app, name, &scopes).await.unwrap()
    }

    async fn remote(&self, name: &str, host: &str) -> ActorId {
        let id = format!("https://{host}/users/{name}");
        let fields = ActorFields {
            ap_id: ApId::new(id.clone()),
            kind: ActorKind::Person,
            username: name.into(),
            host: host.into(),
            display_name: None,
            summary_html: None,
            page_url: None,
            icon_url: None,
            inbox: format!("{id}/inbox"),
            shared_inbox: None,
            outbox: None,
            followers: None,
            moderators_url: None,
            featured_url: None,
            wall_url: None,
            also_known_as: Vec::new(),
            moved_to: None,
            remote_updated_at: None,
            published_at: None,
        };
        let mut tx = self.app.begin().await.unwrap();
        let actor =
            actor::upsert_remote(&mut tx, ActorId(self.app.new_id()), &fields, self.app.now()).await.unwrap();
        let key = ActorKey {
            key_id: format!("{id}#main-key"),
            actor_id: actor,
            algorithm: KeyAlgorithm::Rsa,
            public_key: rsa(1).public().to_bytes(),
            private_key: None,
        };
        actor_key::replace_remote(&mut tx, actor, &[key], self.app.now()).await.unwrap();
        tx.commit().await.unwrap();
        actor
    }

    async fn join(&self, group: GroupId, actor: ActorId) {
        let follow = Some(ApId::new(format!("https://member.example/follows/{group}")));
        let command = RequestJoin { group, actor, follow, cause: Cause::Local };
        group::request_join(&self.app, command).await.unwrap();
    }

    /// Tells what happened; gives the number of the last activity that a group announced of it, 1 for none.
    async fn told(&self) -> String {
        let store = &self.app.store;
        let (before,): (i64,) =
            store.query("SELECT coalesce(max(seq), 0) FROM delivery_log").one().await.unwrap();
        publisher::publish_pending(&self.app).await.unwrap();
        let sql = "SELECT activity_ap_id FROM delivery_log
                   WHERE seq > $1 AND activity_ap_id LIKE '%/activities/%/announce' ORDER BY seq DESC LIMIT 1";
        let last: Option<(String,)> = store.query(sql).bind(before).optional().await.unwrap();
        let number = last.and_then(|(id,)| id.rsplit('/').nth(1).map(str::to_owned));
        number.unwrap_or_else(|| "1".to_owned())
    }

    async fn call(&self, token: &str, method: &str, path: &str, body: &Value) -> Value {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, format!("Bearer {token}").parse().unwrap());
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let body = (!body.is_null()).then(|| body.to_string());
        let method: Method = method.parse().unwrap();
        let answer: Answer = send(&self.api, method, &format!("{API}{path}"), headers, body).await;
        assert_eq!(answer.outcome(), '+', "{path}: {}", answer.text());
        answer.json()
    }
}

fn id_of(thing: &Value) -> String {
    thing["id"].as_str().unwrap_or_else(|| panic!("no id: {thing}")).to_owned()
}

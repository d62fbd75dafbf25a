//! Local people: making an account, and the tokens that stand for it.

use argon2::{Argon2, PasswordHasher};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use guildhall_domain::{
    AccountId, ActorId, ApId,
    actor::ActorKind,
    handle::{InvalidHandle, decide_local_name},
};
use guildhall_store::{
    StoreError,
    account::{self, Account, NewAccount},
    actor::{self, Actor, ActorFields},
};

use crate::{App, Viewer, key::insert_keys};

/// The scopes a token may have.
pub const SCOPES: &[&str] = &["read", "write", "follow", "push"];
/// The shortest password, in characters; NIST SP 800-63B section 5.1.1.
pub const MIN_PASSWORD_LENGTH: usize = 8;

/// A person who is to get an account here.
#[derive(Debug, Clone)]
pub struct CreateAccount {
    /// The name before the `@`.
    pub name: String,
    /// Where to write to; nobody else's.
    pub email: Option<String>,
    /// In the clear; kept as an argon2id hash only.
    pub password: String,
    /// Whether the account administers the instance.
    pub is_admin: bool,
}

/// Why [`create`] did not happen.
#[derive(Debug, thiserror::Error)]
pub enum CreateAccountError {
    /// Not a name.
    #[error(transparent)]
    Name(#[from] InvalidHandle),
    /// A person or a group has it.
    #[error("the name is taken")]
    NameTaken,
    /// Too short.
    #[error("a password of at least {MIN_PASSWORD_LENGTH} characters is wanted")]
    Password,
    /// Without an `@` in the middle, or with white space in it.
    #[error("the e-mail address is not one: name@example.org is wanted")]
    Email,
    /// Another account has it.
    #[error("another account has this e-mail address")]
    EmailTaken,
    /// The password could not be hashed.
    #[error("hashing the password failed")]
    Hash,
    /// Reading or writing failed.
    #[error("reading or writing the account failed")]
    Store(#[from] StoreError),
}

/// Makes an account with its person.
///
/// # Errors
/// [`CreateAccountError`]; nothing is written then.
pub async fn create(app: &App, command: CreateAccount) -> Result<Actor, CreateAccountError> {
    decide_local_name(&command.name)?;
    if command.password.chars().count() < MIN_PASSWORD_LENGTH {
        return Err(CreateAccountError::Password);
    }
    let email = command.email.map(|email| email.trim().to_owned());
    if email.as_deref().is_some_and(|email| !has_shape_of_email(email)) {
        return Err(CreateAccountError::Email);
    }
    let password_hash = hash_password(app, command.password).await?;
    let keys = app.keys.next().await;
    let now = app.now();
    let id = ActorId(app.new_id());
    let fields = local_fields(app, &command.name, ActorKind::Person);

    let mut tx = app.begin().await?;
    if !actor::insert_local(&mut tx, id, &fields, now).await? {
        return Err(CreateAccountError::NameTaken);
    }
    insert_keys(&mut tx, id, &fields.ap_id, keys, now).await?;
    let new = NewAccount {
        id: AccountId(app.new_id()),
        actor_id: id,
        email,
        password_hash,
        is_admin: command.is_admin,
    };
    if !account::insert(&mut tx, &new, now).await? {
        return Err(CreateAccountError::EmailTaken);
    }
    tx.commit().await?;
    Ok(actor::find(&app.store, id).await?.ok_or_else(|| StoreError::corrupt("actor", id))?)
}

/// Whether a text could be an address. Only a letter that arrives would prove more.
fn has_shape_of_email(text: &str) -> bool {
    let is_plain = !text.contains(|c: char| c.is_whitespace() || c.is_control());
    is_plain && text.rsplit_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'))
}

/// The addresses of a local person or group.
pub(crate) fn local_fields(app: &App, name: &str, kind: ActorKind) -> ActorFields {
    let base = &app.site.base_url;
    let folder = if kind == ActorKind::Group { "groups" } else { "users" };
    let id = format!("{base}/{folder}/{name}");
    let is_group = kind == ActorKind::Group;
    ActorFields {
        kind,
        username: name.to_owned(),
        host: app.site.host.clone(),
        display_name: None,
        summary_html: None,
        page_url: Some(id.clone()),
        icon_url: None,
        inbox: format!("{id}/inbox"),
        shared_inbox: Some(format!("{base}/inbox")),
        outbox: Some(format!("{id}/outbox")),
        followers: Some(format!("{id}/followers")),
        moderators_url: is_group.then(|| format!("{id}/moderators")),
        featured_url: is_group.then(|| format!("{id}/featured")),
        wall_url: None,
        also_known_as: Vec::new(),
        moved_to: None,
        remote_updated_at: None,
        published_at: None,
        ap_id: ApId::new(id),
    }
}

// Takes tens of milliseconds of CPU by design, so never on a thread that serves others.
async fn hash_password(app: &App, password: String) -> Result<String, CreateAccountError> {
    let mut salt = [0; 16];
    app.rng.fill(&mut salt);
    let hashed = tokio::task::spawn_blocking(move || {
        Argon2::default().hash_password_with_salt(password.as_bytes(), &salt).map(|hash| hash.to_string())
    });
    hashed.await.ok().and_then(Result::ok).ok_or(CreateAccountError::Hash)
}

/// Why [`create_token`] did not happen.
#[derive(Debug, thiserror::Error)]
pub enum CreateTokenError {
    /// Nobody here has this name.
    #[error("no account has the name {0:?}")]
    NoSuchAccount(String),
    /// A token that may do nothing.
    #[error("a token needs at least one of the scopes {}", SCOPES.join(", "))]
    NoScope,
    /// Not a scope.
    #[error("{0:?} is not one of the scopes {scopes}", scopes = SCOPES.join(", "))]
    Scope(String),
    /// Reading or writing failed.
    #[error("reading or writing the token failed")]
    Store(#[from] StoreError),
}

/// Makes a bearer token; only its hash is kept, so it is shown this once.
///
/// # Errors
/// [`CreateTokenError`].
pub async fn create_token(app: &App, name: &str, scopes: &[String]) -> Result<String, CreateTokenError> {
    if let Some(unknown) = scopes.iter().find(|scope| !SCOPES.contains(&scope.as_str())) {
        return Err(CreateTokenError::Scope(unknown.clone()));
    }
    if scopes.is_empty() {
        return Err(CreateTokenError::NoScope);
    }
    let account = find(app, name).await?.ok_or_else(|| CreateTokenError::NoSuchAccount(name.to_owned()))?;
    let mut secret = [0; 32];
    app.rng.fill(&mut secret);
    let token = URL_SAFE_NO_PAD.encode(secret);

    let mut tx = app.begin().await?;
    account::insert_token(&mut tx, &token_hash(&token), account.id, &scopes.join(" "), app.now()).await?;
    tx.commit().await?;
    Ok(token)
}

/// Ends all tokens of an account, from the next request on. Gives how many there were; `None`: nobody here has this name.
pub async fn revoke_tokens(app: &App, name: &str) -> Result<Option<u64>, StoreError> {
    let Some(account) = find(app, name).await? else { return Ok(None) };
    let mut tx = app.begin().await?;
    let revoked = account::revoke_tokens(&mut tx, account.id, app.now()).await?;
    tx.commit().await?;
    Ok(Some(revoked))
}

async fn find(app: &App, name: &str) -> Result<Option<Account>, StoreError> {
    match actor::find_local_by_name(&app.store, name).await? {
        Some(person) => account::find_by_actor(&app.store, person.id).await,
        None => Ok(None),
    }
}

/// Who a bearer token stands for; `None` when it is unknown or revoked.
pub async fn authenticate(app: &App, token: &str) -> Result<Option<Viewer>, StoreError> {
    let found = account::find_by_token(&app.store, &token_hash(token)).await?;
    Ok(found.map(|(account, scopes)| Viewer {
        actor: Some(account.actor_id),
        account: Some(account.id),
        is_admin: account.is_admin,
        scopes: scopes.split_ascii_whitespace().map(str::to_owned).collect(),
        is_server: false,
    }))
}

// A plain hash is enough: the secret has 256 random bits, there is nothing to guess.
fn token_hash(token: &str) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, token.as_bytes());
    URL_SAFE_NO_PAD.encode(digest.as_ref())
}

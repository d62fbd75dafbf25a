//! Logins, and the tokens that stand for them.

use guildhall_domain::{AccountId, ActorId, Timestamp};

use crate::{
    StoreError,
    db::{Db, Tx},
};

/// A login.
#[derive(Debug, Clone)]
pub struct Account {
    /// Our key.
    pub id: AccountId,
    /// The actor it owns.
    pub actor_id: ActorId,
    /// Whether it administers the instance.
    pub is_admin: bool,
}

/// What a new login needs.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// Our key.
    pub id: AccountId,
    /// The actor it owns.
    pub actor_id: ActorId,
    /// Where to write to. No two accounts have the same, whatever its letters' case.
    pub email: Option<String>,
    /// PHC string.
    pub password_hash: String,
    /// Whether it administers the instance.
    pub is_admin: bool,
}

/// Adds a login. `false`: another has its e-mail address, and nothing was written.
pub async fn insert(tx: &mut Tx, account: &NewAccount, now: Timestamp) -> Result<bool, StoreError> {
    let rows = tx
        .query(
            "INSERT INTO accounts (id, actor_id, email, email_key, password_hash, is_admin, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (email_key) DO NOTHING",
        )
        .bind(account.id.0)
        .bind(account.actor_id.0)
        .bind(account.email.clone())
        // The part before the `@` may tell cases apart (RFC 5321 section 2.4), but no provider does.
        .bind(account.email.as_ref().map(|email| email.to_lowercase()))
        .bind(account.password_hash.as_str())
        .bind(account.is_admin)
        .bind(now.0)
        .execute()
        .await?;
    Ok(rows == 1)
}

/// The login of a local actor.
pub async fn find_by_actor(db: &Db, actor: ActorId) -> Result<Option<Account>, StoreError> {
    let row: Option<(i64, i64, bool)> = db
        .query("SELECT id, actor_id, is_admin FROM accounts WHERE actor_id = $1")
        .bind(actor.0)
        .optional()
        .await?;
    Ok(row.map(|(id, actor, is_admin)| Account { id: AccountId(id), actor_id: ActorId(actor), is_admin }))
}

/// Whether anybody can sign in here.
pub async fn exists(db: &Db) -> Result<bool, StoreError> {
    let row: Option<(i64,)> = db.query("SELECT id FROM accounts LIMIT 1").optional().await?;
    Ok(row.is_some())
}

/// Adds a token by the hash of its secret, in hexadecimal.
pub async fn insert_token(
    tx: &mut Tx,
    token_hash: &str,
    account: AccountId,
    scopes: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.query("INSERT INTO api_tokens (token_hash, account_id, scopes, created_at) VALUES ($1, $2, $3, $4)")
        .bind(token_hash)
        .bind(account.0)
        .bind(scopes)
        .bind(now.0)
        .execute()
        .await?;
    Ok(())
}

/// Ends all tokens of an account that are in force; gives how many.
pub async fn revoke_tokens(tx: &mut Tx, account: AccountId, now: Timestamp) -> Result<u64, StoreError> {
    tx.query("UPDATE api_tokens SET revoked_at = $2 WHERE account_id = $1 AND revoked_at IS NULL")
        .bind(account.0)
        .bind(now.0)
        .execute()
        .await
}

/// The login behind a token in force, and its scopes, separated by spaces.
pub async fn find_by_token(db: &Db, token_hash: &str) -> Result<Option<(Account, String)>, StoreError> {
    let row: Option<(i64, i64, bool, String)> = db
        .query(
            "SELECT a.id, a.actor_id, a.is_admin, t.scopes FROM api_tokens t
             JOIN accounts a ON a.id = t.account_id JOIN actors p ON p.id = a.actor_id
             WHERE t.token_hash = $1 AND t.revoked_at IS NULL AND p.deleted_at IS NULL",
        )
        .bind(token_hash)
        .optional()
        .await?;
    Ok(row.map(|(id, actor, is_admin, scopes)| {
        (Account { id: AccountId(id), actor_id: ActorId(actor), is_admin }, scopes)
    }))
}

//! Migrations are written in PostgreSQL's words; this says them in SQLite's.
//!
//! The mapping is frozen at the first release: sqlx keeps a checksum of the mapped text for each migration that ran.

use super::Engine;

/// Type names, lower case, and what they are in a STRICT table. An `INTEGER PRIMARY KEY` is SQLite's row id itself, a
/// `BIGINT PRIMARY KEY` would be a second tree beside it.
const TYPES: [(&str, &str); 4] =
    [("bigint", "INTEGER"), ("boolean", "INTEGER"), ("jsonb", "TEXT"), ("bytea", "BLOB")];

/// What `text` is for `engine`.
///
/// Lines between `--@sqlite` or `--@postgres` and `--@both` go to that engine alone. For SQLite, type names are mapped
/// outside of literals, quoted names and comments, and tables get `STRICT`.
pub(super) fn for_engine(text: &str, engine: Engine) -> String {
    let own = own_lines(text, engine);
    match engine {
        Engine::Postgres => own,
        Engine::Sqlite => lowered(&own),
    }
}

fn own_lines(text: &str, engine: Engine) -> String {
    let mut own = String::with_capacity(text.len());
    let mut open_to = None;
    for line in text.lines() {
        match line.trim() {
            "--@sqlite" => open_to = Some(Engine::Sqlite),
            "--@postgres" => open_to = Some(Engine::Postgres),
            "--@both" => open_to = None,
            _ if open_to.is_none_or(|one| one == engine) => {
                own.push_str(line);
                own.push('\n');
            }
            _ => {}
        }
    }
    own
}

fn lowered(sql: &str) -> String {
    let mut tokens = tokens(sql);
    map_types(&mut tokens);
    make_tables_strict(&mut tokens);
    tokens.iter().map(|token| token.text).collect()
}

fn map_types(tokens: &mut [Token<'_>]) {
    for at in 0..tokens.len() {
        if let Some((_, name)) = TYPES.iter().find(|(word, _)| tokens[at].is_word(word)) {
            tokens[at].text = name;
        }
        // The one type name of two words.
        if let [double, blank, precision, ..] = &mut tokens[at..]
            && double.is_word("double")
            && precision.is_word("precision")
        {
            (double.text, blank.text, precision.text) = ("REAL", "", "");
        }
    }
}

/// Puts `STRICT` behind each `CREATE TABLE name ( … )` that ends there.
fn make_tables_strict(tokens: &mut Vec<Token<'_>>) {
    let mut at = 0;
    while at < tokens.len() {
        let end = statement_end(tokens, at);
        if let Some(place) = place_for_strict(&tokens[at..end]) {
            tokens.insert(at + place, Token { kind: Kind::Word, text: " STRICT" });
            at = end + 2;
        } else {
            at = end + 1;
        }
    }
}

/// The index of the next `;`, or the end.
fn statement_end(tokens: &[Token<'_>], from: usize) -> usize {
    tokens[from..].iter().position(|token| token.text == ";").map_or(tokens.len(), |offset| from + offset)
}

/// Behind the last parenthesis of a statement that creates an ordinary table and says nothing after it.
fn place_for_strict(statement: &[Token<'_>]) -> Option<usize> {
    let mut words = statement.iter().filter(|token| token.kind != Kind::Blank);
    let creates_table = words.next()?.is_word("create") && words.next()?.is_word("table");
    let last = statement.iter().rposition(|token| token.kind != Kind::Blank)?;
    (creates_table && statement[last].text == ")").then_some(last + 1)
}

/// A piece of SQL; all pieces together are the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Token<'a> {
    kind: Kind,
    text: &'a str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// White space or a comment.
    Blank,
    /// A bare word: keyword, name or number.
    Word,
    /// A literal or a quoted name.
    Quoted,
    /// Any other character.
    Sign,
}

impl Token<'_> {
    fn is_word(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(word)
    }
}

fn tokens(mut sql: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    while let Some(first) = sql.chars().next() {
        let (kind, length) = measure(sql, first);
        let (text, rest) = sql.split_at(length);
        tokens.push(Token { kind, text });
        sql = rest;
    }
    tokens
}

/// What `sql`, which starts with `first`, has at its front, and how many bytes of it.
fn measure(sql: &str, first: char) -> (Kind, usize) {
    let while_chars = |is: fn(char) -> bool| sql.find(|c| !is(c)).unwrap_or(sql.len());
    match first {
        _ if sql.starts_with("--") => (Kind::Blank, sql.find('\n').unwrap_or(sql.len())),
        _ if sql.starts_with("/*") => (Kind::Blank, end_of(sql, 2, "*/")),
        '\'' | '"' => (Kind::Quoted, end_of(sql, 1, &first.to_string())),
        _ if first.is_whitespace() => (Kind::Blank, while_chars(char::is_whitespace)),
        _ if is_word_char(first) => (Kind::Word, while_chars(is_word_char)),
        _ => (Kind::Sign, first.len_utf8()),
    }
}

/// Behind the first `close` from byte `from` on. A doubled quote makes two literals side by side, which is as good.
fn end_of(sql: &str, from: usize, close: &str) -> usize {
    sql[from..].find(close).map_or(sql.len(), |at| from + at + close.len())
}

fn is_word_char(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = r#"-- Posts; a BIGINT in a comment stays.
CREATE TABLE posts (
    id BIGINT PRIMARY KEY,
    pinned BOOLEAN NOT NULL DEFAULT false, /* JSONB here too */
    raw JSONB NOT NULL DEFAULT '{"jsonb": "BIGINT; it''s BYTEA"}',
    digest bytea,
    hot DOUBLE PRECISION NOT NULL,
    "bigint" TEXT,
    bigint_count BIGINT CHECK (bigint_count >= 0)
) -- the end
;
--@postgres
CREATE INDEX posts_raw ON posts USING gin (raw);
--@sqlite
CREATE VIRTUAL TABLE post_text USING fts5 (title);
CREATE TRIGGER post_added AFTER INSERT ON posts BEGIN
    INSERT INTO post_text (rowid, title) VALUES (new.id, 'x');
END;
--@both
CREATE TABLE tags (name TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE INDEX posts_pinned ON posts (pinned);
create table if not exists hosts (name TEXT)"#;

    const SQLITE: &str = r#"-- Posts; a BIGINT in a comment stays.
CREATE TABLE posts (
    id INTEGER PRIMARY KEY,
    pinned INTEGER NOT NULL DEFAULT false, /* JSONB here too */
    raw TEXT NOT NULL DEFAULT '{"jsonb": "BIGINT; it''s BYTEA"}',
    digest BLOB,
    hot REAL NOT NULL,
    "bigint" TEXT,
    bigint_count INTEGER CHECK (bigint_count >= 0)
) STRICT -- the end
;
CREATE VIRTUAL TABLE post_text USING fts5 (title);
CREATE TRIGGER post_added AFTER INSERT ON posts BEGIN
    INSERT INTO post_text (rowid, title) VALUES (new.id, 'x');
END;
CREATE TABLE tags (name TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE INDEX posts_pinned ON posts (pinned);
create table if not exists hosts (name TEXT) STRICT
"#;

    #[test]
    fn the_mapping_for_sqlite_stays_as_it_is() {
        assert_eq!(for_engine(SAMPLE, Engine::Sqlite), SQLITE);
    }

    #[test]
    fn postgres_gets_its_own_words_less_the_lines_for_sqlite() {
        let text = for_engine(SAMPLE, Engine::Postgres);
        assert!(text.contains("id BIGINT PRIMARY KEY"));
        assert!(text.contains("USING gin"));
        assert!(!text.contains("fts5"));
        assert!(!text.contains("STRICT"));
        assert!(!text.contains("--@"));
    }
}

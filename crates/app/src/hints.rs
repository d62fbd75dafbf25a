//! Hints from one process to the others on the same database: what was rung and what is to be forgotten, put together
//! and sent some thirty times a second at most, never inside the transaction of the work. Without any of them everything
//! still happens within seconds.

use std::fmt::Write as _;
use std::pin::pin;
use std::time::Duration;

use guildhall_domain::ActorId;
use guildhall_store::StoreError;
use guildhall_store::db::{Hints, LONGEST_HINT};
use tokio::time::sleep;

use crate::signals::News;
use crate::{App, Forget};

/// How long to collect before something is sent.
const COLLECT: Duration = Duration::from_millis(30);
/// How soon to try again when the database is not to be had.
const AFTER_ERROR: Duration = Duration::from_secs(1);

/// Sends hints while there are other processes, and passes on theirs, until `stop` ends. Does nothing on SQLite.
pub async fn run(app: App, stop: impl Future<Output = ()> + Send) {
    if !app.store.is_shared() {
        return;
    }
    let mut name = [0; 4];
    app.rng.fill(&mut name);
    let name = format!("{:08x}", u32::from_be_bytes(name));
    let mut stop = pin!(stop);
    tokio::select! {
        () = &mut stop => {}
        () = send(&app, &name) => {}
        () = hear(&app, &name) => {}
    }
    say(&app, &name).await;
}

/// Sends what a command has to say, to whoever is there.
pub async fn flush(app: &App) {
    say(app, "command").await;
}

async fn send(app: &App, name: &str) {
    let outbox = app.signals.outbox();
    loop {
        outbox.filled().await;
        sleep(COLLECT).await;
        if outbox.has_others() {
            say(app, name).await;
        } else {
            outbox.take();
        }
    }
}

async fn say(app: &App, name: &str) {
    let news = app.signals.outbox().take();
    if news == News::default() {
        return;
    }
    if let Err(error) = app.store.hint(&written(name, &news)).await {
        tracing::debug!(error = %error, "a hint could not be sent");
    }
}

async fn hear(app: &App, name: &str) {
    let mut is_deaf = false;
    loop {
        let heard = match app.store.listen().await {
            Ok(Some(mut hints)) => {
                is_deaf = false;
                // What came before is not known.
                apply(app, &everything());
                pass_on(app, name, &mut hints).await
            }
            Ok(None) => return std::future::pending().await,
            Err(error) => Err(error),
        };
        if let Err(error) = heard
            && !std::mem::replace(&mut is_deaf, true)
        {
            tracing::warn!(error = %error, "hints of other nodes are not heard; trying again every second");
        }
        sleep(AFTER_ERROR).await;
    }
}

async fn pass_on(app: &App, name: &str, hints: &mut Hints) -> Result<(), StoreError> {
    loop {
        match hints.next().await? {
            Some(hint) => {
                if let Some(news) = read(name, &hint) {
                    apply(app, &news);
                }
            }
            None => apply(app, &everything()),
        }
    }
}

fn everything() -> News {
    News {
        shards: u64::MAX,
        is_event: true,
        is_delivery: true,
        is_hosts: true,
        forgets: [Forget::All].into(),
    }
}

fn apply(app: &App, news: &News) {
    let signals = &app.signals;
    for (is_rung, bell) in [
        // Whose shard it is finds it; the others look in vain.
        (news.shards != 0, &signals.received),
        (news.is_event, &signals.event),
        (news.is_delivery, &signals.delivery),
        (news.is_hosts, &signals.hosts),
    ] {
        if is_rung {
            bell.ring_here();
        }
    }
    for what in &news.forgets {
        signals.forget_here(*what);
    }
}

/// `0badcafe received=ff event delivery hosts peering actor=17 all`: who says it, then one word each.
fn written(name: &str, news: &News) -> String {
    let mut text = name.to_owned();
    if news.shards != 0 {
        // Writing to a String cannot fail.
        let _ = write!(text, " received={:x}", news.shards);
    }
    for (is_said, word) in
        [(news.is_event, " event"), (news.is_delivery, " delivery"), (news.is_hosts, " hosts")]
    {
        if is_said {
            text.push_str(word);
        }
    }
    let forgets: String = news.forgets.iter().map(forget_word).collect();
    text.push_str(if text.len() + forgets.len() > LONGEST_HINT { " all" } else { &forgets });
    text
}

fn forget_word(what: &Forget) -> String {
    match what {
        Forget::All => " all".to_owned(),
        Forget::Peering => " peering".to_owned(),
        Forget::Actor(actor) => format!(" actor={}", actor.0),
    }
}

/// `None`: it is our own. A word that is not known, of a newer version, is passed over.
fn read(name: &str, text: &str) -> Option<News> {
    let mut words = text.split(' ');
    if words.next() == Some(name) {
        return None;
    }
    let mut news = News::default();
    for word in words {
        match word.split_once('=').unwrap_or((word, "")) {
            ("received", shards) => news.shards = u64::from_str_radix(shards, 16).unwrap_or(u64::MAX),
            ("event", _) => news.is_event = true,
            ("delivery", _) => news.is_delivery = true,
            ("hosts", _) => news.is_hosts = true,
            ("peering", _) => drop(news.forgets.insert(Forget::Peering)),
            ("all", _) => drop(news.forgets.insert(Forget::All)),
            ("actor", id) => {
                let what = id.parse().map_or(Forget::All, |id| Forget::Actor(ActorId(id)));
                news.forgets.insert(what);
            }
            _ => {}
        }
    }
    Some(news)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_says_the_other_understands() {
        let news = News {
            shards: 0x8000_0000_0000_0001,
            is_event: true,
            is_delivery: false,
            is_hosts: true,
            forgets: [Forget::Peering, Forget::Actor(ActorId(17))].into(),
        };
        let text = written("a", &news);
        assert_eq!(text, "a received=8000000000000001 event hosts peering actor=17");
        assert_eq!(read("b", &text), Some(news));
        assert_eq!(read("a", &text), None, "one does not listen to oneself");
        assert_eq!(read("b", &written("a", &everything())), Some(everything()));
        assert_eq!(read("b", "a something=new"), Some(News::default()));
    }

    #[test]
    fn too_much_to_forget_is_everything() {
        let forgets = (0..1_000).map(|id| Forget::Actor(ActorId(id))).collect();
        let text = written("a", &News { forgets, ..News::default() });
        assert_eq!(text, "a all");
    }
}

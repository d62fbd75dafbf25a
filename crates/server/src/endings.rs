//! Bans, mutes, probation and locks that are over: written down and told at the right moment, by one node at a time; and
//! what automatic rules have told once an hour.

use std::time::Duration;

use guildhall_app::{App, ending, notice};
use guildhall_domain::Timestamp;
use guildhall_store::{StoreError, lease};

/// The lease of the one who does this. Two who did it at a time would do no harm: each ending is told once.
const LEASE: &str = "endings";
/// How long to sleep at most: something with an earlier end may be decided meanwhile.
const LONGEST: Duration = Duration::from_secs(15);
/// How long to sleep at least, whatever the clock does.
const SHORTEST: Duration = Duration::from_millis(250);

/// Ends what is over until `stop` ends, beginning with what ended while nobody was there.
pub(crate) async fn run(app: App, holder: String, stop: impl Future<Output = ()> + Send) {
    tokio::pin!(stop);
    loop {
        let next = take_turn(&app, &holder).await.unwrap_or_else(|error| {
            tracing::warn!(error = %error, "what is over could not be ended; trying again");
            None
        });
        tokio::select! {
            () = &mut stop => return,
            () = tokio::time::sleep(pause(app.now(), next)) => {}
        }
    }
}

async fn take_turn(app: &App, holder: &str) -> Result<Option<Timestamp>, StoreError> {
    let mut tx = app.begin().await?;
    let lease = lease::acquire(&mut tx, LEASE, holder, app.now()).await?;
    tx.commit().await?;
    let Some(lease) = lease else { return Ok(None) };
    let next = ending::end_what_is_over(app).await;
    let told = notice::tell_of_fitting_rules(app).await;
    let mut tx = app.begin().await?;
    lease::release(&mut tx, &lease).await?;
    tx.commit().await?;
    told?;
    next
}

/// Until the next end, within bounds.
fn pause(now: Timestamp, next: Option<Timestamp>) -> Duration {
    next.map_or(LONGEST, |next| next.since(now)).clamp(SHORTEST, LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_wakes_at_the_next_end_and_now_and_then() {
        let now = Timestamp(1_000_000);
        assert_eq!(pause(now, None), LONGEST);
        assert_eq!(pause(now, Some(Timestamp(1_005_000))), Duration::from_secs(5));
        assert_eq!(pause(now, Some(Timestamp(9_000_000))), LONGEST);
        assert_eq!(pause(now, Some(Timestamp(0))), SHORTEST);
    }
}

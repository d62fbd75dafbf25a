//! What a request to a host comes to, and how long that takes.

use std::time::Duration;

use guildhall_federation::delivery::model::Answer;
use guildhall_federation::limits::FetchLimits;

use crate::assumptions::Assumptions;
use crate::dice::Dice;
use crate::server::REQUEST_TIMEOUT;

/// When the whole request is given up.
const REQUEST_MS: f64 = REQUEST_TIMEOUT.as_secs_f64() * 1000.0;
/// What a host asks for that has too much to do.
const TOO_MANY_REST: Duration = Duration::from_mins(1);

/// How a host that is down shows it.
#[derive(Debug, Clone, Copy)]
enum Down {
    Refuses,
    Unknown,
    Unreachable,
    Hangs,
}

/// How far away a host is, how quick, and what it is like when it is down.
#[derive(Debug)]
pub(crate) struct Reach {
    rtt_ms: f64,
    work_ms: f64,
    /// When a connection is given up.
    connect_ms: f64,
    down: Down,
}

impl Reach {
    /// Draws a host.
    pub(crate) fn draw(of: &Assumptions, dice: &Dice) -> Self {
        let kind = dice.share();
        let down = if kind < of.down_refuses {
            Down::Refuses
        } else if kind < of.down_refuses + of.down_unknown {
            Down::Unknown
        } else if kind < of.down_refuses + of.down_unknown + of.down_unreachable {
            Down::Unreachable
        } else {
            Down::Hangs
        };
        Self {
            rtt_ms: dice.log_normal(of.rtt_ms, of.rtt_sigma),
            work_ms: dice.log_normal(of.work_ms, of.work_host_sigma),
            connect_ms: FetchLimits::default().connect_timeout.as_secs_f64() * 1000.0,
            down,
        }
    }

    /// What comes back, after so many milliseconds.
    pub(crate) fn ask(&self, of: &Assumptions, is_up: bool, is_new: bool, dice: &Dice) -> (Answer, f64) {
        if !is_up {
            return match self.down {
                Down::Refuses => (status(502, None), self.rtt_ms * of.new_connection_round_trips),
                Down::Unknown => (Answer::Silence, self.rtt_ms * 2.0),
                Down::Unreachable => (Answer::Silence, self.connect_ms),
                Down::Hangs => (Answer::Silence, REQUEST_MS),
            };
        }
        let round_trips = if is_new { of.new_connection_round_trips } else { 1.0 };
        let ms = self.rtt_ms * round_trips + dice.log_normal(self.work_ms, of.work_sigma);
        if ms >= REQUEST_MS {
            return (Answer::Silence, REQUEST_MS);
        }
        let luck = dice.share();
        let answer = if luck < of.trouble_share {
            status(503, None)
        } else if luck < of.trouble_share + of.too_many_share {
            status(429, Some(TOO_MANY_REST))
        } else {
            status(202, None)
        };
        (answer, ms)
    }
}

fn status(status: u16, retry_after: Option<Duration>) -> Answer {
    Answer::Status { status, retry_after }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::histogram::Histogram;

    #[test]
    fn answers_of_hosts_that_are_up_take_as_long_as_assumed() {
        let of = Assumptions::default();
        let mut took = Histogram::default();
        for number in 0..20_000 {
            let dice = Dice::new(1, number);
            took.add(Reach::draw(&of, &dice).ask(&of, true, false, &dice).1);
        }
        let (half, most) = (took.quantile(0.5), took.quantile(0.99));
        assert!((180.0..260.0).contains(&half) && (1_200.0..3_000.0).contains(&most), "{half} {most}");
    }

    #[test]
    fn nobody_waits_longer_than_the_client_does() {
        let of = Assumptions { work_ms: 100_000.0, ..Assumptions::default() };
        for number in 0..100 {
            let dice = Dice::new(1, number);
            let reach = Reach::draw(&of, &dice);
            assert!(reach.ask(&of, number % 2 == 0, true, &dice).1 <= REQUEST_MS);
        }
    }
}

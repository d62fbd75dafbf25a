//! When a host is up and when it is down.

use crate::assumptions::Assumptions;
use crate::dice::{Dice, log_normal_mean};
use crate::time::Moment;

/// A host's ups and downs. Asked for moments that never go back by much.
#[derive(Debug)]
pub(crate) enum Weather {
    /// Never comes back.
    Gone,
    /// Up and down in turns.
    Changing {
        is_up: bool,
        since: Moment,
        until: Moment,
        /// Milliseconds, exponentially distributed.
        up_mean: f64,
        /// Milliseconds, log-normally distributed.
        down_median: f64,
        down_sigma: f64,
    },
}

impl Weather {
    /// Draws what kind of host it is, and how it begins.
    pub(crate) fn draw(of: &Assumptions, dice: &Dice) -> Self {
        if dice.share() < of.gone_share {
            return Self::Gone;
        }
        let kind = dice.share();
        let (downtime, median_minutes) = if kind < of.steady_share {
            (of.steady_downtime, of.outage_median_minutes)
        } else if kind < of.steady_share + of.poor_share {
            (of.poor_downtime, of.poor_outage_median_minutes)
        } else {
            (of.middling_downtime, of.outage_median_minutes)
        };
        let down_median = median_minutes * 60_000.0;
        let down_mean = log_normal_mean(down_median, of.outage_sigma);
        let up_mean = if downtime > 0.0 { down_mean * (1.0 - downtime) / downtime } else { f64::MAX };
        let is_up = dice.share() >= downtime;
        let mut weather = Self::Changing {
            is_up,
            since: Moment::START,
            until: Moment::START,
            up_mean,
            down_median,
            down_sigma: of.outage_sigma,
        };
        weather.last(Moment::START, dice);
        weather
    }

    /// Draws how long the present state lasts from `from` on.
    fn last(&mut self, from: Moment, dice: &Dice) {
        if let Self::Changing { is_up, since, until, up_mean, down_median, down_sigma } = self {
            let ms =
                if *is_up { dice.exponential(*up_mean) } else { dice.log_normal(*down_median, *down_sigma) };
            *since = from;
            *until = from.plus_ms(ms.max(1.0));
        }
    }

    /// Whether the host is up at `at`.
    pub(crate) fn is_up(&mut self, at: Moment, dice: &Dice) -> bool {
        loop {
            match self {
                Self::Gone => return false,
                Self::Changing { is_up, until, .. } if at < *until => return *is_up,
                Self::Changing { is_up, until, .. } => {
                    *is_up = !*is_up;
                    let from = *until;
                    self.last(from, dice);
                }
            }
        }
    }

    /// It stays from now on as it is at `at`.
    pub(crate) fn freeze(&mut self, at: Moment, dice: &Dice) {
        self.is_up(at, dice);
        if let Self::Changing { until, .. } = self {
            *until = Moment::NEVER;
        }
    }

    /// Since when it is as it is.
    pub(crate) fn up_since(&self) -> Moment {
        match self {
            Self::Gone => Moment::NEVER,
            Self::Changing { since, .. } => *since,
        }
    }

    /// Whether it is down for good.
    pub(crate) fn is_gone(&self) -> bool {
        matches!(self, Self::Gone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn downtime_of_all_hosts_is_what_was_measured() {
        let of = Assumptions { gone_share: 0.0, ..Assumptions::default() };
        let (mut down, mut all) = (0_u32, 0_u32);
        for number in 0..2000 {
            let dice = Dice::new(7, number);
            let mut weather = Weather::draw(&of, &dice);
            for hour in 0..500 {
                all += 1;
                down += u32::from(!weather.is_up(Moment::hours(hour), &dice));
            }
        }
        let share = f64::from(down) / f64::from(all);
        assert!((share - 0.1095).abs() < 0.012, "{share}");
    }

    #[test]
    fn frozen_weather_does_not_change() {
        let dice = Dice::new(7, 3);
        let mut weather = Weather::draw(&Assumptions { gone_share: 0.0, ..Assumptions::default() }, &dice);
        weather.freeze(Moment::hours(1), &dice);
        let was_up = weather.is_up(Moment::hours(1), &dice);
        assert!((1..10_000).all(|hour| weather.is_up(Moment::hours(hour), &dice) == was_up));
    }
}

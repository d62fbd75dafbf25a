//! Connections to one host: how many are open, and whether a request finds one.

use crate::server::IDLE_FOR;
use crate::time::Moment;

/// One node's connections to one host.
#[derive(Debug, Default)]
pub(crate) struct Connections {
    node: usize,
    idle: u64,
    idle_until: Moment,
    is_watched: bool,
}

impl Connections {
    /// Takes one for a request of `node`. Gives whether it has to be opened, and how many were another node's and are
    /// closed.
    pub(crate) fn take(&mut self, node: usize) -> (bool, u64) {
        let others = if self.node == node { 0 } else { std::mem::take(&mut self.idle) };
        self.node = node;
        let is_new = self.idle == 0;
        self.idle = self.idle.saturating_sub(1);
        (is_new, others)
    }

    /// Gives one back, `if` it is still good. `Some`: look in at that time, whether to [close](Self::close).
    pub(crate) fn give_back_if(&mut self, is_good: bool, now: Moment) -> Option<Moment> {
        if is_good { self.give_back(now) } else { None }
    }

    fn give_back(&mut self, now: Moment) -> Option<Moment> {
        self.idle += 1;
        self.idle_until = now.plus(IDLE_FOR);
        let is_watched = std::mem::replace(&mut self.is_watched, true);
        (!is_watched).then_some(self.idle_until)
    }

    /// Closes those that were idle for too long. `Err`: look in again at that time.
    pub(crate) fn close(&mut self, now: Moment) -> Result<u64, Moment> {
        if self.idle > 0 && self.idle_until > now {
            return Err(self.idle_until);
        }
        self.is_watched = false;
        Ok(std::mem::take(&mut self.idle))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_is_used_again_by_its_node_until_it_was_idle_for_a_minute() {
        let mut connections = Connections::default();
        assert_eq!(connections.take(0), (true, 0));
        let look_at = connections.give_back(Moment::START).unwrap();
        assert_eq!(connections.take(0), (false, 0));
        assert_eq!(connections.give_back(Moment(1)), None, "it is watched already");
        let again_at = connections.close(look_at).unwrap_err();
        assert_eq!(connections.close(again_at), Ok(1));
        assert_eq!(connections.take(0), (true, 0));
        connections.give_back(again_at);
        assert_eq!(connections.take(1), (true, 1));
    }
}

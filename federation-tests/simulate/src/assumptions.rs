//! What is assumed of other hosts, of the network and of ourselves, each with where it comes from.

use std::fmt::Write as _;

use anyhow::Context;

/// Declares the assumptions once: field, default, unit and source.
macro_rules! assumptions {
    ($($name:ident = $default:expr, $source:literal;)*) => {
        /// The assumptions; times in the unit that ends their name, shares between 0 and 1.
        #[derive(Debug, Clone, PartialEq)]
        pub(crate) struct Assumptions {
            $(#[doc = $source] pub(crate) $name: f64,)*
        }

        impl Default for Assumptions {
            fn default() -> Self {
                Self { $($name: $default,)* }
            }
        }

        impl Assumptions {
            fn find(&mut self, name: &str) -> Option<&mut f64> {
                match name {
                    $(stringify!($name) => Some(&mut self.$name),)*
                    _ => None,
                }
            }
        }

        const ALL: &[(&str, f64, &str)] = &[$((stringify!($name), $default, $source),)*];
    };
}

assumptions! {
    gone_share = 0.213,
        "Hosts that are gone for good and still on the list of followers. Raman et al., IMC 2019: 21.3 % of 4,328 Mastodon instances went for good within 15 months";
    gone_days = 455.0,
        "When those went: evenly over so many days before. The same 15 months";
    steady_share = 0.50,
        "Hosts with less than 5 % downtime. Raman et al.: about half";
    poor_share = 0.11,
        "Hosts that are down for more than half of the time. Raman et al.: 11 %";
    steady_downtime = 0.015,
        "Mean downtime of the steady. Assumed";
    middling_downtime = 0.064,
        "Mean downtime of those between steady and poor. Assumed: brings the mean of all to the 10.95 % of Raman et al.";
    poor_downtime = 0.70,
        "Mean downtime of the poor. Assumed";
    outage_median_minutes = 30.0,
        "Median length of an outage of the steady and the middling. Assumed: half are restarts, upgrades and crashes noticed soon";
    outage_sigma = 1.6,
        "Spread of that (log-normal). Assumed: 2 % last longer than 12 h, 0.8 % than a day, so most hosts have had a day-long outage in 15 months; Raman et al. saw a quarter";
    poor_outage_median_minutes = 720.0,
        "Median length of an outage of the poor. Assumed";
    provider_share = 0.0,
        "Hosts behind one provider that fails for an hour, three quarters into the simulation. 0.24 is Cloudflare's share of the 2,650 servers that fedidb lists (R. Ricci, April 2025), 0.14 Hetzner's";
    provider_minutes = 60.0,
        "How long that provider fails. Assumed";
    down_refuses = 0.45,
        "A host that is down refuses at once (connection refused, 502 and 503 of its proxy). Assumed";
    down_unknown = 0.25,
        "Its name or certificate is gone: an error within a round trip or two. Assumed";
    down_unreachable = 0.22,
        "Nothing answers: the 5 s for connecting run out (the rest accepts and hangs until the 30 s for the whole run out). Assumed; mastodon/mastodon #12445 (2019-2023) is about queues full of such time-outs";
    rtt_ms = 60.0,
        "Median round trip. Assumed: a server in Europe and hosts in Europe, North America and Japan; LemmyNet/lemmy #4529 (2024) is about 150 ms and more to Australia";
    rtt_sigma = 0.8,
        "Spread of the round trip between hosts (log-normal). Assumed: 13 % beyond 150 ms, 2 % beyond 300 ms";
    work_ms = 120.0,
        "Median time a host takes to answer an activity. Assumed; a log in mastodon/mastodon #22494 (2022) has 234 ms, of which 161 its database; Auckland took 4 to 5 activities a second one by one from Finland (lemmy.nz, 2024), 200 to 250 ms with the way";
    work_host_sigma = 0.9,
        "Spread of that between hosts (log-normal). Assumed: small machines";
    work_sigma = 0.7,
        "Spread of that between answers of one host (log-normal). Assumed";
    new_connection_round_trips = 3.0,
        "Round trips of a request on a new connection: TCP, TLS 1.3, the request";
    trouble_share = 0.004,
        "Answers 500, 502 and 503 of a host that is up. Assumed";
    too_many_share = 0.001,
        "Answers 429 of a host that is up, with a Retry-After of 60 s. Assumed";
    edit_share = 0.2,
        "Posts that are edited once, 10 minutes later on the average. Assumed";
    rsa_cpu_ms = 0.55,
        "Our CPU for a delivery signed with RSA-2048. The aim of docs/performance.md";
    ed25519_cpu_ms = 0.12,
        "Our CPU for a delivery signed with Ed25519. The aim of docs/performance.md";
    handshake_cpu_ms = 0.5,
        "Our CPU for opening a connection with TLS 1.3, which the figures for deliveries are without. Assumed: a key exchange and two or three signatures to check";
    cores = 2.0,
        "Cores of a node";
    ends_at_once = 64.0,
        "Tasks that have ended of which a node takes note before it leases again. The dispatcher takes note of all; 64 is what one transaction can lease for them";
    leaves_done = 1.0,
        "Whether a node leaves out hosts that have got everything by the time it leases them. 1: as the store does";
    lease_ms = 2.0,
        "A transaction that leases up to 64 hosts; a node makes one after the other. Assumed: one commit to disk and three statements";
}

impl Assumptions {
    /// Changes one by its name.
    pub(crate) fn set(&mut self, name: &str, value: f64) -> anyhow::Result<()> {
        *self.find(name).with_context(|| format!("no assumption `{name}`"))? = value;
        Ok(())
    }

    /// Our CPU time for a delivery, in milliseconds.
    pub(crate) fn cpu_ms(&self, is_ed25519: bool) -> f64 {
        if is_ed25519 { self.ed25519_cpu_ms } else { self.rsa_cpu_ms }
    }
}

/// All of them, a line each.
pub(crate) fn table() -> String {
    let mut table = String::new();
    for (name, default, source) in ALL {
        let _ = writeln!(table, "{name:<28} {default:>8}  {source}");
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn downtime_of_all_is_what_was_measured() {
        let of = Assumptions::default();
        let middling_share = 1.0 - of.steady_share - of.poor_share;
        let mean = of.steady_share * of.steady_downtime
            + middling_share * of.middling_downtime
            + of.poor_share * of.poor_downtime;
        assert!((mean - 0.1095).abs() < 0.001, "{mean}");
    }

    #[test]
    fn every_assumption_has_a_name_and_a_line() {
        let mut assumptions = Assumptions::default();
        for (name, default, _) in ALL {
            assumptions.set(name, default + 1.0).unwrap();
        }
        assert!((assumptions.rtt_ms - 61.0).abs() < 1e-9);
        assert_eq!(table().lines().count(), ALL.len());
    }
}

//! Settings that a server starts with and that bring trouble later.

use super::Finding;
use crate::config::Config;

const CHECK: &str = "settings";

pub(super) fn check(config: &Config) -> Vec<Finding> {
    [plain_http(config), open_to_private_addresses(config), federation_off(config)]
        .into_iter()
        .flatten()
        .collect()
}

fn plain_http(config: &Config) -> Option<Finding> {
    let base_url = &config.server.base_url;
    let what = format!("{base_url} is plain http: most servers will not follow groups here");
    let advice = "once an instance is public its address must not change: set server.base_url to https:// \
                  before the first group is made";
    (!base_url.is_https()).then(|| Finding::warning(CHECK, what, advice))
}

fn open_to_private_addresses(config: &Config) -> Option<Finding> {
    let allowed = &config.federation.allow_addresses;
    let is_public = config.server.base_url.is_https() && !config.server.base_url.is_local();
    let what = "federation.allow_addresses lets other servers make this one reach private addresses";
    let advice = "leave it empty, unless this is a closed network";
    (is_public && !allowed.is_empty()).then(|| Finding::warning(CHECK, what, advice))
}

fn federation_off(config: &Config) -> Option<Finding> {
    let what = "federation.enabled is false: nothing is sent to other servers or taken from them";
    let advice = "set it to true, unless this instance is meant to be on its own";
    (!config.federation.enabled).then(|| Finding::warning(CHECK, what, advice))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Sources;
    use crate::doctor::Severity;

    fn found(variables: &[(&str, &str)]) -> Vec<String> {
        let environment = variables.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        let findings = check(&Sources { file: None, environment }.load().config);
        assert!(findings.iter().all(|finding| finding.severity == Severity::Warning));
        findings.into_iter().map(|finding| finding.what).collect()
    }

    #[test]
    fn an_instance_for_the_public_has_no_findings() {
        assert_eq!(found(&[("GUILDHALL_SERVER__BASE_URL", "https://example.org")]), [""; 0]);
    }

    #[test]
    fn plain_http_and_open_addresses_are_found() {
        assert!(found(&[])[0].starts_with("http://localhost:8080 is plain http"));
        let open = [
            ("GUILDHALL_SERVER__BASE_URL", "https://example.org"),
            ("GUILDHALL_FEDERATION__ALLOW_ADDRESSES", "10.0.0.0/8"),
            ("GUILDHALL_FEDERATION__ENABLED", "false"),
        ];
        assert_eq!(found(&open).len(), 2);
    }
}

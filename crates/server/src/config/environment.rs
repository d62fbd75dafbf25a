//! Environment variables that are settings: `GUILDHALL_SECTION__KEY`.

use super::nearest::nearest_key;

const PREFIX: &str = "GUILDHALL_";

/// What a variable is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Variable {
    /// Not one of ours.
    Foreign,
    /// A setting by its form, `section.key`; whether it exists is for the caller to see.
    Setting(String),
    /// Ours by its prefix and close to the setting named here, but without the double underscore.
    MeantFor(String),
}

/// Tells what the variable `name` is, given all `known` keys as `section.key`.
///
/// A name without a double underscore that is near no setting is foreign: orchestrators inject variables such as
/// `GUILDHALL_PORT` and `GUILDHALL_SERVICE_HOST` for a service of this name.
pub(super) fn classify(name: &str, known: &[String]) -> Variable {
    let Some(rest) = name.strip_prefix(PREFIX) else {
        return Variable::Foreign;
    };
    let rest = rest.to_lowercase();
    if rest == "config" {
        return Variable::Foreign;
    }
    if let Some((section, key)) = rest.split_once("__") {
        return Variable::Setting(format!("{section}.{key}"));
    }
    let as_written = known.iter().find(|key| key.replace('.', "_") == rest).map(String::as_str);
    match as_written.or_else(|| nearest_key(&rest, known)) {
        Some(key) => Variable::MeantFor(key.to_owned()),
        None => Variable::Foreign,
    }
}

/// The variable of a key: `server.listen` gives `GUILDHALL_SERVER__LISTEN`.
pub(super) fn variable_of(key: &str) -> String {
    format!("{PREFIX}{}", key.replacen('.', "__", 1).to_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_that_orchestrators_inject_are_near_no_setting() {
        let known: Vec<String> =
            crate::config::Config::default().effective().into_iter().map(|(key, _)| key).collect();
        let injected = [
            "GUILDHALL_SERVICE_HOST",
            "GUILDHALL_SERVICE_PORT",
            "GUILDHALL_SERVICE_PORT_HTTP",
            "GUILDHALL_PORT",
            "GUILDHALL_PORT_8080_TCP",
            "GUILDHALL_PORT_8080_TCP_ADDR",
            "GUILDHALL_PORT_8080_TCP_PROTO",
            "GUILDHALL_VERSION",
        ];
        for name in injected {
            assert_eq!(classify(name, &known), Variable::Foreign, "{name}");
        }
    }

    #[test]
    fn variables_are_told_apart() {
        let known = ["server.listen", "federation.allow_http", "log.format"].map(str::to_owned);
        let setting = |key: &str| Variable::Setting(key.to_owned());
        let meant = |key: &str| Variable::MeantFor(key.to_owned());
        let cases = [
            ("PATH", Variable::Foreign),
            ("GUILDHALL_CONFIG", Variable::Foreign),
            ("GUILDHALL_SERVICE_HOST", Variable::Foreign),
            ("GUILDHALL_PORT_8080_TCP", Variable::Foreign),
            ("GUILDHALL_SERVER__LISTEN", setting("server.listen")),
            ("GUILDHALL_FEDERATION__ALLOW_HTTP", setting("federation.allow_http")),
            ("GUILDHALL_SERVER__NOTHING", setting("server.nothing")),
            ("GUILDHALL_SERVER_LISTEN", meant("server.listen")),
            ("GUILDHALL_LISTEN", meant("server.listen")),
        ];
        for (name, expected) in cases {
            assert_eq!(classify(name, &known), expected, "{name}");
        }
        assert_eq!(variable_of("federation.allow_http"), "GUILDHALL_FEDERATION__ALLOW_HTTP");
    }
}

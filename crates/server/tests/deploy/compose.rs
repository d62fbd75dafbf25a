use serde_json::Value;

use crate::files::{path, read};

fn compose() -> Value {
    serde_saphyr::from_str(&read("deploy/compose.yml")).unwrap()
}

fn names(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|item| item.as_str().unwrap()).collect()
}

/// What compose sets for the server, with `${NAME:?message}` filled in.
pub(crate) fn variables(filled: &[(String, String)]) -> Vec<(String, String)> {
    let environment = &compose()["services"]["guildhall"]["environment"];
    let set = environment.as_object().unwrap().iter();
    set.map(|(name, value)| (name.clone(), fill_in(value.as_str().unwrap(), filled))).collect()
}

fn fill_in(text: &str, filled: &[(String, String)]) -> String {
    let Some((before, rest)) = text.split_once("${") else { return text.to_owned() };
    let (expression, after) = rest.split_once('}').unwrap();
    let name = expression.split(":?").next().unwrap();
    let value = filled.iter().find(|(known, _)| known == name);
    let value = value.unwrap_or_else(|| panic!("{name} is not in deploy/compose.env.example"));
    format!("{before}{}{}", value.1, fill_in(after, filled))
}

/// The addresses that Caddy asks from.
pub(crate) fn subnet() -> String {
    compose()["networks"]["inside"]["ipam"]["config"][0]["subnet"].as_str().unwrap().to_owned()
}

#[test]
fn compose_names_only_what_is_there() {
    let compose = compose();
    let services = &compose["services"];
    assert_eq!(names(services), ["caddy", "guildhall", "postgres"]);
    for (name, service) in services.as_object().unwrap() {
        for network in texts(&service["networks"]) {
            assert!(names(&compose["networks"]).contains(&network), "{name}: {network}");
        }
        for volume in texts(&service["volumes"]) {
            let source = volume.split(':').next().unwrap();
            let is_there = match source.strip_prefix("./") {
                Some(file) => path("deploy").join(file).is_file(),
                None => names(&compose["volumes"]).contains(&source),
            };
            assert!(is_there, "{name}: {volume}");
        }
        for needed in service["depends_on"].as_object().into_iter().flatten() {
            assert_eq!(needed.1["condition"], "service_healthy");
            // The image of the server has a check of its own.
            assert!(services[needed.0]["healthcheck"].is_object() || needed.0 == "guildhall", "{needed:?}");
        }
    }
}

#[test]
fn compose_builds_the_image_from_the_repository() {
    let build = &compose()["services"]["guildhall"]["build"];
    let context = path("deploy").join(build["context"].as_str().unwrap());
    assert!(context.join("Cargo.toml").is_file());
    assert!(context.join(build["dockerfile"].as_str().unwrap()).is_file());
    assert!(read("deploy/Containerfile").contains("\nHEALTHCHECK "));
}

#[test]
fn only_caddy_can_be_reached_from_outside() {
    let services = compose()["services"].clone();
    let open = services.as_object().unwrap().iter().filter(|(_, service)| !service["ports"].is_null());
    assert_eq!(open.map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["caddy"]);
    let upstream = &services["caddy"]["environment"]["GUILDHALL_UPSTREAM"];
    assert_eq!(upstream, "guildhall:8080");
}

//! The `Signature` header of draft-cavage-http-signatures-12, read strictly.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::component::Component;
use super::parsed::MAX_COMPONENTS;
use super::scan::Scanner;
use super::{Algorithm, ParsedSignature, Scheme, SignatureError};

const MALFORMED: SignatureError = SignatureError::Malformed("signature");

/// A parameter's value: quoted, or a bare number.
enum Value<'a> {
    Text(&'a str),
    Number(i64),
}

#[derive(Default)]
struct Parameters<'a> {
    seen: Vec<&'a str>,
    key_id: Option<&'a str>,
    algorithm: Option<&'a str>,
    headers: Option<&'a str>,
    signature: Option<&'a str>,
    created: Option<i64>,
    expires: Option<i64>,
}

/// Reads `keyId="…",algorithm="…",headers="…",signature="…"` in any order.
pub(super) fn parse(text: &str) -> Result<ParsedSignature, SignatureError> {
    let parameters = Parameters::read(text)?;
    let key_id = parameters.key_id.ok_or(MALFORMED)?;
    let covered = components(parameters.headers.ok_or(MALFORMED)?)?;
    let lacks_time = (covered.contains(&Component::Created) && parameters.created.is_none())
        || (covered.contains(&Component::Expires) && parameters.expires.is_none());
    if lacks_time {
        return Err(MALFORMED);
    }
    Ok(ParsedSignature {
        scheme: Scheme::Cavage,
        key_id: key_id.to_owned(),
        algorithm: algorithm(parameters.algorithm)?,
        covered,
        created: parameters.created,
        expires: parameters.expires,
        date_ms: None,
        input: String::new(),
        signature: STANDARD.decode(parameters.signature.ok_or(MALFORMED)?).map_err(|_| MALFORMED)?,
    })
}

impl<'a> Parameters<'a> {
    fn read(text: &'a str) -> Result<Self, SignatureError> {
        let mut parameters = Self::default();
        let mut scanner = Scanner::new(text);
        scanner.skip_spaces();
        loop {
            let name = scanner.name().ok_or(MALFORMED)?;
            if !scanner.take('=') {
                return Err(MALFORMED);
            }
            let value = match scanner.quoted() {
                Some(text) => Value::Text(text),
                None => Value::Number(scanner.integer().ok_or(MALFORMED)?),
            };
            parameters.set(name, &value)?;
            scanner.skip_spaces();
            if scanner.is_at_end() {
                return Ok(parameters);
            }
            if !scanner.take(',') {
                return Err(MALFORMED);
            }
            scanner.skip_spaces();
        }
    }

    fn set(&mut self, name: &'a str, value: &Value<'a>) -> Result<(), SignatureError> {
        if self.seen.contains(&name) {
            return Err(SignatureError::Doubled(name.to_owned()));
        }
        self.seen.push(name);
        match (name, value) {
            ("keyId", Value::Text(text)) => self.key_id = Some(text),
            ("algorithm", Value::Text(text)) => self.algorithm = Some(text),
            ("headers", Value::Text(text)) => self.headers = Some(text),
            ("signature", Value::Text(text)) => self.signature = Some(text),
            ("created", value) => self.created = Some(value.seconds()?),
            ("expires", value) => self.expires = Some(value.seconds()?),
            ("keyId" | "algorithm" | "headers" | "signature", Value::Number(_)) => return Err(MALFORMED),
            // Section 2.2: parameters that are not known are left aside.
            _ => {}
        }
        Ok(())
    }
}

impl Value<'_> {
    /// Some quote the number.
    fn seconds(&self) -> Result<i64, SignatureError> {
        match self {
            Self::Number(number) => Ok(*number),
            Self::Text(text) => {
                let mut scanner = Scanner::new(text);
                scanner.integer().filter(|_| scanner.is_at_end()).ok_or(MALFORMED)
            }
        }
    }
}

fn algorithm(name: Option<&str>) -> Result<Algorithm, SignatureError> {
    match name {
        None | Some("hs2019") => Ok(Algorithm::OfTheKey),
        Some("rsa-sha256") => Ok(Algorithm::RsaSha256),
        Some("ed25519") => Ok(Algorithm::Ed25519),
        Some(_) => Err(SignatureError::UnknownAlgorithm),
    }
}

/// The list `headers`: at least one, each once.
fn components(list: &str) -> Result<Vec<Component>, SignatureError> {
    let mut covered = Vec::new();
    for name in list.split(' ') {
        let component = Component::from_cavage(name)?;
        if covered.contains(&component) {
            return Err(SignatureError::Doubled(component.name().to_owned()));
        }
        covered.push(component);
    }
    if covered.len() > MAX_COMPONENTS { Err(MALFORMED) } else { Ok(covered) }
}

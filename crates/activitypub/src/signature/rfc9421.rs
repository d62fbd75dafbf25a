//! `Signature-Input` and `Signature` of RFC 9421: one signature, no parameters on components.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::component::Component;
use super::parsed::MAX_COMPONENTS;
use super::scan::Scanner;
use super::{Algorithm, ParsedSignature, Scheme, SignatureError};

const INPUT: SignatureError = SignatureError::Malformed("signature-input");
const SIGNATURE: SignatureError = SignatureError::Malformed("signature");

#[derive(Default)]
struct Parameters<'a> {
    seen: Vec<&'a str>,
    key_id: Option<&'a str>,
    algorithm: Option<&'a str>,
    created: Option<i64>,
    expires: Option<i64>,
}

/// Reads `label=("…" …);created=…;keyid="…"` and `label=:base64:`.
pub(super) fn parse(input: &str, signature: &str) -> Result<ParsedSignature, SignatureError> {
    let mut scanner = Scanner::new(input.trim_matches(' '));
    let label = label(&mut scanner).ok_or(INPUT)?;
    let signed = scanner.rest();
    let covered = components(&mut scanner)?;
    let parameters = Parameters::read(&mut scanner)?;
    end_of_dictionary(scanner, INPUT)?;
    let key_id = parameters.key_id.ok_or(INPUT)?;
    Ok(ParsedSignature {
        scheme: Scheme::Rfc9421,
        key_id: key_id.to_owned(),
        algorithm: algorithm(parameters.algorithm)?,
        covered,
        created: parameters.created,
        expires: parameters.expires,
        date_ms: None,
        input: signed.to_owned(),
        signature: signature_bytes(signature, label)?,
    })
}

/// A dictionary key with its `=`.
fn label<'a>(scanner: &mut Scanner<'a>) -> Option<&'a str> {
    let name = scanner.key()?;
    scanner.take('=').then_some(name)
}

/// A comma begins a second member.
fn end_of_dictionary(mut scanner: Scanner<'_>, error: SignatureError) -> Result<(), SignatureError> {
    scanner.skip_spaces();
    match scanner.take(',') {
        true => Err(SignatureError::SeveralSignatures),
        false if scanner.is_at_end() => Ok(()),
        false => Err(error),
    }
}

/// `("@method" "@target-uri" …)`: single spaces, each once.
fn components(scanner: &mut Scanner<'_>) -> Result<Vec<Component>, SignatureError> {
    let mut covered = Vec::new();
    if !scanner.take('(') {
        return Err(INPUT);
    }
    while !scanner.take(')') {
        if !covered.is_empty() && !scanner.take(' ') {
            // `;sf`, `;bs`, `;req` and so on change what is signed.
            let name: &str = covered.last().map_or("", Component::name);
            return Err(SignatureError::UnknownComponent(name.to_owned()));
        }
        let component = Component::from_rfc9421(scanner.quoted().ok_or(INPUT)?)?;
        if covered.contains(&component) {
            return Err(SignatureError::Doubled(component.name().to_owned()));
        }
        covered.push(component);
        if covered.len() > MAX_COMPONENTS {
            return Err(INPUT);
        }
    }
    Ok(covered)
}

impl<'a> Parameters<'a> {
    /// `;created=1;keyid="…"`, each once. All are signed, so those that are not known may stay.
    fn read(scanner: &mut Scanner<'a>) -> Result<Self, SignatureError> {
        let mut parameters = Self::default();
        while scanner.take(';') {
            let name = scanner.key().ok_or(INPUT)?;
            if parameters.seen.contains(&name) {
                return Err(SignatureError::Doubled(name.to_owned()));
            }
            parameters.seen.push(name);
            if !scanner.take('=') {
                return Err(INPUT);
            }
            match name {
                "keyid" => parameters.key_id = Some(scanner.quoted().ok_or(INPUT)?),
                "alg" => parameters.algorithm = Some(scanner.quoted().ok_or(INPUT)?),
                "created" => parameters.created = Some(scanner.integer().ok_or(INPUT)?),
                "expires" => parameters.expires = Some(scanner.integer().ok_or(INPUT)?),
                _ => skip_value(scanner)?,
            }
        }
        Ok(parameters)
    }
}

fn skip_value(scanner: &mut Scanner<'_>) -> Result<(), SignatureError> {
    let found = scanner.quoted().is_some() || scanner.integer().is_some() || scanner.token().is_some();
    if found { Ok(()) } else { Err(INPUT) }
}

fn algorithm(name: Option<&str>) -> Result<Algorithm, SignatureError> {
    match name {
        None => Ok(Algorithm::OfTheKey),
        Some("rsa-v1_5-sha256") => Ok(Algorithm::RsaSha256),
        Some("ed25519") => Ok(Algorithm::Ed25519),
        Some(_) => Err(SignatureError::UnknownAlgorithm),
    }
}

fn signature_bytes(text: &str, wanted: &str) -> Result<Vec<u8>, SignatureError> {
    let mut scanner = Scanner::new(text.trim_matches(' '));
    let found = label(&mut scanner).ok_or(SIGNATURE)?;
    let encoded = scanner.bytes().ok_or(SIGNATURE)?;
    end_of_dictionary(scanner, SIGNATURE)?;
    if found != wanted {
        return Err(SIGNATURE);
    }
    STANDARD.decode(encoded).map_err(|_| SIGNATURE)
}

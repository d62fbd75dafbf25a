//! The text that a signature is made over.

use http::{HeaderMap, Method};

use super::component::Component;
use super::{ParsedSignature, RequestParts, Scheme, SignatureError};

/// The texts that the signature may be over: one, or for a GET by Cavage with a query two (GoToSocial leaves the query
/// out of `(request-target)`). What changes something is signed for its whole target.
pub(super) fn candidates(
    parsed: &ParsedSignature,
    request: &RequestParts<'_>,
) -> Result<Vec<String>, SignatureError> {
    match parsed.scheme {
        Scheme::Rfc9421 => Ok(vec![rfc9421(&parsed.covered, &parsed.input, request)?]),
        Scheme::Cavage => {
            let mut texts = vec![cavage(parsed, request, request.path_and_query)?];
            if let Some((path, _)) = request.path_and_query.split_once('?')
                && *request.method == Method::GET
            {
                texts.push(cavage(parsed, request, path)?);
            }
            Ok(texts)
        }
    }
}

/// draft-cavage-http-signatures-12, section 2.3: lines of `name: value`.
fn cavage(
    parsed: &ParsedSignature,
    request: &RequestParts<'_>,
    target: &str,
) -> Result<String, SignatureError> {
    let mut lines = Vec::with_capacity(parsed.covered.len());
    for component in &parsed.covered {
        let value = match component {
            Component::RequestTarget => {
                format!("{} {target}", request.method.as_str().to_ascii_lowercase())
            }
            Component::Created => parsed.created.map(|time| time.to_string()).unwrap_or_default(),
            Component::Expires => parsed.expires.map(|time| time.to_string()).unwrap_or_default(),
            other => value(other, request)?,
        };
        lines.push(format!("{}: {value}", component.name()));
    }
    Ok(lines.join("\n"))
}

/// RFC 9421, section 2.5: lines of `"name": value`, the last about the signature itself.
pub(super) fn rfc9421(
    covered: &[Component],
    input: &str,
    request: &RequestParts<'_>,
) -> Result<String, SignatureError> {
    let mut text = String::new();
    for component in covered {
        for part in ["\"", component.name(), "\": ", &value(component, request)?, "\n"] {
            text.push_str(part);
        }
    }
    text.push_str("\"@signature-params\": ");
    text.push_str(input);
    Ok(text)
}

fn value(component: &Component, request: &RequestParts<'_>) -> Result<String, SignatureError> {
    let (path, query) = match request.path_and_query.split_once('?') {
        Some((path, query)) => (path, query),
        None => (request.path_and_query, ""),
    };
    Ok(match component {
        Component::Method => request.method.as_str().to_owned(),
        Component::TargetUri => {
            format!("{}://{}{}", request.scheme, request.authority, request.path_and_query)
        }
        Component::Authority => request.authority.to_ascii_lowercase(),
        Component::Scheme => request.scheme.to_owned(),
        Component::FullRequestTarget => request.path_and_query.to_owned(),
        Component::Path => path.to_owned(),
        // Section 2.2.7: a request without a query counts as one with an empty query.
        Component::Query => format!("?{query}"),
        Component::Header(name) => header(request.headers, name, request.authority)?,
        Component::RequestTarget | Component::Created | Component::Expires => {
            return Err(SignatureError::UnknownComponent(component.name().to_owned()));
        }
    })
}

/// All values of a header, trimmed, with a comma and a space between them.
fn header(headers: &HeaderMap, name: &str, authority: &str) -> Result<String, SignatureError> {
    let missing = || SignatureError::HeaderMissing(name.to_owned());
    let mut values = Vec::new();
    for value in headers.get_all(name) {
        values.push(value.to_str().map_err(|_| missing())?.trim_matches([' ', '\t']));
    }
    match values.as_slice() {
        // HTTP/2 has `:authority` instead.
        [] if name == "host" => Ok(authority.to_owned()),
        [] => Err(missing()),
        values => Ok(values.join(", ")),
    }
}

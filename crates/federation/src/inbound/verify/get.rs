//! Who is reading: signed GETs, for authorized fetch and for what only members may see.

use guildhall_activitypub::signature::ParsedSignature;
use guildhall_domain::ActorId;
use http::request::Parts;

use super::{Rejection, claim, head, signer, standing};
use crate::Federation;
use crate::fetch::KeyAge;
use crate::net::ClientIp;
use crate::routes::target_of;

/// Finds out who signed a GET: the same checks as for the inbox, without a body. `None`: nobody did.
///
/// # Errors
/// A signature is there but does not hold, its host is blocked or its actor suspended: answer
/// [`Rejection::status_for_get`].
pub async fn verify_get(federation: &Federation, request: &Parts) -> Result<Option<ActorId>, Rejection> {
    if !request.headers.contains_key("signature") {
        return Ok(None);
    }
    head::single(&request.headers)?;
    let authority = request.uri.authority().map(http::uri::Authority::as_str);
    head::host(federation, &request.headers, authority)?;
    let signature = ParsedSignature::from_headers(&request.headers)?;
    let target = target_of(request);
    let parts = head::parts(federation, &request.method, &target, &request.headers);
    head::timely(federation, &signature, &parts, false)?;
    let key_id = claim::key_id(federation, &signature).await?;
    let client = ClientIp::of(&request.extensions);
    let signed =
        signer::check_with(federation, &signature, &parts, &key_id, (KeyAge::Recent, client)).await?;
    standing::of_signer(federation, signed.owner).await?;
    Ok(Some(signed.owner))
}

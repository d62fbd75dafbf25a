// The Fedify side of the server: its documents, its inbox, its keys.

import { createFederation, generateCryptoKeyPair, MemoryKvStore } from "@fedify/fedify";
import { Activity, Announce, Endpoints, Note, Person, Undo } from "@fedify/vocab";

/** RSA first: Fedify signs requests with the first RSA key, and objects with Ed25519. */
export async function makeKeys() {
  return [await generateCryptoKeyPair("RSASSA-PKCS1-v1_5"), await generateCryptoKeyPair("Ed25519")];
}

/** A federation that signs by `firstKnock`. All share their actor, keys and notes. */
export function makeFederation({ origin, name, software, keys, notes }, firstKnock) {
  // Without a queue Fedify delivers and listens at once, so a command ends when its delivery has.
  const federation = createFederation({ kv: new MemoryKvStore(), origin, firstKnock, allowPrivateAddress: true });
  const known = (identifier) => identifier === name;

  federation
    .setActorDispatcher("/users/{identifier}", async (context, identifier) => {
      return known(identifier) ? await person(context, identifier) : null;
    })
    .setKeyPairsDispatcher((_, identifier) => (known(identifier) ? keys : []));
  federation.setFollowersDispatcher("/users/{identifier}/followers", () => ({ items: [] }));
  federation.setOutboxDispatcher("/users/{identifier}/outbox", () => ({ items: [] }));
  federation.setObjectDispatcher(Note, "/notes/{number}", (_, { number }) => notes.get(number) ?? null);
  federation.setNodeInfoDispatcher("/nodeinfo/2.1", () => ({
    software: { name: software, version: "1.0.0" },
    protocols: ["activitypub"],
    usage: { users: {}, localPosts: 0, localComments: 0 },
  }));
  federation
    .setInboxListeners("/users/{identifier}/inbox", "/inbox")
    .on(Activity, async (context, activity) => {
      context.data.understood_as = await describe(activity, context);
    });
  return federation;
}

async function person(context, identifier) {
  const pairs = await context.getActorKeyPairs(identifier);
  return new Person({
    id: context.getActorUri(identifier),
    preferredUsername: identifier,
    name: "Fern of Fedify",
    inbox: context.getInboxUri(identifier),
    outbox: context.getOutboxUri(identifier),
    followers: context.getFollowersUri(identifier),
    endpoints: new Endpoints({ sharedInbox: context.getInboxUri() }),
    url: context.getActorUri(identifier),
    publicKey: pairs[0].cryptographicKey,
    assertionMethods: pairs.map((pair) => pair.multikey),
  });
}

/** Its types from outside in, such as `Announce(Create(Page))`. */
async function describe(object, context) {
  const type = object.constructor.name;
  if (!(object instanceof Activity)) return type;
  // Trusted, since the signature is good: else Fedify fetches what an Accept names from the server that sent it.
  const inner = await object.getObject({ ...context, suppressError: true, crossOrigin: "trust" });
  if (inner == null) return `${type}(${object.objectId ? "url" : ""})`;
  const nested = object instanceof Announce || object instanceof Undo || inner instanceof Activity;
  return `${type}(${nested ? await describe(inner, context) : inner.constructor.name})`;
}

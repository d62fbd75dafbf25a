// `lookup`: what Fedify understands of an actor, an object or a handle.

import { isActor, lookupObject } from "@fedify/vocab";
import { lookupWebFinger } from "@fedify/webfinger";
import { contextLoader, documentLoader } from "./loopback.mjs";

const options = { allowPrivateAddress: true, documentLoader, contextLoader };

/** `{name, webfinger, object}`; each `null` when Fedify finds or understands nothing. */
export async function lookup(name) {
  const resource = /^https?:/.test(name) ? name : `acct:${name.replace(/^@/, "")}`;
  const webfinger = await lookupWebFinger(resource, options);
  const object = await lookupObject(name, options);
  return { name, webfinger, object: object && (await understood(object)) };
}

async function understood(object) {
  const common = {
    type: object.constructor.name,
    id: object.id?.href ?? null,
    name: object.name?.toString() ?? null,
    summary: object.summary?.toString() ?? null,
    url: urlOf(object.url),
  };
  return { ...common, ...(isActor(object) ? await actor(object) : content(object)) };
}

async function actor(object) {
  const publicKeys = [];
  for await (const key of object.getPublicKeys(options)) {
    publicKeys.push({ id: key.id?.href, owner: key.ownerId?.href, algorithm: key.publicKey?.algorithm.name });
  }
  const assertionMethods = [];
  for await (const key of object.getAssertionMethods(options)) {
    const algorithm = key.publicKey?.algorithm.name;
    assertionMethods.push({ id: key.id?.href, controller: key.controllerId?.href, algorithm });
  }
  return {
    preferredUsername: object.preferredUsername?.toString() ?? null,
    inbox: object.inboxId?.href ?? null,
    outbox: object.outboxId?.href ?? null,
    followers: object.followersId?.href ?? null,
    sharedInbox: object.endpoints?.sharedInbox?.href ?? null,
    manuallyApprovesFollowers: object.manuallyApprovesFollowers ?? null,
    publicKeys,
    assertionMethods,
  };
}

function content(object) {
  return {
    content: object.content?.toString() ?? null,
    source: object.source?.content?.toString() ?? null,
    attributedTo: hrefs(object.attributionIds),
    audience: hrefs(object.audienceIds),
    to: hrefs(object.toIds),
    cc: hrefs(object.ccIds),
    inReplyTo: hrefs(object.replyTargetIds),
    context: hrefs(object.contextIds),
    replies: object.repliesId?.href ?? null,
    published: object.published?.toString() ?? null,
    updated: object.updated?.toString() ?? null,
    totalItems: object.totalItems ?? null,
  };
}

function hrefs(ids) {
  return (ids ?? []).map((id) => id.href);
}

function urlOf(url) {
  if (url == null) return null;
  return url instanceof URL ? url.href : url.href?.href ?? null;
}

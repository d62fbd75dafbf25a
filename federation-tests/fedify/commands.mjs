// What a test may ask the server to do. Each command sends one activity by the signature that it names.

import { signRequest } from "@fedify/fedify";
import { Temporal } from "@js-temporal/polyfill";
import { Create, Follow, Like, lookupObject, Mention, Note, PUBLIC_COLLECTION, Undo } from "@fedify/vocab";
import { contextLoader, documentLoader, recordingDeliveries } from "./loopback.mjs";

const options = { allowPrivateAddress: true, documentLoader, contextLoader };

/** The commands of one server; `run` takes the last part of the path. */
export class Commands {
  #last = 0;
  #sent = new Map();

  constructor(shared, federations) {
    this.shared = shared;
    this.federations = federations;
    this.known = { follow: this.follow, note: this.note, like: this.like, undo: this.undo };
  }

  async run(command, { signature = "rfc9421", clock_offset_minutes: offset, ...asked }) {
    const federation = this.federations[signature];
    if (!federation) throw new Error(`no signature ${signature}`);
    if (!this.known[command]) throw new Error(`no command ${command}`);
    const context = federation.createContext(new URL(this.shared.origin), {});
    const { activity, recipient } = await this.known[command].call(this, context, asked);
    this.#sent.set(activity.id.href, { activity, recipient });
    const json = await activity.toJsonLd({ contextLoader });
    const { attempts, error } = await recordingDeliveries(() =>
      offset === undefined
        ? this.#send(context, activity, recipient)
        : this.#sendByClock(context, json, recipient, { signature, offset })
    );
    return { activity: json, attempts, error };
  }

  async follow(context, { group }) {
    const recipient = await find(group);
    const activity = new Follow({ ...this.#by(context), object: recipient.id, to: recipient.id });
    return { activity, recipient };
  }

  async note(context, { group, content }) {
    const recipient = await find(group);
    const number = String(this.#number());
    const name = `@${recipient.preferredUsername}@${recipient.id.host}`;
    const audience = { to: PUBLIC_COLLECTION, cc: recipient.id };
    const note = new Note({
      id: context.getObjectUri(Note, { number }),
      attribution: context.getActorUri(this.shared.name),
      ...audience,
      content: `<p><a href="${recipient.id.href}" class="u-url mention">${name}</a> ${content}</p>`,
      tags: [new Mention({ href: recipient.id, name })],
      published: Temporal.Now.instant(),
    });
    this.shared.notes.set(number, note);
    return { activity: new Create({ ...this.#by(context), object: note, ...audience }), recipient };
  }

  async like(context, { object }) {
    const liked = await find(object);
    const recipient = await find(liked.audienceId?.href ?? liked.attributionId.href);
    return { activity: new Like({ ...this.#by(context), object: liked.id, to: recipient.id }), recipient };
  }

  undo(context, { activity: id }) {
    const { activity, recipient } = this.#sent.get(id);
    return { activity: new Undo({ ...this.#by(context), object: activity, to: recipient.id }), recipient };
  }

  #by(context) {
    const id = new URL(`/activities/${this.#number()}`, this.shared.origin);
    return { id, actor: context.getActorUri(this.shared.name) };
  }

  #number() {
    this.#last += 1;
    return this.#last;
  }

  async #send(context, activity, recipient) {
    const sender = { identifier: this.shared.name };
    await context.sendActivity(sender, recipient, activity, { preferSharedInbox: true });
  }

  /** Signs as a server does whose clock is so many minutes ahead, or behind when negative. */
  async #sendByClock(context, json, recipient, { signature, offset }) {
    const [{ privateKey, keyId }] = await context.getActorKeyPairs(this.shared.name);
    const request = new Request(recipient.endpoints?.sharedInbox ?? recipient.inboxId, {
      method: "POST",
      headers: { "content-type": "application/activity+json" },
      body: JSON.stringify(json),
    });
    const spec = signature === "cavage" ? "draft-cavage-http-signatures-12" : "rfc9421";
    const currentTime = Temporal.Now.instant().add({ minutes: offset });
    await fetch(await signRequest(request, privateKey, keyId, { spec, currentTime }));
  }
}

async function find(name) {
  const found = await lookupObject(name, options);
  if (found?.id == null) throw new Error(`Fedify finds nothing at ${name}`);
  return found;
}

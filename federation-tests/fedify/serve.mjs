// `serve`: an actor with an RSA and an Ed25519 key. Fedify verifies what its inbox gets, by draft-cavage or RFC 9421,
// and signs what it sends. A test says what to do over HTTP, each time by POST of JSON:
//
//   /control/follow    {"group": URL or handle, "signature": "rfc9421" | "cavage"}
//   /control/note      {"group", "content", "signature"}   a Note that mentions the group
//   /control/like      {"object": URL, "signature"}
//   /control/undo      {"activity": id of a Follow or Like, "signature"}
//
// each answered with {"activity", "attempts": [{"inbox", "signature", "status"}], "error"}; all take
// "clock_offset_minutes" too, to sign as a server with a wrong clock. By GET, /control/received lists
// the requests to the inboxes: {"activity", "signature", "verified_key", "status", "understood_as"}. The key is the one
// whose HTTP signature Fedify found good, else null; the last one is null when Fedify did not take the activity.

import { createServer } from "node:http";
import { verifyRequest } from "@fedify/fedify";
import { Commands } from "./commands.mjs";
import { contextLoader, documentLoader, signatureOf } from "./loopback.mjs";
import { makeFederation, makeKeys } from "./federation.mjs";

/** Starts the server on 127.0.0.1; port 0 takes a free one. */
export async function serve({ port, name, software }) {
  const received = [];
  const server = createServer((request, response) => {
    answer(request).then(
      (answered) => send(response, answered),
      (error) => send(response, Response.json({ error: String(error.stack ?? error) }, { status: 500 })),
    );
  });
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${server.address().port}`;

  const shared = { origin, name, software, keys: await makeKeys(), notes: new Map() };
  const federations = {
    rfc9421: makeFederation(shared, "rfc9421"),
    cavage: makeFederation(shared, "draft-cavage-http-signatures-12"),
  };
  const commands = new Commands(shared, federations);

  async function answer(incoming) {
    const request = await toRequest(incoming, origin);
    const { pathname } = new URL(request.url);
    if (pathname === "/control/received") return Response.json(received);
    if (pathname.startsWith("/control/")) {
      return Response.json(await commands.run(pathname.slice("/control/".length), await request.json()));
    }
    if (request.method === "POST") return await receive(request, federations.rfc9421, received);
    return await federations.rfc9421.fetch(request, { contextData: {} });
  }

  process.on("SIGTERM", () => {
    server.close();
    server.closeAllConnections();
  });
  console.log(origin);
}

/** Lets Fedify verify and take an activity; its listener fills in `understood_as`. */
async function receive(request, federation, received) {
  const signature = signatureOf(request.headers);
  const record = {
    activity: await request.clone().json().catch(() => null),
    signature,
    verified_key: await verifiedKey(request.clone(), signature),
    understood_as: null,
  };
  const response = await federation.fetch(request, { contextData: record });
  received.push({ ...record, status: response.status });
  return response;
}

/** Asked apart: the inbox is content with a proof inside of the activity, too. */
async function verifiedKey(request, signature) {
  const spec = signature === "cavage" ? "draft-cavage-http-signatures-12" : "rfc9421";
  const key = await verifyRequest(request, { documentLoader, contextLoader, spec });
  return key?.id?.href ?? null;
}

async function toRequest(incoming, origin) {
  const chunks = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const headers = new Headers();
  for (let i = 0; i < incoming.rawHeaders.length; i += 2) {
    headers.append(incoming.rawHeaders[i], incoming.rawHeaders[i + 1]);
  }
  const body = ["GET", "HEAD"].includes(incoming.method) ? undefined : Buffer.concat(chunks);
  return new Request(new URL(incoming.url, origin), { method: incoming.method, headers, body });
}

async function send(response, answered) {
  response.writeHead(answered.status, Object.fromEntries(answered.headers));
  response.end(Buffer.from(await answered.arrayBuffer()));
}

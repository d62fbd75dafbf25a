// What Fedify is given to reach servers on this machine: it refuses private addresses by itself, and asks
// WebFinger by https alone.

import { AsyncLocalStorage } from "node:async_hooks";
import { getDocumentLoader } from "@fedify/vocab-runtime";

export const documentLoader = getDocumentLoader({ allowPrivateAddress: true });
export const contextLoader = documentLoader;

const originalFetch = globalThis.fetch;
const deliveries = new AsyncLocalStorage();

/** Runs `send`; `attempts` are all deliveries in it, as `{inbox, signature, status}`, `error` is what ended it or null. */
export async function recordingDeliveries(send) {
  const attempts = [];
  const error = await deliveries.run(attempts, send).then(() => null, String);
  return { attempts, error };
}

/** Which signature a request carries: "rfc9421", "cavage" or null. */
export function signatureOf(headers) {
  if (headers.has("signature-input")) return "rfc9421";
  return headers.has("signature") ? "cavage" : null;
}

function withoutTls(url) {
  const { protocol, hostname, pathname } = new URL(url);
  const loopback = ["127.0.0.1", "localhost", "[::1]"].includes(hostname);
  const webFinger = pathname === "/.well-known/webfinger";
  return protocol === "https:" && loopback && webFinger ? String(url).replace("https:", "http:") : url;
}

globalThis.fetch = async (resource, init) => {
  if (!(resource instanceof Request)) return await originalFetch(withoutTls(resource), init);
  const response = await originalFetch(resource, init);
  const attempts = deliveries.getStore();
  if (attempts && resource.method === "POST") {
    attempts.push({ inbox: resource.url, signature: signatureOf(resource.headers), status: response.status });
  }
  return response;
};

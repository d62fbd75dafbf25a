// An independent peer for the federation tests, built on Fedify. Usage:
//
//   node peer.mjs lookup NAME...   what Fedify understands of each URL or handle, as one JSON array
//   node peer.mjs serve [--port N] [--name NAME] [--software NAME]
//                                  a server; prints its URL when it is ready, ends on SIGTERM (see serve.mjs)
//
// Nothing here may run outside of tests: it fetches from private addresses and by plain http.

// First, before anything of Fedify.
import "./webcrypto.mjs";
import { parseArgs } from "node:util";
import { lookup } from "./lookup.mjs";
import { serve } from "./serve.mjs";

const [command, ...rest] = process.argv.slice(2);

if (command === "lookup") {
  console.log(JSON.stringify(await Promise.all(rest.map(lookup))));
} else if (command === "serve") {
  const { values } = parseArgs({
    args: rest,
    options: {
      port: { type: "string", default: "0" },
      name: { type: "string", default: "fern" },
      software: { type: "string", default: "fedify-peer" },
    },
  });
  await serve({ ...values, port: Number(values.port) });
} else {
  console.error("usage: node peer.mjs lookup NAME... | serve [--port N] [--name NAME] [--software NAME]");
  process.exitCode = 2;
}

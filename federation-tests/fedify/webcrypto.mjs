// Node 18, which Debian 12 has, does not make these global by itself, and Fedify looks for them while it loads.

import { webcrypto } from "node:crypto";

globalThis.crypto ??= webcrypto;
globalThis.CryptoKey ??= webcrypto.CryptoKey;

import { createRequire } from "node:module";

const KNOWN_VERSION = "2.2.4";
const require = createRequire(import.meta.url);

/**
 * A module of kafkajs that it does not export, to change one of its methods.
 *
 * @throws Error with any other version: somebody must look whether the change is still right, and still needed
 */
export function kafkajsInternal(path: string): unknown {
  const { version } = require("kafkajs/package.json") as { readonly version: string };
  if (version !== KNOWN_VERSION) {
    throw new Error(`kafkajs is ${version}, not ${KNOWN_VERSION}: look again at what is changed in ${path}.`);
  }
  return require(`kafkajs/src/${path}`);
}

// Resolves the import map's bare names in Node: our modules from their folder, libraries from what bin/assets bundled.
import { pathToFileURL } from "node:url";

const root = pathToFileURL(`${process.cwd()}/`);
const libraries = new Set(["ol", "lit", "immer", "idb"]);

export async function resolve(specifier, context, next) {
  if (specifier.startsWith("@/editor/")) return next(new URL(`annotation/static/annotation/editor/${specifier.slice(9)}`, root).href, context);
  if (libraries.has(specifier)) return next(new URL(`static_vendor/vendor/${specifier}.js`, root).href, context);
  return next(specifier, context);
}

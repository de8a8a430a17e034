// Bundles our editor's modules into static_vendor/editor/: opening.js, which asks for the job, and main.js, all the rest. Libraries stay files
// of their own, found through the page's import map, so that they stay in caches when we change. Called by bin/assets and the Dockerfile with
// the output folder as its only argument; never at run time.
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { build } from "esbuild";

const sources = "annotation/static/annotation/editor";
const out = join(process.argv[2], "editor");
const made = `${out}.new`;
const OPENING = "@/editor/opening.js";

await rm(made, { recursive: true, force: true });
await mkdir(made, { recursive: true });

/** The page has one opening.js, which begins before main.js is here: there it stays a module of its own. */
const bareNames = (entry) => ({
  name: "bare names",
  setup: ({ onResolve }) => onResolve({ filter: /^@\/editor\// }, ({ path }) => (
    path === OPENING && entry !== "opening.js" ? { path, external: true } : { path: resolve(sources, path.slice("@/editor/".length)) })),
});

for (const entry of ["opening.js", "main.js"]) {
  await build({
    entryPoints: [join(sources, entry)], outfile: join(made, entry), plugins: [bareNames(entry)], bundle: true, format: "esm", minify: true,
    external: ["ol", "lit", "immer", "idb"], target: ["chrome89", "firefox108", "safari16.4"], charset: "utf8",
    sourcemap: "linked", sourcesContent: true, // with it an error of a user's browser names our own lines
  });
}

// As annotation/editor_bundle.py counts it: the page takes the bundle only if it was made from the modules that are there.
const digest = createHash("sha256");
const paths = (await readdir(sources, { recursive: true })).map((path) => path.replaceAll("\\", "/")).filter((path) => path.endsWith(".js")).sort();
for (const path of paths) digest.update(`${path}\0`).update(await readFile(join(sources, path))).update("\0");
await writeFile(join(made, ".sources"), `${digest.digest("hex")}\n`);

await rm(out, { recursive: true, force: true });
await rename(made, out);
for (const name of (await readdir(out)).sort()) console.log(`  editor/${name}  ${Math.ceil((await stat(join(out, name))).size / 1024)} KB`);

// Bundles what node_modules holds into static_vendor/vendor/: one ESM file per library, Tabler's own files, an icon sprite and the
// licences. Called by bin/assets with the output folder as its only argument; never at run time.
import { mkdir, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";

const out = join(process.argv[2], "vendor");
const tabler = "node_modules/@tabler/core/dist";

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });

const names = (await readdir("assets/libraries")).filter((name) => name.endsWith(".mjs"));
const result = await build({
  entryPoints: Object.fromEntries(names.map((name) => [name.slice(0, -4), join("assets/libraries", name)])),
  outdir: out, bundle: true, format: "esm", minify: true, target: ["chrome89", "firefox108", "safari16.4"], metafile: true,
  legalComments: "none", // licenses.txt below carries every notice
  define: { "process.env.NODE_ENV": '"production"' },
});

// A sourceMappingURL without its map makes collectstatic fail under the manifest storage.
const withoutMap = (text) => text.replace(/\n?\/[/*]# sourceMappingURL=.*?(\*\/)?\s*$/, "\n");
for (const name of ["css/tabler.min.css", "js/tabler.min.js"]) {
  await writeFile(join(out, name.split("/")[1]), withoutMap(await readFile(join(tabler, name), "utf8")));
}
await writeFile(join(out, "ol.css"), withoutMap(await readFile("node_modules/ol/ol.css", "utf8")));

// The sprite: symbols carry the stroke settings, so that one <use> is enough.
const icons = (await readFile("assets/icons.txt", "utf8")).split("\n").filter((line) => line && !line.startsWith("#"));
const symbols = [];
for (const icon of icons) {
  const source = await readFile(`node_modules/@tabler/icons/icons/outline/${icon}.svg`, "utf8").catch(() => {
    throw new Error(`assets/icons.txt names the icon "${icon}", which Tabler does not have. See https://tabler.io/icons.`);
  });
  const body = source.replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "").replace(/<path stroke="none"[^>]*\/>/, "").replace(/\s*\n\s*/g, "");
  symbols.push(`<symbol id="${icon}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" `
    + `stroke-linecap="round" stroke-linejoin="round">${body}</symbol>`);
}
await writeFile(join(out, "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`);

// BSD and MIT ask for their notices next to copies, so every package that ended up in a file is named.
const packages = new Set(["@tabler/core", "@tabler/icons"]);
for (const input of Object.keys(result.metafile.inputs)) {
  const match = input.match(/node_modules\/((?:@[^/]+\/)?[^/]+)\//);
  if (match) packages.add(match[1]);
}
const notices = [];
for (const name of [...packages].sort()) {
  const folder = join("node_modules", name);
  const { version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
  notices.push(`${name} ${version} (${license})\n\n${file ? await readFile(join(folder, file), "utf8") : "No licence file in the package.\n"}`);
}
await writeFile(join(out, "licenses.txt"), notices.join(`\n${"-".repeat(80)}\n\n`));

for (const name of (await readdir(out)).sort()) console.log(`  vendor/${name}  ${Math.ceil((await stat(join(out, name))).size / 1024)} KB`);

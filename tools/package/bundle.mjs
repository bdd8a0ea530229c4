// What esbuild does not say of its own accord about the bundled package.
import fs from "node:fs";
import path from "node:path";

/** @import { Metafile } from "esbuild" */

/**
 * The libraries that are bundled are the REPL's parser and nothing else, and no entry point loads them at its start.
 *
 * @param {Metafile} metafile
 * @throws {Error} naming the entry point and the library
 */
export function checkLateParser(metafile) {
  for (const entry of listEntries(metafile)) {
    for (const chunk of listStaticClosure(metafile, entry)) {
      const library = Object.keys(metafile.outputs[chunk]?.inputs ?? {}).find((input) =>
        input.includes("node_modules/"),
      );
      if (library !== undefined) throw new Error(`${entry} loads ${library} at its start; only a dynamic import may`);
    }
  }
}

/**
 * Names each shared chunk after the entry points that load it, `index-client-HASH.js`, or `shared-HASH.js`. The hash stays: the chunk that is
 * loaded late must be the one that was built with the rest, or be missing.
 *
 * @param {Metafile} metafile
 */
export function nameSharedChunks(metafile) {
  const entries = listEntries(metafile);
  /** @type {[from: string, to: string][]} */
  const names = [];
  for (const file of Object.keys(metafile.outputs)) {
    const hash = /\/chunks\/chunk-(\w+)\.js$/u.exec(file)?.[1];
    if (hash === undefined) continue;
    const users = entries.filter((entry) => listStaticClosure(metafile, entry).has(file));
    const isEverywhere = users.length === entries.length;
    const label = isEverywhere ? "shared" : users.map((entry) => path.posix.basename(entry, ".js")).join("-") || "late";
    names.push([`chunk-${hash}.js`, `${label}-${hash}.js`]);
  }
  for (const file of Object.keys(metafile.outputs)) {
    let text = fs.readFileSync(file, "utf8");
    let name = file;
    for (const [from, to] of names) {
      text = text.replaceAll(from, to);
      name = name.replace(from, to);
    }
    fs.rmSync(file);
    fs.writeFileSync(name, text);
  }
}

/**
 * Writes the licence texts of the bundled libraries beside the code.
 *
 * @param {Metafile} metafile
 * @param {string} dist
 * @throws {Error} where a library came without one
 */
export function writeThirdPartyLicences(metafile, dist) {
  const folders = new Set(
    Object.keys(metafile.inputs).flatMap((input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/u.exec(input)?.[0] ?? []),
  );
  const parts = [...folders].toSorted().map((folder) => {
    const { name, version } = JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8"));
    return `${name} ${version}\n\n${fs.readFileSync(path.join(folder, "LICENSE"), "utf8").trim()}\n`;
  });
  const head = "Parts of these libraries are in the files of this folder.\n";
  fs.writeFileSync(path.join(dist, "THIRD-PARTY-LICENSES.txt"), [head, ...parts].join("\n"));
}

/**
 * @param {Metafile} metafile
 * @returns {string[]} the outputs that were asked for, without the chunks that a dynamic import made entry points of
 */
function listEntries(metafile) {
  const outputs = Object.entries(metafile.outputs);
  return outputs.flatMap(([file, { entryPoint }]) =>
    entryPoint === undefined || file.includes("/chunks/") ? [] : [file],
  );
}

/**
 * @param {Metafile} metafile
 * @param {string} file an output
 * @returns {Set<string>} it, and the outputs that are loaded before its first line runs
 */
function listStaticClosure(metafile, file) {
  const found = new Set([file]);
  for (const next of found) {
    for (const imported of metafile.outputs[next]?.imports ?? []) {
      if (imported.kind === "import-statement" && imported.external !== true) found.add(imported.path);
    }
  }
  return found;
}

import { opendirSync, readFileSync, statSync } from "node:fs";
import type { Dirent } from "node:fs";
import path from "node:path";
import { REPL_LIMITS } from "../limits.js";
import type { CompletionList } from "./completion-list.js";

/** Completes what `import` and `require` are given: Node's modules, packages and what they export, files. */
export function completeSpecifier(list: CompletionList, folder: string): void {
  const { prefix } = list;
  if (/^(?:\.{0,2}\/|[A-Za-z]:[\\/])/.test(prefix)) {
    const end = prefix.lastIndexOf("/") + 1;
    addFiles(list, path.resolve(folder, prefix.slice(0, end)), prefix.slice(0, end));
    return;
  }
  if (/^\.{1,2}$/.test(prefix)) {
    for (const text of ["./", "../"]) list.add({ text, kind: "file", detail: "folder" });
    return;
  }
  if (prefix.startsWith("#")) {
    for (const parent of parents(folder)) if (addManifestKeys(list, parent, "imports", "")) return;
    return;
  }
  const [, name] = /^((?:@[^/]+\/)?[^@/][^/]*)\//.exec(prefix) ?? [];
  if (name === undefined) addPackages(list, folder);
  else addSubpaths(list, folder, name);
  addBuiltinModules(list);
}

function addBuiltinModules(list: CompletionList): void {
  const { builtinModules } = process.getBuiltinModule("node:module");
  for (const name of builtinModules) {
    if (name.startsWith("_")) continue;
    if (!name.startsWith("node:")) list.add({ text: name, kind: "module", detail: "Node" });
    // Behind the names without it, since nearly each name has both.
    if (list.prefix.startsWith("n") && !list.isFull) {
      list.add({ text: name.startsWith("node:") ? name : `node:${name}`, kind: "module", detail: "Node" });
    }
  }
}

function addPackages(list: CompletionList, folder: string): void {
  const scope = /^@[^/]*\//.exec(list.prefix)?.[0] ?? "";
  for (const parent of parents(folder)) {
    for (const entry of readFolder(list, path.join(parent, "node_modules", scope))) {
      if (entry.name.startsWith(".")) continue;
      if (entry.name.startsWith("@") && scope === "") list.add({ text: `${entry.name}/`, kind: "module" });
      else list.add({ text: `${scope}${entry.name}`, kind: "module" });
    }
  }
}

function addSubpaths(list: CompletionList, folder: string, name: string): void {
  for (const parent of parents(folder)) {
    const root = path.join(parent, "node_modules", name);
    if (!isFolder(root)) continue;
    if (addManifestKeys(list, root, "exports", name)) return;
    const end = list.prefix.lastIndexOf("/") + 1;
    addFiles(list, path.join(parent, "node_modules", list.prefix.slice(0, end)), list.prefix.slice(0, end));
    return;
  }
}

/**
 * Adds the keys of `exports` or `imports` in a package's manifest; of one with `*` what stands before it.
 *
 * @returns whether the manifest has any
 */
function addManifestKeys(list: CompletionList, root: string, field: "exports" | "imports", name: string): boolean {
  const manifest = readManifest(path.join(root, "package.json"));
  const keys = manifest?.[field];
  if (typeof keys === "string") return true;
  if (typeof keys !== "object" || keys === null) return false;
  for (const key of Object.keys(keys)) {
    if (field === "exports" && !key.startsWith("./")) continue;
    const text = field === "exports" ? `${name}${key.slice(1)}` : key;
    const star = text.indexOf("*");
    list.add({ text: star === -1 ? text : text.slice(0, star), kind: "module" });
  }
  return true;
}

function readManifest(file: string): Record<string, unknown> | undefined {
  try {
    const found = statSync(file);
    if (!found.isFile() || found.size > REPL_LIMITS.manifestBytes) return undefined;
    const manifest: unknown = JSON.parse(readFileSync(file, "utf8"));
    return typeof manifest === "object" && manifest !== null ? (manifest as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** @param written what stands before the names in the specifier */
function addFiles(list: CompletionList, folder: string, written: string): void {
  for (const entry of readFolder(list, folder)) {
    const isHidden = entry.name.startsWith(".") && !list.prefix.slice(written.length).startsWith(".");
    if (isHidden) continue;
    const text = `${written}${entry.name}`;
    if (!list.wants(text)) continue;
    const isInner = entry.isDirectory() || (entry.isSymbolicLink() && isFolder(path.join(folder, entry.name)));
    list.add({ text: isInner ? `${text}/` : text, kind: "file", ...(isInner ? { detail: "folder" } : {}) });
  }
}

/** The entries of a folder one by one, as long as there is time; none where it cannot be read. */
function* readFolder(list: CompletionList, folder: string): Generator<Dirent> {
  if (list.isFull) return;
  let opened;
  try {
    opened = opendirSync(folder);
  } catch {
    return;
  }
  try {
    for (let entry = opened.readSync(); entry !== null && !list.isFull; entry = opened.readSync()) yield entry;
  } finally {
    opened.closeSync();
  }
}

function isFolder(name: string): boolean {
  try {
    return statSync(name, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch {
    return false;
  }
}

/** The folder and those above it. */
function* parents(folder: string): Generator<string> {
  for (let next = folder; ; next = path.dirname(next)) {
    yield next;
    if (path.dirname(next) === next) return;
  }
}

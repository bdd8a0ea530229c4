import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** The version of this package, read from the `package.json` that it was installed with. */
export function readVersion(): string {
  // How many folders lie between depends on whether this module was bundled.
  let folder = path.dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const manifest = readManifest(path.join(folder, "package.json"));
    if (manifest?.name === "pdm") return manifest.version ?? "unknown";
    const parent = path.dirname(folder);
    if (parent === folder) return "unknown";
    folder = parent;
  }
}

function readManifest(file: string): { name?: string; version?: string } | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as { name?: string; version?: string };
  } catch {
    return undefined;
  }
}

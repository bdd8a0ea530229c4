// The code of the thread beside the main one, and what is loaded into a process that is attached to: as published, each a text in a chunk of its own.
import path from "node:path";
import { build } from "esbuild";
import { keepAscii } from "./quick-load.mjs";

/** @import { BuildOptions, Plugin } from "esbuild" */

/**
 * Has the module that stands for `attached.ts` be its text, with all that it needs: it is loaded where no file of the package may be seen. Without
 * white space, as nobody reads it there, and all of it is sent.
 *
 * @param {BuildOptions} shared options of the package's build
 * @returns {Plugin}
 */
export function embedAttached(shared) {
  return {
    name: "embed-attached",
    setup(bundler) {
      bundler.onLoad({ filter: /[/\\]attach[/\\]attached-source\.ts$/ }, async ({ path: file }) => {
        const attached = path.join(path.dirname(file), "..", "attached.ts");
        const { text, inputs } = await bundleText({ ...shared, minifyWhitespace: true }, attached, [
          embedThread(shared),
        ]);
        return {
          contents: `export const ATTACHED_SOURCE = ${JSON.stringify(keepAscii(text, file))};`,
          loader: "js",
          watchFiles: inputs,
        };
      });
    },
  };
}

/**
 * Has the module that says where the thread's file is say its text instead. So it is found wherever the package, or a bundle of it, lies,
 * and belongs to the same version however late it is loaded.
 *
 * @param {BuildOptions} shared options of the package's build
 * @returns {Plugin}
 */
export function embedThread(shared) {
  return {
    name: "embed-thread",
    setup(bundler) {
      bundler.onLoad({ filter: /[/\\]out-of-band[/\\]thread-source\.ts$/ }, async ({ path: file }) => {
        const thread = path.join(path.dirname(file), "thread.ts");
        const { text, inputs } = await bundleText(shared, thread);
        return {
          contents: `export const THREAD_SOURCE = { text: ${JSON.stringify(text)} };`,
          loader: "js",
          watchFiles: inputs,
        };
      });
    },
  };
}

/**
 * @param {BuildOptions} shared
 * @param {string} file
 * @param {Plugin[]} plugins
 */
async function bundleText(shared, file, plugins = []) {
  const { outputFiles, metafile } = await build({
    ...shared,
    entryPoints: [file],
    bundle: true,
    write: false,
    // What a worker is made of from a text is a script; so is what an inspector runs.
    format: "cjs",
    sourcemap: false,
    legalComments: "inline",
    metafile: true,
    plugins,
  });
  const inputs = Object.keys(metafile?.inputs ?? {});
  return { text: outputFiles?.[0]?.text ?? "", inputs };
}

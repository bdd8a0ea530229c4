// The code of the thread beside the main one, as published: a text in a chunk of its own.
import path from "node:path";
import { build } from "esbuild";

/** @import { BuildOptions, Plugin } from "esbuild" */

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
        const { outputFiles, metafile } = await build({
          ...shared,
          entryPoints: [thread],
          bundle: true,
          write: false,
          // What a worker is made of from a text is a script.
          format: "cjs",
          sourcemap: false,
          metafile: true,
        });
        const text = outputFiles?.[0]?.text ?? "";
        return {
          contents: `export const THREAD_SOURCE = { text: ${JSON.stringify(text)} };`,
          loader: "js",
          watchFiles: Object.keys(metafile?.inputs ?? {}),
        };
      });
    },
  };
}

/** How the thread is started: from its file or, as published, from its text; the build puts that in the place of this module. */
export type ThreadSource = { readonly file: URL } | { readonly text: string };

export const THREAD_SOURCE: ThreadSource = { file: new URL("./thread.js", import.meta.url) };

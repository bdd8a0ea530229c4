import type { Key as NodeKey } from "node:readline";

/** A key as the editor names it: `enter`, `left`, `ctrl-a`, `alt-f`, `shift-tab`, … or some text, typed or pasted. */
export type Key =
  | { readonly kind: "key"; readonly name: string }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "paste"; readonly text: string };

/** What a key makes the editor do. */
export type Action =
  | "accept"
  | "new-line"
  | "complete"
  | "complete-back"
  | "escape"
  | "left"
  | "right"
  | "word-left"
  | "word-right"
  | "up"
  | "down"
  | "home"
  | "end"
  | "text-start"
  | "text-end"
  | "history-back"
  | "history-forward"
  | "search-back"
  | "search-forward"
  | "cancel"
  | "delete-left"
  | "delete-right"
  | "delete-right-or-end"
  | "kill-line-end"
  | "kill-line-start"
  | "kill-blank-word-left"
  | "kill-word-left"
  | "kill-word-right"
  | "yank"
  | "yank-older"
  | "transpose"
  | "undo"
  | "redo"
  | "clear-screen"
  | "interrupt"
  | "suspend";

/** Those of the readline library where it has one. */
export const BINDINGS: Readonly<Record<string, Action>> = {
  enter: "accept",
  "alt-enter": "new-line",
  tab: "complete",
  "shift-tab": "complete-back",
  escape: "escape",
  left: "left",
  "ctrl-b": "left",
  right: "right",
  "ctrl-f": "right",
  "alt-b": "word-left",
  "ctrl-left": "word-left",
  "alt-left": "word-left",
  "alt-f": "word-right",
  "ctrl-right": "word-right",
  "alt-right": "word-right",
  up: "up",
  down: "down",
  "ctrl-p": "history-back",
  "ctrl-n": "history-forward",
  home: "home",
  "ctrl-a": "home",
  end: "end",
  "ctrl-e": "end",
  "ctrl-home": "text-start",
  "alt-<": "text-start",
  "ctrl-end": "text-end",
  "alt->": "text-end",
  "ctrl-r": "search-back",
  "ctrl-s": "search-forward",
  "ctrl-g": "cancel",
  backspace: "delete-left",
  "shift-backspace": "delete-left",
  "ctrl-h": "delete-left",
  delete: "delete-right",
  "ctrl-d": "delete-right-or-end",
  "ctrl-k": "kill-line-end",
  "ctrl-u": "kill-line-start",
  "ctrl-w": "kill-blank-word-left",
  "alt-backspace": "kill-word-left",
  "ctrl-backspace": "kill-word-left",
  "alt-d": "kill-word-right",
  "alt-delete": "kill-word-right",
  "ctrl-delete": "kill-word-right",
  "ctrl-y": "yank",
  "alt-y": "yank-older",
  "ctrl-t": "transpose",
  "ctrl-_": "undo",
  "ctrl--": "undo",
  "ctrl-/": "undo",
  "alt-_": "redo",
  "alt-/": "redo",
  "ctrl-l": "clear-screen",
  "ctrl-c": "interrupt",
  "ctrl-z": "suspend",
};

/** Node's names of keys that have another one here. */
const NAMES: Readonly<Record<string, string>> = { return: "enter", space: " " };

/** The key of a `keypress` event; undefined for one that means nothing. */
export function readKey(text: string | undefined, key: NodeKey): Key | undefined {
  const { sequence = "", ctrl = false, meta = false, shift = false } = key;
  // Node has no name for it.
  if (sequence === "\u001f") return { kind: "key", name: "ctrl-_" };
  const isPlain = !ctrl && !meta;
  if (isPlain && text !== undefined && text !== "" && !/\p{Cc}/u.test(text)) return { kind: "text", text };
  const name = NAMES[key.name ?? ""] ?? key.name ?? (meta ? sequence.slice(1) : "");
  if (name === "") return undefined;
  // Escape counts as meta by itself.
  if (name === "escape") return { kind: "key", name };
  const isNamed = name.length > 1;
  const prefix = (ctrl ? "ctrl-" : "") + (meta ? "alt-" : "") + (shift && isNamed ? "shift-" : "");
  return { kind: "key", name: prefix + name };
}

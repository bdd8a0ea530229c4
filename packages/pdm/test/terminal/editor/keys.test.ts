import assert from "node:assert/strict";
import { once } from "node:events";
import { emitKeypressEvents, type Key as NodeKey } from "node:readline";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { KeyReader } from "../../../src/terminal/editor/key-reader.js";
import { BINDINGS, readKey, type Key } from "../../../src/terminal/editor/keys.js";
import { TypedAhead } from "../../../src/terminal/editor/typed-ahead.js";

const SEQUENCES: [sequence: string, name: string][] = [
  ["\r", "enter"],
  ["\n", "enter"],
  ["\u001B\r", "alt-enter"],
  ["\t", "tab"],
  ["\u001B[Z", "shift-tab"],
  ["\u001B[A", "up"],
  ["\u001BOH", "home"],
  ["\u001B[1;5D", "ctrl-left"],
  ["\u001B[3~", "delete"],
  ["\u007F", "backspace"],
  ["\u001B\u007F", "alt-backspace"],
  ["\u001Bb", "alt-b"],
  ["\u001B<", "alt-<"],
  ["\u0012", "ctrl-r"],
  ["\u001F", "ctrl-_"],
];
for (const [sequence, name] of SEQUENCES) {
  test(`the sequence ${JSON.stringify(sequence)} is the key ${name}, which does something`, async () => {
    const input = new PassThrough();
    emitKeypressEvents(input);
    const pressed = once(input, "keypress") as Promise<[string | undefined, NodeKey]>;
    input.write(sequence);
    assert.deepEqual(readKey(...(await pressed)), { kind: "key", name });
    assert.ok(BINDINGS[name]);
  });
}

class FakeTerminal extends PassThrough {
  isRaw = false;
  setRawMode(raw: boolean): this {
    this.isRaw = raw;
    return this;
  }
}

async function readKeys(pieces: readonly string[]): Promise<Key[]> {
  const input = new FakeTerminal();
  const keys: Key[] = [];
  const reader = new KeyReader(
    input as never,
    () => {},
    (key) => keys.push(key),
    () => {},
  );
  reader.open();
  for (const piece of pieces) {
    input.write(piece);
    await new Promise(setImmediate);
  }
  reader.close();
  assert.equal(input.isRaw, false);
  return keys;
}

test("a bracketed paste is one text, with line feeds at the ends of its lines, however it is cut", async () => {
  const pasted: Key[] = [{ kind: "paste", text: "let a\n\tb\n" }];
  assert.deepEqual(await readKeys(["\u001B[200~let a\r\n\tb\r\u001B[201~"]), pasted);
  assert.deepEqual(await readKeys(Array.from("\u001B[200~let a\r\tb\n\u001B[201~")), pasted);
});

test("text of any language comes as it is, and a line feed behind a carriage return is no second Enter", async () => {
  assert.deepEqual(await readKeys(["é😀", "\r\n", "x"]), [
    { kind: "text", text: "é" },
    { kind: "text", text: "😀" },
    { kind: "key", name: "enter" },
    { kind: "text", text: "x" },
  ]);
});

test("of what was typed ahead the whole lines can be seen, up to a key that does more than type", () => {
  const ahead = new TypedAhead();
  const enter: Key = { kind: "key", name: "enter" };
  const keys: Key[] = [{ kind: "text", text: "a" }, enter, { kind: "text", text: "b" }];
  for (const key of keys) ahead.push(key);
  assert.equal(ahead.peekLines(), "a\n");
  ahead.push({ kind: "key", name: "left" });
  ahead.push(enter);
  assert.equal(ahead.peekLines(), "a\n");
  ahead.shift();
  assert.equal(ahead.peekLines(), "\n");
});

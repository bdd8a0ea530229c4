import assert from "node:assert/strict";
import { test } from "node:test";
import { MessageSession, parseMessage } from "../../src/inspector/message-session.js";

test("of what is no message of an inspector's, the parts that are count", () => {
  const texts: Readonly<Record<string, object>> = {
    nonsense: {},
    null: {},
    "[1]": {},
    '{"id":"1","result":7,"method":{},"params":null}': {},
    '{"id":1,"result":{}}': { id: 1, result: {} },
    '{"method":"a","params":[]}': { method: "a", params: [] },
    '{"id":2,"error":null}': { id: 2, error: { message: "refused, without a reason" } },
    '{"id":2,"error":{"message":"no"}}': { id: 2, error: { message: "no" } },
  };
  for (const [text, message] of Object.entries(texts)) assert.deepEqual(parseMessage(text), message, text);
});

test("a request that is refused without a reason rejects, and the session goes on", async () => {
  const requests: { readonly id: number }[] = [];
  const session = new MessageSession(
    (request) => requests.push(request),
    () => undefined,
  );
  const refused = session.post("first");
  session.receive(parseMessage('{"id":1,"error":null}'));
  await assert.rejects(refused, { code: "ERR_PDM_INSPECTOR_REFUSED" });
  const answered = session.post("second");
  session.receive(parseMessage(`{"id":${requests.at(-1)?.id},"result":{"value":2}}`));
  assert.deepEqual(await answered, { value: 2 });
});

// Commands for a REPL, whichever it is, sent by a client that knows how many bytes are printed.
import { RawSocket } from "./raw-socket.mjs";

/** @import { NetConnectOpts } from "node:net" */
/** @import { Exchange } from "./raw-socket.mjs" */

/** What is run: the same each time, or with a number that was not there before. @typedef {keyof typeof COMMANDS} CommandName */

/** The first of the numbers: all have as many digits, and so have the results. */
const FIRST_NUMBER = 1_000_000;

/** Commands by name, with the result of each, of the first where they differ. */
const COMMANDS = {
  "same sum": { source: "1+1", result: "2" },
  "new sum": { source: `1+${FIRST_NUMBER}`, result: `${FIRST_NUMBER + 1}` },
  "new call": { source: `Math.max(1,${FIRST_NUMBER})`, result: `${FIRST_NUMBER}` },
};

/**
 * @param {RawSocket} raw ready for a command
 * @param {string} message
 * @param {(bytes: Buffer) => boolean} isReply
 * @returns {Promise<Exchange>}
 */
async function makeExchange(raw, message, isReply) {
  const bytes = Buffer.from(message);
  const reply = await raw.ask(bytes, isReply);
  const place = bytes.indexOf(String(FIRST_NUMBER));
  if (place === -1) return { raw, message: bytes, replyBytes: reply.length };
  let number = FIRST_NUMBER;
  return {
    raw,
    message: bytes,
    replyBytes: reply.length,
    renew: () => bytes.write(String((number += 1)), place, "latin1"),
  };
}

/** @param {NetConnectOpts} target @param {CommandName} command @returns {Promise<Exchange>} over the text protocol */
async function openTextRepl(target, command) {
  const { source, result } = COMMANDS[command];
  const raw = await RawSocket.open(target);
  await raw.ask("repl\n", (bytes) => bytes.toString() === "+PDM1\n+REPL\n");
  return makeExchange(raw, `${source}\n\n`, (bytes) => bytes.toString() === ` ${result}\n+OK\n`);
}

/** @param {NetConnectOpts} target @param {CommandName} command @returns {Promise<Exchange>} in a session over `rpc`, as `pdm-repl` opens it and asks */
async function openRpcRepl(target, command) {
  const { source, result } = COMMANDS[command];
  const raw = await RawSocket.open(target);
  await raw.ask("rpc\n", (bytes) => bytes.toString().split("\n").length > 3);
  const session = "bench";
  const opened = await raw.ask(makeRequest("repl.open", { session }), isLine);
  // Else no thread would stand by to stop what runs.
  if (!opened.includes('"secret"')) throw new Error(`the server replied ${opened.toString()}`);
  const request = makeRequest("repl.evaluate", { session, source, evaluation: 1, colors: false, width: 80 });
  return makeExchange(raw, request, (bytes) => bytes.includes(`"text":"${result}"`) && isLine(bytes));
}

/** @param {NetConnectOpts} target @param {CommandName} command @returns {Promise<Exchange>} in Node's own REPL */
async function openNodeRepl(target, command) {
  const { source, result } = COMMANDS[command];
  const raw = await RawSocket.open(target);
  await raw.ask("", (bytes) => bytes.toString() === "> ");
  return makeExchange(raw, `${source}\n`, (bytes) => bytes.toString() === `${result}\n> `);
}

/** @param {string} method @param {object} params */
function makeRequest(method, params) {
  // The same id again and again, since each is answered before the next is read.
  return `${JSON.stringify({ jsonrpc: "2.0", id: 1, method, params })}\n`;
}

/** @param {Buffer} bytes */
function isLine(bytes) {
  return bytes.includes("\n");
}

/** By protocol. */
export const OPEN_REPL_EXCHANGE = { repl: openTextRepl, "repl over rpc": openRpcRepl, "node:repl": openNodeRepl };

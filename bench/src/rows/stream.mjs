/** @import { Row } from "../row.mjs" */

const MEBIBYTE = 1_048_576;
const WHOLE_BYTES = 256 * MEBIBYTE;

/** Where there is no time for the whole. */
const SHORT_BYTES = 4 * MEBIBYTE;

/** @type {Row} */
export const stream = {
  name: "stream",
  title: "A stream of 256 MiB",
  meaning:
    "An operation gives 256 MiB in pieces of 64 KiB; a client takes them over rpc, granting a mebibyte at a time.",
  placements: ["pinned", "free"],
  rounds: 5,
  sampleMs: 2_000,
  figures: {
    perSecond: { label: "MiB", unit: "/s" },
    growthMib: { label: "server's growth at its peak", unit: "MiB" },
  },
  variants: [
    {
      name: "rpc, stream",
      async start(stage) {
        const path = stage.makeSocketPath();
        const server = stage.start("tree-server");
        await server.request("start", { path });
        const client = stage.start("stream-client");
        await client.request("start", { path });
        // Code and buffers that the first stream needs are there to stay.
        await client.request("take", SHORT_BYTES);
        await server.request("watchMemory");
        return {
          async sample(durationMs) {
            const bytes = durationMs < 1_000 ? SHORT_BYTES : WHOLE_BYTES;
            const elapsedMs = await client.request("take", bytes);
            const growth = await server.request("growth");
            return { perSecond: (bytes / MEBIBYTE / elapsedMs) * 1_000, growthMib: Math.max(growth, 1) / MEBIBYTE };
          },
          memory: () => server.request("memory"),
        };
      },
    },
  ],
  comparisons: [
    {
      label: "rpc, stream, server's growth at its peak",
      kind: "figure",
      figure: "growthMib",
      of: "rpc, stream",
      target: { atMost: 16 },
    },
  ],
  notes:
    "The pieces are binary, and so a third longer in the JSON text. Nothing is asked of the source before the client has granted bytes and the socket has room: what the server holds is a piece or two, and what the garbage collector has not taken back yet.",
};

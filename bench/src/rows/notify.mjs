/** @import { Row, Variant } from "../row.mjs" */

/** @param {"empty call" | "EventChannel"} target @param {boolean} inlined @returns {Variant} */
function makeLoop(target, inlined) {
  return {
    name: nameLoop(target, inlined),
    async start(stage) {
      const peer = stage.start("notify-loop");
      await peer.request("start", { target, inlined });
      return {
        async sample(durationMs) {
          const { operations, elapsedMs } = await peer.request("run", durationMs);
          return { callNs: (elapsedMs / operations) * 1e6 };
        },
      };
    },
  };
}

/** @param {"empty call" | "EventChannel"} target @param {boolean} inlined */
function nameLoop(target, inlined) {
  return `${target}, ${inlined ? "inlined" : "called"}`;
}

/** @type {Row} */
export const notify = {
  name: "notify",
  title: "`notify` that nobody hears",
  meaning:
    "A service notifies of an event that has no subscriber, where the engine puts the method's code in place of the call (inlined), and where it has seen other classes and makes a real call (called).",
  placements: ["pinned"],
  onePlacement: "One process that never waits: there is nothing to place.",
  rounds: 30,
  sampleMs: 50,
  figures: { callNs: { label: "time a call", unit: "ns" } },
  variants: [true, false].flatMap((inlined) => [makeLoop("empty call", inlined), makeLoop("EventChannel", inlined)]),
  comparisons: [true, false].map((inlined) => ({
    label: `notify unheard above an empty call, ${inlined ? "inlined" : "called"}`,
    kind: "difference",
    figure: "callNs",
    of: nameLoop("EventChannel", inlined),
    to: nameLoop("empty call", inlined),
    target: { atMost: 3 },
  })),
  notes:
    "A channel looks at how many listeners it has, and returns. Making the event is not part of it: `hasSubscribers` says whether it is worth it.",
};

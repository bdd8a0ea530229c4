import { describeLoad, makeLoad } from "../load.mjs";

/** @import { Comparison, Row, Variant } from "../row.mjs" */

/** How long the server is left alone in each sample. */
const IDLE_MS = 250;

const MEBIBYTE = 2 ** 20;

const NOTHING = "nothing";
const REGISTERED = "pdm/register";
const WATCHED = "pdm/register, PDM_WATCHDOG=1";
const WITH_HTTP = "pdm/register, PDM_HTTP=1";

/**
 * @param {string} name
 * @param {Readonly<Record<string, string>>} [variables] with which the server is registered; without them it is not
 * @returns {Variant}
 */
function makeService(name, variables) {
  const load = makeLoad({
    name,
    server: "http-server",
    serverOptions: { watch: "nothing" },
    serverNode: (path) =>
      variables === undefined
        ? {}
        : { args: [`--import=${import.meta.resolve("pdm/register")}`], env: { ...variables, PDM_LISTEN: path } },
    client: "http-client",
  });
  return {
    name,
    async start(stage) {
      const subject = await load.start(stage);
      return {
        ...subject,
        async sample(durationMs) {
          const figures = await subject.sample(durationMs);
          // Garbage is collected before it idles: else that would be done meanwhile, now and then.
          const memory = await subject.memory?.();
          const before = await subject.usage?.();
          await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
          const after = await subject.usage?.();
          return {
            ...figures,
            rssMb: (memory?.rssBytes ?? Number.NaN) / MEBIBYTE,
            idleCpuUs: (((after?.cpuUs ?? Number.NaN) - (before?.cpuUs ?? Number.NaN)) / IDLE_MS) * 1000,
          };
        },
      };
    },
  };
}

/** @param {string} of @returns {Comparison[]} */
function compareWithNothing(of) {
  return [
    { label: `${of} : nothing, requests a second`, kind: "ratio", figure: "perSecond", of, to: NOTHING },
    { label: `${of} : nothing, server CPU a request`, kind: "ratio", figure: "serverCpuUs", of, to: NOTHING },
    { label: `${of} adds, resident memory`, kind: "difference", figure: "rssMb", of, to: NOTHING },
    { label: `${of} adds, CPU when idle`, kind: "difference", figure: "idleCpuUs", of, to: NOTHING },
  ];
}

/** @type {Row} */
export const standing = {
  name: "standing",
  title: "What each standing part costs a serving process",
  meaning:
    "The JSON service of the row below is started as it is, and with `--import pdm/register`, alone, with HTTP requests counted, and with the watchdog; nobody is connected. It is asked over 8 connections, and then left alone for 250 ms.",
  placements: ["pinned", "free"],
  rounds: 30,
  sampleMs: 250,
  figures: {
    ...describeLoad("perSecond", "request"),
    rssMb: { label: "resident", unit: "MiB" },
    idleCpuUs: { label: "CPU when idle", unit: "µs/s" },
  },
  variants: [
    makeService(NOTHING),
    makeService(REGISTERED, {}),
    makeService(WITH_HTTP, { PDM_HTTP: "1" }),
    makeService(WATCHED, { PDM_WATCHDOG: "1" }),
  ],
  comparisons: [REGISTERED, WITH_HTTP, WATCHED].flatMap(compareWithNothing),
  notes:
    "A listener that nobody is connected to has no timer and no part in a request. The memory is that of `listen`, in the row above, and the counting's. The CPU when idle is that of the two questions about it over IPC, in all variants alike. Processes of one and the same program differ by some per cent.",
};

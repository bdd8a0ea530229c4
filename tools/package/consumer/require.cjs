const daemon = require("pdm");
const client = require("pdm/client");
const http = require("pdm/http");
const { version } = require("pdm/package.json");

if (typeof version !== "string") throw new Error("pdm/package.json cannot be read");
void import("./use.mjs").then(({ useBothWays }) => useBothWays(daemon, client, http));

import assert from "node:assert/strict";
import { expose, listen, ValueAttribute } from "pdm";
import { connect, connectRepl } from "pdm/client";
import { observe } from "pdm/http";
import "pdm/register";
import { useBothWays } from "./use.mjs";

await useBothWays({ expose, listen, ValueAttribute }, { connect, connectRepl }, { observe });
// It has effects when it is loaded, which a bundler must not drop.
assert.ok(Symbol.for("pdm.register.v1") in globalThis);

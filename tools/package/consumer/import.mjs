import { expose, listen, ValueAttribute } from "pdm";
import { connect, connectRepl } from "pdm/client";
import { observe } from "pdm/http";
import { useBothWays } from "./use.mjs";

await useBothWays({ expose, listen, ValueAttribute }, { connect, connectRepl }, { observe });

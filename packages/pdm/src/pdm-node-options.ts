#!/usr/bin/env node
import { runNodeOptions } from "./registration/node-options-program.js";

process.exitCode = runNodeOptions(process.argv.slice(2), new URL("./register.js", import.meta.url).href);

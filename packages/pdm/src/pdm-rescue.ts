#!/usr/bin/env node
import { runRescue } from "./rescue/rescue-program.js";

void runRescue(process.argv.slice(2)).then((status) => (process.exitCode = status));

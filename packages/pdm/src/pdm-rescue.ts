#!/usr/bin/env node
import { endWith } from "./rescue/interruption.js";
import { runRescue } from "./rescue/rescue-program.js";

void runRescue(process.argv.slice(2)).then(endWith);

#!/usr/bin/env node
import { endWith } from "./rescue/interruption.js";
import { runAttach } from "./rescue/attach-program.js";

void runAttach(process.argv.slice(2)).then(endWith);

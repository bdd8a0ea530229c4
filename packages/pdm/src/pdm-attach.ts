#!/usr/bin/env node
import { runAttach } from "./rescue/attach-program.js";

void runAttach(process.argv.slice(2)).then((status) => (process.exitCode = status));

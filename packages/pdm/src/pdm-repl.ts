#!/usr/bin/env node
import { runProgram } from "./terminal/program.js";

void runProgram(process.argv.slice(2)).then((status) => (process.exitCode = status));

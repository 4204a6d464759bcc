#!/usr/bin/env node
import { pathToFileURL } from "node:url";
import { builtProgram } from "./built.cjs";

const program = builtProgram("longshore.mjs");
process.argv[1] = program;
await import(pathToFileURL(program).href);

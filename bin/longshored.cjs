#!/usr/bin/env -S -u NODE_OPTIONS LONGSHORE_ASIDE_NODE_OPTIONS=${NODE_OPTIONS} node
const { builtProgram } = require("./built.cjs");

const program = builtProgram("longshored.cjs");
process.argv[1] = program;
require(program);

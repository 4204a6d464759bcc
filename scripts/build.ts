/** Builds `dist/`: the three programs that those in `bin/` run. They call it where the sources have changed. */
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { build } from "esbuild";
import { describeSources } from "../bin/built.cjs";
import { bundleSupervisor } from "./bundle-supervisor.ts";

// Packages with native parts or files of their own, which they find beside them.
const IN_NODE_MODULES = ["ssh2", "dockerode", "zx"];

// CommonJS packages within an ES module still `require` what Node has.
const REQUIRE =
  'import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);';

async function buildOperator(outdir: string): Promise<void> {
  // ESM with split chunks: what is imported lazily stays lazy. Packages are bundled: hundreds of small files take a third
  // of the time of a run in which nothing changes.
  await build({
    bundle: true,
    platform: "node",
    target: "node20",
    logLevel: "warning",
    legalComments: "none",
    format: "esm",
    external: IN_NODE_MODULES,
    splitting: true,
    entryPoints: { longshore: "provision/longshore.ts" },
    outdir,
    outExtension: { ".js": ".mjs" },
    chunkNames: "chunks/[name]-[hash]",
    banner: { js: `#!/usr/bin/env node\n${REQUIRE}` },
  });
}

const DAY_MS = 24 * 3600 * 1000;

/**
 * Moves what was built into `dist/`, file by file: one that runs meanwhile finds the chunks that it loads later, as their
 * names are their content, and two builds at a time only do the same twice. Those of older builds go after a day.
 */
function install(fresh: string): void {
  const now = new Date();
  mkdirSync("dist/chunks", { recursive: true });
  for (const name of readdirSync(`${fresh}/chunks`)) {
    renameSync(`${fresh}/chunks/${name}`, `dist/chunks/${name}`);
    utimesSync(`dist/chunks/${name}`, now, now);
  }
  for (const name of readdirSync("dist/chunks")) {
    const path = `dist/chunks/${name}`;
    const time = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (now.getTime() - time > DAY_MS) rmSync(path, { force: true });
  }
  const programs = readdirSync(fresh).filter((name) => name !== "chunks");
  const isCurrent = new Set(["chunks", ...programs]);
  for (const name of readdirSync("dist"))
    if (!isCurrent.has(name)) rmSync(`dist/${name}`, { recursive: true, force: true });
  // The last one says that all others are there.
  for (const name of programs.sort((a, b) => Number(a === STAMP) - Number(b === STAMP)))
    renameSync(`${fresh}/${name}`, `dist/${name}`);
}

const STAMP = "longshore.sources";
// Built beside and moved in: a build that fails keeps the old files.
const fresh = `.dist-${process.pid}`;
try {
  // Before they are read: one that is changed meanwhile counts as changed.
  const sources = describeSources(".");
  await Promise.all([bundleSupervisor(fresh), buildOperator(fresh)]);
  for (const program of ["longshored.cjs", "longshorectl.cjs", "longshore.mjs"])
    chmodSync(`${fresh}/${program}`, 0o755);
  writeFileSync(`${fresh}/${STAMP}`, sources);
  install(fresh);
} finally {
  rmSync(fresh, { recursive: true, force: true });
}

/** Builds `dist/`: the three programs that package.json's `bin` names. Run by `npm ci` (prepare) and by every deploy. */
import { chmodSync, renameSync, rmSync } from "node:fs";
import { build } from "esbuild";
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

// Built beside and swapped in: a build that fails, or a program that runs meanwhile, keeps the old files.
const fresh = `.dist-${process.pid}`;
try {
  await Promise.all([bundleSupervisor(fresh), buildOperator(fresh)]);
  for (const program of ["longshored.cjs", "longshorectl.cjs", "longshore.mjs"])
    chmodSync(`${fresh}/${program}`, 0o755);
  rmSync("dist", { recursive: true, force: true });
  renameSync(fresh, "dist");
} finally {
  rmSync(fresh, { recursive: true, force: true });
}

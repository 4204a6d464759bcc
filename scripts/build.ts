/** Builds `dist/`: the three programs that package.json's `bin` names. Run by `npm ci` (prepare) and by every deploy. */
import { chmodSync, renameSync, rmSync } from "node:fs";
import { build } from "esbuild";
import { bundleSupervisor } from "./bundle-supervisor.ts";

async function buildOperator(outdir: string): Promise<void> {
  // ESM with split chunks: what is imported lazily stays lazy. Packages stay in node_modules.
  await build({
    bundle: true,
    platform: "node",
    target: "node20",
    logLevel: "warning",
    legalComments: "none",
    format: "esm",
    packages: "external",
    splitting: true,
    entryPoints: { longshore: "provision/longshore.ts" },
    outdir,
    outExtension: { ".js": ".mjs" },
    chunkNames: "chunks/[name]-[hash]",
    banner: { js: "#!/usr/bin/env node" },
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

/** Builds `dist/`: the three programs that package.json's `bin` names. Run by `npm ci` (prepare) and by every deploy. */
import { chmodSync, rmSync } from "node:fs";
import { build } from "esbuild";

const common = {
  bundle: true,
  platform: "node",
  target: "node20",
  logLevel: "warning",
  legalComments: "none",
} as const;

async function buildSupervisor(): Promise<void> {
  // CJS, because yaml's Node export is CJS; koffi's platform file is copied beside the bundle.
  await build({
    ...common,
    format: "cjs",
    entryPoints: { longshored: "supervisor/longshored.ts", longshorectl: "supervisor/longshorectl.ts" },
    outdir: "dist",
    outExtension: { ".js": ".cjs" },
    loader: { ".node": "copy" },
    banner: { js: "#!/usr/bin/env node" },
  });
}

async function buildOperator(): Promise<void> {
  // ESM with split chunks: what is imported lazily stays lazy. Packages stay in node_modules.
  await build({
    ...common,
    format: "esm",
    packages: "external",
    splitting: true,
    entryPoints: { longshore: "provision/longshore.ts" },
    outdir: "dist",
    outExtension: { ".js": ".mjs" },
    chunkNames: "chunks/[name]-[hash]",
    banner: { js: "#!/usr/bin/env node" },
  });
}

rmSync("dist", { recursive: true, force: true });
await Promise.all([buildSupervisor(), buildOperator()]);
for (const program of ["longshored.cjs", "longshorectl.cjs", "longshore.mjs"])
  chmodSync(`dist/${program}`, 0o755);

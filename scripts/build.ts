/** Builds `dist/`: the three programs that package.json's `bin` names. Run by `npm ci` (prepare) and by every deploy. */
import { chmodSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { build, type Plugin } from "esbuild";

const common = {
  bundle: true,
  platform: "node",
  target: "node20",
  logLevel: "warning",
  legalComments: "none",
} as const;

/** Bundles koffi as its file for this platform alone: its own loader looks for those of all platforms in node_modules. */
const koffiFile: Plugin = {
  name: "koffi-file",
  setup({ onResolve, onLoad }) {
    const require = createRequire(import.meta.url);
    const folder = dirname(require.resolve(`@koromix/koffi-linux-${process.arch}/package.json`));
    onResolve({ filter: /^koffi$/ }, () => ({ path: "koffi", namespace: "koffi-file" }));
    onLoad({ filter: /.*/, namespace: "koffi-file" }, () => ({
      contents: `module.exports = require("./linux_${process.arch}/koffi.node");`,
      resolveDir: folder,
    }));
  },
};

async function buildSupervisor(): Promise<void> {
  // CJS, because yaml's Node export is CJS; koffi's platform file is copied beside the bundle.
  await build({
    ...common,
    format: "cjs",
    entryPoints: { longshored: "supervisor/longshored.ts", longshorectl: "supervisor/longshorectl.ts" },
    outdir: "dist",
    outExtension: { ".js": ".cjs" },
    loader: { ".node": "copy" },
    plugins: [koffiFile],
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

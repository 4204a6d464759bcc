import { createRequire } from "node:module";
import { dirname } from "node:path";
import { build, type Plugin } from "esbuild";

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

/** Bundles longshored and longshorectl into a folder that can be copied anywhere: it needs Node and nothing else. */
export async function bundleSupervisor(outdir: string): Promise<void> {
  await build({
    bundle: true,
    platform: "node",
    target: "node20",
    logLevel: "warning",
    legalComments: "none",
    // The text of a program stays in its memory; names stay as they are, for stack traces.
    minifyWhitespace: true,
    minifySyntax: true,
    // CJS, because yaml's Node export is CJS; koffi's platform file is copied beside the bundle.
    format: "cjs",
    entryPoints: {
      longshored: "supervisor/longshored.ts",
      "longshored-load": "supervisor/load-program.ts",
      longshorectl: "supervisor/longshorectl.ts",
    },
    outdir,
    outExtension: { ".js": ".cjs" },
    loader: { ".node": "copy" },
    plugins: [koffiFile],
    // NODE_OPTIONS is for the tasks; by the time that a program runs, Node has done as it says.
    banner: {
      js: "#!/usr/bin/env -S -u NODE_OPTIONS LONGSHORE_ASIDE_NODE_OPTIONS=${NODE_OPTIONS} node",
    },
  });
}

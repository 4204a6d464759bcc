import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { type BuildOptions, build, type Plugin } from "esbuild";

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

const program = "supervisor/daemon-program.ts";
/** What only `longshored check`, `convert` and the like import: all that the command line loads but for what runs tasks. */
const tools = [...readFileSync(program, "utf8").matchAll(/ import\("\.\/(\S+)\.ts"\)/g)].flatMap(
  ([, name = ""]) => (name === "daemon" ? [] : [name]),
);
const toolsFile = "./longshored-tools.cjs";
/** Under this name longshored hands its classes of errors to its tools, so that it knows their errors as such. */
const errors = 'globalThis[Symbol.for("longshore.user-error")]';

/**
 * Leaves the tools to a file of their own, which is read when one is asked for. The text of a program stays in the memory of
 * its process, used or not.
 */
const toolsAside: Plugin = {
  name: "tools-aside",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\.\.?\/.*\.ts$/ }, ({ kind, path, resolveDir }) => {
      const tool = tools.find((name) => join(resolveDir, path).endsWith(`/supervisor/${name}.ts`));
      return kind === "dynamic-import" && tool !== undefined
        ? { path: tool, namespace: "tools-aside" }
        : undefined;
    });
    onResolve({ filter: /^\.\/longshored-tools\.cjs$/ }, ({ path }) => ({ path, external: true }));
    onLoad({ filter: /.*/, namespace: "tools-aside" }, ({ path }) => ({
      contents: `${errors} = require("./shared/user-error.ts"); module.exports = require("${toolsFile}")["${path}"];`,
      resolveDir: ".",
    }));
  },
};

/** Gives the tools the errors of the program that reads them. */
const errorsOfProgram: Plugin = {
  name: "errors-of-program",
  setup({ onLoad }) {
    onLoad({ filter: /\/shared\/user-error\.ts$/ }, () => ({
      contents: `export const { UserError, UserErrors, formatError } = ${errors};`,
      loader: "js",
    }));
  },
};

/** Bundles longshored and longshorectl into a folder that can be copied anywhere: it needs Node and nothing else. */
export async function bundleSupervisor(outdir: string): Promise<void> {
  const options = {
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
    outdir,
    outExtension: { ".js": ".cjs" },
    loader: { ".node": "copy" },
  } as const satisfies BuildOptions;
  await Promise.all([
    build({
      ...options,
      entryPoints: {
        longshored: "supervisor/longshored.ts",
        "longshored-load": "supervisor/load-program.ts",
        longshorectl: "supervisor/longshorectl.ts",
      },
      plugins: [koffiFile, toolsAside],
      // NODE_OPTIONS is for the tasks; by the time that a program runs, Node has done as it says.
      banner: {
        js: "#!/usr/bin/env -S -u NODE_OPTIONS LONGSHORE_ASIDE_NODE_OPTIONS=${NODE_OPTIONS} node",
      },
    }),
    build({
      ...options,
      stdin: {
        contents: `module.exports = { ${tools.map((name) => `get "${name}"() { return require("./${name}.ts"); }`).join(", ")} };`,
        resolveDir: "supervisor",
      },
      entryNames: "longshored-tools",
      plugins: [koffiFile, errorsOfProgram],
    }),
  ]);
}

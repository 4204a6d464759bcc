// In a clone, dist/ is built when it is missing or older than the sources. In an installed package it is there already.
const { spawnSync } = require("node:child_process");
const { existsSync, readdirSync, readFileSync, statSync } = require("node:fs");
const { join } = require("node:path");

const SOURCES = ["package.json", "provision", "scripts", "shared", "supervisor", "tsconfig.json"];
/** npm writes it whenever it changes a package */
const PACKAGES = "node_modules/.package-lock.json";

/**
 * Every file that dist/ is made of, a line each: name, size, time of its last change. Equal when nothing was touched.
 *
 * @param {string} root of the clone
 * @returns {string}
 */
function describeSources(root) {
  /** @type {string[]} */
  const lines = [];
  /** @param {string} path */
  const add = (path) => {
    const stats = statSync(join(root, path), { throwIfNoEntry: false });
    if (stats?.isDirectory()) for (const name of readdirSync(join(root, path)).sort()) add(`${path}/${name}`);
    else if (stats !== undefined) lines.push(`${path} ${stats.size} ${stats.mtimeMs}`);
  };
  for (const path of [...SOURCES, PACKAGES]) add(path);
  return lines.join("\n");
}

/**
 * The path of a program in dist/, which is built before where the sources have changed. Writes to stderr alone, and
 * exits where there is nothing to run.
 *
 * @param {string} name
 * @returns {string}
 */
function builtProgram(name) {
  const root = join(__dirname, "..");
  const program = join(root, "dist", name);
  const build = join(root, "scripts/build.ts");
  if (existsSync(build) && !(existsSync(program) && isFresh(root))) {
    const tsx = join(root, "node_modules/tsx/dist/cli.mjs");
    const stdio = /** @type {const} */ (["ignore", 2, 2]);
    const { status } = spawnSync(process.execPath, [tsx, build], { cwd: root, stdio: [...stdio] });
    if (status !== 0) {
      const what = existsSync(program)
        ? "dist/ is older than the sources, and was not built"
        : "dist/ was not built";
      process.stderr.write(`longshore: ${what}. Run in ${root}: npm ci && npm run build\n`);
      process.exit(1);
    }
  } else if (!existsSync(program)) {
    process.stderr.write(`longshore: cannot find ${program}: the package was made without npm run build\n`);
    process.exit(1);
  }
  return program;
}

/** @param {string} root */
function isFresh(root) {
  try {
    return readFileSync(join(root, "dist/longshore.sources"), "utf8") === describeSources(root);
  } catch {
    return false;
  }
}

module.exports = { builtProgram, describeSources };

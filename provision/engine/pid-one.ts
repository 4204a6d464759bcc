/**
 * Whether this is the command line of longshored: the program itself, or the Node that runs it.
 *
 * @param argv of a container's PID 1
 */
export function isLongshored(argv: readonly string[]): boolean {
  const [program = "", ...rest] = argv.map(baseName);
  if (isProgram(program)) return true;
  if (program !== "node" && program !== "nodejs") return false;
  // Node's own options come before the file that it runs.
  return isProgram(rest.find((word) => !word.startsWith("-")) ?? "");
}

function isProgram(name: string): boolean {
  return /^longshored(\.c?js)?$/.test(name);
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** A command line on one line, cut short: `nginx: master process nginx -g daemon off;`. */
export function describeArgv(argv: readonly string[]): string {
  const line = argv.join(" ").replace(/\s+/g, " ").trim();
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}

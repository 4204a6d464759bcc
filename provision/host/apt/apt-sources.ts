import { type Apt, aptGet, tryApt } from "./apt.ts";

/**
 * The sources that an `apt-get update` could not read, with apt's reason: `http://x/debian trixie InRelease: Could not resolve
 * 'x'`. Those of its lines that begin with `Err:` name a source, and the reason follows; an `E:` is about what was read and
 * not accepted. Pure.
 */
export function findDeadSources(output: string): string[] {
  const lines = output.split("\n");
  const dead = new Map<string, string>();
  lines.forEach((line, index) => {
    const [, url, rest = ""] = /^Err:\d+ (\S+) (.*)$/.exec(line) ?? [];
    if (url === undefined) return;
    const next = lines[index + 1] ?? "";
    const suite = rest.split(" ")[0] ?? "";
    dead.set(url, `${url} ${suite}${next.startsWith("  ") ? `: ${next.trim()}` : ""}`);
  });
  const refused = lines.flatMap((line) => {
    const words = /^E: (.*)$/.exec(line)?.[1];
    return words === undefined || [...dead.keys()].some((url) => words.includes(withoutSlash(url)))
      ? []
      : [words];
  });
  return [...dead.values(), ...refused];
}

const withoutSlash = (url: string) => url.replace(/\/+$/, "");

/**
 * Refreshes the package lists. A source that cannot be read is named, and does not stop what the others are good for: whether
 * it is missed shows when something is to be installed.
 *
 * @returns the sources that could not be read
 */
export async function refreshPackages(apt: Apt): Promise<string[]> {
  const { progress, tell } = apt.context;
  progress("apt-get update");
  const { stdout, stderr } = await tryApt(apt, aptGet(apt, "update"));
  const dead = findDeadSources(`${stdout}\n${stderr}`);
  for (const source of dead) tell(`apt cannot read a source: ${source}`);
  return dead;
}

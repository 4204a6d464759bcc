/** A package, and what apt would do to it. */
export interface PackageChange {
  name: string;
  /** the version that is there now */
  from?: string;
  /** the version that would come; undefined for one that would go */
  to?: string;
}

/** What `apt-get --simulate` says that it would do. */
export interface Simulation {
  changes: PackageChange[];
  /** names that would get an older version than they have */
  downgraded: string[];
  /** names that are on hold and would be changed all the same */
  held: string[];
}

/**
 * Reads the words of `apt-get --simulate`: its lines `Inst` and `Remv` for programs, and for what these do not tell its
 * headings, under which indented names follow. Pure.
 */
export function parseSimulation(output: string): Simulation {
  const lines = output.split("\n");
  const changes = lines.flatMap((line): PackageChange[] => {
    const [, verb, name = "", from, to] =
      /^(Inst|Remv|Purg) (\S+)(?: \[([^\]]*)\])?(?: \((\S+))?/.exec(line) ?? [];
    if (verb === undefined) return [];
    return [{ name, ...(from === undefined ? {} : { from }), ...(verb === "Inst" ? { to: to ?? "" } : {}) }];
  });
  return {
    changes,
    downgraded: namesBelow(lines, /^The following packages will be DOWNGRADED/),
    held: namesBelow(lines, /^The following held packages will be changed/),
  };
}

function namesBelow(lines: readonly string[], heading: RegExp): string[] {
  const start = lines.findIndex((line) => heading.test(line));
  if (start < 0) return [];
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => !line.startsWith(" "));
  return rest.slice(0, end < 0 ? rest.length : end).flatMap((line) =>
    line
      .trim()
      .split(/\s+/)
      .map((name) => name.replace(/\*$/, "")),
  );
}

/** The changes as lines of a diff: `- docker.io 26.1`, `+ docker.io 28.5`. */
export function formatChanges({ changes }: Simulation): string[] {
  return changes.flatMap(({ name, from, to }) => [
    ...(from === undefined ? [] : [`- ${name} ${from}`]),
    ...(to === undefined ? [] : [`+ ${name} ${to}`]),
  ]);
}

/**
 * Why apt must not do what it would: nothing that is there is removed or made older, and what is on hold stays.
 *
 * @param free packages whose hold is ours to lift
 * @returns lines for people; none where nothing speaks against it
 */
export function objectTo({ changes, downgraded, held }: Simulation, free: readonly string[] = []): string[] {
  const describe = ({ name, from }: PackageChange) => `${name} ${from ?? ""}`.trim();
  const removed = changes.filter(({ to }) => to === undefined).map(describe);
  const bound = held.filter((name) => !free.includes(name));
  return [
    ...(removed.length > 0 ? [`would remove ${removed.join(", ")}`] : []),
    ...(downgraded.length > 0 ? [`would bring an older version of ${downgraded.join(", ")}`] : []),
    ...(bound.length > 0 ? [`would change ${bound.join(", ")}, which is on hold`] : []),
  ];
}

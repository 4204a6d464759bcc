import { InvalidArgumentError, Option } from "commander";

/** Options that every command on hosts has. */
export interface FleetOptions {
  inventory: string;
  limit?: string;
  forks: number;
  json: boolean;
  acceptNew: boolean;
  debug: boolean;
  check?: boolean;
  diff?: boolean;
}

export interface StackOptions extends FleetOptions {
  stack: string;
  secrets: string;
}

export const limitOption = () =>
  new Option(
    "-l, --limit <pattern>",
    "only these hosts: names, groups, globs, ~regex, web[0], @file; `,` adds, `!` excludes, `&` intersects",
  );
export const forksOption = () =>
  new Option("-f, --forks <n>", "hosts worked on at the same time").default(10).argParser(parseCount);
export const jsonOption = () => new Option("--json", "print the result as JSON on stdout").default(false);
export const checkOption = () =>
  new Option("--check", "only show what would be done; exit code 2 when there is something").default(false);
export const diffOption = () =>
  new Option("--diff", "with --check: show the changes in detail").default(false);
export const acceptNewOption = () =>
  new Option("--accept-new", "accept and record the host key of a host that is not in known_hosts").default(
    false,
  );
export const stackOption = () =>
  new Option("-s, --stack <dir>", "the stack's folder").default("compose/site");
export const secretsOption = () =>
  new Option("--secrets <dir>", "the folder of the secrets files").default("secrets");

function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError("a whole number from 1");
  return count;
}

import { InvalidArgumentError, Option } from "commander";
import { parseShare, type Share } from "../../fleet/share.ts";

/** Options that every command on hosts has. */
export interface FleetOptions {
  inventory: string;
  limit?: string;
  forks: number;
  json: JsonForm;
  acceptNew: boolean;
  askPass: boolean;
  askBecomePass: boolean;
  debug: boolean;
  check?: boolean;
  diff?: boolean;
  serial?: Share[];
  maxFail?: Share;
  verbose?: boolean;
  /** bring Docker's packages to the newest version */
  upgrade?: boolean;
  /** a file to which everything is written */
  log?: string;
  /** the arguments that the program was called with */
  args: readonly string[];
}

/** `--json`: one document at the end, or also what happens on the way to it, an object a line. */
export type JsonForm = false | "result" | "events";

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
export const jsonOption = () =>
  new Option("--json", "print the result as JSON on stdout").preset("result").default(false);
export const jsonEventsOption = () =>
  new Option("--json [form]", "`result`: one document at the end; `events`: an object a line as it happens")
    .choices(["result", "events"])
    .preset("result")
    .default(false);
export const serialOption = () =>
  new Option(
    "--serial <sizes>",
    "hosts in batches, one after the other: 1, 25%, or 2,5,100%; ends when a whole batch has failed",
  ).argParser(parseShares);
export const maxFailOption = () =>
  new Option(
    "--max-fail <n>",
    "begin no further host when more than so many (or 10%) have failed; default: go on with the others",
  ).argParser(readShare);
export const verboseOption = () =>
  new Option("-v, --verbose", "show the commands that run on the hosts").default(false);
export const logOption = () =>
  new Option("--log <file>", "write everything to a file: steps, commands and their output");
export const upgradeOption = () =>
  new Option(
    "--upgrade",
    "bring Docker's packages to the newest version; they stay as they are else",
  ).default(false);
export const checkOption = () =>
  new Option("--check", "only show what would be done; exit code 2 when there is something").default(false);
export const diffOption = () =>
  new Option("--diff", "with --check: show the changes in detail").default(false);
export const acceptNewOption = () =>
  new Option("--accept-new", "accept and record the host key of a host that is not in known_hosts").default(
    false,
  );
export const askPassOption = () =>
  new Option("-k, --ask-pass", "ask once for the password with which to log in to the hosts").default(false);
export const askBecomePassOption = () =>
  new Option("-K, --ask-become-pass", "ask once for sudo's password on the hosts").default(false);
export const stackOption = () =>
  new Option("-s, --stack <dir>", "the stack's folder").default("compose/site");
export const secretsOption = () =>
  new Option("--secrets <dir>", "the folder of the secrets files").default("secrets");

export const yesOption = () =>
  new Option("-y, --yes", "remove without asking; needed where there is no terminal").default(false);

export const linesOption = () =>
  new Option("-n, --lines <n>", "so many entries of each host").default(20).argParser(parseCount);

function parseCount(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || !Number.isSafeInteger(count))
    throw new InvalidArgumentError("a whole number from 1");
  return count;
}

function readShare(text: string): Share {
  const share = parseShare(text);
  if (share === undefined) throw new InvalidArgumentError("a number of hosts, or a percentage such as 25%");
  return share;
}

function parseShares(text: string): Share[] {
  return text.split(",").map((part) => {
    const share = readShare(part);
    if (Object.values(share)[0] === 0) throw new InvalidArgumentError("a batch has at least one host");
    return share;
  });
}

import type { Command, Option } from "commander";
import { suggestWord } from "../../../shared/suggest.ts";
import { UserError } from "../../../shared/user-error.ts";
import { isStartedByNpm, writeCommand } from "../../fleet/command-line.ts";

/** An option that the operator wrote before `--`: npm took it, and the command did not get it. */
interface Kept {
  /** as they wrote it */
  written: string;
  /** ours, which they meant */
  option: Option;
  /** undefined for a flag, and where npm passed the value on as a word */
  value: string | undefined;
}

/** Names of npm's own that are near one of ours, or that begin as `-l` with a value does. */
const OF_NPM =
  `legacy-bundling legacy-peer-deps libc link local-address local-prefix location lockfile-version loglevel
  logs-dir logs-max long versions`.split(/\s+/);

/** What npm makes of `-l`, `-K` and of other tools' `--dry-run`. */
const MEANT: Readonly<Record<string, { written: string; long: string }>> = {
  long: { written: "-l", long: "--limit" },
  k: { written: "-K", long: "--ask-become-pass" },
  "dry-run": { written: "--dry-run", long: "--check" },
};

/**
 * Refuses a command of which npm kept an option: `npm run down --limit=web2` runs `down` without a limit, and leaves
 * `npm_config_limit` in the environment (npm's `set-envs.js`: what the command line and the environment say, not `.npmrc`).
 *
 * @param args the words that arrived
 * @throws UserError `npm_option` with the line to write
 */
export function refuseFlagsOfNpm(program: Command, args: readonly string[], env: NodeJS.ProcessEnv): void {
  if (!isStartedByNpm(env)) return;
  const words = args.filter((arg) => !arg.startsWith("-"));
  const command = findCommand(program, words);
  if (command === undefined) return;
  const options = [...program.options, ...command.options].filter(
    ({ long, hidden }) => !hidden && long !== "--version",
  );
  const kept = Object.entries(env)
    .map(([name, value]) => findKept(name, value ?? "", options, env))
    .filter((found) => found !== undefined);
  const forks = options.find(({ long }) => long === "--forks");
  if (forks !== undefined && env.npm_config_force === "true" && words.some((word) => /^\d+$/.test(word))) {
    kept.push({ written: "-f", option: forks, value: undefined });
  }
  if (kept.length === 0) {
    refuseOthers(program, command, options, args, env);
    return;
  }
  const names = kept.map(({ written }) => written).join(" and ");
  throw new UserError("npm_option", `npm kept ${names} for itself: nothing was done`, {
    hint: `npm gives a script only the words after \`--\`. Write: ${rewrite(kept, args, depthOf(command), env)}`,
  });
}

/** An option of another command would have been refused without npm, too. */
function refuseOthers(
  program: Command,
  command: Command,
  options: readonly Option[],
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): void {
  const names = new Set(program.commands.flatMap((each) => each.options.map(({ long }) => long)));
  for (const { long } of options) names.delete(long);
  const written = Object.keys(env)
    .filter((variable) => !["", "false", "null"].includes(env[variable] ?? ""))
    .map((variable) => optionOf(variable, env))
    .find((name) => name !== undefined && names.has(name));
  if (written === undefined) return;
  const message = `npm kept ${written} for itself, and ${command.name()} has no ${written}: nothing was done`;
  throw new UserError("npm_option", message, { hint: `write: ${writeCommand([...args], env)}` });
}

/** The option that a variable of npm's stands for: `--limit` of `npm_config_limit`. */
function optionOf(variable: string, env: NodeJS.ProcessEnv): string | undefined {
  if (!variable.startsWith("npm_config_")) return undefined;
  const name = variable.slice("npm_config_".length).replaceAll("_", "-");
  // `npx --yes longshore …` answers npx's own question.
  return name === "yes" && env.npm_command === "exec" ? undefined : `--${name}`;
}

/** What npm took `--verbose` to be: its own. Undefined where it was not given. */
export function noteOnVerbose(args: readonly string[], env: NodeJS.ProcessEnv): string | undefined {
  if (!isStartedByNpm(env) || env.npm_config_loglevel !== "verbose" || args.includes("--verbose"))
    return undefined;
  return `longshore: npm took --verbose for itself; for the commands that run on the hosts: ${writeCommand([...args, "--verbose"], env)}`;
}

function findCommand(program: Command, words: readonly string[]): Command | undefined {
  const command = program.commands.find((each) => words.includes(each.name()));
  return command?.commands.find((each) => words.includes(each.name())) ?? command;
}

/** How many words lead to a command: 2 for `hosts trust`. */
function depthOf(command: Command): number {
  return command.parent?.parent ? 2 : 1;
}

function findKept(
  variable: string,
  value: string,
  options: readonly Option[],
  env: NodeJS.ProcessEnv,
): Kept | undefined {
  const name = ["", "false", "null"].includes(value) ? undefined : optionOf(variable, env)?.slice(2);
  if (name === undefined) return undefined;
  const find = (long: string | undefined) => options.find((option) => option.long === long);
  const meant = MEANT[name];
  const own = find(meant?.long ?? `--${name}`);
  if (own !== undefined)
    return { written: meant?.written ?? `--${name}`, option: own, value: givenValue(own, value) };
  if (OF_NPM.includes(name)) return undefined;
  const limit = find("--limit");
  const near = find(nearest(name, options));
  if (near !== undefined) return { written: `--${name}`, option: near, value: givenValue(near, value) };
  if (limit !== undefined && value === "true" && /^l./.test(name))
    return { written: `-${name}`, option: limit, value: name.slice(1) };
  return undefined;
}

/** npm says `true` for an option whose value it took for a word of the command. */
function givenValue(option: Option, value: string): string | undefined {
  return option.isBoolean() || value === "true" ? undefined : value;
}

/** `--lim` and `--limti` never reach us as they would without npm, where they are refused. */
function nearest(name: string, options: readonly Option[]): string | undefined {
  const known = options.map(({ long }) => long?.slice(2) ?? "").filter((each) => each !== "");
  const begun = name.length < 3 ? undefined : known.find((each) => each.startsWith(name));
  const found = begun ?? (name.length < 4 ? undefined : suggestWord(name, known));
  return found === undefined ? undefined : `--${found}`;
}

/** The command line with the options behind `--`, and with their values where it is clear which word was which. */
function rewrite(
  kept: readonly Kept[],
  args: readonly string[],
  depth: number,
  env: NodeJS.ProcessEnv,
): string {
  const first = args.findIndex((arg) => arg.startsWith("-"));
  const loose = args.slice(0, first < 0 ? undefined : first).slice(depth);
  const open = kept.filter(({ option, value }) => option.required && value === undefined);
  const isClear = open.length === 1 && loose.length === 1;
  const used = new Set<string>();
  const words = kept.flatMap(({ option, value }) => {
    const long = option.long ?? "";
    const choice = loose.find((word) => option.argChoices?.includes(word));
    if (option.optional && (value ?? choice) !== undefined) {
      used.add(value ?? choice ?? "");
      return [`${long}=${value ?? choice}`];
    }
    if (!option.required) return [long];
    if (value !== undefined) return [long, value];
    if (isClear) used.add(loose[0] ?? "");
    return [
      long,
      isClear ? (loose[0] ?? "") : (/<.*>/.exec(option.flags)?.[0].slice(1, -1).toUpperCase() ?? "VALUE"),
    ];
  });
  const rest = args.filter((arg) => !used.has(arg) && !(open.length > 0 && !isClear && loose.includes(arg)));
  return writeCommand([...rest, ...words], env);
}

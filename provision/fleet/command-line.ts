import { quoteArgv } from "../../shared/quote-argv.ts";

/** The scripts of package.json that are a command of the same name. */
const SCRIPTS = ["up", "provision", "deploy", "status", "down"];

/** True where npm itself started this program; yarn and pnpm hand every word on, and set the same variables. */
export function isStartedByNpm(env: NodeJS.ProcessEnv): boolean {
  return env.npm_config_user_agent?.startsWith("npm/") === true;
}

/**
 * A command line as the operator writes it: `longshore deploy --limit web1`, or with npm in between
 * `npm run deploy -- --limit web1`.
 *
 * @param args the words after the program's name, the command first
 */
export function writeCommand(args: readonly string[], env: NodeJS.ProcessEnv = process.env): string {
  const script = env.npm_lifecycle_event;
  if (!isStartedByNpm(env) || script === undefined) return quoteArgv(["longshore", ...args]);
  if (env.npm_command === "exec") return quoteArgv(["npx", "longshore", ...args]);
  if (script === "longshore") return quoteArgv(["npm", "run", "longshore", "--", ...args]);
  if (!SCRIPTS.includes(script) || args[0] !== script) return quoteArgv(["longshore", ...args]);
  const rest = args.slice(1);
  return quoteArgv(["npm", "run", script, ...(rest.length === 0 ? [] : ["--", ...rest])]);
}

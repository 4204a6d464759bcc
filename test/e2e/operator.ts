import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { CommandError, type CommandOptions, type CommandResult, runCommand } from "../hosts/command.ts";
import type { TestNet } from "../hosts/test-net.ts";

const REPOSITORY = new URL("../../", import.meta.url).pathname;

/** An operator's checkout with stacks and an inventory of its own, and a home without keys or settings of anyone's. */
export class Operator {
  constructor(readonly directory: string) {}

  /** Runs the built `longshore -i inventory.ini ARGS…` in the checkout; resolves whatever it does. */
  longshore(args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
    const program = join(REPOSITORY, "dist/longshore.mjs");
    return runCommand([process.execPath, program, "-i", "inventory.ini", ...args], {
      cwd: this.directory,
      ...options,
      env: {
        HOME: join(this.directory, "home"),
        SSH_AUTH_SOCK: undefined,
        NO_COLOR: "1",
        npm_config_user_agent: undefined,
        ...options.env,
      },
    });
  }

  /** As {@link longshore}, for a command that must succeed: throws what it printed when it does not. */
  async run(...args: string[]): Promise<CommandResult> {
    const result = await this.longshore(args);
    if (result.code !== 0) throw new CommandError(result);
    return result;
  }

  read(file: string): string {
    return readFileSync(join(this.directory, file), "utf8");
  }

  write(file: string, content: string, mode = 0o644): void {
    writeFileSync(join(this.directory, file), content, { mode });
  }

  /** Writes a file of the operator's own ~/.ssh. */
  writeSsh(file: string, content: string): void {
    const path = join(this.directory, "home/.ssh", file);
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, content, { mode: 0o600 });
  }

  /** Replaces text in a file of the checkout; throws when it is not there, so that a test can't go blind. */
  edit(file: string, from: string | RegExp, to: string): void {
    const before = this.read(file);
    const after = before.replace(from, to);
    if (after === before) throw new Error(`cannot find ${from} in ${file}`);
    this.write(file, after);
  }
}

/** A new checkout in the run's directory: the repository's `compose/` and `secrets/`, with `inventory` as inventory.ini. */
export function createOperator(net: TestNet, inventory: string): Operator {
  const directory = mkdtempSync(join(net.record.run.directory, "operator-"));
  mkdirSync(join(directory, "home"));
  mkdirSync(join(directory, "secrets"));
  cpSync(join(REPOSITORY, "compose"), join(directory, "compose"), { recursive: true });
  const operator = new Operator(directory);
  operator.write("inventory.ini", inventory);
  return operator;
}

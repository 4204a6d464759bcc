import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, vi } from "vitest";
import { runProgram } from "../../../../provision/cli/run-program.ts";
import { runCommand } from "../../../hosts/command.ts";
import { makeFolder } from "../image/folder.ts";

const PROGRAM = resolve("dist/longshore.mjs");

const COMPOSE = `name: site
x-longshore:
  supervisor: web
  secrets: [{ file: .env, required: false }]
services:
  web:
    build: .
`;

/** An operator's folder in which everything is right; the host can't be reached. */
export const GOOD_FILES = {
  "inventory.ini": "[web]\nweb1 ansible_host=127.0.0.1 ansible_port=1\n",
  "compose/site/compose.yaml": COMPOSE,
  "compose/site/Dockerfile": "FROM scratch\n",
  "compose/site/tasks.yaml": "tasks:\n  app: { command: sleep 1 }\n",
  "secrets/README.md": "",
};

export interface CallOptions {
  /** path → text; put over {@link GOOD_FILES} */
  files?: Parameters<typeof makeFolder>[0];
  env?: Record<string, string | undefined>;
  /** a command that runs the one behind it */
  via?: readonly string[];
}

export interface CallResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs the built program in an operator's folder of its own. A start of Node takes its time: for a few tests only. */
export async function spawnLongshore(
  args: readonly string[],
  options: CallOptions = {},
): Promise<CallResult> {
  if (!existsSync(PROGRAM)) throw new Error("dist/ is not built: npm run build");
  using folder = makeFolder({ ...GOOD_FILES, ...options.files });
  const env = {
    NO_COLOR: undefined,
    FORCE_COLOR: undefined,
    HOME: join(folder.path, "home"),
    ...options.env,
  };
  const { code, stdout, stderr } = await runCommand(
    [...(options.via ?? []), process.execPath, PROGRAM, ...args],
    {
      cwd: folder.path,
      env,
    },
  );
  return { code, stdout, stderr };
}

/** Runs a command in this process, in an operator's folder of its own. */
export async function longshore(args: readonly string[], options: CallOptions = {}): Promise<CallResult> {
  using folder = makeFolder({ ...GOOD_FILES, ...options.files });
  const before = process.cwd();
  const written = { stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((name) =>
    vi.spyOn(process[name], "write").mockImplementation((text) => {
      written[name] += String(text);
      return true;
    }),
  );
  // No ~/.ssh of whoever runs the tests.
  vi.stubEnv("HOME", join(folder.path, "home"));
  process.chdir(folder.path);
  try {
    return { code: await runProgram(args), ...written };
  } finally {
    process.chdir(before);
    vi.unstubAllEnvs();
    for (const spy of spies) spy.mockRestore();
  }
}

/** A call that must be refused before anything is done: one error on stderr, no stack trace, nothing on stdout. */
export async function refused(args: readonly string[], options: CallOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await longshore(args, options);
  expect({ code, stdout }, stderr).toEqual({ code: 1, stdout: "" });
  expect(stderr).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
  return stderr;
}

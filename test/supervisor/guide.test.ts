import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, expect, it, vi } from "vitest";
import { bundleSupervisor } from "../../scripts/bundle-supervisor.ts";
import { readCodeBlocks } from "../unit/docs/code-blocks.ts";

/** The examples of docs/supervisor.md, done one after the other as it says. */
const blocks = readCodeBlocks().filter(({ page }) => page === "docs/supervisor.md");
const blocksOf = (language: string): string[] =>
  blocks.filter((block) => block.language === language).map((block) => block.text);

const folder = mkdtempSync(join(tmpdir(), "longshore-guide-"));
const env = {
  ...process.env,
  PATH: `${join(folder, "bin")}:${process.env.PATH}`,
  LONGSHORE_SOCKET: join(folder, "control.sock"),
  XDG_STATE_HOME: folder,
  NO_COLOR: "1",
};
let longshored: ChildProcess | undefined;
let ended: Promise<unknown> = Promise.resolve();

afterEach(async () => {
  longshored?.kill("SIGTERM");
  await ended;
  rmSync(folder, { recursive: true });
});

function start(command: string): ChildProcess {
  return spawn("sh", ["-ec", command], { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
}

async function run(command: string): Promise<string> {
  const { stdout, stderr } = start(command);
  const parts = await Promise.all([stdout, stderr].map((stream) => (stream === null ? "" : text(stream))));
  return parts.join("");
}

/** The text without what differs from run to run: pids, times, the version. */
function plain(output: string): string {
  return output
    .replace(/pid \d+/g, "pid PID")
    .replace(/(running +)\d+( +)\d+s/g, "$1PID$2TIME")
    .replace(/longshored \d\S+/g, "longshored VERSION")
    .replace(/ +/g, " ")
    .trimEnd();
}

async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Resolves when the lines of an example have come, in their order; `…` stands for any others. */
async function expectLines(child: ChildProcess, expected: string): Promise<void> {
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
    });
  const parts = plain(expected).split("\n…\n");
  await vi.waitFor(
    () => {
      let from = 0;
      for (const part of parts) {
        const at = plain(output).indexOf(part, from);
        expect(at, `${part}\nin\n${output}`).toBeGreaterThanOrEqual(0);
        from = at + part.length;
      }
    },
    { timeout: 15_000, interval: 50 },
  );
}

it("docs/supervisor.md leads from nothing to tasks that run", async () => {
  const built = join(folder, "built");
  await bundleSupervisor(built);
  for (const program of ["longshored", "longshorectl"]) chmodSync(join(built, `${program}.cjs`), 0o755);
  mkdirSync(join(folder, "bin"));
  const [install = ""] = blocksOf("sh");
  const here = install
    .replace("npm ci && npm run build\n", "")
    .replaceAll("/opt/longshore", join(folder, "opt"))
    .replaceAll("/usr/local/bin", join(folder, "bin"))
    .replaceAll("dist/", `${built}/`);
  expect(await run(here)).toBe("");
  // The five files are all that there is.
  rmSync(built, { recursive: true });

  const port = String(await findFreePort());
  const [tasks = ""] = blocksOf("yaml").map((file) => file.replaceAll("8080", port));
  const file = join(folder, "tasks.yaml");
  writeFileSync(file, tasks);
  const examples = blocksOf("console").flatMap((block) => block.split(/^\$ /m).slice(1));
  expect(examples.length).toBeGreaterThan(7);
  for (const example of examples) {
    const [, command = "", expected = ""] = /^([^\n]*)\n(.*)$/s.exec(example) ?? [];
    if (command.includes("reload --dry-run"))
      writeFileSync(file, tasks.replace("instances: 2", "instances: 3"));
    if (command === "longshored tasks.yaml") {
      longshored = start(`exec ${command}`);
      ended = once(longshored, "exit");
      await expectLines(longshored, expected);
    } else if (/^longshorectl (status|health)/.test(command)) {
      await vi.waitFor(async () => expect(plain(await run(command))).toBe(plain(expected)), 15_000);
    } else expect(plain(await run(command)), command).toBe(plain(expected));
  }
  await ended;
  expect(longshored?.exitCode).toBe(0);
});

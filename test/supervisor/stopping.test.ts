import { chmodSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Daemon, isRunning, useDaemons } from "./daemon.ts";

useDaemons();

/** Each waits before it ends, so that two that are stopped together end in another order. */
const chain = `
tasks:
  database: { command: [sh, -c, 'trap "exit 0" TERM; echo up; while :; do sleep 0.01; done'] }
  app: { command: [sh, -c, 'trap "sleep 0.1; exit 0" TERM; echo up; while :; do sleep 0.01; done'], depends_on: [database] }
  web: { command: [sh, -c, 'trap "sleep 0.2; exit 0" TERM; echo up; while :; do sleep 0.01; done'], depends_on: [app] }
`;

/** The last one ends when it is let go. */
const heldChain = chain.replace("sleep 0.2", "while ! test -e $DIR/go; do sleep 0.01; done");

async function startChain(tasks = chain): Promise<Daemon> {
  const daemon = new Daemon(tasks);
  for (const name of ["database", "app", "web"]) await daemon.waitFor(new RegExp(`^${name} \\| up`, "m"));
  return daemon;
}

const listStopped = ({ output }: Daemon): string[] =>
  [...output.matchAll(/(\w+): (stopping|stopped)$/gm)].map(([, name, state]) => `${name} ${state}`);

const inReverse = [
  ...["web stopping", "web stopped", "app stopping", "app stopped"],
  ...["database stopping", "database stopped"],
];

describe("several tasks are stopped in reverse order of their dependencies", () => {
  it("by hand", async () => {
    const daemon = await startChain();
    expect((await daemon.ctl("stop", "all")).code).toBe(0);
    expect(listStopped(daemon)).toEqual(inReverse);
  });

  it("before they are started again", async () => {
    const daemon = await startChain();
    const { pid } = await daemon.instance("database");
    expect((await daemon.ctl("restart", "all")).code).toBe(0);
    expect(listStopped(daemon)).toEqual(inReverse);
    const [database, app, web] = await daemon.status();
    expect([database, app, web].map((instance) => instance?.pid)).not.toContain(null);
    expect(database?.pid).not.toBe(pid);
  });

  it("by a reload that removes them", async () => {
    const daemon = await startChain();
    daemon.rewrite("tasks: {}");
    expect((await daemon.ctl("reload")).code).toBe(0);
    await daemon.waitFor(/database: stopped/);
    expect(listStopped(daemon)).toEqual(inReverse);
    expect(await daemon.status()).toEqual([]);
  });
});

/** What Docker leaves of root's capabilities by default. */
const capabilities = [
  ...[
    "chown",
    "dac_override",
    "fsetid",
    "fowner",
    "mknod",
    "net_raw",
    "setgid",
    "setuid",
    "setfcap",
    "setpcap",
  ],
  ...["net_bind_service", "sys_chroot", "kill", "audit_write"],
].map((name) => `+${name}`);

it.skipIf(process.getuid?.() !== 0)(
  "finds the orphans of another user with Docker's capabilities",
  async () => {
    const daemon = new Daemon(
      `tasks: { web: { command: [sh, -c, 'setsid sh -c "setsid sleep 1000 & echo left \\$!"; sleep 1000'], user: nobody } }`,
      { wrapper: ["setpriv", `--bounding-set=-all,${capabilities.join(",")}`, "--inh-caps=-all"] },
    );
    const [, left] = await daemon.waitFor(/left (\d+)/);
    expect(isRunning(Number(left))).toBe(true);
    await daemon.ctl("stop", "web");
    expect(isRunning(Number(left))).toBe(false);
  },
);

const letGo = ({ folder }: Daemon): void => writeFileSync(join(folder, "go"), "");

it("a task that is started while it waits to be stopped goes on", async () => {
  const daemon = await startChain(heldChain);
  const { pid } = await daemon.instance("database");
  const stopped = daemon.ctl("stop", "all");
  await daemon.waitFor(/web: stopping/);
  await daemon.ctl("start", "database");
  letGo(daemon);
  await stopped;
  expect(listStopped(daemon)).toEqual(inReverse.slice(0, 4));
  expect(await daemon.instance("database")).toMatchObject({ state: "running", pid });
});

it("nothing is started while everything is being stopped", async () => {
  const daemon = await startChain(heldChain);
  daemon.signal("SIGTERM");
  await daemon.waitFor(/web: stopping/);
  for (const verb of ["start", "restart"]) {
    expect(await daemon.ctl(verb, "database")).toMatchObject({
      code: 1,
      stderr: `cannot ${verb} database: longshored is shutting down\n`,
    });
  }
  letGo(daemon);
  expect((await daemon.ended).code).toBe(0);
  expect(listStopped(daemon)).toEqual(inReverse);
});

it.each([
  ["fails", "[sh, -c, 'echo no; exit 3']", "sh exited with 3"],
  ["cannot be run", "/no/such", "cannot run /no/such: no such program"],
])("a stop command that %s is told, and the stop signal sent in its place", async (_, command, reason) => {
  const daemon = new Daemon(`
tasks: { web: { command: [sh, -c, 'trap "exit 5" INT; echo up; while :; do sleep 0.01; done'], stop_command: ${command}, stop_signal: INT, stop_grace_period: 1h } }
`);
  await daemon.waitFor(/web \| up/);
  await daemon.ctl("stop", "web");
  expect(await daemon.instance("web")).toMatchObject({ state: "stopped", exit_code: 5 });
  expect(daemon.output).toContain(`web: its stop_command failed: ${reason}\n`);
  expect(daemon.output.includes("web | no")).toBe(reason === "sh exited with 3");
});

it("a suspended process ends as it wants to", async () => {
  const daemon = new Daemon(`
tasks: { web: { command: [sh, -c, 'trap "exit 5" TERM; echo up; while :; do sleep 0.01; done'], stop_grace_period: 1h } }
`);
  await daemon.waitFor(/web \| up/);
  await daemon.ctl("signal", "web", "STOP");
  await daemon.ctl("stop", "web");
  expect(await daemon.instance("web")).toMatchObject({ state: "stopped", exit_code: 5 });
});

it.skipIf(process.getuid?.() !== 0)("ends although a process is out of its reach, and names it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "longshored-setuid-"));
  const program = join(folder, "setpriv");
  copyFileSync("/usr/bin/setpriv", program);
  chmodSync(folder, 0o755);
  chmodSync(program, 0o4755);
  const daemon = new Daemon(
    `
shutdown_timeout: 100ms
tasks: { root: { command: [${program}, --reuid=0, --regid=0, --clear-groups, sh, -c, echo up; exec sleep 1000] } }
`,
    { wrapper: ["setpriv", "--reuid=54321", "--regid=54321", "--clear-groups"] },
  );
  await daemon.waitFor(/root \| up/);
  const { pid } = await daemon.instance("root");
  daemon.signal("SIGTERM");
  await daemon.waitFor(new RegExp(`cannot end root \\(pid ${pid}\\)`));
  process.kill(pid ?? 0, "SIGKILL");
  rmSync(folder, { recursive: true });
  expect((await daemon.ended).code).toBe(1);
});

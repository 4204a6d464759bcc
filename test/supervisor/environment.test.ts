import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { getPriority } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { Daemon, useDaemons } from "./daemon.ts";

useDaemons();

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

const linesOf = (daemon: Daemon, name: string): string[] =>
  [...daemon.output.matchAll(new RegExp(`^${name} \\| (.*)`, "gm"))].map(([, text = ""]) => text);

it.each([false, true])(
  "leaves the debugger of NODE_OPTIONS to the tasks (started as a program: %s)",
  async (asProgram) => {
    const port = await findFreePort();
    const daemon = new Daemon(
      `tasks: { app: { command: [node, -e, "console.log('begun'); setTimeout(() => {}, 60000)"] } }`,
      { asProgram, env: { NODE_OPTIONS: `--inspect=127.0.0.1:${port}` } },
    );
    await daemon.waitFor(new RegExp(`^app \\| Debugger listening on ws://127.0.0.1:${port}`, "m"));
    await daemon.waitFor(/^app \| begun/m);
    expect(daemon.output).not.toMatch(/address already in use/);
  },
);

it("starts where NODE_OPTIONS names what only a task's folder has", async () => {
  const daemon = new Daemon("tasks: {}", {
    asProgram: true,
    env: { NODE_OPTIONS: "--require ./tracing.js" },
  });
  const folder = join(daemon.folder, "app");
  mkdirSync(folder);
  writeFileSync(join(folder, "tracing.js"), "console.log('traced');");
  await daemon.waitFor(/longshored \S+ runs/);
  daemon.rewrite(`tasks: { app: { command: [node, -e, "1"], type: oneshot, working_dir: "${folder}" } }`);
  daemon.signal("SIGHUP");
  await daemon.waitFor(/^app \| traced/m);
});

it("sets all of Node's variables aside, and gives them to the tasks", async () => {
  const env = {
    NODE_OPTIONS: "--no-warnings",
    NODE_V8_COVERAGE: "/dev/null/coverage",
    NODE_DEBUG: "net",
    NODE_EXTRA_CA_CERTS: "/nonexistent",
    NODE_TLS_REJECT_UNAUTHORIZED: "0",
    UV_THREADPOOL_SIZE: "64",
    NODE_ENV: "production",
  };
  const daemon = new Daemon(`tasks: { show: { type: oneshot, command: env } }`, { env });
  // Its output may come after the news that it has ended.
  for (const [name, value] of Object.entries(env))
    await daemon.waitFor(new RegExp(`^show \\| ${name}=${value}$`, "m"));
  const shown = linesOf(daemon, "show");
  expect(shown.filter((line) => line.startsWith("LONGSHORE_ASIDE"))).toEqual([]);
  const own = readFileSync(`/proc/${daemon.pid}/environ`, "utf8").split("\0");
  expect(own.filter((line) => /^(NODE_|UV_)/.test(line))).toEqual(["NODE_ENV=production"]);
});

it("passes bytes that are no UTF-8 on as they are, also within other text", async () => {
  const script = `printf '%s ' "$$LATIN" "$$COPY" "$$1" "$$FILED" | od -An -tx1`;
  const task = {
    type: "oneshot",
    command: ["sh", "-c", script, "sh", "${LATIN}"],
    environment: { COPY: "<${LATIN}>" },
    env_file: "latin.env",
  };
  const daemon = new Daemon(JSON.stringify({ tasks: { show: task } }), {
    wrapper: [
      "sh",
      "-c",
      `printf 'FILED=\\374' > "$DIR/latin.env"; LATIN=$(printf '\\351t\\351') exec "$@"`,
      "sh",
    ],
  });
  const [, bytes] = await daemon.waitFor(/^show \| (.*)/m);
  expect(bytes?.trim()).toBe("e9 74 e9 20 3c e9 74 e9 3e 20 e9 74 e9 20 fc 20");
});

it("passes on the limits, the mask, the priority and the processors that it was started with", async () => {
  const script =
    "umask; nice; ulimit -Sc; ulimit -Hc; grep Cpus_allowed_list /proc/self/status; cat /proc/self/oom_score_adj";
  const chain = "umask 027; exec nice -n 3 prlimit --core=1024:4096 taskset -c 0 choom -n 17 --";
  const task = { type: "oneshot", command: ["bash", "-c", script] };
  const daemon = new Daemon(JSON.stringify({ tasks: { show: task } }), {
    wrapper: ["sh", "-c", `${chain} "$@"`, "sh"],
  });
  await daemon.waitFor(/^longshored \| show: exited/m);
  expect(linesOf(daemon, "show")).toEqual([
    "0027",
    String(getPriority() + 3),
    "1",
    "4",
    "Cpus_allowed_list:\t0",
    "17",
  ]);
});

import { execFile } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { connect, createServer, type NetConnectOpts, type Socket } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Daemon, useDaemons } from "./daemon.ts";

useDaemons();
const isRoot = process.getuid?.() === 0;
const stranger = 54321;
const asStranger = ["setpriv", `--reuid=${stranger}`, `--regid=${stranger}`, "--clear-groups"];

describe("a request to the control API", () => {
  it("has no word that means nothing", async () => {
    const daemon = new Daemon(
      'tasks: { web: { command: sleep 1000, start_period: 10ms }, job: { command: "true", schedule: "@yearly" } }',
    );
    await daemon.until("web", ({ state }) => state === "running");
    const refused: [string, "GET" | "POST", string, unknown, number, string, string?][] = [
      ["misspelt", "GET", "/v1/tasks?nmae=web", undefined, 400, "nmae", 'did you mean "name"?'],
      ["of another route", "GET", "/v1/tasks?follow=true", undefined, 400, "follow", "this route takes name"],
      ["where none is", "GET", "/health?verbose=1", undefined, 400, "verbose", "this route takes none"],
      ["of a POST", "POST", "/v1/stop?names=web", { names: ["web"] }, 400, "names", "this route takes none"],
      ["twice", "GET", "/v1/logs?lines=1&lines=2", undefined, 400, "lines is given more than once"],
      ["key", "POST", "/v1/stop", { names: ["web"], wiat: false }, 400, "wiat", 'did you mean "wait"?'],
      ["key of Object", "POST", "/v1/cancel", { name: "job", constructor: 1 }, 400, "constructor"],
      [
        "key of a shutdown",
        "POST",
        "/v1/shutdown",
        { names: ["web"] },
        400,
        "names",
        "this route takes none",
      ],
      ["body", "GET", "/v1/tasks", { names: ["web"] }, 400, "takes no body"],
      ["method", "GET", "/v1/stop", undefined, 405, "/v1/stop does not take GET", "use POST"],
      ["other method", "POST", "/v1/tasks", {}, 405, "/v1/tasks does not take POST", "use GET"],
      ["route", "GET", "/v1/taks", undefined, 404, "no such route", 'did you mean "/v1/tasks"?'],
    ];
    for (const [what, method, path, body, status, message, hint] of refused) {
      const error = { message: expect.stringContaining(message), ...(hint === undefined ? {} : { hint }) };
      expect(await daemon.client.send(method, path, body), what).toMatchObject({ status, body: { error } });
    }
    // A name may be repeated, and nothing of the above was done.
    const { status } = await daemon.client.send("GET", "/v1/tasks?name=web&name=job");
    expect(status).toBe(200);
    expect((await daemon.instance("web")).state).toBe("running");
  });

  it("is answered beside as many others as may be, and no more", async () => {
    const port = await findPort();
    const token = "0123456789abcdef";
    const file = join(new Daemon("tasks: {}").folder, "token");
    writeFileSync(file, token, { mode: 0o600 });
    const daemon = new Daemon(
      `control: { listen: "127.0.0.1:${port}", token_file: ${file} }\ntasks: { web: { command: sleep 1000 } }`,
    );
    await daemon.until("web", ({ pid }) => pid !== null);
    const ask = `GET /v1/tasks HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\n\r\n`;
    for (const [at, most] of [
      [{ path: daemon.client.socketPath }, 512],
      [{ port, host: "127.0.0.1" }, 100],
    ] as const) {
      const clients = await Promise.all(Array.from({ length: most }, () => open(at)));
      expect(await answerOf(await open(at), ask), "one more").toBe("");
      expect(await answerOf(clients[most - 1] as Socket, ask)).toMatch(/^HTTP\/1.1 200 /);
      for (const client of clients) client.destroy();
      await expect.poll(async () => answerOf(await open(at), ask)).toMatch(/^HTTP\/1.1 200 /);
    }
  });
});

describe("status of a name", () => {
  it("exits with 3 where it does not run", async () => {
    const daemon = new Daemon(`
tasks:
  web: { command: sleep 1000, start_period: 10ms }
  job: { command: "true", schedule: "@yearly" }
  done: { command: "true", type: oneshot }
  failed: { command: "false", type: oneshot }
  stopped: { command: sleep 1000, autostart: false }
`);
    await daemon.until("web", ({ state }) => state === "running");
    for (const name of ["done", "failed"]) await daemon.until(name, ({ state }) => state === "exited");
    const cases = { web: 0, job: 0, done: 0, failed: 3, stopped: 3, "web stopped": 3, "": 0 };
    const codes = await Promise.all(
      Object.keys(cases).map(async (names) => {
        const { code } = await daemon.ctl("status", ...names.split(" ").filter(Boolean));
        return [names, code];
      }),
    );
    expect(Object.fromEntries(codes)).toEqual(cases);
  });
});

describe("the path of the socket", () => {
  it.each([
    ["an ordinary file", (path: string) => writeFileSync(path, "precious")],
    ["a folder", (path: string) => mkdirSync(path)],
    [
      "a link to a file",
      (path: string) => {
        writeFileSync(`${path}.file`, "precious");
        symlinkSync(`${path}.file`, path);
      },
    ],
  ])("keeps %s", async (_, put) => {
    const { folder } = new Daemon("tasks: {}");
    const path = join(folder, "taken");
    put(path);
    const daemon = new Daemon("tasks: {}", { args: ["--socket", path] });
    expect((await daemon.ended).code).toBe(1);
    expect(daemon.output).toMatch(/cannot listen on .*taken.*not a socket\n {2}choose another one/s);
    const file = existsSync(`${path}.file`) ? `${path}.file` : path;
    expect(statSync(file).isDirectory() || readFileSync(file, "utf8") === "precious").toBe(true);
  });

  it("keeps the socket of another program that answers there", async () => {
    const { folder } = new Daemon("tasks: {}");
    const path = join(folder, "other");
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(path, resolve));
    const daemon = new Daemon("tasks: {}", { args: ["--socket", path] });
    expect((await daemon.ended).code).toBe(1);
    expect((await open({ path })).destroyed).toBe(false);
    other.close();
  });
});

describe.skipIf(!isRoot)("the folder of an ordinary user's socket", () => {
  const begin = (prepare: (folder: string) => void) => {
    const { folder } = new Daemon("tasks: {}");
    const own = join(folder, "longshore");
    prepare(own);
    const env = { XDG_RUNTIME_DIR: folder };
    const args = ["--socket", join(own, "control.sock")];
    return { own, env, daemon: new Daemon("tasks: {}", { wrapper: asStranger, env, args }) };
  };
  /** What longshorectl of that user says. */
  const look = (daemon: Daemon, own: string, env: Record<string, string>): Promise<string> => {
    const [node, ...ctl] = daemon.ctlArgv;
    const argv = [...asStranger.slice(1), node, ...ctl, "--socket", join(own, "control.sock"), "status"];
    const options = { env: { ...process.env, ...env } };
    return new Promise((resolve) =>
      execFile("setpriv", argv, options, (_, stdout, stderr) => resolve(stdout + stderr)),
    );
  };

  it("is made for that user alone", async () => {
    const { own, env, daemon } = begin(() => {});
    await daemon.waitFor(/ runs /);
    expect([statSync(own).mode & 0o777, statSync(own).uid]).toEqual([0o700, stranger]);
    expect(await look(daemon, own, env)).toMatch(/^NAME/);
  });

  it.each([
    ["open to others", 0o755, stranger, /is open to other users \(mode 755\)\n.*chmod 700/s],
    ["somebody else's", 0o777, 0, /belongs to another user \(uid 0\)\n.*--socket/s],
  ])("is refused by both programs where it is %s", async (_, mode, uid, complaint) => {
    const { own, env, daemon } = begin((folder) => {
      mkdirSync(folder);
      chmodSync(folder, mode);
      chownSync(folder, uid, uid);
    });
    expect((await daemon.ended).code).toBe(1);
    expect(daemon.output).toMatch(complaint);
    expect(await look(daemon, own, env)).toMatch(complaint);
  });
});

describe("control over TCP without TLS", () => {
  it("is refused where others reach it", async () => {
    const daemon = new Daemon('control: { listen: "0.0.0.0:9", token_file: /nowhere }\ntasks: {}');
    expect((await daemon.ended).code).toBe(1);
    expect(daemon.output).toMatch(/tasks\.yaml:1:\d+: control\.listen: needs tls/);
  });
});

async function findPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function open(at: NetConnectOpts): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(at, () => resolve(socket));
    socket.once("error", reject);
  });
}

/** The beginning of an answer; nothing where the connection is closed. */
function answerOf(socket: Socket, request: string): Promise<string> {
  return new Promise((resolve) => {
    socket.removeAllListeners("error").on("error", () => resolve(""));
    socket.on("close", () => resolve(""));
    socket.once("data", (chunk: Buffer) => {
      resolve(chunk.toString("latin1"));
      socket.destroy();
    });
    socket.write(request);
  });
}

import { createPublicKey } from "node:crypto";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, connect as dial, type Server } from "node:net";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Connection } from "../../../../../provision/connection/connection.ts";
import { Questions } from "../../../../../provision/connection/questions.ts";
import { SharedSsh } from "../../../../../provision/connection/ssh/shared-ssh.ts";
import { openSshConnection } from "../../../../../provision/connection/ssh/ssh.ts";
import { openSshClient } from "../../../../../provision/connection/ssh/ssh-client.ts";
import { type Folder, makeFolder } from "../../image/folder.ts";
import { makePrivateKey, type SshServer, startSshServer } from "../ssh-server.ts";
import { settingsOf } from "./settings-of.ts";

const keys = {
  host: makePrivateKey(),
  otherHost: makePrivateKey(),
  login: makePrivateKey(),
  stranger: makePrivateKey(),
};
const modulus = (key: string) =>
  Buffer.from(createPublicKey(key).export({ format: "jwk" }).n ?? "", "base64url");

let folder: Folder;
let server: SshServer;
const open: Connection[] = [];

const SUDO = `#!/bin/sh
# sudo -k -S -p PROMPT -- COMMAND: asks, and reads one line
printf %s "$4" >&2
read -r password
[ "$password" = "hush" ] || { echo "Sorry, try again." >&2; exit 1; }
shift 5
exec "$@"
`;

async function start(hostKey: string): Promise<SshServer> {
  const env = { ...process.env, PATH: `${join(folder.path, "bin")}:${process.env.PATH}` };
  return startSshServer({ hostKey, env, accept: (key) => key.includes(modulus(keys.login)) });
}

beforeAll(async () => {
  folder = makeFolder({
    login: { mode: 0o600, text: keys.login },
    stranger: { mode: 0o600, text: keys.stranger },
    "bin/sudo": { mode: 0o755, text: SUDO },
  });
  server = await start(keys.host);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});
beforeEach(() => {
  writeFileSync(join(folder.path, "known_hosts"), "");
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((connection) => connection.close()));
});

interface ConnectOptions {
  port?: number;
  identity?: string;
  acceptNew?: boolean;
  password?: string;
}

async function connect(options: ConnectOptions = {}): Promise<Connection> {
  const { port = server.port, identity = "login", acceptNew = true, password } = options;
  const settings = settingsOf(
    { address: "127.0.0.1", port, user: "anna", identityFile: join(folder.path, identity), acceptNew },
    `UserKnownHostsFile ${join(folder.path, "known_hosts")}\nGlobalKnownHostsFile none\nIdentityAgent none`,
  );
  const become = { needed: password !== undefined, password };
  const connection = await openSshConnection("web1", become, () =>
    openSshClient("web1", settings, new SharedSsh(new Questions(undefined))),
  );
  open.push(connection);
  return connection;
}

describe("commands", () => {
  test("arguments are data, whatever they hold", async () => {
    const words = ["a b", "$HOME", "it's", "", "*", "line\nbreak", "é;exit 1"];
    const connection = await connect();
    const { stdout } = await connection.exec(["printf", "%s|", ...words]);
    expect(stdout).toBe(words.map((word) => `${word}|`).join(""));
  });

  test("stdout, stderr and the exit code come apart; lines come as they are printed", async () => {
    const lines: string[] = [];
    const connection = await connect();
    const script = ["sh", "-c", "echo out; echo err >&2; exit 3"];
    expect(await connection.exec(script, { onLine: (line) => lines.push(line) })).toEqual({
      code: 3,
      stdout: "out\n",
      stderr: "err\n",
    });
    expect(lines.sort()).toEqual(["err", "out"]);
  });

  test.each([
    ["TERM", 143],
    ["KILL", 137],
    ["SEGV", 139],
  ])("SIG%s is code %i, as in a shell", async (signal, code) => {
    const connection = await connect();
    expect((await connection.exec(["sh", "-c", `kill -${signal} $$`])).code).toBe(code);
  });

  test.each([
    ["text", () => "ä\nb"],
    ["a stream", () => Readable.from([Buffer.from("ä\n"), Buffer.from("b")], { objectMode: false })],
    ["a megabyte", () => "x".repeat(1_000_000)],
  ])("input is %s", async (_kind, input) => {
    const connection = await connect();
    const expected = (await connection.exec(["cat"], { input: input() })).stdout;
    expect(expected).toBe(expected.startsWith("x") ? input() : "ä\nb");
  });

  test("many short ones at the same time share the connection, and none is lost", async () => {
    const warnings: string[] = [];
    const onWarning = (warning: Error) => warnings.push(warning.name);
    process.on("warning", onWarning);
    const connection = await connect();
    const numbers = Array.from({ length: 24 }, (_, index) => String(index));
    const results = await Promise.all(numbers.map((number) => connection.exec(["echo", number])));
    process.off("warning", onWarning);
    expect(results.map(({ stdout }) => stdout.trim())).toEqual(numbers);
    expect(warnings).toEqual([]);
  });

  test("root's password goes before the input, and is not part of it", async () => {
    const connection = await connect({ password: "hush" });
    expect(await connection.exec(["cat"], { become: true, input: "data" })).toMatchObject({
      code: 0,
      stdout: "data",
    });
    const wrong = await connect({ password: "wrong" });
    await expect(wrong.exec(["cat"], { become: true })).rejects.toMatchObject({ code: "sudo_refused" });
  });

  test("a cut connection ends what runs on it with an error of its own; the next command gets a new one", async () => {
    const connection = await connect();
    const running = connection.exec(["sh", "-c", "echo started; exec sleep 60"], {
      onLine: () => server.cut(),
    });
    await expect(running).rejects.toMatchObject({
      code: "connection_lost",
      message: "the connection to web1 was lost",
    });
    expect(await connection.exec(["echo", "again"])).toMatchObject({ code: 0, stdout: "again\n" });
    await connection.close();
    await expect(connection.exec(["true"])).rejects.toMatchObject({ code: "connection_lost" });
  });

  test("the end does not wait for the host's goodbye", async () => {
    let silent!: Server;
    // A way on which the host's goodbye gets lost. Who still listens takes what comes; who has gone refuses it.
    const gone = new Promise((resolve) => {
      silent = createServer({ allowHalfOpen: true }, (near) => {
        const far = dial({ host: "127.0.0.1", port: server.port });
        near.pipe(far);
        far.pipe(near, { end: false });
        let late: NodeJS.Timeout;
        near.on("end", () => {
          late = setInterval(() => near.write("late"), 10);
        });
        near.on("error", () => {});
        near.on("close", () => {
          clearInterval(late);
          resolve("gone");
        });
      }).listen(0, "127.0.0.1");
    });
    await once(silent, "listening");
    const connection = await connect({ port: (silent.address() as AddressInfo).port });
    await connection.close();
    expect(await gone).toBe("gone");
    silent.close();
  });
});

describe("who is let in", () => {
  test("a key that the host does not accept is named", async () => {
    await expect(connect({ identity: "stranger" })).rejects.toMatchObject({
      code: "ssh_auth",
      message: expect.stringContaining(join(folder.path, "stranger")),
      hint: expect.stringContaining("ansible_ssh_private_key_file"),
    });
  });
});

describe("the host's key", () => {
  const known = () => readFileSync(join(folder.path, "known_hosts"), "utf8");

  test("that nobody knows is refused, and nothing is recorded", async () => {
    await expect(connect({ acceptNew: false })).rejects.toMatchObject({ code: "host_key_unknown" });
    expect(known()).toBe("");
  });

  test("is accepted and recorded on demand, known the next time, and refused once it has changed", async () => {
    await connect({ acceptNew: true });
    expect(known()).toMatch(new RegExp(`^\\[127\\.0\\.0\\.1\\]:${server.port} ssh-rsa \\S+\\n$`));
    await connect({ acceptNew: false });
    await using imposter = await start(keys.otherHost);
    writeFileSync(join(folder.path, "known_hosts"), known().replace(`:${server.port}`, `:${imposter.port}`));
    await expect(connect({ port: imposter.port, acceptNew: true })).rejects.toMatchObject({
      code: "host_key_changed",
      message: expect.stringContaining("known_hosts:1 has another"),
    });
  });
});

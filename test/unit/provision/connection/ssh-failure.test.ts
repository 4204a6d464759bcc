import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { openOnceBooted } from "../../../../provision/connection/boot.ts";
import { Questions } from "../../../../provision/connection/questions.ts";
import { SharedSsh } from "../../../../provision/connection/ssh/shared-ssh.ts";
import { openSshClient } from "../../../../provision/connection/ssh/ssh-client.ts";
import { UserError } from "../../../../shared/user-error.ts";
import { settingsOf } from "./ssh/settings-of.ts";

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** Connects to a server that does this with every connection. */
async function connectTo(serve: (socket: Socket) => void, connectTimeoutSeconds = 20): Promise<unknown> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on("error", () => {}));
    serve(socket);
  }).listen(0, "127.0.0.1");
  closers.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const settings = settingsOf(
    { address: "127.0.0.1", port, user: "anna", connectTimeoutSeconds },
    "UserKnownHostsFile none\nGlobalKnownHostsFile none\nIdentityAgent none\nIdentityFile none",
  );
  return openSshClient("web1", settings, new SharedSsh(new Questions(undefined)));
}

test.each<[string, (socket: Socket) => void, number, object]>([
  [
    "accepts and says nothing",
    () => {},
    1,
    {
      code: "ssh_timeout",
      message: expect.stringContaining("accepts connections and says nothing within 1 s"),
    },
  ],
  [
    "closes without a word",
    (socket) => socket.end(),
    20,
    {
      code: "ssh_closed",
      message: expect.stringContaining("without a word"),
      hint: expect.stringContaining("fail2ban"),
    },
  ],
  [
    "is no SSH server",
    (socket) => socket.end("HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n"),
    20,
    {
      code: "ssh_no_server",
      message: expect.stringContaining("no SSH server. It said:\n    HTTP/1.1 400 Bad Request"),
    },
  ],
  [
    "is no SSH server, and waits",
    (socket) => socket.write("220 mail.example.org ESMTP\r\n"),
    1,
    { code: "ssh_no_server", message: expect.stringContaining("220 mail.example.org ESMTP") },
  ],
  [
    "is sshd with too many logins",
    (socket) => socket.end("Exceeded MaxStartups\r\n"),
    20,
    {
      code: "ssh_closed",
      message: expect.stringContaining("Exceeded MaxStartups"),
      hint: expect.stringContaining("--forks"),
    },
  ],
  [
    "is sshd that punishes us",
    (socket) => socket.end("Not allowed at this time\r\n"),
    20,
    { code: "ssh_closed", hint: expect.stringContaining("PerSourcePenalties") },
  ],
  [
    "names itself and closes",
    (socket) => socket.end("SSH-2.0-OpenSSH_10.0\r\n"),
    20,
    { code: "ssh_closed", message: expect.stringContaining("key exchange") },
  ],
  [
    "names itself and says no more",
    (socket) => socket.write("SSH-2.0-OpenSSH_10.0\r\n"),
    1,
    { code: "ssh_timeout", message: expect.stringContaining("the key exchange has not ended within 1 s") },
  ],
])("a server that %s", async (_title, serve, seconds, error) => {
  await expect(connectTo(serve, seconds)).rejects.toMatchObject(error);
});

test("a host that boots is waited for, and told of once; another refusal is not waited for", async () => {
  const booting = () => new UserError("ssh_booting", "System is booting up");
  let left = 3;
  let told = 0;
  const open = async () => {
    if (left-- > 0) throw booting();
    return "in";
  };
  expect(await openOnceBooted(open, () => told++, { patience: 1000, pause: 1 })).toBe("in");
  expect(told).toBe(1);
  const never = openOnceBooted(
    () => Promise.reject(booting()),
    () => {},
    { patience: 20, pause: 5 },
  );
  await expect(never).rejects.toMatchObject({ code: "ssh_booting" });
  const denied = openOnceBooted(
    () => Promise.reject(new UserError("ssh_denied", "no")),
    () => told++,
  );
  await expect(denied).rejects.toMatchObject({ code: "ssh_denied" });
  expect(told).toBe(1);
});

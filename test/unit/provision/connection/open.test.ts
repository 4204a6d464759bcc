import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { Duplex } from "node:stream";
import { expect, test } from "vitest";
import { addressOf, openConnection } from "../../../../provision/connection/open.ts";
import { Questions } from "../../../../provision/connection/questions.ts";
import { SharedSsh } from "../../../../provision/connection/ssh/shared-ssh.ts";
import { openSshClient } from "../../../../provision/connection/ssh/ssh-client.ts";
import { logIn } from "../../../../provision/connection/ssh/ssh-login.ts";
import { encrypted } from "../../../../provision/inventory/python/opaque.ts";
import { makeHost } from "../inventory/stack-folder.ts";
import { settingsOf } from "./ssh/settings-of.ts";

test.each([
  [{}, "web1"],
  [{ ansible_host: "192.0.2.1" }, "192.0.2.1"],
  [{ ansible_connection: "local" }, "127.0.0.1"],
  [{ ansible_connection: "local", ansible_host: "192.0.2.1" }, "127.0.0.1"],
])("a host with %j is reached at %s", (vars, address) => {
  expect(addressOf(makeHost(vars))).toBe(address);
});

test("ansible_connection=local is this machine", async () => {
  const connection = await openConnection(makeHost({ ansible_connection: "local" }));
  expect(connection.host).toBe("web1");
  expect((await connection.exec(["echo", "here"])).stdout).toBe("here\n");
  await connection.close();
});

test.each([
  [{ ansible_connection: "winrm" }, /^cannot use ansible_connection=winrm of host web1$/],
  [{ ansible_port: "ssh" }, /^cannot use ansible_port=ssh of host web1$/],
  [{ ansible_port: 0 }, /^cannot use ansible_port=/],
  [{ ansible_port: 65_536 }, /^cannot use ansible_port=/],
  [{ ansible_become_method: "su" }, /^cannot use ansible_become_method=su of/],
  [{ ansible_become_user: "www-data" }, /^cannot use ansible_become_user=www-data of/],
  [{ ansible_user: ["a"] }, /^cannot use ansible_user=/],
  [{ ansible_password: encrypted("$ANSIBLE_VAULT") }, /^cannot use ansible_password=… of host web1$/],
  [{ ansible_timeout: "soon" }, /^cannot use ansible_timeout=soon of/],
  [{ ansible_port: 22.5 }, /^cannot use ansible_port=/],
])("%j is refused before anything is dialled", async (vars, message) => {
  const opening = openConnection(makeHost(vars));
  await expect(opening).rejects.toThrow(message);
  await expect(opening).rejects.toMatchObject({ code: "inventory_variable" });
});

test("a key file that the inventory names and nobody has", async () => {
  const vars = {
    ansible_host: "127.0.0.1",
    ansible_port: 1,
    ansible_ssh_private_key_file: "/nonexistent/key",
  };
  await expect(openConnection(makeHost(vars))).rejects.toMatchObject({
    code: "identity_unreadable",
    message: "cannot read the private key /nonexistent/key: it is not there",
  });
});

test("the host was dialled meanwhile: it is let go", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const letGo = once(server, "connection").then(([socket]: Socket[]) =>
    once(socket?.resume() as Socket, "close"),
  );
  const vars = {
    ansible_host: "127.0.0.1",
    ansible_port: (server.address() as AddressInfo).port,
    ansible_ssh_private_key_file: "/nonexistent/key",
  };
  await expect(openConnection(makeHost(vars))).rejects.toMatchObject({ code: "identity_unreadable" });
  await letGo;
  server.close();
});

test.each([
  ["with an error", Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" })],
  ["without one", undefined],
])("a connection that is gone before its keys are loaded, %s", async (_how, error) => {
  const stream = new Duplex({ read: () => {} });
  stream.on("error", () => {}).destroy(error);
  const shared = new SharedSsh(new Questions(undefined));
  const settings = settingsOf({ address: "127.0.0.1", user: "anna" }, "IdentityFile none");
  const journey = { shared, openClient: openSshClient, trail: [] };
  await expect(logIn("web1", settings, Promise.resolve({ stream }), journey)).rejects.toMatchObject({
    code: "ssh_closed",
  });
});

test("nobody listens", async () => {
  const opening = openConnection(
    makeHost({ ansible_host: "127.0.0.1", ansible_port: 1, ansible_user: "anna" }),
  );
  await expect(opening).rejects.toMatchObject({
    code: "ssh_refused",
    message: "cannot connect to web1 (anna@127.0.0.1:1): connection refused",
  });
});

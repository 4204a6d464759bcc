import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { listAgentKeys } from "../../../../../provision/connection/ssh/agent.ts";

let folder: string;
let server: Server;
let clients: Socket[];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "longshore-agent-"));
  clients = [];
  server = createServer((client) => {
    clients.push(client);
    client.resume();
  });
  await new Promise<void>((resolve) => server.listen(join(folder, "agent"), resolve));
});
afterEach(() => {
  vi.useRealTimers();
  server.close();
  rmSync(folder, { recursive: true });
});

test("an agent that hangs is left after 5 s, and its connection closed: the program could not end otherwise", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const connected = new Promise<Socket>((resolve) => server.once("connection", resolve));
  const listing = listAgentKeys(join(folder, "agent"));
  const client = await connected;
  const closed = new Promise((resolve) => client.once("close", resolve));
  await vi.advanceTimersByTimeAsync(5000);
  expect(await listing).toBeUndefined();
  await closed;
});

test("where no agent listens there are no keys", async () => {
  expect(await listAgentKeys(join(folder, "nobody"))).toEqual([]);
  expect(await listAgentKeys(undefined)).toEqual([]);
});

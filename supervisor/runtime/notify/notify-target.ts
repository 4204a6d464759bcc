import { connect } from "node:net";
import type { NotifyTarget } from "../../config/notify.ts";
import { parseAddress } from "../../config/task/address.ts";
import type { SupervisorEvent } from "../../protocol/event.ts";
import { runAside } from "../process/run-aside.ts";
import { ownContext, type Spawner } from "../process/spawn.ts";
import { longestTimer } from "../time/time-limit.ts";

/** Tells a target of one event. @returns null, or what went wrong in words; never rejects */
export async function sendEvent(
  target: NotifyTarget,
  event: SupervisorEvent,
  spawner: Spawner,
): Promise<string | null> {
  const text = JSON.stringify(event);
  const timeout = Math.min(target.timeout, longestTimer);
  if (target.webhook !== undefined) return postJson(target.webhook, text, timeout);
  if (target.tcp !== undefined) return sendLine(target.tcp, text, timeout);
  if (target.exec !== undefined) {
    return runAside(spawner, ownContext, { argv: target.exec, timeout, environment: { EVENT: text } });
  }
  return null;
}

async function postJson(url: string, body: string, timeout: number): Promise<string | null> {
  const { request } = url.startsWith("https:") ? await import("node:https") : await import("node:http");
  return new Promise((resolve) => {
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const sent = request(url, {
      method: "POST",
      headers,
      agent: false,
      signal: AbortSignal.timeout(timeout),
    });
    sent.on("response", (response) => {
      response.resume();
      const status = response.statusCode ?? 0;
      resolve(status >= 200 && status < 300 ? null : `it answered ${status}`);
    });
    sent.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    sent.end(body);
  });
}

function sendLine(address: string, line: string, timeout: number): Promise<string | null> {
  const to = parseAddress(address);
  if (to === undefined) return Promise.resolve("it is no address");
  return new Promise((resolve) => {
    const socket = connect({ ...to, timeout });
    socket.on("connect", () => socket.end(`${line}\n`, () => resolve(null)));
    socket.on("timeout", () => socket.destroy(new Error("no answer in time")));
    socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    socket.resume();
  });
}

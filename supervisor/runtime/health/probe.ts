import { connect } from "node:net";
import type { Address } from "../../config/task/address.ts";
import type { Argv } from "../../config/task/command.ts";
import type { Healthcheck } from "../../config/task/healthcheck.ts";
import { type HttpTarget, parseHttpTarget, parseTcpTarget } from "../../config/task/probe-target.ts";
import { longestTimer } from "../time/time-limit.ts";

/** The answer of one check; `detail` says what was wrong. */
export interface ProbeResult {
  readonly healthy: boolean;
  readonly detail: string;
}

/** Runs a command for an exec check: null when it exited with 0, otherwise what went wrong in words. */
export type RunCommand = (argv: Argv, timeout: number) => Promise<string | null>;

/** Asks a task once whether it works; its variables have been replaced. Never rejects. */
export async function runProbe(check: Healthcheck, runCommand: RunCommand): Promise<ProbeResult> {
  const timeout = Math.min(check.timeout, longestTimer);
  const http = parseHttpTarget(check.http ?? "");
  if (http !== undefined) return probeHttp(http, timeout);
  const tcp = parseTcpTarget(check.tcp ?? "");
  if (tcp !== undefined) return probeTcp(tcp, timeout);
  if (check.exec !== undefined) {
    const problem = await runCommand(check.exec, check.timeout);
    return { healthy: problem === null, detail: problem ?? "" };
  }
  return { healthy: true, detail: "" };
}

async function probeHttp(target: HttpTarget, timeout: number): Promise<ProbeResult> {
  const address = target.kind === "url" ? describeUrl(target.url) : `${target.socket}:${target.path}`;
  const { request } =
    target.kind === "url" && target.url.startsWith("https:")
      ? await import("node:https")
      : await import("node:http");
  return new Promise((resolve) => {
    const fail = (detail: string): void => resolve({ healthy: false, detail: `${address}: ${detail}` });
    const options = {
      method: "GET",
      agent: false,
      signal: AbortSignal.timeout(timeout),
      rejectUnauthorized: false,
    };
    const sent =
      target.kind === "url"
        ? request(target.url, options)
        : request({ ...options, socketPath: target.socket, path: target.path });
    sent.on("response", (response) => {
      const status = response.statusCode ?? 0;
      response.destroy();
      if (status >= 200 && status < 400) resolve({ healthy: true, detail: "" });
      else fail(`answered ${status}`);
    });
    sent.on("error", (error: NodeJS.ErrnoException) =>
      fail(error.name === "AbortError" ? "no answer in time" : (error.code ?? error.message)),
    );
    sent.end();
  });
}

/** An address without what may be secret in it: a password, a token in its query. */
function describeUrl(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

function probeTcp(target: Address, timeout: number): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const socket = connect({ host: target.host, port: target.port, timeout });
    const finish = (healthy: boolean, problem: string): void => {
      socket.destroy();
      resolve({ healthy, detail: healthy ? "" : `${target.host}:${target.port}: ${problem}` });
    };
    socket.on("connect", () => finish(true, ""));
    socket.on("timeout", () => finish(false, "no answer in time"));
    socket.on("error", (error: NodeJS.ErrnoException) => finish(false, error.code ?? error.message));
  });
}

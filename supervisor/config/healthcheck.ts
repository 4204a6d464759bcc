import * as z from "zod";
import { Command } from "./command.ts";
import { Duration } from "./duration.ts";

const unixUrl = /^http:\/\/unix:(\/[^:]+):(\/.*)$/;

/** Where an HTTP check asks: a host and port, or nginx's way to write a unix socket, `http://unix:/run/app.sock:/healthz`. */
export type HttpTarget =
  | { readonly kind: "url"; readonly url: string }
  | { readonly kind: "unix"; readonly socket: string; readonly path: string };

/** The address of an HTTP check; undefined for a text that is none. */
export function parseHttpTarget(text: string): HttpTarget | undefined {
  const [, socket, path] = unixUrl.exec(text) ?? [];
  if (socket !== undefined && path !== undefined) return { kind: "unix", socket, path };
  return /^https?:\/\//.test(text) && URL.canParse(text) ? { kind: "url", url: text } : undefined;
}

export interface TcpTarget {
  readonly host: string;
  readonly port: number;
}

/** The address of a TCP check, this machine's own where it is only a port; undefined for a text that is none. */
export function parseTcpTarget(text: string): TcpTarget | undefined {
  const [, host, digits] = /^(?:(.*):)?(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  return port > 0 && port < 65_536 ? { host: host || "127.0.0.1", port } : undefined;
}

/** What is wrong with the address of a check whose variables have been replaced; undefined where it is one. */
export function findAddressFault(kind: "http" | "tcp", text: string): string | undefined {
  if (kind === "http" && parseHttpTarget(text) === undefined)
    return `${JSON.stringify(text)} is no address; write http://127.0.0.1:8080/healthz or http://unix:/run/app.sock:/healthz`;
  if (kind === "tcp" && parseTcpTarget(text) === undefined)
    return `${JSON.stringify(text)} is no address; write 127.0.0.1:5432 or 5432`;
  return undefined;
}

/** An address that may hold variables: then it is looked at when these are known. */
const Address = (kind: "http" | "tcp") =>
  z.union([z.string(), z.int().transform(String)]).superRefine((text, { addIssue }) => {
    const message = text.includes("${") ? undefined : findAddressFault(kind, text);
    if (message !== undefined) addIssue({ code: "custom", message });
  });

/** How the supervisor asks a task whether it works. The timing keys are Compose's. */
export const Healthcheck = z
  .strictObject({
    /** a GET that must answer 200 to 399 within `timeout` */
    http: Address("http").optional(),
    /** a connection that must be accepted */
    tcp: Address("tcp").optional(),
    /** a command that must exit with 0; it runs as the task's user, with its environment and working directory */
    exec: Command.optional(),
    interval: Duration.prefault("10s"),
    timeout: Duration.prefault("5s"),
    /** failures in a row before the task counts as unhealthy */
    retries: z.int().min(1).default(3),
    /** successes in a row before it counts as healthy again */
    success_threshold: z.int().min(1).default(1),
    /** failures this soon after the start do not count */
    start_period: Duration.prefault("0s"),
    /** the longest time between two checks until the first success */
    start_interval: Duration.prefault("500ms"),
    /** what an unhealthy task gets */
    on_failure: z.enum(["restart", "mark", "shutdown"]).default("restart"),
  })
  .refine(
    (check) => [check.http, check.tcp, check.exec].filter((probe) => probe !== undefined).length === 1,
    {
      message: "needs exactly one of http, tcp and exec",
    },
  );
export type Healthcheck = z.infer<typeof Healthcheck>;

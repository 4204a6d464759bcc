import * as z from "zod";
import { Command } from "./command.ts";
import { Duration } from "./duration.ts";

const unixUrl = /^http:\/\/unix:(\/[^:]+):(\/.*)$/;

/** Where an HTTP check asks: a host and port, or nginx's way to write a unix socket, `http://unix:/run/app.sock:/healthz`. */
export type HttpTarget =
  | { readonly kind: "url"; readonly url: string }
  | { readonly kind: "unix"; readonly socket: string; readonly path: string };

const HttpProbe = z.string().transform((input, context): HttpTarget => {
  const unix = unixUrl.exec(input);
  if (unix?.[1] !== undefined && unix[2] !== undefined)
    return { kind: "unix", socket: unix[1], path: unix[2] };
  if (/^https?:\/\//.test(input) && URL.canParse(input)) return { kind: "url", url: input };
  context.addIssue({
    code: "custom",
    message: `${JSON.stringify(input)} is no address; write http://127.0.0.1:8080/healthz or http://unix:/run/app.sock:/healthz`,
  });
  return z.NEVER;
});

const TcpProbe = z.union([z.string(), z.int()]).transform((input, context) => {
  const match = /^(?:(.*):)?(\d{1,5})$/.exec(String(input));
  const port = Number(match?.[2]);
  if (match !== null && port > 0 && port < 65_536) return { host: match[1] || "127.0.0.1", port };
  context.addIssue({
    code: "custom",
    message: `${JSON.stringify(input)} is no address; write 127.0.0.1:5432 or 5432`,
  });
  return z.NEVER;
});

/** How the supervisor asks a task whether it works. The timing keys are Compose's. */
export const Healthcheck = z
  .strictObject({
    /** a GET that must answer 200 to 399 within `timeout` */
    http: HttpProbe.optional(),
    /** a connection that must be accepted */
    tcp: TcpProbe.optional(),
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

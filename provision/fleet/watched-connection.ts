import { quoteArgv } from "../../shared/quote-argv.ts";
import type { Connection } from "../connection/connection.ts";
import { type Listener, secondsSince } from "./event.ts";
import { untilAborted } from "./until-aborted.ts";

/**
 * A connection that tells of every command, and whose commands are given up when `signal` is aborted.
 *
 * @throws InterruptedError from a command that is running then
 */
export function watchConnection(connection: Connection, listen: Listener, signal?: AbortSignal): Connection {
  const { host } = connection;
  return {
    host,
    exec: async (argv, options = {}) => {
      const command = quoteArgv(argv);
      const started = performance.now();
      const as_root = options.become === true;
      listen({ host, event: "command_started", command, summary: summarizeArgv(argv), as_root });
      const onLine = (line: string) => {
        if (options.isConfidential !== true) listen({ host, event: "output", line });
        options.onLine?.(line);
      };
      const result = await untilAborted(connection.exec(argv, { ...options, onLine }), signal);
      const seconds = secondsSince(started);
      listen({ host, event: "command_finished", command, code: result.code, seconds });
      return result;
    },
    openSocket: (path) => connection.openSocket(path),
    openPort: (address, port) => connection.openPort(address, port),
    openProcess: (argv, options) => connection.openProcess(argv, options),
    close: () => connection.close(),
  };
}

/** An argv on one line: of a script, its arguments. */
export function summarizeArgv(argv: readonly string[]): string {
  const [program, flag, script = "", ...rest] = argv;
  if (program !== "sh" || flag !== "-c" || !script.includes("\n")) return quoteArgv(argv);
  const lines = script.trim().split("\n").length;
  return [`sh -c '…${lines} lines…'`, quoteArgv(rest)].filter(Boolean).join(" ");
}

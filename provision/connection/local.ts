import { once } from "node:events";
import { createConnection } from "node:net";
import { type Duplex, Readable } from "node:stream";
import { $ } from "zx";
import { type Become, becomeArgv } from "./become.ts";
import type { CommandResult, Connection, ExecOptions } from "./connection.ts";
import { LineSplitter } from "./line-splitter.ts";
import { ProcessStream } from "./process-stream.ts";
import { quoteArgv } from "./quote.ts";
import { BecomingExec, checkBecome } from "./sudo.ts";

/** This machine as a host (`ansible_connection=local`). */
export function openLocalConnection(host: string, become: Become): Connection {
  const open = new Set<Duplex>();
  const root = new BecomingExec(host, become, execLocal);
  return {
    host,
    exec: (argv, options = {}) => root.run(argv, options),
    openSocket: async (path) => connected(createConnection(path)),
    openPort: async (address, port) => connected(createConnection(port, address)),
    openProcess: async (argv, options) => {
      checkBecome(host, become, options?.become);
      const asRoot = becomeArgv(argv, become, options?.become);
      const child = startProcess(asRoot.argv);
      child.stdin.write(asRoot.stdinPrefix);
      const stream = new ProcessStream(child.stdin, child.stdout);
      open.add(stream);
      stream.once("close", () => open.delete(stream));
      return stream;
    },
    close: async () => {
      for (const stream of open) stream.destroy();
    },
  };
}

async function execLocal(argv: string[], prefix: string, options: ExecOptions): Promise<CommandResult> {
  const child = startProcess(argv);
  const stdout = new LineSplitter(options.onLine);
  const stderr = new LineSplitter(options.onLine);
  child.stdout.on("data", (chunk: Buffer) => stdout.write(chunk));
  child.stderr.on("data", (chunk: Buffer) => stderr.write(chunk));
  // A program that ends without reading its input breaks the pipe; its exit code tells the story.
  child.stdin.on("error", () => {});
  child.stdin.write(prefix);
  if (options.input instanceof Readable) options.input.pipe(child.stdin);
  else child.stdin.end(options.input ?? "");
  const { exitCode } = await child;
  return { code: exitCode ?? 255, stdout: stdout.end(), stderr: stderr.end() };
}

function startProcess(argv: string[]) {
  // zx would quote for bash; our own quoting is the same for every host.
  const start = $({ quiet: true, nothrow: true, quote: (word) => word, prefix: "", stdio: "pipe" });
  return start`exec ${quoteArgv(argv)}`;
}

async function connected(socket: Duplex): Promise<Duplex> {
  await once(socket, "connect");
  return socket;
}

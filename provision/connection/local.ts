import { once } from "node:events";
import { createConnection } from "node:net";
import type { Duplex } from "node:stream";
import { $ } from "zx";
import { quoteArgv } from "../../shared/quote-argv.ts";
import type { Become } from "./become.ts";
import type { Connection } from "./connection.ts";
import { ProcessStream } from "./process-stream.ts";
import type { Started } from "./shell/conversation.ts";
import { RootTurn } from "./shell/root-turn.ts";
import { type Held, Shell } from "./shell/shell.ts";

/** This machine as a host (`ansible_connection=local`). */
export function openLocalConnection(host: string, become: Become): Connection {
  const open = new Set<Duplex>();
  const hold = async (argv: string[]): Promise<Held> => {
    const started = startProcess(argv);
    return {
      ...started,
      stream: () => {
        const stream = new ProcessStream(started.stdin, started.stdout);
        open.add(stream);
        stream.once("close", () => open.delete(stream));
        return stream;
      },
    };
  };
  const start = async (argv: string[]) => startProcess(argv);
  const shell = new Shell(host, become, { start, hold }, new RootTurn());
  return {
    host,
    exec: (argv, options = {}) => shell.run(argv, options),
    openSocket: async (path) => connected(createConnection(path)),
    openPort: async (address, port) => connected(createConnection(port, address)),
    openProcess: (argv, options = {}) => shell.open(argv, options),
    close: async () => {
      for (const stream of open) stream.destroy();
    },
  };
}

function startProcess(argv: string[]): Started {
  // zx would quote for bash; our own quoting is the same for every host.
  const start = $({ quiet: true, nothrow: true, quote: (word) => word, prefix: "", stdio: "pipe" });
  const child = start`exec ${quoteArgv(argv)}`;
  // A program that ends without reading its input breaks the pipe; its exit code tells the story.
  child.stdin.on("error", () => {});
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    exit: child.then(({ exitCode }) => exitCode ?? 255),
    kill: () => {
      child.kill("SIGKILL").catch(() => {});
      // what it has started may hold its outputs open
      child.stdout.destroy();
      child.stderr.destroy();
    },
  };
}

async function connected(socket: Duplex): Promise<Duplex> {
  await once(socket, "connect");
  return socket;
}

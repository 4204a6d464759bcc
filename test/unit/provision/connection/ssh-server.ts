import { spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { type Connection, Server, type ServerChannel } from "ssh2";

/** A private key as PEM that both ends can read. */
export function makePrivateKey(): string {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return privateKey.export({ type: "pkcs1", format: "pem" }) as string;
}

export interface SshServer extends AsyncDisposable {
  port: number;
  /** ends every connection as a cut cable would */
  cut(): void;
}

/**
 * An SSH server in this process. Commands run in this machine's shell.
 *
 * @param options.accept says whether a public key (its blob) is let in
 */
export async function startSshServer(options: {
  hostKey: string;
  accept: (key: Buffer) => boolean;
  env?: NodeJS.ProcessEnv;
}): Promise<SshServer> {
  const clients = new Set<Connection>();
  const server = new Server({ hostKeys: [options.hostKey] }, (client) => {
    clients.add(client);
    client.on("authentication", (attempt) => {
      if (attempt.method === "publickey" && options.accept(attempt.key.data)) attempt.accept();
      else attempt.reject(["publickey"]);
    });
    client.on("ready", () => {
      client.on("session", (accept) => {
        accept().on("exec", (acceptExec, _reject, { command }) =>
          execute(acceptExec(), command, options.env),
        );
      });
    });
    client.on("error", () => {});
    client.on("close", () => clients.delete(client));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const cut = () => {
    for (const client of clients) (client as unknown as { _sock: { destroy(): void } })._sock.destroy();
  };
  return {
    port,
    cut,
    [Symbol.asyncDispose]: async () => {
      cut();
      await new Promise((done) => server.close(done));
    },
  };
}

function execute(channel: ServerChannel, command: string, env: NodeJS.ProcessEnv = process.env): void {
  const child = spawn("sh", ["-c", command], { env });
  channel.on("error", () => {});
  child.stdin.on("error", () => {});
  channel.pipe(child.stdin);
  child.stdout.pipe(channel, { end: false });
  child.stderr.pipe(channel.stderr, { end: false });
  child.on("close", (code) => {
    channel.exit(code ?? 255);
    channel.end();
  });
  channel.on("close", () => child.kill());
}

import { spawn } from "node:child_process";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { ProcessStream } from "../process-stream.ts";
import type { SshSettings } from "./ssh-settings.ts";

/** A byte stream to a host's sshd. */
export interface Transport {
  stream: Duplex;
  /** what a proxy command printed on stderr until its end; undefined without one */
  complaint?(): Promise<string>;
}

/**
 * Opens a TCP connection.
 *
 * @throws the system's error with its `code`; a TimeoutError after the seconds
 */
export function dial(settings: SshSettings): Promise<Transport> {
  const { hostName, port, addressFamily, bindAddress, connectTimeoutSeconds } = settings;
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(connectTimeoutSeconds * 1000);
    const socket = connect({
      host: hostName.replace(/^\[(.*)\]$/, "$1"),
      port,
      family: addressFamily,
      localAddress: bindAddress,
      noDelay: true,
      // of a name with several addresses, each gets longer than Node's 250 ms: hosts may be far away
      autoSelectFamilyAttemptTimeout: 2000,
    });
    const giveUp = () => socket.destroy(signal.reason);
    signal.addEventListener("abort", giveUp);
    socket.once("error", reject);
    socket.once("connect", () => {
      signal.removeEventListener("abort", giveUp);
      socket.removeListener("error", reject);
      resolve({ stream: socket });
    });
  });
}

/** Starts a ProxyCommand. The line is the operator's own and meant for a shell, as ssh_config(5) says. */
export function startProxy(command: string): Transport {
  const child = spawn("/bin/sh", ["-c", `exec ${command}`], { stdio: ["pipe", "pipe", "pipe"] });
  let printed = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    printed = (printed + text).slice(-1000);
  });
  const stream = new ProcessStream(child.stdin, child.stdout);
  child.once("error", (error) => stream.destroy(error));
  const ended = new Promise((resolve) => child.once("close", resolve));
  stream.once("close", () => {
    // it ends by itself when its stdin does; one that does not is not waited for
    setTimeout(() => child.kill(), 1000).unref();
  });
  return { stream, complaint: () => ended.then(() => printed.trim()) };
}

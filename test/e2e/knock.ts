import { connect } from "node:net";
import type { TestHost } from "../hosts/test-host.ts";

/** What becomes of a connection to a port of the host from outside. */
export function knock(host: TestHost, port: number): Promise<"open" | "refused" | "silence"> {
  return new Promise((resolve) => {
    const socket = connect({ host: host.address, port, timeout: 2_000 });
    const end = (answer: "open" | "refused" | "silence") => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => end("open"));
    socket.once("error", () => end("refused"));
    socket.once("timeout", () => end("silence"));
  });
}

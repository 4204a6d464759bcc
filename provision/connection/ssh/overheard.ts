import type { Duplex } from "node:stream";
import type { Client } from "ssh2";

/** As much of the beginning as tells what answers there. */
const KEPT = 1000;

/** What a server said before the login was done: it is all that is known where it ends the connection. */
export class Overheard {
  /** the keys are exchanged: it is an SSH server, and what follows is about the login */
  isHandshaken = false;
  private first = "";
  private banner = "";

  /** To be called before anything else reads the stream. */
  constructor(stream: Duplex) {
    const listen = (chunk: Buffer) => {
      this.first = (this.first + chunk.toString("latin1")).slice(0, KEPT);
      if (this.first.length === KEPT) stream.removeListener("data", listen);
    };
    stream.on("data", listen);
  }

  follow(client: Client): void {
    client.once("handshake", () => {
      this.isHandshaken = true;
    });
    client.on("banner", (text: string) => {
      this.banner = `${this.banner}${text}\n`.slice(-16 * KEPT);
    });
  }

  /** `silent`: not a byte has come; `other`: what came does not begin as an SSH server does (RFC 4253, 4.2) */
  get kind(): "silent" | "ssh" | "other" {
    if (this.first === "") return "silent";
    return /^SSH-/m.test(this.first) ? "ssh" : "other";
  }

  /** the server's own words: those instead of its name, or those before the login */
  get words(): string {
    return this.kind === "other" ? Buffer.from(this.first, "latin1").toString("utf8") : this.banner;
  }
}

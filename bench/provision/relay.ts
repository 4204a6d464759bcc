import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A TCP port of this machine behind which a host seems to be far away. */
export interface Relay {
  port: number;
  close(): void;
}

/** Passes everything on to address:port, each piece `milliseconds` after it came: half a round trip. */
export async function startRelay(address: string, port: number, milliseconds: number): Promise<Relay> {
  // Each side hears of the other's end when that has come over, and not before.
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (near) => {
    const far = connect({ host: address, port, noDelay: true, allowHalfOpen: true });
    passOn(near, far, milliseconds);
    passOn(far, near, milliseconds);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, close: () => server.close() };
}

function passOn(from: Socket, to: Socket, milliseconds: number): void {
  // Timers of the same length fire in the order in which they were set.
  from.on("data", (chunk) => setTimeout(() => to.writable && to.write(chunk), milliseconds));
  from.on("end", () => setTimeout(() => to.end(), milliseconds));
  from.on("error", () => to.destroy());
}

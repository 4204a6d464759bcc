import type { Connection } from "../connection/connection.ts";
import { type ConnectOptions, openConnection } from "../connection/open.ts";
import type { InventoryHost } from "../inventory/inventory.ts";

/** The one connection per host of a command; several phases share it. */
export class Connections {
  readonly #options: ConnectOptions;
  readonly #open = new Map<string, Promise<Connection>>();

  constructor(options: ConnectOptions = {}) {
    this.#options = options;
  }

  /** @throws what openConnection throws; the next call tries again */
  get(host: InventoryHost): Promise<Connection> {
    const known = this.#open.get(host.name);
    if (known !== undefined) return known;
    const opening = openConnection(host, this.#options);
    this.#open.set(host.name, opening);
    opening.catch(() => this.#open.delete(host.name));
    return opening;
  }

  /** A connection of its own to the same host; it is the caller's to close. @throws what openConnection throws */
  openAnother(host: InventoryHost): Promise<Connection> {
    return openConnection(host, this.#options);
  }

  async close(): Promise<void> {
    const all = await Promise.allSettled(this.#open.values());
    this.#open.clear();
    await Promise.all(
      all.map((result) => (result.status === "fulfilled" ? result.value.close() : undefined)),
    );
  }
}

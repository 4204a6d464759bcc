import type { Connection } from "../connection/connection.ts";
import { type ConnectOptions, openConnection, resolveHost } from "../connection/open.ts";
import { Questions } from "../connection/questions.ts";
import { SharedSsh } from "../connection/ssh/shared-ssh.ts";
import { readConnectionVariables } from "../inventory/connection-variables.ts";
import type { InventoryHost } from "../inventory/inventory.ts";

const GOODBYE_MS = 300;

/** The one connection per host of a command; several phases share it. */
export class Connections {
  private readonly options: ConnectOptions;
  private readonly shared: SharedSsh;
  private readonly open = new Map<string, Promise<Connection>>();
  /** opened for its questions only: its failure is for the one who needs the host */
  private readonly early = new Set<string>();

  constructor(options: ConnectOptions = {}) {
    this.shared = options.shared ?? new SharedSsh(new Questions(undefined));
    this.options = { ...options, shared: this.shared };
  }

  /**
   * @param onBoot a host that is booting is waited for, and this is called where it is so
   * @throws what openConnection throws; the next call tries again
   */
  get(host: InventoryHost, onBoot?: () => void): Promise<Connection> {
    const known = this.open.get(host.name);
    const opening = known ?? openConnection(host, { ...this.options, onBoot });
    if (known === undefined || this.early.delete(host.name)) opening.catch(() => this.open.delete(host.name));
    this.open.set(host.name, opening);
    return opening;
  }

  /**
   * Where somebody may be asked for a passphrase, connects until all are given: a question would be lost in a live display.
   * A host that can't be reached is no matter here; whoever needs it hears of it.
   *
   * @param forks hosts that are connected at the same time
   */
  async answerQuestions(hosts: InventoryHost[], forks: number): Promise<void> {
    if (!this.shared.questions.isAnswerable) return;
    const asking = await Promise.all(
      hosts.map(async (host) => ({ host, files: await this.lockedFiles(host) })),
    );
    const waiting = asking.filter(({ files }) => files.length > 0).map(({ host }) => host);
    if (waiting.length === 0) return;
    const files = [...new Set(asking.flatMap((each) => each.files))];
    let isDone = false;
    const connectAll = async () => {
      for (let host = waiting.shift(); host !== undefined && !isDone; host = waiting.shift())
        await this.openEarly(host).catch(() => {});
    };
    const all = Promise.all(Array.from({ length: forks }, connectAll));
    await Promise.race([all, this.shared.keys.answered(files)]);
    isDone = true;
  }

  private openEarly(host: InventoryHost): Promise<Connection> {
    const opening = openConnection(host, this.options);
    this.open.set(host.name, opening);
    this.early.add(host.name);
    return opening;
  }

  /** A connection of its own to the same host; it is the caller's to close. @throws what openConnection throws */
  openAnother(host: InventoryHost): Promise<Connection> {
    return openConnection(host, this.options);
  }

  private async lockedFiles(host: InventoryHost): Promise<string[]> {
    try {
      if (readConnectionVariables(host).kind === "local") return [];
      return await this.shared.lockedFiles(resolveHost(host, this.shared, this.options));
    } catch {
      // whoever connects to the host gets the same error, and reports it for this host
      return [];
    }
  }

  /** Closes them all; one that is still being opened is not waited for any longer than its goodbye may take. */
  async close(): Promise<void> {
    const all = [...this.open.values()];
    this.open.clear();
    const closing = all.map((opening) =>
      opening.then(
        (connection) => connection.close(),
        () => {},
      ),
    );
    await atMost(GOODBYE_MS, Promise.all(closing));
    await atMost(GOODBYE_MS, this.shared.close());
  }
}

/** Waits for work that may be left alone when its time is over. */
async function atMost(milliseconds: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([work, over]).finally(() => clearTimeout(timer));
}

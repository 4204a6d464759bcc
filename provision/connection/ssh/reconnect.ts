import { setTimeout as sleep } from "node:timers/promises";
import { ConnectionLostError, UnreachableError } from "../connection.ts";
import type { SshClient } from "./client.ts";

/** How long a host may take to come back, in ms: a reboot takes most of a minute. */
const PATIENCE = 120_000;
const PAUSES = [500, 1000, 2000, 4000];

/** What does not pass by waiting: the host is there and does not let us in. */
const LASTING = /^(?:host_key_|ssh_auth|ssh_denied|ssh_no_server|ssh_key_locked|ssh_password|ssh_handshake)/;

/** Keeps one connection to a host: opened when it is first needed, and again when it was lost. */
export class Reconnect {
  private present: SshClient | undefined;
  private opening: Promise<SshClient> | undefined;
  private isClosed = false;
  private isForbidden = false;

  constructor(
    readonly host: string,
    readonly open: () => Promise<SshClient>,
    /** called before a new connection takes the place of a lost one */
    readonly onRenew: () => void,
    readonly patience = PATIENCE,
  ) {}

  /**
   * The open connection. The first attempt fails at once, so that a host that is off is reported; once it was there, it is
   * given time to come back.
   *
   * @throws what `open` throws; ConnectionLostError after {@link close}, and where {@link forbid} was called
   */
  async client(): Promise<SshClient> {
    if (this.isClosed) throw new ConnectionLostError(this.host);
    if (this.present?.isOpen() && this.opening === undefined) return this.present;
    if (this.isForbidden) throw new ConnectionLostError(this.host);
    // callers that find it lost at the same time share one attempt
    this.opening ??= this.renew().finally(() => {
      this.opening = undefined;
    });
    return this.opening;
  }

  /** A lost connection stays lost from now on. */
  forbid(): void {
    this.isForbidden = true;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    const opening = await this.opening?.catch(() => undefined);
    (opening ?? this.present)?.close();
  }

  private async renew(): Promise<SshClient> {
    const isFirst = this.present === undefined;
    if (!isFirst) this.onRenew();
    this.present = isFirst ? await this.open() : await this.openPatiently();
    return this.present;
  }

  private async openPatiently(): Promise<SshClient> {
    const deadline = performance.now() + this.patience;
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.open();
      } catch (error) {
        const pause = PAUSES[Math.min(attempt, PAUSES.length - 1)] ?? 0;
        const isLasting = !(error instanceof UnreachableError) || LASTING.test(error.code);
        if (isLasting || this.isClosed || performance.now() + pause > deadline) throw error;
        await sleep(pause);
      }
    }
  }
}

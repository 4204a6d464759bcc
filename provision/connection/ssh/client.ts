import type { Client } from "ssh2";

/** A connection of ssh2 that is logged in. */
export interface SshClient {
  readonly client: Client;
  /** false once it is closed, by whomever */
  isOpen(): boolean;
  close(): void;
}

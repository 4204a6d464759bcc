/** A host and a port. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** `127.0.0.1:9001`, `example.org:9001` or `[::1]:9001`; a port is 1 to 65535. */
export const addressForm =
  /^(?:\[([^[\]]+)\]|([^[\]]+)):([1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d\d|655[0-2]\d|6553[0-5])$/;

/** Reads an address; undefined for a text that is none. */
export function parseAddress(text: string): Address | undefined {
  const [, bracketed, plain, port] = addressForm.exec(text) ?? [];
  const host = bracketed ?? plain;
  return host === undefined ? undefined : { host, port: Number(port) };
}

/** A host's name, or a pattern of names with ranges, and the port that was written after it. */
export interface HostAddress {
  pattern: string;
  port: number | undefined;
}

const RANGE_STEP = "(?::[0-9]+)?";
const numeric = String.raw`\[[0-9]+:[0-9]+${RANGE_STEP}\]`;
const alphanumeric = String.raw`\[(?:[a-z]:[a-z]|[0-9]+:[0-9]+)${RANGE_STEP}\]`;
const hexadecimal = String.raw`\[[0-9a-f]+:[0-9a-f]+${RANGE_STEP}\]`;

const octet = `(?:[01]?[0-9]{1,2}|2[0-4][0-9]|25[0-5]|${numeric})`;
const ipv4 = new RegExp(`^(?:${octet}\\.){3}${octet}$`, "i");

// Ansible's own pattern ends with "$" in its last branch only, so an address needs to be one at its beginning: `fe80::1%eth0`.
const hextet = `(?:[0-9a-f]{1,4}|${hexadecimal})`;
const embedded = `(?:${hextet}\\.){3}${hextet}`;
const ipv6 = new RegExp(
  `^(?:(?:${hextet}:){7}${hextet}|(?:${hextet}:){0,6}:|::|(?:0:){6}${embedded}|(?:0:){5}ffff:${embedded}$)`,
  "i",
);

// Letters and digits of any script, as Python's \w. A label ends with neither - nor _.
const word = String.raw`[\p{L}\p{N}_]`;
const label = `(?:${word}|${alphanumeric})(?:[\\p{L}\\p{N}_-]|${alphanumeric})*(?<![_-])`;
const hostname = new RegExp(`^${label}(?:\\.${label})*$`, "iu");

const bracketedPort = /^\[(.+)\]:([0-9]+)$/;
const plainPort = /^((?:[^:[\]]|\[[^\]]*\])*):([0-9]+)$/;

/**
 * Reads `name`, `name:22`, `[2001:db8::1]:22`, `10.0.0.[1:9]:22`. Rules: Ansible's `parse_address` (2.14), in which a
 * port after an IPv6 address needs the brackets.
 *
 * @returns undefined where the text is no network name: Ansible then takes all of it, port and brackets included, as the name
 */
export function parseHostAddress(text: string): HostAddress | undefined {
  let pattern = text;
  let port: number | undefined;
  for (const form of [bracketedPort, plainPort]) {
    const match = form.exec(pattern);
    if (match === null) continue;
    pattern = match[1] ?? "";
    port = Number(match[2]);
  }
  return ipv4.test(pattern) || ipv6.test(pattern) || hostname.test(pattern) ? { pattern, port } : undefined;
}

/** A number of hosts: so many, or so many percent of all. */
export type Share = { count: number } | { percent: number };

/** Reads `3` or `25%`. Returns undefined for anything else. */
export function parseShare(text: string): Share | undefined {
  const match = /^(\d{1,6})(%?)$/.exec(text.trim());
  if (match === null) return undefined;
  const number = Number(match[1]);
  if (match[2] === "") return { count: number };
  return number <= 100 ? { percent: number } : undefined;
}

/** How many of `total` hosts a share is, rounded down. */
export function countOf(share: Share, total: number): number {
  return "count" in share ? share.count : Math.floor((share.percent * total) / 100);
}

/**
 * Hosts in batches, as Ansible's `serial` does it: the sizes in order, the last one again until all hosts are in, and at
 * least one host in each. Without sizes there is one batch.
 */
export function splitBatches<T>(hosts: readonly T[], sizes: readonly Share[]): T[][] {
  const batches: T[][] = [];
  let at = 0;
  while (at < hosts.length) {
    const size = sizes[Math.min(batches.length, sizes.length - 1)];
    const count = size === undefined ? hosts.length : Math.max(1, countOf(size, hosts.length));
    batches.push(hosts.slice(at, at + count));
    at += count;
  }
  return batches;
}

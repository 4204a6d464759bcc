/** Does something on every host, `forks` of them at a time; results in the order of the hosts. */
export async function eachHost<H, T>(
  hosts: readonly H[],
  forks: number,
  work: (host: H) => Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  const waiting = [...hosts.entries()];
  const runNext = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      results[next[0]] = await work(next[1]);
  };
  await Promise.all(Array.from({ length: Math.min(forks, hosts.length) }, runNext));
  return results;
}

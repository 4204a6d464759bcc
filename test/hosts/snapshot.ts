import { docker } from "./command.ts";
import { ensureImage, hashFiles, hasImage, removeStaleImages } from "./images.ts";
import { withLock } from "./lock.ts";
import type { TestHost } from "./test-host.ts";
import type { TestNet } from "./test-net.ts";

/**
 * An image of a host after `provision` had its way with it, made once per content: saves each test that is about what
 * comes afterwards the installation of packages. What the host's engine holds (/var/lib/docker is a volume) is not part of
 * it, nor are host keys, machine id and package lists: a host started from it is a new machine.
 *
 * @param key what the result depends on, beside the bare image: the files and folders of the code that provisions
 */
export function ensureSnapshot(
  net: TestNet,
  name: string,
  key: readonly string[],
  provision: (host: TestHost) => Promise<void>,
): Promise<string> {
  return withLock(net.record.run.directory, `snapshot-${name}`, () =>
    makeSnapshot(net, name, key, provision),
  );
}

async function makeSnapshot(
  net: TestNet,
  name: string,
  key: readonly string[],
  provision: (host: TestHost) => Promise<void>,
): Promise<string> {
  const bare = await ensureImage("host");
  const repository = `longshore-test/snapshot-${name}`;
  const tag = `${repository}:${hashFiles(key, bare)}`;
  if (await hasImage(tag)) return tag;
  const [host] = await net.addHosts(1, { image: bare });
  if (host === undefined) throw new Error("no host was added");
  try {
    await provision(host);
    await host.exec(["sh", "-c", WIPE]);
    await docker(["commit", host.record.container, tag]);
    await removeStaleImages(repository);
  } finally {
    await net.removeHost(host);
  }
  return tag;
}

const WIPE = `rm -rf /etc/ssh/ssh_host_* /home/debian/.ssh /etc/docker/key.json /var/lib/apt/lists/* /var/log/journal
: > /etc/machine-id
apt-get clean
sync`;

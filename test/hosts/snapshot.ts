import { docker } from "./command.ts";
import { hashFiles, hasImage, removeStaleImages, type Suite } from "./images.ts";
import { withLock } from "./lock.ts";
import type { TestHost } from "./test-host.ts";
import type { TestNet } from "./test-net.ts";

/** How a snapshot is made. */
export interface SnapshotRecipe {
  name: string;
  /** what a bare host of the snapshot runs; trixie by default */
  os?: Suite;
  /** what the result depends on, beside the bare image: the files and folders of the code that provisions */
  key: readonly string[];
  provision: (host: TestHost) => Promise<void>;
}

/**
 * An image of a host after `provision` had its way with it, made once per content: saves each test that is about what
 * comes afterwards the installation of packages. What the host's engine holds (/var/lib/docker is a volume) is not part of
 * it, nor are host keys, machine id and package lists: a host started from it is a new machine.
 */
export function ensureSnapshot(net: TestNet, recipe: SnapshotRecipe): Promise<string> {
  const { name, os = "trixie" } = recipe;
  return withLock(net.record.run.directory, `snapshot-${name}-${os}`, () => makeSnapshot(net, recipe));
}

async function makeSnapshot(
  net: TestNet,
  { name, os = "trixie", key, provision }: SnapshotRecipe,
): Promise<string> {
  const bare = await net.ensureHostImage(os);
  const repository = `longshore-test/snapshot-${name}-${os}`;
  const tag = `${repository}:${hashFiles(key, bare)}`;
  if (await hasImage(tag)) return tag;
  const [host] = await net.addHosts(1, { image: bare });
  if (host === undefined) throw new Error("no host was added");
  try {
    await provision(host);
    await host.exec(["sh", "-c", WIPE]);
    await docker(["commit", host.record.container, tag]);
    await removeStaleImages(repository, tag);
  } finally {
    await net.removeHost(host);
  }
  return tag;
}

const WIPE = `rm -rf /etc/ssh/ssh_host_* /home/debian/.ssh /etc/docker/key.json /var/lib/apt/lists/* /var/log/journal
: > /etc/machine-id
apt-get clean
sync`;

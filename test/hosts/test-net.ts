import { randomBytes, randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CommandError, docker } from "./command.ts";
import { ensureImage, type Suite } from "./images.ts";
import { Acme, Dns, DuckDns, type InternetRecord, startInternet, ZONE } from "./internet.ts";
import { claimFolder, withLock } from "./lock.ts";
import {
  createHost,
  createKey,
  type HostImage,
  type HostRecord,
  TestHost,
  writeKnownHosts,
} from "./test-host.ts";
import { beginRun, endRun, labelArguments, type TestRun } from "./test-run.ts";

/** A test net as plain data: what another process needs to use it. */
export interface TestNetRecord {
  run: TestRun;
  network: string;
  /** the first three bytes of every address: `10.213.7` */
  prefix: string;
  internet: InternetRecord;
  identityFile: string;
  /** a key that no host accepts */
  strangerFile: string;
}

/** A network of hosts with an internet of its own. */
export class TestNet {
  /** the hosts that this object started, in order */
  readonly hosts: TestHost[] = [];
  readonly dns: Dns;
  readonly acme: Acme;
  readonly duckDns: DuckDns;
  /** knows the hosts that this object started, and no others */
  readonly knownHostsFile: string;

  constructor(readonly record: TestNetRecord) {
    this.dns = new Dns(record.internet);
    this.acme = new Acme(record.internet);
    this.duckDns = new DuckDns(record.internet);
    this.knownHostsFile = join(record.run.directory, `known_hosts-${randomBytes(3).toString("hex")}`);
  }

  get identityFile(): string {
    return this.record.identityFile;
  }

  get strangerFile(): string {
    return this.record.strangerFile;
  }

  /** Boots `count` more hosts side by side, gives each its name `siteN.longshore.test`, and knows their keys. */
  async addHosts(count: number, { os = "trixie", image }: HostImage = {}): Promise<TestHost[]> {
    const added = Array.from({ length: count }, () => new TestHost(this.describeHost(this.claimNumber())));
    const settings = {
      // resolved once: hosts that boot side by side must not build the same image side by side
      image: image ?? (await this.ensureHostImage(os)),
      dns: this.record.internet.address,
      publicKey: readFileSync(`${this.record.identityFile}.pub`, "utf8").trim(),
    };
    await Promise.all(
      added.map(async (host) => {
        await createHost(this.record.run, host.record, settings);
        await host.waitUntilUp();
        await this.dns.set(host.domain, host.address);
      }),
    );
    this.hosts.push(...added);
    await this.trustHosts();
    return added;
  }

  /** Writes the present keys of the hosts into {@link knownHostsFile}, which forgets all others. */
  async trustHosts(): Promise<void> {
    await writeKnownHosts(this.knownHostsFile, this.hosts);
  }

  /**
   * An inventory of the hosts in the group `web`, with each one's `domain` and the SSH settings of the net.
   *
   * @param variables go to `[web:vars]`
   * @param hosts those of the net by default
   */
  inventory(variables: Record<string, string> = {}, hosts: readonly TestHost[] = this.hosts): string {
    const common = {
      ansible_user: "debian",
      ansible_ssh_private_key_file: this.identityFile,
      ansible_ssh_common_args: `-o UserKnownHostsFile=${this.knownHostsFile}`,
      ...variables,
    };
    return [
      "[web]",
      ...hosts.map((host) => `${host.name} ansible_host=${host.address} domain=${host.domain}`),
      "",
      "[web:vars]",
      ...Object.entries(common).map(([name, value]) => `${name}=${value}`),
      "",
    ].join("\n");
  }

  /** Removes one host with everything on it. */
  async removeHost(host: TestHost): Promise<void> {
    this.hosts.splice(this.hosts.indexOf(host), 1);
    await host.remove();
  }

  /** Removes the hosts that this object started; the net stays. */
  async removeHosts(): Promise<void> {
    await Promise.all([...this.hosts].map((host) => this.removeHost(host)));
  }

  /** Removes everything of the run that the net belongs to. */
  async stop(): Promise<void> {
    await endRun(this.record.run);
  }

  /** The image of a bare host; built by one of the run's processes while the others wait for it. */
  ensureHostImage(os: Suite): Promise<string> {
    return withLock(this.record.run.directory, `image-${os}`, () => ensureImage("host", os));
  }

  private describeHost(number: number): HostRecord {
    const { run, network, prefix, identityFile } = this.record;
    return {
      name: `host${number}`,
      container: `${run.id}-host${number}`,
      network,
      address: `${prefix}.${10 + number}`,
      user: "debian",
      domain: `site${number}.${ZONE}`,
      identityFile,
      knownHostsFile: this.knownHostsFile,
    };
  }

  /** A number that no host of the run had before: names and addresses are never used twice. */
  private claimNumber(): number {
    const claim = (number: number) => claimFolder(join(this.record.run.directory, `host${number}`));
    for (let number = 1; number < 180; number++) if (claim(number)) return number;
    throw new Error("a test net is for fewer than 180 hosts");
  }
}

/**
 * Starts a net: its network, its internet, and `hosts` bare hosts. Without a `run` the net is a run of its own, which
 * `stop()` ends.
 */
export async function startTestNet({
  hosts = 0,
  run,
  ...image
}: { hosts?: number; run?: TestRun } & HostImage = {}): Promise<TestNet> {
  if (run !== undefined) return buildTestNet(run, hosts, image);
  const own = beginRun();
  try {
    return await buildTestNet(own, hosts, image);
  } catch (error) {
    await endRun(own);
    throw error;
  }
}

async function buildTestNet(run: TestRun, hosts: number, image: HostImage): Promise<TestNet> {
  const network = `${run.id}-net`;
  const prefix = await createNetwork(run, network);
  const [internet, identityFile, strangerFile] = await Promise.all([
    startInternet(run, network, `${prefix}.2`),
    createKey(run.directory, "id_ed25519"),
    createKey(run.directory, "stranger_ed25519"),
  ]);
  const net = new TestNet({ run, network, prefix, internet, identityFile, strangerFile });
  await net.addHosts(hosts, image);
  return net;
}

/** Creates the network in some free part of 10.213.0.0/16: hosts need fixed addresses, and several runs may share a machine. */
async function createNetwork(run: TestRun, name: string): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    const prefix = `10.213.${randomInt(1, 255)}`;
    try {
      await docker(["network", "create", ...labelArguments(run), "--subnet", `${prefix}.0/24`, name]);
      return prefix;
    } catch (error) {
      if (attempt === 5 || !(error instanceof CommandError)) throw error;
    }
  }
}

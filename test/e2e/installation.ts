import { expect } from "vitest";
import { docker } from "../hosts/command.ts";
import type { TestHost } from "../hosts/test-host.ts";
import type { TestNet } from "../hosts/test-net.ts";
import { waitUntil } from "../hosts/wait.ts";
import type { Operator } from "./operator.ts";
import { addProvisionedHosts } from "./provisioned-hosts.ts";
import { StartedCommand } from "./started-command.ts";

// What is installed in each test: small, and not quite as quick as a fault. unattended-upgrades brings python with it.
const PACKAGES = ["unattended-upgrades", "python3-minimal", "libpython3-stdlib"];

// Holds apt's lock as another apt would, until a file is there. `struct flock` is that of 64-bit Linux.
const HOLD_LOCK = `open(my $lock, ">>", "/var/lib/dpkg/lock-frontend") or die;
my $flock = pack("s s x4 q q i x4", 1, 0, 0, 0, 0);
fcntl($lock, 6, $flock) or die;
open(my $held, ">", "/tmp/held");
select(undef, undef, undef, 0.1) until -e "/tmp/release";`;

/** SSH options with which a lost connection is noticed within seconds. */
export function impatientSsh(net: TestNet): Record<string, string> {
  const options = [
    "ServerAliveInterval=2",
    "ServerAliveCountMax=2",
    `UserKnownHostsFile=${net.knownHostsFile}`,
  ];
  return { ansible_ssh_common_args: options.map((option) => `-o ${option}`).join(" ") };
}

/** Takes apt's lock on a host. Resolves when it is held, with what lets it go. */
export async function holdAptLock(host: TestHost): Promise<() => Promise<void>> {
  await host.exec(["rm", "-f", "/tmp/held", "/tmp/release"]);
  await docker(["exec", "--detach", host.record.container, "perl", "-e", HOLD_LOCK]);
  await waitUntil("the lock is held", () => host.exec(["test", "-e", "/tmp/held"]).then(() => true));
  return async () => void (await host.exec(["touch", "/tmp/release"]));
}

/** A host on which a role is to be installed, again and again, whatever comes between. */
export class Installation {
  private constructor(
    readonly net: TestNet,
    readonly host: TestHost,
    readonly operator: Operator,
  ) {}

  static async prepare(): Promise<Installation> {
    const { net, host, operator } = await addProvisionedHosts();
    operator.write(
      "inventory.ini",
      net.inventory({ longshore_roles: "unattended-upgrades", ...impatientSsh(net) }, [host]),
    );
    await host.exec(["apt-get", "-qq", "update"]);
    return new Installation(net, host, operator);
  }

  /** Takes away what the role brought, so that there is something to do. */
  async removeRole(): Promise<void> {
    await this.host.exec(["rm", "-f", "/etc/apt/apt.conf.d/52longshore-upgrades"]);
    await this.host.exec(["apt-get", "-qq", "purge", "--yes", "--autoremove", ...PACKAGES]);
    await this.host.exec(["apt-get", "clean"]);
  }

  /** Begins to provision, and is back when packages are being installed. */
  async start(): Promise<StartedCommand> {
    await this.removeRole();
    this.operator.write("run.log", "", 0o600);
    const command = StartedCommand.start(this.operator, ["provision", "--log", "run.log"]);
    await waitUntil(
      "packages are being installed",
      () => /Unpacking |Selecting /.test(this.operator.read("run.log")),
      { timeout: 180_000, interval: 20 },
    );
    return command;
  }

  /** The same command again: it must get there, leave dpkg in order, and then have nothing to do. */
  async expectConvergence(): Promise<void> {
    await this.operator.run("provision");
    expect(await this.host.exec(["dpkg", "--audit"])).toBe("");
    expect(
      await this.host.exec(["dpkg-query", "--show", "--showformat=${db:Status-Abbrev}", PACKAGES[0] ?? ""]),
    ).toBe("ii");
    expect(await this.operator.longshore(["provision", "--check"])).toMatchObject({ code: 0 });
  }
}

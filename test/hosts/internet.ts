import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { docker } from "./command.ts";
import { ensureImage } from "./images.ts";
import { labelArguments, type TestRun } from "./test-run.ts";
import { waitUntil } from "./wait.ts";

/** The zone that only exists inside a test net (RFC 6761 reserves `.test`). */
export const ZONE = "longshore.test";

/** The container that plays the internet: its name, its address, and the root of its own TLS certificates. */
export interface InternetRecord {
  container: string;
  address: string;
  /** PEM file on this machine: the CA that signed the TLS certificate of the ACME directory */
  rootFile: string;
}

/** One request that the DuckDNS stand-in got. */
export interface DuckDnsRequest {
  path: string;
  domains?: string;
  token?: string;
  ip?: string;
  /** what the name was set to: the `ip` parameter, or else where the request came from */
  address: string;
  accepted: boolean;
}

/** Starts DNS, pebble and DuckDNS at `address` of `network`, and resolves when all three answer. */
export async function startInternet(run: TestRun, network: string, address: string): Promise<InternetRecord> {
  const container = `${run.id}-internet`;
  const image = await ensureImage("internet");
  const place = ["--name", container, "--hostname", "internet", "--network", network, "--ip", address];
  const settings = ["--env", `TESTNET_ADDRESS=${address}`, "--env", `TESTNET_DOMAIN=${ZONE}`];
  await docker(["run", "--detach", "--init", ...labelArguments(run), ...place, ...settings, image]);
  const inside = (argv: string[]) => docker(["exec", container, ...argv]);
  const request = ["curl", "--silent", "--show-error", "--fail", "--cacert", "/internet/tls/root.pem"];
  await waitUntil("pebble, DNS and DuckDNS answer", async () => {
    await inside([...request, `https://acme.${ZONE}:14000/dir`]);
    return inside([...request, "--output", "/dev/null", `https://duckdns.${ZONE}/ready`]).then(() => true);
  });
  await inside(["rm", "/internet/requests.jsonl"]);
  const rootFile = join(run.directory, "acme-root.pem");
  writeFileSync(rootFile, await inside(["cat", "/internet/tls/root.pem"]));
  return { container, address, rootFile };
}

/** The names of the zone, which take effect at once. */
export class Dns {
  constructor(private readonly internet: InternetRecord) {}

  /** Points `name` (a full name, or one in the zone) at an address. */
  async set(name: string, address: string): Promise<void> {
    const file = fileOf(name);
    const line = `${address} ${fullName(name)}\n`;
    // Renamed into place: dnsmasq reads a file of its hosts folder as soon as it appears.
    const script = 'cat > "dns/.$0" && mv "dns/.$0" "dns/$0"';
    await docker(
      ["exec", "--interactive", "--workdir", "/internet", this.internet.container, "sh", "-c", script, file],
      {
        input: line,
      },
    );
    await waitUntil(`${name} resolves to ${address}`, async () => (await this.resolve(name)) === address);
  }

  /** Takes a name away; nothing happens when it is not there. */
  async remove(name: string): Promise<void> {
    await docker(["exec", this.internet.container, "rm", "-f", `/internet/dns/${fileOf(name)}`]);
    // dnsmasq forgets the names of a deleted file only when it is told to read all of them again.
    await docker(["exec", this.internet.container, "pkill", "-HUP", "dnsmasq"]);
    await waitUntil(`${name} is gone`, async () => (await this.resolve(name)) === undefined);
  }

  /** The IPv4 address of a name, as the hosts see it. */
  async resolve(name: string): Promise<string | undefined> {
    const script = 'getent ahostsv4 "$0" || true';
    const answer = await docker(["exec", this.internet.container, "sh", "-c", script, fullName(name)]);
    return answer === "" ? undefined : answer.split(/\s/)[0];
  }
}

function fullName(name: string): string {
  return name.includes(".") ? name : `${name}.${ZONE}`;
}

function fileOf(name: string): string {
  return fullName(name).replaceAll(".", "-");
}

/** Let's Encrypt's own test server, with validation on. */
export class Acme {
  /** what `certbot --server` takes; reachable from the hosts and from their containers */
  readonly directoryUrl = `https://acme.${ZONE}:14000/dir`;

  constructor(private readonly internet: InternetRecord) {}

  /** PEM file of the CA that signs the directory's own certificate (not what it issues): REQUESTS_CA_BUNDLE. */
  get rootFile(): string {
    return this.internet.rootFile;
  }

  /** PEM of the root that signs what the directory issues. Another one after each start of the net. */
  async issuerRoots(): Promise<string> {
    return this.management("/roots/0");
  }

  private management(path: string): Promise<string> {
    const url = `https://acme.${ZONE}:15000${path}`;
    const curl = ["curl", "--silent", "--show-error", "--fail", "--cacert", "/internet/tls/root.pem", url];
    return docker(["exec", this.internet.container, ...curl]);
  }
}

/** The stand-in for DuckDNS. */
export class DuckDns {
  /** to be used in the place of https://www.duckdns.org; HTTPS works too, under the directory's root */
  readonly url = `http://duckdns.${ZONE}`;

  constructor(private readonly internet: InternetRecord) {}

  /** Everything that was asked of it since the net was started, oldest first. */
  async requests(): Promise<DuckDnsRequest[]> {
    const script = "cat /internet/requests.jsonl 2>/dev/null || true";
    const lines = await docker(["exec", this.internet.container, "sh", "-c", script]);
    return lines === "" ? [] : lines.split("\n").map((line) => JSON.parse(line) as DuckDnsRequest);
  }
}

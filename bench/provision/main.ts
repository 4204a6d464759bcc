import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ensureEngine } from "../../test/hosts/engine.ts";
import { ensureSnapshot } from "../../test/hosts/snapshot.ts";
import type { TestHost } from "../../test/hosts/test-host.ts";
import { startTestNet, type TestNet } from "../../test/hosts/test-net.ts";
import { CONTESTANTS, type Contestant } from "./contestants.ts";
import { type Cost, measureCommand } from "./measure.ts";
import { formatInventory, type Place, placeOf } from "./place.ts";
import { type Relay, startRelay } from "./relay.ts";
import { formatReport, type Sample } from "./report.ts";

const { values } = parseArgs({
  options: {
    hosts: { type: "string", default: "1,3" },
    runs: { type: "string", default: "3" },
    first: { type: "string", default: "1" },
    rtt: { type: "string", default: "40" },
    only: { type: "string", default: CONTESTANTS.map(({ name }) => name).join(",") },
  },
});
const contestants = CONTESTANTS.filter(({ name }) => values.only.split(",").includes(name));
const samples: Sample[] = [];

const { engine, stop } = await ensureEngine();
if (!engine.available) throw new Error(`cannot measure: ${engine.reason}`);
const net = await startTestNet();
try {
  const image = await ensurePythonImage(net);
  for (const count of values.hosts.split(",").map(Number)) {
    for (const contestant of contestants) await measureContestant(contestant, count, image);
  }
  console.log(
    formatReport(
      samples,
      contestants.map(({ name }) => name),
    ),
  );
} finally {
  await net.stop();
  await stop();
}

/** Ansible needs Python on its hosts, as the clouds' images have it. */
function ensurePythonImage(where: TestNet): Promise<string> {
  return ensureSnapshot(where, {
    name: "python",
    key: [],
    provision: async (host) => {
      await host.exec(["apt-get", "-qq", "update"]);
      const install = ["apt-get", "-qq", "install", "--yes", "--no-install-recommends"];
      await host.exec([...install, "python3", "python3-apt"]);
    },
  });
}

async function measureContestant(contestant: Contestant, count: number, image: string): Promise<void> {
  for (let run = 1; run <= Number(values.first); run++) {
    await net.removeHosts();
    const hosts = await net.addHosts(count, { image });
    // Ansible's cache_valid_time looks at the age of this folder, even where it is empty.
    await Promise.all(hosts.map((host) => host.exec(["touch", "--date=@0", "/var/lib/apt/lists"])));
    await take(contestant, `bare → ready, ${count} hosts`, hosts.map(placeOf));
  }
  const near = net.hosts.map(placeOf);
  await repeat(contestant, `again, ${count} hosts`, near);
  const relays = await Promise.all(
    net.hosts.map((host) => startRelay(host.address, 22, Number(values.rtt) / 2)),
  );
  const far = near.map((place, at) => ({ ...place, address: "127.0.0.1", port: (relays[at] as Relay).port }));
  await repeat(contestant, `again, ${count} hosts, ${values.rtt} ms away`, far);
  for (const relay of relays) relay.close();
  if (count === 1) return;
  const off = { name: "off", address: `${net.record.prefix}.250`, port: 22 };
  await repeat(contestant, `again, 1 of ${count} hosts off`, [...near.slice(1), off], 1);
}

async function repeat(
  contestant: Contestant,
  title: string,
  places: readonly Place[],
  code = 0,
): Promise<void> {
  for (let run = 1; run <= Number(values.runs); run++) await take(contestant, title, places, code);
}

/** One measurement. @throws Error where the contestant did not do its work */
async function take(
  contestant: Contestant,
  title: string,
  places: readonly Place[],
  expected = 0,
): Promise<void> {
  const { run, identityFile } = net.record;
  const knownHostsFile = join(run.directory, "bench_known_hosts");
  writeFileSync(knownHostsFile, await hostKeys(net.hosts, places));
  const files = { identityFile, knownHostsFile };
  const inventory = join(run.directory, "bench.ini");
  writeFileSync(inventory, formatInventory(places, files));
  const setting = { inventory, places, ...files };
  const home = join(run.directory, "home");
  mkdirSync(home, { recursive: true });
  const forget = contestant.forget?.(setting);
  if (forget !== undefined) await measureCommand(forget, { HOME: home });
  const { argv, env } = contestant.provision(setting);
  const cost: Cost = await measureCommand(argv, { HOME: home, ...env });
  appendFileSync("/tmp/longshore-bench-provision.log", `${argv.join(" ")}\n${cost.output}\n`);
  if ((cost.code === 0) !== (expected === 0))
    throw new Error(`${contestant.name}: exit code ${cost.code}\n${cost.output}`);
  samples.push({ contestant: contestant.name, title, cost });
  console.error(`${contestant.name}: ${title}: ${cost.seconds.toFixed(2)} s`);
}

/** known_hosts for the hosts as this run meets them. */
async function hostKeys(hosts: readonly TestHost[], places: readonly Place[]): Promise<string> {
  const all = await Promise.all(
    hosts.map(async (host) => {
      const place = places.find(({ name }) => name === host.name);
      if (place === undefined) return "";
      const name = place.port === 22 ? place.address : `[${place.address}]:${place.port}`;
      return (await host.hostKeys()).replaceAll(new RegExp(`^${host.address} `, "gm"), `${name} `);
    }),
  );
  return all.join("");
}

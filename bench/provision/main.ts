import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ensureEngine } from "../../test/hosts/engine.ts";
import { ensureSnapshot } from "../../test/hosts/snapshot.ts";
import type { TestHost } from "../../test/hosts/test-host.ts";
import { startTestNet, type TestNet } from "../../test/hosts/test-net.ts";
import { CONTESTANTS, type Contestant, type Flow, longshore } from "./contestants.ts";
import { type Cost, measureCommand } from "./measure.ts";
import { formatInventory, type Place, placeOf, type Setting } from "./place.ts";
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
  for (const count of values.hosts.split(",").map(Number)) await measureHosts(count, image);
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

/**
 * Every contestant begins with hosts of its own. What comes after leaves hosts as they are, so all have the same ones, in
 * turns: what else the machine does meets each of them.
 */
async function measureHosts(count: number, image: string): Promise<void> {
  const hosts = count === 1 ? "1 host" : `${count} hosts`;
  // The first one last: its hosts are wholly provisioned.
  for (const contestant of contestants.toReversed()) {
    for (let run = 1; run <= Number(values.first); run++) {
      const places = await addBareHosts(count, image);
      await take(contestant, "provision", `bare → ready, ${hosts}`, places);
      if (contestant.isWhole) await checkWork(contestant, places);
    }
  }
  const near = net.hosts.map(placeOf);
  await takeTurns("provision", `again, ${hosts}`, near);
  await takeTurns("ping", `ping, ${hosts}`, near);
  const relays = await Promise.all(
    net.hosts.map((host) => startRelay(host.address, 22, Number(values.rtt) / 2)),
  );
  const far = near.map((place, at) => ({ ...place, address: "127.0.0.1", port: (relays[at] as Relay).port }));
  await takeTurns("provision", `again, ${hosts}, ${values.rtt} ms away`, far);
  await takeTurns("ping", `ping, ${hosts}, ${values.rtt} ms away`, far);
  for (const relay of relays) relay.close();
  if (count === 1) return;
  const off = { name: "off", address: `${net.record.prefix}.250`, port: 22 };
  await takeTurns("provision", `again, 1 of ${hosts} off`, [...near.slice(1), off], 1);
}

async function addBareHosts(count: number, image: string): Promise<Place[]> {
  await net.removeHosts();
  const hosts = await net.addHosts(count, { image });
  // Ansible's cache_valid_time looks at the age of this folder, even where it is empty.
  await Promise.all(hosts.map((host) => host.exec(["touch", "--date=@0", "/var/lib/apt/lists"])));
  return hosts.map(placeOf);
}

async function takeTurns(flow: Flow, title: string, places: readonly Place[], code = 0): Promise<void> {
  for (let run = 1; run <= Number(values.runs); run++)
    for (const contestant of contestants) await take(contestant, flow, title, places, code);
}

/** One measurement. @throws Error where the contestant did not do its work */
async function take(
  contestant: Contestant,
  flow: Flow,
  title: string,
  places: readonly Place[],
  expected = 0,
): Promise<void> {
  const { setting, home } = await prepare(places);
  const command = contestant.command(flow, setting);
  if (command === undefined) return;
  const forget = contestant.forget?.(setting);
  if (forget !== undefined) await measureCommand(forget, { HOME: home });
  const { argv, env } = command;
  const cost: Cost = await measureCommand(argv, { HOME: home, ...env });
  appendFileSync("/tmp/longshore-bench-provision.log", `${argv.join(" ")}\n${cost.output}\n`);
  if ((cost.code === 0) !== (expected === 0))
    throw new Error(`${contestant.name}: exit code ${cost.code}\n${cost.output}`);
  // Its own words are the proof: Ansible's summary.
  if (!title.startsWith("bare") && /changed=[1-9]/.test(cost.output))
    throw new Error(`${contestant.name} has changed hosts on which nothing had to be done:\n${cost.output}`);
  samples.push({ contestant: contestant.name, title, cost });
  console.error(`${contestant.name}: ${title}: ${cost.seconds.toFixed(2)} s`);
}

/** Everybody's work is measured by the same rod. @throws Error where something was left out */
async function checkWork(contestant: Contestant, places: readonly Place[]): Promise<void> {
  const { setting, home } = await prepare(places);
  const argv = longshore("-i", setting.inventory, "provision", "--check", "--diff");
  const { code, output } = await measureCommand(argv, { HOME: home });
  if (code !== 0) throw new Error(`${contestant.name} has left something to do:\n${output}`);
}

/** The files that a run reads, with the hosts at these places, and the operator's home. */
async function prepare(places: readonly Place[]): Promise<{ setting: Setting; home: string }> {
  const { run, identityFile } = net.record;
  const knownHostsFile = join(run.directory, "bench_known_hosts");
  writeFileSync(knownHostsFile, await hostKeys(net.hosts, places));
  const files = { identityFile, knownHostsFile };
  const inventory = join(run.directory, "bench.ini");
  writeFileSync(inventory, formatInventory(places, files));
  const home = join(run.directory, "home");
  mkdirSync(home, { recursive: true });
  return { setting: { inventory, places, ...files }, home };
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

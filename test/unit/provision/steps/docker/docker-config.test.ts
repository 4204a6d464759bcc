import fc from "fast-check";
import { expect, test } from "vitest";
import type { Facts } from "../../../../../provision/host/facts/facts.ts";
import { dockerConfig, reasonNotToRestart } from "../../../../../provision/steps/docker/docker-config.ts";
import {
  type EngineConfig,
  formatEngineConfig,
  mergeEngineConfig,
} from "../../../../../provision/steps/docker/engine-config.ts";
import { bareHost, provisionedHost } from "../../host/facts/host-facts.ts";

const OURS = mergeEngineConfig({}, {}, { swarm: false });
const { docker } = provisionedHost("Debian 13");

test("our defaults: logs that rotate, small networks, containers that outlive the engine", () => {
  expect(OURS).toEqual({
    "log-driver": "json-file",
    "log-opts": { "max-size": "10m", "max-file": "5" },
    "default-address-pools": [{ base: "172.18.0.0/15", size: 24 }],
    "live-restore": true,
  });
});

test.each<[string, object, object, boolean, object]>([
  [
    "what is there stays",
    { "live-restore": false, mtu: 1400 },
    {},
    false,
    { "live-restore": false, mtu: 1400 },
  ],
  ["what is asked for replaces it", { mtu: 1400 }, { mtu: 1300 }, false, { mtu: 1300 }],
  ["another log driver gets no options of json-file", { "log-driver": "journald" }, {}, false, {}],
  ["a node of a swarm gets no live-restore", {}, {}, true, {}],
])("%s", (title, present, asked, swarm, expected) => {
  const merged = mergeEngineConfig(present as never, asked as never, { swarm });
  expect(merged).toMatchObject(expected);
  if (title.includes("log driver")) expect(merged).not.toHaveProperty("log-opts");
  expect("live-restore" in merged).toBe(!swarm);
});

test("merging again changes nothing", () => {
  const config = fc.dictionary(fc.constantFrom("mtu", "log-driver", "live-restore", "dns"), fc.jsonValue());
  fc.assert(
    fc.property(config, config, fc.boolean(), (present, asked, swarm) => {
      const once = mergeEngineConfig(present, asked, { swarm });
      expect(mergeEngineConfig(once, asked, { swarm })).toEqual(once);
    }),
  );
});

test("the plan names each key, and what it was before", () => {
  const facts = provisionedHost("Debian 13", {
    docker: { ...docker, config: formatEngineConfig({ ...OURS, mtu: 1400 }) },
  });
  expect(dockerConfig({ mtu: 1300 }).check(facts)).toMatchObject({
    summary: "mtu",
    details: [
      "--- /etc/docker/daemon.json",
      "+++ /etc/docker/daemon.json",
      '    "live-restore": true,',
      '-   "mtu": 1400',
      '+   "mtu": 1300',
      "  }",
      "  the engine is restarted",
    ],
  });
});

test.each(["{", "[]", '"x"', "null"])("what is no object is not overwritten: %s", (config) => {
  const facts = bareHost("Debian 13", { docker: { ...docker, config } });
  expect(() => dockerConfig().check(facts)).toThrow("cannot read the host's /etc/docker/daemon.json");
});

test.each(["", " \n"])("an empty file is as good as none: %j", (config) => {
  expect(dockerConfig().check(bareHost("Debian 13", { docker: { ...docker, config } }))).toBeDefined();
});

/** A provisioned host whose engine differs in this. */
const withEngine = (changes: Partial<Facts["docker"]>) =>
  provisionedHost("Debian 13", { docker: { ...docker, ...changes } });

test.each<[string, Partial<Facts["docker"]>, EngineConfig, RegExp]>([
  ["a byte order mark in UTF-16", { config: "\uFEFF{\0}\0" }, {}, /NUL bytes: is it UTF-16/],
  ["JSON with a comma too many", { config: '{"mtu": 1,}' }, {}, /it is not JSON: /],
  [
    "a link that leads nowhere",
    { config: undefined, configTarget: "/srv/daemon.json" },
    {},
    /a symbolic link to \/srv\/daemon.json, which is not there/,
  ],
  [
    "a key that is a flag of the unit, too",
    { config: '{"hosts": ["unix:///x"]}' },
    {},
    /daemon.json has the key hosts, and its unit docker.service says -H/,
  ],
  [
    "the same by our own variable",
    { arguments: ["--log-driver=journald"] },
    { "log-driver": "local" },
    /longshore_docker has the key log-driver, and its unit docker.service says --log-driver/,
  ],
  [
    "before the engine is there: every package's unit has -H",
    { installed: false, arguments: undefined, serverVersion: undefined, config: undefined },
    { hosts: ["tcp://127.0.0.1:2375"] },
    /longshore_docker has the key hosts/,
  ],
  [
    "live-restore on a node of a swarm",
    { swarm: true },
    {},
    /has live-restore, and the host is a node of a swarm/,
  ],
  ["an engine that does not answer", { hung: true }, {}, /Docker Engine does not answer \(10 s\)/],
  ["an engine from a snap", { snap: true }, {}, /it is a snap/],
  ["a masked unit", { maskedUnits: ["docker.service"] }, {}, /its unit docker.service is masked/],
  ["a masked socket", { maskedUnits: ["docker.socket"] }, {}, /its unit docker.socket is masked/],
])("%s is refused by name", (_what, changes, asked, message) => {
  expect(() => dockerConfig(asked).check(withEngine(changes))).toThrow(message);
});

test("a masked unit that the engine does not need is no matter", () => {
  const changes = { arguments: ["-H", "unix://"], maskedUnits: ["docker.socket", "containerd.service"] };
  expect(dockerConfig().check(withEngine(changes))).toBeUndefined();
});

test("flags of the unit leave no gap for our defaults", () => {
  const args = [
    "--log-driver",
    "journald",
    "--live-restore=false",
    "--default-address-pool=base=10.0.0.0/8,size=24",
  ];
  expect(mergeEngineConfig({}, {}, { swarm: false, args })).toEqual({});
});

test("a byte order mark goes, and is named", () => {
  const change = dockerConfig().check(withEngine({ config: `\uFEFF${docker.config}` }));
  expect(change?.summary).toBe("no byte order mark (BOM)");
  expect(change?.details).toContain("- \uFEFF{");
});

test.each<[string, Partial<Facts["docker"]>, EngineConfig, string[], string | undefined]>([
  ["none runs", {}, {}, [], undefined],
  ["they outlive it", { containerCount: 2 }, { "live-restore": true }, ["mtu"], undefined],
  [
    "no live-restore",
    { containerCount: 2 },
    { "live-restore": false },
    [],
    "2 containers run without live-restore",
  ],
  [
    "live-restore by a flag, off",
    { containerCount: 1, arguments: ["--live-restore=false"], liveRestore: false },
    {},
    [],
    "1 container runs without live-restore",
  ],
  ["a swarm", { swarm: true }, {}, [], "the host is a node of a swarm"],
  ["no unit", { arguments: undefined }, {}, [], "systemd has no unit docker.service"],
  [
    "another data-root",
    { containerCount: 1 },
    { "live-restore": true },
    ["data-root"],
    "1 container runs, and would not outlive another data-root",
  ],
  [
    "somebody else changed the file, which has one",
    { containerCount: 1, configIsNewer: true },
    { "live-restore": true, bip: "10.0.0.1/24" },
    [],
    "1 container runs, and would not outlive another bip",
  ],
])("a restart where containers run: %s", (_title, changes, wanted, changed, reason) => {
  expect(reasonNotToRestart(withEngine(changes), wanted, changed)).toBe(reason);
});

test("a file keeps its indentation", () => {
  expect(formatEngineConfig({ mtu: 1 }, '{\n\t"mtu": 2\n}')).toBe('{\n\t"mtu": 1\n}\n');
});

test("an engine that somebody started by hand is not restarted by its unit", () => {
  const facts = withEngine({ byHand: true, config: "{}" });
  expect(reasonNotToRestart(facts, OURS, ["log-driver"])).toBe(
    "it was not started by its unit docker.service",
  );
});

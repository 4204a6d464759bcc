import fc from "fast-check";
import { expect, test } from "vitest";
import { dockerConfig, mergeEngineConfig } from "../../../provision/steps/docker-config.ts";
import { bareHost, provisionedHost } from "./host-facts.ts";

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
    docker: { ...docker, config: JSON.stringify({ ...OURS, mtu: 1400 }) },
  });
  expect(dockerConfig({ mtu: 1300 }).check(facts)).toMatchObject({
    summary: "mtu",
    details: ["- mtu: 1400", "+ mtu: 1300"],
  });
});

test.each(["{", "[]", '"x"', "null"])("what is no object is not overwritten: %s", (config) => {
  const facts = bareHost("Debian 13", { docker: { ...docker, config } });
  expect(() => dockerConfig().check(facts)).toThrow("cannot read the host's /etc/docker/daemon.json");
});

test.each(["", " \n"])("an empty file is as good as none: %j", (config) => {
  expect(dockerConfig().check(bareHost("Debian 13", { docker: { ...docker, config } }))).toBeDefined();
});

import { expect, it } from "vitest";
import { Capabilities } from "../../../../../supervisor/config/task/capabilities.ts";
import { capabilityNames } from "../../../../../supervisor/config/task/capability-names.ts";
import { privilegeArgs } from "../../../../../supervisor/runtime/process/privileges.ts";

const bits = (...names: (typeof capabilityNames)[number][]): bigint =>
  names.reduce((set, name) => set | (1n << BigInt(capabilityNames.indexOf(name))), 0n);
const root = { permitted: bits(...capabilityNames), bounding: bits(...capabilityNames) };
const wanted = Capabilities.parse(["cap_net_raw", "CHOWN", "net_raw"]);

it("reads capabilities as Docker and systemd write them, and refuses what is none", () => {
  expect(wanted).toEqual(["CHOWN", "NET_RAW"]);
  expect(capabilityNames.indexOf("CHECKPOINT_RESTORE")).toBe(40);
  expect(Capabilities.safeParse(["NET_BIND"]).error?.issues[0]?.message).toMatch(
    /^"NET_BIND" is no capability/,
  );
});

it("takes all others away, and asks for no right that it does not need", () => {
  const set = "-all,+chown,+net_raw";
  const both = [`--inh-caps=${set}`, `--ambient-caps=${set}`];
  const task = { no_new_privs: false, capabilities: wanted };
  expect(privilegeArgs(task, () => root)).toEqual([...both, `--bounding-set=${set}`]);
  const bounded = { permitted: bits("CHOWN", "NET_RAW"), bounding: bits("CHOWN", "NET_RAW") };
  expect(privilegeArgs({ ...task, no_new_privs: true }, () => bounded)).toEqual(["--no-new-privs", ...both]);
});

it("refuses what longshored itself does not have, by name", () => {
  const task = { no_new_privs: false, capabilities: wanted };
  const docker = { permitted: bits("CHOWN", "SETPCAP"), bounding: bits("CHOWN", "SETPCAP") };
  expect(() => privilegeArgs(task, () => docker)).toThrow("longshored itself does not have NET_RAW");
  const without = { ...root, permitted: bits("CHOWN", "NET_RAW") };
  expect(() => privilegeArgs(task, () => without)).toThrow("longshored itself needs SETPCAP");
});

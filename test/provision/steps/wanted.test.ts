import { expect, test } from "vitest";
import { readWanted } from "../../../provision/steps/wanted.ts";
import { UserErrors } from "../../../supervisor/config/user-error.ts";
import { makeHost } from "../stack/stack-folder.ts";

const read = (vars: Parameters<typeof makeHost>[0]) => readWanted(makeHost(vars), { upgrade: false });
const tcp = (from: number, to = from) => ({ from, to, protocol: "tcp" });

test("without variables: no role, the ports of the web", () => {
  expect(read({})).toEqual({
    roles: [],
    upgrade: false,
    engine: {},
    swapBytes: 1024 ** 3,
    openPorts: [tcp(80), tcp(443), { from: 443, to: 443, protocol: "udp" }],
  });
});

test.each([
  ["firewall, swap", ["firewall", "swap"]],
  [
    ["firewall", "swap", "firewall"],
    ["firewall", "swap"],
  ],
  ["", []],
  ["time-sync", ["time-sync"]],
])("longshore_roles=%j", (longshore_roles, roles) => {
  expect(read({ longshore_roles }).roles).toEqual(roles);
});

test("the ports of the site are open too", () => {
  const { openPorts } = read({
    longshore_open_ports: [22_000, "8000-8010"],
    http_port: 8080,
    https_port: "8443",
  });
  expect(openPorts).toEqual([tcp(22_000), tcp(8000, 8010), tcp(8080), tcp(8443)]);
});

test.each([
  [
    { longshore_roles: "firewal" },
    /longshore_roles of host web1: there is no role firewal; did you mean firewall\?/,
  ],
  [{ longshore_roles: "x" }, /known: time-sync, swap/],
  [{ longshore_open_ports: "80-70" }, /longshore_open_ports of host web1: 80-70 is not a port/],
  [{ longshore_open_ports: "70000" }, /70000 is not a port/],
  [{ longshore_open_ports: "80; drop" }, /not a port/],
  [{ longshore_swap: "much" }, /longshore_swap of host web1: "much" is not a size/],
  [{ longshore_docker: "x" }, /longshore_docker of host web1/],
])("%j is refused", (vars, message) => {
  expect(() => read(vars)).toThrow(message);
  expect(() => read(vars)).toThrow(UserErrors);
});

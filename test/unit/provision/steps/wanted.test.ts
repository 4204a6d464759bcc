import { expect, test } from "vitest";
import { readWanted } from "../../../../provision/steps/wanted.ts";
import { UserErrors } from "../../../../shared/user-error.ts";
import { makeHost } from "../inventory/stack-folder.ts";

const read = (vars: Parameters<typeof makeHost>[0]) => readWanted(makeHost(vars), { upgrade: false });
const tcp = (from: number, to = from) => ({ from, to, protocol: "tcp" });

test("without variables: no role, the ports of the web", () => {
  expect(read({})).toEqual({
    roles: [],
    upgrade: false,
    engine: {},
    repository: {
      url: "https://download.docker.com/linux",
      key: "9DC858229FC7DD38854AE2D88D81803C0EBFCD88",
    },
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

test("a repository of one's own, and its key as gpg prints it", () => {
  const { repository } = read({
    longshore_docker_repository: "https://mirror.test/docker/",
    longshore_docker_key: "87d5 7c4b 8589 3123 de38  2636 17be a0ee cdd4 ec62",
  });
  expect(repository).toEqual({
    url: "https://mirror.test/docker",
    key: "87D57C4B85893123DE38263617BEA0EECDD4EC62",
  });
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
  [{ longshore_docker_key: "9DC8" }, /longshore_docker_key of host web1: .*9DC8.* is not a fingerprint/],
  [
    { longshore_docker_repository: "mirror" },
    /longshore_docker_repository of host web1: mirror is not an address/,
  ],
  [{ longshore_docker_repository: "file:///srv" }, /is not an address/],
  [{ longshore_docker_repository: "https://me:pw@mirror.test/x" }, /is not an address/],
])("%j is refused", (vars, message) => {
  expect(() => read(vars)).toThrow(message);
  expect(() => read(vars)).toThrow(UserErrors);
});

import { expect, test } from "vitest";
import { ComposeModel } from "../../../../../provision/engine/compose/compose-model.ts";
import type { Listener } from "../../../../../provision/engine/listeners.ts";
import {
  describeConflict,
  findPortConflicts,
  findSharedPorts,
} from "../../../../../provision/rollout/checks/port-conflicts.ts";

const listener = (changes: Partial<Listener>): Listener => ({
  stack: undefined,
  container: undefined,
  program: "nginx",
  protocol: "tcp",
  address: "0.0.0.0",
  port: 443,
  ...changes,
});
const shop = { stack: "shop", container: "shop-web-1" };

const model = (...services: object[]) =>
  ComposeModel.parse({ services: Object.fromEntries(services.map((each, index) => [`s${index}`, each])) });
const onHost = model({ network_mode: "host" });
const published = (port: object) => model({ ports: [{ target: 80, published: "443", ...port }] });

const URLS = ["http://localhost:80/", "https://localhost/healthz"];

test.each<[string, ComposeModel, Listener, string[]]>([
  [
    "another stack has an endpoint's port",
    onHost,
    listener(shop),
    ["port 443 is taken by the stack shop (container shop-web-1)"],
  ],
  ["it is the stack's own", onHost, listener({ stack: "site", container: "site-web-1" }), []],
  [
    "a stack with a name that begins alike",
    onHost,
    listener({ stack: "site-eu", container: "x" }),
    ["port 443 is taken by the stack site-eu (container x)"],
  ],
  ["a proxy of the host serves the endpoint", onHost, listener({}), []],
  ["another port", onHost, listener({ ...shop, port: 8443 }), []],
  [
    "the endpoint is served by somebody else's stack, and ours publishes another port",
    published({ published: "3000" }),
    listener(shop),
    [],
  ],
  [
    "a published port that a program has",
    published({}),
    listener({}),
    ["port 443 is taken by the program nginx"],
  ],
  [
    "a published port that a container has",
    published({}),
    listener({ container: "c" }),
    ["port 443 is taken by the container c"],
  ],
  ["on another address", published({ host_ip: "127.0.0.1" }), listener({ address: "192.0.2.1" }), []],
  [
    "on all addresses",
    published({ host_ip: "127.0.0.1" }),
    listener({ address: "::" }),
    ["port 443 is taken by the program nginx"],
  ],
  ["the other protocol", published({ protocol: "udp" }), listener({}), []],
  [
    "udp",
    published({ protocol: "udp" }),
    listener({ protocol: "udp", program: "dnsmasq" }),
    ["port 443/udp is taken by the program dnsmasq"],
  ],
  ["no port is published", published({ published: undefined }), listener({}), []],
])("%s", (_title, services, taken, expected) => {
  expect(findPortConflicts("site", services, URLS, [taken]).map(describeConflict)).toEqual(expected);
});

test.each<[string, Listener[], number[]]>([
  ["two stacks on one port", [listener({ stack: "site" }), listener(shop)], [443]],
  ["workers of one stack", [listener({ stack: "site" }), listener({ stack: "site" })], []],
  [
    "different addresses",
    [listener({ stack: "site", address: "127.0.0.1" }), listener({ ...shop, address: "127.0.0.2" })],
    [],
  ],
  ["one family each", [listener({ stack: "site", address: "::" }), listener(shop)], []],
  [
    "two stacks on one port of UDP",
    [listener({ stack: "site", protocol: "udp" }), listener({ ...shop, protocol: "udp" })],
    [443],
  ],
  [
    "a port of UDP that a program has",
    [listener({ stack: "site", protocol: "udp" }), listener({ protocol: "udp" })],
    [],
  ],
  [
    "multicast DNS",
    [
      listener({ stack: "site", protocol: "udp", port: 5353 }),
      listener({ ...shop, protocol: "udp", port: 5353 }),
    ],
    [],
  ],
  ["others among themselves", [listener(shop), listener({ stack: "blog" })], []],
])("shared: %s", (_title, listeners, expected) => {
  expect(findSharedPorts("site", listeners).map(({ port }) => port)).toEqual(expected);
});

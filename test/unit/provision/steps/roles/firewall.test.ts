import { describe, expect, test } from "vitest";
import { firewall, formatRules } from "../../../../../provision/steps/roles/firewall.ts";
import type { OpenPort } from "../../../../../provision/steps/wanted.ts";
import { provisionedHost } from "../../host/facts/host-facts.ts";

const port = (from: number, to = from, protocol: OpenPort["protocol"] = "tcp"): OpenPort => ({
  from,
  to,
  protocol,
});
const elements = (rules: string) => [...rules.matchAll(/elements = \{ (.*) \}/g)].map(([, list]) => list);

test("ports are sorted, and named once", () => {
  const rules = formatRules([port(443), port(22), port(443), port(8000, 8010), port(443, 443, "udp")]);
  expect(elements(rules)).toEqual(["22, 443, 8000-8010", "443"]);
});

test("a set without ports has no elements", () => {
  expect(elements(formatRules([port(22)]))).toEqual(["22"]);
});

describe("SSH stays open", () => {
  test.each([
    ["at sshd's own ports", { sshd: { port: ["22", "2222"] }, sshPort: 22 }, "22, 80, 2222"],
    ["at the one that we came in by", { sshd: { port: ["22"] }, sshPort: 2022 }, "22, 80, 2022"],
    ["at 22 where sshd says nothing", { sshd: {}, sshPort: undefined }, "22, 80"],
  ])("%s", (_title, facts, expected) => {
    const change = firewall([port(80)]).check(provisionedHost("Debian 13", facts));
    expect(elements((change?.details ?? []).join("\n"))).toEqual([expected]);
  });
});

test("without systemd it is refused", () => {
  const facts = provisionedHost("Debian 13", { init: "none" });
  expect(() => firewall([]).check(facts)).toThrow("cannot do firewall on a host without systemd");
});

import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Deployment } from "../../../compose/site/app/deployment.mjs";
import { CONTENT_SECURITY_POLICY, formatUptime, renderPage } from "../../../compose/site/app/page.mjs";

const deployment: Deployment = {
  stack: "site",
  release: "20261122-101500-1a2b3c",
  host: "web1",
  deployedAt: "2026-11-22T10:15:00Z",
  tls: { mode: "acme", certificate: "issued", issuer: "R11", expires: "2027-02-20T10:15:00Z" },
};
const now = { uptimeSeconds: 3725, secure: true };

test("shows stack, release, host, uptime and certificate", () => {
  const page = renderPage(deployment, now);
  for (const text of [
    "site is up",
    "20261122-101500-1a2b3c",
    "web1",
    "1 h 2 min",
    "issued by R11",
    "2027-02-20 10:15 UTC",
  ])
    expect(page).toContain(text);
});

test.each([
  [{ mode: "acme", certificate: "self-signed" }, "self-signed until the first one is issued"],
  [{ mode: "self-signed", certificate: "self-signed" }, "<dd>self-signed</dd>"],
  [{ mode: "off", certificate: "none" }, "TLS is off"],
] as const)("tells a visitor what the certificate is: %j", (tls, text) => {
  expect(
    renderPage({ ...deployment, tls: { ...tls, issuer: undefined, expires: undefined } }, now),
  ).toContain(text);
});

test("the policy allows the page's own style, and that alone", () => {
  const style = /<style>([\s\S]*)<\/style>/.exec(renderPage(deployment, now))?.[1] ?? "";
  const hash = createHash("sha256").update(style).digest("base64");
  expect(CONTENT_SECURITY_POLICY).toContain(`style-src 'sha256-${hash}'`);
  expect(CONTENT_SECURITY_POLICY).toContain("default-src 'none'");
});

test("whatever the deployment says, it adds no element to the page", () => {
  const elements = (page: string) => page.match(/<[^>]*>/g)?.map((tag) => tag.replace(/"[^"]*"/g, '""'));
  const expected = elements(renderPage(deployment, now));
  fc.assert(
    fc.property(
      fc.string(),
      fc.string({ unit: fc.constantFrom("<", ">", '"', "'", "&", "b", "/", "=") }),
      (a, b) => {
        const hostile = { ...deployment, stack: a, release: b, host: `${b}${a}`, deployedAt: `x${b}` };
        expect(elements(renderPage(hostile, now))).toEqual(expected);
      },
    ),
  );
});

test.each([
  [0, "0 s"],
  [59.9, "59 s"],
  [60, "1 min 0 s"],
  [3_599, "59 min 59 s"],
  [3_600, "1 h 0 min"],
  [86_399, "23 h 59 min"],
  [10 * 86_400 + 7_200, "10 d 2 h"],
])("an uptime of %d s is %s", (seconds, text) => {
  expect(formatUptime(seconds)).toBe(text);
});

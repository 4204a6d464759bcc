import { expect, test } from "vitest";
import { certbotArguments, readServer } from "../../../compose/site/lib/certbot.mjs";
import { readSettings } from "../../../compose/site/lib/settings.mjs";

const STAGING = "https://acme-staging-v02.api.letsencrypt.org/directory";
const settings = readSettings({
  LONGSHORE_TLS_MODE: "acme",
  LONGSHORE_TLS_DOMAINS: "example.org,www.example.org",
});

const pairs = (args: string[], option: string) =>
  args.flatMap((arg, index) => (arg === option ? [args[index + 1]] : []));

test("asks for all domains, and keeps a certificate that is not due", () => {
  const args = certbotArguments(settings, undefined);
  expect(pairs(args, "--domain")).toEqual(["example.org", "www.example.org"]);
  expect(pairs(args, "--server")).toEqual([settings.server]);
  expect(args).toContain("--keep-until-expiring");
  expect(args).not.toContain("--force-renewal");
});

test("keeps it while the server is the same, and issues anew when it is another one", () => {
  expect(certbotArguments(settings, settings.server)).toContain("--keep-until-expiring");
  const args = certbotArguments(settings, STAGING);
  expect(args).toContain("--force-renewal");
  expect(args).not.toContain("--keep-until-expiring");
});

test("an account without an address says so", () => {
  expect(certbotArguments(settings, undefined)).toContain("--register-unsafely-without-email");
  const args = certbotArguments({ ...settings, email: "ops@example.org" }, undefined);
  expect(pairs(args, "--email")).toEqual(["ops@example.org"]);
  expect(args).not.toContain("--register-unsafely-without-email");
});

test.each([
  ["", undefined],
  [
    "# a comment\n[renewalparams]\naccount = 1\nserver = https://acme.test/dir\nkey_type = ecdsa\n",
    "https://acme.test/dir",
  ],
  ["# server = https://old.test/\n", undefined],
])("the server of a renewal file %#", (text, server) => {
  expect(readServer(text)).toBe(server);
});

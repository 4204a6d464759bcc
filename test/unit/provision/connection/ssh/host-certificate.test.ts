import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import {
  findCertificateFault,
  type HostCertificate,
  parseHostCertificate,
} from "../../../../../provision/connection/ssh/host-certificate.ts";
import { hasProgram } from "../../programs.ts";

test("bytes that are no certificate are none", () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(parseHostCertificate(Buffer.from(bytes))).toBeUndefined();
    }),
  );
});

describe.skipIf(!hasProgram("ssh-keygen"))("certificates that the real ssh-keygen makes", () => {
  const directory = mkdtempSync(join(tmpdir(), "longshore-certificate-"));
  afterAll(() => rmSync(directory, { recursive: true }));

  const keygen = (...args: string[]) => execFileSync("ssh-keygen", ["-q", ...args], { stdio: "ignore" });
  const blobOf = (file: string) =>
    Buffer.from(readFileSync(join(directory, file), "utf8").split(" ")[1] ?? "", "base64");
  const makeKey = (name: string, type: string, bits: string) =>
    keygen("-t", type, "-b", bits, "-N", "", "-f", join(directory, name));
  const certify = (authority: string, key: string, ...args: string[]) => {
    keygen("-s", join(directory, authority), "-I", "box", ...args, join(directory, `${key}.pub`));
    return blobOf(`${key}-cert.pub`);
  };
  const parse = (blob: Buffer) => {
    const certificate = parseHostCertificate(blob);
    if (certificate === undefined) throw new Error("no certificate");
    return certificate;
  };

  makeKey("host", "ed25519", "256");
  const kinds: [string, string][] = [
    ["ed25519", "256"],
    ["ecdsa", "256"],
    ["ecdsa", "384"],
    ["ecdsa", "521"],
    ["rsa", "2048"],
  ];
  for (const [type, bits] of kinds) makeKey(`${type}${bits}`, type, bits);

  test.each(kinds)("of a host with %s %s, by an authority with the same", (type, bits) => {
    const name = `${type}${bits}`;
    // the authority's signature is different each time, and so is the length of its numbers
    for (let i = 0; i < 4; i++) {
      const certificate = parse(certify(name, name, "-h", "-n", "web1,10.0.0.1"));
      expect(certificate).toMatchObject({
        isForHosts: true,
        isSignatureGood: true,
        principals: ["web1", "10.0.0.1"],
        hasCriticalOptions: false,
      });
      expect(certificate.publicKey).toEqual(blobOf(`${name}.pub`));
      expect(certificate.authority).toEqual(blobOf(`${name}.pub`));
    }
  });

  test.each(kinds)("a bit that was changed anywhere spoils one by an authority with %s %s", (type, bits) => {
    const authority = `${type}${bits}`;
    const blob = certify(authority, "host", "-h", "-n", "web1");
    const question = {
      name: "web1",
      key: blobOf("host.pub"),
      authorities: [blobOf(`${authority}.pub`)],
      now: new Date(),
    };
    const isGood = (bytes: Buffer) => {
      const certificate = parseHostCertificate(bytes);
      return certificate !== undefined && findCertificateFault(certificate, question) === undefined;
    };
    expect(isGood(blob)).toBe(true);
    // every byte: what is not signed, as the sign of the signature's own numbers, is few of them
    const unnoticed = [...blob.keys()].filter((at) => {
      const spoiled = Buffer.from(blob);
      spoiled[at] = (spoiled[at] ?? 0) ^ 1;
      return isGood(spoiled);
    });
    expect(unnoticed).toEqual([]);
    expect(isGood(Buffer.concat([blob, Buffer.of(0)]))).toBe(false);
  });

  const good: HostCertificate = parse(
    certify("ed25519256", "host", "-h", "-n", "web1", "-V", "20260101:20270101"),
  );
  const question = {
    name: "web1",
    key: blobOf("host.pub"),
    authorities: [blobOf("rsa2048.pub"), blobOf("ed25519256.pub")],
    now: new Date("2026-06-01T00:00:00Z"),
  };
  test.each<[string, Partial<HostCertificate>, Partial<typeof question>, string | undefined]>([
    ["a good one", {}, {}, undefined],
    ["another name", {}, { name: "web2" }, "it is for web1"],
    ["no names", { principals: [] }, {}, "it is for no name"],
    ["another key", {}, { key: blobOf("rsa2048.pub") }, "it is for another key"],
    [
      "another authority",
      {},
      { authorities: [blobOf("rsa2048.pub")] },
      "it is signed by another authority than known_hosts has",
    ],
    ["a user's", { isForHosts: false }, {}, "it is a user's, not a host's"],
    [
      "an unknown condition",
      { hasCriticalOptions: true },
      {},
      "it has critical options, which no host certificate may have",
    ],
    ["too early", {}, { now: new Date("2025-12-30T00:00:00Z") }, "it is not valid yet"],
    ["too late", {}, { now: new Date("2027-01-03T00:00:00Z") }, "it has expired"],
    ["a wrong signature", { isSignatureGood: false }, {}, "its signature is wrong"],
  ])("%s", (_title, certificate, asked, fault) => {
    expect(findCertificateFault({ ...good, ...certificate }, { ...question, ...asked })).toBe(fault);
  });

  test("a user's certificate is not for hosts", () => {
    expect(parse(certify("ed25519256", "host", "-n", "web1")).isForHosts).toBe(false);
  });
});

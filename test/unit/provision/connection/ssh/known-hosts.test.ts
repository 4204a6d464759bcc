import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import {
  fingerprintKey,
  judgeHostKey,
  keyTypeOf,
  knownHostsName,
  knownKeyTypes,
  parseKnownHosts,
} from "../../../../../provision/connection/ssh/known-hosts.ts";
import { hasProgram } from "../../programs.ts";
import { makePublicKey } from "../public-key.ts";

const directory = mkdtempSync(join(tmpdir(), "longshore-known-hosts-"));
afterAll(() => rmSync(directory, { recursive: true }));

const keys = {
  one: makePublicKey("ssh-ed25519"),
  other: makePublicKey("ssh-ed25519"),
  rsa: makePublicKey("ssh-rsa"),
};

const blob = (key: string) => Buffer.from(key.split(" ")[1] ?? "", "base64");

/** The verdict over a file in which ONE, OTHER and RSA stand for keys. */
function judge(file: string, name: string, key: keyof typeof keys = "one") {
  const text = file.replace(/\b(ONE|OTHER|RSA)\b/g, (word) => keys[word.toLowerCase() as keyof typeof keys]);
  return judgeHostKey(parseKnownHosts(text, "known_hosts"), name, blob(keys[key]));
}

test.each([
  ["web1 ONE", "web1", "trusted"],
  ["web1,192.0.2.1 ONE", "192.0.2.1", "trusted"],
  ["# a comment\n\nweb2 OTHER\nweb1 ONE anna@laptop", "web1", "trusted"],
  ["WEB1 ONE", "web1", "trusted"],
  ["\tweb1   ONE\r\n", "web1", "trusted"],
  ["web1 OTHER\nweb1 ONE", "web1", "trusted"],
  ["web1 RSA\nweb1 ONE", "web1", "trusted"],
  ["*.example.org ONE", "web1.example.org", "trusted"],
  ["web? ONE", "web1", "trusted"],
  ["web.1 ONE", "web-1", "unknown"],
  ["*.example.org,!web1.example.org ONE", "web1.example.org", "unknown"],
  ["*.example.org,!web1.example.org ONE", "web2.example.org", "trusted"],
  ["[web1]:2222 ONE", "[web1]:2222", "trusted"],
  ["[web1]:2222 ONE", "[web1]:2223", "unknown"],
  ["[2001:db8::1]:2222 ONE", "[2001:db8::1]:2222", "trusted"],
  ["", "web1", "unknown"],
  ["web1", "web1", "unknown"],
  ["web2 ONE", "web1", "unknown"],
  ["web1 OTHER", "web1", "changed"],
  ["web1 RSA", "web1", "changed"],
  ["@revoked web1 ONE", "web1", "revoked"],
  ["web1 ONE\n@revoked * ONE", "web1", "revoked"],
  ["@revoked * OTHER\nweb1 ONE", "web1", "trusted"],
  ["@cert-authority * ONE", "web1", "unknown"],
])("%j says of %s: %s", (file, name, kind) => {
  expect(judge(file, name).kind).toBe(kind);
});

test("a changed key names the line with the other key, of the same type if there is one", () => {
  expect(judge("web1 RSA\nweb1 OTHER", "web1")).toMatchObject({
    kind: "changed",
    keyType: "ssh-ed25519",
    entry: { file: "known_hosts", line: 2 },
  });
});

test("the key types of a host are those of its own lines", () => {
  const entries = parseKnownHosts(`web1 ${keys.rsa}\nweb2 ${keys.one}\n@revoked web1 ${keys.other}`, "f");
  expect(knownKeyTypes(entries, "web1")).toEqual(["ssh-rsa"]);
});

test.each([
  ["web1", 22, "web1"],
  ["WEB1.Example.org", 22, "web1.example.org"],
  ["web1", 2222, "[web1]:2222"],
  ["2001:db8::1", 2222, "[2001:db8::1]:2222"],
])("%s port %i is looked up as %s", (host, port, expected) => {
  expect(knownHostsName(host, port)).toBe(expected);
});

describe.skipIf(!hasProgram("ssh-keygen"))("with the real ssh-keygen", () => {
  test.each(["one", "other", "rsa"] as const)("fingerprint and type are those that it prints: %s", (name) => {
    const file = join(directory, `${name}.pub`);
    writeFileSync(file, `${keys[name]} comment\n`);
    const printed = execFileSync("ssh-keygen", ["-l", "-f", file], { encoding: "utf8" });
    expect(printed).toContain(` ${fingerprintKey(blob(keys[name]))} `);
    expect(keyTypeOf(blob(keys[name]))).toBe(keys[name].split(" ")[0]);
  });

  const names = ["web1", "web1.example.org", "192.0.2.1", "[web1]:2222", "[2001:db8::1]:2222"];

  test("names that it hashed are found, and no others", () => {
    const file = join(directory, "hashed");
    writeFileSync(file, names.map((name) => `${name} ${keys.one}\n`).join(""));
    execFileSync("ssh-keygen", ["-H", "-f", file], { stdio: "ignore" });
    const text = readFileSync(file, "utf8");
    expect(text).not.toContain("web1");
    for (const name of names) expect(judge(text, name).kind).toBe("trusted");
    for (const name of names) expect(judge(text, name, "other").kind).toBe("changed");
    for (const name of ["web2", "web1:2222", "[web1]:22"]) expect(judge(text, name).kind).toBe("unknown");
  });
});

test("no file makes the reader fail, and an entry never trusts another name", () => {
  const line = fc.oneof(
    fc.string(),
    fc.constantFrom(
      "|1|",
      "|1|x|y ssh-ed25519 AAAA",
      "@revoked",
      "@cert-authority * x",
      "[* ssh-ed25519 AAAA",
    ),
  );
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      expect(judge(lines.join("\n"), "web1").kind).not.toBe("trusted");
    }),
  );
});

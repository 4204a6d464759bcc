import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HostKeyCheck, readKnownHosts } from "../../../../../provision/connection/ssh/host-key.ts";
import { fingerprintKey } from "../../../../../provision/connection/ssh/known-hosts.ts";
import { makePublicKey } from "../public-key.ts";
import { settingsOf } from "./settings-of.ts";

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "longshore-host-key-"));
  file = join(directory, "ssh", "known_hosts");
});
afterEach(() => rmSync(directory, { recursive: true }));

const [own, another] = [makePublicKey("ssh-ed25519"), makePublicKey("ssh-ed25519")];
const key = Buffer.from(own.split(" ")[1] ?? "", "base64");
const line = (name: string, ofKey = own) => `${name} ${ofKey}\n`;

async function check(known: string, options: { port?: number; acceptNew?: boolean; config?: string } = {}) {
  const { config = "", ...rest } = options;
  const settings = settingsOf(rest, `UserKnownHostsFile ${file}\n${config}`);
  const other = join(directory, "given");
  writeFileSync(other, known);
  return new HostKeyCheck("web1", settings, await readKnownHosts([other, join(directory, "missing")]));
}

test("a known key is accepted, and nothing is recorded", async () => {
  const known = await check(line("web1"));
  expect(known.accept(key)).toBe(true);
  expect(known.refusal()).toBeUndefined();
  await known.record();
  expect(() => readFileSync(file)).toThrow("ENOENT");
});

test("an unknown key is refused with its fingerprint and the way out", async () => {
  const unknown = await check("");
  expect(unknown.accept(key)).toBe(false);
  expect(unknown.refusal()).toMatchObject({
    code: "host_key_unknown",
    message: `the host key of web1 (web1) is not known: ssh-ed25519 ${fingerprintKey(key)}`,
    hint: expect.stringContaining("--accept-new"),
  });
});

describe("on demand an unknown key is accepted", () => {
  test("and recorded for the next time, in a file of one's own", async () => {
    const unknown = await check("", { acceptNew: true, port: 2222 });
    expect(unknown.accept(key)).toBe(true);
    expect(unknown.refusal()).toBeUndefined();
    await unknown.record();
    expect(readFileSync(file, "utf8")).toBe(line("[web1]:2222"));
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(directory, "ssh")).mode & 0o777).toBe(0o700);
  });

  test("under a hashed name where ssh hashes names", async () => {
    const unknown = await check("", { acceptNew: true, config: "HashKnownHosts yes" });
    unknown.accept(key);
    await unknown.record();
    const recorded = readFileSync(file, "utf8");
    expect(recorded).not.toContain("web1");
    expect((await check(recorded)).accept(key)).toBe(true);
  });

  test("on a line of its own, also behind a file that ends without one", async () => {
    mkdirSync(join(directory, "ssh"));
    writeFileSync(file, line("web2").trimEnd());
    const unknown = await check("", { acceptNew: true });
    unknown.accept(key);
    await unknown.record();
    expect(readFileSync(file, "utf8")).toBe(line("web2") + line("web1"));
  });

  test.each([
    ["a changed key", line("web1", another), "host_key_changed"],
    ["a revoked key", `@revoked * ${own}\n`, "host_key_revoked"],
  ])("%s never", async (_title, known, code) => {
    const refused = await check(known, { acceptNew: true });
    expect(refused.accept(key)).toBe(false);
    expect(refused.refusal()).toMatchObject({ code, message: expect.stringContaining("given:1") });
  });
});

test.each([
  ["a line without a port vouches for another port, as with ssh", line("web1"), {}, true],
  ["a line of another key without a port changes nothing", line("web1", another), {}, "host_key_unknown"],
  ["an alias is looked up alone", line("web1"), { config: "HostKeyAlias web9" }, "host_key_unknown"],
  ["an alias has no port", line("web9"), { config: "HostKeyAlias web9" }, true],
])("port 2222: %s", async (_title, known, options, expected) => {
  const checked = await check(known, { port: 2222, ...options });
  expect(checked.accept(key) || checked.refusal()?.code).toBe(expected);
});

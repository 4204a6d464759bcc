import { execFileSync } from "node:child_process";
import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readIdentity } from "../../../../../provision/connection/ssh/identity.ts";
import { verifySignature } from "../../../../../provision/connection/ssh/public-key.ts";
import { wireString } from "../../../../../provision/connection/ssh/wire.ts";

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "longshore-keys-"));
});
afterAll(() => rmSync(directory, { recursive: true }));

let count = 0;
function write(content: string | Buffer, mode = 0o600): string {
  const file = join(directory, `key${count++}`);
  writeFileSync(file, content, { mode });
  return file;
}
function keygen(...args: string[]): string {
  const file = join(directory, `key${count++}`);
  execFileSync("ssh-keygen", ["-q", "-N", "", "-C", "a comment", "-f", file, ...args]);
  return file;
}
const blobOf = (file: string) =>
  Buffer.from(readFileSync(`${file}.pub`, "latin1").split(" ")[1] ?? "", "base64");

describe("keys of every kind that ssh takes are read, and sign", () => {
  test.each([
    ["ed25519", ["-t", "ed25519"]],
    ["ecdsa 256", ["-t", "ecdsa", "-b", "256"]],
    ["ecdsa 521", ["-t", "ecdsa", "-b", "521"]],
    ["rsa", ["-t", "rsa", "-b", "2048"]],
    ["rsa in PKCS#1", ["-t", "rsa", "-b", "2048", "-m", "PEM"]],
    ["ecdsa in SEC 1", ["-t", "ecdsa", "-m", "PEM"]],
    ["rsa in PKCS#8", ["-t", "rsa", "-b", "2048", "-m", "PKCS8"]],
    ["ecdsa in PKCS#8", ["-t", "ecdsa", "-b", "384", "-m", "PKCS8"]],
  ])("%s: plain, with Windows line ends, without the last one, encrypted", async (_title, args) => {
    const file = keygen(...args);
    const plain = readFileSync(file, "latin1");
    const blob = blobOf(file);
    for (const content of [
      plain,
      plain.replaceAll("\n", "\r\n"),
      plain.trimEnd(),
      `\u00ef\u00bb\u00bf${plain}`,
    ]) {
      const identity = await readIdentity(write(Buffer.from(content, "latin1")));
      expect(identity).toMatchObject({ kind: "private" });
      const key = identity?.privateKey;
      expect(key?.getPublicSSH()).toEqual(blob);
      if (args.includes("rsa") || args.includes("521")) continue;
      const signature = key?.sign(Buffer.from("data")) as Buffer;
      const signed = Buffer.concat([wireString(key?.type ?? ""), wireString(signature)]);
      if (key?.type === "ssh-ed25519") expect(verifySignature(blob, Buffer.from("data"), signed)).toBe(true);
    }
    const format = args.includes("-m") ? args.slice(args.indexOf("-m")) : [];
    execFileSync("ssh-keygen", ["-q", "-p", "-P", "", "-N", "open sesame", "-f", file, ...format]);
    const locked = await readIdentity(file);
    expect(locked).toMatchObject({ kind: "encrypted" });
    expect(locked?.publicKey?.getPublicSSH()).toEqual(blob);
    expect(locked?.decrypt("wrong")).toBeUndefined();
    expect(locked?.decrypt("open sesame")?.getPublicSSH()).toEqual(blob);
  });

  test("ed25519 in PKCS#8, as OpenSSL writes it", async () => {
    const { privateKey } = generateKeyPairSync("ed25519");
    const x = createPublicKey(privateKey).export({ format: "jwk" }).x ?? "";
    const blob = Buffer.concat([wireString("ssh-ed25519"), wireString(Buffer.from(x, "base64url"))]);
    const pem = privateKey.export({ type: "pkcs8", format: "pem" }) as string;
    const key = (await readIdentity(write(pem)))?.privateKey;
    expect(key?.getPublicSSH()).toEqual(blob);
    const signature = key?.sign(Buffer.from("data")) as Buffer;
    const signed = Buffer.concat([wireString("ssh-ed25519"), wireString(signature)]);
    expect(verifySignature(blob, Buffer.from("data"), signed)).toBe(true);
    const cipher = { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "sesame" } as const;
    const locked = await readIdentity(write(privateKey.export(cipher) as string));
    expect(locked).toMatchObject({ kind: "encrypted" });
    expect(locked?.decrypt("sesame")?.getPublicSSH()).toEqual(blob);
  });

  test("the public half", async () => {
    const file = keygen("-t", "ed25519");
    chmodSync(`${file}.pub`, 0o644);
    expect(await readIdentity(`${file}.pub`)).toMatchObject({ kind: "public" });
  });
});

const blobFile = (type: string) =>
  `-----BEGIN OPENSSH PRIVATE KEY-----\n${Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    ...["none", "none", ""].map(wireString),
    Buffer.from([0, 0, 0, 1]),
    wireString(Buffer.concat([wireString(type), wireString("x")])),
    wireString("secret"),
  ]).toString("base64")}\n-----END OPENSSH PRIVATE KEY-----\n`;

test.each([
  ["an empty file", "", "it is empty"],
  ["UTF-16", Buffer.from("\ufeff-----BEGIN OPENSSH PRIVATE KEY-----\n", "utf16le"), "UTF-16"],
  ["PuTTY's", "PuTTY-User-Key-File-3: ssh-ed25519\r\nEncryption: none\r\n", "PuTTY"],
  ["ssh.com's", "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\n", "ssh.com"],
  ["a certificate", "ssh-ed25519-cert-v01@openssh.com AAAA me\n", "user certificate"],
  ["a token's public half", "sk-ssh-ed25519@openssh.com AAAA me\n", "security token"],
  ["a token's", blobFile("sk-ssh-ed25519@openssh.com"), "security token"],
  ["DSA", "-----BEGIN DSA PRIVATE KEY-----\nAAAA\n-----END DSA PRIVATE KEY-----\n", "DSA"],
  ["DSA in OpenSSH's format", blobFile("ssh-dss"), "DSA"],
  [
    "a public key in PEM",
    "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
    "public key in PEM",
  ],
  ["a certificate of TLS", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "X.509"],
  ["something else", "hello\n", "holds no key of a kind that is known"],
  ["half a key", "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\n-----END", "no key of a kind"],
  [
    "an Ed448 key",
    generateKeyPairSync("ed448").privateKey.export({ type: "pkcs8", format: "pem" }) as string,
    "type ed448",
  ],
  [
    "a DSA key in PKCS#8",
    generateKeyPairSync("dsa", { modulusLength: 1024, divisorLength: 160 }).privateKey.export({
      type: "pkcs8",
      format: "pem",
    }) as string,
    "DSA",
  ],
])("%s is refused by name", async (_title, content, words) => {
  const file = write(content);
  await expect(readIdentity(file)).rejects.toMatchObject({
    code: "identity_unreadable",
    message: expect.stringMatching(new RegExp(`${file}: .*${words}`)),
  });
});

test.each([0o644, 0o640, 0o604])("a private key of mode %o is refused, as ssh does", async (mode) => {
  const file = keygen("-t", "ed25519");
  chmodSync(file, mode);
  await expect(readIdentity(file)).rejects.toMatchObject({
    message: expect.stringContaining(`others may read it (mode 0${mode.toString(8)})`),
    hint: `chmod 600 ${file}`,
  });
});

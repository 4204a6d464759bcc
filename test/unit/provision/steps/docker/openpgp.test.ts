import fc from "fast-check";
import { expect, test } from "vitest";
import { DOCKERS_OWN } from "../../../../../provision/steps/docker/docker-repository.ts";
import { fingerprintOf } from "../../../../../provision/steps/docker/openpgp.ts";
import { DOCKERS_KEY, TEST_FINGERPRINT, TEST_KEY } from "../keys.ts";

test("the fingerprint that is known is that of Docker's key", () => {
  expect(fingerprintOf(DOCKERS_KEY)).toBe(DOCKERS_OWN.key);
});

test.each([
  ["as gpg writes it", TEST_KEY],
  ["with a header", TEST_KEY.replace("\n\n", "\nVersion: GnuPG v2\nComment: a b\n\n")],
  ["with the line ends of Windows", TEST_KEY.replaceAll("\n", "\r\n")],
  ["without its checksum", TEST_KEY.replace(/^=.*\n/m, "")],
])("a key %s", (_how, text) => {
  expect(fingerprintOf(text)).toBe(TEST_FINGERPRINT);
});

const [, body = ""] = /\n\n([^-]*)\n=/.exec(TEST_KEY) ?? [];
const bytes = Buffer.from(body.replaceAll("\n", ""), "base64");
const armor = (content: Buffer) =>
  `-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n${content.toString("base64")}\n-----END PGP PUBLIC KEY BLOCK-----\n`;

test.each([
  ["nothing", ""],
  ["the page of somebody who stands in between", "<html>-----BEGIN PGP PUBLIC KEY BLOCK-----</html>"],
  ["two blocks", `${TEST_KEY}${TEST_KEY}`],
  ["two keys in one block", armor(Buffer.concat([bytes, bytes]))],
  ["a key that is cut off", armor(bytes.subarray(0, 40))],
  ["something behind the key", armor(Buffer.concat([bytes, Buffer.from([1])]))],
  ["no packet at all", armor(Buffer.from("hello"))],
])("%s is no key", (_what, text) => {
  expect(fingerprintOf(text)).toBeUndefined();
});

test("whatever is read ends, with or without a fingerprint", () => {
  fc.assert(fc.property(fc.uint8Array(), (content) => void fingerprintOf(armor(Buffer.from(content)))));
});

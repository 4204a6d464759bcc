import fc from "fast-check";
import { expect, test } from "vitest";
import { imageName, imagePattern } from "../../../../provision/image/image-name.ts";

test.each([
  ["site", "web", "longshore/site/web:abc"],
  ["shop-eu", "web", "longshore/shop-eu/web:abc"],
  ["shop", "eu-web", "longshore/shop/eu-web:abc"],
  ["shop", "my.app__x", "longshore/shop/my.app__x:abc"],
])("%s, %s: %s", (stack, service, expected) => {
  expect(imageName(stack, service, "abc")).toBe(expected);
});

test.each(["Web", "web_", "_web", "a___b", "a..b", "web.", "x".repeat(300)])(
  "the service %s, whose name no image may have, gets one all the same",
  (service) => {
    const [, , part = ""] = imageName("site", service, "abc").split(/[/:]/);
    expect(part).toMatch(/^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*\.[0-9a-f]{8}$/);
    expect(part.length).toBeLessThanOrEqual(110);
  },
);

const stackName = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,8}$/);

test("two stacks never share an image or a pattern", () => {
  fc.assert(
    fc.property(stackName, stackName, fc.stringMatching(/^[a-zA-Z0-9._-]{1,8}$/), (one, other, service) => {
      fc.pre(one !== other);
      const prefix = imagePattern(other).slice(0, -1);
      expect(imageName(one, service, "abc").startsWith(prefix)).toBe(false);
    }),
  );
});

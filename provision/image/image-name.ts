import { createHash } from "node:crypto";

/** A part of an image's name between slashes. Source: the grammar of distribution/reference, "path-component". */
const COMPONENT = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/;
const LONGEST = 100;

/**
 * `longshore/shop/web:3f2a9c01d4e5`. A slash stands in no name of a stack or a service, so no image of the stack `shop-eu`
 * can be taken for one of `shop`.
 */
export function imageName(stack: string, service: string, contentHash: string): string {
  return `longshore/${component(stack)}/${component(service)}:${contentHash}`;
}

/** What `docker image ls --filter reference=…` takes for all images of a stack, and of no other. */
export function imagePattern(stack: string): string {
  return `longshore/${component(stack)}/*`;
}

/** Compose allows names that no image may have, such as `Web` or `shop_`: these get a hash, so that they stay apart. */
function component(name: string): string {
  if (COMPONENT.test(name) && name.length <= LONGEST) return name;
  const plain = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, LONGEST);
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 8);
  return `${plain.replaceAll(/^-+|-+$/g, "") || "x"}.${hash}`;
}

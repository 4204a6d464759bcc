import { createHash } from "node:crypto";

/**
 * The chain id of each layer: a layer counts as the same only on top of the same layers below.
 * Source: OCI image specification, "Layer ChainID".
 */
export function chainIds(diffIds: readonly string[]): string[] {
  const chain: string[] = [];
  for (const diffId of diffIds) {
    const parent = chain.at(-1);
    chain.push(
      parent === undefined
        ? diffId
        : `sha256:${createHash("sha256").update(`${parent} ${diffId}`).digest("hex")}`,
    );
  }
  return chain;
}

/** The indexes of an image's layers that a host lacks, given the layer lists of all images that it has. */
export function missingLayers(wanted: readonly string[], present: readonly (readonly string[])[]): number[] {
  const known = new Set(present.flatMap((diffIds) => chainIds(diffIds)));
  return chainIds(wanted).flatMap((id, index) => (known.has(id) ? [] : [index]));
}

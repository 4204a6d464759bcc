import { expect } from "vitest";
import * as z from "zod";

/** The hosts of a document that `--json` printed. They must have the shape of docs/json.md, and no key beside it. */
export function readHosts<S extends z.ZodType>(shape: S, stdout: string): z.output<S>[] {
  const { hosts } = JSON.parse(stdout) as { hosts: unknown };
  const read = z.array(shape).parse(hosts);
  expect(read).toEqual(hosts);
  return read;
}

import * as z from "zod";
import { type CapabilityName, capabilityNames } from "./capability-names.ts";

/** A list of names as Docker and systemd write them: `NET_BIND_SERVICE` or `CAP_NET_BIND_SERVICE`, in any case. */
export const Capabilities = z
  .array(
    z.string().transform((text, context): CapabilityName => {
      const wanted = text.toUpperCase().replace(/^CAP_/, "");
      const name = capabilityNames.find((known) => known === wanted);
      if (name !== undefined) return name;
      context.addIssue({
        code: "custom",
        message: `${JSON.stringify(text)} is no capability; capabilities(7) lists them, as in [NET_BIND_SERVICE]`,
      });
      return z.NEVER;
    }),
  )
  .transform((names) => [...new Set(names)].sort());

import * as z from "zod";
import { suggestWord } from "../../shared/suggest.ts";

export const ROLES = [
  "time-sync",
  "swap",
  "firewall",
  "unattended-upgrades",
  "fail2ban",
  "ssh-hardening",
] as const;
export type Role = (typeof ROLES)[number];

const RoleName = z.string().transform((name, context): Role => {
  if ((ROLES as readonly string[]).includes(name)) return name as Role;
  const near = suggestWord(name, ROLES);
  const hint = near === undefined ? `known: ${ROLES.join(", ")}` : `did you mean ${near}?`;
  context.addIssue({ code: "custom", message: `there is no role ${name}; ${hint}` });
  return z.NEVER;
});

/** A list, or one string separated by commas or spaces. */
export const listOf = <T extends z.ZodType>(item: T) =>
  z.preprocess(
    (value) =>
      typeof value === "string" ? value.split(/[\s,]+/).filter((part) => part !== "") : [value].flat(),
    z.array(item),
  );

/** The optional steps that a host, a group or a stack asks for. */
export const Roles = listOf(RoleName).default([]);

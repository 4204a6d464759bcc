import type { Facts } from "../facts/facts.ts";
import { installPackages, refreshPackages, repairPackages } from "./apt.ts";
import type { Step } from "./step.ts";

const PACKAGES = ["ca-certificates"];

/** apt works: nothing is half installed, and HTTPS can be trusted. */
export const aptPrerequisites: Step = {
  id: "packages",
  title: "packages",
  check(facts) {
    const repair = damage(facts);
    const missing = PACKAGES.filter((name) => !(name in facts.packages));
    if (repair === undefined && missing.length === 0) return undefined;
    return {
      summary: [repair && `repair ${repair}`, missing.length > 0 && `install ${missing.join(" ")}`]
        .filter(Boolean)
        .join(", "),
      details: missing.map((name) => `+ ${name}`),
      apply: async (context) => {
        if (repair !== undefined) await repairPackages(context);
        if (missing.length === 0) return;
        await refreshPackages(context);
        await installPackages(context, missing);
      },
    };
  },
};

function damage({ brokenPackages, dpkgInterrupted }: Facts): string | undefined {
  if (brokenPackages.length > 0) return brokenPackages.join(" ");
  return dpkgInterrupted ? "what dpkg was cut off at" : undefined;
}

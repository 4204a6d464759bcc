import type { Facts } from "../facts/facts.ts";
import { configurePackages, hostApt } from "./apt.ts";
import { installJudged, installPackages, judge, rehearseInstallation } from "./apt-install.ts";
import type { ApplyContext, Step } from "./step.ts";

const PACKAGES = ["ca-certificates"];

/** Ends an installation that was cut off; apt may want to remove what cannot be completed, and must not. */
const REPAIR = { packages: [], options: ["--fix-broken"] };

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
      rehearse: (context) =>
        rehearseInstallation(
          context,
          repair === undefined ? { packages: missing } : { ...REPAIR, packages: missing },
        ),
      apply: async (context) => {
        if (repair !== undefined) await repairPackages(context);
        if (missing.length > 0) await installPackages(context, { packages: missing });
      },
    };
  },
};

async function repairPackages(context: ApplyContext): Promise<void> {
  const apt = hostApt(context);
  await configurePackages(apt);
  await judge(apt, REPAIR);
  await installJudged(apt, REPAIR);
}

function damage({ brokenPackages, dpkgInterrupted }: Facts): string | undefined {
  if (brokenPackages.length > 0) return brokenPackages.join(" ");
  return dpkgInterrupted ? "what dpkg was cut off at" : undefined;
}

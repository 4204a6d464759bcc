import { UserError } from "../../shared/user-error.ts";
import { quoteWords } from "../connection/host-words.ts";
import { configurePackages, hostApt } from "../host/apt/apt.ts";
import {
  type Installation,
  installJudged,
  installPackages,
  judge,
  PackagesRefusedError,
  rehearseInstallation,
} from "../host/apt/apt-install.ts";
import type { Facts } from "../host/facts/facts.ts";
import type { ApplyContext, Step } from "../host/step.ts";

const PACKAGES = ["ca-certificates"];

/** Ends an installation that was cut off; apt may want to remove what cannot be completed, and must not. */
const repairOf = (damaged: string): Installation => ({
  packages: [],
  options: ["--fix-broken"],
  purpose: `repair ${damaged}`,
});

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
          repair === undefined ? { packages: missing } : { ...repairOf(repair), packages: missing },
        ),
      apply: async (context) => {
        if (repair !== undefined) await repairPackages(context, repairOf(repair));
        if (missing.length > 0) await installPackages(context, { packages: missing });
      },
    };
  },
};

/**
 * dpkg comes first: apt does nothing while dpkg is in the middle of something. dpkg fails where a dependency is missing, which
 * apt can bring; where apt cannot either, dpkg's words say why.
 */
async function repairPackages(context: ApplyContext, repair: Installation): Promise<void> {
  const apt = hostApt(context);
  const configured = await configurePackages(apt);
  try {
    await judge(apt, repair);
    await installJudged(apt, repair);
  } catch (error) {
    if (!(error instanceof PackagesRefusedError) || configured.code === 0) throw error;
    const words = quoteWords(configured.stderr);
    throw new UserError(error.code, `${error.message}; dpkg says${words}`, { hint: HINT, cause: error });
  }
}

const HINT =
  "install there what the package lacks, or remove it (`dpkg --purge NAME`) where nobody needs it; then run this again";

function damage({ brokenPackages, dpkgInterrupted }: Facts): string | undefined {
  if (brokenPackages.length > 0) return brokenPackages.join(" ");
  return dpkgInterrupted ? "what dpkg was cut off at" : undefined;
}

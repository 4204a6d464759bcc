import { UserError } from "../../../shared/user-error.ts";
import { PATIENCE } from "../../host/facts/engine-script.ts";
import type { Facts } from "../../host/facts/facts.ts";
import { argumentsOf } from "./engine-config.ts";

/**
 * Refuses an engine that cannot be brought to what is wanted, before anything on the host is touched.
 *
 * @throws UserError `engine_hung`, `engine_masked`, `engine_snap`
 */
export function refuseEngineTrouble(facts: Facts): void {
  const { docker } = facts;
  if (docker.hung) {
    throw new UserError("engine_hung", `the host's Docker Engine does not answer (${PATIENCE} s)`, {
      hint: "`systemctl status docker` and `journalctl --unit docker` there say more; restart it when you know what that stops",
    });
  }
  if (docker.snap) {
    throw new UserError("engine_snap", "cannot use the host's Docker Engine: it is a snap", {
      hint: "a snap cannot see the folders of stacks: save what its containers hold, then `snap remove docker` there",
    });
  }
  const [masked] = docker.installed ? maskedUnits(facts) : [];
  if (masked !== undefined) {
    throw new UserError(
      "engine_masked",
      `cannot start the host's Docker Engine: its unit ${masked} is masked`,
      {
        hint: `if nobody wants it so: \`systemctl unmask ${masked}\` there`,
      },
    );
  }
}

/** The masked units without which the engine does not start. */
function maskedUnits(facts: Facts): string[] {
  const args = argumentsOf(facts);
  const isNeeded: Record<string, boolean> = {
    "docker.service": true,
    "docker.socket": args.includes("fd://") || args.includes("--host=fd://"),
    "containerd.service": args.some((word) => word.startsWith("--containerd")),
  };
  return facts.docker.maskedUnits.filter((unit) => isNeeded[unit]);
}

import { run, shellScript } from "../connection/connection.ts";
import type { Step } from "./step.ts";

const WAIT = `
seconds=0
until [ -e /run/cloud-init/result.json ]; do
  [ "$seconds" -lt "$1" ] || { echo "cloud-init has not ended within $1 s" >&2; exit 1; }
  seconds=$((seconds + 1))
  sleep 1
done
`;

/** cloud-init makes users, writes sources of apt and installs packages: what we did meanwhile it might undo. */
export const firstBoot: Step = {
  id: "first-boot",
  title: "first boot",
  isWait: true,
  check({ firstBoot: isRunning }) {
    if (!isRunning) return undefined;
    return {
      summary: "wait for cloud-init",
      apply: async ({ connection, tell }) => {
        tell("waiting for cloud-init to end the first boot");
        await run(connection, shellScript(WAIT, "900"), { become: true, title: "waiting for cloud-init" });
      },
    };
  },
};

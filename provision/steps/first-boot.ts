import { run, shellScript } from "../connection/connection.ts";
import type { Step } from "../host/step.ts";

/** Seconds that a first boot may take. */
const TIMEOUT = 900;

/** What a line of the script below begins with when people should read it. */
const WAITING = "waiting for ";

// cloud-init writes down which of its stages is at work. Where systemd has nothing of it to start any more, it has ended
// without a result: nobody waits for that.
const WAIT = `
timeout=$1 seconds=0 said=
ended() {
  [ -e /run/cloud-init/result.json ] && return
  [ -d /run/systemd/system ] && jobs=$(timeout 10 systemctl list-jobs --no-legend 'cloud-*' 2>/dev/null) && [ -z "$jobs" ]
}
until ended; do
  stage=$(sed -n 's/.*"stage": *"\\([^"]*\\)".*/\\1/p' /run/cloud-init/status.json 2>/dev/null | head -n 1)
  [ "$seconds" -lt "$timeout" ] || { echo "cloud-init has not ended within $timeout s; it is at \${stage:-no stage}" >&2; exit 1; }
  [ "$stage" = "$said" ] || echo "${WAITING}cloud-init, which is at $stage"
  said=$stage seconds=$((seconds + 1))
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
      apply: async ({ connection, progress, tell }) => {
        tell(`waiting for cloud-init to end the first boot, for up to ${TIMEOUT / 60} minutes`);
        await run(connection, shellScript(WAIT, String(TIMEOUT)), {
          become: true,
          onLine: (line) => (line.startsWith(WAITING) ? tell(line) : progress(line)),
          title: "waiting for cloud-init (`cloud-init status --long` on the host says more)",
        });
      },
    };
  },
};

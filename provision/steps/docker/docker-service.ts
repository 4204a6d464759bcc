import { UserError } from "../../../shared/user-error.ts";
import { type Connection, run, shellScript } from "../../connection/connection.ts";
import { LIMITED } from "../../connection/limited.ts";
import type { Facts } from "../../host/facts/facts.ts";
import type { Step } from "../../host/step.ts";
import { refuseEngineTrouble } from "./engine-troubles.ts";

/** The engine answers now, and will after a reboot. */
export const dockerService: Step = {
  id: "docker-service",
  title: "Docker service",
  check(facts) {
    refuseEngineTrouble(facts);
    const { docker, init } = facts;
    const running = docker.serverVersion !== undefined;
    const enabled = docker.enabled || init === "none";
    if (running && enabled) return undefined;
    refuseWithoutUnit(facts);
    return {
      summary: [running ? "" : "start", enabled ? "" : "enable"].filter(Boolean).join(" and "),
      details: [
        ...(running ? [] : ["- the engine does not answer", "+ the engine answers"]),
        ...(enabled ? [] : ["- docker.service disabled", "+ docker.service enabled"]),
      ],
      apply: ({ connection, progress }) =>
        init === "systemd" ? startWithSystemd(connection) : startByHand(connection, progress),
    };
  },
};

/**
 * An engine that was put there by hand has nothing that starts it.
 *
 * @throws UserError `engine_no_unit`
 */
function refuseWithoutUnit({ docker, init, brokenPackages }: Facts): void {
  if (init !== "systemd" || !docker.installed || docker.arguments !== undefined) return;
  // what dpkg left half done is repaired first
  if (brokenPackages.length > 0) return;
  throw new UserError(
    "engine_no_unit",
    "cannot start the host's Docker Engine after a reboot: there is a dockerd, and systemd has no unit docker.service",
    {
      hint: "write /etc/systemd/system/docker.service there; or remove that dockerd, and provision installs the engine's packages",
    },
  );
}

async function startWithSystemd(connection: Connection): Promise<void> {
  await run(connection, shellScript(ENABLE_AND_START), {
    become: true,
    title: "systemctl enable --now docker",
  });
  await run(connection, shellScript(WAIT), { become: true, title: "waiting for Docker Engine" });
}

// A unit of Docker's has no limit of its own for its start. Why it failed stands in the journal only.
const ENABLE_AND_START = `${LIMITED}
limited 60 systemctl enable --quiet docker.service || exit
limited 10 systemctl is-active --quiet docker.service && exit
# A socket whose unit was changed while it was open hands nothing on until it is started anew.
limited 60 systemctl stop docker.socket || [ "$?" -lt 124 ] || exit
limited 10 systemctl reset-failed docker.service docker.socket 2>/dev/null
limited 120 systemctl start docker.service && exit
code=$?
limited 10 journalctl --unit docker _COMM=dockerd --lines 20 --no-pager --output cat | grep -i 'fail\\|unable\\|conflict' | tail -n 3 >&2
exit $code
`;

const WAIT = `
until_time=$(($(date +%s) + 60))
until timeout -k 1 10 docker version >/dev/null 2>&1; do
  [ "$(date +%s)" -ge "$until_time" ] || { sleep 0.5; continue; }
  timeout -k 1 10 docker version >/dev/null || echo "it has not answered within 60 s" >&2
  command -v journalctl >/dev/null && timeout 10 journalctl --unit docker --lines 5 --no-pager --output cat >&2
  exit 1
done
`;

/**
 * No systemd: the SysV script first (it writes the pid file that the package's other scripts expect), and where that is denied
 * (policy-rc.d, ulimit without the right to raise it) dockerd itself, in a session of its own.
 */
const START_BY_HAND = `
timeout 10 docker version >/dev/null 2>&1 && exit 0
if [ -x /etc/init.d/docker ] && timeout -k 5 120 service docker start </dev/null >/dev/null 2>&1; then
  exit 0
fi
echo "the init script cannot start it: starting dockerd itself"
setsid nohup dockerd </dev/null >>/var/log/docker.log 2>&1 &
`;

async function startByHand(connection: Connection, progress: (line: string) => void): Promise<void> {
  await run(connection, shellScript(START_BY_HAND), {
    become: true,
    onLine: progress,
    title: "starting dockerd",
  });
  const wait = await connection.exec(shellScript(WAIT), { become: true });
  if (wait.code !== 0) {
    await run(connection, shellScript(`tail -n 5 /var/log/docker.log >&2; exit 1`), {
      become: true,
      title: "dockerd does not answer: it",
    });
  }
}

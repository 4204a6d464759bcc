import { run } from "../../connection/connection.ts";
import { installPackages, rehearseInstallation } from "../../host/apt/apt-install.ts";
import { diffFile } from "../../host/diff.ts";
import { writeHostFile } from "../../host/host-file.ts";
import { describeUnit, refuseMasked, type Step, UNIT_SECONDS } from "../../host/step.ts";

const TIMER = "apt-daily-upgrade.timer";

const FILE = {
  path: "/etc/apt/apt.conf.d/52longshore-upgrades",
  mode: "0644",
  content: `// Written by longshore provision. What is upgraded is the distribution's choice: 50unattended-upgrades.
APT::Periodic::Update-Package-Lists "1";
APT::Periodic::Unattended-Upgrade "1";
Unattended-Upgrade::Automatic-Reboot "false";
`,
};

const INSTALLATION = { packages: ["unattended-upgrades"] };

/** Security updates come by themselves; the engine, which is held, does not. */
export const unattendedUpgrades: Step = {
  id: "unattended-upgrades",
  title: "unattended upgrades",
  check({ packages, files, units, init }) {
    const isInstalled = "unattended-upgrades" in packages;
    const diff = diffFile(FILE.path, files[FILE.path], FILE.content);
    const isEnabled = init === "none" || units[TIMER]?.enabled === true;
    if (isInstalled && diff.length === 0 && isEnabled) return undefined;
    if (init === "systemd") refuseMasked(TIMER, units[TIMER]);
    const timer = isEnabled ? [] : [`- ${TIMER} ${describeUnit(units[TIMER])}`, `+ ${TIMER} enabled, active`];
    return {
      summary: "security updates every day",
      details: [...(isInstalled ? [] : ["+ unattended-upgrades"]), ...diff, ...timer],
      rehearse: async (context) =>
        isInstalled ? undefined : [...(await rehearseInstallation(context, INSTALLATION)), ...diff, ...timer],
      apply: async (context) => {
        if (!isInstalled) await installPackages(context, INSTALLATION);
        await writeHostFile(context.connection, FILE);
        if (isEnabled) return;
        const argv = ["systemctl", "enable", "--now", "--quiet", TIMER];
        await run(context.connection, argv, {
          become: true,
          limitSeconds: UNIT_SECONDS,
          title: `systemctl enable ${TIMER}`,
        });
      },
    };
  },
};

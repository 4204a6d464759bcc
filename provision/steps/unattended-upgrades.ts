import { run } from "../connection/connection.ts";
import { installPackages, refreshPackages } from "./apt.ts";
import { hashContent, writeHostFile } from "./host-file.ts";
import type { Step } from "./step.ts";

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

/** Security updates come by themselves; the engine, which is held, does not. */
export const unattendedUpgrades: Step = {
  id: "unattended-upgrades",
  title: "unattended upgrades",
  check({ packages, files, units, init }) {
    const isInstalled = "unattended-upgrades" in packages;
    const isWritten = files[FILE.path] === hashContent(FILE.content);
    const isEnabled = init === "none" || units[TIMER]?.enabled === true;
    if (isInstalled && isWritten && isEnabled) return undefined;
    return {
      summary: "security updates every day",
      details: [
        ...(isInstalled ? [] : ["+ unattended-upgrades"]),
        ...(isWritten ? [] : [`+ ${FILE.path}`]),
        ...(isEnabled ? [] : [`+ ${TIMER}`]),
      ],
      apply: async (context) => {
        if (!isInstalled) {
          await refreshPackages(context);
          await installPackages(context, ["unattended-upgrades"]);
        }
        await writeHostFile(context.connection, FILE);
        if (isEnabled) return;
        const argv = ["systemctl", "enable", "--now", "--quiet", TIMER];
        await run(context.connection, argv, { become: true, title: `systemctl enable ${TIMER}` });
      },
    };
  },
};

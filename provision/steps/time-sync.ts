import { run } from "../connection/connection.ts";
import { installPackages, refreshPackages } from "./apt.ts";
import type { Step } from "./step.ts";

/** Any of these will do; each is the name of a package and of its unit. */
const SERVICES = ["chrony", "ntpsec", "systemd-timesyncd"];

/** The clock is kept right: certificates and logs depend on it. Without systemd the clock is that of the machine below. */
export const timeSync: Step = {
  id: "time-sync",
  title: "time synchronisation",
  check({ packages, units, init }) {
    if (init === "none" || SERVICES.some((name) => name in packages && units[name]?.enabled))
      return undefined;
    const installed = SERVICES.find((name) => name in packages);
    const service = installed ?? "systemd-timesyncd";
    return {
      summary: installed === undefined ? `install ${service}` : `enable ${service}`,
      details: [`+ ${service}`],
      apply: async (context) => {
        if (installed === undefined) {
          await refreshPackages(context);
          await installPackages(context, [service]);
        }
        await run(context.connection, ["systemctl", "enable", "--now", "--quiet", service], {
          become: true,
          title: `systemctl enable --now ${service}`,
        });
      },
    };
  },
};

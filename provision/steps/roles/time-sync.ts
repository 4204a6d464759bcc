import { run } from "../../connection/connection.ts";
import { installPackages, rehearseInstallation } from "../../host/apt/apt-install.ts";
import { describeUnit, refuseMasked, type Step, UNIT_SECONDS } from "../../host/step.ts";

/** Any of these will do; each is the name of a package and of its unit. */
const SERVICES = ["chrony", "ntpsec", "openntpd", "systemd-timesyncd"];

/** The clock is kept right: certificates and logs depend on it. Without systemd the clock is that of the machine below. */
export const timeSync: Step = {
  id: "time-sync",
  title: "time synchronisation",
  check({ packages, units, init }) {
    if (init === "none" || SERVICES.some((name) => name in packages && units[name]?.enabled))
      return undefined;
    const installed = SERVICES.find((name) => name in packages);
    const service = installed ?? "systemd-timesyncd";
    const installation = { packages: [service] };
    if (installed !== undefined) refuseMasked(service, units[service]);
    return {
      summary: installed === undefined ? `install ${service}` : `enable ${service}`,
      details:
        installed === undefined
          ? [`+ ${service}`]
          : [`- ${service} ${describeUnit(units[service])}`, `+ ${service} enabled, active`],
      rehearse: async (context) =>
        installed === undefined ? rehearseInstallation(context, installation) : undefined,
      apply: async (context) => {
        if (installed === undefined) await installPackages(context, installation);
        await run(context.connection, ["systemctl", "enable", "--now", "--quiet", service], {
          become: true,
          limitSeconds: UNIT_SECONDS,
          title: `systemctl enable --now ${service}`,
        });
      },
    };
  },
};

import { run } from "../../connection/connection.ts";
import { installPackages, rehearseInstallation } from "../../host/apt/apt-install.ts";
import { diffFile } from "../../host/diff.ts";
import { writeHostFile } from "../../host/host-file.ts";
import { describeUnit, refuseMasked, requireSystemd, type Step, UNIT_SECONDS } from "../../host/step.ts";

const FILE = {
  path: "/etc/fail2ban/jail.d/longshore.conf",
  mode: "0644",
  // The journal: Debian 12 and later write no /var/log/auth.log.
  content: `# Written by longshore provision.
[DEFAULT]
banaction = nftables
banaction_allports = nftables[type=allports]

[sshd]
enabled = true
backend = systemd
`,
};

// python3-systemd is only recommended, and reads the journal for it.
const PACKAGES = ["fail2ban", "nftables", "python3-systemd"];

/** Who guesses passwords is shut out for a while. */
export const fail2ban: Step = {
  id: "fail2ban",
  title: "fail2ban",
  check({ packages, files, units, init }) {
    requireSystemd("fail2ban", init);
    const missing = PACKAGES.filter((name) => !(name in packages));
    const diff = diffFile(FILE.path, files[FILE.path], FILE.content);
    const runs = units.fail2ban?.enabled === true && units.fail2ban.active;
    if (missing.length === 0 && diff.length === 0 && runs) return undefined;
    if (missing.length === 0) refuseMasked("fail2ban", units.fail2ban);
    const details = [
      ...diff,
      ...(runs ? [] : [`- fail2ban ${describeUnit(units.fail2ban)}`, "+ fail2ban enabled, active"]),
    ];
    return {
      summary: "watch sshd",
      details: [...missing.map((name) => `+ ${name}`), ...details],
      rehearse: async (context) =>
        missing.length === 0
          ? undefined
          : [...(await rehearseInstallation(context, { packages: missing })), ...details],
      apply: async (context) => {
        if (missing.length > 0) await installPackages(context, { packages: missing });
        await writeHostFile(context.connection, FILE);
        for (const verb of ["enable", "restart"]) {
          const argv = ["systemctl", verb, "fail2ban"];
          await run(context.connection, argv, {
            become: true,
            limitSeconds: UNIT_SECONDS,
            title: argv.join(" "),
          });
        }
      },
    };
  },
};

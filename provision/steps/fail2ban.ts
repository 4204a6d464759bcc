import { run } from "../connection/connection.ts";
import { installPackages, refreshPackages } from "./apt.ts";
import { hashContent, writeHostFile } from "./host-file.ts";
import { requireSystemd, type Step } from "./step.ts";

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

const PACKAGES = ["fail2ban", "nftables"];

/** Who guesses passwords is shut out for a while. */
export const fail2ban: Step = {
  id: "fail2ban",
  title: "fail2ban",
  check({ packages, files, units, init }) {
    requireSystemd("fail2ban", init);
    const missing = PACKAGES.filter((name) => !(name in packages));
    const isWritten = files[FILE.path] === hashContent(FILE.content);
    const runs = units.fail2ban?.enabled === true && units.fail2ban.active;
    if (missing.length === 0 && isWritten && runs) return undefined;
    return {
      summary: "watch sshd",
      details: [...missing.map((name) => `+ ${name}`), ...(isWritten ? [] : [`+ ${FILE.path}`])],
      apply: async (context) => {
        if (missing.length > 0) {
          await refreshPackages(context);
          // python3-systemd is only recommended, and reads the journal for it.
          await installPackages(context, [...missing, "python3-systemd"]);
        }
        await writeHostFile(context.connection, FILE);
        for (const verb of ["enable", "restart"]) {
          const argv = ["systemctl", verb, "fail2ban"];
          await run(context.connection, argv, { become: true, title: argv.join(" ") });
        }
      },
    };
  },
};

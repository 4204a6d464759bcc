import { execFileSync } from "node:child_process";
import { NotAvailable } from "../contestant.ts";

/** The version of an installed Debian package. @throws NotAvailable */
export function debianVersion(name: string): string {
  return askVersion(["dpkg-query", "-W", "-f", "${Version}", name], `apt-get install ${name}`);
}

/** The first line that a command prints. @throws NotAvailable with the way to install it */
export function askVersion([program = "", ...args]: readonly string[], hint: string): string {
  try {
    const [first = ""] = execFileSync(program, args, {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).split("\n");
    if (first.trim() !== "") return first.trim();
  } catch {
    // reported below
  }
  throw new NotAvailable(`not installed (${hint})`);
}

import { execFileSync } from "node:child_process";

/** Runs a shell script as another user, from root; its arguments begin at `$1`. @throws where it fails */
export function asOther(uid: number, script: string, ...args: string[]): void {
  const ids = ["--reuid", `${uid}`, "--regid", `${uid}`, "--clear-groups"];
  execFileSync("setpriv", [...ids, "sh", "-ec", script, "x", ...args]);
}

import type { SshClient } from "./client.ts";
import { type Journey, openTransport } from "./route.ts";
import type { SharedSsh } from "./shared-ssh.ts";
import type { SshSettings } from "./ssh-settings.ts";

/**
 * Connects to a host, verifies its key and logs in. ssh2 and the keys are loaded while the host answers: sshd takes as long.
 *
 * @param host the name for people
 * @param trail the jump hosts on whose behalf this one is opened
 * @throws UnreachableError with a code for each cause: ssh_refused, ssh_timeout, ssh_dns, ssh_unreachable, ssh_closed,
 * ssh_no_server, ssh_denied, ssh_booting,
 * ssh_handshake, ssh_proxy, ssh_auth, ssh_key_locked, ssh_password, ssh_failed, host_key_unknown, host_key_changed,
 * host_key_revoked; UserError `identity_unreadable`
 */
export async function openSshClient(
  host: string,
  settings: SshSettings,
  shared: SharedSsh,
  trail: readonly string[] = [],
): Promise<SshClient> {
  const journey: Journey = { shared, openClient: openSshClient, trail };
  const dialling = openTransport(host, settings, journey);
  // Until somebody does, nobody listens; who does then sees what has become of it.
  dialling.then(({ stream }) => stream.on("error", () => {})).catch(() => {});
  try {
    const { logIn } = await import("./ssh-login.ts");
    return await logIn(host, settings, dialling, journey);
  } catch (error) {
    dialling.then(({ stream }) => stream.destroy()).catch(() => {});
    throw error;
  }
}

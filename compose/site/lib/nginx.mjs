import { spawn } from "node:child_process";
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { renderConfig } from "./nginx-config.mjs";
import { PATHS } from "./paths.mjs";

/**
 * Makes nginx's folder (configuration and link to the certificate) anew, lets nginx check it, and puts it in place by
 * one rename. A running nginx reads it on SIGHUP.
 *
 * @param {import("./settings.mjs").Settings} settings
 * @param {import("./tls-state.mjs").TlsState} state
 * @throws {Error} with nginx's own message when it refuses the configuration; the old one stays
 */
export async function configureNginx(settings, state) {
  await mkdir(PATHS.nginxTemp, { recursive: true });
  const fresh = await mkdtemp(`${PATHS.nginxConfig}-`);
  try {
    const files = renderConfig(await readTemplates(), settings, {
      ipv6: await hasIpv6(),
      trusted: state.trusted,
    });
    for (const [name, text] of Object.entries(files)) await writeFile(join(fresh, name), text);
    if (state.folder) await symlink(state.folder, join(fresh, "certificate"));
    await checkConfig(join(fresh, "nginx.conf"));
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    throw error;
  }
  await replaceLink(PATHS.nginxConfig, fresh);
}

async function readTemplates() {
  const names = await readdir(PATHS.nginxTemplates);
  const texts = names.map(async (name) => [name, await readFile(join(PATHS.nginxTemplates, name), "utf8")]);
  return Object.fromEntries(await Promise.all(texts));
}

/** @param {string} file @returns {Promise<void>} */
function checkConfig(file) {
  return new Promise((resolve, reject) => {
    // Its stdout is ours: the check opens /dev/stdout for the access log, which a pipe of Node's (a socket) refuses.
    const child = spawn("nginx", ["-t", "-q", "-c", file], { stdio: ["ignore", "inherit", "pipe"] });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (chunk) => {
      said += chunk;
    });
    child.once("error", reject);
    child.once("close", (code) => (code === 0 ? resolve() : reject(new Error(said.trim()))));
  });
}

/** @param {string} link @param {string} target */
async function replaceLink(link, target) {
  const previous = await readlink(link).catch(() => undefined);
  await symlink(target, `${target}.link`);
  await rename(`${target}.link`, link);
  if (previous) await rm(previous, { recursive: true, force: true });
}

/** Whether a socket can listen on IPv6: the kernel may have been started without it. @returns {Promise<boolean>} */
function hasIpv6() {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen({ host: "::", port: 0 }, () => probe.close(() => resolve(true)));
  });
}

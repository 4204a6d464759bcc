import { Socket } from "node:net";
import { type Config, NodeSSH } from "node-ssh";
import type { Client } from "ssh2";
import { Authentication } from "./authentication.ts";
import type { SshClient } from "./client.ts";
import { HostKeyCheck } from "./host-key.ts";
import { KeyRing } from "./key-ring.ts";
import { scanHostKey } from "./key-scan.ts";
import { knownKeyTypes } from "./known-hosts.ts";
import { Overheard } from "./overheard.ts";
import { type Journey, openTransport } from "./route.ts";
import { explainFailure, type SshFailure } from "./ssh-failure.ts";
import type { SshSettings } from "./ssh-settings.ts";
import type { Transport } from "./transport.ts";

/**
 * Verifies the key of a host that is being dialled, and logs in.
 *
 * @param host the name for people
 * @throws what openSshClient throws
 */
export async function logIn(
  host: string,
  settings: SshSettings,
  dialling: Promise<Transport>,
  journey: Journey,
): Promise<SshClient> {
  const { shared } = journey;
  const check = new HostKeyCheck(host, settings, await shared.knownHosts(settings));
  const identities = await shared.identities(settings);
  const keys = new KeyRing(
    identities.usable,
    settings.agentSocket,
    settings.identitiesOnly,
    shared.keys.unlock,
    identities.passedOver,
  );
  const authentication = new Authentication(settings.user, keys, settings.password);
  const transport = await dialling;
  const { stream } = transport;
  if (stream.destroyed)
    throw explainFailure({
      host,
      settings,
      error: stream.errored ?? closed(),
      complaint: await transport.complaint?.(),
    });
  const heard = new Overheard(stream);
  const config = connectConfig(settings, transport, check, authentication, journey);
  const { client, connecting } = startConnecting(config);
  // Everything that is being opened listens for the end of the connection: as many as there are images, say.
  client.setMaxListeners(0);
  heard.follow(client);
  let isOpen = true;
  client.once("close", () => {
    isOpen = false;
  });
  try {
    await waitForLogin(client, connecting, settings, () => shared.questions.isAsking || keys.isSigning);
  } catch (error) {
    client.destroy();
    const complaint = await transport.complaint?.();
    throw (
      check.refusal() ??
      explainFailure({ host, settings, error: error as SshFailure, authentication, heard, complaint })
    );
  }
  await check.record();
  return {
    client,
    isOpen: () => isOpen,
    close: () => {
      // Our goodbye is on its way then; the host's own is a round trip away, and nobody needs it.
      if (stream instanceof Socket) stream.once("finish", () => stream.destroy());
      client.end();
    },
  };
}

/** node-ssh has made its client of ssh2 when `connect` returns; what happens then is told by the client's events. */
function startConnecting(config: Config): { client: Client; connecting: Promise<unknown> } {
  const ssh = new NodeSSH();
  const connecting = ssh.connect(config);
  if (ssh.connection === null) throw new Error("node-ssh has made no connection");
  return { client: ssh.connection, connecting };
}

function connectConfig(
  settings: SshSettings,
  { stream }: Transport,
  check: HostKeyCheck,
  authentication: Authentication,
  journey: Journey,
): Config {
  const known = knownKeyTypes(check.entries, check.name).flatMap((type) => HOST_KEY_ALGORITHMS[type] ?? []);
  return {
    // ssh2 takes any duplex stream; its types ask for a Readable
    sock: stream,
    username: settings.user,
    hostVerifier: (key: Buffer, done: (isGood: boolean) => void) => {
      verifyHostKey(key, check, settings, journey).then(done, () => done(false));
    },
    // ssh2's own list, the types that known_hosts has for this host first. Done in the order of the keys, and what is in
    // the list already is not put in front of it: hence the removal.
    algorithms: { serverHostKey: { remove: known, prepend: known } as never },
    authHandler: authentication.handler,
    // a person may take longer to find a passphrase: the phases have their own limits, in waitForLogin
    readyTimeout: 0,
    keepaliveInterval: settings.keepaliveSeconds * 1000,
    keepaliveCountMax: settings.keepaliveCount,
  };
}

// The algorithms with which a type of key signs; a type that ssh2 does not know (sk-…) can't be asked for.
const HOST_KEY_ALGORITHMS: Record<string, string[]> = {
  "ssh-ed25519": ["ssh-ed25519"],
  "ecdsa-sha2-nistp256": ["ecdsa-sha2-nistp256"],
  "ecdsa-sha2-nistp384": ["ecdsa-sha2-nistp384"],
  "ecdsa-sha2-nistp521": ["ecdsa-sha2-nistp521"],
  "ssh-rsa": ["rsa-sha2-512", "rsa-sha2-256"],
};
const CERTIFICATE = "-cert-v01@openssh.com";

/**
 * ssh2 can't negotiate host certificates. So the host proves that it has its plain key, and its certificate, fetched over a
 * second connection, is verified to be for that very key: whoever brought it, it is the authority's word.
 */
async function verifyHostKey(
  key: Buffer,
  check: HostKeyCheck,
  settings: SshSettings,
  journey: Journey,
): Promise<boolean> {
  if (check.accept(key)) return true;
  if (!check.needsCertificate()) return false;
  const type = key.subarray(4, 4 + key.readUInt32BE()).toString("latin1");
  const algorithms = (HOST_KEY_ALGORITHMS[type] ?? []).map((name) => `${name}${CERTIFICATE}`);
  const { stream } = await openTransport(check.host, settings, journey);
  const certificate = await scanHostKey(stream, algorithms, settings.connectTimeoutSeconds * 1000);
  return check.acceptCertificate(certificate, new Date());
}

/** Resolves when the login is done. The handshake and the login have the connect timeout each; a person may take longer. */
function waitForLogin(
  client: Client,
  connecting: Promise<unknown>,
  { connectTimeoutSeconds }: SshSettings,
  isWaitingForPerson: () => boolean,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout;
    const settle = (done: () => void) => {
      clearTimeout(timer);
      done();
    };
    const fail = (error: SshFailure) => {
      // an agent that does not answer is one way less, and the others are still to be tried
      if (error.level !== "agent") settle(() => reject(error));
    };
    const limit = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        if (isWaitingForPerson()) limit();
        else fail(Object.assign(new Error("no answer"), { level: "client-timeout" }));
      }, connectTimeoutSeconds * 1000);
    };
    client.once("handshake", limit);
    client.once("ready", () => settle(resolve));
    // stays: without a listener an error of the connection would end the process; a lost one closes its channels
    client.on("error", fail);
    client.once("close", () => fail(closed()));
    limit();
    // what is wrong with the settings themselves is told by no event
    connecting.catch(fail);
  });
}

function closed(): SshFailure {
  return Object.assign(new Error("the connection was closed"), { level: "protocol" });
}

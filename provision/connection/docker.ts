import { Agent } from "node:http";
import type { Duplex } from "node:stream";
import Docker, { type DockerOptions } from "dockerode";
import type { Connection } from "./connection.ts";
import { engineSilent } from "./limit-docker.ts";

const SOCKET = "/var/run/docker.sock";

/** Seconds for an answer that is read whole; a busy engine takes some for a list of all its images. */
const READ_SECONDS = 30;

/** What there is of docker-modem beneath dockerode. */
interface Modem {
  dial(
    request: { method: string; isStream?: boolean; abortSignal?: AbortSignal },
    done: (error: Error | null, answer?: unknown) => void,
  ): void;
}

/**
 * The Docker API of a host over its connection: no TCP port, no second handshake. What it reads has a limit; what it follows
 * and what changes something has none.
 */
export function dockerOf(connection: Connection): Docker {
  // dockerode hands every option to docker-modem, which takes an agent; its types do not know.
  const options = { protocol: "http", host: "docker", port: 80, agent: new ConnectionAgent(connection) };
  const docker = new Docker(options as DockerOptions);
  const modem = docker.modem as Modem;
  const dial = modem.dial.bind(modem);
  modem.dial = (request, done) => {
    if (request.method !== "GET" || request.isStream) return dial(request, done);
    const limit = AbortSignal.timeout(READ_SECONDS * 1000);
    return dial({ ...request, abortSignal: limit }, (error, answer) =>
      done(limit.aborted && error ? engineSilent(connection.host, READ_SECONDS) : error, answer),
    );
  };
  return docker;
}

/**
 * An HTTP agent whose sockets are streams of the connection: the engine's socket itself where the login user may open it,
 * else `docker system dial-stdio` as root (a new member of the docker group counts only from the next login).
 */
class ConnectionAgent extends Agent {
  private readonly connection: Connection;
  private direct = true;

  constructor(connection: Connection) {
    super({ keepAlive: false });
    this.connection = connection;
  }

  override createConnection(
    _options: unknown,
    done?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | undefined {
    this.open().then(
      (stream) => done?.(null, stream),
      (error: Error) => done?.(error, undefined as never),
    );
    return undefined;
  }

  private async open(): Promise<Duplex> {
    if (this.direct) {
      try {
        return withSocketMethods(await this.connection.openSocket(SOCKET));
      } catch {
        this.direct = false;
      }
    }
    return withSocketMethods(
      await this.connection.openProcess(["docker", "system", "dial-stdio"], { become: true }),
    );
  }
}

/** node:http expects a net.Socket; an SSH channel lacks these. */
function withSocketMethods(stream: Duplex): Duplex {
  const methods = {
    setTimeout: () => stream,
    setNoDelay: () => stream,
    setKeepAlive: () => stream,
    ref: () => stream,
    unref: () => stream,
  };
  for (const [name, method] of Object.entries(methods)) {
    if (!(name in stream)) Object.assign(stream, { [name]: method });
  }
  return stream;
}

import { docker } from "./command.ts";
import { ensureImage } from "./images.ts";
import type { TestHost } from "./test-host.ts";
import type { TestNet } from "./test-net.ts";
import { labelArguments } from "./test-run.ts";
import { waitUntil } from "./wait.ts";

const FOLDER = new URL("./docker-repository", import.meta.url).pathname;
const NAME = "download.docker.com";

/** A stand-in for Docker's apt repository: signed, over HTTPS, with real packages whose engine is Debian's. */
export class DockerRepository {
  constructor(
    private readonly container: string,
    private readonly address: string,
  ) {}

  /** Publishes Docker's packages at a version, for Debian 13, beside those that are there. */
  async publish(version: string): Promise<void> {
    await this.exec(["sh", "/stand-in/publish.sh", "debian", "trixie", version]);
  }

  /** The fingerprint of its key, for `longshore_docker_key`. There is one once something was published. */
  async fingerprint(): Promise<string> {
    const listing = await this.exec(["gpg", "--batch", "--with-colons", "--list-keys"]);
    return /^fpr:+([0-9A-F]{40}):/m.exec(listing)?.[1] ?? "";
  }

  /** Makes a host meet this repository where it looks for Docker's, and trust its certificate. */
  async showTo(host: TestHost): Promise<void> {
    await host.exec(["sh", "-c", `echo '${this.address} ${NAME}' >> /etc/hosts`]);
    await host.writeFile(
      "/usr/local/share/ca-certificates/stand-in.crt",
      await this.exec(["cat", "/tls/root.pem"]),
    );
    await host.exec(["update-ca-certificates"]);
  }

  /** Ends it. */
  async remove(): Promise<void> {
    await docker(["rm", "--force", "--volumes", this.container]);
  }

  private exec(argv: string[]): Promise<string> {
    return docker(["exec", this.container, ...argv]);
  }
}

/** Starts a stand-in in the net; it has no packages yet. */
export async function startDockerRepository(net: TestNet): Promise<DockerRepository> {
  const { run, network, prefix } = net.record;
  const container = `${run.id}-docker-repository`;
  const address = `${prefix}.3`;
  const place = ["--name", container, "--network", network, "--ip", address];
  const image = await ensureImage("internet");
  await docker(["run", "--detach", "--init", ...labelArguments(run), ...place, image, "sleep", "infinity"]);
  await docker(["cp", FOLDER, `${container}:/stand-in`]);
  await docker(["exec", container, "sh", "/stand-in/setup.sh"]);
  await docker(["exec", "--detach", container, "node", "/stand-in/serve.mjs"]);
  const probe = ["curl", "--silent", "--insecure", "--output", "/dev/null", `https://${address}/`];
  await waitUntil("the stand-in of Docker's repository answers", () =>
    docker(["exec", container, ...probe]).then(() => true),
  );
  return new DockerRepository(container, address);
}

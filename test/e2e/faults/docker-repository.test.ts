import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DockerRepository, startDockerRepository } from "../../hosts/docker-repository.ts";
import { noEngine, openSharedNet } from "../../hosts/shared-net.ts";
import type { TestHost } from "../../hosts/test-host.ts";
import type { TestNet } from "../../hosts/test-net.ts";
import { endAtFirstFailure } from "../chapters.ts";
import { createOperator, type Operator } from "../operator.ts";

describe.skipIf(noEngine)("a host that can reach Docker's repository", { timeout: 600_000 }, () => {
  endAtFirstFailure();

  let net: TestNet;
  let host: TestHost;
  let operator: Operator;
  let repository: DockerRepository;

  beforeAll(async () => {
    net = await openSharedNet();
    repository = await startDockerRepository(net);
    await repository.publish("5:28.0.0-1~debian.13~trixie");
    [host] = (await net.addHosts(1)) as [TestHost];
    await repository.showTo(host);
    const longshore_docker_key = await repository.fingerprint();
    operator = createOperator(net, net.inventory({ longshore_docker_key }, [host]));
  });

  afterAll(async () => {
    await repository?.remove();
    await net?.removeHosts();
  });

  const versionOf = (name: string) => host.exec(["dpkg-query", "--show", "--showformat=${Version}", name]);

  test("is refused, and left as it was, where the key is not Docker's", async () => {
    const trusting = createOperator(net, net.inventory({}, [host]));
    for (const args of [["provision", "--check"], ["provision"]]) {
      const { code, stdout } = await trusting.longshore(args);
      expect(code).toBe(1);
      expect(stdout).toContain("cannot trust Docker's repository");
    }
    expect((await host.tryExec(["ls", "/etc/apt/sources.list.d/docker.sources"])).code).not.toBe(0);
  });

  test("gets the engine from there, under Docker's key", async () => {
    const { stdout } = await operator.run("provision");
    expect(stdout).toContain("from Docker's repository");
    expect(await versionOf("docker-ce")).toBe("5:28.0.0-1~debian.13~trixie");
    expect(await host.exec(["cat", "/etc/apt/sources.list.d/docker.sources"])).toContain(
      "Signed-By: /etc/apt/keyrings/docker.asc",
    );
    expect(await host.exec(["docker", "info", "--format", "{{.LiveRestoreEnabled}}"])).toBe("true");
    expect((await host.ssh(["docker", "compose", "version", "--short"])).code).toBe(0);
  });

  test("takes nothing else from there", async () => {
    const policy = await host.exec(["apt-cache", "policy", "hostname"]);
    expect(policy).toContain("5:28.0.0-1~debian.13~trixie");
    expect(policy).not.toMatch(/Candidate: 5:28/);
  });

  test("keeps its version when everything is upgraded, and provision leaves it", async () => {
    await repository.publish("5:28.1.0-1~debian.13~trixie");
    await host.exec(["apt-get", "-qq", "update"]);
    await host.exec(["apt-get", "-qq", "--yes", "dist-upgrade"]);
    expect(await versionOf("docker-ce")).toBe("5:28.0.0-1~debian.13~trixie");
    expect((await operator.run("provision")).stdout).toContain("nothing to change");
  });

  test("says what an upgrade would bring, and brings it when asked; then it is held again", async () => {
    const check = await operator.longshore(["provision", "--upgrade", "--check", "--diff"]);
    expect(check.code).toBe(2);
    expect(check.stdout).toContain("- docker-ce 5:28.0.0-1~debian.13~trixie");
    expect(check.stdout).toContain("+ docker-ce 5:28.1.0-1~debian.13~trixie");
    await operator.run("provision", "--upgrade");
    expect(await versionOf("docker-ce")).toBe("5:28.1.0-1~debian.13~trixie");
    expect(await versionOf("docker-compose-plugin")).toBe("5:28.1.0-1~debian.13~trixie");
    expect((await host.exec(["apt-mark", "showhold"])).split("\n")).toContain("docker-ce");
    expect((await operator.run("provision", "--upgrade")).stdout).toContain("nothing to change");
  });
});

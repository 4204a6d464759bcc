import type { TestHost } from "../hosts/test-host.ts";

// Of the host's own files: there is no registry.
const IMPORT =
  "tar -ch -C / usr/bin/sleep lib64/ld-linux-x86-64.so.2 lib/x86_64-linux-gnu/libc.so.6 | docker import - tiny";

/** Starts a container that does nothing and listens to nothing. @param options of `docker run` @returns its id */
export async function startTinyContainer(host: TestHost, options: readonly string[] = []): Promise<string> {
  await host.exec(["sh", "-c", IMPORT]);
  return host.exec(["docker", "run", "--detach", "--init", ...options, "tiny", "/usr/bin/sleep", "infinity"]);
}

/** Whether it runs, and as which process: the same as long as it was neither stopped nor started again. */
export function describeContainer(host: TestHost, id: string): Promise<string> {
  return host.exec(["docker", "inspect", "--format", "{{.State.Running}} {{.State.Pid}}", id]);
}

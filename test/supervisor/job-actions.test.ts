import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { useDaemons } from "./daemon.ts";
import { historyOf, useJobState } from "./job-state.ts";

useDaemons();
const { start } = useJobState();

describe("what follows a run", () => {
  it("reloads only when a file was changed, and not when a command before that fails", async () => {
    const daemon = start(`
tasks:
  web:
    command: [sh, -c, "trap 'echo reloaded' HUP; echo up; while :; do sleep 0.05; done"]
    reload_signal: SIGHUP
  certificate:
    command: [sh, -c, "cat $DIR/new > $DIR/pem"]
    schedule: "@yearly"
    on_success:
      - if_changed: \${DIR}/pem
      - command: [grep, -q, good, "\${DIR}/pem"]
      - reload web
`);
    const file = (name: string, text: string): void => writeFileSync(join(daemon.folder, name), text);
    const reloads = (): number => daemon.output.match(/web \| reloaded/g)?.length ?? 0;
    file("pem", "good 1");
    file("new", "good 1");
    await daemon.waitFor(/web \| up/);
    await daemon.until("certificate", ({ state: now }) => now === "waiting");
    await daemon.ctl("run", "certificate", "--wait");
    await daemon.ctl("run", "certificate", "--wait");
    expect(reloads()).toBe(0);
    file("new", "bad");
    await daemon.ctl("run", "certificate", "--wait");
    await daemon.waitFor(/certificate: grep -q good \S+ after run 3 failed: grep exited with 1/);
    expect(reloads()).toBe(0);
    file("new", "good 2");
    await daemon.ctl("run", "certificate", "--wait");
    await daemon.waitFor(/web \| reloaded/);
    await daemon.ctl("run", "certificate", "--wait");
    await daemon.ctl("run", "certificate", "--wait");
    expect(reloads()).toBe(1);
  });

  it("can be a command, another job, a restart, or a notification, by how the run ended", async () => {
    const bodies: string[] = [];
    const server = createServer((request, response) => {
      request.on("data", (data) => bodies.push(`${request.url} ${data}`));
      request.on("end", () => response.end());
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const daemon = start(
      `
tasks:
  app: { command: sleep 1000, start_period: 10ms }
  bad:
    command: "false"
    schedule: "@yearly"
    on_success: restart app
    on_failure:
      - command: [sh, -c, "echo after $LONGSHORE_JOB_OUTCOME $LONGSHORE_JOB_EXIT_CODE"]
      - run next
      - notify: http://127.0.0.1:\${PORT}/hook
  next: { command: "true", schedule: "@yearly", on_success: restart app }
`,
      { PORT: String(port) },
    );
    try {
      const before = await daemon.until("app", ({ state: now }) => now === "running");
      await daemon.ctl("run", "bad", "--wait");
      await daemon.waitFor(/bad \| after failed 1/);
      await daemon.waitFor(/next: run 1 succeeded/);
      await daemon.until("app", ({ state: now, pid }) => now === "running" && pid !== before.pid);
      expect((await historyOf(daemon, "next"))[0]?.trigger).toBe("action");
      expect(bodies.join("")).toMatch(
        /^\/hook \{"job":"bad","run":1,"trigger":"manual".*"outcome":"failed","exit_code":1/,
      );
    } finally {
      server.close();
    }
  });

  it("pings a healthchecks.io server: start, success, failure with the end of the log", async () => {
    const seen: string[] = [];
    let wake = (): void => {};
    const server = createServer((request, response) => {
      let body = "";
      request.on("data", (data) => {
        body += data;
      });
      request.on("end", () => {
        seen.push(`${request.url?.replace(/[0-9a-f-]{36}$/, "RID")} ${body}`);
        response.end("OK");
        wake();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const daemon = start(
      `
tasks:
  good: { command: echo fine, schedule: "@yearly", ping_url: "\${PING}/good" }
  bad: { command: [sh, -c, "echo oops; exit 1"], schedule: "@yearly", ping_url: "\${PING}/bad" }
  quiet: { command: "true", schedule: "@yearly", ping_url: "\${UNSET:-}" }
`,
      { PING: `http://127.0.0.1:${(server.address() as AddressInfo).port}/ping` },
    );
    const until = async (count: number): Promise<void> => {
      while (seen.length < count) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    };
    try {
      await daemon.until("quiet", ({ state: now }) => now === "waiting");
      await daemon.ctl("run", "quiet", "--wait");
      await daemon.ctl("run", "good", "--wait");
      await until(2);
      await daemon.ctl("run", "bad", "--wait");
      await until(4);
      expect(seen.sort()).toEqual([
        "/ping/bad/fail?rid=RID oops\n",
        "/ping/bad/start?rid=RID ",
        "/ping/good/start?rid=RID ",
        "/ping/good?rid=RID fine\n",
      ]);
    } finally {
      server.close();
    }
  });
});

import { describe, expect, it } from "vitest";
import { Daemon, useDaemons } from "./daemon.ts";

useDaemons();

describe("the shell", () => {
  it("takes the same commands, and survives the wrong ones", async () => {
    const daemon = new Daemon("tasks: { web: { command: sleep 1000, start_period: 10ms } }");
    await daemon.until("web", ({ state }) => state === "running");
    const { stdout, code } = await daemon.ctlWithInput(
      "status\nnonsense\nstop 'web\nstop web\nstart nobody\nexit\n",
      "shell",
    );
    expect(code).toBe(0);
    expect(stdout).toContain("web: stopped");
    expect(stdout).toContain('no task is named "nobody"');
    expect((await daemon.ctl("complete", "--", "sto")).stdout).toBe("stop\n");
    expect((await daemon.ctl("complete", "--", "stop", "w")).stdout).toBe("web\n");
  });
});

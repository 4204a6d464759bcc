import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      {
        // pure code: no processes, no files but temporary ones
        test: { name: "unit", include: ["test/unit/**/*.test.ts", "test/provision/**/*.test.ts"] },
      },
      {
        // real processes under the real supervisor
        test: {
          name: "supervisor",
          include: ["test/supervisor/**/*.test.ts"],
          testTimeout: 30_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // real containers, and hosts with systemd and sshd: two files at a time, as much of it is waiting
        test: {
          name: "hosts",
          include: ["test/{hosts,site,e2e}/**/*.test.ts"],
          globalSetup: ["test/hosts/global-setup.ts"],
          maxWorkers: 2,
          testTimeout: 120_000,
          hookTimeout: 600_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});

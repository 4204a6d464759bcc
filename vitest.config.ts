import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Begins with the longest files, so that the last minutes of a run are not one file's alone. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // In a fresh clone vitest has no times of earlier runs to sort by.
    const longest = [
      ...["newcomer", "lifecycle", "bad-input"],
      ...["partial", "lost", "roles", "docker-repository", "fleet"].map((name) => `faults/${name}`),
    ].map((name) => `/test/e2e/${name}.test.ts`);
    const rank = ({ moduleId }: TestSpecification) => {
      const index = longest.findIndex((path) => moduleId.endsWith(path));
      return index === -1 ? longest.length : index;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

/**
 * What takes long and is seldom wrong: cut cables, full disks, kill -9, roles, old engines, hosts that somebody half
 * undid, several hosts or stacks, and the tests of the harness itself. `npm run test:faults`.
 */
const FAULTS = ["test/e2e/faults/**/*.test.ts", "test/hosts/{test-net,test-run,snapshot}.test.ts"];

/** They replace a module of Node's, which a file that shares its modules with others cannot. */
const REPLACING = [
  "test/unit/supervisor/runtime/output/output.test.ts",
  "test/unit/supervisor/runtime/output/log-file-full.test.ts",
  "test/unit/provision/host/guarded-change.test.ts",
];

const pure = {
  maxWorkers: "100%",
  // ample for a busy machine: a time limit is there for what hangs
  testTimeout: 30_000,
  hookTimeout: 60_000,
  // the tests' own npm says nothing about how longshore is called in them
  env: { npm_config_user_agent: "" },
};

const onHosts = {
  globalSetup: ["test/hosts/global-setup.ts"],
  maxWorkers: 2,
  testTimeout: 120_000,
  hookTimeout: 600_000,
};

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        // pure code: no processes, no files but temporary ones
        test: {
          name: "unit",
          include: ["test/unit/**/*.test.ts"],
          exclude: REPLACING,
          ...pure,
          // reading the modules anew for each file would take half of the time
          isolate: false,
        },
      },
      { test: { name: "unit-replacing", include: REPLACING, ...pure } },
      {
        // real processes under the real supervisor; without a number vitest would leave one of two processors idle
        test: {
          name: "supervisor",
          include: ["test/supervisor/**/*.test.ts"],
          globalSetup: ["test/supervisor/global-setup.ts"],
          maxWorkers: 3,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // real containers, and hosts with systemd and sshd: a third file at a time saves a twentieth on two processors
        test: {
          name: "hosts",
          include: ["test/{hosts,site,e2e}/**/*.test.ts"],
          exclude: FAULTS,
          ...onHosts,
          sequence: { groupOrder: 2 },
        },
      },
      {
        // three files at a time: they wait more than they work
        test: { name: "faults", include: FAULTS, ...onHosts, maxWorkers: 3, sequence: { groupOrder: 3 } },
      },
    ],
  },
});

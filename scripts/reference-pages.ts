import type * as z from "zod";
import { HostAudit } from "../provision/cli/audit.ts";
import { HostDeployment } from "../provision/cli/deploy.ts";
import { EXAMPLES } from "../provision/cli/examples.ts";
import { HostPing } from "../provision/cli/ping.ts";
import { makeProgram } from "../provision/cli/program.ts";
import { HostKeyResult } from "../provision/cli/trust.ts";
import { AuditEntry } from "../provision/fleet/audit.ts";
import { RunEvent } from "../provision/fleet/event.ts";
import { HostDrift } from "../provision/fleet/host-drift.ts";
import { HostError } from "../provision/fleet/host-error.ts";
import { HostFailure, HostOutcome, PendingChange } from "../provision/fleet/outcome.ts";
import { ContainerStatus, HostStatus } from "../provision/status/host-status.ts";
import { createClientProgram } from "../supervisor/ctl/client-program.ts";
import { clientExamples } from "../supervisor/ctl/examples.ts";
import { daemonExamples } from "../supervisor/daemon-examples.ts";
import { createDaemonProgram } from "../supervisor/daemon-program.ts";
import { defaultPaths } from "../supervisor/protocol/default-paths.ts";
import { InstanceStatus } from "../supervisor/protocol/status.ts";
import { renderProgram } from "./cli-reference.ts";
import { renderShape } from "./json-reference.ts";

/** The generated pages: path in the repository → text. */
export function renderReferencePages(): Record<string, string> {
  return { "docs/cli.md": renderCliPage(), "docs/json.md": renderJsonPage() };
}

/** Shapes that stand in others: where each is described. */
const LINKS = new Map<z.core.$ZodType, string>([
  [HostError, "[error](#errors)"],
  [HostFailure, "[failure](#failures)"],
  [PendingChange, "[pending change](#pending-changes)"],
  [HostOutcome, "[outcome](#provision-up-down)"],
  [ContainerStatus, "container, see below"],
  [AuditEntry, "entry, see below"],
  [InstanceStatus, "[task](control-api.md), as in `GET /v1/tasks`"],
]);

const SECTIONS: [title: string, text: string, shape: z.ZodType][] = [
  ["provision, up, down", "With `up`, what provision and deploy did together.", HostOutcome],
  ["deploy", "As for `provision`, and beside that:", HostDeployment.pick({ stack: true, release: true })],
  ["drift", "What `provision --check` and `deploy --check` find.", HostDrift],
  ["status", "What runs on the host.", HostStatus],
  ["", "A container:", ContainerStatus],
  ["ping", "Whether the host lets us in, and lets us become root.", HostPing],
  ["audit", "The host's audit log.", HostAudit],
  ["", "An entry:", AuditEntry],
  ["hosts trust", "The host keys.", HostKeyResult],
  ["Pending changes", "", PendingChange],
  ["Errors", "", HostError],
  ["Failures", "The error of a run on a host.", HostFailure],
];

function renderJsonPage(): string {
  const sections = SECTIONS.map(([title, text, shape]) =>
    [title && `## ${title}`, text, renderShape(shape, LINKS)].filter(Boolean).join("\n\n"),
  );
  const events = RunEvent.def.right.def.options.map((event) => renderShape(event, LINKS));
  return `# JSON

Generated from the shapes in the code by \`npm run docs\`.

With \`--json\` a command prints one document on stdout: \`{"hosts":[…]}\`, in the order of the inventory; below is what stands in
the list. Where the command could not begin (its usage, the inventory, a stack that is not valid) there is no document, only
the error on stderr and the exit code 1. A key that is optional is left out, never null. Keys may be added; none
changes its meaning without a line in the changelog. \`longshore inventory --list\` prints the shape of
\`ansible-inventory --list\`.

${sections.join("\n\n")}

## Events

\`provision\`, \`deploy\`, \`up\` and \`down\` with \`--json=events\` print an object a line as it happens. Each has \`at\` (ISO 8601)
and \`host\` beside these. The last line is the document, with \`"event":"result"\`.

${events.join("\n\n")}
`;
}

function renderCliPage(): string {
  const asRoot = defaultPaths(0, {});
  return `# Command line

Generated from the programs' own definitions by \`npm run docs\`.

Every command has \`--help\`. Where it reports, \`--json\` prints one JSON document on stdout; errors go to stderr. Without a
terminal progress comes as plain lines, each with its host in front. \`NO_COLOR\` is honoured.

| exit code of \`longshore\` | |
|---|---|
| 0 | every host is as wanted |
| 1 | a host failed or cannot be reached, or the command could not begin; \`status\`: something does not run as it should |
| 2 | \`--check\` found something to do |

| exit code of \`longshored\` | |
|---|---|
| 0 | ended as it was told to; \`check\`: the file is good |
| 1 | could not begin: a file with mistakes, a socket in use; \`check\`: what is wrong stands on stderr |
| any | that of a \`critical\` task that has ended |
| 70 | a bug, with a stack trace |

The exit codes of \`longshorectl\` are in [control-api.md](control-api.md#longshorectl). The defaults below are root's; those of other
users are in [supervisor.md](supervisor.md#what-lies-where).

Through npm, options go behind \`--\`: \`npm run deploy -- --limit web1\`, and \`npm run -s status -- --json\` (\`-s\`: without
npm's own lines).

${renderProgram(
  makeProgram(() => {}),
  EXAMPLES,
)}

${renderProgram(createDaemonProgram(asRoot), daemonExamples)}

${renderProgram(
  createClientProgram(asRoot, async () => {}),
  clientExamples,
)}
`;
}

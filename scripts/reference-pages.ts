import { makeProgram } from "../provision/cli/program.ts";
import { renderProgram } from "./cli-reference.ts";

/** The generated pages: path in the repository → text. */
export function renderReferencePages(): Record<string, string> {
  return { "docs/cli.md": renderCliPage() };
}

function renderCliPage(): string {
  return `# Command line

Generated from the programs' own definitions by \`npm run docs\`.

Every command has \`--help\`. Where it reports, \`--json\` prints one JSON document on stdout; errors go to stderr. Without a
terminal progress comes as plain lines, each with its host in front. \`NO_COLOR\` is honoured.

| exit code of \`longshore\` | |
|---|---|
| 0 | every host is as wanted |
| 1 | a host failed or cannot be reached, or the command could not begin; \`status\`: something does not run as it should |
| 2 | \`--check\` found something to do |

Through npm, options go behind \`--\`: \`npm run deploy -- --limit web1\`, and \`npm run -s status -- --json\` (\`-s\`: without
npm's own lines).

${renderProgram(makeProgram(() => {}))}
`;
}

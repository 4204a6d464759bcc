import { execFile, execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { Daemon, useDaemons } from "./daemon.ts";

useDaemons();
const run = promisify(execFile);

/** Asks a real shell, with longshorectl's script loaded, what may stand at the end of a line; its words, sorted. */
type Complete = (line: string) => Promise<string[]>;

const shells = {
  bash: async (line, env) => {
    const script = `eval "$(longshorectl completion bash)"
COMP_WORDS=($1) COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
case $1 in *' ') COMP_WORDS+=('') COMP_CWORD=$((COMP_CWORD + 1)) ;; esac
_longshorectl && printf '%s\n' "\${COMPREPLY[@]}"`;
    return (await run("bash", ["--norc", "-c", script, "bash", line], { env })).stdout;
  },
  // Completion works at a prompt alone, so zsh runs another one in a terminal. What that offers goes to a file.
  zsh: async (line, env) => {
    const rc = `autoload -Uz compinit && compinit -u -D
source <(longshorectl completion zsh)
`;
    return askZsh(rc, line, env);
  },
  "zsh, from a file of $fpath": async (line, env) => {
    const rc = `fpath=($ZDOTDIR $fpath)
longshorectl completion zsh > $ZDOTDIR/_longshorectl
autoload -Uz compinit && compinit -u -D
`;
    return askZsh(rc, line, env);
  },
  fish: async (line, env) => {
    const script = "longshorectl completion fish | source; complete --do-complete $argv[1]";
    return (await run("fish", ["--no-config", "-c", script, line], { env })).stdout;
  },
} satisfies Record<string, (line: string, env: NodeJS.ProcessEnv) => Promise<string>>;

/** Presses the tabulator key at the end of a line of an interactive zsh with this .zshrc. */
async function askZsh(rc: string, line: string, env: NodeJS.ProcessEnv): Promise<string> {
  const folder = mkdtempSync(join(env.HOME ?? "", "zsh-"));
  const answer = 'compadd() { shift; print -rl -- "$@" > $FOUND; print found; }';
  writeFileSync(join(folder, ".zshrc"), `${rc}${answer}\nprint ready\n`);
  const script = `zmodload zsh/zpty
zpty terminal zsh -d -i
zpty -r terminal shown '*ready*'
zpty -w -n terminal "$1"$'\t'
zpty -r terminal shown '*found*'
cat $FOUND`;
  const own = { ...env, ZDOTDIR: folder, FOUND: join(folder, "found") };
  return (await run("zsh", ["-f", "-c", script, "zsh", line], { env: own, timeout: 20_000 })).stdout;
}

function isInstalled(shell: string): boolean {
  try {
    execFileSync(shell, ["-c", "true"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

describe.each(Object.entries(shells))("completion in %s", (name, complete) => {
  const [shell = ""] = name.split(",");
  const isMissing = !isInstalled(shell);
  it.skipIf(isMissing)(
    `offers commands, options, tasks and instances${isMissing ? `: there is no ${shell} here` : ""}`,
    { timeout: 60_000 },
    async () => {
      const daemon = new Daemon(
        "tasks: { web: { command: sleep 1000, instances: 2 }, worker: { command: sleep 1000 } }",
      );
      await daemon.until("worker", ({ pid }) => pid !== null);
      const program = join(daemon.folder, "longshorectl");
      writeFileSync(program, `#!/bin/sh\nexec ${daemon.ctlArgv.map((word) => `'${word}'`).join(" ")} "$@"\n`);
      chmodSync(program, 0o755);
      const env = {
        ...process.env,
        HOME: daemon.folder,
        PATH: `${daemon.folder}:${process.env.PATH}`,
        TERM: "xterm",
      };
      const ask: Complete = async (line) => (await complete(line, env)).split("\n").filter(Boolean).sort();
      expect(await ask("longshorectl res")).toEqual(["restart"]);
      expect(await ask("longshorectl restart --r")).toEqual(["--rolling"]);
      expect(await ask("longshorectl stop w")).toEqual(["web", "web_1", "web_2", "worker"]);
      expect(await ask("longshorectl stop worker ")).toEqual(["all", "web", "web_1", "web_2", "worker"]);
    },
  );
});

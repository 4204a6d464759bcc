import type { CommandResult, Connection, ExecOptions } from "../../../../provision/connection/connection.ts";
import { quoteArgv } from "../../../../shared/quote-argv.ts";

/** What a step ran on a host. */
export interface RecordedCommand {
  argv: readonly string[];
  /** the command as text, to search in; a script's own text is left out */
  text: string;
  become: boolean;
  input: string;
}

/** `output`: a line that comes while it runs */
type Answer = (Partial<CommandResult> & { output?: string }) | undefined;

/** A host that does nothing but write down what it was told, and answer as it was told. */
export interface RecordingConnection extends Connection {
  readonly commands: RecordedCommand[];
}

/** @param answer what a command leaves behind; it succeeds silently where this is undefined */
export function recordCommands(
  answer: (command: RecordedCommand) => Answer = () => undefined,
): RecordingConnection {
  const commands: RecordedCommand[] = [];
  const refuse = () => Promise.reject(new Error("a step opens no streams"));
  return {
    host: "web1",
    commands,
    exec: async (argv: readonly string[], options: ExecOptions = {}) => {
      const isScript = argv[0] === "sh" && argv[1] === "-c";
      const command = {
        argv,
        text: quoteArgv(isScript ? argv.slice(4) : argv),
        become: options.become === true,
        input: typeof options.input === "string" ? options.input : "",
      };
      commands.push(command);
      const { output, ...result } = answer(command) ?? {};
      if (output !== undefined) options.onLine?.(output);
      return { code: 0, stdout: "", stderr: "", ...result };
    },
    openSocket: refuse,
    openPort: refuse,
    openProcess: refuse,
    close: async () => {},
  };
}

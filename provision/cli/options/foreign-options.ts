import { type Command, Option } from "commander";
import { UserError } from "../../../shared/user-error.ts";
import { writeCommand } from "../../fleet/command-line.ts";

interface Foreign {
  flags: string;
  /** the option of ours that does it: told where the command has it */
  ours?: string;
  hint: string;
}

/** Options that people know from Ansible, Compose and Kamal, and what does the same here. */
const FOREIGN: readonly Foreign[] = [
  { flags: "-C, --dry-run", ours: "--check", hint: "it is called --check here" },
  { flags: "-D, --show-diff", ours: "--diff", hint: "it is called --diff here" },
  {
    flags: "-b, --become",
    hint: "longshore becomes root by itself where it must; ansible_become=no forbids it",
  },
  { flags: "--become-user [user]", hint: "longshore becomes root, and nobody else" },
  { flags: "--become-method [name]", hint: "longshore uses sudo" },
  {
    flags: "-e, --extra-vars [vars]",
    hint: "write the variable into the inventory: name=value below [all:vars]",
  },
  { flags: "-u, --user [user]", hint: "write it into the inventory: ansible_user=NAME on the host's line" },
  {
    flags: "--private-key [file]",
    hint: "write it into the inventory: ansible_ssh_private_key_file=FILE on the host's line",
  },
  { flags: "-c, --connection [kind]", hint: "write it into the inventory: ansible_connection=local" },
  { flags: "-T, --timeout [seconds]", hint: "write it into the inventory: ansible_timeout=SECONDS" },
  {
    flags: "-J, --ask-vault-pass",
    hint: "what ansible-vault encrypted is not read: keep it in a file of secrets/",
  },
  {
    flags: "--vault-password-file [file]",
    hint: "what ansible-vault encrypted is not read: keep it in a file of secrets/",
  },
  {
    flags: "--vault-id [id]",
    hint: "what ansible-vault encrypted is not read: keep it in a file of secrets/",
  },
  {
    flags: "-t, --tags [tags]",
    hint: "there are no tags: each command does its own part, and --limit names hosts",
  },
  { flags: "--skip-tags [tags]", hint: "there are no tags: each command does its own part" },
  { flags: "--list-hosts", hint: "longshore inventory --limit PATTERN lists them, and touches none" },
  { flags: "-p, --project-name [name]", hint: "the name stands in compose.yaml: name: NAME" },
  { flags: "-d, --detach", hint: "leave it out: the containers run on by themselves" },
  { flags: "--build", hint: "leave it out: deploy builds what changed" },
  { flags: "--remove-orphans", hint: "leave it out: deploy removes services that left compose.yaml" },
];

/** Gives a command a true answer to options of other tools, in place of `unknown option`. They are in no help text. */
export function refuseForeignOptions(command: Command, args: readonly string[]): void {
  const own = new Set(command.options.flatMap(({ short, long }) => [short, long]));
  for (const { flags, ours, hint } of FOREIGN) {
    const free = flags
      .split(", ")
      .filter((flag) => !own.has(flag.split(" ")[0]))
      .join(", ");
    if (free === "") continue;
    const option = new Option(free).hideHelp();
    const names = [option.short, option.long].filter((name) => name !== undefined);
    const isOffered = ours !== undefined && own.has(ours);
    command.addOption(option);
    command.on(`option:${option.name()}`, () => {
      const written = args.find((arg) => names.some((name) => arg === name || arg.startsWith(`${name}=`)));
      const line = writeCommand(args.map((arg) => (arg === written ? (ours ?? arg) : arg)));
      const wayOut = isOffered
        ? `${hint}. Write: ${line}`
        : ours === undefined
          ? hint
          : `${command.name()} changes nothing`;
      throw new UserError("unknown_option", `unknown option ${written ?? names.at(-1)}`, { hint: wayOut });
    });
  }
}

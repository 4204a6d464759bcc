import { type ConfigLine, parseConfigLines } from "./config-lines.ts";
import { matchesPatternList } from "./pattern.ts";
import { expandCommand } from "./tokens.ts";

/** The text of a configuration file, or of options given elsewhere. */
export interface ConfigText {
  text: string;
  /** where relative paths of `Include` begin: `~/.ssh` for the user's file, `/etc/ssh` for the system's */
  includeFolder: string;
}

/** What the configuration asks of the world. */
export interface ConfigWorld {
  localUser: string;
  /** the texts of the files that a path with `*` and `?` names, in alphabetical order */
  readFiles(pattern: string, folder: string): string[];
  /** the exit code of `Match exec` is 0 */
  succeeds(command: string): boolean;
}

/** Keyword in lower case → the words of its value; several keys and certificates are all there. */
export type SshOptions = Map<string, string[]>;

// Keywords whose every occurrence counts; of all others the first does.
const REPEATED = new Set(["identityfile", "certificatefile"]);
// Their value is a command for a shell, not words.
const COMMANDS = new Set(["proxycommand", "knownhostscommand", "localcommand", "remotecommand"]);
const MAX_DEPTH = 16;

/**
 * Computes the options for a host as ssh_config(5) says: the first value wins, `Host` and `Match` sections, `Include`,
 * a second pass where `Match final` is there. Not done: CanonicalizeHostname, and `Match` by network or tag.
 *
 * @param host the name as the user wrote it
 */
export function computeOptions(host: string, texts: readonly ConfigText[], world: ConfigWorld): SshOptions {
  const pass = new Pass(host, world);
  for (const text of texts) pass.read(parseConfigLines(text.text), text.includeFolder);
  if (!pass.wantsFinal) return pass.options;
  const final = new Pass(pass.hostName, world, host, pass.options);
  for (const text of texts) final.read(parseConfigLines(text.text), text.includeFolder);
  return final.options;
}

class Pass {
  wantsFinal = false;
  readonly options: SshOptions;

  constructor(
    readonly host: string,
    readonly world: ConfigWorld,
    /** the name as the user wrote it; `host` is another one in the final pass */
    readonly originalHost = host,
    known?: SshOptions,
  ) {
    this.options = known ?? new Map();
    this.isFinal = known !== undefined;
  }

  readonly isFinal: boolean;

  get hostName(): string {
    return this.options.get("hostname")?.[0]?.replaceAll("%h", this.originalHost) ?? this.host;
  }

  /** A section ends with its file: an included file begins in the section that includes it, and changes it for nobody else. */
  read(lines: ConfigLine[], folder: string, depth = 0): void {
    let isActive = true;
    for (const line of lines) {
      if (line.keyword === "host") isActive = matchesPatternList(line.words, this.host);
      else if (line.keyword === "match") isActive = this.matches(line.words);
      else if (isActive && line.keyword === "include") this.include(line, folder, depth);
      else if (isActive) this.set(line);
    }
  }

  private include({ words }: ConfigLine, folder: string, depth: number): void {
    if (depth >= MAX_DEPTH) return;
    for (const text of words.flatMap((pattern) => this.world.readFiles(pattern, folder)))
      this.read(parseConfigLines(text), folder, depth + 1);
  }

  private set({ keyword, words, rest }: ConfigLine): void {
    const value = COMMANDS.has(keyword) ? [rest] : words;
    const known = this.options.get(keyword);
    if (REPEATED.has(keyword)) {
      const all = known ?? [];
      this.options.set(keyword, [...all, ...value.filter((file) => !all.includes(file))]);
    } else if (known === undefined && !this.isProxyChosen(keyword)) {
      this.options.set(keyword, value);
    }
  }

  /** Whichever of ProxyJump and ProxyCommand comes first rules the other out. */
  private isProxyChosen(keyword: string): boolean {
    return (
      /^proxy(jump|command)$/.test(keyword) && ["proxyjump", "proxycommand"].some((k) => this.options.has(k))
    );
  }

  private matches(words: string[]): boolean {
    for (let i = 0; i < words.length; i++) {
      const [, not = "", name = "", attached] = /^(!?)(\w+)(?:=(.*))?$/s.exec(words[i] ?? "") ?? [];
      const isAlone = /^(all|canonical|final)$/i.test(name);
      const value = isAlone ? "" : (attached ?? words[++i] ?? "");
      if (this.test(name.toLowerCase(), value) === (not === "!")) return false;
    }
    return words.length > 0;
  }

  private test(criterion: string, value: string): boolean | undefined {
    switch (criterion) {
      case "all":
        return true;
      case "final":
        this.wantsFinal = true;
        return this.isFinal;
      case "canonical":
        return this.isFinal;
      case "host":
        return matchesPatternList(value.split(","), this.hostName);
      case "originalhost":
        return matchesPatternList(value.split(","), this.originalHost);
      case "user":
        return matchesPatternList(value.split(","), this.options.get("user")?.[0] ?? this.world.localUser);
      case "localuser":
        return matchesPatternList(value.split(","), this.world.localUser);
      case "exec":
        return this.world.succeeds(this.expand(value));
      default:
        return false;
    }
  }

  private expand(command: string): string {
    return expandCommand(command, {
      hostName: this.hostName,
      originalHost: this.originalHost,
      port: this.options.get("port")?.[0] ?? 22,
      user: this.options.get("user")?.[0] ?? this.world.localUser,
      localUser: this.world.localUser,
    });
  }
}

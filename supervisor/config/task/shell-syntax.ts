/** What a command needs a shell for, and the line to write. */
export interface ShellFault {
  readonly message: string;
  readonly hint: string;
}

/** What a shell would act on, where it stands without quotes: by the word that shows it. */
const operators: readonly (readonly [RegExp, string])[] = [
  [/&&|\|\|/, "runs one command after the other"],
  [/^[^:]*\|/, "joins two commands"],
  [/^;$|;$|^;;$/, "ends a command"],
  [/^\d?(>>?|<<?<?)(&?\d)?$|^\d?>>?[^=\s>]|^\d?>&\d|^&>/, "redirects input or output"],
  [/^&$/, "puts a command into the background"],
  [/\$\(|`/, "runs another command"],
];

/** Words that are the shell's own, and no programs. */
const builtins = [
  "cd",
  "source",
  ".",
  "export",
  "ulimit",
  "umask",
  "set",
  "eval",
  "exec",
  "alias",
  "unset",
  "trap",
  "if",
  "for",
  "while",
];

/**
 * What of a command line only a shell would understand: operators, its own words, variables before a program, `~`, `$NAME`
 * and patterns for files. What stands in quotes or behind a backslash is meant as it is.
 */
export function findShellSyntax(text: string): ShellFault | undefined {
  const words = maskQuoted(text)
    .split(/\s+/)
    .filter((word) => word !== "");
  const hint = `write: command: [sh, -c, ${quoteFlow(text)}]; to give it to the program as it is, put it in quotes`;
  const [first = ""] = words;
  if (/^[A-Za-z_]\w*=/.test(first)) return describeAssignment(text, words);
  if (first === "cd" && words[2] === "&&" && !/[|;<>&]/.test(words.slice(3).join(" "))) {
    const [folder = "", rest = ""] = text
      .trim()
      .replace(/^cd\s+/, "")
      .split(/\s+&&\s+(.*)/s);
    return {
      message: noShell("cd and &&"),
      hint: `write: working_dir: ${folder} and command: ${rest}`,
    };
  }
  if (builtins.includes(first)) return { message: `no shell runs, and ${first} is a shell's own word`, hint };
  for (const word of words) {
    const found = operators.find(([expression]) => expression.test(word));
    if (found !== undefined) return { message: `${noShell(show(word))} (in a shell it ${found[1]})`, hint };
    const [variable] = /(?<!\$)\$[A-Za-z_]\w*/.exec(word.replaceAll("$$", "\0\0")) ?? [];
    if (variable !== undefined)
      return {
        message: `no shell runs, so ${variable} stays as it is`,
        hint: `write \${${variable.slice(1)}}; to give it to the program as it is, put it in single quotes`,
      };
    if (/^~\w*(\/|$)/.test(word))
      return { message: noShell(show(word)), hint: "write the whole path, or ${HOME}/…" };
    if (/^[^-=:]*\*/.test(word) && word.includes("/"))
      return { message: `no shell runs, so ${show(word)} names no files`, hint };
  }
  return undefined;
}

/** The same of a list, where only whole words show that a shell was meant. */
export function findShellWord(words: readonly string[]): ShellFault | undefined {
  const [first = "", ...rest] = words;
  const hint = 'write: command: [sh, -c, "…"] with the whole line as one text';
  if (/^[A-Za-z_]\w*=/.test(first))
    return {
      message: `no shell runs, and ${first} is no program`,
      hint: assignmentHint(first, rest.join(" ")),
    };
  const operator = rest.find((word) => ["&&", "||", "2>&1"].includes(word));
  if (operator !== undefined) return { message: noShell(operator), hint };
  if (["cd", "source", "export"].includes(first))
    return { message: `no shell runs, and ${first} is a shell's own word`, hint };
  return undefined;
}

function describeAssignment(text: string, words: readonly string[]): ShellFault {
  const [first = ""] = text.trim().split(/\s+/);
  const isPlain = !words.slice(1).some((word) => /^[|&;<>]|^[A-Za-z_]\w*=/.test(word)) && !/["']/.test(first);
  const rest = text.trim().slice(first.length).trim();
  return {
    message: `no shell runs, so ${show(first)} is no variable but the name of a program`,
    hint: isPlain ? assignmentHint(first, rest) : `write: command: [sh, -c, ${quoteFlow(text)}]`,
  };
}

function assignmentHint(assignment: string, rest: string): string {
  const at = assignment.indexOf("=");
  const [name, value] = [assignment.slice(0, at), assignment.slice(at + 1)];
  return `write: environment: { ${name}: ${JSON.stringify(value)} } and command: ${rest}`;
}

function noShell(what: string): string {
  return `no shell runs, so ${what} would be an argument of the program`;
}

function show(word: string): string {
  return word.replaceAll("\0", "…").slice(0, 40);
}

/** Every character that is quoted, escaped or part of a variable of ours becomes a NUL. */
function maskQuoted(text: string): string {
  const expression = /\\[\s\S]|'[^']*'|"(?:[^"\\]|\\[\s\S])*"|\$\{[^}]*\}/g;
  return text.replace(expression, (quoted) => "\0".repeat(quoted.length));
}

function quoteFlow(text: string): string {
  return /["\\]/.test(text) ? `'${text.replaceAll("'", "''")}'` : `"${text}"`;
}

import { readdir } from "node:fs/promises";
import { extname, join } from "node:path";
import { readLimited } from "../../shared/io/read-limited.ts";
import { UserError } from "../../shared/user-error.ts";
import type { Findings } from "./findings.ts";
import { splitLines } from "./python/python-text.ts";

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "it is not there",
  EISDIR: "it is a folder",
  EACCES: "you may not read it",
};

/**
 * Reads an inventory file as text. As in Ansible, a comment may hold any bytes; a line that counts must be UTF-8.
 *
 * @throws UserError `inventory_unreadable`; `inventory_format` for what is an inventory of another kind
 */
export async function readInventoryText(file: string, findings: Findings): Promise<string> {
  const bytes = await readLimited(file).catch(async (cause: NodeJS.ErrnoException) => {
    const reason = REASONS[cause.code ?? ""] ?? cause.code ?? cause.message;
    const hint = await adviseOnUnreadable(file, cause.code);
    throw new UserError("inventory_unreadable", `cannot read the inventory ${file}: ${reason}`, {
      hint,
      cause,
    });
  });
  const text = bytes.toString("utf8");
  refuseOtherFormats(file, text);
  if (text.includes("\uFFFD")) refuseForeignBytes(bytes, text, findings);
  return text;
}

async function adviseOnUnreadable(file: string, code: string | undefined): Promise<string> {
  if (code === "ENOENT" && file.includes(","))
    return "a list of hosts is not read: write them into a file, a host a line, and name it with -i FILE";
  if (code !== "EISDIR") return "name another with -i FILE";
  const names = await readdir(file).catch(() => []);
  const likely = names.find((name) => /^(?:hosts|inventory)(?:\.ini)?$|\.ini$/.test(name));
  return `an inventory is one file, with group_vars/ and host_vars/ beside it; write: -i ${likely === undefined ? "FILE" : join(file, likely)}`;
}

function refuseOtherFormats(file: string, text: string): void {
  const kind = /^\.(?:ya?ml|json|toml|tf|hcl)$/.test(extname(file))
    ? extname(file).slice(1).toUpperCase()
    : text.startsWith("#!")
      ? "a script"
      : text.startsWith("$ANSIBLE_VAULT")
        ? "encrypted with ansible-vault"
        : /^\s*(?:\{|\[\s*\{)/.test(text)
          ? "JSON"
          : looksLikeYaml(text)
            ? "YAML"
            : undefined;
  if (kind === undefined) return;
  throw new UserError("inventory_format", `cannot read the inventory ${file}: it is ${kind}`, {
    hint: "only Ansible's INI format is read, such as: web1 ansible_host=203.0.113.10 ansible_user=debian",
  });
}

/** `---`, or a key with something below it: in INI there is a section or a host. */
function looksLikeYaml(text: string): boolean {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "" && !/^\s*[#;]/.test(line));
  const [first = "", second = ""] = lines;
  if (/^\uFEFF?(?:---(?:\s|$)|%YAML)/.test(first)) return true;
  return /^\uFEFF?[\w.-]+\s*:\s*(?:#.*)?$/.test(first) && /^(?:\s+\S|-\s)/.test(second);
}

function refuseForeignBytes(bytes: Buffer, text: string, findings: Findings): void {
  // A file may hold U+FFFD itself.
  if (Buffer.from(text, "utf8").equals(bytes)) return;
  for (const [index, line] of splitLines(text).entries()) {
    const column = line.indexOf("\uFFFD") + 1;
    if (column === 0 || /^\s*[#;]/.test(line)) continue;
    findings.refuse({ line: index + 1, column }, "this is not UTF-8", "save the file as UTF-8");
  }
}

import { readdirSync, readFileSync } from "node:fs";

/** A fenced block of a page. `line` is where its content begins. */
export interface CodeBlock {
  page: string;
  line: number;
  language: string;
  text: string;
}

const ROOT = new URL("../../../", import.meta.url);

/** Every fenced block of README.md and docs/. Blocks in lists lose their indentation. */
export function readCodeBlocks(): CodeBlock[] {
  const pages = ["README.md", ...readdirSync(new URL("docs/", ROOT)).map((name) => `docs/${name}`)];
  return pages.filter((page) => page.endsWith(".md")).flatMap(blocksOf);
}

function blocksOf(page: string): CodeBlock[] {
  const source = readFileSync(new URL(page, ROOT), "utf8");
  return [...source.matchAll(/^( *)```(\w+)\n([\s\S]*?)^\1```$/gm)].map((match) => {
    const [, indent = "", language = "", body = ""] = match;
    const line = source.slice(0, match.index).split("\n").length + 1;
    return { page, line, language, text: body.replaceAll(new RegExp(`^${indent}`, "gm"), "") };
  });
}

import type { OutputSettings } from "../../config/output.ts";
import { type LogBlock, linesOf } from "./tail-buffer.ts";

const newline = 0x0a;

/** A block of lines as it goes to the supervisor's own output: `web | text`, or one JSON object a line. */
export function formatBlock(name: string, block: LogBlock, settings: OutputSettings): Buffer {
  const time = new Date(block.at).toISOString();
  if (settings.format === "json") {
    const records = linesOf(block).map(({ stream, text }) =>
      JSON.stringify({ time, name, stream, line: text }),
    );
    return Buffer.from(`${records.join("\n")}\n`);
  }
  return prefixLines(block.bytes, Buffer.from(settings.timestamps ? `${time} ${name} | ` : `${name} | `));
}

/** Puts a prefix before every line of a block that ends with a newline. */
function prefixLines(block: Buffer, prefix: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let start = 0; start < block.length; ) {
    const end = block.indexOf(newline, start) + 1 || block.length;
    parts.push(prefix, block.subarray(start, end));
    start = end;
  }
  return Buffer.concat(parts);
}

import { StringDecoder } from "node:string_decoder";

/** Collects a stream's bytes as text and reports each line as it is complete. Safe for characters cut between chunks. */
export class LineSplitter {
  private readonly decoder = new StringDecoder("utf8");
  private readonly onLine: ((line: string) => void) | undefined;
  private text = "";
  private partial = "";
  private afterReturn = false;

  constructor(onLine?: (line: string) => void) {
    this.onLine = onLine;
  }

  write(chunk: Buffer): void {
    this.add(this.decoder.write(chunk));
  }

  /** The whole text; a last line without a newline is reported too. */
  end(): string {
    this.add(this.decoder.end());
    if (this.partial !== "") this.onLine?.(this.partial);
    this.partial = "";
    return this.text;
  }

  private add(text: string): void {
    this.text += text;
    if (this.onLine === undefined || text === "") return;
    // The \n of a \r\n that was cut in two: its line has been reported.
    const fresh = this.afterReturn && text.startsWith("\n") ? text.slice(1) : text;
    this.afterReturn = text.endsWith("\r");
    // A carriage return redraws a progress line: each drawing counts as a line.
    const lines = (this.partial + fresh).split(/\r\n|\n|\r/);
    this.partial = lines.pop() ?? "";
    for (const line of lines) this.onLine(line);
  }
}

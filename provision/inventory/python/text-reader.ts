/**
 * Thrown by {@link TextReader.fail}: the text is not what its reader expects. It is always caught, once for nearly every
 * value, so it is no Error: the stack of one takes longer than the reading.
 */
export class UnreadableText {}

/** A position in a text that moves forward. */
export class TextReader {
  private at = 0;
  constructor(readonly text: string) {}

  /** The next character; empty at the end. */
  peek(): string {
    return this.text.charAt(this.at);
  }

  /** What is still to be read. */
  rest(): string {
    return this.text.slice(this.at);
  }

  advance(count: number): void {
    this.at += count;
  }

  isAtEnd(): boolean {
    return this.at >= this.text.length;
  }

  /** Moves over what a sticky expression matches here, and returns it; undefined where it does not match. */
  take(expression: RegExp): string | undefined {
    expression.lastIndex = this.at;
    const found = expression.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  /** @throws UnreadableText */
  fail(): never {
    throw new UnreadableText();
  }

  /** Blanks within a line, as Python's tokenizer knows them. */
  skipSpace(): void {
    this.take(/[ \t\f]*/y);
  }
}

import { clearScreenDown, cursorTo, type Interface, moveCursor } from "node:readline";

/**
 * Shows whole lines above the prompt and what has been typed there, and puts both back beneath them.
 * @param text ends with a newline
 */
export function showAbovePrompt(terminal: Interface, output: NodeJS.WritableStream, text: string): void {
  clearPrompt(terminal, output);
  output.write(text);
  // Readline goes up by so many rows before it writes the line anew; the cursor is at its place already.
  Object.assign(terminal, { prevRows: 0 });
  terminal.prompt(true);
}

/** Takes the prompt and what has been typed away, from the screen alone. */
export function clearPrompt(terminal: Interface, output: NodeJS.WritableStream): void {
  moveCursor(output, 0, -terminal.getCursorPos().rows);
  cursorTo(output, 0);
  clearScreenDown(output);
}

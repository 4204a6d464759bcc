import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Mark, seal } from "../../../../../provision/connection/shell/envelope.ts";
import { MarkedOutput } from "../../../../../provision/connection/shell/marked-output.ts";

function take(token: string, chunks: readonly Buffer[]) {
  let noise = "";
  let text = "";
  const marks: Mark[] = [];
  const output = new MarkedOutput(token, {
    noise: (bytes) => {
      noise += bytes.toString("latin1");
    },
    text: (bytes) => {
      text += bytes.toString("latin1");
    },
    mark: (mark) => marks.push(mark),
  });
  for (const chunk of chunks) output.write(chunk);
  output.end();
  return { noise, text, marks };
}

test("whatever comes before, behind and between, and wherever it is cut: the command's own output comes whole", () => {
  const token = "0123456789abcdef0123456789abcdef";
  const bytes = fc
    .array(fc.constantFrom("a", "\n", "0", token.slice(0, 5), token.slice(0, 31), "E0;", "B", "\u00ff"))
    .map((parts) => parts.join(""))
    .filter((text) => !text.includes(token));
  fc.assert(
    fc.property(
      bytes,
      bytes,
      bytes,
      fc.nat({ max: 255 }),
      fc.infiniteStream(fc.integer({ min: 1, max: 40 })),
      (before, inside, behind, code, sizes) => {
        // what ends as a token begins, right before one, would be another token
        fc.pre(![before, inside].some((text) => `${text}${token}`.indexOf(token) !== text.length));
        const all = Buffer.from(`${before}${token}B${inside}${token}E${code};${behind}`, "latin1");
        const chunks: Buffer[] = [];
        for (let at = 0; at < all.length; ) {
          const size = sizes.next().value as number;
          chunks.push(all.subarray(at, at + size));
          at += size;
        }
        expect(take(token, chunks)).toEqual({
          noise: before + behind,
          text: inside,
          marks: [{ kind: "B" }, { kind: "E", code }],
        });
      },
    ),
  );
});

test("who only repeats the command line is not taken for the command", () => {
  const { argv, token } = seal(["id"], { become: "with-password", isHeld: false });
  expect(argv.join(" ")).not.toContain(token);
  expect(take(token, [Buffer.from(argv.join(" "))]).marks).toEqual([]);
});

test("a command and its arguments are one line, whatever login shell reads it", () => {
  for (const become of [undefined, "with-password", "without-password"] as const)
    for (const isHeld of [true, false])
      expect(seal(["id"], { become, isHeld }).argv.join(" ")).not.toMatch(/[\n!]/);
});

test.each([
  ["ends with a code", "echo out; exit 3", "out\n", 3],
  ["says nothing", "exit 0", "", 0],
  ["ends without a newline", "printf %s end; exit 255", "end", 255],
  ["is ended by a signal", "kill -TERM $$", "", 143],
  ["is not there", "exec /nonexistent/program", "", 127],
])("a command that %s", (_title, script, text, code) => {
  const { argv, token } = seal(["sh", "-c", script], { isHeld: false });
  const [program = "", ...args] = argv;
  let stdout: Buffer;
  try {
    stdout = execFileSync(program, args, { stdio: ["ignore", "pipe", "ignore"] });
  } catch (error) {
    expect((error as { status: number }).status).toBe(code);
    stdout = (error as { stdout: Buffer }).stdout;
  }
  expect(take(token, [stdout])).toEqual({ noise: "", text, marks: [{ kind: "B" }, { kind: "E", code }] });
});

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Become } from "../../../../../provision/connection/become.ts";
import { ProcessStream } from "../../../../../provision/connection/process-stream.ts";
import { RootTurn } from "../../../../../provision/connection/shell/root-turn.ts";
import { type Held, Shell } from "../../../../../provision/connection/shell/shell.ts";
import { quoteArgv } from "../../../../../shared/quote-argv.ts";
import { type Folder, makeFolder } from "../../image/folder.ts";

/** As sudo -S does: asks so often, and takes whatever line comes. What it was given stands in `tries`. */
const SUDO = `#!/bin/sh
folder=$(dirname "$0")
[ "$1" = -n ] && { echo "sudo: a password is required" >&2; exit 1; }
for try in 1 2 3; do
  printf %s "$4" >&2
  read -r password || { echo "sudo: no password was provided" >&2; exit 1; }
  echo "$password" >> "$folder/tries"
  if [ "$password" = hush ]; then shift 5; exec "$@"; fi
  echo "Sorry, try again." >&2
done
echo "sudo: 3 incorrect password attempts" >&2
exit 1
`;
const NOPASSWD = `#!/bin/sh
if [ "$1" = -n ]; then shift 2; else shift 5; fi
exec "$@"
`;

let folder: Folder;
beforeEach(() => {
  folder = makeFolder({
    "wants/sudo": { mode: 0o755, text: SUDO },
    "nopasswd/sudo": { mode: 0o755, text: NOPASSWD },
    "empty/x": "",
  });
});
afterEach(() => folder[Symbol.dispose]());

/** A host whose login shell does `before` to every command, and whose sudo is that of a folder. */
function host({
  before = "",
  sudo = "nopasswd",
  become = {} as Partial<Become>,
  beginSeconds = 20,
} = {}): Shell {
  const path = sudo === "empty" ? "" : `:${process.env.PATH}`;
  const start = async (argv: string[]): Promise<Held> => {
    const env = { ...process.env, PATH: `${join(folder.path, sudo)}${path}`, COMMAND: quoteArgv(argv) };
    const shell = /^(?!trap).*\b(?:exec|exit) /.test(before) ? before : `${before}\n${quoteArgv(argv)}`;
    const child = spawn("/bin/bash", ["-c", shell], { env });
    child.stdin.on("error", () => {});
    return {
      stdin: child.stdin,
      stdout: child.stdout,
      stderr: child.stderr,
      exit: once(child, "close").then(([code]) => (code as number | null) ?? 137),
      kill: () => child.kill("SIGKILL"),
      stream: () => new ProcessStream(child.stdin, child.stdout),
    };
  };
  return new Shell("h1", { needed: true, ...become }, { start, hold: start }, new RootTurn(), beginSeconds);
}

const tries = () => {
  const file = join(folder.path, "wants/tries");
  return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
};

describe("what stands between the login and the command", () => {
  test.each([
    ["a file that prints, on both outputs", "echo welcome; echo careful >&2"],
    ["one that prints without an end", "printf welcome"],
    ["one that prints what looks like ours", "printf 'longshoreB E0;'"],
    ["one that prints when it ends, with another code", "trap 'echo bye; exit 9' EXIT"],
    ["one that traces", "set -x"],
  ])("%s is not the command's output", async (_title, before) => {
    for (const become of [false, true]) {
      const lines: string[] = [];
      const result = await host({ before }).run(["sh", "-c", "cat; echo err >&2; exit 3"], {
        become,
        input: "data",
        onLine: (line) => lines.push(line),
      });
      expect(result).toEqual({ code: 3, stdout: "data", stderr: "err\n" });
      expect(lines.sort()).toEqual(["data", "err"]);
    }
  });

  test.each([
    ["echo no shell here; exit 0", "no shell here"],
    ["echo 'This account is currently not available.'; exit 1", "This account is currently not available."],
    [
      "echo 'Password change required but no TTY available.' >&2; exit 1",
      "Password change required but no TTY available.",
    ],
    ['echo "fatal: unrecognized command $COMMAND" >&2; exit 128', "fatal: unrecognized command"],
    ["exec /nonexistent/shell", "/nonexistent/shell"],
    ["exec cat", "said nothing"],
  ])("%s: nothing ran, and its words are told", async (before, words) => {
    for (const become of [false, true]) {
      const running = host({ before }).run(["id"], { become });
      await expect(running).rejects.toMatchObject({
        code: "login_shell",
        message: expect.stringContaining(words),
      });
    }
    await expect(host({ before }).open(["cat"], {})).rejects.toMatchObject({ code: "login_shell" });
  });

  test("an expired password has a hint of its own", async () => {
    const before = "echo 'WARNING: Your password has expired.' >&2; exit 1";
    await expect(host({ before }).run(["id"], {})).rejects.toMatchObject({
      hint: expect.stringContaining("has expired"),
    });
  });

  test("one that never ends is given up, and its words are told", async () => {
    const quick = { before: "echo wait; exec sleep 60", beginSeconds: 0.3 };
    for (const start of [host(quick).run(["id"], {}), host(quick).open(["cat"], {})])
      await expect(start).rejects.toMatchObject({
        code: "login_shell",
        message: expect.stringMatching(/h1: the login shell has not begun it within 0.3 s(.*\n {4}wait)?/),
      });
  });

  test("a command that was ended itself is no success, whatever the shell makes of it", async () => {
    const killed = host({ before: "trap : EXIT" }).run(["sh", "-c", "kill -KILL $PPID; sleep 1"], {});
    expect((await killed).code).not.toBe(0);
  });
});

describe("what only reads", () => {
  test("is given up when its time is over", async () => {
    const reading = host().run(["sleep", "60"], { limitSeconds: 0.3, title: "reading the status" });
    await expect(reading).rejects.toMatchObject({
      code: "host_silent",
      message: "h1 does not answer: reading the status has not ended within 0.3 s",
    });
  });
});

describe("sudo", () => {
  const wants = (password: string) => host({ sudo: "wants", become: { password } });

  test("gets the password once, and the command its input", async () => {
    const result = await wants("hush").run(["cat"], { become: true, input: "line\nno end" });
    expect(result).toEqual({ code: 0, stdout: "line\nno end", stderr: "" });
    expect(tries()).toEqual(["hush"]);
  });

  test("that does not ask gets none, and no command does", async () => {
    const result = await host({ become: { password: "hush" } }).run(["cat"], { become: true, input: "data" });
    expect(result.stdout).toBe("data");
    const stream = await host({ become: { password: "hush" } }).open(["cat"], { become: true });
    stream.end("data");
    expect(String(await once(stream, "data"))).toBe("data");
  });

  test("is given a wrong password once, whatever is asked for at the same time and later; input is never tried", async () => {
    const shell = wants("wrong");
    const refused = { code: "sudo_refused", message: expect.stringContaining("Sorry, try again.") };
    const input = "secret\nhush\n";
    const several = [1, 2, 3].map(() => shell.run(["cat"], { become: true, input }));
    for (const running of [...several, shell.open(["cat"], { become: true })])
      await expect(running).rejects.toMatchObject(refused);
    await expect(shell.run(["cat"], { become: true, input })).rejects.toMatchObject(refused);
    expect(tries()).toEqual(["wrong"]);
    // what needs no root goes on
    expect(await shell.run(["echo", "still here"], {})).toMatchObject({ stdout: "still here\n" });
  });

  test("holds a process whose stream begins with its own first byte", async () => {
    const stream = await wants("hush").open(["sh", "-c", "echo hello; exec cat"], { become: true });
    expect(String(await once(stream, "data"))).toBe("hello\n");
    stream.write("ping");
    expect(String(await once(stream, "data"))).toBe("ping");
    stream.destroy();
  });

  test("that wants a password which nobody gave", async () => {
    const running = host({ sudo: "wants" }).run(["id"], { become: true });
    await expect(running).rejects.toMatchObject({
      code: "sudo_password",
      message: expect.stringContaining("sudo: a password is required"),
      hint: expect.stringContaining("-K"),
    });
  });

  test.each([
    ["sudo: sorry, you must have a tty to run sudo", "sudo_tty", "requiretty"],
    ["anna is not in the sudoers file.", "sudo_refused", "/etc/sudoers.d"],
    ["sudo: /etc/sudoers is world writable", "sudo_refused", "sudo -n true"],
  ])("that says %s", async (words, code, hint) => {
    const sudo = makeFolder({
      "bin/sudo": { mode: 0o755, text: `#!/bin/sh\necho '${words}' >&2; exit 1\n` },
    });
    const running = host({ before: `PATH=${sudo.path}/bin:$PATH` }).run(["id"], { become: true });
    await expect(running).rejects.toMatchObject({
      code,
      message: expect.stringContaining(words),
      hint: expect.stringContaining(hint),
    });
    sudo[Symbol.dispose]();
  });

  test("that is not there is told only then", async () => {
    const missing = host({ before: "PATH=/nonexistent; hash -p /bin/sh sh" }).run(["id"], { become: true });
    await expect(missing).rejects.toMatchObject({ code: "sudo_missing" });
  });

  test("that never answers is given up", async () => {
    const sudo = makeFolder({ "bin/sudo": { mode: 0o755, text: "#!/bin/sh\nexec sleep 60\n" } });
    const running = host({ before: `PATH=${sudo.path}/bin:$PATH`, beginSeconds: 0.3 }).run(["id"], {
      become: true,
    });
    await expect(running).rejects.toMatchObject({ code: "sudo_silent" });
    sudo[Symbol.dispose]();
  });

  test("a command that fails by itself is no failure of sudo", async () => {
    expect(await host().run(["false"], { become: true })).toMatchObject({ code: 1 });
    expect(await host().run(["nonexistent-program"], { become: true })).toMatchObject({ code: 127 });
  });
});

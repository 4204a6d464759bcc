import { describe, expect, test } from "vitest";
import { readConnectionVariables } from "../../../../provision/inventory/connection-variables.ts";
import { parseInventory } from "../../../../provision/inventory/load.ts";
import { formatError } from "../../../../shared/user-error.ts";

function read(line: string) {
  const [host] = parseInventory(line, "i").inventory.hosts;
  if (host === undefined) throw new Error("no host");
  return readConnectionVariables(host);
}

describe("behavioural variables", () => {
  test("a bare name leaves everything to ssh's configuration", () => {
    expect(read("web1")).toEqual({ kind: "ssh", address: "web1", sshArguments: "" });
  });

  test.each([
    ["a:2222", { port: 2222 }],
    ["a ansible_port='\"2222\"'", { port: 2222 }],
    ["a:22 ansible_ssh_port=23", { port: 23 }],
    ["a ansible_host=192.0.2.1", { address: "192.0.2.1" }],
    ["a ansible_host=192.0.2.1 ansible_ssh_host=192.0.2.2", { address: "192.0.2.2" }],
    ["a ansible_ssh_user=x ansible_user=y", { user: "x" }],
    ["a ansible_user=1000", { user: "1000" }],
    ["a ansible_ssh_pass=s", { password: "s" }],
    ["a ansible_private_key_file=~/k", { identityFile: "~/k" }],
    [
      "a ansible_ssh_extra_args='-o C=3' ansible_ssh_common_args='-o B=2' ansible_ssh_args='-o A=1'",
      { sshArguments: "-o A=1 -o B=2 -o C=3" },
    ],
    ["a ansible_timeout=5", { connectTimeoutSeconds: 5 }],
    ["a ansible_host_key_checking=False", { hostKeyChecking: false }],
    [
      "a ansible_become=yes ansible_become_user=root ansible_become_method=ansible.builtin.sudo",
      { become: true },
    ],
    ["a ansible_become=false", { become: false }],
    ["a ansible_become_pass=x ansible_become_password=y", { becomePassword: "x" }],
    ["a ansible_become_password=1.50", { becomePassword: "1.5" }],
    ["a ansible_connection=local", { kind: "local" }],
    ["a ansible_connection=ansible.builtin.ssh", { kind: "ssh" }],
    ["a ansible_user=None", { user: undefined }],
  ])("%s", (line, expected) => {
    expect(read(line)).toMatchObject(expected);
  });

  test.each([
    [
      "a ansible_port=ssh",
      "cannot use ansible_port=ssh of host a\n  a whole number from 1 to 65535 is needed",
    ],
    ["a ansible_port=0", "cannot use ansible_port=0 of host a"],
    ["a ansible_port=2.5", "cannot use ansible_port=2.5 of host a"],
    [
      "a ansible_connection=docker",
      "cannot use ansible_connection=docker of host a\n  ssh and local are known",
    ],
    ["a ansible_connection=constructor", "cannot use ansible_connection=constructor of host a"],
    ["a ansible_become=maybe", "cannot use ansible_become=maybe of host a\n  yes or no is needed"],
    ["a ansible_become_method=su", "cannot use ansible_become_method=su of host a\n  sudo is known"],
    ["a ansible_become_exe=/opt/sudo", "cannot use ansible_become_exe=/opt/sudo of host a"],
    ["a ansible_become_flags=-i", "cannot use ansible_become_flags=-i of host a"],
    ["a ansible_ssh_executable=/opt/ssh", "cannot use ansible_ssh_executable=/opt/ssh of host a"],
    ["a ansible_shell_type=powershell", "cannot use ansible_shell_type=powershell of host a"],
    ["a ansible_become_user=deploy", "cannot use ansible_become_user=deploy of host a\n  root is known"],
    ["a ansible_host=\"['b']\"", "cannot use ansible_host=a list or a map of host a"],
    ["a ansible_password=\"['secret']\"", "cannot use ansible_password=… of host a"],
    [
      String.raw`a ansible_become_password="'x\\ny'"`,
      "cannot use ansible_become_password=… of host a\n  it has an end of line",
    ],
    [
      String.raw`a ansible_password="'x\\n'"`,
      "cannot use ansible_password=… of host a\n  it has an end of line",
    ],
  ])("%s is refused", (line, expected) => {
    expect(() => read(line)).toThrow(expect.objectContaining({ code: "inventory_variable" }));
    try {
      read(line);
    } catch (error) {
      expect(formatError(error)).toContain(expected);
    }
  });
});

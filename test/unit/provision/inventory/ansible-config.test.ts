import { expect, it } from "vitest";
import {
  findInventory,
  listLost,
  parseAnsibleConfig,
} from "../../../../provision/inventory/ansible-config.ts";
import { parseInventory } from "../../../../provision/inventory/load.ts";

const text = `# ours
[defaults]
inventory = hosts/prod.ini ; not staging
remote_user=deploy
private_key_file = ~/.ssh/a key
host_key_checking = False
forks = 50
timeout = 30
roles_path = roles
[privilege_escalation]
become = True
become_method = su
become_ask_pass=yes
[ssh_connection]
ssh_args = -o ControlMaster=auto -J bastion
pipelining = True
`;
const hosts = (line: string) => parseInventory(line, "inventory.ini").inventory.hosts;

it("says what of an ansible.cfg would count in Ansible, with the line to write", () => {
  const settings = parseAnsibleConfig(text);
  expect(findInventory(settings)).toMatchObject({ value: "hosts/prod.ini", line: 3 });
  expect(listLost("ansible.cfg", settings, { hosts: hosts("web1"), forks: 10, options: new Set() })).toEqual([
    "ansible.cfg:4: remote_user is not read: write ansible_user=deploy in [all:vars] of the inventory",
    'ansible.cfg:5: private_key_file is not read: write ansible_ssh_private_key_file="~/.ssh/a key" in [all:vars] of the inventory',
    "ansible.cfg:6: host_key_checking is not read: host keys are always checked; --accept-new records those that are new",
    "ansible.cfg:7: forks is not read: write --forks 50",
    "ansible.cfg:8: timeout is not read: write ansible_timeout=30 in [all:vars] of the inventory",
    "ansible.cfg:12: become_method is not read: root is become with sudo: leave it out",
    "ansible.cfg:13: become_ask_pass is not read: write --ask-become-pass",
    'ansible.cfg:15: ssh_args is not read: write ansible_ssh_common_args="-o ControlMaster=auto -J bastion" in [all:vars] of the inventory',
  ]);
});

it("says nothing of what the inventory or an option has already", () => {
  const settings = parseAnsibleConfig(
    "[defaults]\nremote_user=a\nforks=10\nhost_key_checking=no\n[other]\nremote_user=b\n",
  );
  const use = { hosts: hosts("web1 ansible_user=root"), forks: 10, options: new Set(["--accept-new"]) };
  expect(listLost("ansible.cfg", settings, use)).toEqual([]);
});

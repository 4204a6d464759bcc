import type { TestHost } from "../../test/hosts/test-host.ts";

/** Where a contestant meets a host: itself, or a relay before it. */
export interface Place {
  name: string;
  address: string;
  port: number;
}

/** The files and hosts of one run. */
export interface Setting {
  inventory: string;
  places: readonly Place[];
  identityFile: string;
  knownHostsFile: string;
}

export function placeOf({ name, address }: TestHost): Place {
  return { name, address, port: 22 };
}

/** An inventory that every contestant reads. */
export function formatInventory(
  places: readonly Place[],
  { identityFile, knownHostsFile }: Pick<Setting, "identityFile" | "knownHostsFile">,
): string {
  return [
    "[web]",
    ...places.map(({ name, address, port }) => `${name} ansible_host=${address} ansible_port=${port}`),
    "",
    "[web:vars]",
    "ansible_user=debian",
    `ansible_ssh_private_key_file=${identityFile}`,
    `ansible_ssh_common_args=-o UserKnownHostsFile=${knownHostsFile}`,
    "",
  ].join("\n");
}

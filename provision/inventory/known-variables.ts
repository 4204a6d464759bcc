import { suggestWord } from "../../shared/suggest.ts";

const PREFIX = "ansible_";

/** Variables that Ansible's own plugins (core 2.14) give a meaning to, without their prefix. */
const KNOWN = `async_dir become become_exe become_flags become_method become_pass become_password become_user
  check_mode common_remote_group config_file connection connection_user control_path control_path_dir diff_mode
  distribution facts forks group_priority host host_key_checking inventory_sources limit managed
  module_compression network_os no_log no_target_syslog password pipelining port private_key_file python_interpreter
  remote_tmp rsync_path scp_executable scp_extra_args scp_if_ssh sftp_batch_mode sftp_executable sftp_extra_args
  shell_allow_world_readable_temp shell_executable shell_type skip_tags ssh_args ssh_common_args ssh_executable
  ssh_extra_args ssh_host ssh_host_key_checking ssh_pass ssh_password ssh_pipelining ssh_pkcs11_provider ssh_port
  ssh_private_key_file ssh_retries ssh_timeout ssh_transfer_method ssh_use_tty ssh_user sshpass_prompt su_exe su_flags
  su_pass su_user sudo_exe sudo_flags sudo_pass sudo_user system_tmpdirs timeout user version`.split(/\s+/);

/** Families that belong to plugins for other kinds of host, and the languages of `ansible_*_interpreter`. */
const FAMILY = new RegExp(
  `^(?:${`psrp winrm win paramiko libssh network netconf httpapi grpc docker podman kubectl oc lxc lxd aws vmware chroot
    jail iocage zone machinectl doas dzdo ksu pbrun pmrun pfexec runas sesu enable terminal lookup eos ios iosxr vyos
    junos nxos asa zabbix nsenter interpreter`
    .split(/\s+/)
    .join("|")})_\\w+$|^\\w+_interpreter$`,
);

/**
 * Advice on a variable's name: undefined for users' own names and for those that Ansible knows, otherwise a hint for an `ansible_`
 * name that nothing reads, with a suggestion where one is near.
 */
export function adviseOnName(name: string): string | undefined {
  if (!name.startsWith(PREFIX)) return undefined;
  const own = name.slice(PREFIX.length);
  if (KNOWN.includes(own) || FAMILY.test(own)) return undefined;
  const near = suggestWord(own, KNOWN);
  return near === undefined
    ? "names that begin with ansible_ are Ansible's"
    : `did you mean ${PREFIX}${near}?`;
}

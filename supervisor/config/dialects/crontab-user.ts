/** Accounts that Debian, Red Hat and common images have, and that are no programs. */
const accounts = new Set(
  (
    "root daemon bin sys sync mail news uucp proxy www-data backup list irc nobody _apt apache nginx http www " +
    "mysql postgres redis mongodb rabbitmq elasticsearch memcache debian ubuntu admin ec2-user centos vagrant pi deploy " +
    "deployer app appuser application forge laravel django rails jenkins gitlab-runner nextcloud wordpress asterisk " +
    "munin nagios zabbix prometheus grafana logcheck smmsp amavis clamav debian-spamd vmail list mailman backupuser"
  ).split(" "),
);

/** Programs that often stand before a path: what looks like a user here is none. */
const programs = new Set(
  (
    "sh bash dash zsh ksh csh fish php python python2 python3 perl ruby node nodejs java lua deno bun npm npx yarn bundle " +
    "sudo su env exec time nice ionice chronic flock timeout setsid nohup stdbuf cd test if for while command eval source " +
    "run-parts find xargs grep egrep fgrep sed awk cat ls cp mv rm mkdir rmdir touch ln chmod chown chgrp tar gzip gunzip " +
    "zip unzip rsync scp ssh curl wget mail mailx sendmail logger echo printf sleep true false kill pkill killall " +
    "systemctl service docker docker-compose podman kubectl aws gsutil rclone restic borg duplicity certbot mysqldump " +
    "pg_dump psql mysql redis-cli sqlite3 drush wp artisan make git svn sa1 logrotate journalctl dd du df tail head tee " +
    "sort date mount umount test [ [[ . : { ( !"
  ).split(" "),
);

/** How surely the first word of a command is a user's name, as in a system crontab. */
export function judgeUser(command: string): "account" | "maybe" | "program" {
  const [word = "", next = ""] = command.split(/\s+/);
  if (next === "" || !/^[a-z_][a-z0-9_-]*$/.test(word)) return "program";
  // A few accounts have a program's name: mail -s x, sync /a.
  if (accounts.has(word) && !/^-/.test(next) && (!programs.has(word) || isCommandStart(next)))
    return "account";
  return !programs.has(word) && isCommandStart(next) ? "maybe" : "program";
}

/** A path of a program, or a word that a shell begins a command with. */
function isCommandStart(word: string): boolean {
  return /^(\/(?:\S*\/)?s?bin\/|\.{1,2}\/|[[({]|[A-Z_]+=)/.test(word) || programs.has(word);
}

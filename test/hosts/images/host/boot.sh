# PID 1 of a host until systemd takes over: makes the container look like a machine that was just switched on.
# TESTNET_DNS: the address of the resolver. TESTNET_KEY: the public key that may log in as debian.

# A cgroup v2 tree of its own: without it journald and the host's containerd crash.
umount -R /sys/fs/cgroup 2>/dev/null
mount -o remount,rw /sys
mount -t cgroup2 cgroup2 /sys/fs/cgroup || echo 'boot: cannot mount cgroup2' >&2
[ -e /dev/kmsg ] || ln -s /dev/null /dev/kmsg

# Docker's own resolver is at 127.0.0.11, which the containers of this host could not reach.
echo "nameserver $TESTNET_DNS" > /etc/resolv.conf

if [ ! -e /home/debian/.ssh/authorized_keys ]; then
  install -d -m 700 -o debian -g debian /home/debian/.ssh
  echo "$TESTNET_KEY" > /home/debian/.ssh/authorized_keys
  chown debian:debian /home/debian/.ssh/authorized_keys
fi
ssh-keygen -q -A
# systemd would derive it from the firmware, which all hosts of this machine share.
[ -s /etc/machine-id ] || tr -d - < /proc/sys/kernel/random/uuid > /etc/machine-id
unset TESTNET_DNS TESTNET_KEY
exec /sbin/init

/** Seconds that a daemon of the host may take for one answer. */
export const PATIENCE = 10;

/**
 * Shell functions that ask the host's engine, and how systemd starts it. What asks a daemon could wait for ever: it is ended
 * after PATIENCE seconds, with code 124 (137 where it had to be killed).
 */
export const ASK_ENGINE = String.raw`
limited() { timeout -k 1 ${PATIENCE} "$@"; }
has timeout || limited() { "$@"; }

# Docker would start the plugin twice, and itself: it is asked directly, in the folders where Docker looks for it.
compose_version() {
  for folder in "$HOME/.docker" /usr/local/lib/docker /usr/local/libexec/docker /usr/lib/docker /usr/libexec/docker; do
    plugin=$folder/cli-plugins/docker-compose
    [ -x "$plugin" ] && limited "$plugin" version --short 2>/dev/null && return
  done
  limited docker compose version --short 2>/dev/null
}

# The engine of this host, whatever DOCKER_HOST and contexts say. docker info would ask every plugin too, which takes three
# times as long; perl is on every Debian and Ubuntu. The keys that are asked for stand in the answer once.
engine_info() {
  if has perl; then
    limited perl -MIO::Socket::UNIX -e '
      my $socket = IO::Socket::UNIX->new(Peer => "/var/run/docker.sock") or exit 1;
      print $socket "GET /info HTTP/1.0\r\nHost: docker\r\n\r\n";
      my $info = do { local $/; <$socket> };
      print join " ", map { $info =~ /"$_":("[^"]*"|\w+)/ ? $1 : "null" } @ARGV;
    ' ServerVersion LocalNodeState LiveRestoreEnabled ContainersRunning ContainersPaused
  else
    DOCKER_HOST=unix:///var/run/docker.sock limited docker info --format '{{json .ServerVersion}} {{json .Swarm.LocalNodeState}}
      {{- " "}}{{json .LiveRestoreEnabled}} {{json .ContainersRunning}} {{json .ContainersPaused}}'
  fi 2>/dev/null
}
# Fails with 124 or more where the engine does not answer in time.
ask_engine() {
  info=$(engine_info)
  code=$?
  put docker.info "$info"
  [ "$code" -lt 124 ] && return
  put docker.hung yes
  return "$code"
}

# Which file the engine reads, and whether it has changed since. Where an engine cannot be asked, its folder may say whether
# it is a node of a swarm.
engine_files() {
  units=
  if [ -d /run/systemd/system ]; then
    units=$(limited systemctl show docker.service docker.socket containerd.service 2>/dev/null \
      --property=Id,LoadState,ActiveState,UnitFileState,ExecStart,Environment,EnvironmentFiles)
    put docker.units "$(printf '%s\n' "$units" | base64 -w 0)"
    case $units in *'$'*)
      printf '%s\n' "$units" | sed -n 's/^EnvironmentFiles=\(.*\) (ignore_errors=.*$/\1/p' | while read -r file; do
        [ -r "$file" ] && put docker.environment "$(base64 -w 0 < "$file")"
      done
    esac
  fi
  file=/etc/docker/daemon.json
  case $units in *--config-file*)
    file=$(printf '%s\n' "$units" | sed -n 's/^ExecStart=.* --config-file[= ]\([^ ;]*\).*/\1/p' | head -n 1) ;;
  esac
  put docker.configFile "$file"
  [ -L "$file" ] && put docker.configTarget "$(readlink -m "$file")"
  [ -e "$file" ] && put docker.config "$(head -c 1000000 "$file" | base64 -w 0)"
  [ "$file" -nt /run/docker.pid ] && [ -e /run/docker.pid ] && put docker.configIsNewer yes
  for root in /var/lib/docker $(cat "$file" 2>/dev/null | sed -n 's/.*"data-root"[[:space:]]*:[[:space:]]*"\([^"]*\)".*/\1/p') \
    $(printf '%s\n' "$units" | sed -n 's/^ExecStart=.* --data-root[= ]\([^ ;]*\).*/\1/p'); do
    [ -e "$root/swarm/state.json" ] && put docker.swarmState yes
  done
}
`;

/**
 * A shell function `ask_supervisor CONTAINER [TASK]` that prints the supervisor's status (a StatusAnswer as JSON) in base64.
 * curl answers ten times sooner than a start of Node; an image without it has longshorectl all the same.
 */
export const ASK_SUPERVISOR = `
ask_supervisor() {
  docker exec "$1" sh -c '
    socket=$LONGSHORE_SOCKET
    [ -n "$socket" ] || socket=/run/longshore/control.sock
    query=
    for task; do query="?name=$task"; done
    curl -fsS --unix-socket "$socket" "http://localhost/v1/tasks$query" 2>/dev/null || longshorectl status --json "$@"
  ' "$@" </dev/null 2>/dev/null | base64 -w 0
}
`;

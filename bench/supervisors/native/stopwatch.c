/* Times that a busy Node process cannot take well. All are nanoseconds of CLOCK_MONOTONIC.
 *   stopwatch exec STAMPS COMMAND…    append "X exec PID TIME" to STAMPS and become COMMAND
 *   stopwatch time COUNT COMMAND…     run COMMAND COUNT times, its output to /dev/null: "DURATION EXITCODE" for each
 *   stopwatch await PID…              print "ready", then the time at which the last of the processes had ended
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long now(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return (long long)at.tv_sec * 1000000000 + at.tv_nsec;
}

static int become(char **command) {
  execvp(command[0], command);
  perror(command[0]);
  return 127;
}

static int stamp_and_become(const char *stamps, char **command) {
  char text[80];
  int file = open(stamps, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  int length = snprintf(text, sizeof text, "X exec %ld %lld\n", (long)getpid(), now());
  if (file < 0 || write(file, text, (size_t)length) != length) return 97;
  return become(command);
}

static int time_command(int count, char **command) {
  for (int i = 0; i < count; i++) {
    int status;
    long long start = now();
    pid_t pid = fork();
    if (pid == 0) {
      int null = open("/dev/null", O_RDWR);
      for (int fd = 0; fd < 3; fd++) dup2(null, fd);
      _exit(become(command));
    }
    waitpid(pid, &status, 0);
    printf("%lld %d\n", now() - start, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
  }
  return 0;
}

static int await_end(int count, char **pids) {
  int *ends = calloc((size_t)count, sizeof *ends);
  for (int i = 0; i < count; i++) ends[i] = (int)syscall(SYS_pidfd_open, atoi(pids[i]), 0);
  printf("ready\n");
  fflush(stdout);
  for (int i = 0; i < count; i++) {
    struct pollfd end = {.fd = ends[i], .events = POLLIN};
    /* poll passes over a negative descriptor, that of a process which had ended before */
    while (end.fd >= 0 && poll(&end, 1, -1) < 1) {}
  }
  printf("%lld\n", now());
  return 0;
}

int main(int count, char **arguments) {
  if (count > 1 && strcmp(arguments[1], "await") == 0) return await_end(count - 2, arguments + 2);
  if (count < 4) return 2;
  if (strcmp(arguments[1], "exec") == 0) return stamp_and_become(arguments[2], arguments + 3);
  if (strcmp(arguments[1], "time") == 0) return time_command(atoi(arguments[2]), arguments + 3);
  return 2;
}

/* What the supervisors run: workload [MODE [ARGUMENT]] STAMPS NAME
 *
 * Every event is one line "KIND NAME PID NANOSECONDS" (CLOCK_MONOTONIC) at the end of the file STAMPS.
 *   (no mode)     S at the start, then sleep until a signal ends it
 *   slow-stop     on SIGTERM stamp T, work for 300 ms, stamp E, exit with 0
 *   deaf          SIGTERM is ignored
 *   family        two more processes: G in its process group, H in a session of its own
 *   orphans N     N processes whose parent is gone, each ends after 300 ms; O when all were made
 *   flood BYTES   L, then BYTES of numbered lines of 100 bytes to stdout, then D
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LINE = 100, DIGITS = 12, BLOCK = 65536 };

static const char *stamps, *name;

static void stamp(char kind) {
  struct timespec at;
  char text[256];
  clock_gettime(CLOCK_MONOTONIC, &at);
  long long nanoseconds = (long long)at.tv_sec * 1000000000 + at.tv_nsec;
  int length = snprintf(text, sizeof text, "%c %s %ld %lld\n", kind, name, (long)getpid(), nanoseconds);
  int file = open(stamps, O_WRONLY | O_APPEND | O_CREAT, 0644);
  if (file < 0 || write(file, text, (size_t)length) != length) _exit(97);
  close(file);
}

static void sleep_ms(long milliseconds) {
  struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000};
  nanosleep(&time, NULL);
}

static void sleep_forever(void) {
  for (;;) pause();
}

static void stop_slowly(int signal) {
  (void)signal;
  stamp('T');
  sleep_ms(300);
  stamp('E');
  _exit(0);
}

static void make_family(void) {
  if (fork() == 0) {
    stamp('G');
    sleep_forever();
  }
  if (fork() == 0) {
    setsid();
    stamp('H');
    sleep_forever();
  }
}

static void make_orphans(long count) {
  for (long i = 0; i < count; i++) {
    pid_t parent = fork();
    if (parent == 0) {
      if (fork() == 0) sleep_ms(300);
      _exit(0);
    }
    waitpid(parent, NULL, 0);
  }
  stamp('O');
}

static void write_all(const char *bytes, size_t length) {
  while (length > 0) {
    ssize_t written = write(STDOUT_FILENO, bytes, length);
    if (written <= 0) {
      stamp('F');
      sleep_forever();
    }
    bytes += written;
    length -= (size_t)written;
  }
}

/* Writes of 64 KiB, as a program behind a buffer does: nearly all of them end within a line. */
static void flood(long long lines) {
  static char block[BLOCK + LINE];
  size_t filled = 0;
  stamp('L');
  for (long long number = 0; number < lines; number++) {
    char *line = block + filled;
    memset(line, 'x', LINE);
    long long rest = number;
    for (int digit = DIGITS - 1; digit >= 0; digit--, rest /= 10) line[digit] = (char)('0' + rest % 10);
    line[DIGITS] = ' ';
    line[LINE - 1] = '\n';
    filled += LINE;
    if (filled < BLOCK) continue;
    write_all(block, BLOCK);
    filled -= BLOCK;
    memmove(block, block + BLOCK, filled);
  }
  write_all(block, filled);
  stamp('D');
}

int main(int count, char **arguments) {
  if (count < 3) return 2;
  const char *mode = count > 3 ? arguments[1] : "";
  long long number = count > 4 ? atoll(arguments[2]) : 0;
  stamps = arguments[count - 2];
  name = arguments[count - 1];
  if (strcmp(mode, "slow-stop") == 0) signal(SIGTERM, stop_slowly);
  if (strcmp(mode, "deaf") == 0) signal(SIGTERM, SIG_IGN);
  stamp('S');
  if (strcmp(mode, "family") == 0) make_family();
  if (strcmp(mode, "orphans") == 0) make_orphans((long)number);
  if (strcmp(mode, "flood") == 0) flood(number / LINE);
  sleep_forever();
}

/* heartbeat.h - the writing side of OpenBell's `check heartbeat`, for C99 and later. Header only.
 *
 * A program bumps a counter in a record of 64 bytes that it shares; the speaker withdraws the
 * service when the counter has not moved for the configured time. README.md draws the record.
 *
 *     struct openbell_heartbeat heart;
 *     if (openbell_heartbeat_open(&heart, "/dev/shm/pricer.heartbeat") != 0) perror("heartbeat");
 *     for (;;) {
 *       work();
 *       openbell_heartbeat_bump(&heart);
 *     }
 *
 * Linux, GCC or Clang. Include it before other headers, or compile with -D_POSIX_C_SOURCE=200809L.
 */
#ifndef OPENBELL_HEARTBEAT_H
#define OPENBELL_HEARTBEAT_H

#if !defined(_POSIX_C_SOURCE) && !defined(_GNU_SOURCE)
#define _POSIX_C_SOURCE 200809L
#endif

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#if !defined(CLOCK_MONOTONIC) || !defined(O_CLOEXEC)
#error "include heartbeat.h before other headers, or compile with -D_POSIX_C_SOURCE=200809L"
#endif

#ifdef __cplusplus
extern "C" {
#define OPENBELL_HEARTBEAT_CAST(type, value) static_cast<type>(value)
#else
#define OPENBELL_HEARTBEAT_CAST(type, value) ((type)(value))
#endif

#define OPENBELL_HEARTBEAT_MAGIC "OBHBEAT1"
#define OPENBELL_HEARTBEAT_VERSION 1u
#define OPENBELL_HEARTBEAT_RUNNING 0u
#define OPENBELL_HEARTBEAT_DRAINING 1u

/* All numbers in the byte order of the host. */
struct openbell_heartbeat_record {
  char magic[8];
  uint32_t version;
  uint32_t pid;
  uint64_t counter;
  uint64_t bump_ns; /* CLOCK_MONOTONIC; 0: unknown */
  uint32_t state;
  uint8_t zero[28];
};

struct openbell_heartbeat {
  struct openbell_heartbeat_record* record; /* NULL: closed */
};

/* Opens or creates the record at `path` (absolute, in /dev/shm) and marks it as running. The
 * counter of an older run is kept, so that the first bump is a change. 0, or -1 with errno. */
static inline int openbell_heartbeat_open(struct openbell_heartbeat* heart, const char* path) {
  const size_t size = sizeof(struct openbell_heartbeat_record);
  struct openbell_heartbeat_record* record;
  void* memory;
  int error;
  const int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
  heart->record = NULL;
  if (file < 0) return -1;
  /* Memory is set aside now: a full file system is an error here, not a signal at a bump. */
  error = posix_fallocate(file, 0, OPENBELL_HEARTBEAT_CAST(off_t, size));
  memory = MAP_FAILED;
  if (error == 0) {
    memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    error = errno;
  }
  close(file);
  if (memory == MAP_FAILED) {
    errno = error;
    return -1;
  }
  record = OPENBELL_HEARTBEAT_CAST(struct openbell_heartbeat_record*, memory);
  if (memcmp(record->magic, OPENBELL_HEARTBEAT_MAGIC, sizeof record->magic) != 0)
    memset(record, 0, size);
  record->version = OPENBELL_HEARTBEAT_VERSION;
  record->pid = OPENBELL_HEARTBEAT_CAST(uint32_t, getpid());
  record->state = OPENBELL_HEARTBEAT_RUNNING;
  __atomic_thread_fence(__ATOMIC_RELEASE);
  memcpy(record->magic, OPENBELL_HEARTBEAT_MAGIC, sizeof record->magic);
  heart->record = record;
  return 0;
}

/* "I am alive": reads the clock and stores twice, no system call. From one thread at a time. */
static inline void openbell_heartbeat_bump(struct openbell_heartbeat* heart) {
  struct openbell_heartbeat_record* record = heart->record;
  struct timespec now;
  uint64_t now_ns;
  clock_gettime(CLOCK_MONOTONIC, &now);
  now_ns = OPENBELL_HEARTBEAT_CAST(uint64_t, now.tv_sec) * 1000000000u +
           OPENBELL_HEARTBEAT_CAST(uint64_t, now.tv_nsec);
  __atomic_store_n(&record->bump_ns, now_ns, __ATOMIC_RELEASE);
  __atomic_store_n(&record->counter, record->counter + 1, __ATOMIC_RELEASE);
}

/* "Send me nothing more": the check fails with the reason "draining", however often is bumped. */
static inline void openbell_heartbeat_drain(struct openbell_heartbeat* heart) {
  __atomic_store_n(&heart->record->state, OPENBELL_HEARTBEAT_DRAINING, __ATOMIC_RELEASE);
}

/* Stops writing. The file stays, and its record turns stale. */
static inline void openbell_heartbeat_close(struct openbell_heartbeat* heart) {
  if (heart->record != NULL) munmap(heart->record, sizeof *heart->record);
  heart->record = NULL;
}

#ifdef __cplusplus
}
#endif

#endif

#include "io/loop/worker_thread.h"

#include <csignal>
#include <pthread.h>

#include "io/loop/realtime.h"

namespace openbell::io {

std::thread start_worker(const char* name, std::function<void()> body) {
  // A thread inherits the mask of the one that makes it.
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const Unpinned unpinned;
  std::thread thread(std::move(body));
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ::pthread_setname_np(thread.native_handle(), name);
  return thread;
}

}  // namespace openbell::io

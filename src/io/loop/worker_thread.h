#pragma once
// Threads for what is slow and rare, beside the loop's.

#include <functional>
#include <thread>

namespace openbell::io {

/// A thread that no signal is delivered to: signals are the loop's. It may use every processor
/// though the loop is pinned (io/loop/realtime.h). `name` has at most 15 characters.
std::thread start_worker(const char* name, std::function<void()> body);

}  // namespace openbell::io

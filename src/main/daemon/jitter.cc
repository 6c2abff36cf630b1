#include "main/daemon/jitter.h"

#include <algorithm>
#include <cstdio>
#include <sys/epoll.h>
#include <thread>
#include <vector>

#include "base/check.h"
#include "base/text.h"
#include "io/bfd/bfd_thread.h"
#include "io/fd.h"
#include "io/loop/clock.h"
#include "io/loop/thread_priority.h"

namespace openbell {

namespace {

constexpr base::Duration step = base::milliseconds(1);
constexpr std::uint8_t usual_multiplier = 3;
// Timers of this and longer are not worth a measurement: half of two intervals is 50 ms.
constexpr base::Duration uncritical_interval = base::milliseconds(50);
constexpr base::Duration check_time = base::milliseconds(300);

/// Fills `late` with one lateness after the other, in nanoseconds, for `time`.
void sample(base::Duration time, std::vector<std::int64_t>& late) {
  const io::Fd epoll(::epoll_create1(EPOLL_CLOEXEC));
  OPENBELL_CHECK(epoll);
  io::want_exact_timers();
  const base::Tick end = io::tick() + time;
  // As packets are sent: the next moment is counted from the last wake-up.
  for (base::Tick now = io::tick(); now < end && late.size() < late.capacity();) {
    const base::Tick deadline = now + step;
    epoll_event event;
    while ((now = io::tick()) < deadline) io::wait_until(epoll.get(), &event, 1, deadline);
    late.push_back((now - deadline).ns);
  }
}

base::Duration quantile(const std::vector<std::int64_t>& sorted, double part) {
  if (sorted.empty()) return {};
  const auto at = static_cast<std::size_t>(part * static_cast<double>(sorted.size() - 1));
  return {sorted[at]};
}

Lateness summary(std::vector<std::int64_t>& late) {
  std::ranges::sort(late);
  return {late.size(),
          quantile(late, 0),
          quantile(late, 0.5),
          quantile(late, 0.99),
          quantile(late, 0.999),
          quantile(late, 1),
          {}};
}

std::string milliseconds_text(base::Duration duration) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f ms", static_cast<double>(duration.ns) / 1e6);
  return text;
}

void print_row(const char* scheduler, const Lateness& late) {
  std::printf("%-10s %8zu %12s %12s %12s %12s %12s\n", scheduler, late.samples,
              milliseconds_text(late.least).c_str(), milliseconds_text(late.p50).c_str(),
              milliseconds_text(late.p99).c_str(), milliseconds_text(late.p999).c_str(),
              milliseconds_text(late.worst).c_str());
}

void print_text(const Lateness& ordinary, const Lateness& fifo, base::Duration shortest) {
  std::printf("%-10s %8s %12s %12s %12s %12s %12s\n", "scheduler", "wakes", "min", "p50", "p99",
              "p99.9", "max");
  print_row("ordinary", ordinary);
  if (fifo.refused.empty())
    print_row("fifo", fifo);
  else
    std::printf("fifo       %s\n", fifo.refused.c_str());
  std::printf("\nthe shortest BFD timers that this host can hold: %lld ms x %u\n",
              static_cast<long long>(shortest.ns / 1'000'000), usual_multiplier);
}

void print_json(const char* scheduler, const Lateness& late, base::TextWriter& out) {
  out.json_string(scheduler).put(": { ");
  out.put("\"wakes\": ").number(late.samples);
  out.put(", \"min_ns\": ").signed_number(late.least.ns);
  out.put(", \"p50_ns\": ").signed_number(late.p50.ns);
  out.put(", \"p99_ns\": ").signed_number(late.p99.ns);
  out.put(", \"p99.9_ns\": ").signed_number(late.p999.ns);
  out.put(", \"max_ns\": ").signed_number(late.worst.ns).put(" }, ");
}

void print_json(const Lateness& ordinary, const Lateness& fifo, base::Duration shortest) {
  std::string text;
  base::TextWriter out(text);
  out.put("{ ");
  print_json("ordinary", ordinary, out);
  if (fifo.refused.empty())
    print_json("fifo", fifo, out);
  else
    out.put("\"fifo_refused\": ").json_string(fifo.refused).put(", ");
  out.put("\"shortest_interval_ms\": ").signed_number(shortest.ns / 1'000'000);
  out.put(", \"multiplier\": ").number(usual_multiplier).put(" }\n");
  std::fwrite(text.data(), 1, text.size(), stdout);
}

base::Duration interval_of(const bfd::SessionConfig& session) {
  return std::min(session.transmit, session.receive);
}

/// The session with the shortest time to detection, of those with short timers.
const bfd::SessionConfig* most_critical(const grammar::Configuration& configuration) {
  const bfd::SessionConfig* found = nullptr;
  const auto look_at = [&found](const bfd::SessionConfig& session) {
    if (interval_of(session) >= uncritical_interval) return;
    if (found == nullptr ||
        interval_of(session) * session.multiplier < interval_of(*found) * found->multiplier)
      found = &session;
  };
  for (const grammar::NeighborConfig& neighbor : configuration.neighbors)
    if (neighbor.bfd) look_at(*neighbor.bfd);
  for (const bfd::SessionConfig& session : configuration.bfd_sessions) look_at(session);
  return found;
}

}  // namespace

Lateness measure_jitter(base::Duration time, int fifo_priority) {
  std::vector<std::int64_t> late(static_cast<std::size_t>(time.ns / step.ns) + 1);
  late.clear();  // its memory is there and touched
  std::string refused;
  std::thread([&] {
    if (fifo_priority != 0) refused = io::set_thread_priority(::pthread_self(), fifo_priority, -1);
    if (refused.empty()) sample(time, late);
  }).join();
  Lateness result = summary(late);
  result.refused = std::move(refused);
  return result;
}

base::Duration shortest_interval(base::Duration worst, std::uint8_t multiplier) {
  const std::int64_t intervals = std::max(multiplier - 1, 1);
  const std::int64_t milliseconds = 2 * worst.ns / intervals / 1'000'000 + 1;
  return base::milliseconds(milliseconds);
}

std::string jitter_warning(const grammar::Configuration& configuration) {
  const bfd::SessionConfig* session = most_critical(configuration);
  if (session == nullptr) return {};
  Lateness late = measure_jitter(check_time, io::BfdThread::default_priority);
  if (!late.refused.empty()) late = measure_jitter(check_time, 0);
  const base::Duration shortest = shortest_interval(late.worst, session->multiplier);
  if (interval_of(*session) >= shortest) return {};
  const std::string multiplier = std::to_string(session->multiplier);
  return "bfd: this host was late by " + milliseconds_text(late.worst) +
         " while it was measured for 0.3 s, so the session with " + session->peer_address.text() +
         " may be declared down for no other reason; the shortest interval that it can hold with "
         "multiplier " +
         multiplier + " is " + std::to_string(shortest.ns / 1'000'000) +
         "ms (`openbell jitter` measures longer)";
}

int run_jitter(const Arguments& arguments) {
  const base::Duration time = base::seconds(arguments.seconds);
  const Lateness ordinary = measure_jitter(time, 0);
  const Lateness fifo = measure_jitter(time, io::BfdThread::default_priority);
  const base::Duration shortest =
      shortest_interval(fifo.refused.empty() ? fifo.worst : ordinary.worst, usual_multiplier);
  if (arguments.json)
    print_json(ordinary, fifo, shortest);
  else
    print_text(ordinary, fifo, shortest);
  return 0;
}

}  // namespace openbell

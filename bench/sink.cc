// A peer that measures: accepts BGP sessions and notes when each numbered prefix was announced and
// withdrawn on each of them, right after the read() that brought it.
//
//     bench_sink PORT AS SESSIONS COUNT OUT [--plain | --dial] [--watch INDEX]
//
// Says on standard output, one word a line: `listening`, `established` when SESSIONS sessions are,
// `done` when every session has had all COUNT prefixes and, if any was withdrawn, all COUNT
// withdrawn. Ends at a byte, or the end, of standard input, and then writes OUT: for each session
// in the order of their addresses COUNT announcement times, then COUNT withdrawal times, 0 for
// never, CLOCK_MONOTONIC in nanoseconds. With --plain nobody opens a session: the messages just
// come, all for the same prefix, and the n-th one counts as prefix n. With --dial
// the one session is not awaited but opened, to 127.0.0.2, PORT + 1: some speakers wait for seconds
// before they connect, and that is not to be measured. With --watch only prefix INDEX is looked at,
// every time: it says `up` and `down`, and OUT has pairs of a time and 1 for announced or 0 for
// withdrawn.

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cstdio>
#include <map>
#include <memory>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

#include "wire.h"

using namespace openbell::bench;

namespace {

struct Settings {
  std::uint16_t port;
  std::uint32_t as;
  std::uint32_t sessions;
  std::uint32_t count;
  std::string out;
  bool plain = false;
  bool dial = false;
  std::uint32_t watched = prefix_count_max;  // none
};

struct Session {
  int fd = -1;
  std::uint32_t address = 0;  // ours, by which a session is known
  bool established = false;
  Inbox inbox;
  std::vector<std::uint64_t> announced;
  std::vector<std::uint64_t> withdrawn;
  std::uint32_t announced_count = 0;
  std::uint32_t withdrawn_count = 0;
};

void say(const char* word) {
  std::puts(word);
  std::fflush(stdout);
}

class Sink {
 public:
  explicit Sink(Settings settings) : settings_(std::move(settings)) {
    epoll_ = epoll_create1(0);
    listener_ = listen_on(settings_.port);
    watch(listener_);
    watch(STDIN_FILENO);
  }

  void run() {
    say("listening");
    constexpr int keepalive_ms = 30'000;
    std::array<epoll_event, 64> ready;
    while (true) {
      const bool dialling = settings_.dial && sessions_.empty();
      const int count = epoll_wait(epoll_, ready.data(), ready.size(), dialling ? 1 : keepalive_ms);
      if (count == 0) dialling ? dial() : send_keepalives();
      for (int i = 0; i < count; ++i) {
        const int fd = ready[static_cast<std::size_t>(i)].data.fd;
        if (fd == STDIN_FILENO) return finish();
        if (fd == listener_) {
          accept_one();
        } else {
          read_from(*sessions_.at(fd));
        }
      }
    }
  }

 private:
  void watch(int fd) const {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) die("epoll_ctl");
  }

  void accept_one() {
    const int fd = accept(listener_, nullptr, nullptr);
    if (fd < 0) die("accept");
    add(fd);
  }

  void dial() {
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in speaker{};
    speaker.sin_family = AF_INET;
    speaker.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1);
    speaker.sin_port = htons(static_cast<std::uint16_t>(settings_.port + 1));
    sockaddr_in ours{};
    ours.sin_family = AF_INET;
    ours.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(fd, reinterpret_cast<const sockaddr*>(&ours), sizeof ours) != 0) die("bind");
    if (connect(fd, reinterpret_cast<const sockaddr*>(&speaker), sizeof speaker) == 0) {
      add(fd);
    } else {
      close(fd);
    }
  }

  void add(int fd) {
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    auto session = std::make_unique<Session>();
    session->fd = fd;
    sockaddr_in ours{};
    socklen_t size = sizeof ours;
    getsockname(fd, reinterpret_cast<sockaddr*>(&ours), &size);
    session->address = ntohl(ours.sin_addr.s_addr);
    session->announced.resize(settings_.count);
    session->withdrawn.resize(settings_.count);
    if (settings_.plain) establish(*session);
    sessions_[fd] = std::move(session);
    watch(fd);
  }

  void read_from(Session& session) {
    const bool open = session.inbox.fill(session.fd);
    const std::uint64_t now = now_ns();
    if (!open) return drop(session);
    Inbox::Message message{};
    while (session.inbox.next(message)) handle(session, message, now);
  }

  void handle(Session& session, const Inbox::Message& message, std::uint64_t now) {
    switch (message.type) {
      case MessageType::open:
        write_all(session.fd, open_message(settings_.as, session.address));
        write_all(session.fd, keepalive_message());
        break;
      case MessageType::keepalive:
        establish(session);
        break;
      case MessageType::update:
        note(session, message.body, now);
        break;
      case MessageType::notification:
        std::fprintf(stderr, "bench_sink: notification %d/%d\n", message.body[0], message.body[1]);
        break;
    }
  }

  void establish(Session& session) {
    if (session.established) return;
    session.established = true;
    if (++established_ == settings_.sessions) say("established");
  }

  void note(Session& session, std::span<const std::uint8_t> body, std::uint64_t now) {
    if (settings_.watched != prefix_count_max) return watch_one(body, now);
    const bool was_done = done(session);
    for_each_prefix(
        body,
        [&](std::uint32_t index) { stamp(session.withdrawn, session.withdrawn_count, index, now); },
        [&](std::uint32_t index) {
          if (settings_.plain) index = session.announced_count;
          stamp(session.announced, session.announced_count, index, now);
        });
    if (!was_done && done(session) && ++done_ == settings_.sessions) say("done");
  }

  void watch_one(std::span<const std::uint8_t> body, std::uint64_t now) {
    const auto add = [&](std::uint32_t index, std::uint64_t announced) {
      if (index != settings_.watched) return;
      watched_.insert(watched_.end(), {now, announced});
      say(announced != 0 ? "up" : "down");
    };
    for_each_prefix(
        body, [&](std::uint32_t index) { add(index, 0); },
        [&](std::uint32_t index) { add(index, 1); });
  }

  // The first time counts.
  void stamp(std::vector<std::uint64_t>& times, std::uint32_t& seen, std::uint32_t index,
             std::uint64_t now) const {
    if (index >= settings_.count || times[index] != 0) return;
    times[index] = now;
    ++seen;
  }

  bool done(const Session& session) const {
    return session.announced_count == settings_.count &&
           (session.withdrawn_count == 0 || session.withdrawn_count == settings_.count);
  }

  void drop(Session& session) {
    if (session.established) --established_;
    epoll_ctl(epoll_, EPOLL_CTL_DEL, session.fd, nullptr);
    close(session.fd);
    finished_.push_back(std::move(sessions_.at(session.fd)));
    sessions_.erase(session.fd);
  }

  void send_keepalives() {
    if (settings_.plain) return;
    for (const auto& [fd, session] : sessions_) {
      if (session->established) write_all(fd, keepalive_message());
    }
  }

  void finish() {
    if (settings_.watched != prefix_count_max) return save(settings_.out, watched_);
    for (auto& [fd, session] : sessions_) finished_.push_back(std::move(session));
    std::erase_if(finished_, [](const auto& session) { return session->announced_count == 0; });
    std::ranges::sort(finished_, {}, [](const auto& session) { return session->address; });
    std::vector<std::uint64_t> times;
    for (const auto& session : finished_) {
      times.insert(times.end(), session->announced.begin(), session->announced.end());
      times.insert(times.end(), session->withdrawn.begin(), session->withdrawn.end());
    }
    save(settings_.out, times);
  }

  Settings settings_;
  int epoll_ = -1;
  int listener_ = -1;
  std::map<int, std::unique_ptr<Session>> sessions_;
  std::vector<std::unique_ptr<Session>> finished_;
  std::vector<std::uint64_t> watched_;  // time, announced, time, announced …
  std::uint32_t established_ = 0;
  std::uint32_t done_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6) {
    std::fputs("usage: bench_sink PORT AS SESSIONS COUNT OUT [--plain | --dial] [--watch INDEX]\n",
               stderr);
    return 2;
  }
  Settings settings{
      .port = static_cast<std::uint16_t>(number_argument("PORT", argv[1], 65535)),
      .as = static_cast<std::uint32_t>(number_argument("AS", argv[2], UINT32_MAX)),
      .sessions = static_cast<std::uint32_t>(number_argument("SESSIONS", argv[3], 65536)),
      .count = static_cast<std::uint32_t>(number_argument("COUNT", argv[4], prefix_count_max)),
      .out = argv[5]};
  for (int i = 6; i < argc; ++i) {
    const std::string_view option = argv[i];
    if (option == "--plain") settings.plain = true;
    if (option == "--dial") settings.dial = true;
    if (option == "--watch" && i + 1 < argc)
      settings.watched =
          static_cast<std::uint32_t>(number_argument("INDEX", argv[++i], prefix_count_max - 1));
  }
  Sink(std::move(settings)).run();
  return 0;
}

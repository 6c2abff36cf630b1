#include "io/net/rehearsal.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <mutex>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

#include "base/check.h"
#include "io/loop/clock.h"
#include "io/loop/worker_thread.h"
#include "io/net/socket.h"

namespace openbell::io {

/// The thread that plays the peers. The loop gives one order at a time and hears of news by a
/// wake-up; both cross under a mutex that nobody holds for longer than a few moves.
class RehearsalSinks {
 public:
  struct News {
    std::uint64_t era = 0;  // resets before it
    std::string error{};
    std::vector<Fd> connected{};            // the loop's ends, of the peers added since
    bool received = false;                  // everything of the run
    std::vector<base::Tick> received_at{};  // per peer
  };

  explicit RehearsalSinks(Wakeup& wakeup)
      : wakeup_(wakeup),
        epoll_(::epoll_create1(EPOLL_CLOEXEC)),
        bell_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    OPENBELL_CHECK(epoll_ && bell_);
    watch(bell_.get(), bell_tag);
    thread_ = start_worker("openbell-drill", [this] { serve(); });
  }
  ~RehearsalSinks() {
    order([](Order& order) { order.stop = true; });
    thread_.join();
  }

  /// Has as many peers connected as that.
  void connect(std::size_t peers) {
    order([&](Order& order) { order.peers = std::max(order.peers, peers); });
  }
  /// Expects so many bytes of each peer: before they are sent.
  void receive(std::vector<std::size_t> sizes) {
    order([&](Order& order) { order.sizes = std::move(sizes); });
  }
  /// Closes every connection and forgets the run.
  void reset() {
    ++era_;
    order([this](Order& order) {
      order = Order{};
      order.era = era_;
    });
  }
  /// What there is since the last call. Of before a reset the thread may not have heard of:
  /// nothing.
  News take_news() {
    const std::lock_guard lock(mutex_);
    News news = std::exchange(news_, News{.era = news_.era});
    return news.era == era_ ? std::move(news) : News{};
  }

 private:
  static constexpr std::uint32_t bell_tag = UINT32_MAX;

  struct Order {
    bool stop = false;
    std::uint64_t era = 0;
    std::size_t peers = 0;
    std::vector<std::size_t> sizes{};
  };
  struct Sink {
    Fd socket;
    std::size_t missing = 0;  // bytes, of this run
  };

  template <typename Change>
  void order(Change change) {
    {
      const std::lock_guard lock(mutex_);
      change(order_);
    }
    const std::uint64_t one = 1;
    OPENBELL_CHECK(::write(bell_.get(), &one, sizeof one) == sizeof one);
  }
  template <typename Change>
  void tell(Change change) {
    {
      const std::lock_guard lock(mutex_);
      change(news_);
    }
    wakeup_.wake();
  }

  void watch(int fd, std::uint32_t tag) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u32 = tag;
    OPENBELL_CHECK(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0);
  }

  void serve();
  bool obey();
  void fail(const std::string& error);
  std::string connect_one();
  void begin(const std::vector<std::size_t>& sizes);
  void read(std::size_t peer);

  Wakeup& wakeup_;
  std::uint64_t era_ = 0;  // of the loop
  Fd epoll_;
  Fd bell_;
  std::mutex mutex_;
  Order order_;
  News news_;
  // Of the thread.
  std::vector<Sink> sinks_;
  std::vector<base::Tick> received_at_;
  std::size_t unfinished_ = 0;
  std::array<std::uint8_t, 256u << 10> buffer_;
  std::thread thread_;
};

void RehearsalSinks::serve() {
  std::array<epoll_event, 64> events;
  while (true) {
    const int count =
        ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), -1);
    // Orders first: what is expected is known before what has come is read. The bell before them:
    // it rings again for an order that is given meanwhile.
    std::uint64_t rings;
    [[maybe_unused]] const ssize_t silent = ::read(bell_.get(), &rings, sizeof rings);
    if (!obey()) return;
    for (int i = 0; i < count; ++i) {
      const std::uint32_t tag = events[static_cast<std::size_t>(i)].data.u32;
      if (tag < sinks_.size()) read(tag);
    }
  }
}

/// False: the thread ends.
bool RehearsalSinks::obey() {
  Order order;
  {
    const std::lock_guard lock(mutex_);
    order = std::exchange(order_, Order{.era = order_.era});
    if (order.era != news_.era) {
      news_ = News{.era = order.era};
      sinks_.clear();
    }
  }
  if (order.stop) return false;
  const std::size_t had = sinks_.size();
  while (sinks_.size() < order.peers) {
    if (const std::string error = connect_one(); !error.empty()) {
      fail(error);
      return true;
    }
  }
  if (sinks_.size() != had) wakeup_.wake();
  if (!order.sizes.empty()) begin(order.sizes);
  return true;
}

void RehearsalSinks::fail(const std::string& error) {
  tell([&](News& news) { news.error = error; });
}

/// One more peer: a connection to ourselves, its socket as those of sessions are.
std::string RehearsalSinks::connect_one() {
  TcpOptions options;
  OPENBELL_CHECK(base::parse_ip("127.0.0.1", options.peer.address));
  auto listener = open_listener(options.peer);
  if (!listener) return listener.error();
  options.peer = local_endpoint(listener->get());
  auto source = open_connection(options);
  if (!source) return source.error();
  const Endpoint ours = local_endpoint(source->get());
  Fd sink(::accept4(listener->get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!sink) return system_error("cannot accept the connection to ourselves", errno);
  if (peer_endpoint(sink.get()) != ours) return "a stranger connected to the rehearsal";
  tune_session(sink.get());
  watch(sink.get(), static_cast<std::uint32_t>(sinks_.size()));
  sinks_.push_back({std::move(sink)});
  const std::lock_guard lock(mutex_);
  news_.connected.push_back(std::move(*source));
  return {};
}

void RehearsalSinks::begin(const std::vector<std::size_t>& sizes) {
  OPENBELL_CHECK(sizes.size() <= sinks_.size());
  received_at_.assign(sizes.size(), base::Tick{});
  unfinished_ = 0;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    sinks_[i].missing = sizes[i];
    if (sizes[i] != 0) ++unfinished_;
  }
  if (unfinished_ == 0) tell([](News& news) { news.received = true; });
}

void RehearsalSinks::read(std::size_t peer) {
  Sink& sink = sinks_[peer];
  // Sent, or closed, by an order that has been given since obey(): the next round knows it.
  if (sink.missing == 0) return;
  const ssize_t n = ::recv(sink.socket.get(), buffer_.data(),
                           std::min(buffer_.size(), sink.missing), MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n <= 0) {
    sink.missing = 0;
    const std::string_view what = "a connection to ourselves is lost";
    return fail(n == 0 ? std::string(what) : system_error(what, errno));
  }
  sink.missing -= static_cast<std::size_t>(n);
  if (sink.missing != 0) return;
  received_at_[peer] = tick();
  if (--unfinished_ != 0) return;
  tell([this](News& news) {
    news.received = true;
    news.received_at = received_at_;
  });
}

Rehearsal::Rehearsal(Reactor& reactor, OnDone on_done, base::Duration patience)
    : reactor_(reactor),
      on_done_(std::move(on_done)),
      patience_(patience),
      deadline_(reactor,
                [this] {
                  finish("not everything was received within " +
                         std::to_string(patience_.ns / 1'000'000) + " ms");
                }),
      wakeup_(reactor, [this] { on_news(); }) {}

Rehearsal::~Rehearsal() {
  for (Source& source : sources_) reactor_.unwatch(source.watch);
}

RehearsalSinks& Rehearsal::sinks() {
  if (!sinks_) sinks_ = std::make_unique<RehearsalSinks>(wakeup_);
  return *sinks_;
}

void Rehearsal::prepare(std::size_t peers) {
  sinks().connect(std::min(peers, peers_max));
}

std::string Rehearsal::run(std::vector<std::vector<std::uint8_t>> messages) {
  if (running_) return "a rehearsal is running already";
  if (messages.size() > peers_max)
    return "a rehearsal with " + std::to_string(messages.size()) + " peers: at most " +
           std::to_string(peers_max);
  for (const auto& bytes : messages)
    if (bytes.size() > peer_bytes_max)
      return "a rehearsal with " + std::to_string(bytes.size()) + " bytes for one peer: at most " +
             std::to_string(peer_bytes_max);
  if (messages.empty()) return "a rehearsal without peers";
  on_news();  // what was prepared may be there already
  running_ = true;
  started_ = false;
  messages_ = std::move(messages);
  result_ = {{}, {}, std::vector<Times>(messages_.size())};
  deadline_.arm(tick() + patience_);
  if (sources_.size() >= messages_.size())
    start();
  else
    sinks().connect(messages_.size());
  return {};
}

void Rehearsal::on_news() {
  RehearsalSinks::News news = sinks().take_news();
  for (Fd& socket : news.connected) sources_.push_back({std::move(socket)});
  if (!running_) return;
  if (!news.error.empty()) return finish(news.error);
  if (!started_ && sources_.size() >= messages_.size()) start();
  if (!started_ || !news.received) return;
  for (std::size_t i = 0; i < news.received_at.size(); ++i)
    result_.peers[i].received = news.received_at[i];
  finish({});
}

void Rehearsal::start() {
  started_ = true;
  std::vector<std::size_t> sizes;
  for (const auto& bytes : messages_) sizes.push_back(bytes.size());
  sinks().receive(std::move(sizes));
  result_.started = tick();
  for (std::size_t i = 0; i < messages_.size(); ++i) {
    sources_[i].written = 0;
    write(i);
  }
}

/// What the kernel takes; the rest when it takes more.
void Rehearsal::write(std::size_t peer) {
  Source& source = sources_[peer];
  const std::vector<std::uint8_t>& bytes = messages_[peer];
  while (source.written < bytes.size()) {
    const ssize_t n = ::send(source.socket.get(), bytes.data() + source.written,
                             bytes.size() - source.written, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      // A connection that is lost is noticed by its other end, which says why.
      if (errno == EAGAIN && source.watch == 0)
        source.watch = reactor_.watch(source.socket.get(), EPOLLOUT, Rank::socket, *this,
                                      static_cast<std::uint32_t>(peer));
      else if (errno != EAGAIN)
        reactor_.unwatch(source.watch);
      return;
    }
    source.written += static_cast<std::size_t>(n);
    if (source.written == bytes.size()) result_.peers[peer].written = tick();
  }
  reactor_.unwatch(source.watch);
}

void Rehearsal::on_ready(std::uint32_t tag, std::uint32_t) {
  write(tag);
}

void Rehearsal::finish(const std::string& error) {
  running_ = false;
  deadline_.disarm();
  if (!error.empty()) {
    // Bytes may be under way: the next run begins with new connections.
    for (Source& source : sources_) reactor_.unwatch(source.watch);
    sources_.clear();
    sinks().reset();
  }
  messages_.clear();
  result_.error = error;
  const Result result = std::exchange(result_, Result{});
  on_done_(result);
}

}  // namespace openbell::io

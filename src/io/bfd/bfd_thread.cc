#include "io/bfd/bfd_thread.h"

#include <cstring>
#include <sys/random.h>

#include "base/check.h"
#include "io/loop/thread_priority.h"
#include "io/loop/worker_thread.h"

namespace openbell::io {

namespace {

constexpr std::size_t news_size = 1 << 18;  // bytes: some thousand reports

std::uint64_t random_number() {
  std::uint64_t number = 0;
  OPENBELL_CHECK(::getrandom(&number, sizeof number, 0) == sizeof number);
  return number;
}

std::string why_impossible(const bfd::SessionConfig& config) {
  if (!config.peer_address) return "a BFD session needs a peer address";
  if (config.local_address && config.local_address.is_v6() != config.peer_address.is_v6())
    return "local address " + config.local_address.text() + " and peer address " +
           config.peer_address.text() + " are not of the same family";
  if (config.peer_address.is_link_local() && config.interface.empty())
    return "peer address " + config.peer_address.text() + " needs an interface";
  return bfd::Authenticator(config, 0).error();
}

std::string path_of(const bfd::SessionConfig& config) {
  const std::string to = "to " + config.peer_address.text();
  return config.local_address ? "from " + config.local_address.text() + " " + to : to;
}

}  // namespace

BfdThread::BfdThread(Reactor& reactor, BfdEvents& events,
                     std::function<void(const std::string&)> log)
    : events_(events),
      log_(std::move(log)),
      news_(news_size),
      wakeup_(
          reactor, [this] { read_news(); }, Rank::probe),
      loop_(news_, [this] { wakeup_.wake(); }) {}

BfdThread::~BfdThread() {
  if (!thread_.joinable()) return;
  loop_.post([this] { loop_.stop(); });
  thread_.join();
}

void BfdThread::begin_thread() {
  if (thread_.joinable()) return;
  thread_ = start_worker("openbell-bfd", [this] { loop_.run(); });
  const std::string error = set_thread_priority(thread_.native_handle(), priority_, cpu_);
  if (!error.empty())
    log("bfd: " + error + "; sessions run with the ordinary priority, see `openbell jitter`");
}

std::string BfdThread::start(bfd::SessionId id, const bfd::SessionConfig& config) {
  const auto found = running_.find(id);
  std::string error = why_impossible(config);
  if (found != running_.end() && error.empty() && same_place(found->second.config, config)) {
    if (found->second.config == config) return {};
    found->second.config = config;
    loop_.post([this, key = found->second.key, config] { loop_.change(key, config); });
    return {};
  }
  stop(id);
  return error.empty() ? start_new(id, config) : error;
}

std::string BfdThread::start_new(bfd::SessionId id, const bfd::SessionConfig& config) {
  if (running_.size() >= sessions_max)
    return "there are " + std::to_string(sessions_max) + " BFD sessions already";
  for (const auto& [other, session] : running_)
    if (same_place(session.config, config))
      return "there is a BFD session " + path_of(config) + " already";
  auto sender = BfdSender::open(config);
  if (!sender) return std::move(sender.error());
  const BfdPort port = bfd_port_of(config);
  if (std::string error = use_port(port); !error.empty()) return error;
  const BfdKey key = next_key_++;
  const auto counters = std::make_shared<BfdCounters>();
  // RFC 5880 6.8.1: random, unique, not zero. The low bits of the key make it unique.
  const auto discriminator =
      static_cast<std::uint32_t>(random_number() << 16 | (key & 0xFFFF)) | 0x8000'0000u;
  auto slot = std::make_unique<BfdSlot>(key, config, std::move(*sender), discriminator,
                                        random_number(), counters);
  running_.emplace(id, Running{key, config, counters});
  ids_.emplace(key, id);
  const int receiver = ports_.at(port).socket->get();
  loop_.post(
      [this, receiver, slot = std::move(slot)]() mutable { loop_.add(std::move(slot), receiver); });
  begin_thread();
  return {};
}

std::string BfdThread::use_port(const BfdPort& port) {
  if (const auto found = ports_.find(port); found != ports_.end()) {
    ++found->second.users;
    return {};
  }
  std::vector<std::shared_ptr<const Fd>> alive;
  std::vector<int> siblings;
  for (const auto& [other, shared] : ports_)
    if (other.multihop == port.multihop && other.v6 == port.v6)
      siblings.push_back(shared.socket->get());
  // What the thread has not closed yet may stand on the very same port.
  for (const std::weak_ptr<const Fd>& closing : closing_)
    if (const auto socket = closing.lock(); socket != nullptr) {
      siblings.push_back(socket->get());
      alive.push_back(socket);
    }
  auto socket = open_bfd_receiver(port, siblings);
  if (!socket) return std::move(socket.error());
  const auto shared = std::make_shared<const Fd>(std::move(*socket));
  ports_.emplace(port, SharedSocket{shared, 1});
  loop_.post([this, shared, multihop = port.multihop] { loop_.add_receiver(shared, multihop); });
  return {};
}

void BfdThread::release_port(const BfdPort& port) {
  const auto found = ports_.find(port);
  if (--found->second.users != 0) return;
  std::erase_if(closing_, [](const auto& socket) { return socket.expired(); });
  closing_.push_back(found->second.socket);
  loop_.post([this, socket = found->second.socket->get()] { loop_.remove_receiver(socket); });
  ports_.erase(found);
}

void BfdThread::stop(bfd::SessionId id) {
  const auto found = running_.find(id);
  if (found == running_.end()) return;
  const BfdKey key = found->second.key;
  loop_.post([this, key] { loop_.remove(key); });
  release_port(bfd_port_of(found->second.config));
  ids_.erase(key);
  running_.erase(found);
}

bfd::Statistics BfdThread::statistics(bfd::SessionId id) const {
  const auto found = running_.find(id);
  return found == running_.end() ? bfd::Statistics{} : found->second.counters->load();
}

void BfdThread::set_priority(int fifo_priority, int cpu, std::string& error) {
  priority_ = fifo_priority;
  cpu_ = cpu;
  if (thread_.joinable()) error = set_thread_priority(thread_.native_handle(), fifo_priority, cpu);
}

void BfdThread::read_news() {
  for (base::Bytes record = news_.front(); !record.empty(); record = news_.front()) {
    BfdNews news;
    std::memcpy(&news, record.data(), sizeof news);
    news_.pop();
    const auto id = ids_.find(news.key);
    if (id == ids_.end()) continue;  // stopped meanwhile
    switch (news.kind) {
      case BfdNews::Kind::report:
        events_.on_bfd(id->second, news.report);
        break;
      case BfdNews::Kind::send_failed: {
        const std::string where = "bfd: " + path_of(running_.at(id->second).config) + ": ";
        log(news.error == 0 ? where + "packets can be sent again"
                            : where + system_error("cannot send", news.error));
        break;
      }
    }
  }
}

void BfdThread::log(const std::string& line) const {
  if (log_) log_(line);
}

}  // namespace openbell::io

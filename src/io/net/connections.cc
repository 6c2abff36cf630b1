#include "io/net/connections.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "base/check.h"

namespace openbell::io {

namespace {
// RFC 8654: the largest message is 65535 bytes; a second one may have begun behind it.
constexpr std::size_t receive_bytes = 2 * 65535;
// One turn takes no more from one peer: 2,000 prefixes of UPDATEs are parsed meanwhile, and
// printed.
constexpr std::size_t read_bytes = 8u << 10;
}  // namespace

class Connection final : public Handler {
 public:
  Connection(ConnectionTable& table, ConnectionId id)
      : table_(table), id_(id), deadline_(table.reactor_, [this] { on_deadline(); }) {}
  ~Connection() override { table_.reactor_.unwatch(watch_); }

  void connect(const TcpOptions& options);
  void open(Fd socket);
  std::size_t write(base::Bytes bytes);
  std::size_t write_stamped(base::Bytes bytes, std::uint64_t stamp);
  void close();
  void on_ready(std::uint32_t tag, std::uint32_t events) override;

 private:
  enum class State : std::uint8_t {
    failed,  // says so in the next turn
    connecting,
    open,
    lingering,  // closed by the owner, flushing
    gone,       // says nothing any more, freed in the next turn
  };

  void finish_connect();
  template <typename Send>
  std::size_t put(base::Bytes bytes, Send send);
  void flush();
  int send_queue();
  void serve_reports();
  bool take_stamps();
  void read();
  void discard();
  void end(std::string_view why);
  void want(std::uint32_t events);
  void on_deadline();

  ConnectionTable& table_;
  ConnectionId id_;
  State state_ = State::connecting;
  bool write_failed_ = false;
  std::uint32_t wanted_ = 0;
  Fd socket_;
  Watch watch_ = 0;
  Timer deadline_;
  Endpoint peer_;
  std::string failure_;
  ChunkQueue queue_;
  std::unique_ptr<TransmitStamps> stamps_;  // from the first stamped write on
  std::unique_ptr<std::uint8_t[]> received_;
  std::size_t held_ = 0;
};

void Connection::connect(const TcpOptions& options) {
  peer_ = options.peer;
  auto socket = open_connection(options);
  if (!socket) {
    state_ = State::failed;
    failure_ = std::move(socket.error());
    deadline_.arm_now();
    return;
  }
  socket_ = std::move(*socket);
  wanted_ = EPOLLOUT;
  watch_ = table_.reactor_.watch(socket_.get(), wanted_, Rank::socket, *this);
  deadline_.arm(table_.reactor_.now().tick + table_.limits_.connect);
}

void Connection::open(Fd socket) {
  socket_ = std::move(socket);
  state_ = State::open;
  wanted_ = EPOLLIN;
  watch_ = table_.reactor_.watch(socket_.get(), wanted_, Rank::socket, *this);
}

void Connection::want(std::uint32_t events) {
  if (events == wanted_) return;
  wanted_ = events;
  table_.reactor_.change(watch_, events);
}

void Connection::finish_connect() {
  const int error = pending_error(socket_.get());
  if (error != 0) return end(system_error("cannot connect to " + peer_.text(), error));
  const Endpoint local = local_endpoint(socket_.get());
  // On loopback a connect to a free port of the ephemeral range can meet itself.
  if (local == peer_) return end("cannot connect to " + peer_.text() + ": met itself");
  deadline_.disarm();
  state_ = State::open;
  want(EPOLLIN);
  table_.events_.on_connected(id_, local, peer_);
}

/// Sends at once what the kernel takes through send(socket, bytes) and keeps the rest.
template <typename Send>
std::size_t Connection::put(base::Bytes bytes, Send send) {
  if (queue_.empty()) {
    const ssize_t sent = send(socket_.get(), bytes);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) {
      // What the peer sent before it went (a NOTIFICATION, say) is still to be read: reading finds
      // the end.
      write_failed_ = true;
      return 0;
    }
    if (sent > 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(sent));
      if (stamps_) stamps_->sent(static_cast<std::size_t>(sent));
    }
    if (bytes.empty()) [[likely]]
      return 0;
    want(EPOLLIN | EPOLLOUT);
  }
  queue_.append(bytes);
  return queue_.size();
}

std::size_t Connection::write(base::Bytes bytes) {
  if (state_ != State::open || write_failed_) return 0;
  return put(bytes, [](int socket, base::Bytes all) {
    return ::send(socket, all.data(), all.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  });
}

std::size_t Connection::write_stamped(base::Bytes bytes, std::uint64_t stamp) {
  if (state_ != State::open || write_failed_ || bytes.empty()) return queue_.size();
  if (!stamps_) {
    if (!TransmitStamps::enable(socket_.get())) return write(bytes);
    stamps_ = std::make_unique_for_overwrite<TransmitStamps>();
  }
  stamps_->add(queue_.size() + bytes.size(), stamp);
  const std::size_t kept = put(bytes, [this](int socket, base::Bytes all) {
    iovec part{const_cast<std::uint8_t*>(all.data()), all.size()};  // sendmsg() only reads it
    return stamps_->send(socket, &part, 1);
  });
  serve_reports();
  return kept;
}

/// In the next turn, if a burst has read any already.
void Connection::serve_reports() {
  if (!stamps_->reports().empty()) table_.reactor_.again(watch_);
}

/// Gives the kernel what it takes of the queue: in one go, or up to each stamp that waits in it, so
/// that the stamp is that of its own last byte. 0 or an errno.
int Connection::send_queue() {
  if (!stamps_) return queue_.send_to(socket_.get());
  int error = 0;
  for (bool taken = true; taken && error == 0 && !queue_.empty();) {
    const std::size_t before = queue_.size();
    const std::optional<std::size_t> stop = stamps_->next_stop();
    error = stop ? queue_.send_stamped_to(socket_.get(), *stop, *stamps_)
                 : queue_.send_to(socket_.get());
    const std::size_t sent = before - queue_.size();
    stamps_->sent(sent);
    taken = sent == stop.value_or(before);
  }
  serve_reports();
  return error;
}

void Connection::flush() {
  if (send_queue() != 0) {
    write_failed_ = true;
    queue_.clear();
  }
  if (!queue_.empty()) return;
  want(EPOLLIN);
  if (state_ == State::lingering)
    ::shutdown(socket_.get(), SHUT_WR);
  else if (!write_failed_)
    table_.events_.on_writable(id_);
}

void Connection::read() {
  if (!received_) received_ = std::make_unique_for_overwrite<std::uint8_t[]>(receive_bytes);
  const std::size_t room = std::min(read_bytes, receive_bytes - held_);
  const ssize_t n = ::recv(socket_.get(), received_.get() + held_, room, MSG_DONTWAIT);
  if (n == 0) return end("closed by the peer");
  if (n < 0) {
    if (errno == EAGAIN || errno == EINTR) return;
    return end(system_error("lost", errno));
  }
  held_ += static_cast<std::size_t>(n);
  const std::size_t used = table_.events_.on_bytes(id_, {received_.get(), held_});
  if (state_ != State::open) return;
  OPENBELL_CHECK(used <= held_);
  held_ -= used;
  if (held_ == receive_bytes) return end("a message without end");
  if (used != 0 && held_ != 0) std::memmove(received_.get(), received_.get() + used, held_);
}

/// Reads what a lingering connection still gets, so that closing it sends no RST.
void Connection::discard() {
  std::uint8_t sink[4096];
  for (int i = 0; i < 16; ++i) {
    const ssize_t n = ::recv(socket_.get(), sink, sizeof sink, MSG_DONTWAIT);
    if (n > 0) continue;
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    return end({});
  }
}

/// Passes on what the kernel reports of stamps; false when the error queue was empty.
bool Connection::take_stamps() {
  if (!stamps_) return false;
  if (stamps_->read(socket_.get()) == 0) return false;
  // What on_stamp writes may add reports: they are served too.
  for (std::size_t i = 0; i < stamps_->reports().size() && state_ == State::open; ++i) {
    const TransmitStamps::Report report = stamps_->reports()[i];
    if (const std::optional<std::uint64_t> stamp = stamps_->settle(report))
      table_.events_.on_stamp(id_, *stamp, report.kind, report.utc_ns);
  }
  stamps_->clear_reports();
  return true;
}

void Connection::on_ready(std::uint32_t, std::uint32_t events) {
  if (state_ == State::connecting) return finish_connect();
  // Time stamps come as an error too; one that is left after them comes again in the next turn.
  if ((events == 0 || (events & EPOLLERR) != 0) && take_stamps())
    events &= ~std::uint32_t{EPOLLERR};
  if (state_ == State::gone) return;
  // Reading first: what the peer said last counts even if it does not listen any more.
  if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0)
    state_ == State::lingering ? discard() : read();
  if ((events & EPOLLOUT) != 0 && (state_ == State::open || state_ == State::lingering) &&
      !queue_.empty())
    flush();
}

void Connection::close() {
  if (state_ == State::lingering || state_ == State::gone) return;
  const bool was_open = state_ == State::open && !write_failed_;
  state_ = State::lingering;
  if (!was_open) return end({});
  if (queue_.empty()) ::shutdown(socket_.get(), SHUT_WR);
  deadline_.arm(table_.reactor_.now().tick + table_.limits_.linger);
}

void Connection::on_deadline() {
  end(state_ == State::failed ? failure_ : "cannot connect to " + peer_.text() + ": timed out");
}

/// Leaves the table; the owner hears of it unless it closed the connection itself.
void Connection::end(std::string_view why) {
  const State was = std::exchange(state_, State::gone);
  table_.reactor_.unwatch(watch_);
  deadline_.disarm();
  socket_.reset();
  queue_.clear();
  ConnectionEvents& events = table_.events_;
  table_.remove(id_);
  switch (was) {
    case State::failed:
    case State::connecting:
      return events.on_connect_failed(id_, why);
    case State::open:
      return events.on_closed(id_, why);
    case State::lingering:
    case State::gone:
      return;
  }
}

ConnectionTable::ConnectionTable(Reactor& reactor, ConnectionEvents& events,
                                 const ConnectionLimits& limits)
    : reactor_(reactor),
      events_(events),
      limits_(limits),
      bury_(reactor, [this] { gone_.clear(); }) {}

ConnectionTable::~ConnectionTable() = default;

Connection& ConnectionTable::add(ConnectionId id) {
  const auto [at, added] = connections_.emplace(id, std::make_unique<Connection>(*this, id));
  OPENBELL_CHECK(added);
  return *at->second;
}

void ConnectionTable::remove(ConnectionId id) {
  const auto at = connections_.find(id);
  OPENBELL_CHECK(at != connections_.end());
  gone_.push_back(std::move(at->second));
  connections_.erase(at);
  bury_.arm_now();
}

void ConnectionTable::connect(ConnectionId id, const TcpOptions& options) {
  add(id).connect(options);
}

std::string ConnectionTable::adopt(ConnectionId id, Fd socket, std::uint8_t ttl,
                                   std::uint8_t ttl_min) {
  const bool v6 = peer_endpoint(socket.get()).address.is_v6();
  if (std::string error = set_ttl(socket.get(), v6, ttl, ttl_min); !error.empty()) return error;
  add(id).open(std::move(socket));
  return {};
}

std::size_t ConnectionTable::write(ConnectionId id, base::Bytes bytes) {
  const auto at = connections_.find(id);
  return at == connections_.end() ? 0 : at->second->write(bytes);
}

std::size_t ConnectionTable::write_stamped(ConnectionId id, base::Bytes bytes,
                                           std::uint64_t stamp) {
  const auto at = connections_.find(id);
  return at == connections_.end() ? 0 : at->second->write_stamped(bytes, stamp);
}

void ConnectionTable::close(ConnectionId id) {
  const auto at = connections_.find(id);
  if (at != connections_.end()) at->second->close();
}

}  // namespace openbell::io

#include "io/connections.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/check.h"

namespace openbell::io {

namespace {
// RFC 8654: the largest message is 65535 bytes; a second one may have begun behind it.
constexpr std::size_t receive_bytes = 2 * 65535;
// One turn takes no more from one peer: 8,000 prefixes of an UPDATE are parsed meanwhile.
constexpr std::size_t read_bytes = 32u << 10;
}  // namespace

class Connection final : public Handler {
 public:
  Connection(ConnectionTable& table, ConnectionId id)
      : table_(table), id_(id), deadline_(table.reactor_, [this] { on_deadline(); }) {}
  ~Connection() override { table_.reactor_.unwatch(watch_); }

  void connect(const TcpOptions& options);
  void open(Fd socket);
  std::size_t write(base::Bytes bytes);
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
  void flush();
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

std::size_t Connection::write(base::Bytes bytes) {
  if (state_ != State::open || write_failed_) return 0;
  if (queue_.empty()) {
    const ssize_t sent =
        ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent == static_cast<ssize_t>(bytes.size())) [[likely]]
      return 0;
    if (sent < 0 && errno != EAGAIN && errno != EINTR) {
      // What the peer sent before it went (a NOTIFICATION, say) is still to be read: reading finds
      // the end.
      write_failed_ = true;
      return 0;
    }
    if (sent > 0) bytes = bytes.subspan(static_cast<std::size_t>(sent));
    want(EPOLLIN | EPOLLOUT);
  }
  queue_.append(bytes);
  return queue_.size();
}

void Connection::flush() {
  if (queue_.send_to(socket_.get()) != 0) {
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

void Connection::on_ready(std::uint32_t, std::uint32_t events) {
  if (state_ == State::connecting) return finish_connect();
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

void ConnectionTable::close(ConnectionId id) {
  const auto at = connections_.find(id);
  if (at != connections_.end()) at->second->close();
}

}  // namespace openbell::io

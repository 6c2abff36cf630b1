#include "main/command/peer.h"

#include <array>
#include <csignal>
#include <cstdio>
#include <memory>
#include <unordered_map>

#include "base/ip.h"
#include "io/loop/clock.h"
#include "io/loop/signals.h"
#include "io/net/connections.h"
#include "io/net/listener.h"
#include "session/session.h"

namespace openbell {

namespace {

/// Prints `SECONDS.MICROSECONDS text`, UTC, at once.
void say(base::Now now, const std::string& text) {
  std::printf("%lld.%06lld %s\n", static_cast<long long>(now.utc_ns / 1'000'000'000),
              static_cast<long long>(now.utc_ns / 1'000 % 1'000'000), text.c_str());
}

/// One speaker that connected to us.
class Guest final : public session::SessionListener {
 public:
  Guest(io::ConnectionTable& connections, io::ConnectionId id, std::string name,
        const Arguments& arguments)
      : connections_(connections),
        id_(id),
        name_(std::move(name)),
        quiet_(arguments.quiet),
        session_({.open = local_open(arguments), .passive = true}, *this) {}

  void start(base::IpAddress local, base::Now now) {
    now_ = now;
    session_.start(now);
    session_.on_connected(session::Initiator::peer, local, now);
  }
  std::size_t on_bytes(base::Bytes bytes, base::Now now) {
    now_ = now;
    return session_.on_bytes(bytes, now);
  }
  void on_lost(std::string_view why, base::Now now) {
    now_ = now;
    say(now, name_ + " lost: " + std::string(why));
    session_.on_closed(now);
  }
  void on_timer(base::Now now) {
    now_ = now;
    if (session_.deadline() <= now.tick) session_.on_timer(now);
  }
  [[nodiscard]] base::Tick deadline() const { return session_.deadline(); }
  [[nodiscard]] bool closed() const { return closed_; }

  void on_connect() override {}
  void on_connect_abandoned() override {}
  void on_send(bgp::Bytes message) override { connections_.write(id_, message); }
  void on_close(std::string_view reason) override {
    say(now_, name_ + " closed: " + std::string(reason));
    connections_.close(id_);
    closed_ = true;
  }
  void on_state(session::State state) override {
    if (state == session::State::established) say(now_, name_ + " established");
  }
  void on_open(bgp::Direction, const bgp::OpenView&, bgp::Bytes) override {}
  void on_negotiated(const session::Negotiated&) override {}
  void on_keepalive(bgp::Direction, bgp::Bytes) override {}
  void on_malformed_update(const bgp::UpdateView& update, bgp::Bytes) override {
    say(now_, name_ + " malformed: " + std::string(update.reason));
  }
  void on_operational(bgp::Bytes) override {}
  void on_refresh(const bgp::RefreshView&, bgp::Bytes) override {}
  void on_notification(bgp::Direction direction, bgp::NotificationCode code, bgp::Bytes data,
                       bgp::Bytes) override {
    say(now_, name_ +
                  (direction == bgp::Direction::send ? " notification sent " : " notification ") +
                  std::to_string(code.code) + "/" + std::to_string(code.subcode) + " " +
                  bgp::describe_notification_data(code, data));
  }
  void on_update(const bgp::UpdateView& update, bgp::Bytes) override {
    if (update.end_of_rib) {
      say(now_, name_ + " end-of-rib " + family_name(update.end_of_rib_family));
      return;
    }
    const bool as_withdrawn = update.treatment == bgp::Treatment::treat_as_withdraw;
    for (std::size_t i = 0; i < update.withdrawn_count; ++i) print(update.withdrawn[i], true);
    for (std::size_t i = 0; i < update.announced_count; ++i)
      print(update.announced[i], as_withdrawn);
  }

 private:
  static session::LocalOpen local_open(const Arguments& arguments) {
    session::LocalOpen open;
    open.local_as = arguments.peer_own_as;
    open.router_id = 0x0A000002;
    open.capabilities.four_octet_as = arguments.peer_own_as;
    for (std::size_t i = 0; i < bgp::family_count; ++i)
      open.capabilities.families.push_back(bgp::numbers_of(static_cast<bgp::Family>(i)));
    open.capabilities.route_refresh = true;
    open.capabilities.extended_message = true;
    open.aigp = true;
    return open;
  }
  static std::string family_name(bgp::Family family) {
    std::string text;
    base::TextWriter writer(text);
    bgp::print_family(family, writer);
    return text;
  }

  void print(const bgp::NlriField& field, bool withdrawn) {
    const char* what = withdrawn ? " withdrawn " : " announced ";
    const bgp::IpAddress next_hop = withdrawn ? bgp::IpAddress() : bgp::next_hop_address(field);
    bgp::NlriReader reader(field, session_.context());
    bgp::NlriView nlri;
    std::size_t count = 0;
    for (; reader.next(nlri); ++count) {
      if (quiet_) continue;
      std::string text = name_ + what;
      base::TextWriter writer(text);
      bgp::print_family(field.family, writer);
      writer.put(' ');
      bgp::ops(field.family).print(nlri, next_hop, writer);
      say(now_, text);
    }
    if (quiet_) say(now_, name_ + what + std::to_string(count) + " " + family_name(field.family));
  }

  io::ConnectionTable& connections_;
  io::ConnectionId id_;
  std::string name_;
  bool quiet_;
  bool closed_ = false;
  base::Now now_;
  session::Session session_;
};

class Peer final : public io::Driver, public io::ConnectionEvents {
 public:
  explicit Peer(const Arguments& arguments)
      : arguments_(arguments),
        signals_(reactor_, {SIGINT, SIGTERM}, [this](int) { reactor_.stop(); }),
        connections_(reactor_, *this) {}

  int run(const io::Endpoint& at) {
    auto listener = io::Listener::open(
        reactor_, at, [this](io::Listener::Accepted accepted) { welcome(std::move(accepted)); });
    if (!listener) {
      std::fprintf(stderr, "%s\n", listener.error().c_str());
      return 1;
    }
    say(reactor_.now(), "listening on " + (*listener)->local().text());
    std::fflush(stdout);
    reactor_.run(*this);
    return 0;
  }

  base::Tick next_deadline() override {
    base::Tick earliest = base::never;
    for (const auto& [id, guest] : guests_) earliest = std::min(earliest, guest->deadline());
    return earliest;
  }
  void on_timers(const base::Now& now) override {
    for (const auto& [id, guest] : guests_) guest->on_timer(now);
  }
  bool end_of_turn(const base::Now&) override {
    std::erase_if(guests_, [](const auto& entry) { return entry.second->closed(); });
    std::fflush(stdout);
    return false;
  }

  void on_connected(io::ConnectionId, const io::Endpoint&, const io::Endpoint&) override {}
  void on_connect_failed(io::ConnectionId, std::string_view) override {}
  void on_writable(io::ConnectionId) override {}
  std::size_t on_bytes(io::ConnectionId id, base::Bytes bytes) override {
    const auto at = guests_.find(id);
    return at == guests_.end() ? bytes.size() : at->second->on_bytes(bytes, reactor_.now());
  }
  void on_closed(io::ConnectionId id, std::string_view why) override {
    const auto at = guests_.find(id);
    if (at == guests_.end()) return;
    at->second->on_lost(why, reactor_.now());
    guests_.erase(at);
  }

 private:
  void welcome(io::Listener::Accepted accepted) {
    const io::ConnectionId id{++last_id_};
    const std::string name = accepted.peer.address.text();
    if (!connections_.adopt(id, std::move(accepted.socket), 0, 0).empty()) return;
    say(reactor_.now(), name + " connected");
    auto& guest = guests_[id];
    guest = std::make_unique<Guest>(connections_, id, name, arguments_);
    guest->start(accepted.local.address, reactor_.now());
  }

  const Arguments& arguments_;
  io::Reactor reactor_;
  io::Signals signals_;
  io::ConnectionTable connections_;
  std::unordered_map<io::ConnectionId, std::unique_ptr<Guest>> guests_;
  std::uint64_t last_id_ = 0;
};

/// `10.0.0.1:179`, `[::1]:179`, an address alone (port 179).
bool read_endpoint(std::string text, io::Endpoint& endpoint) {
  endpoint.port = 179;
  const std::size_t colon = text.rfind(':');
  const bool v6 = text.find(':') != colon || text.starts_with('[');
  const bool has_port = colon != std::string::npos && (!v6 || text.find("]:") != std::string::npos);
  if (has_port) {
    std::uint64_t port = 0;
    if (!base::parse_decimal(text.substr(colon + 1), 65535, port)) return false;
    endpoint.port = static_cast<std::uint16_t>(port);
    text.resize(colon);
  }
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  return base::parse_ip(text, endpoint.address);
}

}  // namespace

int run_peer(const Arguments& arguments) {
  io::Endpoint at;
  if (!read_endpoint(arguments.listen, at)) {
    std::fprintf(stderr, "--listen wants ADDRESS:PORT, found '%s'\n", arguments.listen.c_str());
    return 1;
  }
  Peer peer(arguments);
  return peer.run(at);
}

}  // namespace openbell

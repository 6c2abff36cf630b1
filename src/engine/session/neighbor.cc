#include "engine/session/neighbor.h"

#include <algorithm>
#include <utility>

#include "engine/report/client_events.h"
#include "engine/report/publisher.h"
#include "engine/report/receipt.h"
#include "engine/routing/bulk.h"
#include "engine/routing/routing.h"
#include "engine/session/local_open.h"
#include "engine/session/roster.h"

namespace openbell::engine {

std::uint64_t MessageCounters::total() const {
  std::uint64_t sum = 0;
  for (const std::uint64_t count : by_type) sum += count;
  return sum;
}

Neighbor::Neighbor(const SessionContext& context, Roster& roster, NeighborId id,
                   grammar::NeighborConfig config)
    : context_(context),
      roster_(roster),
      id_(id),
      received_(std::make_unique<rib::AdjRibIn>(context.routing.paths)) {
  since_ = context.turn.now.tick;
  range_life_ = config.peer_address.is_host() ? RangeLife::single : RangeLife::range;
  audience_ = context.routing.peers.audience(id);
  adopt(std::move(config));
  had_families_ = config_.families;
  current_ = std::make_unique<Link>(context_, roster_, *this, session_options());
}

Neighbor::Neighbor(const SessionContext& context, Roster& roster, NeighborId id,
                   const Neighbor& range, const base::IpAddress& peer)
    : context_(context),
      roster_(roster),
      id_(id),
      received_(std::make_unique<rib::AdjRibIn>(context.routing.paths)) {
  since_ = context.turn.now.tick;
  range_life_ = RangeLife::unborn;
  range_ = range.id();
  config_.peer_address = {peer, static_cast<std::uint8_t>(peer.bytes().size() * 8)};
  adopt(range);
  current_ = std::make_unique<Link>(context_, roster_, *this, session_options());
}

Neighbor::~Neighbor() = default;

bool Neighbor::passive() const {
  return config_.passive || is_born_of_range() || context_.options.passive;
}

void Neighbor::adopt(grammar::NeighborConfig config) {
  routes_ = std::make_shared<const grammar::RouteList>(std::exchange(config.routes, {}));
  if (current_ != nullptr && config.peer_address != config_.peer_address) renew("another address");
  config_ = std::move(config);
  had_families_ = had_families_ & config_.families;
  if (current_ != nullptr) current_->session().set_options(session_options());
  superseded_ = std::make_shared<std::vector<std::uint32_t>>();
}

void Neighbor::adopt(const Neighbor& range) {
  const base::IpPrefix peer = config_.peer_address;
  config_ = range.config_;
  config_.peer_address = peer;
  routes_ = range.routes_;
  helpers_ = range.helpers_;
  if (current_ != nullptr) current_->session().set_options(session_options());
}

void Neighbor::bind(const std::vector<HelperId>& by_process) {
  helpers_.clear();
  for (const grammar::ApiBinding& binding : config_.api)
    helpers_.push_back(by_process[base::place(binding.process)]);
}

void Neighbor::be_born(Link& link) {
  range_life_ = RangeLife::born;
  context_.routing.peers.join(range_, id_);
  audience_ = context_.routing.peers.audience(id_);
  context_.listener.on_born();
  event::Event event;
  event.kind = event::Kind::connected;
  emit_from(link, event);
  set_state_name("CONNECT");
  set_state_name("OPENSENT");
}

void Neighbor::renew(std::string_view what) {
  renewed_at_ = context_.routing.store.last_change();
  renewal_ = what;
}

/// It is told what the file says last of this NLRI: nobody has said anything else since.
bool Neighbor::is_told_as_configured(const bgp::NlriView& nlri) const {
  const rib::RouteStore& store = context_.routing.store;
  const base::Handle told = store.find(nlri, id_);
  return told != base::no_handle &&
         store[told].claimant == rib::Claimant{rib::Rank::word, claimant_configuration}.packed();
}

void Neighbor::send_superseded() {
  const bgp::WireContext& context = *wire_context();
  std::vector<std::uint8_t> attributes(context.message_size_max());
  std::vector<std::uint8_t> message(context.message_size_max());
  const Neighbor& configured = is_born_of_range() ? *roster_.find(range_) : *this;
  for (const std::uint32_t place : *configured.superseded_) {
    const grammar::RouteView route = routes_->at(place);
    if (!context.families.contains(route.nlri.family) || !is_told_as_configured(route.nlri) ||
        !bgp::can_send(route.nlri.family, route.path.next_hop, context))
      continue;
    bgp::ByteWriter out(attributes);
    bgp::UpdateWriter writer(message, context);
    if (!bgp::write_outbound_attributes(route.path, route.nlri.family, context, out)) continue;
    if (!writer.begin_announce(route.nlri.family, route.path.next_hop, out.written()) ||
        !writer.add(route.nlri))
      continue;
    write(writer.finish());
  }
}

// --- life

session::SessionOptions Neighbor::session_options() const {
  return {local_open(config_, context_.options, !was_established_), passive(),
          context_.options.open_wait_s};
}

void Neighbor::start() {
  roster_.touch(id_);
  if (is_range()) return;
  set_state_name("ACTIVE");
  // ExaBGP's helpers see IDLE while a connection is being made.
  if (!passive()) set_state_name("IDLE");
  current_->session().start(context_.turn.now);
}

void Neighbor::tear_down(bgp::NotificationCode code, std::string_view text) {
  roster_.touch(id_);
  drop_contender();
  current_->end(code, text, {}, Link::After::restart);
}

void Neighbor::leave(bgp::NotificationCode code, std::string_view text) {
  roster_.touch(id_);
  drop_contender();
  current_->end(code, text, {}, Link::After::stay_down);
}

void Neighbor::connect() {
  roster_.touch(id_);
  current_->session().start(context_.turn.now);
}

void Neighbor::on_bfd_down() {
  if (!established()) return;
  roster_.touch(id_);
  drop_contender();
  current_->session().on_bfd_down(context_.turn.now);
}

void Neighbor::end_for_good(bgp::NotificationCode code, std::string_view text,
                            std::string_view reason) {
  roster_.touch(id_);
  ended_ = true;
  drop_contender();
  current_->end(code, text, reason, Link::After::stay_down);
}

base::Tick Neighbor::deadline() const {
  const base::Tick own = current_->session().deadline();
  return contender_ == nullptr ? own : std::min(own, contender_->session().deadline());
}

void Neighbor::on_timer() {
  roster_.touch(id_);
  if (contender_ != nullptr) contender_->session().on_timer(context_.turn.now);
  current_->session().on_timer(context_.turn.now);
}

// --- connections

ConnectionId Neighbor::open_connection() {
  const std::uint32_t limit = context_.options.attempts;
  if (ended_ || (limit != 0 && attempts_ == limit)) {
    given_up_ = true;
    return no_connection;
  }
  ++attempts_;
  const ConnectionId connection = roster_.next_connection(id_);
  const std::uint16_t port =
      config_.connect_port != 0 ? config_.connect_port : context_.options.port;
  context_.network.connect(connection, {.local_address = config_.local_address,
                                        .peer_address = config_.peer_address.address,
                                        .port = port,
                                        .source_interface = config_.source_interface,
                                        .md5_password = config_.md5_password,
                                        .ttl = config_.outgoing_ttl.value_or(0),
                                        .ttl_min = config_.incoming_ttl.value_or(0)});
  return connection;
}

Link* Neighbor::link_of(ConnectionId connection) const {
  if (current_->connection() == connection) return current_.get();
  return contender_ != nullptr && contender_->connection() == connection ? contender_.get()
                                                                         : nullptr;
}

void Neighbor::on_connected(ConnectionId connection, const base::IpAddress& local) {
  roster_.touch(id_);
  if (Link* link = link_of(connection)) link->on_connected(local);
}

void Neighbor::on_connect_failed(ConnectionId connection, std::string_view reason) {
  roster_.touch(id_);
  roster_.forget_connection(connection);
  context_.log.log(6, "network",
                   "cannot connect to " + peer_address().text() + ": " + std::string(reason));
  if (Link* link = link_of(connection)) link->on_connect_failed();
}

session::ConnectionPair Neighbor::connections() const {
  session::ConnectionPair pair{current_->session().connection()};
  if (contender_ != nullptr) pair.contender = contender_->session().connection();
  return pair;
}

bool Neighbor::on_accepted(ConnectionId connection, const base::IpAddress& local) {
  using As = session::Admission::As;
  roster_.touch(id_);
  const session::Admission admission = session::admit(connections(), ended_ || given_up_);
  if (admission.as == As::refused) {
    std::uint8_t message[bgp::header_size + 2];
    context_.network.write(connection, bgp::encode_notification(admission.refusal, {}, message));
    return false;
  }
  roster_.note_connection(connection, id_);
  if (admission.as == As::contender) {
    contender_ = std::make_unique<Link>(context_, roster_, *this, session_options());
    contender_->session().wait(context_.turn.now);
  }
  Link& link = admission.as == As::contender ? *contender_ : *current_;
  link.on_accepted(connection, local);
  return true;
}

std::size_t Neighbor::on_bytes(ConnectionId connection, bgp::Bytes bytes) {
  roster_.touch(id_);
  Link* link = link_of(connection);
  return link == nullptr ? bytes.size() : link->session().on_bytes(bytes, context_.turn.now);
}

void Neighbor::on_closed(ConnectionId connection, std::string_view reason) {
  roster_.touch(id_);
  context_.log.log(6, "network",
                   "connection with " + peer_address().text() + " ended: " + std::string(reason));
  if (Link* link = link_of(connection)) link->on_closed();
}

void Neighbor::on_writable(ConnectionId connection) {
  roster_.touch(id_);
  if (Link* link = link_of(connection)) link->on_writable();
}

bool Neighbor::quiet() const {
  return contender_ == nullptr && !current_->session().connected();
}

bool Neighbor::over() const {
  if (unborn()) return quiet();
  return !current_->introduced() && (contender_ == nullptr || !contender_->introduced());
}

std::unique_ptr<Link> Neighbor::give_up_silent() {
  if (contender_ != nullptr && contender_->session().connected()) return std::move(contender_);
  if (!current_->session().connected()) return nullptr;
  return std::exchange(current_,
                       std::make_unique<Link>(context_, roster_, *this, session_options()));
}

void Neighbor::begin_with(std::unique_ptr<Link> link) {
  roster_.touch(id_);
  current_ = std::move(link);
  current_->belong_to(*this);
  roster_.note_connection(current_->connection(), id_);
  set_state_name("ACTIVE");
}

void Neighbor::settle() {
  // What is over is not gone on with: the roster makes a stranger of what is left.
  if (contender_ == nullptr || (is_born_of_range() && over())) return;
  roster_.note_timers_changed();
  const event::PeerView view = peer_view();
  switch (session::settle(connections(), {view.router_id, view.local_as})) {
    case session::Settlement::keep_waiting:
      return;
    case session::Settlement::forget_contender:
      return contender_.reset();
    case session::Settlement::drop_contender:
      return drop_contender();
    case session::Settlement::replace_current:
      current_->session().dump(context_.turn.now);
      return promote_contender();
    case session::Settlement::promote:
      return promote_contender();
  }
}

void Neighbor::drop_contender() {
  if (contender_ == nullptr) return;
  contender_->end(bgp::notification::connection_collision, {}, {}, Link::After::stay_down);
  contender_.reset();
}

void Neighbor::promote_contender() {
  current_->end({}, {}, {}, Link::After::stay_down);
  current_ = std::move(contender_);
  set_state_name(session::name(current_->session().state()));
  if (current_->established()) link_established(*current_);
}

// --- what links report

void Neighbor::link_connected(Link& link) {
  if (&link != current_.get()) return;
  // Nobody knows a stranger before its OPEN.
  if (unborn()) return;
  event::Event event;
  event.kind = event::Kind::connected;
  emit_from(link, event);
  set_state_name("CONNECT");
}

bool Neighbor::link_opened(Link& link, const bgp::OpenView& open) {
  if (!unborn()) return true;
  if (!session::negotiate(session_options().open, open)) return false;
  be_born(link);
  return true;
}

void Neighbor::link_state(Link& link, session::State state) {
  if (&link != current_.get() || unborn()) return;
  switch (state) {
    case session::State::idle:
      set_state_name("IDLE");
      if (ended_ || given_up_) return;
      // ExaBGP: the next attempt begins with ACTIVE.
      set_state_name("ACTIVE");
      if (!passive()) set_state_name("IDLE");
      return;
    case session::State::connect:
    case session::State::active:
      return;
    case session::State::open_sent:
    case session::State::open_confirm:
      return set_state_name(session::name(state));
    case session::State::established:
      set_state_name(session::name(state));
      return link_established(link);
  }
}

void Neighbor::link_established(Link& link) {
  was_established_ = true;
  since_ = context_.turn.now.tick;
  report_session(true, {});
  event::Event event;
  event.kind = event::Kind::up;
  emit_from(link, event);
  send_superseded();
  context_.listener.on_session(*this, true, {});
  const bgp::FamilySet& families = link.context()->families;
  if (!(families - had_families_).empty()) renew("another family");
  had_families_ = families;
  context_.routing.note_families(audience_, config_.families, families);
  context_.routing.out.open(id_, rib::WireClass::of(*link.context(), config_.rate_limit),
                            !config_.manual_eor);
}

void Neighbor::link_closed(Link& link, std::string_view reason) {
  if (&link != current_.get() || unborn()) return;
  context_.routing.out.close(id_);
  context_.routing.note_families(audience_, config_.families, config_.families);
  if (is_born_of_range()) context_.listener.on_gone();
  forget_received();
  context_.listener.on_session(*this, false, reason);
  current_->session().set_options(session_options());
  since_ = context_.turn.now.tick;
  report_session(false, reason);
  event::Event event;
  event.kind = event::Kind::down;
  event.reason = reason;
  event.code = link.last_notification().code;
  event.data = link.last_notification().data;
  emit_from(link, event);
}

void Neighbor::ask_refresh(bgp::Family family) {
  if (!established() || !wire_context()->families.contains(family)) return;
  if (current_->session().negotiated().refresh == session::Refresh::absent) return;
  std::uint8_t message[bgp::header_size + 4];
  write(bgp::encode_refresh(family, bgp::RefreshSubtype::request, message));
}

void Neighbor::resend_everything() {
  if (!established()) return;
  const session::Negotiated& agreed = current_->session().negotiated();
  context_.routing.out.refresh(id_, agreed.context.families,
                               agreed.refresh == session::Refresh::enhanced);
}

void Neighbor::link_refresh(const bgp::RefreshView& refresh) {
  bgp::Family family{};
  // RFC 7313 4.2: BoRR and EoRR of the peer tell that its routes come again; only a request is
  // answered.
  if (refresh.subtype != 0 || !bgp::find_family(refresh.afi, refresh.safi, family)) return;
  bgp::FamilySet asked;
  asked.insert(family);
  context_.routing.out.refresh(
      id_, asked, current_->session().negotiated().refresh == session::Refresh::enhanced);
}

// --- what the peer sends

void Neighbor::forget_received() {
  table_full_ = false;
  if (received_->size() == 0) return;
  context_.routing.jobs.add(
      dissolve(std::exchange(received_, std::make_unique<rib::AdjRibIn>(context_.routing.paths))));
}

void Neighbor::take_received(const bgp::UpdateView& update, const bgp::WireContext& context) {
  if (!config_.adj_rib_in) return;
  const bool withdrawn = update.treatment >= bgp::Treatment::treat_as_withdraw;
  bgp::NlriView nlri;
  for (std::size_t i = 0; i < update.withdrawn_count; ++i)
    for (bgp::NlriReader reader(update.withdrawn[i], context); reader.next(nlri);)
      received_->withdraw(nlri);
  for (std::size_t i = 0; i < update.announced_count; ++i) {
    const bgp::NlriField& field = update.announced[i];
    rib::Path path = rib::no_path;
    if (!withdrawn) {
      const bgp::IpAddress next_hop = bgp::next_hop_address(field);
      path = context_.routing.paths.acquire(
          {{bgp::NextHop::Kind::address, next_hop}, update.attributes});
    }
    for (bgp::NlriReader reader(field, context); reader.next(nlri);) {
      if (withdrawn) {
        received_->withdraw(nlri);
      } else if (!received_->announce(nlri, path)) {
        note_table_full();
      }
    }
    context_.routing.paths.release(path);
  }
}

void Neighbor::note_table_full() {
  if (std::exchange(table_full_, true)) return;
  const std::string what = peer_address().text() + " announces more than " +
                           std::to_string(rib::AdjRibIn::routes_max) +
                           " routes: the rest is not in show adj-rib in";
  context_.publisher.publish(Lost{id_, {}, context_.publisher.keep(what)});
}

void Neighbor::note_update_fault(std::string_view reason) {
  context_.log.log(4, "message", "UPDATE of " + peer_address().text() + ": " + std::string(reason));
}

// --- events and reports

void Neighbor::emit_from(const Link& link, event::Event event) {
  if (config_.api.empty() || unborn()) return;
  const event::PeerView view = peer_view(link);
  const event::NegotiatedView negotiated = link.negotiated_view();
  event.peer = &view;
  if (event.negotiated == nullptr) event.negotiated = &negotiated;
  context_.events.emit(*this, event);
}

void Neighbor::set_state_name(std::string_view name) {
  if (state_name_ == name) return;
  state_name_ = name;
  event::Event event;
  event.kind = event::Kind::fsm;
  event.state = name;
  emit(event);
}

void Neighbor::report_session(bool up, std::string_view reason) {
  context_.publisher.publish(
      SessionChanged{id_, peer_address(), up, context_.publisher.keep(reason)});
}

event::PeerView Neighbor::peer_view(const Link& link) const {
  event::PeerView view;
  view.local_address = link.local_address() ? link.local_address() : config_.local_address;
  view.peer_address = config_.peer_address.address;
  view.local_as = config_.local_as.value_or(0);
  view.peer_as = config_.peer_as.value_or(0);
  if (const bgp::WireContext* context = link.context()) {
    view.local_as = context->local_as;
    view.peer_as = context->peer_as;
  }
  view.router_id = config_.router_id.value_or(
      view.local_address.is_v4() ? view.local_address.v4_host_order() : 0);
  return view;
}

bgp::Capabilities Neighbor::local_capabilities() const {
  return local_open(config_, context_.options, false).capabilities;
}

}  // namespace openbell::engine

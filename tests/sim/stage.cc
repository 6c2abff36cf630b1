#include "tests/sim/stage.h"

#include <algorithm>
#include <sstream>

#include "base/check.h"
#include "bgp/attr/attribute.h"

namespace openbell::sim {

using base::milliseconds;
using base::seconds;

namespace {

constexpr std::string_view peer_addresses[] = {"10.0.0.2", "10.0.0.3", "10.0.0.4", "10.1.0.2",
                                               "10.1.0.3"};

std::map<std::string, std::string> table_of(const std::string& output) {
  std::map<std::string, std::string> table;
  std::istringstream in(output);
  for (std::string line; std::getline(in, line);) {
    constexpr std::string_view before = " in-open ";
    const std::size_t name_end = line.find(before);
    if (!line.starts_with("neighbor ") || name_end == std::string::npos) continue;
    Line route = line_of(line.substr(name_end + before.size()));
    table[route.nlri] = route.path;
  }
  return table;
}

/// Of every session of the story: all speakers have the same capabilities.
bgp::WireContext common_context() {
  bgp::WireContext context;
  context.local_as = context.peer_as = 65000;
  context.four_octet_as = context.extended_message = true;
  for (const bgp::Family family :
       {bgp::Family::ipv4_unicast, bgp::Family::ipv4_mpls_vpn, bgp::Family::ipv4_flow,
        bgp::Family::ipv6_unicast, bgp::Family::ipv4_nlri_mpls})
    context.families.insert(family);
  context.extended_next_hop.insert(bgp::Family::ipv4_unicast);
  return context;
}

}  // namespace

Stage::Stage(const Story& story)
    : story_(story), world_(story.seed), file_(story.setup), context_(common_context()) {
  engine::Options options;
  options.host = std::string(speaker_address);
  speaker_ = &world_.add_node(speaker_address, options, this);
  speaker_->configuration = story.setup.text();
  for (const std::string& check : story.alive) speaker_->programs[check] = true;
  for (const std::string_view address : peer_addresses) {
    options.host = std::string(address);
    Node& peer = world_.add_node(address, options);
    peer.configuration = receiver_text(address);
    peer.present =
        std::find(story.absent.begin(), story.absent.end(), address) == story.absent.end();
    peers_.push_back(&peer);
  }
}

Stage::~Stage() = default;

// --- the steps

struct Stage::Doer {
  Stage& stage;

  void operator()(const step::Say& say) const { stage.say(say.helper, say.command); }
  void operator()(const step::Wait& wait) const { stage.world_.run(wait.time); }
  void operator()(const step::Program& program) const {
    stage.speaker_->set_program(program.check, program.alive);
  }
  void operator()(const step::Cut& cut) const { stage.world_.cut(cut.which); }
  void operator()(const step::Knock& knock) const {
    stage.world_.knock(*stage.world_.find(knock.from), *stage.world_.find(knock.to));
  }
  void operator()(const step::Edit& edit) const {
    if (!edit.broken) stage.file_ = edit.setup;
    stage.speaker_->configuration = edit.broken ? "neighbor {" : edit.setup.text();
  }
  void operator()(const step::Kill& kill) const {
    // What becomes of the held commands of a process that is gone is not settled.
    if (!stage.model_.holds_commands_of(kill.helper)) stage.speaker_->kill(kill.helper);
  }
  void operator()(const step::Signal& signal) const {
    for (const ProcessSetup& process : stage.model_.setup().processes)
      if (signal.name == "USR2" && stage.model_.holds_commands_of(process.name)) return;
    stage.speaker_->signal(1, "SIG" + signal.name);
  }
  void operator()(const step::Freeze& freeze) const {
    stage.speaker_->minute = freeze.frozen ? 30 : 600;
    stage.model_.set_frozen(freeze.frozen);
  }
  void operator()(const step::Reading& reading) const {
    stage.world_.set_reading(*stage.world_.find(reading.peer), reading.reads);
  }
  void operator()(const step::Presence& presence) const {
    stage.world_.set_present(*stage.world_.find(presence.peer), presence.present);
  }
  void operator()(const step::EndTurn&) const { stage.speaker_->end_turn(); }
};

void Stage::play() {
  speaker_->start();
  for (Node* peer : peers_) peer->start();
  world_.run(seconds(1));
  world_.weather = story_.weather;
  for (const Step& step : story_.steps) {
    if (!world_.fault().empty()) return;
    std::visit(Doer{*this}, step);
  }
  calm_down();
}

void Stage::calm_down() {
  world_.weather = {};
  for (Node* peer : peers_) {
    if (!peer->reading) world_.set_reading(*peer, true);
    world_.set_present(*peer, true);
  }
  world_.run(seconds(3));
  for (int i = 0; i < 20 && !settled() && world_.fault().empty(); ++i)
    world_.run(milliseconds(500));
  world_.run(seconds(1));
}

bool Stage::settled() const {
  return missing_session().empty() && world_.quiet() && speaker_->runs("cli");
}

std::vector<Peer> Stage::audience() const {
  std::vector<Peer> all;
  for (const Node* peer : peers_)
    for (const NeighborSetup& neighbor : model_.setup().neighbors)
      if (neighbor.title == peer->name() ||
          (neighbor.title == range_title && in_range(peer->name())))
        all.push_back(peer->name());
  return all;
}

std::string Stage::missing_session() const {
  for (const Peer& peer : audience())
    if (!established_.contains(peer)) return "the session with " + peer + " does not come up";
  return {};
}

bool Stage::established_since(const Peer& peer, base::Tick when) const {
  return established_.contains(peer) && came_up_.at(peer) <= when;
}

void Stage::say(const std::string& helper, const Command& command) {
  if (!speaker_->runs(helper)) return;
  // A plan acts at most once a turn: an operator has one of his own.
  const bool alone = command.verb == Command::Verb::plan ||
                     command.verb == Command::Verb::service || command.verb == Command::Verb::guard;
  if (alone) speaker_->end_turn();
  // What is due now happens before the line is read.
  speaker_->pass_time();
  const Model::Outcome outcome = model_.say(helper, command);
  spoken_.push_back({helper, command, world_.now().tick, outcome});
  awaited_[helper].push_back({.command = command,
                              .said = world_.now().tick,
                              .said_order = ++order_,
                              .outcome = outcome,
                              .established = established_});
  // Everything again: to whom, is seen in what is sent.
  if (command.verb == Command::Verb::flush)
    for (const Node* peer : peers_) note_refresh(peer->name());
  speaker_->say(helper, command.text());
  if (alone) speaker_->end_turn();
}

// --- what the speaker is told

void Stage::on_input() {
  model_.advance(world_.now().tick);
}

void Stage::on_configuration(bool accepted) {
  on_input();
  if (accepted) model_.configure(file_);
}

void Stage::on_helper_started(std::string_view helper) {
  on_input();
  model_.helper_started(helper);
}

void Stage::on_helper_exited(std::string_view helper, bool asked) {
  on_input();
  awaited_.erase(std::string(helper));
  receipt_lines_.erase(std::string(helper));
  model_.helper_exited(helper, asked);
}

void Stage::on_check(std::string_view check, bool ok) {
  on_input();
  model_.check_answered(check, ok);
}

void Stage::on_peer_open(const std::string& peer) {
  on_input();
  model_.peer_open(peer);
}

void Stage::on_peer_established(const std::string& peer) {
  on_input();
  established_.insert(peer);
  came_up_[peer] = world_.now().tick;
  refreshes_.erase(peer);
  model_.peer_established(peer);
}

void Stage::on_peer_gone(const std::string& peer) {
  on_input();
  established_.erase(peer);
  for (auto& [helper, commands] : awaited_)
    for (Awaited& awaited : commands)
      if (awaited.made_order == 0) awaited.established.erase(peer);
  model_.peer_gone(peer);
}

void Stage::on_turn_ended() {
  for (auto& [helper, commands] : awaited_)
    for (Awaited& awaited : commands) note_turn_ended(awaited);
}

void Stage::note_turn_ended(Awaited& awaited) {
  if (awaited.made_order != 0) return;
  awaited.made = world_.now().tick;
  awaited.made_order = ++order_;
}

// --- what it says

void Stage::on_helper_output(std::string_view helper, std::string_view lines) {
  while (!lines.empty()) {
    const std::size_t size = std::min(lines.find('\n'), lines.size());
    take_line(std::string(helper), std::string(lines.substr(0, size)));
    lines.remove_prefix(std::min(size + 1, lines.size()));
  }
}

void Stage::take_line(const std::string& helper, std::string line) {
  if (line == "done" || line == "error") return take_answer(helper, line);
  if (line.starts_with("{ \"id\": ")) {
    receipt_lines_[helper] = std::move(line);
  } else if (judging_ && line.starts_with("neighbor ")) {
    report_ += line + "\n";
  }
}

void Stage::take_answer(const std::string& helper, const std::string& answer) {
  if (judging_) return;
  std::deque<Awaited>& awaited = awaited_[helper];
  if (awaited.empty()) {
    wrong_answers_.push_back(helper + " is answered '" + answer + "' to nothing");
    return;
  }
  // At the latest its turn ends now.
  note_turn_ended(awaited.front());
  const Awaited of = std::move(awaited.front());
  awaited.pop_front();
  const std::string receipt = std::exchange(receipt_lines_[helper], {});
  const std::string wanted = of.outcome.reply == Model::Reply::error ? "error" : "done";
  if (answer != wanted && of.outcome.reply != Model::Reply::either) {
    wrong_answers_.push_back(helper + ": " + of.command.text().substr(0, 200) + ": is answered '" +
                             answer + "', wanted '" + wanted + "'");
  } else if (!of.command.id.empty()) {
    receipts_.push_back({of.command, of.said, of.made, of.said_order, of.made_order, receipt,
                         of.outcome, of.established});
  }
}

void Stage::on_update(const std::string& peer, engine::ConnectionId connection, base::Bytes body) {
  const base::Tick now = world_.now().tick;
  auto sending = std::find_if(sendings_.begin(), sendings_.end(),
                              [&](const Sending& known) { return known.connection == connection; });
  if (sending == sendings_.end())
    sending = sendings_.insert(sendings_.end(), {peer, connection, now, {}, 0, refreshes_[peer]});
  const bgp::UpdateView& update = decoder_.decode(body, context_);
  if (update.end_of_rib) return;
  ++sending->updates;
  std::string attributes;
  base::TextWriter attributes_out(attributes);
  bgp::print_attributes(update.attributes, bgp::Dialect::v5_0, attributes_out);
  const auto read = [&](const bgp::NlriField& field, bool announced) {
    const base::IpAddress next_hop = announced ? bgp::next_hop_address(field) : base::IpAddress();
    bgp::NlriReader reader(field, context_);
    for (bgp::NlriView nlri; reader.next(nlri);) {
      std::string text;
      base::TextWriter out(text);
      bgp::print_family(nlri.family, out);
      bgp::ops(nlri.family).print(nlri, next_hop, out.put(' '));
      if (announced) out.put(' ').put(attributes);
      Line line = line_of(std::move(text));
      if (!announced) line.path.clear();
      sending->routes.push_back({now, ++order_, std::move(line.nlri), std::move(line.path),
                                 speaker_->change_behind(connection, nlri)});
    }
  };
  for (std::uint8_t i = 0; i < update.withdrawn_count; ++i) read(update.withdrawn[i], false);
  for (std::uint8_t i = 0; i < update.announced_count; ++i) read(update.announced[i], true);
}

void Stage::on_refresh_asked(const std::string& peer) {
  note_refresh(peer);
}

void Stage::note_refresh(const Peer& peer) {
  ++refreshes_[peer];
  for (Sending& sending : sendings_)
    if (sending.peer == peer) ++sending.refreshes;
}

// --- when all is quiet

std::map<std::string, std::string> Stage::ask(Node& node, std::string_view helper,
                                              const std::string& command) {
  judging_ = true;
  report_.clear();
  node.take_output(helper);
  node.say(helper, command);
  world_.run(milliseconds(50));
  return table_of(&node == speaker_ ? report_ : node.take_output(helper));
}

std::map<std::string, std::string> Stage::held(const Peer& peer) {
  return ask(*world_.find(peer), "watch", "show adj-rib in extensive");
}

std::map<std::string, std::string> Stage::believed(const Peer& peer) {
  return ask(*speaker_, "cli", "show adj-rib out extensive " + peer);
}

}  // namespace openbell::sim

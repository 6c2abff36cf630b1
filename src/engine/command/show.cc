// show neighbor, show adj-rib: reports as ExaBGP 5.0 prints them. Tables are printed in slices, at
// the pace at which the helper reads.

#include <algorithm>
#include <fmt/format.h>
#include <iterator>

#include "bgp/attr/attribute.h"
#include "engine/command/command.h"
#include "engine/command/show_neighbor.h"
#include "engine/routing/bulk.h"

namespace openbell::engine {

namespace {

constexpr std::size_t slice_routes = 1024;

/// What a table report was asked for.
struct RibReport {
  enum class Table : std::uint8_t { in, out } table = Table::out;
  bool extensive = false;
  bool json = false;
  std::string_view only;  // "inet", "flow", "l2vpn": families of that kind; empty: all
  rib::Snapshot neighbors;
};

bool of_kind(bgp::Family family, std::string_view only) {
  return only.empty() || bgp::ops(family).kind == only;
}

class RibReportJob final : public BulkJob {
 public:
  RibReportJob(HelperId helper, std::uint64_t number, const RibReport& report)
      : helper_(helper), number_(number), report_(report) {
    report.neighbors.for_each([&](rib::PeerIndex peer) { peers_.push_back(peer); });
  }

  Progress step(State& state) override {
    Helper* helper = state.helper(helper_);
    if (helper == nullptr || helper->report_is_gone(number_)) return Progress::done;
    if (helper->backlogged() || !helper->is_reporting(number_)) return Progress::waiting;
    std::string text;
    for (std::size_t n = 0; n < slice_routes && place_ < peers_.size(); ++n) {
      const Neighbor* neighbor = state.neighbor(peers_[place_]);
      if (neighbor == nullptr || at_ >= end(state, *neighbor)) {
        ++place_;
        at_ = 1;
      } else if (report_.table == RibReport::Table::out) {
        print_out(state, *helper, *neighbor, state.routing.store[at_++], text);
      } else {
        print_in(state, *helper, *neighbor, neighbor->adj_rib_in()[at_++], text);
      }
    }
    helper->report(text);
    if (place_ < peers_.size()) return Progress::more;
    helper->end_report();
    return Progress::done;
  }

 private:
  [[nodiscard]] base::Handle end(const State& state, const Neighbor& neighbor) const {
    return report_.table == RibReport::Table::out ? state.routing.store.end()
                                                  : neighbor.adj_rib_in().end();
  }

  void print_out(const State& state, const Helper& helper, const Neighbor& neighbor,
                 const rib::Route& route, std::string& out) const {
    if (!route.announced() || !state.routing.peers.contains(route.audience, neighbor.id())) return;
    // ExaBGP: routes announced while the peer is down are not shown.
    if (!neighbor.established()) return;
    bgp::PathView path = state.routing.paths.view(route.path);
    const bgp::IpAddress next_hop =
        bgp::resolve_next_hop(path.next_hop, route.nlri.family(), *neighbor.wire_context());
    print(helper, neighbor, route.nlri.view(), next_hop, path.attributes, out);
  }

  void print_in(const State& state, const Helper& helper, const Neighbor& neighbor,
                const rib::AdjRibIn::Record& record, std::string& out) const {
    if (!record.used) return;
    const bgp::PathView path = state.routing.paths.view(record.path);
    print(helper, neighbor, record.nlri.view(), path.next_hop.address, path.attributes, out);
  }

  void print(const Helper& helper, const Neighbor& neighbor, const bgp::NlriView& nlri,
             const bgp::IpAddress& next_hop, bgp::Bytes attributes, std::string& out) const {
    if (!of_kind(nlri.family, report_.only)) return;
    if (report_.json) return print_json(neighbor, nlri, next_hop, out);
    base::TextWriter to(out);
    const bgp::Dialect dialect = helper.process.dialect;
    if (report_.extensive) {
      to.put(neighbor.config().name()).put(' ');
    } else {
      to.put(dialect == bgp::Dialect::v4_2 ? "neighbor " : "");
      neighbor.peer_address().print(to);
      to.put(' ');
    }
    bgp::print_family(nlri.family, to);
    to.put(' ');
    bgp::ops(nlri.family).print(nlri, next_hop, to);
    if (report_.extensive && !attributes.empty()) {
      to.put(' ');
      bgp::print_attributes(attributes, dialect, to);
    }
    to.put('\n');
  }

  static void print_json(const Neighbor& neighbor, const bgp::NlriView& nlri,
                         const bgp::IpAddress& next_hop, std::string& out) {
    std::string family;
    base::TextWriter family_out(family);
    bgp::print_family(nlri.family, family_out);
    std::string text;
    base::TextWriter text_out(text);
    bgp::ops(nlri.family).print(nlri, next_hop, text_out);
    const bgp::NlriShape shape = bgp::ops(nlri.family).shape;
    const bool prefix = shape == bgp::NlriShape::prefix || shape == bgp::NlriShape::labelled_prefix;
    if (prefix) text.resize(std::min(text.find(' '), text.size()));
    fmt::format_to(std::back_inserter(out),
                   "{{\"{}\": {{\"routes\": [{{\"{}\": ", neighbor.peer_address().text(),
                   prefix ? "prefix" : "nlri");
    base::TextWriter(out).json_string(text);
    fmt::format_to(std::back_inserter(out), ", \"family\": \"{}\"}}]}}}}\n", family);
  }

  HelperId helper_;
  std::uint64_t number_;
  RibReport report_;
  std::vector<rib::PeerIndex> peers_;
  std::size_t place_ = 0;  // in peers_
  base::Handle at_ = 1;
};

}  // namespace

Reply show_neighbor(Invocation& call, base::TextReader& in) {
  bool summary = false;
  bool extensive = false;
  bool configuration = false;
  bool json = false;
  base::IpAddress only;
  while (!in.at_end()) {
    const std::string_view word = in.word();
    summary = summary || word == "summary";
    extensive = extensive || word == "extensive";
    configuration = configuration || word == "configuration";
    json = json || word == "json";
    base::parse_ip(word, only);
  }
  std::string out;
  if (!summary && !extensive && !configuration && !json) {
    call.helper.answer(
        "please specify summary, extensive or configuration\n"
        "you can filter by peer ip address adding it after the word neighbor\n");
    return Reply::done;
  }
  if (json) out += '[';
  if (summary && !json) print_summary_header(out);
  const base::Tick now = call.state.now.tick;
  std::string_view separator;
  call.state.for_each_neighbor(call.audience, [&](const Neighbor& neighbor) {
    if (only && neighbor.peer_address() != only) return;
    if (json) {
      out += separator;
      print_neighbor_json(neighbor, now, out);
      separator = ", ";
    } else if (summary) {
      print_summary(neighbor, now, out);
    } else if (extensive) {
      print_extensive(neighbor, now, out);
    } else {
      out += grammar::print_neighbor(neighbor.config(), call.state.configuration);
    }
  });
  if (json) out += "]\n";
  call.helper.answer(out);
  return Reply::done;
}

Reply show_adj_rib(Invocation& call, base::TextReader& in) {
  RibReport report;
  if (in.accept("in")) {
    report.table = RibReport::Table::in;
  } else if (!in.accept("out")) {
    return call.refuse("wanted 'in' or 'out'");
  }
  base::IpAddress only;
  bool other_words = false;
  constexpr std::string_view kinds[] = {"inet", "flow", "l2vpn"};
  while (!in.at_end()) {
    const std::string_view word = in.word();
    const auto kind = std::find(std::begin(kinds), std::end(kinds), word);
    if (kind != std::end(kinds)) {
      report.only = *kind;
    } else if (word == "extensive") {
      report.extensive = true;
    } else if (word == "json") {
      report.json = true;
    } else if (!base::parse_ip(word, only)) {
      other_words = true;
    }
  }
  report.neighbors = call.state.routing.peers.snapshot(call.audience);
  if (only || other_words) {
    // ExaBGP takes any other word as the name of a peer: a word that names none shows nothing.
    report.neighbors = {};
    call.state.for_each_neighbor(call.audience, [&](const Neighbor& neighbor) {
      if (!other_words && neighbor.peer_address() == only)
        report.neighbors |= call.state.routing.peers.snapshot(neighbor.id());
    });
  }
  const std::uint64_t number =
      call.helper.begin_report(call.helper.acknowledge == Acknowledge::yes ? "done\n" : "");
  call.state.jobs.push_back(std::make_unique<RibReportJob>(call.helper.id(), number, report));
  return Reply::none;
}

}  // namespace openbell::engine

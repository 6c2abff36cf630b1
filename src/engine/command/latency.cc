// show latency: the histograms of every stage.

#include "engine/report/latency.h"

#include <fmt/format.h>
#include <iterator>

#include "engine/command/command.h"
#include "engine/session/roster.h"

namespace openbell::engine {

namespace {

struct Row {
  std::string_view stage;
  const base::Histogram* histogram;
};

double us(base::Duration duration) {
  return static_cast<double>(duration.ns) / 1e3;
}

void print_rows(std::string_view who, std::initializer_list<Row> rows, std::string& out) {
  for (const Row& row : rows) {
    const base::Histogram& h = *row.histogram;
    if (h.count() == 0) continue;
    fmt::format_to(std::back_inserter(out),
                   "{:<16} {:<22} count {:<9} min {:.1f} p50 {:.1f} p90 {:.1f} p99 {:.1f} p99.9 "
                   "{:.1f} max {:.1f} us\n",
                   who, row.stage, h.count(), us(h.min()), us(h.percentile(50)),
                   us(h.percentile(90)), us(h.percentile(99)), us(h.percentile(99.9)), us(h.max()));
  }
}

void print_rows_json(std::initializer_list<Row> rows, std::string& out) {
  std::string_view separator = " ";
  out += "{";
  for (const Row& row : rows) {
    const base::Histogram& h = *row.histogram;
    fmt::format_to(std::back_inserter(out),
                   "{}\"{}\": {{ \"count\": {}, \"min_ns\": {}, \"p50_ns\": {}, \"p90_ns\": {}, "
                   "\"p99_ns\": {}, \"p999_ns\": {}, \"max_ns\": {} }}",
                   separator, row.stage, h.count(), h.min().ns, h.percentile(50).ns,
                   h.percentile(90).ns, h.percentile(99).ns, h.percentile(99.9).ns, h.max().ns);
    separator = ", ";
  }
  out += " }";
}

Reply list_latency(Invocation& call, bool json) {
  const Latency& latency = call.parts.latency;
  const std::initializer_list<Row> whole = {
      {"read-decided", &latency.decided},     {"decided-written", &latency.all.written},
      {"written-sent", &latency.all.sent},    {"sent-acknowledged", &latency.all.acknowledged},
      {"check-due-run", &latency.check_late}, {"turn", &latency.turns}};
  std::string text;
  if (json) {
    text = "{ \"all\": ";
    print_rows_json(whole, text);
    text += ", \"neighbors\": {";
  } else {
    print_rows("all", whole, text);
  }
  std::string_view separator = " ";
  call.parts.roster.for_each([&](const Neighbor& neighbor) {
    const PeerLatency& peer = neighbor.latency();
    const std::string who = neighbor.peer_address().text();
    const std::initializer_list<Row> rows = {{"decided-written", &peer.written},
                                             {"written-sent", &peer.sent},
                                             {"sent-acknowledged", &peer.acknowledged}};
    if (!json) {
      print_rows(who, rows, text);
      return;
    }
    fmt::format_to(std::back_inserter(text), "{}\"{}\": ", separator, who);
    print_rows_json(rows, text);
    separator = ", ";
  });
  if (json) text += " } }\n";
  call.answer(text);
  return Reply::done;
}

}  // namespace

ActionPtr show_latency(CommandText& text) {
  return action(
      [json = text.in.accept("json")](Invocation& call) { return list_latency(call, json); });
}

}  // namespace openbell::engine

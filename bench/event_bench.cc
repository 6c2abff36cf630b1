// What events and audit records cost. Limits: 1,000,000 prefixes (1000 in an UPDATE) as JSON in
// less than 60 ms; an audit record of a 100-byte command in less than 300 ns.

#include <benchmark/benchmark.h>
#include <cstdint>
#include <string>
#include <vector>

#include "audit/trail.h"
#include "base/ring.h"
#include "event/event.h"

namespace {

using namespace openbell;

/// The body of an UPDATE that announces `count` /24 of IPv4.
std::vector<std::uint8_t> update_body(std::uint32_t count) {
  std::vector<std::uint8_t> body = {0,    0, 0, 20,                       // no withdrawals
                                    0x40, 1, 1, 0,                        // ORIGIN
                                    0x40, 2, 6, 2,  1, 0, 0, 0xFD, 0xE9,  // AS_PATH 65001
                                    0x40, 3, 4, 9,  9, 9, 9};             // NEXT_HOP
  for (std::uint32_t i = 0; i < count; ++i)
    for (const std::uint32_t octet : {24u, 10u, i >> 8 & 255u, i & 255u})
      body.push_back(static_cast<std::uint8_t>(octet));
  return body;
}

struct Session {
  event::PeerView peer;
  bgp::WireContext context;
  event::NegotiatedView negotiated{.context = &context};
  bgp::UpdateDecoder decoder;

  Session() {
    peer = {base::IpAddress::v4(0x7F000001), base::IpAddress::v4(0x7F000001), 65000, 65001, 1};
    context.local_as = 65000;
    context.peer_as = 65001;
    context.four_octet_as = true;
    context.families.insert(bgp::Family::ipv4_unicast);
  }
  event::Event update(base::Bytes body) {
    event::Event event;
    event.kind = event::Kind::update;
    event.peer = &peer;
    event.negotiated = &negotiated;
    event.update = &decoder.decode(body, context);
    return event;
  }
};

using Encode = void (*)(const event::Event&, const event::Envelope&, const event::Style&,
                        std::string&);

void encode_updates(benchmark::State& state, Encode encode, const event::Style& style) {
  const auto prefixes = static_cast<std::uint32_t>(state.range(0));
  const std::vector<std::uint8_t> body = update_body(prefixes);
  Session session;
  const event::Event event = session.update(body);
  const event::Envelope envelope{.utc_ns = 1'795'383'158'800'400'700, .host = "vm"};
  std::string line;
  for (auto _ : state) {
    line.clear();
    encode(event, envelope, style, line);
    benchmark::DoNotOptimize(line.data());
  }
  state.SetItemsProcessed(state.iterations() * std::int64_t{prefixes});
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(line.size()));
}

void json(benchmark::State& state) {
  encode_updates(state, event::encode_json, {});
}
void json_compact(benchmark::State& state) {
  encode_updates(state, event::encode_json, {.compact = true});
}
void text(benchmark::State& state) {
  encode_updates(state, event::encode_text, {});
}
BENCHMARK(json)->Arg(1)->Arg(1000);
BENCHMARK(json_compact)->Arg(1000);
BENCHMARK(text)->Arg(1000);

/// A full table: 1000 UPDATEs of 1000 prefixes, decoded and encoded, each to a line of its own.
void json_of_a_million(benchmark::State& state) {
  const std::vector<std::uint8_t> body = update_body(1000);
  Session session;
  std::string line;
  for (auto _ : state) {
    for (int i = 0; i < 1000; ++i) {
      line.clear();
      event::encode_json(session.update(body), {.host = "vm"}, {}, line);
      benchmark::DoNotOptimize(line.data());
    }
  }
}
BENCHMARK(json_of_a_million)->Unit(benchmark::kMillisecond);

audit::Record change(const std::string& command) {
  audit::Record record;
  record.utc_ns = 1'795'383'158'800'400'700;
  record.cause = {audit::Cause::Kind::helper, "announcer", 4711};
  record.command = command;
  record.result = "done";
  return record;
}

/// The core's part alone: the ring is emptied between batches that fit into it.
void audit_append(benchmark::State& state) {
  base::Ring ring(1 << 20);
  audit::Trail trail(ring);
  const std::string command(100, 'a');
  const std::vector<base::IpAddress> neighbors(static_cast<std::size_t>(state.range(0)),
                                               base::IpAddress::v4(0x0A000001));
  audit::Record record = change(command);
  record.neighbors = neighbors;
  const auto batch = static_cast<std::int64_t>(ring.capacity() / 2 / audit::packed_size(record));
  while (state.KeepRunningBatch(batch)) {
    for (std::int64_t i = 0; i < batch; ++i) trail.append(record);
    state.PauseTiming();
    while (!ring.front().empty()) ring.pop();
    state.ResumeTiming();
  }
  if (trail.lost_count() != 0) state.SkipWithError("records were lost");
}
BENCHMARK(audit_append)->Arg(1)->Arg(64);

/// When the writer has stopped and the ring is full: append must not become dearer.
void audit_append_when_full(benchmark::State& state) {
  base::Ring ring(1 << 16);
  audit::Trail trail(ring);
  const std::string command(100, 'a');
  const audit::Record record = change(command);
  while (trail.lost_count() == 0) trail.append(record);
  for (auto _ : state) benchmark::DoNotOptimize(trail.append(record));
}
BENCHMARK(audit_append_when_full);

void audit_drain(benchmark::State& state) {
  base::Ring ring(1 << 20);
  audit::Trail trail(ring);
  audit::Drain drain(ring);
  const std::string command(100, 'a');
  std::string lines;
  for (auto _ : state) {
    trail.append(change(command));
    lines.clear();
    drain.fill(lines, SIZE_MAX);
    benchmark::DoNotOptimize(lines.data());
  }
}
BENCHMARK(audit_drain);

}  // namespace

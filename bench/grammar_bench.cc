// The cost of reading: one line of a helper, one route of a file.

#include <benchmark/benchmark.h>
#include <string>
#include <vector>

#include "grammar/config/configuration.h"
#include "grammar/route/route.h"

namespace {

using namespace openbell;

class Counter final : public grammar::RouteSink {
 public:
  void route(const grammar::RouteView& route) override {
    benchmark::DoNotOptimize(route.nlri.key.data());
    ++count;
  }
  std::size_t count = 0;
};

std::string prefix_of(unsigned i) {
  return std::to_string(10 + (i >> 16)) + "." + std::to_string(i >> 8 & 255) + "." +
         std::to_string(i & 255) + ".0/24";
}

void read_lines(benchmark::State& state, const std::string& words, bgp::Purpose purpose) {
  std::vector<std::string> lines;
  for (unsigned i = 0; i < 4096; ++i) lines.push_back(prefix_of(i) + words);
  grammar::RouteParser parser;
  Counter sink;
  std::size_t at = 0;
  for (auto _ : state) {
    base::TextReader in(lines[at++ % lines.size()]);
    parser.parse(in, grammar::RouteForm::route, {}, purpose, sink);
  }
  if (sink.count != at) state.SkipWithError("a line was refused");
}

void announce_line(benchmark::State& state) {
  read_lines(state, " next-hop 1.2.3.4 community [ 65000:1 ] med 10", bgp::Purpose::announce);
}
BENCHMARK(announce_line);

void withdraw_line(benchmark::State& state) {
  read_lines(state, " next-hop 1.2.3.4", bgp::Purpose::withdraw);
}
BENCHMARK(withdraw_line);

void announce_line_of_new_path(benchmark::State& state) {
  std::vector<std::string> lines;
  for (unsigned i = 0; i < 65536; ++i)
    lines.push_back(prefix_of(i) + " next-hop 1.2.3.4 community [ 65000:1 ] med " +
                    std::to_string(i));
  grammar::RouteParser parser;
  Counter sink;
  std::size_t at = 0;
  for (auto _ : state) {
    base::TextReader in(lines[at++ % lines.size()]);
    parser.parse(in, grammar::RouteForm::route, {}, bgp::Purpose::announce, sink);
  }
  if (sink.count != at) state.SkipWithError("a line was refused");
}
BENCHMARK(announce_line_of_new_path);

void million_static_routes(benchmark::State& state) {
  std::string text =
      "neighbor 10.0.0.1 { local-as 1; peer-as 1; local-address 10.0.0.2;\n"
      "  family { ipv4 unicast; }\n  static {\n";
  for (unsigned i = 0; i < 1000000; ++i)
    text += "    route " + prefix_of(i) + " next-hop 1.2.3.4;\n";
  text += "  }\n}\n";
  for (auto _ : state) {
    grammar::Configuration configuration;
    std::vector<grammar::Diagnostic> diagnostics;
    if (!grammar::parse_configuration(text, {}, configuration, diagnostics))
      state.SkipWithError("the configuration was refused");
  }
}
BENCHMARK(million_static_routes)->Unit(benchmark::kMillisecond);

}  // namespace

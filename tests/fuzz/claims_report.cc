#include "tests/fuzz/claims_report.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace openbell::fuzz {

namespace {

constexpr std::string_view withdraws = "-";

int rank_of(std::string_view claimant) {
  if (claimant.starts_with("plan ")) return 3;
  if (claimant.starts_with("service ")) return 2;
  OPENBELL_CHECK(claimant.starts_with("word of ") || claimant == "the configuration");
  return 1;
}

/// What stands before `mark`, which is taken with it. Dies where there is none.
std::string_view take_until(std::string_view& line, std::string_view mark) {
  const std::size_t at = line.find(mark);
  OPENBELL_CHECK(at != std::string_view::npos);
  const std::string_view before = line.substr(0, at);
  line.remove_prefix(at + mark.size());
  return before;
}

}  // namespace

void RouteReport::read(std::string_view line) {
  OPENBELL_CHECK(line.starts_with("  "));
  line.remove_prefix(2);
  const std::size_t blank = line.find(' ');
  for (const std::string_view verb : {" is told", " will be told"}) {
    if (!line.substr(blank).starts_with(verb)) continue;
    const bool first =
        told_.emplace(line.substr(0, blank), line.substr(blank + verb.size())).second;
    OPENBELL_CHECK(first);
    return;
  }
  read_claim(line);
}

void RouteReport::read_claim(std::string_view line) {
  const bool suppresses = line.find(" withdraws for") < line.find(" announces");
  const int rank = rank_of(take_until(line, suppresses ? " withdraws" : " announces"));
  ordered_ = ordered_ && rank <= std::exchange(rank_, rank);
  const std::string path(take_until(line, " for "));
  std::string_view peers = take_until(line, " since ");
  while (!peers.empty()) {
    const std::size_t size = std::min(peers.find(' '), peers.size());
    highest_.emplace(peers.substr(0, size), suppresses ? withdraws : path);
    peers.remove_prefix(std::min(size + 1, peers.size()));
  }
}

bool RouteReport::holds_for(const std::string& neighbor) const {
  const auto highest = highest_.find(neighbor);
  const auto told = told_.find(neighbor);
  const bool silent = highest == highest_.end() || highest->second == withdraws;
  if (told == told_.end()) return silent;
  return !silent && told->second == highest->second;
}

}  // namespace openbell::fuzz

#include "tests/sim/audit_judge.h"

#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/sim/stage.h"

namespace openbell::sim {

Verdict judge_audit(const Stage& stage) {
  std::istringstream lines(stage.speaker().audit_log());
  std::uint64_t sequence = 0;
  for (std::string line; std::getline(lines, line);) {
    const nlohmann::json record = nlohmann::json::parse(line, nullptr, false);
    if (record.is_discarded()) return {"audit", "a record is no JSON: " + line};
    if (record["seq"] != ++sequence) return {"audit", "a number is missing before " + line};
  }
  return {};
}

}  // namespace openbell::sim

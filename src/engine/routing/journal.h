#pragma once
// Which decision made which change: the last few thousand, for `show route`. The audit log has them
// all.

#include <array>
#include <cstdint>
#include <vector>

#include "base/tick.h"
#include "engine/cause.h"
#include "rib/moment.h"

namespace openbell::engine {

class Journal {
 public:
  static constexpr std::size_t entries_max = 4096;
  static constexpr std::size_t name_max = 32;
  static constexpr std::size_t command_max = 192;

  struct Entry {
    std::uint64_t decision = 0;
    rib::ChangeRange range;
    std::int64_t utc_ns = 0;
    audit::Cause::Kind kind{};
    std::uint8_t name_size = 0;
    std::uint8_t command_size = 0;
    std::array<char, name_max> name_bytes;
    std::array<char, command_max> command_bytes;
    [[nodiscard]] std::string_view name() const { return {name_bytes.data(), name_size}; }
    [[nodiscard]] std::string_view command() const { return {command_bytes.data(), command_size}; }
  };

  /// The number of the decision that begins.
  std::uint64_t begin() { return ++last_decision_; }
  /// What it came to; texts are cut.
  void note(std::uint64_t decision, const Cause& cause, rib::ChangeRange range,
            std::int64_t utc_ns);
  /// Null: it is not known any more.
  [[nodiscard]] const Entry* of_change(std::uint64_t change) const;
  [[nodiscard]] const Entry* of_decision(std::uint64_t decision) const;

 private:
  std::uint64_t last_decision_ = 0;
  std::vector<Entry> entries_;  // a ring
  std::size_t next_ = 0;
};

}  // namespace openbell::engine

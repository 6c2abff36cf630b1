#pragma once
// Which decision made which change: the last few thousand, for `show route`. The audit log has them
// all.

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/tick.h"
#include "engine/cause.h"
#include "rib/moment.h"

namespace openbell::engine {

class Journal {
 public:
  /// Texts are cut to so many bytes.
  static constexpr std::size_t name_max = 32;
  static constexpr std::size_t command_max = 192;

  struct Entry {
    std::uint64_t decision = 0;
    rib::ChangeRange range;
    std::int64_t utc_ns = 0;
    std::uint64_t text = 0;  // where its name begins, of all texts ever; the command follows
    audit::Cause::Kind kind{};
    std::uint8_t name_size = 0;
    std::uint8_t command_size = 0;
  };

  /// The number of the decision that begins.
  std::uint64_t begin() { return ++last_decision_; }
  /// What it came to.
  void note(std::uint64_t decision, const Cause& cause, rib::ChangeRange range,
            std::int64_t utc_ns);
  /// Null: it is not known any more.
  [[nodiscard]] const Entry* of_change(std::uint64_t change) const;
  [[nodiscard]] const Entry* of_decision(std::uint64_t decision) const;
  [[nodiscard]] std::string_view name(const Entry& entry) const;
  [[nodiscard]] std::string_view command(const Entry& entry) const;

 private:
  static constexpr std::size_t entries_max = 4096;
  static constexpr std::size_t text_bytes = 256u << 10;

  /// Later texts have not taken its place.
  [[nodiscard]] bool whole(const Entry& entry) const {
    return text_end_ <= entry.text + text_bytes;
  }

  std::uint64_t last_decision_ = 0;
  std::vector<Entry> entries_;  // a ring
  std::size_t next_ = 0;
  std::vector<char>
      text_;  // a ring; the texts of an entry lie behind each other, not around its end
  std::uint64_t text_end_ = 0;
};

}  // namespace openbell::engine

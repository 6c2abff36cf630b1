#pragma once
// Golden files: stanzas of `key: value` lines, a blank line between two stanzas, `#` for comments.
//
//   # RFC 1997: two communities
//   text: community [ 65000:1 65000:2 ]
//   wire: C0 08 08 FDE80001 FDE80002
//   json: "community": [ [ 65000, 1 ], [ 65000, 2 ] ]
//
// A stanza is read strictly: an unknown or repeated key, or a line that is none of the above, fails
// the test at its place.

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"

#include "base/bytes.h"
#include "base/hex.h"

namespace openbell::golden {

using Buffer = std::vector<std::uint8_t>;

struct Stanza {
  std::string place;  // file:line of its first line
  std::map<std::string, std::string, std::less<>> fields;

  [[nodiscard]] bool has(std::string_view key) const { return fields.find(key) != fields.end(); }
  /// The value after `key: `, empty when absent.
  [[nodiscard]] std::string get(std::string_view key) const {
    const auto found = fields.find(key);
    return found == fields.end() ? std::string() : found->second;
  }
  /// The value of `key`, or of `otherwise` when there is none.
  [[nodiscard]] std::string get_or(std::string_view key, std::string_view otherwise) const {
    return has(key) ? get(key) : get(otherwise);
  }
  /// The bytes written in hexadecimal after `key: `; blanks between digits are skipped.
  [[nodiscard]] Buffer bytes(std::string_view key) const {
    Buffer result;
    EXPECT_TRUE(base::from_hex(get(key), result)) << place << ": " << key << " is not hexadecimal";
    return result;
  }
};

/// All stanzas of one file. `keys` are the only ones allowed.
inline std::vector<Stanza> read_stanzas(const std::filesystem::path& path,
                                        std::initializer_list<std::string_view> keys) {
  std::vector<Stanza> stanzas;
  std::ifstream in(path);
  EXPECT_TRUE(in.is_open()) << path;
  bool between = true;
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    const std::string place = path.string() + ":" + std::to_string(number);
    if (line.starts_with('#')) continue;
    if (line.empty()) {
      between = true;
      continue;
    }
    const std::size_t colon = line.find(": ");
    const std::string key = line.substr(0, colon);
    if (colon == std::string::npos || std::find(keys.begin(), keys.end(), key) == keys.end()) {
      ADD_FAILURE() << place << ": not a line of a stanza: " << line;
      continue;
    }
    if (between) stanzas.push_back({place, {}});
    between = false;
    EXPECT_TRUE(stanzas.back().fields.emplace(key, line.substr(colon + 2)).second)
        << place << ": " << key << " twice in one stanza";
  }
  EXPECT_FALSE(stanzas.empty()) << path << " has no stanza";
  return stanzas;
}

/// Calls `check(stanza)` for every stanza of every `*.golden` file of a folder (relative to the
/// root of the sources), naming its place when something fails.
inline void for_each_stanza(const std::filesystem::path& folder,
                            std::initializer_list<std::string_view> keys,
                            const std::function<void(const Stanza&)>& check) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".golden") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  EXPECT_FALSE(files.empty()) << folder << " has no golden file";
  for (const auto& file : files)
    for (const Stanza& stanza : read_stanzas(file, keys)) {
      SCOPED_TRACE(stanza.place);
      check(stanza);
    }
}

/// Calls `visit(bytes)` with every proper prefix of `whole`, each in a heap block of its exact size
/// so that the address sanitizer sees a read past its end.
inline void for_each_prefix(base::Bytes whole, const std::function<void(base::Bytes)>& visit) {
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Buffer prefix(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    visit(prefix);
  }
}

/// Calls `visit(bytes)` with every string that differs from `whole` in one byte: all 255 other
/// values up to 32 bytes, beyond that each bit flipped, zero and 255.
inline void for_each_change(base::Bytes whole, const std::function<void(base::Bytes)>& visit) {
  Buffer changed(whole.begin(), whole.end());
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (unsigned mask = 1; mask < 256; ++mask) {
      const auto value = static_cast<std::uint8_t>(whole[at] ^ mask);
      const bool one_bit = (mask & (mask - 1)) == 0;
      if (whole.size() > 32 && !one_bit && value != 0 && value != 255) continue;
      changed[at] = value;
      visit(changed);
    }
    changed[at] = whole[at];
  }
}

}  // namespace openbell::golden

#pragma once
// The regular expressions of `processes-match`.

#include <memory>
#include <string>
#include <string_view>

namespace openbell::grammar {

/// An ECMAScript regular expression that is matched at the start of a name, as ExaBGP does with
/// Python's. Cold path: allocates.
class NamePattern {
 public:
  NamePattern();
  ~NamePattern();
  NamePattern(const NamePattern&) = delete;
  NamePattern& operator=(const NamePattern&) = delete;

  /// False when `text` is no regular expression, or longer than 255 bytes.
  bool compile(std::string_view text);
  [[nodiscard]] bool matches(std::string_view name) const;

 private:
  struct Compiled;
  std::unique_ptr<Compiled> compiled_;
};

}  // namespace openbell::grammar

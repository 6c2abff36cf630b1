#pragma once
// What `show route PREFIX` says of one NLRI: who is told what must follow from who claims it.

#include <map>
#include <string>
#include <string_view>

namespace openbell::fuzz {

class RouteReport {
 public:
  /// The lines below the one that names the NLRI, in their order.
  void read(std::string_view line);
  /// A configured neighbor is told the highest claim that is for it, and nothing else.
  [[nodiscard]] bool holds_for(const std::string& neighbor) const;
  /// Plans stand before services before words.
  [[nodiscard]] bool ordered() const { return ordered_; }

 private:
  void read_claim(std::string_view line);

  /// By neighbor: the path, "-" for a plan that withdraws.
  std::map<std::string, std::string> highest_;
  std::map<std::string, std::string> told_;
  int rank_ = 3;
  bool ordered_ = true;
};

}  // namespace openbell::fuzz

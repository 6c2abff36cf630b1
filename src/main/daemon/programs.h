#pragma once
// Where the programs of `run` are looked for (exabgp-runtime 2.1).

#include <string>
#include <string_view>
#include <vector>

#include "grammar/config/configuration.h"
#include "main/daemon/stand_in.h"

namespace openbell {

class Programs final : public grammar::ProgramFinder {
 public:
  /// `path` is $PATH, `etc` is $EXABGP_ETC or empty.
  Programs(std::string path, std::string etc, PythonPlaces python = {})
      : path_(std::move(path)), etc_(std::move(etc)), python_(std::move(python)) {}
  /// An absolute program is taken as it is; a relative one is looked for in /etc/exabgp, beside the
  /// configuration, then (a plain name) along the path, and the last one found is taken.
  std::string find(std::string_view program, std::string_view configuration_directory,
                   std::string& why) override;
  /// ExaBGP's health check, where ExaBGP is not installed, is `healthcheck` of this very program.
  bool stand_in(std::vector<std::string>& run, std::string_view configuration_directory) override;
  /// What stand_in() did, a line for people each.
  [[nodiscard]] const std::vector<std::string>& notes() const { return notes_; }

 private:
  /// The path of what is there, whatever it is; empty when nothing is.
  [[nodiscard]] std::string locate(std::string_view program,
                                   std::string_view configuration_directory) const;

  std::string path_;
  std::string etc_;
  PythonPlaces python_;
  std::vector<std::string> notes_;
};

}  // namespace openbell

#pragma once
// Where the programs of `run` are looked for (exabgp-runtime 2.1).

#include <string>
#include <string_view>

#include "grammar/configuration.h"

namespace openbell {

class Programs final : public grammar::ProgramFinder {
 public:
  /// `path` is $PATH, `etc` is $EXABGP_ETC or empty.
  Programs(std::string path, std::string etc) : path_(std::move(path)), etc_(std::move(etc)) {}
  /// An absolute program is taken as it is; a relative one is looked for in /etc/exabgp, beside the
  /// configuration, then (a plain name) along the path, and the last one found is taken.
  std::string find(std::string_view program, std::string_view configuration_directory,
                   std::string& why) override;

 private:
  std::string path_;
  std::string etc_;
};

}  // namespace openbell

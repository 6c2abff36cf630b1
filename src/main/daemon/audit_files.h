#pragma once
// The audit log on disk: the engine's records go through a ring to a thread that writes them.

#include <memory>
#include <string>

#include "audit/trail.h"
#include "base/ring.h"
#include "grammar/config/configuration.h"
#include "io/log_writer.h"

namespace openbell {

class AuditFiles {
 public:
  /// Empty, or why it cannot be. Nothing is opened where no directory is configured.
  std::string open(const grammar::AuditConfig& audit);
  /// Where records go; null: nowhere.
  [[nodiscard]] audit::Trail* trail() const { return trail_.get(); }
  [[nodiscard]] const std::string& directory() const { return directory_; }

 private:
  std::string directory_;
  std::unique_ptr<base::Ring> ring_;
  std::unique_ptr<audit::Trail> trail_;
  std::unique_ptr<audit::Drain> drain_;
  std::unique_ptr<io::LogWriter> writer_;
};

}  // namespace openbell

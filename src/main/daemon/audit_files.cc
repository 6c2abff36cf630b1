#include "main/daemon/audit_files.h"

#include "io/files.h"

namespace openbell {

namespace {

constexpr std::size_t ring_bytes = 16u << 20;

}  // namespace

std::string AuditFiles::open(const grammar::AuditConfig& audit) {
  directory_ = audit.directory;
  if (directory_.empty()) return {};
  if (!io::is_writable_directory(directory_))
    return "the audit directory " + directory_ + " is not a directory that we may write to";
  ring_ = std::make_unique<base::Ring>(ring_bytes);
  trail_ = std::make_unique<audit::Trail>(*ring_);
  drain_ = std::make_unique<audit::Drain>(*ring_);
  io::LogWriterOptions options;
  options.directory = directory_;
  writer_ = std::make_unique<io::LogWriter>(
      options, [drain = drain_.get()](std::string& buffer, std::size_t size_max) {
        return drain->fill(buffer, size_max);
      });
  return {};
}

}  // namespace openbell

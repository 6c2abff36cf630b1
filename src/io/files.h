#pragma once
// What a daemon does with files and with itself: reading, its pid, its user, its terminal.

#include <cstdint>
#include <expected>
#include <string>

namespace openbell::io {

/// The whole of a file; `-` is standard input. The error names it: "X: No such file or directory".
std::expected<std::string, std::string> read_file(const std::string& path, std::uint64_t size_max);

/// gethostname(), "localhost" when there is none.
std::string host_name();

/// Holds its file for as long as it lives.
class PidFile {
 public:
  PidFile() = default;
  ~PidFile();
  PidFile(const PidFile&) = delete;
  PidFile& operator=(const PidFile&) = delete;
  /// Writes our pid. An error when the file names a process that lives. A stale file is replaced.
  std::string create(const std::string& path);

 private:
  std::string path_;
};

/// Becomes `user` (its group too) for good; a no-op when we are it already or are not root. Empty
/// or an error.
std::string drop_privileges(const std::string& user);

/// Leaves the terminal and the parent: forks twice, stdin, stdout and stderr on /dev/null. Comes
/// before any thread. Empty or an error.
std::string daemonize();

/// Makes sure that descriptors 0, 1 and 2 are open, so that no socket ever becomes one of them.
void open_standard_descriptors();

void set_umask(unsigned mask);

/// What stands at a path, for those who want to run it.
struct FileKind {
  bool exists = false;
  bool is_regular = false;
  bool is_directory = false;
  bool is_setid = false;       // set-user-id or set-group-id
  bool is_executable = false;  // for us
};
FileKind file_kind(const std::string& path);
bool is_writable_directory(const std::string& path);
/// The same path from the root, links and dots resolved; as it is when that fails.
std::string absolute_path(const std::string& path);

/// As many descriptors as the system lets us have.
void raise_descriptor_limit();

}  // namespace openbell::io

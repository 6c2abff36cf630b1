#include "io/files.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "io/fd.h"

namespace openbell::io {

std::expected<std::string, std::string> read_file(const std::string& path, std::uint64_t size_max) {
  Fd file(path == "-" ? ::dup(STDIN_FILENO) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return std::unexpected(system_error(path, errno));
  std::string text;
  struct stat status{};
  if (::fstat(file.get(), &status) == 0 && status.st_size > 0 &&
      static_cast<std::uint64_t>(status.st_size) <= size_max)
    text.reserve(static_cast<std::size_t>(status.st_size));
  std::vector<char> buffer(1u << 20);
  for (;;) {
    const ssize_t n = ::read(file.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return std::unexpected(system_error(path, errno));
    if (n == 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(n));
    if (text.size() > size_max)
      return std::unexpected(path + ": larger than " + std::to_string(size_max) + " bytes");
  }
}

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return "localhost";
  return name.data();
}

PidFile::~PidFile() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

std::string PidFile::create(const std::string& path) {
  if (const auto old = read_file(path, 64)) {
    const long pid = std::strtol(old->c_str(), nullptr, 10);
    const bool lives = pid > 0 && (::kill(static_cast<pid_t>(pid), 0) == 0 || errno == EPERM);
    if (lives && pid != ::getpid())
      return path + ": process " + std::to_string(pid) + " is running already";
    ::unlink(path.c_str());
  }
  Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (!file) return system_error("cannot write the pid file " + path, errno);
  const std::string text = std::to_string(::getpid()) + "\n";
  if (::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    return system_error("cannot write the pid file " + path, errno);
  path_ = path;
  return {};
}

std::string drop_privileges(const std::string& user) {
  if (::geteuid() != 0) return {};
  errno = 0;
  const passwd* entry = ::getpwnam(user.c_str());
  if (entry == nullptr) return "cannot become user " + user + ": no such user";
  const uid_t uid = entry->pw_uid;
  const gid_t gid = entry->pw_gid;
  if (uid == 0) return {};
  if (::initgroups(user.c_str(), gid) != 0 || ::setresgid(gid, gid, gid) != 0 ||
      ::setresuid(uid, uid, uid) != 0)
    return system_error("cannot become user " + user, errno);
  return {};
}

std::string daemonize() {
  for (int i = 0; i < 2; ++i) {
    const pid_t pid = ::fork();
    if (pid < 0) return system_error("cannot run in the background", errno);
    if (pid > 0) ::_exit(0);
    if (i == 0 && ::setsid() < 0) return system_error("cannot leave the terminal", errno);
  }
  if (::chdir("/") != 0) return system_error("cannot change to /", errno);
  const Fd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!null) return system_error("cannot open /dev/null", errno);
  ::dup2(null.get(), STDIN_FILENO);
  ::dup2(null.get(), STDOUT_FILENO);
  ::dup2(null.get(), STDERR_FILENO);
  return {};
}

void open_standard_descriptors() {
  for (int fd = 0; fd <= 2; ++fd)
    if (::fcntl(fd, F_GETFD) < 0 && errno == EBADF) {
      Fd null(::open("/dev/null", O_RDWR));
      if (null.get() == fd) static_cast<void>(null.release());
    }
}

void set_umask(unsigned mask) {
  ::umask(static_cast<mode_t>(mask));
}

FileKind file_kind(const std::string& path) {
  struct stat status{};
  FileKind kind;
  if (::stat(path.c_str(), &status) != 0) return kind;
  kind.exists = true;
  kind.is_regular = S_ISREG(status.st_mode);
  kind.is_directory = S_ISDIR(status.st_mode);
  kind.is_setid = (status.st_mode & (S_ISUID | S_ISGID)) != 0;
  kind.is_executable = ::access(path.c_str(), X_OK) == 0;
  return kind;
}

bool is_writable_directory(const std::string& path) {
  return file_kind(path).is_directory && ::access(path.c_str(), W_OK | X_OK) == 0;
}

std::string absolute_path(const std::string& path) {
  char* resolved = ::realpath(path.c_str(), nullptr);
  std::string result = resolved == nullptr ? path : resolved;
  std::free(resolved);
  return result;
}

void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace openbell::io

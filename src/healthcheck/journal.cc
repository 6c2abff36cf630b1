#include "healthcheck/journal.h"

#include <array>
#include <cstddef>
#include <ctime>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

namespace openbell::healthcheck {

namespace {

constexpr std::size_t message_size_max = 2048;

struct Facility {
  std::string_view name;
  int code;
};
constexpr std::array facilities{
    Facility{"auth", LOG_AUTH},     Facility{"authpriv", LOG_AUTHPRIV},
    Facility{"cron", LOG_CRON},     Facility{"daemon", LOG_DAEMON},
    Facility{"ftp", LOG_FTP},       Facility{"kern", LOG_KERN},
    Facility{"lpr", LOG_LPR},       Facility{"mail", LOG_MAIL},
    Facility{"news", LOG_NEWS},     Facility{"syslog", LOG_SYSLOG},
    Facility{"user", LOG_USER},     Facility{"uucp", LOG_UUCP},
    Facility{"local0", LOG_LOCAL0}, Facility{"local1", LOG_LOCAL1},
    Facility{"local2", LOG_LOCAL2}, Facility{"local3", LOG_LOCAL3},
    Facility{"local4", LOG_LOCAL4}, Facility{"local5", LOG_LOCAL5},
    Facility{"local6", LOG_LOCAL6}, Facility{"local7", LOG_LOCAL7},
};

/// The socket of the system's log; none when nobody listens.
io::Fd connect_to_syslog() {
  io::Fd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  constexpr std::string_view path = "/dev/log";
  path.copy(address.sun_path, path.size());
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    fd.reset();
  return fd;
}

/// As BSD syslog has it: "Nov 23 02:15:00"
std::string timestamp() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::localtime_r(&now, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%b %e %H:%M:%S", &parts);
  return text.data();
}

/// One line whatever the message holds.
std::string printable(std::string_view message) {
  std::string line(message.substr(0, message_size_max));
  while (line.ends_with('\n')) line.pop_back();
  for (char& c : line)
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  return line;
}

}  // namespace

struct Journal::Level {
  std::string_view name;
  int severity;
};

bool is_facility(std::string_view name) {
  for (const Facility& row : facilities)
    if (row.name == name) return true;
  return false;
}

Journal::Journal(const Options& options) : console_(!options.silent), debug_(options.debug) {
  for (const Facility& row : facilities)
    if (row.name == options.syslog_facility) facility_ = row.code;
  ident_ = "healthcheck" + (options.name.empty() ? "" : "-" + options.name) + "[" +
           std::to_string(::getpid()) + "]: ";
  if (options.syslog && !options.debug) syslog_ = connect_to_syslog();
}

void Journal::debug(std::string_view message) {
  if (debug_) write({"DEBUG", LOG_DEBUG}, message);
}

void Journal::info(std::string_view message) {
  write({"INFO", LOG_INFO}, message);
}

void Journal::warning(std::string_view message) {
  write({"WARNING", LOG_WARNING}, message);
}

void Journal::error(std::string_view message) {
  write({"ERROR", LOG_ERR}, message);
}

void Journal::write(const Level& level, std::string_view message) {
  const std::string text = printable(message);
  if (console_) {
    const std::string line = std::string(level.name) + "[healthcheck] " + text + "\n";
    pollfd console{STDERR_FILENO, POLLOUT, 0};
    if (::poll(&console, 1, 0) == 1 && (console.revents & POLLOUT) != 0)
      static_cast<void>(::write(STDERR_FILENO, line.data(), line.size()) == 0);
  }
  if (!syslog_) return;
  const std::string packet =
      "<" + std::to_string(facility_ | level.severity) + ">" + timestamp() + " " + ident_ + text;
  // A log that was started again has a new socket behind the same name.
  if (::send(syslog_.get(), packet.data(), packet.size(), MSG_NOSIGNAL) < 0)
    if (io::Fd again = connect_to_syslog()) {
      syslog_ = std::move(again);
      static_cast<void>(::send(syslog_.get(), packet.data(), packet.size(), MSG_NOSIGNAL) == 0);
    }
}

}  // namespace openbell::healthcheck

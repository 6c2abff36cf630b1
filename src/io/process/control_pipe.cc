#include "io/process/control_pipe.h"

#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/loop/clock.h"

namespace openbell::io {

namespace {

constexpr std::size_t lines_per_turn = 256;
// Answers that no client came to read: the newest are dropped.
constexpr std::size_t waiting_max = 64u << 20;
constexpr int answer_ms = 5000;
enum Tag : std::uint32_t { in_tag, out_tag };

bool is_fifo(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 && S_ISFIFO(status.st_mode);
}

/// Opened for both directions, so that neither open waits for a client nor its leaving is an end.
Fd open_fifo(const std::string& path) {
  return Fd(::open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
}

bool wait_for(int fd, short events, base::Tick until) {
  pollfd item{fd, events, 0};
  const std::int64_t left = (until - tick()).ns / 1'000'000;
  return left > 0 && ::poll(&item, 1, static_cast<int>(left)) > 0;
}

/// What an earlier client left unread.
void drain(int fd) {
  char sink[4096];
  while (::read(fd, sink, sizeof sink) > 0) {
  }
}

}  // namespace

std::vector<std::string> control_pipe_folders() {
  const std::string uid = std::to_string(::getuid());
  std::vector<std::string> folders;
  for (const std::string base : {"/run/", "/var/run/"})
    for (const std::string& inner :
         {std::string("openbell/"), std::string("exabgp/"), uid + "/", std::string()})
      folders.push_back(base + inner);
  return folders;
}

std::string find_control_pipe(const std::string& name) {
  if (name.find('/') != std::string::npos)
    return is_fifo(name + ".in") && is_fifo(name + ".out") ? name : std::string();
  for (const std::string& folder : control_pipe_folders())
    if (is_fifo(folder + name + ".in") && is_fifo(folder + name + ".out")) return folder + name;
  return {};
}

std::expected<std::unique_ptr<ControlPipe>, std::string> ControlPipe::open(Reactor& reactor,
                                                                           const std::string& path,
                                                                           OnLine on_line) {
  Fd in = open_fifo(path + ".in");
  if (!in) return std::unexpected(system_error(path + ".in", errno));
  Fd out = open_fifo(path + ".out");
  if (!out) return std::unexpected(system_error(path + ".out", errno));
  return std::unique_ptr<ControlPipe>(
      new ControlPipe(reactor, std::move(in), std::move(out), std::move(on_line)));
}

ControlPipe::ControlPipe(Reactor& reactor, Fd in, Fd out, OnLine on_line)
    : reactor_(reactor), in_(std::move(in)), out_(std::move(out)), on_line_(std::move(on_line)) {
  in_watch_ = reactor_.watch(in_.get(), EPOLLIN, Rank::helper, *this, in_tag);
  out_watch_ = reactor_.watch(out_.get(), 0, Rank::helper, *this, out_tag);
}

ControlPipe::~ControlPipe() {
  reactor_.unwatch(in_watch_);
  reactor_.unwatch(out_watch_);
}

std::size_t ControlPipe::write(std::string_view lines) {
  if (queue_.size() + lines.size() <= waiting_max) queue_.append(base::bytes_of(lines));
  if (!wants_room_) put();
  return queue_.size();
}

void ControlPipe::put() {
  if (queue_.write_to(out_.get()) != 0) queue_.clear();
  const bool room = !queue_.empty();
  if (room == wants_room_) return;
  wants_room_ = room;
  reactor_.change(out_watch_, room ? std::uint32_t{EPOLLOUT} : 0u);
}

void ControlPipe::on_ready(std::uint32_t tag, std::uint32_t events) {
  if (tag == out_tag) return put();
  if (events != 0) static_cast<void>(reader_.fill(in_.get()));
  std::string_view line;
  for (std::size_t i = 0; i < lines_per_turn; ++i) {
    const LineReader::Take take = reader_.next(line);
    if (take == LineReader::Take::none) return;
    if (take == LineReader::Take::line)
      on_line_(line);
    else
      write("error\n");
  }
  reactor_.again(in_watch_);
}

std::expected<std::string, std::string> send_command(
    const std::string& path, const std::string& command,
    const std::function<void(std::string_view)>& show) {
  const Fd out(::open((path + ".out").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (!out) return std::unexpected(system_error(path + ".out", errno));
  drain(out.get());
  const Fd in(::open((path + ".in").c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
  if (!in && errno == ENXIO) return std::unexpected("no speaker listens on " + path + ".in");
  if (!in) return std::unexpected(system_error(path + ".in", errno));
  const std::string line = command + "\n";
  if (::write(in.get(), line.data(), line.size()) != static_cast<ssize_t>(line.size()))
    return std::unexpected("the speaker does not take the command");
  LineReader reader;
  base::Tick until = tick() + base::milliseconds(answer_ms);
  while (wait_for(out.get(), POLLIN, until)) {
    if (reader.fill(out.get()) == LineReader::Fill::end) break;
    std::string_view answer;
    while (reader.next(answer) != LineReader::Take::none) {
      if (answer == "done" || answer == "error" || answer == "shutdown") return std::string(answer);
      show(answer);
    }
    until = tick() + base::milliseconds(answer_ms);
  }
  return std::unexpected("no end of the answer within 5 seconds");
}

}  // namespace openbell::io

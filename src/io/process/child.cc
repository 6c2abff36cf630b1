#include "io/process/child.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

#include "base/check.h"
#include "io/loop/clock.h"
#include "io/net/chunk_queue.h"
#include "io/process/line_reader.h"
#include "io/process/spawn.h"

namespace openbell::io {

namespace {

constexpr int pipe_bytes = 1 << 20;
// Written at once when this much gathered in one turn, so that a turn does not hold a whole answer.
constexpr std::size_t gather_max = 256u << 10;
constexpr std::size_t lines_per_clock = 64;

struct Pipe {
  Fd read;
  Fd write;
};

bool make_pipe(Pipe& pipe) {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) != 0) return false;
  pipe = {Fd(fds[0]), Fd(fds[1])};
  ::fcntl(fds[1], F_SETPIPE_SZ, pipe_bytes);  // over the user's limit it stays at 64 KiB
  return true;
}

void set_nonblocking(int fd) {
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
}

}  // namespace

class Child final : public Handler {
 public:
  Child(ChildTable& table, ChildId id)
      : table_(table), id_(id), timer_(table.reactor_, [this] { on_timer(); }) {}
  ~Child() override;

  void start(const std::vector<std::string>& arguments);
  void stop();
  /// Nobody hears of it any more.
  void disown() { heard_ = false; }
  std::size_t write(std::string_view lines);
  void flush();
  void on_ready(std::uint32_t tag, std::uint32_t events) override;

  [[nodiscard]] ChildId id() const { return id_; }
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  enum Tag : std::uint32_t { output_tag, input_tag, process_tag };

  void watch_all();
  void on_timer();
  void read_lines(bool fill);
  bool deliver_lines();
  void close_output();
  void close_input();
  void put();
  void reap();
  void leave();

  ChildTable& table_;
  ChildId id_;
  bool heard_ = true;
  bool exited_ = false;
  bool wants_room_ = false;  // EPOLLOUT is asked for
  pid_t pid_ = 0;
  std::string how_;  // it ended
  Fd output_;        // its stdout
  Fd input_;         // its stdin
  Fd process_;       // pidfd
  Watch output_watch_ = 0;
  Watch input_watch_ = 0;
  Watch process_watch_ = 0;
  Timer timer_;  // failed start, or SIGKILL
  LineReader reader_;
  bool lines_left_ = false;  // the reader holds whole lines that the budget left
  ChunkQueue queue_;
};

Child::~Child() {
  table_.reactor_.unwatch(output_watch_);
  table_.reactor_.unwatch(input_watch_);
  table_.reactor_.unwatch(process_watch_);
  if (pid_ == 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void Child::start(const std::vector<std::string>& arguments) {
  Pipe to_child;
  Pipe from_child;
  int error = 0;
  if (arguments.empty())
    error = EINVAL;
  else if (!make_pipe(to_child) || !make_pipe(from_child))
    error = errno;
  else
    error =
        spawn(arguments, {.input = to_child.read.get(), .output = from_child.write.get()}, pid_);
  if (error == 0) {
    process_ = Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
    if (!process_) error = errno;
  }
  if (error != 0) {
    how_ = "cannot start: " + std::generic_category().message(error);
    timer_.arm_now();
    return;
  }
  input_ = std::move(to_child.write);
  output_ = std::move(from_child.read);
  watch_all();
}

void Child::watch_all() {
  set_nonblocking(input_.get());
  set_nonblocking(output_.get());
  Reactor& reactor = table_.reactor_;
  output_watch_ = reactor.watch(output_.get(), EPOLLIN, Rank::helper, *this, output_tag);
  input_watch_ = reactor.watch(input_.get(), 0, Rank::helper, *this, input_tag);
  process_watch_ = reactor.watch(process_.get(), EPOLLIN, Rank::control, *this, process_tag);
}

void Child::stop() {
  if (pid_ == 0 || timer_.armed()) return;
  ::kill(pid_, SIGTERM);
  timer_.arm(table_.reactor_.now().tick + table_.limits_.patience);
}

void Child::on_timer() {
  if (process_watch_ == 0) return leave();  // could not be started
  ::kill(pid_, SIGKILL);
}

std::size_t Child::write(std::string_view lines) {
  if (!input_) return 0;
  queue_.append(base::bytes_of(lines));
  if (queue_.size() >= gather_max) flush();
  return queue_.size();
}

void Child::flush() {
  if (!wants_room_) put();  // else the pipe is full, and on_drained is due when it is not
}

void Child::put() {
  if (!input_ || queue_.empty()) return;
  if (queue_.write_to(input_.get()) != 0) {
    queue_.clear();
    return;  // EPOLLERR tells us in the next turn that nobody reads
  }
  const bool room = !queue_.empty();
  if (room == wants_room_) return;
  wants_room_ = room;
  table_.reactor_.change(input_watch_, room ? std::uint32_t{EPOLLOUT} : 0u);
}

void Child::on_ready(std::uint32_t tag, std::uint32_t events) {
  switch (static_cast<Tag>(tag)) {
    case output_tag:
      return read_lines(!lines_left_);
    case input_tag:
      if ((events & EPOLLERR) != 0) return close_input();
      put();
      if (queue_.empty() && heard_) table_.events_.on_drained(id_);
      return;
    case process_tag:
      return reap();
  }
}

/// Delivers up to the budget of this turn; false when whole lines may be left.
bool Child::deliver_lines() {
  const base::Tick limit = tick() + table_.limits_.time_per_turn;
  for (std::size_t taken = 1; taken <= table_.limits_.lines_per_turn; ++taken) {
    std::string_view line;
    const LineReader::Take take = reader_.next(line);
    if (take == LineReader::Take::none) return true;
    if (!heard_) continue;
    if (take == LineReader::Take::line)
      table_.events_.on_line(id_, line);
    else
      table_.events_.on_line_refused(id_, reader_.refused_size());
    if (taken % lines_per_clock == 0 && tick() >= limit) return false;
  }
  return false;
}

void Child::read_lines(bool fill) {
  const LineReader::Fill filled = fill ? reader_.fill(output_.get()) : LineReader::Fill::some;
  lines_left_ = !deliver_lines();
  if (lines_left_ || (exited_ && filled == LineReader::Fill::some))
    return table_.reactor_.again(output_watch_);
  if (filled == LineReader::Fill::end || exited_) close_output();
}

void Child::close_output() {
  table_.reactor_.unwatch(output_watch_);
  output_.reset();
  if (heard_ && (!exited_ || reader_.unfinished() != 0))
    table_.events_.on_output_closed(id_, reader_.unfinished());
  if (exited_) leave();
}

void Child::close_input() {
  table_.reactor_.unwatch(input_watch_);
  input_.reset();
  queue_.clear();
  if (heard_ && !exited_) table_.events_.on_input_closed(id_);
}

void Child::reap() {
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) != pid_) return;
  exited_ = true;
  pid_ = 0;
  how_ = exit_text(status);
  timer_.disarm();
  table_.reactor_.unwatch(process_watch_);
  close_input();
  // What it wrote before it ended is in the pipe; a child of its own may hold the other end open,
  // so the end is an empty pipe, not EOF.
  if (output_watch_ == 0) return leave();
  table_.reactor_.again(output_watch_);
}

void Child::leave() {
  ChildEvents& events = table_.events_;
  const bool heard = heard_;
  const ChildId id = id_;
  const std::string how = how_;
  table_.remove(*this);
  if (heard) events.on_exit(id, how);
}

ChildTable::ChildTable(Reactor& reactor, ChildEvents& events, const ChildLimits& limits)
    : reactor_(reactor),
      events_(events),
      limits_(limits),
      bury_(reactor, [this] { gone_.clear(); }) {}

ChildTable::~ChildTable() = default;

Child* ChildTable::find(ChildId id) const {
  const auto at = children_.find(id);
  return at == children_.end() ? nullptr : at->second.get();
}

void ChildTable::remove(Child& child) {
  bury_.arm_now();
  const auto at = children_.find(child.id());
  if (at != children_.end() && at->second.get() == &child) {
    gone_.push_back(std::move(at->second));
    children_.erase(at);
    return;
  }
  const auto orphan =
      std::ranges::find_if(orphans_, [&](const auto& other) { return other.get() == &child; });
  OPENBELL_CHECK(orphan != orphans_.end());
  gone_.push_back(std::move(*orphan));
  orphans_.erase(orphan);
}

void ChildTable::start(ChildId id, const std::vector<std::string>& arguments) {
  std::unique_ptr<Child>& slot = children_[id];
  if (slot != nullptr) {
    slot->disown();
    slot->stop();
    orphans_.push_back(std::move(slot));
  }
  slot = std::make_unique<Child>(*this, id);
  slot->start(arguments);
}

void ChildTable::stop(ChildId id) {
  if (Child* child = find(id)) child->stop();
}

std::size_t ChildTable::write(ChildId id, std::string_view lines) {
  Child* child = find(id);
  if (child == nullptr) return 0;
  if (dirty_.empty() || dirty_.back() != id) dirty_.push_back(id);
  return child->write(lines);
}

void ChildTable::flush() {
  for (const ChildId id : dirty_)
    if (Child* child = find(id)) child->flush();
  dirty_.clear();
}

pid_t ChildTable::pid(ChildId id) const {
  const Child* child = find(id);
  return child == nullptr ? 0 : child->pid();
}

}  // namespace openbell::io

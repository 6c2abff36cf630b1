#pragma once
// Helper processes: started cheaply, fed and read without ever waiting, ended without patience.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <unordered_map>
#include <vector>

#include "io/loop/reactor.h"

namespace openbell::io {

enum class ChildId : std::uint32_t {};

/// What the owner hears. Every call comes from the loop, never from inside a call of the table.
class ChildEvents {
 public:
  virtual ~ChildEvents() = default;
  /// A whole line of its stdout; the view lasts for the call.
  virtual void on_line(ChildId id, std::string_view line) = 0;
  /// A line of `size` bytes was skipped: more than 1 MiB.
  virtual void on_line_refused(ChildId id, std::size_t size) = 0;
  /// It closed its stdout; `unfinished` bytes after its last newline are lost.
  virtual void on_output_closed(ChildId id, std::size_t unfinished) = 0;
  /// It closed its stdin: what is written from here on is dropped.
  virtual void on_input_closed(ChildId id) = 0;
  /// Everything that waited has been taken by the pipe.
  virtual void on_drained(ChildId id) = 0;
  /// It ended and every line it wrote before was delivered, or it could not be started:
  /// "exit 3", "signal 9", "cannot start: No such file or directory".
  virtual void on_exit(ChildId id, std::string_view how) = 0;
};

/// How many lines of one child a turn takes before the others have theirs.
struct ChildLimits {
  std::size_t lines_per_turn = 1024;
  base::Duration time_per_turn = base::microseconds(200);
  base::Duration patience = base::seconds(2);  // between SIGTERM and SIGKILL
};

class Child;

class ChildTable {
 public:
  ChildTable(Reactor& reactor, ChildEvents& events, const ChildLimits& limits = {});
  ~ChildTable();

  /// Starts `arguments` (the program's absolute path first) with pipes on stdin and stdout, our
  /// stderr, our environment and TERM=dumb, in `/`, in its own process group. An older child with
  /// the same id is stopped and not heard of again.
  void start(ChildId id, const std::vector<std::string>& arguments);
  /// SIGTERM, later SIGKILL; on_exit follows.
  void stop(ChildId id);
  /// Keeps `lines` for its stdin; they leave at flush() or when the pipe has room. Returns the
  /// bytes that wait: bounding them is the owner's.
  std::size_t write(ChildId id, std::string_view lines);
  /// Gives what was written in this turn to the pipes, one system call for each.
  void flush();
  /// 0 when it does not run.
  [[nodiscard]] pid_t pid(ChildId id) const;
  /// Children not reaped yet.
  [[nodiscard]] std::size_t size() const { return children_.size() + orphans_.size(); }

 private:
  friend class Child;
  Child* find(ChildId id) const;
  void remove(Child& child);

  Reactor& reactor_;
  ChildEvents& events_;
  ChildLimits limits_;
  std::unordered_map<ChildId, std::unique_ptr<Child>> children_;
  std::vector<std::unique_ptr<Child>> orphans_;  // replaced by a younger one, not reaped yet
  std::vector<std::unique_ptr<Child>> gone_;     // may be on the stack: freed in the next turn
  std::vector<ChildId> dirty_;                   // written to in this turn
  Timer bury_;
};

}  // namespace openbell::io

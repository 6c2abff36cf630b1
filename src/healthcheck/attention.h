#pragma once
// Everything a health check waits for, in one place: whatever it does, a signal or a speaker that
// is gone ends it, and nobody can make it wait for ever.

#include <cstdint>
#include <poll.h>
#include <span>
#include <string>
#include <string_view>

#include "base/tick.h"
#include "io/fd.h"
#include "io/process/line_reader.h"

namespace openbell::healthcheck {

enum class Woken : std::uint8_t { time, ready, leave };
enum class Answer : std::uint8_t { done, error, none, leave };

class Attention {
 public:
  /// Takes SIGTERM, SIGINT and SIGHUP for this process and ignores SIGPIPE. `reads_answers`: each
  /// command has one on stdin.
  explicit Attention(bool reads_answers);

  /// Until one of `fds` is ready, `until`, or it is time to leave.
  Woken wait(base::Tick until, std::span<pollfd> fds = {});
  /// Writes a line of at most 4095 bytes to the speaker, whole or not at all. False when it is time
  /// to leave or, while leaving, when the speaker does not take it within a second.
  bool say(const std::string& line);
  /// Reads the answer to the command said last, up to `until`. After a wait in vain (`none`) it
  /// does not wait again until an answer comes. `done` at once where no answers are expected.
  Answer answer(base::Tick until);
  /// Forgets what stdin has to say so far, so that it never fills up.
  void drain();

  /// A signal came, or nobody reads our stdout.
  [[nodiscard]] bool leaving() const { return leaving_; }
  /// Why: "SIGTERM", "the speaker is gone".
  [[nodiscard]] const std::string& why() const { return why_; }
  /// Nobody reads what is said any more.
  [[nodiscard]] bool speaker_gone() const { return speaker_gone_; }

 private:
  void leave(std::string why);
  /// The next answer that has been read, or none.
  Answer next_answer();

  io::Fd signals_;
  io::LineReader input_;
  const bool reads_answers_;
  bool answers_come_ = true;
  bool input_open_;
  bool output_is_pipe_ = false;
  bool leaving_ = false;
  bool speaker_gone_ = false;
  std::string why_;
};

}  // namespace openbell::healthcheck

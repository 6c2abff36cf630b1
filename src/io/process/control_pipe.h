#pragma once
// ExaBGP's named pipes NAME.in and NAME.out: a client opens both, writes a line, reads lines until
// `done` or `error`. The administrator makes them (mkfifo); whoever may open them may command.

#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "io/loop/reactor.h"
#include "io/net/chunk_queue.h"
#include "io/process/line_reader.h"

namespace openbell::io {

/// Both paths without `.in` and `.out`, from the first of the usual folders that has them: empty
/// when none has.
std::string find_control_pipe(const std::string& name);
/// The folders that are searched, for the hint to the operator.
std::vector<std::string> control_pipe_folders();

/// The daemon's side.
class ControlPipe final : public Handler {
 public:
  using OnLine = std::function<void(std::string_view)>;
  /// `path` as from find_control_pipe.
  static std::expected<std::unique_ptr<ControlPipe>, std::string> open(Reactor& reactor,
                                                                       const std::string& path,
                                                                       OnLine on_line);
  ~ControlPipe() override;
  ControlPipe(const ControlPipe&) = delete;
  ControlPipe& operator=(const ControlPipe&) = delete;

  /// Returns the bytes that wait for a client to read them.
  std::size_t write(std::string_view lines);
  void on_ready(std::uint32_t tag, std::uint32_t events) override;

 private:
  ControlPipe(Reactor& reactor, Fd in, Fd out, OnLine on_line);
  void put();

  Reactor& reactor_;
  Fd in_;
  Fd out_;
  OnLine on_line_;
  Watch in_watch_ = 0;
  Watch out_watch_ = 0;
  bool wants_room_ = false;
  LineReader reader_;
  ChunkQueue queue_;
};

/// The client's side: sends one command and gives each line of the answer to `show`. Returns the
/// last line (`done`, `error`, `shutdown`), or why there is none.
std::expected<std::string, std::string> send_command(
    const std::string& path, const std::string& command,
    const std::function<void(std::string_view)>& show);

}  // namespace openbell::io

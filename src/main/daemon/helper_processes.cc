#include "main/daemon/helper_processes.h"

#include <utility>

namespace openbell {

namespace {

// Helpers have this long to read the shutdown event before SIGTERM (ExaBGP).
constexpr base::Duration farewell = base::milliseconds(100);

constexpr io::ChildId served(engine::HelperId id) {
  return io::ChildId{std::to_underlying(id)};
}
constexpr engine::HelperId known(io::ChildId id) {
  return engine::HelperId{std::to_underlying(id)};
}

}  // namespace

HelperProcesses::HelperProcesses(World& world)
    : world_(world), children_(world.reactor, *this), stop_(world.reactor, [this] {
        for (const engine::HelperId helper : running_) children_.stop(served(helper));
      }) {}

void HelperProcesses::start_helper(engine::HelperId helper, const grammar::ProcessConfig& process) {
  children_.start(served(helper), process.run);
  running_.insert(helper);
  const pid_t pid = children_.pid(served(helper));
  if (pid != 0) world_.engine->on_helper_started(helper, pid, world_.now());
}

void HelperProcesses::stop_helper(engine::HelperId helper) {
  children_.stop(served(helper));
}

std::size_t HelperProcesses::write_helper(engine::HelperId helper, std::string_view lines) {
  return children_.write(served(helper), lines);
}

void HelperProcesses::on_line(io::ChildId id, std::string_view line) {
  world_.engine->on_line(known(id), line, world_.now());
}

void HelperProcesses::on_line_refused(io::ChildId id, std::size_t size) {
  world_.engine->on_line_refused(known(id), size, world_.now());
}

void HelperProcesses::on_output_closed(io::ChildId id, std::size_t unfinished) {
  if (leaving_) return;
  std::string text = "helper with pid " + std::to_string(children_.pid(id)) + " closed its stdout";
  if (unfinished != 0)
    text += ", " + std::to_string(unfinished) + " bytes without a newline are lost";
  world_.log.log(4, "processes", text);
}

void HelperProcesses::on_input_closed(io::ChildId id) {
  if (!leaving_)
    world_.log.log(4, "processes",
                   "helper with pid " + std::to_string(children_.pid(id)) +
                       " closed its stdin: it gets no events any more");
}

void HelperProcesses::on_drained(io::ChildId id) {
  world_.engine->on_helper_writable(known(id), 0, world_.now());
}

void HelperProcesses::on_exit(io::ChildId id, std::string_view how) {
  running_.erase(known(id));
  world_.engine->on_helper_exited(known(id), how, world_.now());
}

void HelperProcesses::leave() {
  leaving_ = true;
  if (!empty()) stop_.arm(world_.now().tick + farewell);
}

}  // namespace openbell

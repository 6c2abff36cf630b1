#include "healthcheck/healthcheck.h"

#include <cerrno>
#include <climits>
#include <fstream>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include "healthcheck/addresses.h"
#include "healthcheck/attention.h"
#include "healthcheck/journal.h"
#include "healthcheck/machine.h"
#include "healthcheck/run_command.h"
#include "io/files.h"
#include "io/loop/clock.h"

namespace openbell::healthcheck {

namespace {

constexpr base::Duration answer_timeout = base::seconds(5);
constexpr base::Duration last_answer_timeout = base::seconds(1);  // the speaker kills us after 2 s
constexpr std::size_t line_size_max = PIPE_BUF - 1;

/// Empty or an error. Without --group a user comes with its own.
std::string become(const Options& options) {
  const passwd* const user = options.user.empty() ? nullptr : ::getpwnam(options.user.c_str());
  if (!options.user.empty() && user == nullptr) return "--user " + options.user + ": no such user";
  const group* const group = options.group.empty() ? nullptr : ::getgrnam(options.group.c_str());
  if (!options.group.empty() && group == nullptr)
    return "--group " + options.group + ": no such group";
  const gid_t gid = group != nullptr ? group->gr_gid : user != nullptr ? user->pw_gid : ::getgid();
  const bool changes_group = group != nullptr || user != nullptr;
  if (user != nullptr && ::geteuid() == 0 && ::initgroups(options.user.c_str(), gid) != 0)
    return io::system_error("cannot take the groups of " + options.user, errno);
  if (changes_group && ::setresgid(gid, gid, gid) != 0)
    return io::system_error("cannot become group " + std::to_string(gid), errno);
  if (user != nullptr && ::setresuid(user->pw_uid, user->pw_uid, user->pw_uid) != 0)
    return io::system_error("cannot become user " + options.user, errno);
  return {};
}

/// A file with our pid, gone with us.
class PidFile {
 public:
  explicit PidFile(const std::string& path) : path_(path) {
    if (!path_.empty()) std::ofstream(path_) << ::getpid() << '\n' << std::flush;
  }
  ~PidFile() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  PidFile(const PidFile&) = delete;
  PidFile& operator=(const PidFile&) = delete;
  [[nodiscard]] bool ok() const { return path_.empty() || io::file_kind(path_).exists; }

 private:
  const std::string& path_;
};

class Healthcheck {
 public:
  explicit Healthcheck(const Options& options)
      : options_(options),
        journal_(options),
        attention_(options.ack),
        runner_(attention_),
        addresses_(options, runner_, journal_) {}

  int run();

 private:
  bool start();
  /// One check and what follows from it.
  void turn();
  /// Until the interval of the state is over.
  void rest();
  void finish();

  Observation observe();
  void report_failure(const Outcome& outcome);
  void enter(State state);
  void announce(State state);
  void run_hooks(State state);
  /// False when it is time to leave.
  bool say(const std::string& line, base::Duration patience);

  const Options& options_;
  Journal journal_;
  Attention attention_;
  CommandRunner runner_;
  AddressSetup addresses_;
  std::vector<base::IpPrefix> prefixes_;
  Machine machine_;
  bool ended_ = false;  // --interval 0 has announced
  int status_ = 0;
};

bool Healthcheck::start() {
  std::vector<base::IpPrefix> refused;
  const std::vector<SystemAddress> loopback =
      options_.networks.empty() ? loopback_addresses(system_addresses(), options_, refused)
                                : std::vector<SystemAddress>();
  for (const base::IpPrefix& prefix : refused)
    journal_.warning(prefix.address.text() + "/" + std::to_string(prefix.length) +
                     " of lo is not announced: it is no network, host bits are set");
  auto prefixes = announced_prefixes(loopback, options_);
  if (!prefixes) {
    journal_.error(prefixes.error());
    return false;
  }
  prefixes_ = std::move(*prefixes);
  if (prefixes_.empty()) {
    journal_.error("No IP found");
    return false;
  }
  for (const State state : {State::up, State::down, State::disabled})
    for (const std::string& line : commands_for(state, prefixes_, options_))
      if (line.size() > line_size_max) {
        journal_.error("a command of " + std::to_string(line.size()) + " bytes is longer than " +
                       std::to_string(line_size_max));
        return false;
      }
  if (addresses_.start(loopback)) return true;
  journal_.error("the addresses cannot be set up");
  return false;
}

int Healthcheck::run() {
  const PidFile pid_file(options_.pid_file);
  if (!pid_file.ok()) {
    journal_.error("cannot write " + options_.pid_file);
    return 1;
  }
  if (!start()) {
    addresses_.restore();
    return 1;
  }
  if (const std::string error = become(options_); !error.empty()) {
    journal_.error(error);
    addresses_.restore();
    return 1;
  }
  while (!attention_.leaving() && !ended_ && status_ == 0) {
    turn();
    if (!ended_ && !attention_.leaving()) rest();
  }
  // With --interval 0 the route is to stay, and what it leads to.
  if (!ended_) finish();
  return attention_.speaker_gone() ? 1 : status_;
}

void Healthcheck::turn() {
  attention_.drain();
  const Observation observation = observe();
  if (attention_.leaving()) return;
  const State before = machine_.state;
  machine_ = step(machine_, observation, options_.rise, options_.fall);
  const State state = machine_.state;
  if (state != before)
    enter(state);
  else if (is_settled(state) && !options_.debounce)
    announce(state);
  ended_ = options_.interval.ns == 0 && is_settled(state) && !attention_.leaving();
}

Observation Healthcheck::observe() {
  if (!options_.disable_file.empty() && io::file_kind(options_.disable_file).exists) {
    journal_.debug(options_.disable_file + " exists: disabled");
    return Observation::disabled;
  }
  if (options_.command.empty()) return Observation::success;
  const Outcome outcome = runner_.run(shell(options_.command), options_.timeout);
  if (outcome.success()) return Observation::success;
  if (!attention_.leaving()) report_failure(outcome);
  return Observation::failure;
}

void Healthcheck::report_failure(const Outcome& outcome) {
  if (outcome.kind == Outcome::Kind::timed_out)
    journal_.warning("Timeout while running check command " + options_.command);
  else if (outcome.kind == Outcome::Kind::exited)
    journal_.warning("Check command was unsuccessful: " + std::to_string(outcome.status));
  else
    journal_.warning("Check command was unsuccessful: " + outcome.text());
  if (!outcome.output.empty()) journal_.info("Output of check command: " + outcome.output);
}

void Healthcheck::enter(State state) {
  journal_.info("state " + std::string(name_of(state)));
  if (state == State::up) {
    if (options_.dynamic_ip_setup && !addresses_.appear()) {
      journal_.error("the addresses cannot be set up");
      status_ = 1;
      return;
    }
    run_hooks(state);
    return announce(state);
  }
  // A withdrawal waits for no hook, and no packet finds an address that is gone.
  if (is_settled(state)) {
    announce(state);
    if (options_.dynamic_ip_setup) addresses_.vanish();
  }
  run_hooks(state);
}

void Healthcheck::announce(State state) {
  journal_.debug("send announces for " + std::string(name_of(state)) + " state");
  for (const std::string& line : commands_for(state, prefixes_, options_))
    if (!say(line, answer_timeout)) return;
}

bool Healthcheck::say(const std::string& line, base::Duration patience) {
  journal_.debug(line);
  if (!attention_.say(line)) return false;
  switch (attention_.answer(io::tick() + patience)) {
    case Answer::done:
      return true;
    case Answer::error:
      journal_.warning("the speaker refuses: " + line);
      return true;
    case Answer::none:
      journal_.warning("no answer to: " + line);
      return true;
    case Answer::leave:
      return false;
  }
  return false;
}

void Healthcheck::run_hooks(State state) {
  std::vector<std::string> hooks;
  if (state == State::up) hooks = options_.up_execute;
  if (state == State::down) hooks = options_.down_execute;
  if (state == State::disabled) hooks = options_.disabled_execute;
  hooks.insert(hooks.end(), options_.execute.begin(), options_.execute.end());
  for (const std::string& hook : hooks) {
    if (attention_.leaving()) return;
    const Outcome outcome =
        runner_.run(shell(hook), options_.execute_timeout, "STATE=" + std::string(name_of(state)));
    if (!outcome.success() && !attention_.leaving()) journal_.warning(hook + ": " + outcome.text());
  }
}

void Healthcheck::rest() {
  // INIT is left at the next check, which is not worth a whole interval.
  const base::Duration interval =
      is_settled(machine_.state) ? options_.interval : options_.fast_interval;
  static_cast<void>(attention_.wait(io::tick() + interval));
}

void Healthcheck::finish() {
  if (attention_.leaving()) journal_.info("leaving: " + attention_.why());
  for (const std::string& line : withdrawals(prefixes_, options_))
    if (!say(line, last_answer_timeout)) break;
  addresses_.restore();
}

}  // namespace

int run(const Options& options) {
  return Healthcheck(options).run();
}

}  // namespace openbell::healthcheck

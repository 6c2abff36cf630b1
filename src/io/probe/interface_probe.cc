// check interface: a link is operational. The kernel is asked once; every change after
// that is reported by itself.

#include "io/probe/link_monitor.h"
#include "io/probe/probe.h"

namespace openbell::io {

namespace {

class InterfaceProbe final : public Probe, private LinkListener {
 public:
  using Probe::Probe;
  ~InterfaceProbe() override {
    if (listening_) services().links().remove(*this);
  }

  std::optional<Result> run() override {
    if (!listening_) {
      // First listened, then asked: no change falls between.
      if (std::string error = services().links().add(*this); !error.empty())
        return failure(std::move(error));
      listening_ = true;
    }
    state_ = LinkMonitor::ask(config().interface);
    return result();
  }
  [[nodiscard]] std::string detail() const override { return state_.up ? "up" : state_.reason; }

 private:
  [[nodiscard]] std::string_view link_name() const override { return config().interface; }
  [[nodiscard]] int link_index() const override { return state_.index; }
  void on_link(const LinkState& state) override {
    if (state == state_) return;
    state_ = state;
    report(result());
  }
  Result result() { return state_.up ? watched() : failure(state_.reason, base::never); }

  bool listening_ = false;
  LinkState state_;
};

}  // namespace

constexpr ProbeKind interface_probe_kind{"interface", make_probe<InterfaceProbe>};

}  // namespace openbell::io

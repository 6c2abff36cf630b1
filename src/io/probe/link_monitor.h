#pragma once
// The kernel's word on links: asked for, or heard the moment one changes (rtnetlink(7)).

#include <string>
#include <string_view>
#include <vector>

#include "io/loop/reactor.h"

namespace openbell::io {

/// What is known of a link.
struct LinkState {
  bool up = false;
  int index = 0;       // of the kernel; 0: there is none
  std::string reason;  // why not: "operational state down"
  bool operator==(const LinkState&) const = default;
};

struct LinkMessage;

class LinkListener {
 public:
  virtual ~LinkListener() = default;
  [[nodiscard]] virtual std::string_view link_name() const = 0;
  /// The index that it knows of its link.
  [[nodiscard]] virtual int link_index() const = 0;
  /// Something was said of the link; maybe the same as before. From the loop.
  virtual void on_link(const LinkState& state) = 0;
};

/// One socket for all who listen.
class LinkMonitor final : private Handler {
 public:
  explicit LinkMonitor(Reactor& reactor) : reactor_(reactor) {}
  ~LinkMonitor() override;
  LinkMonitor(const LinkMonitor&) = delete;
  LinkMonitor& operator=(const LinkMonitor&) = delete;

  /// From here on `listener` hears of its link. Empty, or why it cannot.
  std::string add(LinkListener& listener);
  void remove(LinkListener& listener);
  /// How the link is now.
  static LinkState ask(std::string_view name);

 private:
  void on_ready(std::uint32_t tag, std::uint32_t events) override;
  void tell(const LinkMessage& link);
  void ask_for_all();

  Reactor& reactor_;
  Fd socket_;
  Watch watch_ = 0;
  std::vector<LinkListener*> listeners_;  // nullptr: a free place
};

}  // namespace openbell::io

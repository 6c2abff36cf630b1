#pragma once
// The one way out: what happened is told to every sink, after the bytes that it caused have left.

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "engine/report/events.h"
#include "engine/turn.h"

namespace openbell::engine {

/// Reads facts; changes nothing.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void on(const Event& event) = 0;
};

class Publisher {
 public:
  explicit Publisher(const Turn& turn) : turn_(turn) {}

  /// Sinks hear in the order in which they were added; they outlive the publisher's last deliver().
  /// One that keeps record wants also every command that was carried out, of which there can be a
  /// million a second.
  enum class Interest : std::uint8_t { events, record };
  void add(Sink& sink, Interest interest = Interest::events) {
    sinks_.push_back(&sink);
    keeps_record_ |= interest == Interest::record;
  }
  [[nodiscard]] bool keeps_record() const { return keeps_record_; }

  /// Keeps a text for the facts of this turn.
  std::string_view keep(std::string_view text);
  Cause keep(const Cause& cause);

  /// A fact of this turn, for deliver().
  template <typename Fact>
  void publish(Fact fact) {
    waiting_.push_back({turn_.now, std::move(fact)});
  }
  /// Tells the sinks what was published, also what they publish meanwhile.
  void deliver();
  [[nodiscard]] bool empty() const { return waiting_.empty(); }

 private:
  /// Texts of a turn: filled from the front, emptied at once.
  static constexpr std::size_t block_size = 64u << 10;

  const Turn& turn_;
  std::vector<Sink*> sinks_;
  bool keeps_record_ = false;
  std::deque<Event> waiting_;
  std::deque<std::string> blocks_;  // none grows beyond its capacity
  std::size_t block_ = 0;           // being filled
};

}  // namespace openbell::engine

#pragma once
// One BFD session in asynchronous mode as a pure state machine, RFC 5880 6.8: bytes and ticks in,
// packets and changes of state out. It does not send echo packets and does not ask for demand mode;
// a peer that asks for demand mode gets it.

#include <cstdint>

#include "base/bytes.h"
#include "base/tick.h"
#include "bfd/authentication.h"
#include "bfd/config.h"
#include "bfd/packet.h"

namespace openbell::bfd {

/// RFC 5880 6.8.3: a session that is not up sends no faster than this.
inline constexpr base::Duration slow_interval = base::seconds(1);

/// The state after a packet with state `received`, by the table of RFC 5880 6.8.6 (and 6.2).
State next_state(State local, State received);

/// What a session does to the world. Called from within the session's functions; must not call back
/// into it.
class Listener {
 public:
  virtual ~Listener() = default;
  /// Sends a control packet; the bytes live for the call.
  virtual void send(base::Bytes packet) = 0;
  virtual void on_report(const Report& report) = 0;
};

class Session {
 public:
  /// Begins in state down and, unless passive, with a packet that is due at once. `discriminator`
  /// is ours, unique on this system and not 0; `seed` should be random: jitter and the first
  /// sequence number come from it.
  Session(const SessionConfig& config, std::uint32_t discriminator, std::uint64_t seed,
          Listener& listener, base::Tick now);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// A packet that decode() accepted and that is for this session; `bytes` are those it was decoded
  /// from.
  Refusal on_packet(const ControlPacket& packet, base::Bytes bytes, base::Tick now);
  /// Does what is due at `now`.
  void on_timer(base::Tick now);
  /// When on_timer() must come; base::never when nothing waits for time.
  [[nodiscard]] base::Tick deadline() const;
  /// When the session will be declared down if nothing is heard; base::never when it is not up.
  [[nodiscard]] base::Tick detection_deadline() const;

  /// Takes new timers, multiplier, authentication and role without a change of state; addresses are
  /// not its business. Timers change by a poll sequence (RFC 5880 6.8.3).
  void change(const SessionConfig& config, base::Tick now);
  /// RFC 5880 6.8.16.
  void admin_down(base::Tick now, Diagnostic why = Diagnostic::administratively_down);
  void admin_up(base::Tick now);

  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] std::uint32_t discriminator() const { return discriminator_; }
  [[nodiscard]] const Statistics& statistics() const { return statistics_; }
  /// For what arrived for this session but not through on_packet(): malformed, wrong TTL.
  void count_discarded() { ++statistics_.discarded; }
  /// Why packets cannot be signed on this host, or empty.
  [[nodiscard]] std::string error() const { return authenticator_.error(); }

 private:
  struct Intervals {
    base::Duration transmit;
    base::Duration receive;
    bool operator==(const Intervals&) const = default;
  };
  enum class Poll : std::uint8_t {
    none,
    due,       // the next packet is the first of the sequence
    sent,      // waiting for Final
    settling,  // Final came; the next sequence waits for a packet without it (6.8.3, choice 3)
  };
  /// How long the peer has been silent.
  enum class Silence : std::uint8_t { heard, missed, forgotten };

  void check_config() const;
  void learn(const ControlPacket& packet);
  void follow_poll(const ControlPacket& packet, base::Tick now);
  void move_to(State state, Diagnostic why, base::Tick now);
  void negotiate(base::Tick now);
  void finish_negotiation();
  void look_at_silence(base::Tick now);
  void schedule(base::Tick now);
  void speak_if_changed(base::Tick now);
  void transmit(bool final, base::Tick now);
  void publish_intervals();
  [[nodiscard]] bool polling() const { return poll_ == Poll::due || poll_ == Poll::sent; }
  [[nodiscard]] bool may_speak() const { return !config_.passive || remote_discriminator_ != 0; }
  [[nodiscard]] bool speaks_periodically() const;
  [[nodiscard]] Intervals wanted() const;
  [[nodiscard]] base::Duration transmit_interval() const;
  [[nodiscard]] base::Duration detection_time() const;
  [[nodiscard]] base::Duration jittered(base::Duration interval);
  [[nodiscard]] ControlPacket contents() const;
  std::uint64_t random();

  SessionConfig config_;
  const std::uint32_t discriminator_;
  std::uint64_t random_state_;
  Listener& listener_;
  Authenticator authenticator_;

  State state_ = State::down;
  Diagnostic diagnostic_ = Diagnostic::none;
  State remote_state_ = State::down;
  Diagnostic remote_diagnostic_ = Diagnostic::none;
  std::uint32_t remote_discriminator_ = 0;
  std::uint8_t remote_multiplier_ = 0;
  base::Duration remote_min_rx_ = base::microseconds(1);  // RFC 5880 6.8.1: initially 1
  base::Duration remote_desired_tx_{};
  bool remote_demand_ = false;

  Intervals advertised_{};  // in our packets
  Intervals used_{};  // in our timers: follows `advertised_`, at the latest when the poll ends
  Poll poll_ = Poll::none;
  Silence silence_ = Silence::forgotten;
  base::Tick last_received_{};
  base::Tick last_sent_{};
  base::Tick next_transmit_ = base::never;
  base::Duration scheduled_interval_{};  // that `next_transmit_` was computed from; 0: none
  ControlPacket last_packet_;            // as sent last
  Statistics statistics_;
};

}  // namespace openbell::bfd

#pragma once
// UPDATE (RFC 4271 4.3, RFC 4760): reading one into views, and filling one.

#include <array>
#include <bitset>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bgp/attr/session_attribute.h"
#include "bgp/nlri/family.h"
#include "bgp/path.h"
#include "bgp/types.h"
#include "bgp/wire_context.h"

namespace openbell::bgp {

/// The NLRI of one family found in one field of an UPDATE: bytes as on the wire, already checked to
/// be well formed.
struct NlriField {
  Family family{};
  Bytes bytes;  // a sequence of NLRI, each with its path identifier when `add_path`
  bool add_path = false;
  Bytes next_hop;  // announced ones: bytes of MP_REACH_NLRI or NEXT_HOP (RD and link-local address
                   // still in it)
};

/// One received UPDATE, valid as long as the message's bytes and the decoder that made it.
struct UpdateView {
  Bytes attributes;  // canonical (AS4_PATH merged, RFC 6793 4.2.3; NEXT_HOP and MP_* taken out)
  std::array<NlriField, 2> announced;  // MP_REACH_NLRI, then the classic field
  std::array<NlriField, 2> withdrawn;  // classic, then MP_UNREACH_NLRI
  std::uint8_t announced_count = 0;
  std::uint8_t withdrawn_count = 0;
  bool end_of_rib = false;  // RFC 4724 2: of `end_of_rib_family`
  Family end_of_rib_family{};
  Treatment treatment =
      Treatment::none;  // RFC 7606: treat_as_withdraw turns what is announced into withdrawals
  NotificationCode notification;  // for reset_session
  Bytes notification_data;
  std::string_view
      reason;  // words for logs and events: "ORIGIN: bad length", empty when all was well
};

/// Decodes UPDATEs of one session after the other; owns the scratch space that views point into.
class UpdateDecoder {
 public:
  /// `body` is the message without its header. The view is valid until the next call.
  /// Never fails as such: what was wrong is in `treatment`, RFC 7606.
  const UpdateView& decode(Bytes body, const WireContext& context);

 private:
  /// One attribute as received, before anything about it has been believed.
  struct Raw {
    AttributeView view;
    Bytes whole;  // flags, code and length included: the data of a NOTIFICATION
  };

  void read_attributes(Bytes attributes, const WireContext& context);
  void read_attribute(const Raw& raw, const WireContext& context);
  void read_known(const Raw& raw, const AttributeOps& row, const WireContext& context);
  void read_own(const Raw& raw, const SessionAttribute& row, const WireContext& context);
  void read_next_hop(const Raw& raw, const WireContext& context);
  void read_mp_reach(const Raw& raw, const WireContext& context);
  void read_mp_unreach(const Raw& raw, const WireContext& context);
  void read_as4_path(const Raw& raw, const WireContext& context);
  void read_as4_aggregator(const Raw& raw, const WireContext& context);
  void read_classic(Bytes withdrawn, Bytes announced, const WireContext& context);
  bool field_is_sound(const NlriField& field, const WireContext& context);
  void merge_as4();
  void check_whole();
  /// Records a fault; the worst one decides what becomes of the UPDATE (RFC 7606 3(h)).
  void fault(Treatment treatment, std::string_view subject, std::string_view what,
             NotificationCode code = {}, Bytes data = {});

  UpdateView view_;
  PathAttributesBuilder builder_;
  std::vector<std::uint8_t> scratch_;
  std::vector<std::uint8_t> as4_path_;
  NlriScratch nlri_scratch_;
  std::string reason_;
  std::bitset<256> seen_;
  NlriField mp_announced_;
  NlriField mp_withdrawn_;
  Bytes next_hop_;        // of attribute 3
  Bytes as4_aggregator_;  // of attribute 18
  bool reaches_ = false;  // there are announced NLRI, understood or not
};

/// Walks over the NLRI of a field: `NlriView` by `NlriView`.
class NlriReader {
 public:
  NlriReader(const NlriField& field, const WireContext& context)
      : in_(field.bytes), field_(field), context_(context) {}
  /// False at the end (or at malformed bytes, which a field from UpdateDecoder does not have). The
  /// view lives until the next call.
  bool next(NlriView& view);

 private:
  ByteReader in_;
  const NlriField& field_;
  const WireContext& context_;
  NlriScratch scratch_;
};

/// The address in the next hop bytes of a field: skips a route distinguisher, takes the global
/// address of a pair.
IpAddress next_hop_address(const NlriField& field);

/// Fills one UPDATE for a session, one family and one path, as ExaBGP lays it out: attributes in
/// ascending type order, NEXT_HOP (3) in its place also beside MP_REACH when it is IPv4 (labelled,
/// VPN families), MP_REACH_NLRI last; see exabgp-language 6.3 and 6.4.
///
/// `attributes` are the outbound attributes (write_outbound_attributes), reused for as many UPDATEs
/// as the path needs.
class UpdateWriter {
 public:
  /// `into` is the buffer for the whole message, at least context.message_size_max() bytes; both
  /// outlive the writer.
  UpdateWriter(MutableBytes into, const WireContext& context);

  /// Starts an UPDATE that announces. False when the attributes alone leave no room for an NLRI, or
  /// when the session cannot send the family with this next hop (can_send).
  bool begin_announce(Family family, const NextHop& next_hop, Bytes outbound_attributes);
  /// Starts an UPDATE that withdraws: classic field for ipv4 unicast, else MP_UNREACH_NLRI.
  /// `outbound_attributes` are written before it (may be empty) where the family has them in its
  /// withdrawals (FamilyOps::withdraw_with_attributes).
  bool begin_withdraw(Family family, Bytes outbound_attributes);
  /// Adds one NLRI; false when the message is full (nothing was added): no room, or the family and
  /// the session want one NLRI an UPDATE.
  bool add(const NlriView& nlri);
  /// Closes lengths. The whole message with its header; empty when no NLRI was added.
  Bytes finish();

 private:
  void start(Family family, Purpose purpose);
  bool start_attributes(Bytes outbound_attributes);
  bool start_mp(std::uint8_t code, Bytes next_hop, bool rd);

  MutableBytes into_;
  const WireContext& context_;
  const FamilyOps* ops_ = nullptr;
  std::size_t limit_;              // of the whole message
  std::size_t at_ = 0;             // bytes written
  std::size_t attributes_at_ = 0;  // place of the total path attribute length
  std::size_t mp_at_ = 0;          // place of the MP attribute's flags, 0 for a classic field
  std::size_t nlri_at_ = 0;
  Family family_{};
  Purpose purpose_ = Purpose::announce;
  bool key_is_wire_ = false;  // the key of an NLRI is what goes out
  bool path_ids_ = false;     // RFC 7911: a path identifier before each NLRI
  bool one_only_ = false;     // this family does not share UPDATEs
};

/// A whole End-of-RIB message: `00000000` for ipv4 unicast, else an empty MP_UNREACH_NLRI with the
/// extended-length flag as ExaBGP sends it.
Bytes write_end_of_rib(Family family, MutableBytes into);

/// The attributes of a path as one peer must see them: defaults filled in (ORIGIN igp; AS_PATH
/// empty on iBGP, our AS on eBGP; LOCAL_PREF 100 on iBGP, never on eBGP), AS numbers in the
/// session's width with AS4_PATH/AS4_AGGREGATOR when needed (RFC 6793 4.2.2), AIGP only where
/// allowed. NEXT_HOP (3) is included in its place when `family` and the next hop call for it.
/// Returns false when `into` is too small.
bool write_outbound_attributes(const PathView& path, Family family, const WireContext& context,
                               ByteWriter& into);

}  // namespace openbell::bgp

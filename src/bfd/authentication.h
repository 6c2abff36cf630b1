#pragma once
// Keyed and meticulous keyed MD5 and SHA1 of control packets, RFC 5880 4.3, 4.4, 6.7.3, 6.7.4:
//
//   1 B        auth type: 2 keyed MD5, 3 meticulous MD5, 4 keyed SHA1, 5 meticulous SHA1
//   1 B        auth length: 24 (MD5) or 28 (SHA1)
//   1 B        key id
//   1 B        reserved, 0
//   4 B        sequence number
//   16 / 20 B  digest of the whole packet with the key, padded with zeros, in this place

#include <cstdint>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "bfd/config.h"
#include "bfd/packet.h"

struct evp_md_ctx_st;
struct evp_md_st;

namespace openbell::bfd {

/// Size of the authentication section: 0, 24 or 28.
std::size_t authentication_size(AuthType type);

/// Signs and checks the packets of one session. Nothing is allocated after construction.
class Authenticator {
 public:
  /// `first_sequence` should be random (bfd.XmitAuthSeq). A secret that is too long is cut.
  Authenticator(const SessionConfig& config, std::uint32_t first_sequence);

  /// Empty, or why packets of this type cannot be signed here: "this host's OpenSSL has no MD5".
  [[nodiscard]] std::string error() const;
  [[nodiscard]] AuthType type() const { return type_; }

  /// Fills the section behind the header of a packet whose size is
  /// header_size + authentication_size(type()). `changed`: its contents are not those of the packet
  /// before. False when the digest could not be computed.
  bool sign(base::MutableBytes packet, bool changed);

  /// Whether a received packet (its length field's worth of bytes) is to be believed.
  Refusal verify(base::Bytes bytes, const ControlPacket& packet);

  /// The next sequence number may be any again (bfd.AuthSeqKnown is 0).
  void forget() { sequence_known_ = false; }
  /// The sequence number that was sent last, for the successor after a change of configuration.
  [[nodiscard]] std::uint32_t sequence() const { return sequence_; }

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
    void operator()(evp_md_st* digest) const;
  };
  [[nodiscard]] bool meticulous() const {
    return type_ == AuthType::meticulous_md5 || type_ == AuthType::meticulous_sha1;
  }
  [[nodiscard]] std::size_t digest_size() const { return authentication_size(type_) - 8; }
  /// Digest of `packet` with the key in the place of its digest.
  bool digest(base::Bytes packet, std::uint8_t* out);

  AuthType type_;
  std::uint8_t key_id_;
  std::uint8_t key_[20] = {};
  std::uint32_t sequence_;
  std::uint32_t received_ = 0;  // bfd.RcvAuthSeq
  bool sequence_known_ = false;
  std::unique_ptr<evp_md_st, Free> algorithm_;
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

}  // namespace openbell::bfd

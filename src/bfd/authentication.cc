#include "bfd/authentication.h"

#include <algorithm>
#include <cstring>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/check.h"

namespace openbell::bfd {

namespace {

constexpr std::size_t fixed_size = 8;  // of the section, before the digest
constexpr std::size_t digest_offset = header_size + fixed_size;

const char* algorithm_name(AuthType type) {
  return authentication_size(type) == 24 ? "MD5" : "SHA1";
}

}  // namespace

std::size_t authentication_size(AuthType type) {
  switch (type) {
    case AuthType::none:
      return 0;
    case AuthType::keyed_md5:
    case AuthType::meticulous_md5:
      return 24;
    case AuthType::keyed_sha1:
    case AuthType::meticulous_sha1:
      return 28;
  }
  return 0;
}

void Authenticator::Free::operator()(evp_md_ctx_st* context) const {
  EVP_MD_CTX_free(context);
}

void Authenticator::Free::operator()(evp_md_st* digest) const {
  EVP_MD_free(digest);
}

Authenticator::Authenticator(const SessionConfig& config, std::uint32_t first_sequence)
    : type_(config.auth), key_id_(config.key_id), sequence_(first_sequence) {
  if (type_ == AuthType::none) return;
  std::memcpy(key_, config.secret.data(), std::min(config.secret.size(), digest_size()));
  algorithm_.reset(EVP_MD_fetch(nullptr, algorithm_name(type_), nullptr));
  if (!algorithm_) return;
  context_.reset(EVP_MD_CTX_new());
  // Initialised once with the algorithm: later initialisations reuse what this one allocated.
  if (context_ && EVP_DigestInit_ex(context_.get(), algorithm_.get(), nullptr) != 1)
    context_.reset();
}

std::string Authenticator::error() const {
  if (type_ == AuthType::none || context_) return {};
  return std::string("this host's OpenSSL has no ") + algorithm_name(type_);
}

bool Authenticator::digest(base::Bytes packet, std::uint8_t* out) {
  if (!context_ || EVP_DigestInit_ex(context_.get(), nullptr, nullptr) != 1) return false;
  return EVP_DigestUpdate(context_.get(), packet.data(), digest_offset) == 1 &&
         EVP_DigestUpdate(context_.get(), key_, digest_size()) == 1 &&
         EVP_DigestFinal_ex(context_.get(), out, nullptr) == 1;
}

bool Authenticator::sign(base::MutableBytes packet, bool changed) {
  OPENBELL_CHECK(packet.size() == header_size + authentication_size(type_));
  if (type_ == AuthType::none) return true;
  // RFC 5880 6.7.3, 6.7.4: meticulous ones count every packet, the others what is new.
  if (changed || meticulous()) ++sequence_;
  base::ByteWriter out(packet.subspan(header_size));
  out.u8(static_cast<std::uint8_t>(type_));
  out.u8(static_cast<std::uint8_t>(authentication_size(type_)));
  out.u8(key_id_);
  out.u8(0);
  out.u32(sequence_);
  std::uint8_t computed[EVP_MAX_MD_SIZE];
  if (!digest(packet, computed)) return false;
  out.bytes({computed, digest_size()});
  return out.ok();
}

Refusal Authenticator::verify(base::Bytes bytes, const ControlPacket& packet) {
  if (!packet.authenticated)
    return type_ == AuthType::none ? Refusal::none : Refusal::authentication_missing;
  if (type_ == AuthType::none) return Refusal::authentication_unexpected;
  base::ByteReader in(bytes.subspan(header_size));
  if (in.u8() != static_cast<std::uint8_t>(type_)) return Refusal::authentication_type;
  const std::uint8_t size = in.u8();
  if (in.left() != 0 && in.u8() != key_id_) return Refusal::authentication_key;
  if (size != authentication_size(type_) || bytes.size() != header_size + size)
    return Refusal::authentication_length;
  in.u8();
  const std::uint32_t sequence = in.u32();
  // RFC 5880 6.7.3, 6.7.4: the window, in circular arithmetic.
  const std::uint32_t ahead = sequence - received_;
  const std::uint32_t least = meticulous() ? 1 : 0;
  if (sequence_known_ && (ahead < least || ahead > 3u * packet.multiplier))
    return Refusal::authentication_sequence;
  std::uint8_t computed[EVP_MAX_MD_SIZE];
  if (!digest(bytes, computed) ||
      CRYPTO_memcmp(computed, bytes.data() + digest_offset, digest_size()) != 0)
    return Refusal::authentication_digest;
  // Learned only now: a forged packet must not move the window.
  sequence_known_ = true;
  received_ = sequence;
  return Refusal::none;
}

}  // namespace openbell::bfd

#include "rib/stored_nlri.h"

#include "base/check.h"

namespace openbell::rib {

namespace {
constexpr std::uint8_t long_mark = 0x7F;
constexpr std::size_t block_header = 2;
}  // namespace

void StoredNlri::assign(const bgp::NlriView& view) {
  family_ = view.family;
  has_path_id_ = view.has_path_id;
  const std::size_t total = key_offset() + view.key.size() + view.tail.size();
  // A message of 65535 bytes has room for less, whatever a peer says.
  OPENBELL_CHECK(view.tail.size() <= 0xFF && total <= 0xFFFF);
  tail_size_ = static_cast<std::uint8_t>(view.tail.size());
  std::uint8_t* at = bytes_;
  if (total <= inline_size) {
    size_ = static_cast<std::uint8_t>(total & 0x7F);
  } else {
    size_ = long_mark;
    at = new std::uint8_t[block_header + total];
    std::memcpy(bytes_, &at, sizeof at);
    base::store16(at, static_cast<std::uint16_t>(total));
    at += block_header;
  }
  if (has_path_id_) {
    base::store32(at, view.path_id);
    at += 4;
  }
  if (!view.key.empty()) std::memcpy(at, view.key.data(), view.key.size());
  if (!view.tail.empty()) std::memcpy(at + view.key.size(), view.tail.data(), view.tail.size());
}

void StoredNlri::release() {
  if (size_ == long_mark) delete[] (data() - block_header);
  size_ = 0;
}

const std::uint8_t* StoredNlri::data() const {
  if (size_ != long_mark) return bytes_;
  const std::uint8_t* block;
  std::memcpy(&block, bytes_, sizeof block);
  return block + block_header;
}

std::size_t StoredNlri::size() const {
  return size_ != long_mark ? size_ : base::load16(data() - block_header);
}

bgp::NlriView StoredNlri::view() const {
  const std::uint8_t* at = data();
  const std::size_t skip = key_offset();
  const std::size_t key_size = size() - skip - tail_size_;
  const std::uint32_t path_id = has_path_id_ ? base::load32(at) : 0;
  return {
      family_, has_path_id_, path_id, {at + skip, key_size}, {at + skip + key_size, tail_size_}};
}

bool StoredNlri::same_key(const bgp::NlriView& other) const {
  if (family_ != other.family || has_path_id_ != other.has_path_id) return false;
  const std::uint8_t* at = data();
  if (has_path_id_ && base::load32(at) != other.path_id) return false;
  const std::size_t skip = key_offset();
  return base::equal({at + skip, size() - skip - tail_size_}, other.key);
}

}  // namespace openbell::rib

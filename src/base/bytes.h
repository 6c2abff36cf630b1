#pragma once
// Big-endian cursors over bytes. Failure is sticky: after the first short read every further read
// gives zero and ok() is false, so a decoder is straight-line code with one check at its end.

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace openbell::base {

using Bytes = std::span<const std::uint8_t>;
using MutableBytes = std::span<std::uint8_t>;

inline Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view text_of(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline bool equal(Bytes a, Bytes b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
}
/// Lexicographic order of the bytes, shorter first on a common prefix.
inline bool less(Bytes a, Bytes b) {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
}

inline std::uint16_t load16(const std::uint8_t* p) {
  return static_cast<std::uint16_t>(p[0] << 8 | p[1]);
}
inline std::uint32_t load32(const std::uint8_t* p) {
  std::uint32_t v;
  std::memcpy(&v, p, 4);
  return __builtin_bswap32(v);
}
inline std::uint64_t load64(const std::uint8_t* p) {
  std::uint64_t v;
  std::memcpy(&v, p, 8);
  return __builtin_bswap64(v);
}
inline void store16(std::uint8_t* p, std::uint16_t v) {
  p[0] = static_cast<std::uint8_t>(v >> 8);
  p[1] = static_cast<std::uint8_t>(v);
}
inline void store32(std::uint8_t* p, std::uint32_t v) {
  v = __builtin_bswap32(v);
  std::memcpy(p, &v, 4);
}
inline void store64(std::uint8_t* p, std::uint64_t v) {
  v = __builtin_bswap64(v);
  std::memcpy(p, &v, 8);
}

/// Reads from a view that must outlive it; what it returns are views of the same bytes.
class ByteReader {
 public:
  ByteReader() = default;
  explicit ByteReader(Bytes bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  std::uint8_t u8() { return need(1) ? *at_++ : std::uint8_t{0}; }
  std::uint16_t u16() {
    if (!need(2)) return 0;
    at_ += 2;
    return load16(at_ - 2);
  }
  std::uint32_t u24() {
    if (!need(3)) return 0;
    at_ += 3;
    return static_cast<std::uint32_t>(at_[-3]) << 16 | load16(at_ - 2);
  }
  std::uint32_t u32() {
    if (!need(4)) return 0;
    at_ += 4;
    return load32(at_ - 4);
  }
  std::uint64_t u64() {
    if (!need(8)) return 0;
    at_ += 8;
    return load64(at_ - 8);
  }
  /// The next n bytes; an empty view and failure when there are fewer.
  Bytes take(std::size_t n) {
    if (!need(n)) return {};
    at_ += n;
    return {at_ - n, n};
  }
  /// A reader over the next n bytes; a failed reader when there are fewer.
  ByteReader sub(std::size_t n) {
    ByteReader inner(take(n));
    inner.ok_ = ok_;
    return inner;
  }
  /// What is left, without moving.
  [[nodiscard]] Bytes rest() const { return {at_, left()}; }
  [[nodiscard]] std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }
  [[nodiscard]] bool empty() const { return at_ == end_; }
  [[nodiscard]] bool ok() const { return ok_; }
  /// Everything was read and nothing was missing.
  [[nodiscard]] bool done() const { return ok_ && empty(); }
  /// Marks the input as bad: reads give zero from here on.
  void fail() {
    ok_ = false;
    at_ = end_;
  }

 private:
  bool need(std::size_t n) {
    if (left() >= n) [[likely]]
      return true;
    fail();
    return false;
  }

  const std::uint8_t* at_ = nullptr;
  const std::uint8_t* end_ = nullptr;
  bool ok_ = true;
};

/// Writes into a fixed span; a write that does not fit makes ok() false and writes nothing from
/// then on.
class ByteWriter {
 public:
  explicit ByteWriter(MutableBytes into)
      : begin_(into.data()), at_(into.data()), end_(into.data() + into.size()) {}

  void u8(std::uint8_t v) {
    if (need(1)) *at_++ = v;
  }
  void u16(std::uint16_t v) {
    if (!need(2)) return;
    store16(at_, v);
    at_ += 2;
  }
  void u24(std::uint32_t v) {
    u8(static_cast<std::uint8_t>(v >> 16));
    u16(static_cast<std::uint16_t>(v));
  }
  void u32(std::uint32_t v) {
    if (!need(4)) return;
    store32(at_, v);
    at_ += 4;
  }
  void u64(std::uint64_t v) {
    if (!need(8)) return;
    store64(at_, v);
    at_ += 8;
  }
  void bytes(Bytes b) {
    if (b.empty() || !need(b.size())) return;
    std::memcpy(at_, b.data(), b.size());
    at_ += b.size();
  }
  /// Leaves room for a 16-bit length and returns its place for close16(), which counts the bytes
  /// written after it.
  [[nodiscard]] std::size_t open16() {
    u16(0);
    return size();
  }
  void close16(std::size_t opened) {
    if (ok_) store16(begin_ + opened - 2, static_cast<std::uint16_t>(size() - opened));
  }
  [[nodiscard]] std::size_t open8() {
    u8(0);
    return size();
  }
  void close8(std::size_t opened) {
    if (ok_) begin_[opened - 1] = static_cast<std::uint8_t>(size() - opened);
  }
  /// Takes back everything after `size` bytes, a failure to write them included.
  void truncate(std::size_t size) {
    at_ = begin_ + size;
    ok_ = true;
  }
  [[nodiscard]] Bytes written() const { return {begin_, size()}; }
  [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(at_ - begin_); }
  [[nodiscard]] std::size_t room() const { return static_cast<std::size_t>(end_ - at_); }
  [[nodiscard]] bool ok() const { return ok_; }
  void fail() { ok_ = false; }

 private:
  bool need(std::size_t n) {
    if (ok_ && room() >= n) [[likely]]
      return true;
    ok_ = false;
    return false;
  }

  std::uint8_t* begin_;
  std::uint8_t* at_;
  std::uint8_t* end_;
  bool ok_ = true;
};

}  // namespace openbell::base

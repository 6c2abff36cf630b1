// Label stacks, RFC 8277 2.2 and 2.3:
//
//   20 bits  label value
//    3 bits  irrelevant on receipt, zero when sent
//    1 bit   bottom of stack

#include "bgp/nlri/prefix.h"

namespace openbell::bgp {

namespace {

constexpr std::size_t label_size = 3;
constexpr std::uint32_t withdraw_label = 0x800000;      // RFC 8277 2.4
constexpr std::uint32_t old_withdraw_label = 0x000000;  // RFC 3107 3, still sent by some

std::uint32_t raw_label(Bytes labels, std::size_t at) {
  return static_cast<std::uint32_t>(labels[at]) << 16 | base::load16(labels.data() + at + 1);
}

}  // namespace

Bytes read_labels(ByteReader& in, std::size_t bits_left) {
  const Bytes rest = in.rest();
  const std::size_t room = std::min(rest.size(), bits_left / 8) / label_size * label_size;
  for (std::size_t at = 0; at < room; at += label_size) {
    const std::uint32_t raw = raw_label(rest, at);
    const bool withdraws = at == 0 && (raw == withdraw_label || raw == old_withdraw_label);
    if ((raw & 1) != 0 || withdraws) return in.take(at + label_size);
  }
  return {};
}

bool take_labels(ByteReader& in, std::size_t& bits_left, Bytes& labels) {
  labels = read_labels(in, bits_left);
  bits_left -= labels.size() * 8;
  return !labels.empty();
}

void append_label(std::uint32_t label, std::vector<std::uint8_t>& labels) {
  if (!labels.empty()) labels.back() &= 0xFE;
  labels.push_back(static_cast<std::uint8_t>(label >> 12));
  labels.push_back(static_cast<std::uint8_t>(label >> 4));
  labels.push_back(static_cast<std::uint8_t>(label << 4 | 1));
}

void write_label_head(Bytes labels, Purpose purpose, std::size_t bits_after, ByteWriter& out) {
  const bool unlabelled_withdrawal = labels.empty() && purpose == Purpose::withdraw;
  const std::size_t label_bits = unlabelled_withdrawal ? label_size * 8 : labels.size() * 8;
  out.u8(static_cast<std::uint8_t>(label_bits + bits_after));
  if (unlabelled_withdrawal) out.u24(withdraw_label);
  out.bytes(labels);
}

void print_labels(Bytes labels, TextWriter& out) {
  if (labels.empty()) return;
  const bool several = labels.size() > label_size;
  out.put(several ? " label [" : " label");
  for (std::size_t at = 0; at < labels.size(); at += label_size)
    out.put(' ').number(raw_label(labels, at) >> 4);
  if (several) out.put(" ]");
}

void json_labels(Bytes labels, Dialect dialect, TextWriter& out) {
  if (labels.empty()) return;
  out.put(", \"label\": [ ");
  for (std::size_t at = 0; at < labels.size(); at += label_size) {
    const std::uint32_t raw = raw_label(labels, at);
    out.put(at == 0 ? "[" : ", [").number(raw >> 4);
    if (raw != 0 && dialect != Dialect::v4_2) out.put(", ").number(raw);
    out.put(']');
  }
  out.put(" ]");
}

}  // namespace openbell::bgp

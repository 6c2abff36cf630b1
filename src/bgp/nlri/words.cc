#include "bgp/nlri/words.h"

#include <bit>

#include "bgp/nlri/prefix.h"

namespace openbell::bgp {

namespace {

/// Says what is wrong with a word that has an address before its slash.
bool fail_prefix_length(TextReader& in, const IpAddress& address, std::string_view length) {
  std::string wanted =
      address.is_v6() ? "a prefix length from 0 to 128" : "a prefix length from 0 to 32";
  std::uint32_t mask = 0;
  if (base::parse_ipv4(length, mask)) {
    wanted += ", not a netmask";
    const int ones = std::countl_one(mask);
    if (ones + std::countr_zero(mask) == 32)
      wanted.append(": ").append(address.text()).append("/").append(std::to_string(ones));
  }
  return in.fail(wanted);
}

bool fail_host_bits(TextReader& in, base::IpPrefix prefix) {
  std::array<std::uint8_t, 16> octets{};
  const Bytes kept = prefix.address.bytes().first(prefix.octets());
  std::copy(kept.begin(), kept.end(), octets.begin());
  clear_trailing_bits({octets.data(), kept.size()}, prefix.length);
  std::string wanted = "a prefix without host bits set: ";
  TextWriter text(wanted);
  base::print_prefix({octets.data(), kept.size()}, prefix.length, prefix.address.is_v6(), text);
  return in.fail(wanted);
}

}  // namespace

bool parse_prefix_word(TextReader& in, NlriDraft& draft) {
  const std::string_view word = in.peek();
  base::IpPrefix prefix;
  if (!base::parse_prefix(word, prefix)) {
    const std::size_t slash = word.find('/');
    if (slash != std::string_view::npos && base::parse_ip(word.substr(0, slash), prefix.address))
      return fail_prefix_length(in, prefix.address, word.substr(slash + 1));
    return in.fail("a prefix, such as 10.0.0.0/24 or 2001:db8::/32");
  }
  if (!prefix.is_canonical()) return fail_host_bits(in, prefix);
  in.word();
  draft.prefix = prefix;
  draft.has_prefix = true;
  return true;
}

bool parse_label_words(TextReader& in, NlriDraft& draft) {
  const bool stands = !draft.labels.empty();
  const bool list = in.accept("[");
  std::size_t count = 0;
  do {
    if (count == labels_max) return in.fail("']': at most 10 labels");
    const std::uint64_t label = in.number(label_max, "a label");
    if (!in.ok()) return false;
    if (!stands) append_label(static_cast<std::uint32_t>(label), draft.labels);
    ++count;
  } while (list && !in.accept("]"));
  return true;
}

bool parse_rd_word(TextReader& in, NlriDraft& draft) {
  std::array<std::uint8_t, 8> rd{};
  if (!parse_rd(in.peek(), rd))
    return in.fail("a route distinguisher: 65000:1, 10.0.0.1:1 or 70000:1");
  in.word();
  if (draft.has_rd) return true;
  draft.rd = rd;
  draft.has_rd = true;
  return true;
}

bool parse_path_information(TextReader& in, NlriDraft& draft) {
  std::uint64_t id = 0;
  std::uint32_t dotted = 0;
  if (base::parse_ipv4(in.peek(), dotted)) {
    id = dotted;
  } else if (!base::parse_decimal(in.peek(), 0xFFFFFFFF, id)) {
    return in.fail("a path identifier, a number from 0 to 4294967295 or a dotted quad");
  }
  in.word();
  if (draft.has_path_id) return true;
  draft.path_id = static_cast<std::uint32_t>(id);
  draft.has_path_id = true;
  return true;
}

}  // namespace openbell::bgp

#include "audit/record.h"

#include <algorithm>
#include <chrono>
#include <cstring>

#include "base/check.h"

namespace openbell::audit {

namespace {

using base::Bytes;
using base::TextWriter;

// The compact form lives in memory between two threads of one process: native byte order.
//
//   Head | cause name | command | result | detail | neighbors (17 B each: size, 16 bytes)
struct Head {
  std::int64_t utc_ns;
  std::int64_t mono_ns;
  std::uint64_t sequence;
  std::uint64_t command_size;  // before it was cut
  std::uint64_t routes;
  std::uint64_t first_change;
  std::uint64_t last_change;
  std::uint32_t neighbors_count;
  std::int32_t cause_number;
  std::uint16_t name_kept;
  std::uint16_t command_kept;
  std::uint16_t result_kept;
  std::uint16_t detail_kept;
  std::uint16_t neighbors_kept;
  Kind kind;
  Cause::Kind cause_kind;
};
constexpr std::size_t neighbor_size = 17;

std::uint16_t kept(std::string_view text, std::size_t size_max) {
  return static_cast<std::uint16_t>(std::min(text.size(), size_max));
}

Head head_of(const Record& record) {
  Head head{};
  head.utc_ns = record.utc_ns;
  head.mono_ns = record.mono_ns;
  head.sequence = record.sequence;
  head.command_size = record.command.size();
  head.routes = record.routes;
  head.first_change = record.first_change;
  head.last_change = record.last_change;
  head.neighbors_count = static_cast<std::uint32_t>(record.neighbors.size());
  head.cause_number = record.cause.number;
  head.name_kept = kept(record.cause.name, text_size_max);
  head.command_kept = kept(record.command, command_size_max);
  head.result_kept = kept(record.result, text_size_max);
  head.detail_kept = kept(record.detail, text_size_max);
  head.neighbors_kept =
      static_cast<std::uint16_t>(std::min(record.neighbors.size(), neighbors_max));
  head.kind = record.kind;
  head.cause_kind = record.cause.kind;
  return head;
}

std::size_t size_of(const Head& head) {
  return sizeof(Head) + head.name_kept + head.command_kept + head.result_kept + head.detail_kept +
         head.neighbors_kept * neighbor_size;
}

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::change:
      return "change";
    case Kind::session:
      return "session";
    case Kind::command_refused:
      return "command-refused";
    case Kind::reload:
      return "reload";
    case Kind::start:
      return "start";
    case Kind::stop:
      return "stop";
    case Kind::lost:
      return "lost";
    case Kind::service:
      return "service";
    case Kind::guard:
      return "guard";
    case Kind::plan:
      return "plan";
    case Kind::receipt:
      return "receipt";
  }
  return "unknown";
}

std::string_view name_of(Cause::Kind kind) {
  switch (kind) {
    case Cause::Kind::none:
      return "";
    case Cause::Kind::helper:
      return "helper";
    case Cause::Kind::configuration:
      return "configuration";
    case Cause::Kind::reload:
      return "reload";
    case Cause::Kind::signal:
      return "signal";
    case Cause::Kind::cli:
      return "cli";
    case Cause::Kind::check:
      return "check";
    case Cause::Kind::lease:
      return "lease";
    case Cause::Kind::plan:
      return "plan";
    case Cause::Kind::bfd:
      return "bfd";
  }
  return "unknown";
}

void print_padded(std::uint64_t value, int digits, TextWriter& out) {
  char text[20];
  for (int i = digits - 1; i >= 0; --i) {
    text[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
  out.put(std::string_view(text, static_cast<std::size_t>(digits)));
}

void print_cause(const Head& head, std::string_view name, TextWriter& out) {
  if (head.cause_kind == Cause::Kind::none) return;
  out.put(",\"cause\":{\"kind\":\"").put(name_of(head.cause_kind)).put('"');
  if (!name.empty()) out.put(",\"name\":").json_string(name);
  if (head.cause_number != 0) {
    out.put(head.cause_kind == Cause::Kind::signal ? ",\"signal\":" : ",\"pid\":");
    out.signed_number(head.cause_number);
  }
  out.put('}');
}

void print_neighbors(Bytes neighbors, TextWriter& out) {
  out.put(",\"neighbors\":[");
  for (std::size_t at = 0; at < neighbors.size(); at += neighbor_size) {
    const std::size_t size = neighbors[at];
    out.put(at == 0 ? "\"" : ",\"");
    base::IpAddress::from_bytes(neighbors.subspan(at + 1, size)).print(out);
    out.put('"');
  }
  out.put(']');
}

void print_member(std::string_view key, std::string_view text, TextWriter& out) {
  if (!text.empty()) out.put(",\"").put(key).put("\":").json_string(text);
}

}  // namespace

std::size_t packed_size(const Record& record) {
  return size_of(head_of(record));
}

void pack(const Record& record, base::MutableBytes into) {
  const Head head = head_of(record);
  OPENBELL_CHECK(into.size() == size_of(head));
  std::uint8_t* at = into.data();
  const auto append = [&at](const void* from, std::size_t size) {
    if (size != 0) std::memcpy(at, from, size);
    at += size;
  };
  append(&head, sizeof head);
  append(record.cause.name.data(), head.name_kept);
  append(record.command.data(), head.command_kept);
  append(record.result.data(), head.result_kept);
  append(record.detail.data(), head.detail_kept);
  for (const base::IpAddress& neighbor : record.neighbors.first(head.neighbors_kept)) {
    const Bytes bytes = neighbor.bytes();
    std::memset(at, 0, neighbor_size);
    *at = static_cast<std::uint8_t>(bytes.size());
    std::copy(bytes.begin(), bytes.end(), at + 1);
    at += neighbor_size;
  }
}

bool print_packed(Bytes packed, std::string& out) {
  Head head;
  if (packed.size() < sizeof head) return false;
  std::memcpy(&head, packed.data(), sizeof head);
  if (packed.size() != size_of(head)) return false;
  base::ByteReader in(packed.subspan(sizeof head));
  const std::string_view name = base::text_of(in.take(head.name_kept));
  const std::string_view command = base::text_of(in.take(head.command_kept));
  const std::string_view result = base::text_of(in.take(head.result_kept));
  const std::string_view detail = base::text_of(in.take(head.detail_kept));
  const Bytes neighbors = in.rest();

  TextWriter writer(out);
  writer.put("{\"seq\":").number(head.sequence).put(",\"time\":\"");
  print_rfc3339(head.utc_ns, writer);
  writer.put("\",\"utc_ns\":");
  writer.signed_number(head.utc_ns);
  writer.put(",\"mono_ns\":");
  writer.signed_number(head.mono_ns);
  writer.put(",\"kind\":\"").put(name_of(head.kind)).put('"');
  print_cause(head, name, writer);
  print_member("command", command, writer);
  if (!neighbors.empty()) print_neighbors(neighbors, writer);
  print_member("result", result, writer);
  print_member("detail", detail, writer);
  if (head.routes != 0) writer.put(",\"routes\":").number(head.routes);
  if (head.first_change != 0) {
    writer.put(",\"changes\":[").number(head.first_change).put(',');
    writer.number(head.last_change).put(']');
  }
  if (head.command_size > command.size())
    writer.put(",\"command_size\":").number(head.command_size);
  if (head.neighbors_count > head.neighbors_kept)
    writer.put(",\"neighbors_count\":").number(head.neighbors_count);
  writer.put("}\n");
  return true;
}

void print_rfc3339(std::int64_t utc_ns, TextWriter& out) {
  using namespace std::chrono;
  const nanoseconds since_epoch(utc_ns);
  const auto days_since = floor<days>(since_epoch);
  const year_month_day date{sys_days(days_since)};
  const hh_mm_ss time(since_epoch - days_since);
  const auto part = [&out](std::int64_t value, int digits, char after) {
    print_padded(static_cast<std::uint64_t>(value), digits, out);
    out.put(after);
  };
  part(static_cast<int>(date.year()), 4, '-');
  part(static_cast<unsigned>(date.month()), 2, '-');
  part(static_cast<unsigned>(date.day()), 2, 'T');
  part(time.hours().count(), 2, ':');
  part(time.minutes().count(), 2, ':');
  part(time.seconds().count(), 2, '.');
  part(time.subseconds().count(), 9, 'Z');
}

}  // namespace openbell::audit

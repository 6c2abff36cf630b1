#include "wire.h"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace openbell::bench {

namespace {

constexpr std::size_t header_size = 19;
constexpr std::size_t message_size_max = 4096;

void put16(Bytes& bytes, std::size_t value) {
  bytes.push_back(static_cast<std::uint8_t>(value >> 8));
  bytes.push_back(static_cast<std::uint8_t>(value));
}

void put32(Bytes& bytes, std::uint32_t value) {
  put16(bytes, value >> 16);
  put16(bytes, value & 0xFFFF);
}

void put(Bytes& bytes, std::initializer_list<std::uint8_t> values) {
  bytes.insert(bytes.end(), values);
}

Bytes message(MessageType type, std::span<const std::uint8_t> body) {
  Bytes bytes(16, 0xFF);
  put16(bytes, header_size + body.size());
  bytes.push_back(static_cast<std::uint8_t>(type));
  bytes.insert(bytes.end(), body.begin(), body.end());
  return bytes;
}

void put_prefix(Bytes& bytes, std::uint32_t index) {
  const std::uint32_t address = first_prefix + (index << 8);
  put(bytes, {24, static_cast<std::uint8_t>(address >> 24),
              static_cast<std::uint8_t>(address >> 16), static_cast<std::uint8_t>(address >> 8)});
}

[[noreturn]] void not_bgp(const char* what) {
  std::fprintf(stderr, "bench: received %s\n", what);
  std::exit(1);
}

}  // namespace

std::uint64_t now_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U +
         static_cast<std::uint64_t>(now.tv_nsec);
}

void die(std::string_view what) {
  std::fprintf(stderr, "bench: %.*s: %s\n", static_cast<int>(what.size()), what.data(),
               std::strerror(errno));
  std::exit(1);
}

std::uint64_t number_argument(std::string_view name, const char* text, std::uint64_t max) {
  char* end = nullptr;
  errno = 0;
  const std::uint64_t value = std::strtoull(text, &end, 10);
  if (errno != 0 || *text < '0' || *text > '9' || *end != '\0' || value > max) {
    std::fprintf(stderr, "bench: %.*s must be a number up to %llu, not \"%s\"\n",
                 static_cast<int>(name.size()), name.data(), static_cast<unsigned long long>(max),
                 text);
    std::exit(2);
  }
  return value;
}

void wait_for_go(const char* path) {
  const int fd = open(path, O_RDONLY);
  char byte = 0;
  if (fd < 0 || read(fd, &byte, 1) != 1) die(path);
  close(fd);
}

void sleep_until(std::uint64_t deadline_ns) {
  const timespec deadline = {static_cast<time_t>(deadline_ns / 1'000'000'000U),
                             static_cast<long>(deadline_ns % 1'000'000'000U)};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &deadline, nullptr) == EINTR) {
  }
}

std::string prefix_text(std::uint32_t index) {
  const std::uint32_t address = first_prefix + (index << 8);
  char text[32];
  const int size = std::snprintf(text, sizeof text, "%u.%u.%u.0/24", address >> 24,
                                 (address >> 16) & 0xFF, (address >> 8) & 0xFF);
  return std::string(text, static_cast<std::size_t>(size));
}

Bytes open_message(std::uint32_t as, std::uint32_t router_id) {
  constexpr std::uint32_t as_trans = 23456;  // RFC 6793 9
  constexpr std::size_t hold_time_s = 180;
  Bytes body = {4};
  put16(body, as > 0xFFFF ? as_trans : as);
  put16(body, hold_time_s);
  put32(body, router_id);
  put(body, {16, 2, 6, 1, 4, 0, 1, 0, 1, 2, 6, 65, 4});  // ipv4 unicast, four-octet AS number
  put32(body, as);
  return message(MessageType::open, body);
}

Bytes keepalive_message() {
  return message(MessageType::keepalive, {});
}

Bytes update_message(std::uint32_t as, std::uint32_t first, std::uint32_t end, std::uint32_t set) {
  Bytes body = {0, 0};
  Bytes attributes = {0x40, 1, 1, 0, 0x40, 2, 10, 2, 2};
  put32(attributes, as);
  put32(attributes, 64512 + set);
  put(attributes, {0x40, 3, 4, 10, 0, 0, 1, 0x80, 4, 4});
  put32(attributes, set);
  put16(body, attributes.size());
  body.insert(body.end(), attributes.begin(), attributes.end());
  for (std::uint32_t index = first; index < end; ++index) put_prefix(body, index);
  if (header_size + body.size() > message_size_max) not_bgp("a request for too long an UPDATE");
  return message(MessageType::update, body);
}

Bytes withdraw_message(std::uint32_t index) {
  Bytes body = {0, 4};
  put_prefix(body, index);
  put16(body, 0);
  return message(MessageType::update, body);
}

Bytes update_messages(std::uint32_t as, std::uint32_t count, std::uint32_t per_message,
                      std::uint32_t attribute_sets) {
  Bytes all;
  for (std::uint32_t first = 0, number = 0; first < count; first += per_message, ++number) {
    const std::uint32_t end = std::min(first + per_message, count);
    const Bytes update = update_message(as, first, end, number % attribute_sets);
    all.insert(all.end(), update.begin(), update.end());
  }
  return all;
}

int connect_to(std::uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0) die("socket");
  sockaddr_in peer{};
  peer.sin_family = AF_INET;
  peer.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  peer.sin_port = htons(port);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&peer), sizeof peer) != 0) {
    close(fd);
    return -1;
  }
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

int listen_on(std::uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) die("bind");
  if (listen(fd, SOMAXCONN) != 0) die("listen");
  return fd;
}

void write_all(int fd, std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      pollfd ready = {fd, POLLOUT, 0};
      poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      die("write");
    }
  }
}

void write_all(int fd, std::string_view text) {
  write_all(fd, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

void save(const std::string& path, std::span<const std::uint64_t> stamps) {
  const std::string unfinished = path + ".part";
  const int fd = open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (fd < 0) die(unfinished);
  const std::span<const std::byte> bytes = std::as_bytes(stamps);
  write_all(fd, {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  close(fd);
  if (std::rename(unfinished.c_str(), path.c_str()) != 0) die(path);
}

bool Inbox::fill(int fd) {
  if (end_ == buffer_.size() || begin_ == end_) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  const ssize_t got = read(fd, buffer_.data() + end_, buffer_.size() - end_);
  if (got > 0) end_ += static_cast<std::size_t>(got);
  return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

bool Inbox::next(Message& message) {
  if (end_ - begin_ < header_size) return false;
  const std::uint8_t* header = buffer_.data() + begin_;
  const std::size_t size = static_cast<std::size_t>(header[16] << 8 | header[17]);
  if (header[0] != 0xFF || size < header_size || size > message_size_max) not_bgp("no BGP message");
  if (end_ - begin_ < size) return false;
  message = {static_cast<MessageType>(header[18]), {header + header_size, size - header_size}};
  begin_ += size;
  return true;
}

std::span<const std::uint8_t> take_field(std::span<const std::uint8_t>& body) {
  if (body.size() < 2) not_bgp("an UPDATE that ends early");
  const std::size_t size = static_cast<std::size_t>(body[0] << 8 | body[1]);
  if (body.size() - 2 < size) not_bgp("an UPDATE that ends early");
  const std::span<const std::uint8_t> field = body.subspan(2, size);
  body = body.subspan(2 + size);
  return field;
}

bool take_prefix(std::span<const std::uint8_t>& field, std::uint32_t& index) {
  const std::size_t bits = field[0];
  const std::size_t size = 1 + (bits + 7) / 8;
  if (bits > 32 || field.size() < size) not_bgp("a prefix that ends early");
  const std::span<const std::uint8_t> prefix = field.first(size);
  field = field.subspan(size);
  if (bits != 24) return false;
  const std::uint32_t address = static_cast<std::uint32_t>(prefix[1]) << 24 |
                                static_cast<std::uint32_t>(prefix[2]) << 16 |
                                static_cast<std::uint32_t>(prefix[3]) << 8;
  index = (address - first_prefix) >> 8;
  return address >= first_prefix && index < prefix_count_max;
}

}  // namespace openbell::bench

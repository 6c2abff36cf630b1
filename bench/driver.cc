// Asks a speaker that has no helpers for one route after the other, in its own language, on one
// connection that stays open: what its client would do, without starting a client each time.
//
//     bench_driver GO OUT COUNT SPACING_US bird SOCKET     `enable route_N` on BIRD's control
//     socket bench_driver GO OUT COUNT SPACING_US gobgp PORT      AddPath of GoBGP's gRPC API on
//     127.0.0.2
//
// GO and OUT are those of bench_feeder: a FIFO to start, and the time stamps before each request.

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <vector>

#include "wire.h"

using namespace openbell::bench;

namespace {

int connected(int fd, const sockaddr* address, socklen_t size) {
  if (fd < 0 || connect(fd, address, size) != 0) die("connect");
  return fd;
}

// ---- BIRD: a line is a request, and its answers are lines that nobody here reads.

class BirdClient {
 public:
  explicit BirdClient(std::string_view path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    fd_ = connected(socket(AF_UNIX, SOCK_STREAM, 0), reinterpret_cast<const sockaddr*>(&address),
                    sizeof address);
    fcntl(fd_, F_SETFL, O_NONBLOCK);
  }

  static std::string request(std::uint32_t index) {
    return "enable route_" + std::to_string(index) + "\n";
  }

  // 2.0.12 keeps the very last route to itself until something wakes it.
  static std::string last_request() { return "show status\n"; }

  void discard_answers() const {
    std::array<char, 65536> answers;
    while (read(fd_, answers.data(), answers.size()) > 0) {
    }
  }

  int fd() const { return fd_; }

 private:
  int fd_ = -1;
};

// ---- GoBGP: gRPC is HTTP/2 frames around protocol buffers. A request is made whole beforehand.

using std::string;

constexpr std::size_t frame_header_size = 9;
enum FrameType : std::uint8_t {
  frame_data,
  frame_headers,
  frame_settings = 4,
  frame_ping = 6,
  frame_goaway = 7,
  frame_window_update = 8
};
constexpr std::uint8_t flag_ack = 1;          // of SETTINGS and PING
constexpr std::uint8_t flag_end_stream = 1;   // of DATA
constexpr std::uint8_t flag_end_headers = 4;  // of HEADERS

char byte(std::size_t value) {
  return static_cast<char>(static_cast<unsigned char>(value));
}

string big_endian(std::size_t value, int size) {
  string text;
  for (int shift = 8 * (size - 1); shift >= 0; shift -= 8) text += byte(value >> shift);
  return text;
}

// RFC 9113 4.1: length (3 B), type, flags, stream (4 B).
string frame(FrameType type, std::uint8_t flags, std::uint32_t stream, std::string_view payload) {
  string text = big_endian(payload.size(), 3) + byte(type) + byte(flags) + big_endian(stream, 4);
  return text.append(payload);
}

string varint(std::size_t value) {
  string text;
  for (; value > 0x7F; value >>= 7) text += byte(value | 0x80);
  return text + byte(value);
}

string field(int number, std::string_view value) {
  return varint(static_cast<std::size_t>(number << 3 | 2)) + varint(value.size()) + string(value);
}

string field(int number, std::size_t value) {
  return varint(static_cast<std::size_t>(number << 3)) + varint(value);
}

string any(std::string_view type, std::string_view message) {
  return field(1, "type.googleapis.com/apipb." + string(type)) + field(2, message);
}

string add_path_request(std::uint32_t index) {
  const string prefix = prefix_text(index);
  const string address = prefix.substr(0, prefix.find('/'));
  const string nlri = any("IPAddressPrefix", field(1, 24) + field(2, address));
  const string origin = any("OriginAttribute", field(1, std::size_t{0}));
  const string next_hop = any("NextHopAttribute", field(1, "10.0.0.1"));
  const string family = field(1, 1) + field(2, 1);
  return field(3, field(1, nlri) + field(2, origin) + field(2, next_hop) + field(9, family));
}

// RFC 7541, without compression: indexed names of the static table, literal values.
string request_headers() {
  const auto literal = [](std::string_view name, std::string_view value) {
    return string(name) + byte(value.size()) + string(value);
  };
  return "\x83\x86" + literal("\x04", "/apipb.GobgpApi/AddPath") + literal("\x01", "127.0.0.2") +
         literal("\x0F\x10", "application/grpc") + literal(string("\0\x02te", 4), "trailers");
}

class GobgpClient {
 public:
  explicit GobgpClient(std::string_view port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1);
    address.sin_port =
        htons(static_cast<std::uint16_t>(number_argument("PORT", string(port).c_str(), 65535)));
    fd_ = connected(socket(AF_INET, SOCK_STREAM, 0), reinterpret_cast<const sockaddr*>(&address),
                    sizeof address);
    const int on = 1;
    setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    fcntl(fd_, F_SETFL, O_NONBLOCK);
    constexpr std::size_t window = 1U << 30;  // no answer ever waits for us
    write_all(fd_, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(frame_settings, 0, 0, "") +
                       frame(frame_window_update, 0, 0, big_endian(window, 4)));
  }

  static string request(std::uint32_t index) {
    const std::uint32_t stream = 2 * index + 1;
    const string message = add_path_request(index);
    return frame(frame_headers, flag_end_headers, stream, request_headers()) +
           frame(frame_data, flag_end_stream, stream,
                 string(1, '\0') + big_endian(message.size(), 4) + message);
  }

  static std::string last_request() { return ""; }

  void discard_answers() {
    std::array<char, 65536> bytes;
    for (ssize_t got = 0; (got = read(fd_, bytes.data(), bytes.size())) > 0;) {
      received_.append(bytes.data(), static_cast<std::size_t>(got));
    }
    while (received_.size() >= frame_header_size) {
      const auto at = [&](std::size_t i) { return static_cast<unsigned char>(received_[i]); };
      const std::size_t size = static_cast<std::size_t>(at(0) << 16 | at(1) << 8 | at(2));
      if (received_.size() < frame_header_size + size) break;
      answer(at(3), at(4), received_.substr(frame_header_size, size));
      received_.erase(0, frame_header_size + size);
    }
  }

  int fd() const { return fd_; }

 private:
  void answer(unsigned type, unsigned flags, const string& payload) const {
    if (type == frame_settings && (flags & flag_ack) == 0) {
      write_all(fd_, frame(frame_settings, flag_ack, 0, ""));
    } else if (type == frame_ping && (flags & flag_ack) == 0) {
      write_all(fd_, frame(frame_ping, flag_ack, 0, payload));
    } else if (type == frame_goaway) {
      std::fprintf(stderr, "bench_driver: GoBGP ends the connection\n");
      std::exit(1);
    }
  }

  int fd_ = -1;
  string received_;
};

template <typename Client>
void drive(Client client, const char* go, const char* out, std::uint32_t count,
           std::uint64_t spacing_us) {
  std::vector<std::string> requests;
  for (std::uint32_t index = 0; index < count; ++index) requests.push_back(client.request(index));
  wait_for_go(go);
  save(out, paced(count, spacing_us, [&](std::size_t index) {
         client.discard_answers();
         const std::uint64_t before = now_ns();
         write_all(client.fd(), requests[index]);
         return before;
       }));
  sleep_until(now_ns() + 100'000'000);
  write_all(client.fd(), client.last_request());
  sleep_until(now_ns() + 100'000'000);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 7) {
    std::fputs("usage: bench_driver GO OUT COUNT SPACING_US bird|gobgp SOCKET|PORT\n", stderr);
    return 2;
  }
  const auto count =
      static_cast<std::uint32_t>(number_argument("COUNT", argv[3], prefix_count_max));
  const std::uint64_t spacing_us = number_argument("SPACING_US", argv[4], 10'000'000);
  if (std::string_view(argv[5]) == "bird") {
    drive(BirdClient(argv[6]), argv[1], argv[2], count, spacing_us);
  } else {
    drive(GobgpClient(argv[6]), argv[1], argv[2], count, spacing_us);
  }
  return 0;
}

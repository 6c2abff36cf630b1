#pragma once
// HTTP requests of checks, made by libcurl on one thread of its own: a TLS handshake costs
// milliseconds, which the loop does not have. Nothing of this is on a hot path.

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/tick.h"
#include "io/loop/wakeup.h"

namespace openbell::io {

/// One request, on a connection of its own, and what a good answer is.
struct HttpRequest {
  std::string url;            // "https://www.example.net:8443/health?full=1"
  std::string connect_to;     // "192.0.2.1:8443" or "[2001:db8::1]:8443", whatever the URL says
  std::string local_address;  // to connect from; empty: the kernel's choice
  std::string host;           // Host header; empty: as in the URL
  std::string method = "GET";
  bool verify = true;   // the certificate must be valid for the name in the URL
  std::string ca_file;  // PEM of the authorities; empty: the system's
  base::Duration timeout = base::seconds(1);
  std::uint16_t status = 200;  // expected; a redirect is a status like another
  std::string expect;          // in the first MiB of the body; empty: any body
};

class HttpClient {
 public:
  using Ticket = std::uint64_t;
  /// Empty, or why the answer is not a good one.
  using Done = std::function<void(std::string error)>;

  /// Starts the thread.
  explicit HttpClient(Reactor& reactor);
  /// Ends it; requests under way are given up.
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// `done` is called once, from the loop, unless the request is cancelled before.
  Ticket start(HttpRequest request, Done done);
  void cancel(Ticket ticket);

 private:
  struct Job {
    Ticket ticket;
    HttpRequest request;
  };
  struct Answer {
    Ticket ticket;
    std::string error;
  };
  class Transfers;

  void run();
  void deliver();

  Wakeup answered_;
  std::unordered_map<Ticket, Done> waiting_;  // of the loop's thread
  Ticket last_ticket_ = 0;
  std::unique_ptr<Transfers> transfers_;  // of the own thread, but for waking it

  std::mutex mutex_;  // of everything below
  std::vector<Job> jobs_;
  std::vector<Ticket> cancelled_;
  std::vector<Answer> answers_;
  bool ending_ = false;

  std::thread thread_;
};

}  // namespace openbell::io

// check http, https: a request is answered with the expected status, and a body that contains the
// expected bytes. Every attempt has a connection of its own.

#include "io/net/socket.h"
#include "io/probe/http_client.h"
#include "io/probe/probe.h"

namespace openbell::io {

namespace {

class HttpProbe final : public Probe {
 public:
  using Probe::Probe;
  ~HttpProbe() override { cancel(); }

  std::optional<Result> run() override {
    ticket_ = services().http().start(request(), [this](std::string error) {
      ticket_ = 0;
      report(error.empty() ? success() : failure(std::move(error)));
    });
    return std::nullopt;
  }
  void cancel() override {
    if (ticket_ != 0) services().http().cancel(std::exchange(ticket_, 0));
  }

 private:
  [[nodiscard]] HttpRequest request() const {
    const std::string target = Endpoint{config().address, config().port}.text();
    HttpRequest result;
    result.url =
        config().kind + "://" +
        (config().host.empty() ? target : config().host + ":" + std::to_string(config().port)) +
        config().path;
    result.connect_to = target;
    if (config().local_address) result.local_address = config().local_address.text();
    result.host = config().host;
    result.method = config().method;
    result.verify = config().verify;
    result.ca_file = config().ca_file;
    result.timeout = config().timeout;
    result.status = config().status;
    result.expect = config().expect;
    return result;
  }

  HttpClient::Ticket ticket_ = 0;
};

}  // namespace

constexpr ProbeKind http_probe_kind{"http", make_probe<HttpProbe>};
constexpr ProbeKind https_probe_kind{"https", make_probe<HttpProbe>};

}  // namespace openbell::io

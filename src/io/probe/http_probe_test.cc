// The kinds http and https, against Python's server.

#include <csignal>
#include <cstdio>
#include <fstream>
#include <sys/wait.h>
#include <unistd.h>

#include "io/probe/probe_for_test.h"
#include "io/process/spawn.h"

namespace openbell::io {
namespace {

using health::ProbeId;

// /echo answers with the request, /N with status N, /big with 3 MiB, /hang never.
constexpr const char* server_script = R"(
import http.server, ssl, sys, threading
class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self):
        if self.path == "/hang":
            threading.Event().wait()
        body = b"all is well"
        status = 200
        if self.path.startswith("/echo"):
            body = (self.requestline + "\n" + str(self.headers)).encode()
        elif self.path == "/big":
            body = b"first" + bytes(3 << 20) + b"last"
        else:
            status = int(self.path[1:])
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Location", "/200")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
    do_GET = do_POST = do_HEAD = answer
    def log_message(self, *_):
        pass
http.server.ThreadingHTTPServer.request_queue_size = 128
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
if len(sys.argv) > 1:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1], sys.argv[2])
    server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_port, flush=True)
server.serve_forever()
)";

class Server {
 public:
  explicit Server(std::vector<std::string> arguments) {
    int ends[2];
    EXPECT_EQ(::pipe2(ends, 0), 0);
    EXPECT_EQ(spawn(arguments, {.output = ends[1]}, pid_), 0);
    ::close(ends[1]);
    std::FILE* output = ::fdopen(ends[0], "r");
    EXPECT_EQ(std::fscanf(output, "%hu", &port_), 1);
    std::fclose(output);
  }
  ~Server() { stop(); }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  void stop() {
    if (pid_ == 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(std::exchange(pid_, 0), nullptr, 0);
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  pid_t pid_ = 0;
  std::uint16_t port_ = 0;
};

class HttpProbeTest : public ProbeTest {
 protected:
  HttpProbeTest() {
    std::ofstream(directory_.path("server.py")) << server_script;
    config_.kind = "http";
    config_.address = address_of("127.0.0.1");
    config_.path = "/200";
    config_.timeout = base::seconds(10);
  }
  void serve() {
    server_ =
        std::make_unique<Server>(std::vector<std::string>{"python3", directory_.path("server.py")});
    config_.port = server_->port();
  }
  /// With a certificate for the name probe.test.
  void serve_tls() {
    const std::string key = directory_.path("key.pem");
    const std::string command =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "
        "/CN=probe.test -addext subjectAltName=DNS:probe.test -keyout " +
        key + " -out " + certificate_ + " 2>/dev/null";
    ASSERT_EQ(std::system(command.c_str()), 0);
    server_ = std::make_unique<Server>(
        std::vector<std::string>{"python3", directory_.path("server.py"), certificate_, key});
    config_.kind = "https";
    config_.host = "probe.test";
    config_.port = server_->port();
  }
  Answer attempt() {
    probes_.start(ProbeId{1}, config_);
    return run(ProbeId{1});
  }

  TemporaryDirectory directory_;
  std::string certificate_ = directory_.path("certificate.pem");
  health::CheckConfig config_;
  std::unique_ptr<Server> server_;
};

TEST_F(HttpProbeTest, TheStatusDecides) {
  serve();
  const Answer good = attempt();
  EXPECT_TRUE(good.ok) << good.error;
  EXPECT_EQ(good.again, base::Tick{});
  EXPECT_TRUE(run(ProbeId{1}).ok) << "and again";
  config_.path = "/503";
  EXPECT_EQ(attempt().error, "status 503, expected 200");
  config_.path = "/302";
  EXPECT_EQ(attempt().error, "status 302, expected 200") << "not followed";
  config_.status = 302;
  EXPECT_TRUE(attempt().ok);
}

TEST_F(HttpProbeTest, SendsWhatIsConfiguredAndNothingGoesThroughAProxy) {
  ::setenv("http_proxy", "http://127.0.0.1:1", 1);
  serve();
  config_.path = "/echo/../x?full=1";
  config_.expect =
      "GET /echo/../x?full=1 HTTP/1.1\nHost: 127.0.0.1:" + std::to_string(config_.port) +
      "\nUser-Agent: openbell\n";
  EXPECT_EQ(attempt().error, "");
  config_.host = "www.example.net";
  config_.method = "POST";
  config_.expect = "POST /echo/../x?full=1 HTTP/1.1\nHost: www.example.net\n";
  EXPECT_EQ(attempt().error, "");
  config_.method = "HEAD";
  config_.expect = "";
  EXPECT_EQ(attempt().error, "");
  config_.local_address = address_of("127.0.0.9");
  EXPECT_EQ(attempt().error, "");
  config_.local_address = address_of("192.0.2.250");
  EXPECT_FALSE(attempt().ok);
  ::unsetenv("http_proxy");
}

TEST_F(HttpProbeTest, TheBodyIsSearchedAsFarAsOneMebibyte) {
  serve();
  config_.path = "/big";
  config_.expect = "first";
  EXPECT_EQ(attempt().error, "");
  config_.expect = "last";
  EXPECT_EQ(attempt().error, "the body does not contain \"last\"");
}

TEST_F(HttpProbeTest, ManyAtOnceAreAnsweredEach) {
  serve();
  for (std::uint32_t number = 1; number <= 40; ++number) {
    const ProbeId id{number};
    config_.path = number % 2 == 0 ? "/200" : "/404";
    probes_.start(id, config_);
    EXPECT_FALSE(probes_.run(id));
  }
  for (std::uint32_t number = 1; number <= 40; ++number)
    EXPECT_EQ(next(ProbeId{number}).error, number % 2 == 0 ? "" : "status 404, expected 200");
}

TEST_F(HttpProbeTest, NoAnswerIsGivenUpByTheOwnerOrByItsTimeout) {
  serve();
  config_.path = "/hang";
  probes_.start(ProbeId{1}, config_);
  EXPECT_FALSE(probes_.run(ProbeId{1}));
  probes_.cancel(ProbeId{1});
  config_.path = "/200";
  probes_.start(ProbeId{2}, config_);
  EXPECT_TRUE(run(ProbeId{2}).ok) << "the one that hangs is in nobody's way";
  EXPECT_EQ(heard_, 1u);
  config_.path = "/hang";
  config_.timeout = base::milliseconds(50);
  EXPECT_TRUE(attempt().error.starts_with("Operation timed out after ")) << "of libcurl";
  server_->stop();
  EXPECT_TRUE(attempt().error.starts_with("Failed to connect to ")) << "of libcurl";
}

TEST_F(HttpProbeTest, TheCertificateMustBeValidForTheHost) {
  serve_tls();
  EXPECT_EQ(attempt().error, "SSL certificate problem: self-signed certificate");
  config_.ca_file = certificate_;
  EXPECT_EQ(attempt().error, "");
  config_.host = "other.test";
  EXPECT_EQ(attempt().error,
            "SSL: no alternative certificate subject name matches target host name 'other.test'");
  config_.verify = false;
  EXPECT_EQ(attempt().error, "");
  config_.verify = true;
  config_.ca_file = "/nowhere/ca.pem";
  EXPECT_FALSE(attempt().ok);
}

TEST(HttpProbeTable, EndsItsThreadAndHoldsNoDescriptorAfterwards) {
  struct Nobody final : ProbeEvents {
    void on_probe(health::ProbeId, const health::ProbeResult&) override {}
  } nobody;
  LoopForTest loop;
  health::CheckConfig config;
  config.kind = "http";
  config.address = address_of("127.0.0.1");
  config.port = 1;
  std::size_t before = 0;
  for (int round = 0; round < 2; ++round) {  // the first one also opens what lasts in libraries
    before = open_descriptors();
    ProbeTable probes(loop.reactor, nobody);
    probes.start(ProbeId{1}, config);
    EXPECT_FALSE(probes.run(ProbeId{1}));
    EXPECT_GT(open_descriptors(), before);
  }
  EXPECT_EQ(open_descriptors(), before);
}

}  // namespace
}  // namespace openbell::io

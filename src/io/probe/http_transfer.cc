#include "io/probe/http_transfer.h"

#include <algorithm>

#include "base/check.h"

namespace openbell::io {

namespace {
constexpr std::size_t body_max = 1 << 20;
}

HttpTransfer::HttpTransfer(HttpRequest request)
    : request_(std::move(request)),
      handle_(curl_easy_init(), curl_easy_cleanup),
      headers_(nullptr, curl_slist_free_all),
      connect_to_(curl_slist_append(nullptr, ("::" + request_.connect_to).c_str()),
                  curl_slist_free_all) {
  OPENBELL_CHECK(handle_ != nullptr);
  describe_request();
  describe_connection();
}

void HttpTransfer::describe_request() {
  CURL* handle = handle_.get();
  curl_easy_setopt(handle, CURLOPT_URL, request_.url.c_str());
  curl_easy_setopt(handle, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(handle, CURLOPT_USERAGENT, "openbell");
  if (request_.method == "HEAD")
    curl_easy_setopt(handle, CURLOPT_NOBODY, 1L);
  else
    curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
  if (!request_.host.empty()) {
    headers_.reset(curl_slist_append(nullptr, ("Host: " + request_.host).c_str()));
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers_.get());
  }
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &HttpTransfer::take_body);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, error_.data());
  curl_easy_setopt(handle, CURLOPT_PRIVATE, this);
}

void HttpTransfer::describe_connection() {
  CURL* handle = handle_.get();
  const auto timeout_ms = static_cast<long>(request_.timeout.ns / 1'000'000);
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, std::max(timeout_ms, 1L));
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  // A check is about the service, so nothing may stand between: no proxy of our environment, no
  // connection and no TLS session that an earlier attempt has left.
  curl_easy_setopt(handle, CURLOPT_PROXY, "");
  curl_easy_setopt(handle, CURLOPT_CONNECT_TO, connect_to_.get());
  curl_easy_setopt(handle, CURLOPT_FRESH_CONNECT, 1L);
  curl_easy_setopt(handle, CURLOPT_FORBID_REUSE, 1L);
  curl_easy_setopt(handle, CURLOPT_SSL_SESSIONID_CACHE, 0L);
  if (!request_.local_address.empty())
    curl_easy_setopt(handle, CURLOPT_INTERFACE, ("host!" + request_.local_address).c_str());
  curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, request_.verify ? 1L : 0L);
  curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, request_.verify ? 2L : 0L);
  if (!request_.ca_file.empty()) curl_easy_setopt(handle, CURLOPT_CAINFO, request_.ca_file.c_str());
}

/// Keeps the start of the body. Taking less than was offered ends the transfer.
std::size_t HttpTransfer::take_body(char* bytes, std::size_t size, std::size_t count,
                                    void* transfer) {
  HttpTransfer& self = *static_cast<HttpTransfer*>(transfer);
  const std::size_t offered = size * count;
  const std::size_t taken = std::min(offered, body_max - self.body_.size());
  self.body_.append(bytes, taken);
  self.body_enough_ = taken < offered;
  return taken;
}

std::string HttpTransfer::outcome(CURLcode code) const {
  if (code != CURLE_OK && !body_enough_)
    return error_[0] != '\0' ? error_.data() : curl_easy_strerror(code);
  long status = 0;
  curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &status);
  if (status != request_.status)
    return "status " + std::to_string(status) + ", expected " + std::to_string(request_.status);
  if (body_.find(request_.expect) == std::string::npos)
    return "the body does not contain \"" + request_.expect + "\"";
  return {};
}

}  // namespace openbell::io

#pragma once
// One HTTP request as libcurl makes it.

#include <array>
#include <curl/curl.h>
#include <memory>
#include <string>

#include "io/probe/http_client.h"

namespace openbell::io {

/// Belongs to the thread of the HTTP client. Neither copied nor moved: libcurl points into it.
class HttpTransfer {
 public:
  explicit HttpTransfer(HttpRequest request);
  HttpTransfer(const HttpTransfer&) = delete;
  HttpTransfer& operator=(const HttpTransfer&) = delete;

  [[nodiscard]] CURL* handle() const { return handle_.get(); }
  /// How it went: empty, or why the answer is not a good one.
  [[nodiscard]] std::string outcome(CURLcode code) const;

 private:
  void describe_request();
  void describe_connection();
  static std::size_t take_body(char* bytes, std::size_t size, std::size_t count, void* transfer);

  HttpRequest request_;
  std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> handle_;
  std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers_;
  std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> connect_to_;
  std::array<char, CURL_ERROR_SIZE> error_{};
  std::string body_;
  bool body_enough_ = false;
};

}  // namespace openbell::io

#include "io/probe/http_client.h"

#include <utility>

#include "base/check.h"
#include "io/loop/worker_thread.h"
#include "io/probe/http_transfer.h"

namespace openbell::io {

/// What the own thread works on.
class HttpClient::Transfers {
 public:
  Transfers() : multi_(curl_multi_init()) { OPENBELL_CHECK(multi_ != nullptr); }
  ~Transfers() {
    while (!transfers_.empty()) remove(transfers_.begin()->first);
    curl_multi_cleanup(multi_);
  }
  Transfers(const Transfers&) = delete;
  Transfers& operator=(const Transfers&) = delete;

  void add(Job job) {
    auto transfer = std::make_unique<HttpTransfer>(std::move(job.request));
    tickets_[transfer->handle()] = job.ticket;
    curl_multi_add_handle(multi_, transfer->handle());
    transfers_[job.ticket] = std::move(transfer);
  }
  void remove(Ticket ticket) {
    const auto at = transfers_.find(ticket);
    if (at == transfers_.end()) return;
    curl_multi_remove_handle(multi_, at->second->handle());
    tickets_.erase(at->second->handle());
    transfers_.erase(at);
  }
  /// Goes on with all of them; what came to its end.
  std::vector<Answer> perform() {
    std::vector<Answer> answers;
    int running = 0;
    curl_multi_perform(multi_, &running);
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode code = message->data.result;
      const Ticket ticket = tickets_.at(message->easy_handle);
      answers.push_back({ticket, transfers_.at(ticket)->outcome(code)});
      remove(ticket);
    }
    return answers;
  }
  /// Until something can be done, or wake().
  void wait() {
    constexpr int no_longer_than_ms = 60'000;
    curl_multi_poll(multi_, nullptr, 0, no_longer_than_ms, nullptr);
  }
  /// From any thread.
  void wake() { curl_multi_wakeup(multi_); }

 private:
  CURLM* multi_;
  std::unordered_map<Ticket, std::unique_ptr<HttpTransfer>> transfers_;
  std::unordered_map<CURL*, Ticket> tickets_;
};

HttpClient::HttpClient(Reactor& reactor) : answered_(reactor, [this] { deliver(); }) {
  OPENBELL_CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
  transfers_ = std::make_unique<Transfers>();
  thread_ = start_worker("openbell-http", [this] { run(); });
}

HttpClient::~HttpClient() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  transfers_->wake();
  thread_.join();
  transfers_.reset();
  curl_global_cleanup();
}

HttpClient::Ticket HttpClient::start(HttpRequest request, Done done) {
  const Ticket ticket = ++last_ticket_;
  waiting_[ticket] = std::move(done);
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back({ticket, std::move(request)});
  }
  transfers_->wake();
  return ticket;
}

void HttpClient::cancel(Ticket ticket) {
  if (waiting_.erase(ticket) == 0) return;
  {
    const std::lock_guard lock(mutex_);
    cancelled_.push_back(ticket);
  }
  transfers_->wake();
}

void HttpClient::run() {
  for (;;) {
    std::vector<Job> jobs;
    std::vector<Ticket> cancelled;
    {
      const std::lock_guard lock(mutex_);
      if (ending_) return;
      jobs.swap(jobs_);
      cancelled.swap(cancelled_);
    }
    for (Job& job : jobs) transfers_->add(std::move(job));
    for (const Ticket ticket : cancelled) transfers_->remove(ticket);
    std::vector<Answer> answers = transfers_->perform();
    if (!answers.empty()) {
      {
        const std::lock_guard lock(mutex_);
        for (Answer& answer : answers) answers_.push_back(std::move(answer));
      }
      answered_.wake();
    }
    transfers_->wait();
  }
}

void HttpClient::deliver() {
  std::vector<Answer> answers;
  {
    const std::lock_guard lock(mutex_);
    answers.swap(answers_);
  }
  for (Answer& answer : answers) {
    const auto at = waiting_.find(answer.ticket);
    if (at == waiting_.end()) continue;  // cancelled after it was answered
    const Done done = std::move(at->second);
    waiting_.erase(at);
    done(std::move(answer.error));
  }
}

}  // namespace openbell::io

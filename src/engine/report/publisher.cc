#include "engine/report/publisher.h"

#include <algorithm>

namespace openbell::engine {

std::string_view Publisher::keep(std::string_view text) {
  if (text.empty()) return {};
  while (block_ < blocks_.size() &&
         blocks_[block_].size() + text.size() > blocks_[block_].capacity())
    ++block_;
  if (block_ == blocks_.size()) blocks_.emplace_back().reserve(std::max(block_size, text.size()));
  std::string& block = blocks_[block_];
  const std::size_t at = block.size();
  block.append(text);
  return std::string_view(block).substr(at);
}

Cause Publisher::keep(const Cause& cause) {
  return {cause.kind, keep(cause.name), cause.number, keep(cause.command)};
}

void Publisher::deliver() {
  while (!waiting_.empty()) {
    const Event event = std::move(waiting_.front());
    waiting_.pop_front();
    for (Sink* sink : sinks_) sink->on(event);
  }
  // One block is enough for most turns; what a flood needed is given back.
  while (blocks_.size() > 1) blocks_.pop_back();
  if (!blocks_.empty()) blocks_.front().clear();
  block_ = 0;
}

}  // namespace openbell::engine

#include "io/probe/probe.h"

#include <cctype>
#include <system_error>

namespace openbell::io {

health::ProbeResult Probe::fresh_until(base::Tick deadline, base::Tick now) const {
  const bool first = deadline < now + config_.interval;
  return {.ok = true, .error = {}, .again = first ? deadline : base::Tick{}};
}

health::ProbeResult Probe::failure(std::string error, base::Tick again) {
  error_ = std::move(error);
  return {.ok = false, .error = error_, .again = again};
}

std::string reason_of(int error) {
  std::string text = std::generic_category().message(error);
  if (!text.empty())
    text.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(text.front())));
  return text;
}

std::string time_text(base::Duration time) {
  if (time < base::milliseconds(10)) return std::to_string(time.ns / 1'000) + "us";
  if (time < base::seconds(10)) return std::to_string(time.ns / 1'000'000) + "ms";
  return std::to_string(time.ns / 1'000'000'000) + "s";
}

}  // namespace openbell::io

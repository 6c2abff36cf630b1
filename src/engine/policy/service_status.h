#pragma once
// The states of a service.

#include <cstdint>
#include <string_view>

namespace openbell::engine {

enum class ServiceStatus : std::uint8_t { unknown, up, down, disabled };
std::string_view name(ServiceStatus status);

}  // namespace openbell::engine

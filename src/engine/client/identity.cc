#include "engine/client/identity.h"

namespace openbell::engine {

std::string_view name(Role role) {
  switch (role) {
    case Role::view:
      return "viewer";
    case Role::operate:
      return "operator";
    case Role::administer:
      return "admin";
  }
  return "viewer";
}

}  // namespace openbell::engine

#pragma once
// NOTIFICATION (RFC 4271 4.5), with the texts of RFC 8203/9003 shutdown communication, and
// ROUTE-REFRESH (RFC 2918, RFC 7313).

#include <string>
#include <string_view>
#include <vector>

#include "bgp/nlri/family.h"
#include "bgp/types.h"

namespace openbell::bgp {

Bytes encode_notification(NotificationCode code, Bytes data, MutableBytes into);

/// Data of an Administrative Shutdown or Reset: length and UTF-8 text (at most 255 bytes, cut at a
/// character). Other cease codes: the text as it is (ExaBGP).
std::vector<std::uint8_t> cease_data(NotificationCode code, std::string_view text);

/// "Cease", "Administrative Shutdown": names of RFC 4271 and its registries as ExaBGP prints them;
/// "Unspecific" / "unknown" forms for others.
std::string_view code_name(NotificationCode code);
std::string_view subcode_name(NotificationCode code);

/// What an operator should read: `Shutdown Communication: "text"` for 6/2 and 6/4 with a
/// communication, printable data otherwise.
std::string describe_notification_data(NotificationCode code, Bytes data);

enum class RefreshSubtype : std::uint8_t { request = 0, begin = 1, end = 2 };

struct RefreshView {
  Afi afi = 0;
  Safi safi = 0;
  std::uint8_t subtype = 0;
};

/// False when the body is not 4 bytes (RFC 7313 5: NOTIFICATION 7/1).
bool decode_refresh(Bytes body, RefreshView& refresh);
Bytes encode_refresh(Family family, RefreshSubtype subtype, MutableBytes into);

}  // namespace openbell::bgp

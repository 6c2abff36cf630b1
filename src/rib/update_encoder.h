#pragma once
// A slice of routes to UPDATEs: routes of one path, family and audience share UPDATEs, in the order
// in which paths were first seen; the NLRI of an UPDATE stand in the order of their bytes, as
// ExaBGP sends them.

#include <cstdint>
#include <vector>

#include "bgp/message/update.h"
#include "rib/adj_rib_out.h"

namespace openbell::rib {

/// A session can be sent a route of that path. Encodes nothing unless it is a close thing.
[[nodiscard]] bool can_carry(const bgp::WireContext& context, const bgp::NlriView& nlri,
                             const bgp::PathView& path);

class UpdateEncoder {
 public:
  UpdateEncoder(const RouteStore& routes, PeerSetPool& peers, PathPool& paths, PeerOutput& output);

  /// Adds a route to the slice. `purpose` is the same for all of a slice.
  void add(base::Handle route) { slice_.push_back(route); }
  [[nodiscard]] std::size_t size() const { return slice_.size(); }
  [[nodiscard]] const std::vector<base::Handle>& slice() const { return slice_; }
  /// Of the last slice that was written, those that could not be sent; ascending.
  [[nodiscard]] const std::vector<base::Handle>& given_up() const { return given_up_; }
  void clear();

  /// Encodes and writes the slice for those of `members` that each route is for. Returns the
  /// UPDATEs written per member at most.
  std::size_t write(const bgp::WireContext& context, const Snapshot& members, bgp::Purpose purpose);

 private:
  struct Bucket {
    Path path = no_path;
    SetHandle audience = nobody;
    bgp::Family family{};
    std::uint32_t first = 0;  // 1 + index in links_, 0: none
    std::uint32_t last = 0;
    std::uint32_t count = 0;
    std::uint32_t same_path = 0;  // 1 + index of another bucket of the path
  };
  struct Link {
    base::Handle route = base::no_handle;
    std::uint32_t next = 0;
  };
  struct SortKey {
    std::uint64_t bytes = 0;  // the first eight of the key, enough for IPv4
    base::Handle route = base::no_handle;
  };

  void sort_into_buckets();
  Bucket& bucket_of(const Route& route);
  void write_bucket(const Bucket& bucket, const bgp::WireContext& context, bgp::Purpose purpose);
  void write_routes(const bgp::FamilyOps& family, const Bucket& bucket, bgp::Bytes attributes,
                    const bgp::WireContext& context, bgp::Purpose purpose);
  bool begin(bgp::UpdateWriter& writer, const Bucket& bucket, bgp::Bytes attributes,
             bgp::Purpose purpose) const;
  void order_routes(const Bucket& bucket);
  void set_targets(Snapshot targets);
  void hand_over();
  void give_up(base::Handle route, const bgp::WireContext& context, bgp::Purpose purpose);

  const RouteStore& routes_;
  PeerSetPool& peers_;
  PathPool& paths_;
  PeerOutput& output_;
  std::vector<base::Handle> slice_;
  std::vector<base::Handle> given_up_;
  std::vector<Link> links_;
  std::vector<Bucket> buckets_;
  std::vector<SortKey> ordered_;
  std::uint64_t epoch_ = 0;           // of the marks that paths carry
  std::vector<std::uint8_t> buffer_;  // whole messages for `targets_`
  std::size_t used_ = 0;
  std::vector<std::uint8_t> attributes_;
  Snapshot members_;
  Snapshot targets_;
  std::size_t updates_ = 0;
};

}  // namespace openbell::rib

#include "base/index.h"

#include <random>
#include <unordered_map>

#include "gtest/gtest.h"

#include "base/hash.h"

namespace openbell::base {
namespace {

std::uint32_t hash_of(std::uint32_t key) {
  std::uint8_t bytes[4];
  store32(bytes, key);
  return static_cast<std::uint32_t>(hash_bytes(bytes));
}

TEST(Index, AgreesWithAMapUnderRandomInsertionsAndErasures) {
  std::mt19937 random(7);
  Index index;
  Slab<std::uint32_t> keys;
  std::unordered_map<std::uint32_t, Handle> model;
  for (int step = 0; step < 400'000; ++step) {
    const auto key = static_cast<std::uint32_t>(random() % 60'000);
    const auto known = model.find(key);
    const Handle found = index.find(hash_of(key), [&](Handle h) { return keys[h] == key; });
    ASSERT_EQ(found, known == model.end() ? no_handle : known->second);
    if (found == no_handle) {
      const Handle handle = keys.allocate();
      keys[handle] = key;
      index.insert(hash_of(key), handle);
      model[key] = handle;
    } else if (random() % 3 != 0) {
      index.erase(hash_of(key), found);
      keys.release(found);
      model.erase(key);
    }
    ASSERT_EQ(index.size(), model.size());
  }
}

TEST(Index, FindsAllAsItGrowsToSegmentsOfHugePages) {
  constexpr Handle count = 500'000;
  Index index;
  const auto is = [](Handle wanted) { return [wanted](Handle h) { return h == wanted; }; };
  for (Handle h = 1; h <= count; ++h) {
    index.insert(hash_of(h), h);
    const Handle early = 1 + h % 1000;
    ASSERT_EQ(index.find(hash_of(early), is(early)), early <= h ? early : no_handle);
  }
  for (Handle h = 1; h <= count; ++h) ASSERT_EQ(index.find(hash_of(h), is(h)), h);
  for (Handle h = 1; h <= count; ++h)
    if (h % 2 == 0) index.erase(hash_of(h), h);
  for (Handle h = 1; h <= count; ++h)
    ASSERT_EQ(index.find(hash_of(h), is(h)), h % 2 == 0 ? no_handle : h);
  EXPECT_EQ(index.size(), count / 2);
}

TEST(Index, KeepsHandlesThatShareAHashApart) {
  Index index;
  for (Handle h = 1; h <= 100; ++h) index.insert(42, h);
  index.replace(42, 50, 500);
  EXPECT_EQ(index.find(42, [](Handle h) { return h == 50; }), no_handle);
  EXPECT_EQ(index.find(42, [](Handle h) { return h == 500; }), 500u);
  index.erase(42, 500);
  EXPECT_EQ(index.find(42, [](Handle h) { return h == 500; }), no_handle);
  EXPECT_EQ(index.find(42, [](Handle h) { return h == 100; }), 100u);
}

TEST(Slab, GivesBackReleasedHandlesZeroed) {
  Slab<int> slab;
  const Handle a = slab.allocate();
  slab[a] = 9;
  EXPECT_NE(a, no_handle);
  slab.release(a);
  const Handle b = slab.allocate();
  EXPECT_EQ(a, b);
  EXPECT_EQ(slab[b], 0);
  EXPECT_EQ(slab.used(), 1u);
}

}  // namespace
}  // namespace openbell::base

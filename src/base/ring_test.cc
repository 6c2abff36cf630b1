#include "base/ring.h"

#include <cstdint>
#include <gtest/gtest.h>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace openbell::base {
namespace {

std::string popped(Ring& ring) {
  const std::string text(text_of(ring.front()));
  if (!text.empty()) ring.pop();
  return text;
}

TEST(Ring, GivesRecordsBackInOrder) {
  Ring ring(64);
  EXPECT_TRUE(ring.front().empty());
  EXPECT_TRUE(ring.try_push(bytes_of("one")));
  EXPECT_TRUE(ring.try_push(bytes_of("two")));
  EXPECT_EQ(popped(ring), "one");
  EXPECT_EQ(popped(ring), "two");
  EXPECT_TRUE(ring.front().empty());
}

TEST(Ring, RefusesWhatDoesNotFitAndKeepsTheRest) {
  Ring ring(64);
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(ring.try_push(bytes_of("0123456789ab")));
  EXPECT_FALSE(ring.try_push(bytes_of("x")));
  EXPECT_EQ(popped(ring), "0123456789ab");
  EXPECT_TRUE(ring.try_push(bytes_of("x")));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(popped(ring), "0123456789ab");
  EXPECT_EQ(popped(ring), "x");
}

TEST(Ring, RefusesARecordThatCouldNeverFit) {
  Ring ring(64);
  EXPECT_FALSE(ring.try_push(bytes_of(std::string(ring.record_size_max() + 1, 'x'))));
  EXPECT_TRUE(ring.reserve(0).empty());
  EXPECT_TRUE(ring.front().empty());
}

// The largest record must fit into an empty ring from every position its end can have.
TEST(Ring, TakesTheLargestRecordFromEveryPosition) {
  for (std::size_t first = 1; first <= 28; ++first) {
    Ring ring(64);
    for (int turn = 0; turn < 40; ++turn) {
      const std::string small(first, 'a');
      const std::string large(ring.record_size_max(), 'b');
      ASSERT_TRUE(ring.try_push(bytes_of(small)));
      ASSERT_EQ(popped(ring), small);
      ASSERT_TRUE(ring.try_push(bytes_of(large)));
      ASSERT_EQ(popped(ring), large);
    }
  }
}

TEST(Ring, CarriesEveryAcceptedRecordBetweenThreads) {
  Ring ring(256);
  constexpr std::uint32_t count = 200'000;
  std::thread producer([&] {
    for (std::uint32_t i = 0; i < count;) {
      const std::size_t size = 4 + i % 97;
      const MutableBytes room = ring.reserve(size);
      if (room.empty()) {
        std::this_thread::yield();
        continue;
      }
      std::memset(room.data(), static_cast<int>(i & 0xFF), size);
      store32(room.data(), i);
      ring.commit();
      ++i;
    }
  });
  std::uint32_t wrong = 0;
  for (std::uint32_t i = 0; i < count;) {
    const Bytes record = ring.front();
    if (record.empty()) {
      std::this_thread::yield();
      continue;
    }
    wrong += record.size() != 4 + i % 97 || load32(record.data()) != i ||
             (record.size() > 4 && record.back() != (i & 0xFF));
    ring.pop();
    ++i;
  }
  producer.join();
  EXPECT_EQ(wrong, 0u);
}

}  // namespace
}  // namespace openbell::base

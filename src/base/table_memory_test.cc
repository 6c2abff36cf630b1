#include "base/table_memory.h"

#include <cstdint>
#include <cstring>
#include <gtest/gtest.h>
#include <set>
#include <vector>

namespace openbell::base {
namespace {

constexpr std::size_t block = 64u << 10;

bool all_zero(const void* memory, std::size_t size) {
  const auto* bytes = static_cast<const std::uint8_t*>(memory);
  for (std::size_t i = 0; i < size; ++i)
    if (bytes[i] != 0) return false;
  return true;
}

TEST(TableMemoryTest, BlocksAreZeroAndApartFromEachOther) {
  std::set<std::uint8_t*> blocks;
  for (int n = 0; n < 100; ++n) {  // more than a region holds
    auto* memory = static_cast<std::uint8_t*>(take_table_memory(block));
    ASSERT_TRUE(all_zero(memory, block));
    std::memset(memory, 0xFF, block);
    blocks.insert(memory);
  }
  const std::uint8_t* end = nullptr;
  for (std::uint8_t* memory : blocks) {
    EXPECT_TRUE(end == nullptr || memory >= end);
    end = memory + block;
    EXPECT_EQ(memory[block - 1], 0xFF);
    give_table_memory(memory, block);
  }
}

TEST(TableMemoryTest, WhatIsUsedAgainIsZeroAgain) {
  for (int n = 0; n < 10; ++n) {
    void* memory = take_table_memory(block);
    EXPECT_TRUE(all_zero(memory, block));
    std::memset(memory, 0xFF, block);
    give_table_memory(memory, block);
  }
}

TEST(TableMemoryTest, WhatKeepsItsPagesIsZeroAgainToo) {
  keep_table_memory(2 * block);
  for (int n = 0; n < 10; ++n) {
    std::vector<void*> blocks;
    for (int i = 0; i < 3; ++i) {
      blocks.push_back(take_table_memory(block));
      EXPECT_TRUE(all_zero(blocks.back(), block));
      std::memset(blocks.back(), 0xFF, block);
    }
    for (void* memory : blocks) give_table_memory(memory, block);
  }
  keep_table_memory(0);
}

TEST(TableMemoryTest, ABlockCanBeLargerThanARegion) {
  constexpr std::size_t large = (5u << 20) + 12;
  void* memory = take_table_memory(large);
  EXPECT_TRUE(all_zero(memory, large));
  std::memset(memory, 0xFF, large);
  give_table_memory(memory, large);
}

TEST(TableMemoryTest, ABlockOfWholeHugePagesIsZeroAgainToo) {
  constexpr std::size_t large = 4u << 20;
  for (int n = 0; n < 3; ++n) {
    void* memory = take_table_memory(large);
    EXPECT_TRUE(all_zero(memory, large));
    std::memset(memory, 0xFF, large);
    give_table_memory(memory, large);
  }
}

TEST(TableMemoryTest, RecordsOfABlockEndWithIt) {
  static int alive;
  struct Record {
    Record() { ++alive; }
    ~Record() { --alive; }
    std::vector<int> held;
  };
  alive = 0;
  {
    auto records = TableBlock<Record>::make(100);
    EXPECT_EQ(alive, 100);
    records[99].held.assign(1000, 1);
    auto moved = std::move(records);
    EXPECT_TRUE(moved);
    EXPECT_FALSE(records);
  }
  EXPECT_EQ(alive, 0);
}

}  // namespace
}  // namespace openbell::base

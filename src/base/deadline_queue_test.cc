#include "base/deadline_queue.h"

#include <gtest/gtest.h>
#include <map>
#include <random>

namespace openbell::base {
namespace {

TEST(DeadlineQueue, AgreesWithASortedMap) {
  std::mt19937 random(7);
  DeadlineQueue queue;
  std::map<std::uint32_t, Tick> model;
  for (int step = 0; step < 20'000; ++step) {
    const auto item = static_cast<std::uint32_t>(random() % 200);
    if (random() % 4 == 0) {
      queue.remove(item);
      model.erase(item);
    } else if (random() % 16 == 0) {
      queue.set(item, never);
      model.erase(item);
    } else {
      const Tick when{static_cast<std::int64_t>(random() % 1000)};
      queue.set(item, when);
      model[item] = when;
    }
    ASSERT_EQ(queue.empty(), model.empty());
    Tick earliest = never;
    for (const auto& [known, when] : model) earliest = std::min(earliest, when);
    ASSERT_EQ(queue.next(), earliest);
    if (!model.empty()) {
      ASSERT_EQ(model.at(queue.top()), earliest);
    }
  }
}

}  // namespace
}  // namespace openbell::base

#include "engine/routing/journal.h"

#include <gtest/gtest.h>
#include <string>

namespace openbell::engine {
namespace {

void note(Journal& journal, std::uint64_t change, const std::string& command) {
  journal.note(journal.begin(), {audit::Cause::Kind::helper, "feed", 7, command}, {change, change},
               1000);
}

TEST(JournalTest, AChangeIsKnownByItsNumberWithItsTexts) {
  Journal journal;
  note(journal, 5, "announce route 10.0.0.0/24 next-hop 10.0.0.1");
  note(journal, 6, "");
  const Journal::Entry* entry = journal.of_change(5);
  ASSERT_NE(entry, nullptr);
  EXPECT_EQ(journal.name(*entry), "feed");
  EXPECT_EQ(journal.command(*entry), "announce route 10.0.0.0/24 next-hop 10.0.0.1");
  ASSERT_NE(journal.of_decision(2), nullptr);
  EXPECT_EQ(journal.command(*journal.of_decision(2)), "");
  EXPECT_EQ(journal.of_change(7), nullptr);
}

TEST(JournalTest, WhatIsKnownHasItsOwnTextWhateverCameAfterIt) {
  Journal journal;
  const auto command = [](std::uint64_t n) {
    return std::to_string(n) + std::string(100 + n % 80, 'x');
  };
  constexpr std::uint64_t last = 20'000;
  for (std::uint64_t n = 1; n <= last; ++n) note(journal, n, command(n));
  std::uint64_t known = 0;
  for (std::uint64_t n = 1; n <= last; ++n) {
    const Journal::Entry* entry = journal.of_change(n);
    if (entry == nullptr) {
      EXPECT_EQ(known, 0u) << "the latest are known, without a gap";
      continue;
    }
    ++known;
    EXPECT_EQ(journal.name(*entry), "feed");
    EXPECT_EQ(journal.command(*entry), command(n));
  }
  EXPECT_GT(known, 1000u);
  EXPECT_LE(known, 4096u);
}

TEST(JournalTest, TextsAreCut) {
  Journal journal;
  note(journal, 1, std::string(5000, 'y'));
  EXPECT_EQ(journal.command(*journal.of_change(1)), std::string(Journal::command_max, 'y'));
}

}  // namespace
}  // namespace openbell::engine

#include "main/daemon/jitter.h"

#include "gtest/gtest.h"

namespace openbell {
namespace {

using base::microseconds;
using base::milliseconds;

TEST(Jitter, LeavesHalfOfTheReserveToTheOthers) {
  // Multiplier 3: late by less than half of two intervals.
  EXPECT_EQ(shortest_interval(microseconds(60), 3), milliseconds(1));
  EXPECT_EQ(shortest_interval(microseconds(999), 3), milliseconds(1));
  EXPECT_EQ(shortest_interval(milliseconds(1), 3), milliseconds(2));
  EXPECT_EQ(shortest_interval(microseconds(2100), 3), milliseconds(3));
  EXPECT_EQ(shortest_interval(microseconds(2100), 5), milliseconds(2));
  EXPECT_EQ(shortest_interval(microseconds(2100), 1), milliseconds(5));
}

TEST(Jitter, MeasuresInOrder) {
  const Lateness late = measure_jitter(milliseconds(20), 0);
  EXPECT_GT(late.samples, 0u);
  EXPECT_LE(late.samples, 21u);
  EXPECT_GE(late.least, base::Duration{});
  EXPECT_LE(late.least, late.p50);
  EXPECT_LE(late.p50, late.p99);
  EXPECT_LE(late.p99, late.p999);
  EXPECT_LE(late.p999, late.worst);
}

TEST(Jitter, SaysWhyThereIsNoFifo) {
  const Lateness late = measure_jitter(milliseconds(5), 1000);
  EXPECT_EQ(late.refused, "cannot use SCHED_FIFO priority 1000: Invalid argument");
  EXPECT_EQ(late.samples, 0u);
}

TEST(Jitter, DoesNotMeasureForSlowTimers) {
  grammar::Configuration configuration;
  EXPECT_EQ(jitter_warning(configuration), "");
  bfd::SessionConfig session;
  session.transmit = session.receive = milliseconds(50);
  configuration.bfd_sessions.push_back(session);
  EXPECT_EQ(jitter_warning(configuration), "");
}

}  // namespace
}  // namespace openbell

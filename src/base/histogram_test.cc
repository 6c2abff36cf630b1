#include "base/histogram.h"

#include <cmath>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace openbell::base {
namespace {

constexpr double percents[] = {0, 0.1, 1, 25, 50, 75, 90, 99, 99.9, 99.99, 100};

/// The exact answer: the smallest recorded value that `percent` of all do not exceed.
std::int64_t exact(std::vector<std::int64_t> values, double percent) {
  std::sort(values.begin(), values.end());
  const auto rank = static_cast<std::size_t>(
      std::max(1.0, std::ceil(percent / 100 * static_cast<double>(values.size()))));
  return values[rank - 1];
}

void expect_close(const Histogram& histogram, const std::vector<std::int64_t>& values) {
  for (const double percent : percents) {
    const std::int64_t want = exact(values, percent);
    const std::int64_t got = histogram.percentile(percent).ns;
    EXPECT_GE(got, want) << percent;
    EXPECT_LE(got - want, std::max<std::int64_t>(3, want / 16)) << percent << " of " << want;
  }
}

TEST(Histogram, IsSmall) {
  EXPECT_LE(sizeof(Histogram), 2400u);
}

TEST(Histogram, EmptyAnswersZero) {
  const Histogram histogram;
  EXPECT_EQ(histogram.count(), 0u);
  EXPECT_EQ(histogram.min().ns, 0);
  EXPECT_EQ(histogram.max().ns, 0);
  EXPECT_EQ(histogram.percentile(50).ns, 0);
}

TEST(Histogram, AgreesWithAnExactSortWithinASixteenth) {
  std::mt19937_64 random(11);
  // From nanoseconds to minutes: each of them with a shape of its own.
  for (const double scale : {20.0, 90.0, 700.0, 40'000.0, 3e6, 5e9, 2e11}) {
    std::lognormal_distribution<double> shape(std::log(scale), 0.8);
    Histogram histogram;
    std::vector<std::int64_t> values;
    for (int i = 0; i < 20'000; ++i) {
      values.push_back(static_cast<std::int64_t>(std::min(shape(random), 1e12)));
      histogram.record({values.back()});
    }
    SCOPED_TRACE(scale);
    expect_close(histogram, values);
    EXPECT_EQ(histogram.count(), values.size());
    EXPECT_EQ(histogram.min().ns, *std::min_element(values.begin(), values.end()));
    EXPECT_EQ(histogram.max().ns, *std::max_element(values.begin(), values.end()));
  }
}

TEST(Histogram, EveryValueAtAnEdgeFallsIntoABucketThatHoldsIt) {
  for (int bits = 0; bits < 40; ++bits) {
    for (std::int64_t sixteenths = 16; sixteenths < 32; ++sixteenths) {
      for (const std::int64_t around : {-1, 0, 1}) {
        const std::int64_t value = (std::int64_t{1} << bits) * sixteenths / 16 + around;
        if (value >= std::int64_t{1} << 40) continue;
        Histogram histogram;
        histogram.record({value});
        histogram.record(seconds(3600));  // so that max() does not hide the edge
        const std::int64_t edge = histogram.percentile(50).ns;
        EXPECT_GE(edge, value);
        EXPECT_LE(edge - value, std::max<std::int64_t>(3, value / 16));
      }
    }
  }
}

TEST(Histogram, OneValueIsExact) {
  Histogram histogram;
  histogram.record(microseconds(777));
  for (const double percent : percents) EXPECT_EQ(histogram.percentile(percent), microseconds(777));
}

TEST(Histogram, NegativeIsZeroAndTooLongIsMax) {
  Histogram histogram;
  histogram.record({-5});
  EXPECT_EQ(histogram.percentile(100).ns, 0);
  histogram.record(seconds(7200));
  histogram.record({INT64_MAX});
  EXPECT_EQ(histogram.count(), 3u);
  EXPECT_EQ(histogram.min().ns, 0);
  EXPECT_EQ(histogram.max().ns, INT64_MAX);
  EXPECT_EQ(histogram.percentile(100).ns, INT64_MAX);
}

TEST(Histogram, MergeIsAsIfAllHadBeenRecordedInOne) {
  std::mt19937_64 random(3);
  Histogram a;
  Histogram b;
  std::vector<std::int64_t> values;
  for (int i = 0; i < 5000; ++i) {
    values.push_back(static_cast<std::int64_t>(random() % 1'000'000));
    (i % 3 == 0 ? a : b).record({values.back()});
  }
  a.merge(b);
  expect_close(a, values);
  EXPECT_EQ(a.count(), values.size());
  a.merge(Histogram());
  EXPECT_EQ(a.min().ns, *std::min_element(values.begin(), values.end()));
  a.clear();
  EXPECT_EQ(a.count(), 0u);
  EXPECT_EQ(a.percentile(99).ns, 0);
}

TEST(Histogram, AFullBucketStaysFull) {
  Histogram one;
  one.record(nanoseconds(100));
  one.record(microseconds(1));
  for (int i = 0; i < 40; ++i) {  // doubles both counts each time
    const Histogram copy = one;
    one.merge(copy);
  }
  EXPECT_EQ(one.count(), std::uint64_t{2} << 40);
  EXPECT_LT(one.percentile(50).ns, 110) << "neither bucket has wrapped round";
  EXPECT_EQ(one.percentile(51), microseconds(1));
}

}  // namespace
}  // namespace openbell::base

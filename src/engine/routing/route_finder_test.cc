#include "engine/routing/route_finder.h"

#include <gtest/gtest.h>
#include <string_view>

#include "base/text.h"
#include "grammar/route/route.h"

namespace openbell::engine {
namespace {

std::shared_ptr<const grammar::RouteList> list_of(std::string_view text) {
  auto list = std::make_shared<grammar::RouteList>();
  grammar::RouteParser parser;
  base::TextReader in(text);
  EXPECT_TRUE(parser.parse(in, grammar::RouteForm::route, {}, bgp::Purpose::announce, *list));
  return list;
}

// 1024 and 256 routes; the second list is the first quarter of the first.
const RouteFinder::Lists lists = {list_of("10.0.0.0/8 next-hop 10.0.0.1 split /18"),
                                  list_of("10.0.0.0/10 next-hop 10.0.0.1 split /18")};

TEST(RouteFinderTest, LooksAtNoMoreThanItsBudget) {
  RouteFinder finder(lists);
  std::size_t budget = 1000;
  EXPECT_FALSE(finder.learn(budget));
  EXPECT_EQ(budget, 0u);
  EXPECT_TRUE(finder.contains(lists[0]->at(999).nlri));
  EXPECT_FALSE(finder.contains(lists[0]->at(1000).nlri));
  budget = 1000;
  EXPECT_TRUE(finder.learn(budget));
  EXPECT_EQ(budget, 720u) << "280 were left";
}

TEST(RouteFinderTest, FindsTheLastOfOneNlri) {
  RouteFinder finder(lists);
  std::size_t budget = SIZE_MAX;
  ASSERT_TRUE(finder.learn(budget));
  RouteFinder::Place place;
  ASSERT_TRUE(finder.find(lists[0]->at(7).nlri, place));
  EXPECT_EQ(place.list, 1u);
  EXPECT_EQ(place.route, 7u);
  ASSERT_TRUE(finder.find(lists[0]->at(300).nlri, place));
  EXPECT_EQ(place.list, 0u);
  EXPECT_EQ(place.route, 300u);
  const auto elsewhere = list_of("11.0.0.0/8 next-hop 10.0.0.1");
  EXPECT_FALSE(finder.find(elsewhere->at(0).nlri, place));
}

TEST(RouteFinderTest, FindsTheLastOfOneNlriAmongFew) {
  const RouteFinder::Lists few = {list_of("10.0.0.0/8 next-hop 10.0.0.1 split /10"),
                                  list_of("10.0.0.0/10 next-hop 10.0.0.1")};
  RouteFinder finder(few);
  std::size_t budget = SIZE_MAX;
  ASSERT_TRUE(finder.learn(budget));
  RouteFinder::Place place;
  ASSERT_TRUE(finder.find(few[0]->at(0).nlri, place));
  EXPECT_EQ(place.list, 1u);
  ASSERT_TRUE(finder.find(few[0]->at(3).nlri, place));
  EXPECT_EQ(place.route, 3u);
  EXPECT_FALSE(finder.contains(lists[0]->at(0).nlri));
}

TEST(RouteFinderTest, OfNoListsThereIsNothingToLearn) {
  RouteFinder finder;
  std::size_t budget = 0;
  EXPECT_TRUE(finder.learn(budget));
  EXPECT_FALSE(finder.contains(lists[0]->at(0).nlri));
}

}  // namespace
}  // namespace openbell::engine

#include "engine/routing/statement.h"

#include <utility>

#include "engine/routing/routing.h"

namespace openbell::engine {

namespace {

class SayRest final : public BulkWords {
 public:
  SayRest(Routing& routing, Statement statement, std::size_t from, rib::Audience audience,
          const Voice& voice, const Cause& cause, std::string_view result)
      : BulkWords(routing, cause, result, voice),
        statement_(std::move(statement)),
        at_(from),
        audience_(std::move(audience)) {
    if (!statement_.routes.watchdogs().empty()) this->routing().watchdogs.begin_statement(moment());
  }
  ~SayRest() override { routing().watchdogs.end_statement(moment()); }
  SayRest(const SayRest&) = delete;
  SayRest& operator=(const SayRest&) = delete;

 private:
  bool say(Transaction& transaction) override {
    for (std::size_t n = 0; n < slice_words && at_ < statement_.routes.size(); ++n) {
      transaction.expect(statement_.routes, at_ + Transaction::looked_ahead);
      transaction.change(statement_.at(at_++), audience_, statement_.purpose);
    }
    return at_ < statement_.routes.size();
  }
  [[nodiscard]] std::string detail_of(const Outcome& slice) const override {
    return slice.leased ? std::string() : no_more_leases();
  }

  Statement statement_;
  std::size_t at_;
  rib::Audience audience_;
};

}  // namespace

grammar::RouteView Statement::at(std::size_t i) const {
  grammar::RouteView route = routes.at(i);
  route.lease = lease;
  if (lease.ns != 0) route.lease_group = lease_group;
  return route;
}

std::string no_more_leases() {
  return "more than " + std::to_string(LeaseTable::leases_max) +
         " leases: a route was announced without one";
}

std::unique_ptr<BulkWords> say_rest(Routing& routing, Statement statement, std::size_t from,
                                    const rib::Audience& audience, const Voice& voice,
                                    const Cause& cause, std::string_view result) {
  return std::make_unique<SayRest>(routing, std::move(statement), from, audience, voice, cause,
                                   result);
}

}  // namespace openbell::engine

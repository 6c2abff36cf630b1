// Clients that are no processes: what their role lets them do, whose answers are whose, and what
// stays of them.

#include "engine/told_test.h"

namespace openbell::engine {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ClientTest : public ToldTest {
 protected:
  ClientTest() {
    configure(feed + neighbor("10.0.0.2"));
    peer_ = up("10.0.0.2");
  }
  ClientId open(Role role, const std::string& name = "cli") {
    return stage_.engine.on_client(
        {.name = name, .role = role, .encoder = grammar::Encoder::text, .user = "trader"},
        stage_.now);
  }
  /// What the client hears of one command.
  std::string answer(ClientId client, std::string_view line) {
    stage_.settle();
    stage_.clients.erase(client);
    stage_.engine.on_client_line(client, line, stage_.now);
    stage_.settle();
    return stage_.clients[client];
  }

  ConnectionId peer_ = no_connection;
};

TEST_F(ClientTest, AViewerLooksAndChangesNothing) {
  const ClientId viewer = open(Role::view);
  for (const std::string& command :
       {std::string("announce route ") + route, std::string("clear adj-rib out"),
        std::string("teardown 4"), std::string("neighbor 10.0.0.2 flush adj-rib out"),
        std::string("plan run p"), std::string("plan arm p"), std::string("service s down"),
        std::string("guard drop all"), std::string("drill p"), std::string("renew"),
        std::string("reload"), std::string("shutdown")}) {
    EXPECT_EQ(answer(viewer, command), "error\n") << command;
    EXPECT_THAT(stage_.logged, HasSubstr("takes the role")) << command;
  }
  EXPECT_THAT(sent(peer_), IsEmpty());
  EXPECT_EQ(stage_.reloads, 0);
  EXPECT_EQ(stage_.exits, 0);
  EXPECT_THAT(answer(viewer, "show neighbor summary"), HasSubstr("10.0.0.2"));
  EXPECT_THAT(answer(viewer, "version"), HasSubstr("OpenBell"));
}

TEST_F(ClientTest, AnOperatorChangesRoutesAndDoesNotEndTheDaemon) {
  const ClientId one = open(Role::operate);
  EXPECT_EQ(answer(one, "announce route " + route), "done\n");
  EXPECT_THAT(sent(peer_), ElementsAre(announced(prefix)));
  for (const char* command : {"reload", "restart", "shutdown"}) {
    EXPECT_EQ(answer(one, command), "error\n") << command;
    EXPECT_THAT(stage_.logged, HasSubstr("the command takes the role admin, cli has the role "
                                         "operator"));
  }
  EXPECT_EQ(stage_.reloads, 0);
  EXPECT_EQ(stage_.exits, 0);
}

TEST_F(ClientTest, AnAdminMayDoEverything) {
  EXPECT_THAT(answer(open(Role::administer), "reload"), HasSubstr("done\n"));
  EXPECT_EQ(stage_.reloads, 1);
}

TEST_F(ClientTest, EachClientGetsItsOwnAnswers) {
  const ClientId one = open(Role::view, "one");
  const ClientId two = open(Role::view, "two");
  stage_.engine.on_client_line(one, "version", stage_.now);
  stage_.engine.on_client_line(two, "no such command", stage_.now);
  stage_.engine.on_client_line(one, "show route 10.9.0.0/16", stage_.now);
  stage_.settle();
  EXPECT_THAT(stage_.clients[one], HasSubstr("OpenBell"));
  EXPECT_THAT(stage_.clients[one], testing::Not(HasSubstr("error")));
  EXPECT_EQ(stage_.clients[two], "error\n");
  EXPECT_THAT(heard(), testing::Not(HasSubstr("OpenBell"))) << "no business of the helper";
}

TEST_F(ClientTest, WhatAClientHasSaidStaysWhenItGoes) {
  const ClientId client = open(Role::operate);
  answer(client, "announce route " + route);
  stage_.engine.on_client_gone(client, stage_.now);
  stage_.engine.on_client_line(client, "withdraw route 10.1.0.0/16", stage_.now);
  EXPECT_THAT(sent(peer_), ElementsAre(announced(prefix)));
}

TEST_F(ClientTest, AReportToAClientThatIsGoneIsForgotten) {
  const ClientId client = open(Role::view);
  stage_.engine.on_client_line(client, "show adj-rib out", stage_.now);
  stage_.engine.on_client_gone(client, stage_.now);
  stage_.settle();
  EXPECT_THAT(stage_.clients, IsEmpty());
}

TEST_F(ClientTest, AReloadGivesItTheNeighborsThatThereAreThen) {
  const ClientId client = open(Role::operate);
  configure(feed + neighbor("10.0.0.2") + neighbor("10.0.0.3"));
  const ConnectionId third = up("10.0.0.3");
  EXPECT_EQ(answer(client, "neighbor 10.0.0.3 announce route " + route), "done\n");
  EXPECT_THAT(sent(third), ElementsAre(announced(prefix)));
}

TEST_F(ClientTest, NothingStandsBehindTheEndOfACommand) {
  const ClientId client = open(Role::administer);
  answer(client, "announce route " + route);
  sent(peer_);
  for (const char* command :
       {"withdraw watchdog w neighbor 10.0.0.1", "announce watchdog w junk",
        "clear adj-rib out junk", "clear adj-rib in junk", "flush adj-rib out junk", "reload junk",
        "restart junk", "announce eor ipv4 unicast junk",
        "announce route-refresh ipv4 unicast junk", "show leases json junk", "version junk",
        "enable-ack junk", "drill p budget 3ms junk", "service s down now", "plan run p junk",
        "guard release all junk", "renew g junk"}) {
    EXPECT_EQ(answer(client, command), "error\n") << command;
    EXPECT_THAT(stage_.logged, HasSubstr("wanted nothing after the end of the command")) << command;
  }
  EXPECT_THAT(sent(peer_), IsEmpty());
  EXPECT_EQ(stage_.reloads, 0);
}

TEST_F(ClientTest, ALineThatIsNotUnderstoodChangesNothing) {
  const ClientId client = open(Role::operate);
  EXPECT_EQ(answer(client, "announce route " + route + "; and more"), "error\n");
  EXPECT_EQ(answer(client, "announce attributes next-hop 10.0.0.1 nlri 10.1.0.0/16 10.2.0.0/x"),
            "error\n");
  EXPECT_THAT(sent(peer_), IsEmpty());
}

}  // namespace
}  // namespace openbell::engine

#include "resolver/stream_client_changes.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace nave::resolver {
namespace {

using ::testing::UnorderedElementsAre;

v1::ControlMessage Message(const std::string& text) {
  v1::ControlMessage message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

std::string RRset(const std::string& owner, const std::string& type, const std::string& rdata) {
  return absl::StrCat("{owner: '", owner, "' type: '", type, "' rdata: '", rdata, "'}");
}

class StreamChangesTest : public ::testing::Test {
 protected:
  void Apply(const std::string& text) {
    const absl::Status status = changes_.Apply(Message(text));
    ASSERT_TRUE(status.ok()) << status;
  }
  std::vector<std::string> RRsets(int64_t revision = 1) {
    std::vector<std::string> texts;
    const v1::Zone zone = changes_.Complete(revision).zones.at("z")->Read();
    for (const v1::RRset& rrset : zone.rrsets()) {
      texts.push_back(absl::StrCat(rrset.owner(), " ", rrset.type(), " ", rrset.rdata(0)));
    }
    return texts;
  }

  StreamChanges changes_{State()};
};

TEST_F(StreamChangesTest, ZoneChangesAddReplaceAndRemove) {
  Apply(absl::StrCat("zone {name: 'z' apex: 'e.' rrsets ", RRset("a.e.", "A", "1"), " rrsets ",
                     RRset("b.e.", "A", "2"), " rrsets ", RRset("c.e.", "A", "3"), "}"));
  Apply(absl::StrCat("zone_change {zone: 'z' revision: 9 upserted ", RRset("B.e.", "a", "20"),
                     " upserted ", RRset("b.e.", "AAAA", "21"), " removed ", RRset("a.e.", "A", ""),
                     " removed ", RRset("never.e.", "A", ""), "}"));
  EXPECT_THAT(RRsets(), UnorderedElementsAre("c.e. A 3", "B.e. a 20", "b.e. AAAA 21"));
  EXPECT_EQ(changes_.Complete(1).zones.at("z")->Read().revision(), 9);
}

TEST_F(StreamChangesTest, ManyChangesOfOneGroupAllCount) {
  Apply("zone {name: 'z' apex: 'e.'}");
  for (int i = 0; i < 50; ++i) {
    Apply(absl::StrCat("zone_change {zone: 'z' upserted ",
                       RRset(absl::StrCat("n", i, ".e."), "A", "1"), "}"));
  }
  for (int i = 0; i < 50; ++i) {
    if (i == 7 || i == 49) continue;
    Apply(absl::StrCat("zone_change {zone: 'z' removed ",
                       RRset(absl::StrCat("n", i, ".e."), "A", ""), "}"));
  }
  EXPECT_THAT(RRsets(), UnorderedElementsAre("n7.e. A 1", "n49.e. A 1"));
}

TEST_F(StreamChangesTest, ChangeLeavesTheObjectsOfTheStateBefore) {
  Apply(absl::StrCat("zone {name: 'z' apex: 'e.' rrsets ", RRset("a.e.", "A", "1"), "}"));
  const State before = changes_.Complete(1);
  Apply(absl::StrCat("zone_change {zone: 'z' upserted ", RRset("a.e.", "A", "2"), "}"));
  const State after = changes_.Complete(2);
  EXPECT_EQ(before.zones.at("z")->Read().rrsets(0).rdata(0), "1");
  EXPECT_EQ(after.zones.at("z")->Read().rrsets(0).rdata(0), "2");
  EXPECT_EQ(after.revision, 2);
}

TEST_F(StreamChangesTest, ZoneAsAWholeReplacesItsChanges) {
  Apply("zone {name: 'z' apex: 'e.'}");
  Apply(absl::StrCat("zone_change {zone: 'z' upserted ", RRset("a.e.", "A", "1"), "}"));
  Apply(absl::StrCat("zone {name: 'z' apex: 'e.' rrsets ", RRset("b.e.", "A", "2"), "}"));
  EXPECT_THAT(RRsets(), UnorderedElementsAre("b.e. A 2"));
}

TEST_F(StreamChangesTest, EveryKindComesAndGoes) {
  Apply("listener {address: '127.0.0.1:53'}");
  Apply("view {name: 'v'}");
  Apply("zone {name: 'z'}");
  Apply("rule {name: 'r'}");
  const State full = changes_.Complete(1);
  EXPECT_EQ(full.listeners.size() + full.views.size() + full.zones.size() + full.rules.size(), 4);
  Apply("zone_change {zone: 'z'}");
  Apply("removed {listener: '127.0.0.1:53'}");
  Apply("removed {view: 'v'}");
  Apply("removed {zone: 'z'}");
  Apply("removed {rule: 'r'}");
  Apply("removed {rule: 'never was'}");
  const State empty = changes_.Complete(2);
  EXPECT_EQ(empty.listeners.size() + empty.views.size() + empty.zones.size() + empty.rules.size(),
            0);
}

TEST_F(StreamChangesTest, ResetEmptiesEverything) {
  Apply("zone {name: 'z'}");
  Apply("zone_change {zone: 'z'}");
  Apply("view {name: 'v'}");
  Apply("reset {}");
  const State& state = changes_.Complete(1);
  EXPECT_TRUE(state.zones.empty());
  EXPECT_TRUE(state.views.empty());
}

TEST_F(StreamChangesTest, WhatCannotBeRightIsRefused) {
  for (const char* text : {"zone_change {zone: 'never sent'}", "zone {apex: 'e.'}", "view {}",
                           "rule {}", "listener {}", "removed {}", "complete {revision: 1}", ""}) {
    EXPECT_TRUE(absl::IsInvalidArgument(changes_.Apply(Message(text)))) << text;
  }
}

}  // namespace
}  // namespace nave::resolver

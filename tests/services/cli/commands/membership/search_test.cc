// Persons looked for by name, initials, number or outside id.
#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/base/civil.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/services/cli/commands_fixture.h"
#include "tests/services/cli/fake_server.h"
#include "zhibu/membership/v1/membership_service.grpc.pb.h"

namespace zhibu::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// Of the region that is nobody's.
constexpr char kNumber[] = "990000199001011239";

// Two pages of one person each.
class FakeMembership final : public membership::v1::MembershipService::Service {
 public:
  grpc::Status SearchPersons(grpc::ServerContext*,
                             const membership::v1::SearchPersonsRequest* request,
                             membership::v1::SearchPersonsResponse* response) override {
    got = *request;
    response->set_revision(9);
    if (nobody) return grpc::Status::OK;
    const bool first = request->page_token().empty();
    if (first) response->set_next_page_token("more");
    membership::v1::Person& person = *response->add_persons();
    person.set_name(first ? "persons/p1" : "persons/p2");
    person.set_display_name("欧阳*");
    person.set_id_number("9900**********123X");
    person.set_organisation("organisations/qinglan-county-first-middle-school-branch");
    person.set_stage(membership::v1::STAGE_FULL);
    return grpc::Status::OK;
  }
  membership::v1::SearchPersonsRequest got;
  bool nobody = false;
};

class SearchTest : public ::testing::Test {
 protected:
  TempFolder folder_;
  FakeMembership membership_;
  Terminal terminal_;
  FakeServer server_{{&membership_}, folder_, terminal_};
};

TEST_F(SearchTest, FindsByNameInitialsAndOutsideId) {
  const Ran ran = terminal_.Run({"member", "search", "jyj-dw", "--name", "欧阳某", "--line",
                                 "either", "--as-of", "2026-01-31"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(membership_.got.root(), "organisations/jyj-dw");
  EXPECT_EQ(membership_.got.line(), type::v1::LINE_EITHER);
  EXPECT_EQ(membership_.got.display_name(), "欧阳某");
  EXPECT_EQ(membership_.got.as_of().month(), 1);
  EXPECT_EQ(membership_.got.request_id(), "") << "nothing is journaled";
  EXPECT_THAT(ran.out, HasSubstr("共 2 人"));
  EXPECT_THAT(ran.out, HasSubstr("p2"));
  EXPECT_THAT(ran.out, Not(HasSubstr("留痕")));
  EXPECT_LE(WidestLine(ran.out), 80);

  EXPECT_EQ(terminal_.Run({"member", "search", "--initials", "oym"}).code, 0);
  EXPECT_EQ(membership_.got.initials(), "oym");
  EXPECT_EQ(membership_.got.root(), "");
  EXPECT_EQ(terminal_.Run({"member", "search", "--system", "province", "--external-id", "7"}).code,
            0);
  EXPECT_EQ(membership_.got.system(), "province");
  EXPECT_EQ(membership_.got.external_id(), "7");
}

TEST_F(SearchTest, TakesAnIdNumberFromItsInputOrAFileAlone) {
  terminal_.input = std::string(kNumber) + "\n";
  const std::vector<std::string> words = {"member",    "search",       "--id-number-file", "-",
                                          "--purpose", "verification", "--reference",      "核3号"};
  const Ran ran = terminal_.Run(words);
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(membership_.got.id_number(), kNumber);
  EXPECT_EQ(membership_.got.purpose(), membership::v1::REVEAL_PURPOSE_VERIFICATION);
  EXPECT_EQ(membership_.got.reference(), "核3号");
  EXPECT_NE(membership_.got.request_id(), "");
  EXPECT_THAT(ran.out, HasSubstr("本次查询已留痕，修订号 9"));
  EXPECT_THAT(ran.out + ran.err, Not(HasSubstr(kNumber)));

  membership_.nobody = true;
  const Ran none = terminal_.Run(words);
  EXPECT_EQ(none.code, 0) << none.err;
  EXPECT_THAT(none.out, HasSubstr("共 0 人"));
  EXPECT_THAT(none.out, HasSubstr("已留痕")) << "a search that found nobody is journaled too";

  ASSERT_TRUE(WriteFile(folder_.path("number"), std::string(" ") + kNumber + "\r\n").ok());
  membership_.got.Clear();
  EXPECT_EQ(terminal_.Run({"member", "search", "--id-number-file", folder_.path("number")}).code,
            0);
  EXPECT_EQ(membership_.got.id_number(), kNumber);

  terminal_.input = " \n";
  EXPECT_EQ(terminal_.Run(words).code, 2);
  EXPECT_EQ(terminal_.Run({"member", "search", "--id-number-file", folder_.path("none")}).code, 2);
  // There is no option that takes the number itself.
  EXPECT_EQ(terminal_.Run({"member", "search", "--id-number", "x"}).code, 2);
}

}  // namespace
}  // namespace zhibu::cli

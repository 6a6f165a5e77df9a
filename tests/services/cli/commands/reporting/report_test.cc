// The catalogue of figures on a terminal of 80 columns.
#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/services/cli/commands_fixture.h"
#include "tests/services/cli/fake_server.h"
#include "zhibu/reporting/v1/reporting_service.grpc.pb.h"

namespace zhibu::cli {
namespace {

using ::testing::HasSubstr;

// Two pages of one figure each, the second a part of the first.
class FakeReporting final : public reporting::v1::ReportingService::Service {
  grpc::Status ListFigureDefinitions(
      grpc::ServerContext*, const reporting::v1::ListFigureDefinitionsRequest* request,
      reporting::v1::ListFigureDefinitionsResponse* response) override {
    const bool first = request->page_token().empty();
    if (first) response->set_next_page_token("more");
    reporting::v1::FigureDefinition& figure = *response->add_definitions();
    figure.set_id(first ? "members" : "members.teachers");
    figure.set_title(first ? "党员" : "教职工党员");
    figure.set_unit("人");
    figure.set_section("members");
    if (!first) figure.set_part_of("members");
    if (!first) figure.set_denominator_title("在岗教职工");
    return grpc::Status::OK;
  }
};

TEST(ReportFigures, ListsWhatIsCounted) {
  TempFolder folder;
  FakeReporting reporting;
  Terminal terminal;
  const FakeServer server({&reporting}, folder, terminal);
  const Ran ran = terminal.Run({"report", "figures"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("共 2 项"));
  EXPECT_THAT(ran.out, HasSubstr("其中：教职工党员"));
  EXPECT_THAT(ran.out, HasSubstr("members.teachers"));
  EXPECT_THAT(ran.out, HasSubstr("在岗教职工"));
  EXPECT_LE(WidestLine(ran.out), 80);
}

}  // namespace
}  // namespace zhibu::cli

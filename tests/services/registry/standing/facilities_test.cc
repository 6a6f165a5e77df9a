#include "services/registry/standing/facilities.h"

#include "common/store/feed.h"
#include "tests/services/registry/registry_fixture.h"
#include "zhibu/registry/v1/facility_service.grpc.pb.h"

namespace zhibu::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class FacilitiesTest : public RegistryTest {
 protected:
  using Rooms = v1::FacilityService::Stub;

  void SetUp() override {
    SetUpCounty();
    ASSERT_TRUE(Do(NewInstitution("school", "gb")).ok());
    v1::BatchCreateFacilitiesRequest batch;
    for (const char* id : {"board", "room"}) {
      auto& request = *batch.add_requests();
      request.set_facility_id(id);
      v1::Facility& facility = *request.mutable_facility();
      facility.set_holder(Inst("school"));
      facility.set_kind(v1::FACILITY_KIND_ACTIVITY_ROOM);
      facility.set_title("党员活动室");
      *facility.mutable_valid_from() = Date(2019);
    }
    ASSERT_TRUE(Call(&Rooms::BatchCreateFacilities, batch, &created_).ok());
  }
  template <typename Request, typename Response>
  absl::Status Call(grpc::Status (Rooms::*method)(grpc::ClientContext*, const Request&, Response*),
                    Request request, Response* response, const std::string& token = kOwnerToken) {
    if constexpr (requires { request.request_id(); }) {
      request.set_request_id(absl::StrCat("f", ++requests_));
    }
    Rooms stub(server_.channel());
    return Invoke(method, stub, request, response, token);
  }
  v1::Facility Read(const std::string& id) {
    v1::GetFacilityRequest request;
    request.set_name("facilities/" + id);
    v1::GetFacilityResponse response;
    const absl::Status status = Call(&Rooms::GetFacility, request, &response);
    EXPECT_TRUE(status.ok()) << status;
    return response.facility();
  }
  // The correction of one as it now is.
  v1::CorrectFacilityRequest Correcting(const std::string& id) {
    v1::CorrectFacilityRequest request;
    *request.mutable_facility() = Read(id);
    request.mutable_correction()->set_reason("录入有误");
    return request;
  }
  absl::Status Correct(const v1::CorrectFacilityRequest& request,
                       const std::string& token = kOwnerToken) {
    v1::CorrectFacilityResponse response;
    const absl::Status status = Call(&Rooms::CorrectFacility, request, &response, token);
    last_ = response.facility();
    return status;
  }
  std::vector<std::string> Of(const std::string& root, int page_size = 0) {
    std::vector<std::string> ids;
    v1::ListFacilitiesRequest request;
    request.set_root(Org(root));
    request.set_page_size(page_size);
    do {
      v1::ListFacilitiesResponse response;
      EXPECT_TRUE(Call(&Rooms::ListFacilities, request, &response).ok());
      EXPECT_GT(response.revision(), 0);
      for (const auto& facility : response.facilities()) ids.push_back(facility.name().substr(11));
      request.set_page_token(response.next_page_token());
    } while (!request.page_token().empty());
    return ids;
  }

  v1::BatchCreateFacilitiesResponse created_;
  v1::Facility last_;
};

TEST_F(FacilitiesTest, OfABatchAreAnsweredWithTheirEtags) {
  EXPECT_THAT(created_.etags(), ElementsAre(Read("board").etag(), Read("room").etag()));
}

TEST_F(FacilitiesTest, ArePutRightAndKeepWhatStood) {
  auto request = Correcting("room");
  request.mutable_facility()->set_holder(Org("s1"));
  request.mutable_facility()->set_kind(v1::FACILITY_KIND_STAR_RATING);
  request.mutable_facility()->set_scheme("五星支部");
  request.mutable_facility()->set_rating(3);
  request.mutable_facility()->set_evidence("不更正");
  for (const char* path : {"holder", "kind", "scheme", "rating"}) {
    request.mutable_update_mask()->add_paths(path);
  }
  ASSERT_TRUE(Correct(request).ok());
  EXPECT_EQ(last_.rating(), 3);
  EXPECT_EQ(last_.evidence(), "");
  EXPECT_NE(last_.etag(), request.facility().etag());
  ASSERT_EQ(last_.corrections_size(), 1);
  ASSERT_EQ(last_.corrections(0).fields_size(), 4);
  EXPECT_EQ(last_.corrections(0).fields(0).was(), "\"institutions/school\"");
  EXPECT_EQ(last_.corrections(0).fields(3).was(), "");
  EXPECT_EQ(Read("room").DebugString(), last_.DebugString());
  EXPECT_THAT(Of("gb"), ElementsAre("board"));
  EXPECT_THAT(Of("s1"), ElementsAre("room"));
  for (int size : {0, 1}) EXPECT_THAT(Of("county", size), ElementsAre("board", "room"));
}

TEST_F(FacilitiesTest, ThatAreWithdrawnNeverWere) {
  auto request = Correcting("room");
  request.set_withdraw(true);
  ASSERT_TRUE(Correct(request).ok());
  EXPECT_TRUE(last_.withdrawn());
  EXPECT_THAT(Of("county"), ElementsAre("board"));
  EXPECT_TRUE(Read("room").withdrawn());
  EXPECT_TRUE(Read("room").corrections(0).withdrawn());
  EXPECT_THAT(Correct(Correcting("room")), IsMalformed("UPDATE_MASK_INVALID"));
  auto again = Correcting("room");
  again.set_withdraw(true);
  EXPECT_THAT(Correct(again), IsRefused("ALREADY_WITHDRAWN"));
  v1::EndFacilityRequest end;
  end.set_name("facilities/room");
  end.set_etag(Read("room").etag());
  *end.mutable_valid_to() = Date(2020);
  v1::EndFacilityResponse ended;
  EXPECT_THAT(Call(&Rooms::EndFacility, end, &ended), IsRefused("ALREADY_WITHDRAWN"));
}

TEST_F(FacilitiesTest, AreNotPutRightIntoWhatCannotBe) {
  const auto revision = [&] { return *JournalRevision(*server_.server().store().TakeSnapshot()); };
  const int64_t before = revision();
  const auto correct = [&](const char* path, auto change) {
    auto request = Correcting("room");
    request.mutable_update_mask()->add_paths(path);
    change(request, *request.mutable_facility());
    return Correct(request);
  };
  EXPECT_THAT(correct("holder", [](auto&, auto& f) { f.set_holder(Inst("nowhere")); }),
              IsRefused("HOLDER_NOT_THERE"));
  EXPECT_THAT(correct("holder", [](auto&, auto& f) { f.set_holder("school"); }),
              IsMalformed("NAME_INVALID"));
  EXPECT_THAT(correct("kind", [](auto&, auto& f) { f.clear_kind(); }),
              IsMalformed("KIND_REQUIRED"));
  EXPECT_THAT(correct("kind", [](auto&, auto& f) { f.set_kind(v1::FACILITY_KIND_MODEL_SCHOOL); }),
              IsMalformed("SCHEME_REQUIRED"));
  EXPECT_THAT(correct("rating", [](auto&, auto& f) { f.set_rating(3); }),
              IsMalformed("RATING_INVALID"));
  EXPECT_THAT(correct("title", [](auto&, auto& f) { f.clear_title(); }),
              IsMalformed("TITLE_INVALID"));
  EXPECT_THAT(correct("evidence", [](auto&, auto& f) { f.set_evidence(std::string(101, 'x')); }),
              IsMalformed("DOCUMENT_NUMBER_INVALID"));
  EXPECT_THAT(correct("valid_from", [](auto&, auto& f) { *f.mutable_valid_from() = Date(2000); }),
              IsRefused("PERIOD_INVALID"));
  EXPECT_THAT(correct("valid_to", [](auto&, auto& f) { *f.mutable_valid_to() = Date(2019); }),
              IsRefused("PERIOD_INVALID"));
  EXPECT_THAT(correct("title", [](auto&, auto&) {}), IsRefused("NOTHING_TO_CORRECT"));
  EXPECT_THAT(correct("name", [](auto&, auto&) {}), IsMalformed("UPDATE_MASK_INVALID"));
  EXPECT_THAT(correct("title", [](auto& r, auto&) { r.clear_correction(); }),
              IsMalformed("CORRECTION_REASON_INVALID"));
  EXPECT_THAT(correct("title", [](auto& r, auto&) { r.set_withdraw(true); }),
              IsMalformed("WITHDRAWN_NEEDS_NO_FIELDS"));
  EXPECT_THAT(correct("title", [](auto&, auto& f) { f.clear_etag(); }),
              IsMalformed("ETAG_REQUIRED"));
  EXPECT_THAT(correct("title", [](auto&, auto& f) { f.set_etag("99"); }),
              Refuses(absl::StatusCode::kAborted, std::string("ETAG_STALE")));
  EXPECT_THAT(correct("title", [](auto&, auto& f) { f.set_name("facilities/none"); }),
              IsNotThere());
  auto elsewhere = Correcting("room");
  elsewhere.set_withdraw(true);
  EXPECT_THAT(Correct(elsewhere, kScopedToken), IsNotThere());
  elsewhere.set_validate_only(true);
  EXPECT_TRUE(Correct(elsewhere).ok());
  EXPECT_EQ(revision(), before);
  EXPECT_EQ(Read("room").corrections_size(), 0);
}

}  // namespace
}  // namespace zhibu::registry

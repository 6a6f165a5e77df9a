// A registry in the test's process, and the requests that its tests make over and over.
#ifndef ZHIBU_TESTS_SERVICES_REGISTRY_REGISTRY_FIXTURE_H_
#define ZHIBU_TESTS_SERVICES_REGISTRY_REGISTRY_FIXTURE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/status.h"
#include "common/domain/credit_code.h"
#include "services/registry/books/tables.h"
#include "services/registry/service.h"
#include "tests/support/test_server.h"
#include "zhibu/registry/v1/registry_service.grpc.pb.h"
#include "zhibu/registry/v1/reorganisation_service.grpc.pb.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::registry {

inline google::type::Date Date(int year, int month = 1, int day = 1) {
  return ToProto(absl::CivilDay(year, month, day));
}
inline std::string Org(const std::string& id) { return "organisations/" + id; }
inline std::string Inst(const std::string& id) { return "institutions/" + id; }

// A code that fits the standard, different for each number; of the unassigned region 990000.
inline std::string CreditCode(int number) {
  std::string body = absl::StrCat(10000000 + number);
  std::string code =
      absl::StrCat("12990000", body, std::string(1, OrganisationCodeCheckCharacter(body)));
  return code + CreditCodeCheckCharacter(code);
}

// Whether the refusal has the code and, first, the reason, and says something in Chinese.
MATCHER_P2(Refuses, code, reason, "") {
  *result_listener << arg.ToString() << " / " << ReasonOf(arg);
  if (arg.code() != code || ReasonOf(arg) != reason) return false;
  // Chinese text begins its characters with a byte of 0xE4 to 0xE9.
  for (const char c : std::string(arg.message())) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0xE4 && byte <= 0xE9) return true;
  }
  return false;
}
inline auto IsMalformed(const char* reason) {
  return Refuses(absl::StatusCode::kInvalidArgument, std::string(reason));
}
inline auto IsRefused(const char* reason) {
  return Refuses(absl::StatusCode::kFailedPrecondition, std::string(reason));
}
inline auto IsNotThere() { return Refuses(absl::StatusCode::kNotFound, std::string("NOT_FOUND")); }

inline v1::CreateOrganisationRequest NewOrganisation(
    const std::string& id, const std::string& parent,
    type::v1::OrganisationKind kind = type::v1::ORGANISATION_KIND_COMMITTEE,
    google::type::Date established = Date(2000)) {
  v1::CreateOrganisationRequest request;
  request.set_organisation_id(id);
  v1::Organisation& organisation = *request.mutable_organisation();
  organisation.set_title("中共示范县委员会");
  organisation.set_kind(kind);
  *organisation.mutable_established_on() = established;
  if (!parent.empty()) {
    v1::Affiliation& edge = *organisation.add_affiliations();
    edge.set_parent(Org(parent));
    edge.set_line(type::v1::LINE_SUBORDINATION);
    *edge.mutable_valid_from() = established;
  }
  return request;
}

inline v1::CreateInstitutionRequest NewInstitution(const std::string& id,
                                                   const std::string& keeper) {
  v1::CreateInstitutionRequest request;
  request.set_institution_id(id);
  v1::Institution& institution = *request.mutable_institution();
  institution.set_title("示范县第一中学");
  institution.set_kind(v1::INSTITUTION_KIND_SENIOR_SCHOOL);
  institution.set_ownership(v1::OWNERSHIP_PUBLIC);
  institution.set_keeper(Org(keeper));
  *institution.mutable_opened_on() = Date(2001);
  return request;
}

inline v1::CreatePostRequest NewPost(const std::string& id, const std::string& seat,
                                     v1::PostKind kind, google::type::Date from = Date(2010)) {
  v1::CreatePostRequest request;
  request.set_post_id(id);
  v1::Post& post = *request.mutable_post();
  post.set_seat(seat);
  post.set_kind(kind);
  post.set_holder("persons/p1");
  post.set_full_time(false);
  *post.mutable_valid_from() = from;
  return request;
}

inline constexpr char kNormsFile[] =
    ZHIBU_SOURCE_DIR "/services/registry/data/norms/norms.textproto";

// A registry that follows nobody.
inline absl::StatusOr<std::vector<std::unique_ptr<grpc::Service>>> BuildAlone(Server& server) {
  return BuildRegistry(server, {kNormsFile, nullptr});
}

class RegistryTest : public ::testing::Test {
 protected:
  using Stub = v1::RegistryService::Stub;

  explicit RegistryTest(std::unique_ptr<Store> store = nullptr)
      : server_("registry", &clock_, RegistryContracts(), BuildAlone, std::move(store)),
        stub_(server_.channel()) {}

  // A change, with a request id of its own unless it has one.
  template <typename Request, typename Response>
  absl::Status Write(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                     Request request, Response* response, const std::string& token = kOwnerToken) {
    if (request.request_id().empty()) request.set_request_id(absl::StrCat("r", ++requests_));
    return Invoke(method, stub_, request, response, token);
  }
  absl::Status Do(const v1::CreateOrganisationRequest& request,
                  const std::string& token = kOwnerToken) {
    v1::CreateOrganisationResponse response;
    return Write(&Stub::CreateOrganisation, request, &response, token);
  }
  absl::Status Do(const v1::BatchCreateOrganisationsRequest& request,
                  const std::string& token = kOwnerToken) {
    v1::BatchCreateOrganisationsResponse response;
    return Write(&Stub::BatchCreateOrganisations, request, &response, token);
  }
  absl::Status Do(const v1::MoveOrganisationRequest& request,
                  const std::string& token = kOwnerToken) {
    v1::MoveOrganisationResponse response;
    return Write(&Stub::MoveOrganisation, request, &response, token);
  }
  absl::Status Do(const v1::UpdateOrganisationRequest& request,
                  const std::string& token = kOwnerToken) {
    v1::UpdateOrganisationResponse response;
    return Write(&Stub::UpdateOrganisation, request, &response, token);
  }
  absl::Status Do(const v1::CreateInstitutionRequest& request,
                  const std::string& token = kOwnerToken) {
    v1::CreateInstitutionResponse response;
    return Write(&Stub::CreateInstitution, request, &response, token);
  }
  absl::Status Do(const v1::BatchCreateInstitutionsRequest& request,
                  const std::string& token = kOwnerToken) {
    v1::BatchCreateInstitutionsResponse response;
    return Write(&Stub::BatchCreateInstitutions, request, &response, token);
  }
  absl::Status Do(const v1::UpdateInstitutionRequest& request,
                  const std::string& token = kOwnerToken) {
    v1::UpdateInstitutionResponse response;
    return Write(&Stub::UpdateInstitution, request, &response, token);
  }
  absl::Status Do(const v1::CreatePostRequest& request, const std::string& token = kOwnerToken) {
    v1::CreatePostResponse response;
    return Write(&Stub::CreatePost, request, &response, token);
  }
  absl::Status Do(const v1::BatchCreatePostsRequest& request,
                  const std::string& token = kOwnerToken) {
    v1::BatchCreatePostsResponse response;
    return Write(&Stub::BatchCreatePosts, request, &response, token);
  }
  absl::Status Do(const v1::EndPostRequest& request, const std::string& token = kOwnerToken) {
    v1::EndPostResponse response;
    return Write(&Stub::EndPost, request, &response, token);
  }
  absl::Status Do(const v1::CorrectPostRequest& request, const std::string& token = kOwnerToken) {
    v1::CorrectPostResponse response;
    return Write(&Stub::CorrectPost, request, &response, token);
  }

  absl::StatusOr<v1::Organisation> Get(const std::string& id, google::type::Date as_of = {},
                                       const std::string& token = kOwnerToken) {
    v1::GetOrganisationRequest request;
    request.set_name(Org(id));
    if (as_of.year() != 0) *request.mutable_as_of() = as_of;
    v1::GetOrganisationResponse response;
    ZHIBU_RETURN_IF_ERROR(Invoke(&Stub::GetOrganisation, stub_, request, &response, token));
    return response.organisation();
  }
  absl::StatusOr<v1::Institution> GetInstitution(const std::string& id,
                                                 const std::string& token = kOwnerToken,
                                                 google::type::Date as_of = {}) {
    v1::GetInstitutionRequest request;
    request.set_name(Inst(id));
    if (as_of.year() != 0) *request.mutable_as_of() = as_of;
    v1::GetInstitutionResponse response;
    ZHIBU_RETURN_IF_ERROR(Invoke(&Stub::GetInstitution, stub_, request, &response, token));
    return response.institution();
  }

  absl::StatusOr<v1::GetPostResponse> GetPost(const std::string& id,
                                              const std::string& token = kOwnerToken) {
    v1::GetPostRequest request;
    request.set_name("posts/" + id);
    v1::GetPostResponse response;
    ZHIBU_RETURN_IF_ERROR(Invoke(&Stub::GetPost, stub_, request, &response, token));
    return response;
  }
  // The correction of a post as it now is, which the test changes.
  v1::CorrectPostRequest CorrectionOf(const std::string& id) {
    v1::CorrectPostRequest request;
    request.mutable_post()->set_name("posts/" + id);
    if (const auto read = GetPost(id); read.ok()) request.mutable_post()->MergeFrom(read->post());
    request.mutable_correction()->set_reason("录入有误");
    return request;
  }

  // Of one that may have ended.
  std::string EtagOf(const std::string& id) {
    const auto row = FindOrganisation(*server_.server().store().TakeSnapshot(), id);
    return row.ok() && *row ? absl::StrCat((*row)->version()) : "1";
  }
  template <typename Request, typename Response>
  absl::Status Decide(grpc::Status (v1::ReorganisationService::Stub::*method)(grpc::ClientContext*,
                                                                              const Request&,
                                                                              Response*),
                      Request request, Response* response, const std::string& token = kOwnerToken) {
    if (request.request_id().empty()) request.set_request_id(absl::StrCat("r", ++requests_));
    v1::ReorganisationService::Stub stub(server_.channel());
    return Invoke(method, stub, request, response, token);
  }

  v1::MoveOrganisationRequest MoveOf(const std::string& id, const std::string& new_parent,
                                     google::type::Date effective) {
    v1::MoveOrganisationRequest request;
    request.set_name(Org(id));
    request.set_etag(EtagOf(id));
    if (!new_parent.empty()) request.set_new_parent(Org(new_parent));
    *request.mutable_effective_on() = effective;
    return request;
  }

  // "depth id" of every organisation of the subtree, all pages.
  absl::StatusOr<std::vector<std::string>> Tree(const std::string& root, google::type::Date as_of,
                                                type::v1::Line line = type::v1::LINE_SUBORDINATION,
                                                int page_size = 1000,
                                                const std::string& token = kOwnerToken) {
    v1::ListOrganisationsRequest request;
    if (!root.empty()) request.set_root(Org(root));
    if (as_of.year() != 0) *request.mutable_as_of() = as_of;
    request.set_line(line);
    request.set_page_size(page_size);
    std::vector<std::string> nodes;
    do {
      v1::ListOrganisationsResponse response;
      ZHIBU_RETURN_IF_ERROR(Invoke(&Stub::ListOrganisations, stub_, request, &response, token));
      for (const auto& node : response.organisations()) {
        nodes.push_back(absl::StrCat(node.depth(), " ", node.organisation().name().substr(14)));
      }
      request.set_page_token(response.next_page_token());
    } while (!request.page_token().empty());
    return nodes;
  }

  // county ← {town ← {gb ← {b1, b2}, scoped ← {s1}}, bureau}; since 2000.
  void SetUpCounty() {
    v1::BatchCreateOrganisationsRequest batch;
    const auto add = [&](const std::string& id, const std::string& parent,
                         type::v1::OrganisationKind kind) {
      *batch.add_requests() = NewOrganisation(id, parent, kind);
    };
    add("county", "", type::v1::ORGANISATION_KIND_COMMITTEE);
    add("town", "county", type::v1::ORGANISATION_KIND_COMMITTEE);
    add("bureau", "county", type::v1::ORGANISATION_KIND_WORK_COMMITTEE);
    add("gb", "town", type::v1::ORGANISATION_KIND_GENERAL_BRANCH);
    add("b1", "gb", type::v1::ORGANISATION_KIND_BRANCH);
    add("b2", "gb", type::v1::ORGANISATION_KIND_BRANCH);
    add("scoped", "town", type::v1::ORGANISATION_KIND_GENERAL_BRANCH);
    add("s1", "scoped", type::v1::ORGANISATION_KIND_BRANCH);
    ASSERT_TRUE(Do(batch).ok());
  }

  FakeClock clock_{absl::CivilDay(2026, 11, 23)};
  int requests_ = 0;
  TestServer server_;
  Stub stub_;
};

}  // namespace zhibu::registry

#endif  // ZHIBU_TESTS_SERVICES_REGISTRY_REGISTRY_FIXTURE_H_

#include "services/cli/import/facts.h"

#include <google/protobuf/util/json_util.h>

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "services/cli/import/batch.h"
#include "services/cli/import/columns.h"
#include "services/cli/import/existing.h"
#include "zhibu/membership/v1/membership_fact_service.grpc.pb.h"

namespace zhibu::cli {

namespace {

bool IsThat(const membership::v1::MembershipFact& a, const membership::v1::MembershipFact& b) {
  return a.kind() == b.kind() && a.date().SerializeAsString() == b.date().SerializeAsString();
}

// Whether the books once said this of the person and were put right since.
bool WasCorrected(const membership::v1::Person& person,
                  const membership::v1::MembershipFact& asked) {
  for (int i = 0; i < person.corrections_size(); ++i) {
    const type::v1::RecordedCorrection& one = person.corrections(i);
    if (!absl::StartsWith(one.subject(), "facts/")) continue;
    // What it was: what it is, and behind that what each correction from this one on replaced.
    membership::v1::MembershipFact was;
    for (const auto& fact : person.facts()) {
      if (absl::StrCat("facts/", fact.sequence()) == one.subject()) was = fact;
    }
    for (int later = person.corrections_size() - 1; later >= i; --later) {
      if (person.corrections(later).subject() != one.subject()) continue;
      for (const auto& field : person.corrections(later).fields()) {
        if (field.path() != "kind" && field.path() != "date") continue;
        membership::v1::MembershipFact stood;
        (void)google::protobuf::util::JsonStringToMessage(
            absl::StrCat("{\"", field.path(), "\": ", field.was(), "}"), &stood);
        if (field.path() == "kind") was.set_kind(stood.kind());
        if (field.path() == "date") *was.mutable_date() = stood.date();
      }
    }
    if (IsThat(was, asked)) return true;
  }
  return false;
}

}  // namespace

using namespace fact_columns;  // NOLINT: the columns of one file

absl::StatusOr<int64_t> SendFact(ImportApi& api, const std::string& key, const Row& row) {
  membership::v1::RecordMembershipFactRequest request;
  request.set_name(NameOf(kPersons, row.Text(kPerson)));
  membership::v1::MembershipFact& fact = *request.mutable_fact();
  fact.set_kind(static_cast<membership::v1::MembershipFactKind>(row.Value(kKind)));
  *fact.mutable_date() = ToProto(*row.Date(kDate));
  if (const auto until = row.Date(kUntil)) *fact.mutable_until() = ToProto(*until);
  if (row.Has(kAuthority)) fact.set_authority(NameOf(kOrganisations, row.Text(kAuthority)));
  fact.set_article(row.Text(kArticle));
  fact.set_document_number(row.Text(kDocument));
  membership::v1::GetPersonRequest get;
  membership::v1::GetPersonResponse found;
  get.set_name(request.name());
  ZHIBU_RETURN_IF_ERROR(
      api.Call(&membership::v1::MembershipService::Stub::GetPerson, api.membership(), get, &found));
  for (const auto& known : found.person().facts()) {
    if (IsThat(known, fact)) return 0;
  }
  if (WasCorrected(found.person(), fact)) {
    return Refused(request.name(), kOtherContent,
                   "系统中这一项已经更正或作废；请把文件改成更正后的内容，或删去这一行");
  }
  request.set_etag(found.person().etag());
  request.set_request_id(RequestIdOf(key, request));
  membership::v1::RecordMembershipFactResponse response;
  ZHIBU_RETURN_IF_ERROR(api.Call(&membership::v1::MembershipFactService::Stub::RecordMembershipFact,
                                 api.facts(), request, &response));
  return response.revision();
}

}  // namespace zhibu::cli

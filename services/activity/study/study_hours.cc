#include "services/activity/study/study_hours.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/domain/citation.h"
#include "services/activity/books/mirror.h"
#include "services/activity/books/tables.h"
#include "services/activity/rules/activities.h"

namespace zhibu::activity {
namespace {

constexpr int kFirstYear = 1949;
constexpr int kLastYear = 2199;

}  // namespace

absl::Status StudyLedger::List(Call& call, const v1::ListStudyHoursRequest& request, const Reader&,
                               v1::ListStudyHoursResponse* response) const {
  if (request.year() < kFirstYear || request.year() > kLastYear) {
    return Malformed("year", "YEAR_INVALID",
                     absl::StrCat("年度须在", kFirstYear, "–", kLastYear, "之间"));
  }
  ZHIBU_ASSIGN_OR_RETURN(Page page, pages_->Open(request, call.caller()));
  const Reader& reader = *page.snapshot;
  const auto find = [&]() -> absl::StatusOr<std::vector<v1::StudyHours>> {
    ZHIBU_ASSIGN_OR_RETURN(const rpc::MirroredOrganisation organisation,
                           KnownOrganisation(reader, request.organisation()));
    const absl::CivilDay first(request.year(), 1, 1);
    const absl::CivilDay next(request.year() + 1, 1, 1);
    // A party group may have moved to another branch: its latest in that year.
    ZHIBU_ASSIGN_OR_RETURN(
        const People people,
        PeopleTakingPart(reader, organisation, std::clamp(call.today(), first, next - 1)));
    std::vector<v1::StudyHours> ledger;
    for (const auto& [id, person] : people) {
      if (!WasMemberDuring(person, first, next) || !KeptLastDuring(person, first, next)) continue;
      int hours = 0;
      ZHIBU_RETURN_IF_ERROR(
          ScanStudyHours(reader, id, first, next, [&](absl::CivilDay day, int earned) {
            // What an activist earned is no member's study.
            if (IsMemberOn(person, day)) hours += earned;
          }));
      v1::StudyHours& of = ledger.emplace_back();
      of.set_person(NameOf(kPersons, id));
      of.set_hours(hours);
      of.set_required(kinds_.required_study_hours);
    }
    return ledger;
  };
  ZHIBU_ASSIGN_OR_RETURN(const auto ledger, FoundOnce<v1::StudyHours>(page, find));
  *response->mutable_citation() = CitationToProto(kinds_.study_hours_citation);
  return FillPage(*pages_, page, *ledger, response, response->mutable_study_hours(),
                  [](const v1::StudyHours& of) -> absl::StatusOr<std::optional<v1::StudyHours>> {
                    return std::optional<v1::StudyHours>(of);
                  });
}

}  // namespace zhibu::activity

#include "services/reporting/service.h"

#include <optional>
#include <string>
#include <utility>

#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/rpc/organisation_mirror.h"
#include "common/rpc/rpcs.h"
#include "common/store/keys.h"
#include "common/store/rows.pb.h"
#include "common/store/table.h"
#include "services/reporting/books/ingest.h"
#include "services/reporting/books/snapshot_trees.h"
#include "services/reporting/owed/owed.h"
#include "services/reporting/survey/survey.h"
#include "zhibu/reporting/v1/reporting_service.pb.h"
#include "zhibu/type/v1/owed_item.pb.h"

namespace zhibu::reporting {
namespace {

constexpr int kDefaultPeriodYears = 2;
constexpr int kMaxPeriodYears = 10;
constexpr const char* kSources[] = {"registry", "membership", "activity"};

type::v1::Line LineOf(type::v1::Line line) {
  return line == type::v1::LINE_UNSPECIFIED ? type::v1::LINE_SUBORDINATION : line;
}

// Today where the request has none.
absl::StatusOr<absl::CivilDay> AsOf(const Call& call, bool given, const google::type::Date& date) {
  if (!given) return call.today();
  const absl::StatusOr<absl::CivilDay> day = FromProto(date);
  if (!day.ok()) return Malformed("as_of", "DATE_INVALID", "as_of 不是完整有效的日期");
  return *day;
}

// The organisation's row; NOT_FOUND where there is none.
absl::StatusOr<rpc::MirroredOrganisation> Find(const Reader& reader, const std::string& name) {
  const std::optional<std::string> id = IdOf(kOrganisations, name);
  if (!id || !IsResourceId(*id)) {
    return Malformed("root", "NAME_INVALID", "root 须为 organisations/{organisation}");
  }
  ZHIBU_ASSIGN_OR_RETURN(std::optional<rpc::MirroredOrganisation> row,
                         OrganisationMirror::Find(reader, *id));
  if (!row) return NotFound(name);
  return *std::move(row);
}

// How far each feed is visible in the very snapshot that the figures come from.
absl::Status FillRevisions(const Reader& reader,
                           google::protobuf::Map<std::string, int64_t>* revisions) {
  for (const char* source : kSources) {
    ZHIBU_ASSIGN_OR_RETURN(
        const std::optional<store::Followed> cursor,
        GetRow<store::Followed>(reader, Key(SystemTable::kFollowed).Text(source)));
    (*revisions)[source] = cursor ? cursor->revision() : 0;
  }
  return absl::OkStatus();
}

// The bodies of ReportingService, and what follows the feeds for them. `server` must outlive it.
class Reports {
 public:
  Reports(Server* server, Cadence cadence, survey::SurveyCatalogue survey)
      : server_(server),
        cadence_(std::move(cadence)),
        survey_(std::move(survey)),
        mirror_(&server->tree()),
        ingest_(&mirror_) {}

  absl::Status Start(const ReportingOptions& options) {
    ZHIBU_RETURN_IF_ERROR(mirror_.Load(*server_->store().TakeSnapshot()));
    const std::shared_ptr<grpc::Channel> channels[] = {options.registry, options.membership,
                                                       options.activity};
    for (int i = 0; i < 3; ++i) {
      ZHIBU_RETURN_IF_ERROR(server_->Follow(kSources[i], channels[i],
                                            [this](Txn& txn, const google::protobuf::Any& event) {
                                              return ingest_.Apply(txn, event);
                                            }));
    }
    return absl::OkStatus();
  }

  absl::Status Survey(Call& call, const v1::GetBasicSurveyRequest& request, const Reader& reader,
                      v1::GetBasicSurveyResponse* response) const {
    ZHIBU_ASSIGN_OR_RETURN(const rpc::MirroredOrganisation row, Find(reader, request.root()));
    if (request.period_years() < 0 || request.period_years() > kMaxPeriodYears) {
      return Malformed("period_years", "PERIOD_INVALID", "period_years 须在 1–10 之间，0 表示 2");
    }
    SurveyQuery query;
    query.organisation = row.id();
    query.line = LineOf(request.line());
    ZHIBU_ASSIGN_OR_RETURN(query.as_of, AsOf(call, request.has_as_of(), request.as_of()));
    query.period_years = request.period_years() == 0 ? kDefaultPeriodYears : request.period_years();
    ZHIBU_ASSIGN_OR_RETURN(std::vector<v1::Section> sections, AnswerSurvey(survey_, reader, query));
    response->set_organisation(request.root());
    response->set_title(row.title());
    *response->mutable_as_of() = ToProto(query.as_of);
    response->set_line(query.line);
    for (v1::Section& section : sections) *response->add_sections() = std::move(section);
    return FillRevisions(reader, response->mutable_revisions());
  }

  absl::Status Owed(Call& call, const v1::ListOwedRequest& request, const Reader&,
                    v1::ListOwedResponse* response) const {
    ZHIBU_ASSIGN_OR_RETURN(const Page page, server_->pages().Open(request, call.caller()));
    const Reader& reader = *page.snapshot;
    ZHIBU_ASSIGN_OR_RETURN(const rpc::MirroredOrganisation row, Find(reader, request.root()));
    OwedQuery query;
    query.root = row.id();
    query.line = LineOf(request.line());
    query.open_only = request.open_only();
    query.size = page.size;
    ZHIBU_ASSIGN_OR_RETURN(query.as_of, AsOf(call, request.has_as_of(), request.as_of()));
    query.today = call.today();
    std::optional<OwedPosition> after;
    if (!page.position.empty()) {
      ZHIBU_ASSIGN_OR_RETURN(after, ParseOwedPosition(page.position));
      query.as_of = after->as_of;
      query.today = after->today;
    }
    ZHIBU_ASSIGN_OR_RETURN(const std::shared_ptr<const OrgTree> tree, trees_.At(reader));
    ZHIBU_ASSIGN_OR_RETURN(OwedPage owed, reporting::ListOwed(reader, cadence_, *tree, query,
                                                              after ? &*after : nullptr));
    for (type::v1::OwedItem& item : owed.items) *response->add_items() = std::move(item);
    *response->mutable_totals() = owed.end.totals;
    if (owed.more) {
      response->set_next_page_token(server_->pages().NextToken(page, ToText(owed.end)));
    }
    return FillRevisions(reader, response->mutable_revisions());
  }

 private:
  Server* const server_;
  const Cadence cadence_;
  const survey::SurveyCatalogue survey_;
  OrganisationMirror mirror_;
  Ingest ingest_;  // lane only
  mutable SnapshotTrees trees_;
};

}  // namespace

absl::StatusOr<std::vector<std::unique_ptr<grpc::Service>>> BuildReporting(
    Server& server, ReportingOptions options) {
  const auto reports =
      std::make_shared<Reports>(&server, std::move(options.cadence), std::move(options.survey));
  ZHIBU_RETURN_IF_ERROR(reports->Start(options));
  const std::shared_ptr<const Reports> bodies = reports;
  Rpcs rpcs(&server.calls());
  rpcs.Read(bodies, &Reports::Survey);
  rpcs.Read(bodies, &Reports::Owed);
  return rpcs.Services({v1::GetBasicSurveyRequest::descriptor()->file()->service(0)});
}

}  // namespace zhibu::reporting

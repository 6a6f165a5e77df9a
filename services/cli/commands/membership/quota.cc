// zhibu quota: how many may be admitted in a year (发展党员名额).
#include <set>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/crypto.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "services/cli/program/groups.h"
#include "services/cli/program/output.h"
#include "services/cli/program/titles.h"
#include "services/cli/program/words.h"
#include "services/cli/terminal/table.h"
#include "zhibu/membership/v1/quota_service.grpc.pb.h"

namespace zhibu::cli {
namespace {

using membership::v1::Quota;
using membership::v1::QuotaEntry;
using membership::v1::QuotaService;

constexpr char kOutside[] = "上级（库外）";

int YearOf(const Context& context) {
  return context.args.Number("year", static_cast<int>(context.io.clock->Today().year()));
}

absl::Status Get(Context& context, const std::string& organisation,
                 membership::v1::GetQuotaResponse* response) {
  membership::v1::GetQuotaRequest request;
  request.set_organisation(organisation);
  request.set_year(YearOf(context));
  return context.session.Call(context.session.membership(), &QuotaService::Stub::GetQuota, request,
                              response);
}

// Empty where there is no ledger yet.
absl::StatusOr<std::string> EtagOf(Context& context, const std::string& organisation) {
  membership::v1::GetQuotaResponse response;
  const absl::Status status = Get(context, organisation, &response);
  if (absl::IsNotFound(status)) return std::string();
  ZHIBU_RETURN_IF_ERROR(status);
  return response.quota().etag();
}

std::string QuotaTable(const std::vector<Quota>& quotas, const Titles& titles, int width) {
  Table table;
  table.AddColumn("党组织", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("下达", Align::kRight);
  table.AddColumn("分给下级", Align::kRight);
  table.AddColumn("已用", Align::kRight);
  table.AddColumn("剩余", Align::kRight);
  for (const Quota& quota : quotas) {
    table.AddRow({titles.Of(quota.organisation()), absl::StrCat(quota.allocated()),
                  absl::StrCat(quota.handed_down()), absl::StrCat(quota.used()),
                  absl::StrCat(quota.remaining())});
  }
  return table.Render(width);
}

absl::StatusOr<int> Allocate(Context& context) {
  membership::v1::AllocateQuotaRequest request;
  QuotaEntry& entry = *request.mutable_entry();
  ZHIBU_ASSIGN_OR_RETURN(*entry.mutable_to_organisation(),
                         ResourceName(kOrganisations, context.args.Text("ORG")));
  if (context.args.Has("giver")) {
    ZHIBU_ASSIGN_OR_RETURN(*entry.mutable_from_organisation(),
                           ResourceName(kOrganisations, context.args.Text("giver")));
  }
  int number = 0;
  if (!absl::SimpleAtoi(context.args.Text("NUMBER"), &number) || number < 1) {
    return absl::InvalidArgumentError("名额数须为 1 以上的整数；收回请加 --take-back");
  }
  entry.set_number(context.args.Has("take-back") ? -number : number);
  entry.set_document_number(context.args.Text("document"));
  request.set_year(YearOf(context));
  ZHIBU_ASSIGN_OR_RETURN(*request.mutable_etag(), EtagOf(context, entry.to_organisation()));
  if (!entry.from_organisation().empty()) {
    ZHIBU_ASSIGN_OR_RETURN(*request.mutable_from_etag(), EtagOf(context, entry.from_organisation()));
  }
  request.set_validate_only(context.args.Has("validate-only"));
  request.set_request_id(context.args.Has("request-id") ? context.args.Text("request-id")
                                                        : RandomId());
  membership::v1::AllocateQuotaResponse response;
  ZHIBU_RETURN_IF_ERROR(context.session.Call(
      context.session.membership(), &QuotaService::Stub::AllocateQuota, request, &response));
  if (context.json()) return PrintJson(context, response);
  std::vector<Quota> quotas;
  if (response.has_from_quota()) quotas.push_back(response.from_quota());
  quotas.push_back(response.quota());
  std::set<std::string> names;
  for (const Quota& quota : quotas) names.insert(quota.organisation());
  const Titles titles(context, names);
  context.io.out << (request.validate_only() ? "可以办理，没有写入；写入后将是："
                                             : "办理后的名额：")
                 << request.year() << " 年\n\n"
                 << QuotaTable(quotas, titles, context.io.width);
  return kDone;
}

absl::StatusOr<int> Show(Context& context) {
  ZHIBU_ASSIGN_OR_RETURN(const std::string organisation,
                         ResourceName(kOrganisations, context.args.Text("ORG")));
  membership::v1::GetQuotaResponse response;
  const absl::Status status = Get(context, organisation, &response);
  if (absl::IsNotFound(status)) {
    return absl::NotFoundError(absl::StrCat("该党组织 ", YearOf(context),
                                            " 年没有名额台账：发展党员使用它上级的名额。用 zhibu "
                                            "quota list 列出有台账的党组织"));
  }
  ZHIBU_RETURN_IF_ERROR(status);
  if (context.json()) return PrintJson(context, response);
  const Quota& quota = response.quota();
  std::set<std::string> names = {organisation};
  for (const QuotaEntry& entry : response.entries()) {
    names.insert(entry.to_organisation());
    if (!entry.from_organisation().empty()) names.insert(entry.from_organisation());
  }
  const Titles titles(context, names);
  std::ostream& out = context.io.out;
  out << titles.Of(organisation) << " · " << quota.year() << " 年发展党员名额\n\n"
      << QuotaTable({quota}, titles, context.io.width);
  const int left = quota.remaining() - quota.forecast_use();
  out << "\n预计还要使用 " << quota.forecast_use()
      << " 个：在办的档案按最早日期逐步办理，当年可以审批的人数。\n";
  if (left < 0) {
    out << "将缺 " << -left << " 个，请向上级申请追加。\n";
  } else {
    out << "预计年底余 " << left << " 个。\n";
  }
  Table table;
  table.AddColumn("来自", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("给", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("名额", Align::kRight);
  table.AddColumn("文号", Align::kLeft, /*can_wrap=*/true);
  for (const QuotaEntry& entry : response.entries()) {
    table.AddRow({entry.from_organisation().empty() ? kOutside : titles.Of(entry.from_organisation()), titles.Of(entry.to_organisation()),
                  absl::StrCat(entry.number()), entry.document_number()});
  }
  out << "\n下达和收回\n" << table.Render(context.io.width);
  return kDone;
}

absl::StatusOr<int> List(Context& context) {
  membership::v1::ListQuotasRequest request;
  if (context.args.Has("ORG")) {
    ZHIBU_ASSIGN_OR_RETURN(*request.mutable_root(),
                           ResourceName(kOrganisations, context.args.Text("ORG")));
  }
  request.set_line(LineOf(context.args, type::v1::LINE_SUBORDINATION));
  request.set_year(YearOf(context));
  membership::v1::ListQuotasResponse all;
  ZHIBU_RETURN_IF_ERROR(context.session.CallPages(context.session.membership(),
                                                  &QuotaService::Stub::ListQuotas, request, &all));
  if (context.json()) return PrintJson(context, all);
  const std::vector<Quota> quotas(all.quotas().begin(), all.quotas().end());
  int64_t used = 0, remaining = 0;
  std::set<std::string> names;
  for (const Quota& quota : quotas) {
    used += quota.used();
    remaining += quota.remaining();
    names.insert(quota.organisation());
  }
  // What one has handed down is what another was given: only used and remaining add up.
  context.io.out << request.year() << " 年发展党员名额 · " << quotas.size()
                 << " 个党组织有台账 · 已用 " << used << "，剩余 " << remaining << "\n\n";
  if (quotas.empty()) {
    context.io.out << "当年没有下达过名额。\n";
    return kDone;
  }
  const Titles titles(context, names, request.root());
  context.io.out << QuotaTable(quotas, titles, context.io.width);
  return kDone;
}

}  // namespace

CommandGroup QuotaCommands() {
  const Argument organisation{"ORG", "党组织的编号", true, {}};
  const Option year{"year", "YEAR", "年度；默认今年", ValueKind::kNumber};
  return {"发展党员名额",
          {
              {"quota allocate",
               "下达名额，或收回",
               {{"ORG", "接收名额的党组织", true, {}}, {"NUMBER", "多少个", true, {}}},
               {year,
                {"giver", "ORG", "下达的党组织，从它剩余的名额中出；不写则为本系统之外的上级"},
                {"document", "TEXT", "文号"},
                {"take-back", "", "收回这么多", ValueKind::kFlag},
                {"request-id", "ID", "请求编号；同一编号重复提交只生效一次；不写则自动生成"},
                {"validate-only", "", "只判断能不能办，不写入", ValueKind::kFlag}},
               "预备党员经党委审批时，使用本党组织当年的名额；没有台账的，使用最近的上级的。",
               {"zhibu quota allocate jyj-dw 40 --year 2026 --document 组发〔2026〕3号",
                "zhibu quota allocate zb-7 3 --giver jyj-dw"},
               Allocate},
              {"quota show",
               "一个党组织一年的名额、预计使用和下达记录",
               {organisation},
               {year},
               "",
               {"zhibu quota show jyj-dw --year 2026"},
               Show},
              {"quota list",
               "一个党组织及其下级的名额",
               {{"ORG", "党组织的编号；不写则为全部（需要全部组织的权限）", false, {}}},
               {year, LineOption("subordination")},
               "",
               {"zhibu quota list jyj-dw"},
               List},
          }};
}

}  // namespace zhibu::cli

#include "services/membership/transfers/acts.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/copy_fields.h"
#include "common/base/resource_name.h"
#include "services/membership/books/transfer_tables.h"
#include "services/membership/rules/affiliations.h"
#include "services/membership/rules/forms.h"
#include "services/membership/rules/progress.h"

namespace zhibu::membership {
namespace {

// The day of the last act.
absl::CivilDay LastAct(const v1::TransferRecord& transfer) {
  absl::CivilDay last = FromProto(transfer.started_on()).value_or(kNoStart);
  for (const v1::TransferLink& link : transfer.links()) {
    if (const auto day = FromProto(link.approved_on()); day.ok()) last = std::max(last, *day);
  }
  for (const v1::TransferLetter& letter : transfer.letters()) {
    if (const auto day = FromProto(letter.issued_on()); day.ok()) last = std::max(last, *day);
  }
  return last;
}

}  // namespace

void CheckReason(absl::string_view reason, Violations& wrong) {
  CheckLine(reason, 1, 200, "REASON_INVALID", "reason", "请写明事由，1–200 个字符，不含个人信息",
            wrong);
}

void CheckTransferId(absl::string_view id, Violations& wrong) {
  wrong.Require(IsResourceId(id), "TRANSFER_ID_INVALID", "transfer_id",
                "编号须以小写字母开头，只含小写字母、数字和连字符，最多 63 个字符");
}

void RequireNotInFuture(absl::CivilDay day, absl::CivilDay today, Violations& refused) {
  refused.Require(day <= today, "DATE_IN_FUTURE", "date", "日期不能晚于今天：办理之日再登记");
}

void RequireNotBefore(absl::CivilDay day, absl::CivilDay earliest, Violations& refused) {
  if (day >= earliest) return;
  refused
      .Add("DATE_BEFORE_EARLIER_STEP", "date",
           absl::StrCat("不能早于上一环节的日期 ", FormatDate(earliest)))
      .Earliest(earliest);
}

Violations CheckDay(const v1::TransferRecord& transfer, absl::CivilDay day, absl::CivilDay today) {
  Violations refused;
  RequireNotInFuture(day, today, refused);
  RequireNotBefore(day, LastAct(transfer), refused);
  return refused;
}

void RequireState(const v1::TransferRecord& transfer, v1::TransferState state,
                  absl::string_view message, Violations& refused) {
  refused.Require(transfer.state() == state, "TRANSFER_STATE_DISALLOWS", transfer.name(), message);
}

void RequireRelation(const std::string& name, const rows::PersonRow& person, absl::CivilDay day,
                     Violations& refused) {
  const v1::Stage then = StageOn(person.stages(), day), last = LastStage(person.stages());
  refused.Require(then != v1::STAGE_ENDED && last != v1::STAGE_ENDED, "MEMBERSHIP_ENDED", name,
                  "该人员的党籍或发展过程已经终止，没有可以转接的组织关系");
  refused.Require(then != v1::STAGE_STOPPED && last != v1::STAGE_STOPPED, "MEMBERSHIP_STOPPED",
                  name, "该人员的党籍已停止，没有可以转接的组织关系；请先登记恢复党籍");
}

void JudgeBy(rules::Severity severity, Violation violation, Violations& refused,
             Violations& warnings) {
  if (severity == rules::REFUSE) refused.Add(std::move(violation));
  if (severity == rules::WARN) warnings.Add(std::move(violation));
}

bool Sees(Call& call, const v1::TransferRecord& transfer) {
  const auto in_scope = [&](const std::string& name) {
    return !name.empty() && call.RequireScope(name).ok();
  };
  return in_scope(transfer.from_organisation()) || in_scope(transfer.to_organisation()) ||
         std::any_of(transfer.links().begin(), transfer.links().end(),
                     [&](const v1::TransferLink& link) { return in_scope(link.organisation()); });
}

v1::Transfer Shown(const rows::TransferRow& row, absl::CivilDay today) {
  auto transfer = Copied<v1::Transfer>(row.transfer());
  transfer.set_overdue(transfer.state() == v1::TRANSFER_STATE_ISSUED &&
                       ValidUntil(row.transfer()) < today);
  transfer.set_etag(absl::StrCat(row.version()));
  return transfer;
}

}  // namespace zhibu::membership

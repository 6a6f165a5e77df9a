#include "services/membership/rules/dues_quote.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "services/membership/rules/progress.h"

namespace zhibu::membership {

v1::QuoteDuesResponse QuoteOf(const rules::FactRules& rules, v1::DuesPayer payer,
                              int64_t base_fen) {
  v1::QuoteDuesResponse quote;
  for (const rules::DuesRate& rate : rules.dues()) {
    if (rate.payer() != payer) continue;
    *quote.mutable_citation() = rate.citation();
    quote.set_amount_fen(rate.amount_fen());
    quote.set_at_most_fen(rate.at_most_fen());
    for (const rules::DuesBracket& bracket : rate.brackets()) {
      if (bracket.up_to_fen() != 0 && base_fen > bracket.up_to_fen()) continue;
      quote.set_rate_basis_points(bracket.rate_basis_points());
      quote.set_amount_fen((base_fen * bracket.rate_basis_points() + 5000) / 10000);
      break;
    }
  }
  return quote;
}

void RequireDuesOfMembership(const rows::PersonRow& person, absl::CivilDay month,
                             absl::CivilDay today, Violations& refused) {
  absl::CivilDay joined = today;
  for (const rows::StageRow& row : person.stages()) {
    if (row.stage() == v1::STAGE_PROBATIONARY && !row.restored()) {
      joined = DayFromNumber(row.from());
    }
  }
  refused.Require(AddMonths(month, 1) > joined, "DUES_BEFORE_MEMBERSHIP", "paid_until_month",
                  absl::StrCat("党费自支部大会通过之月起交纳：不能早于 ", FormatMonth(joined)));
}

std::vector<Violation> JudgeDuesPaid(const rows::PersonRow& person, absl::CivilDay month,
                                     absl::CivilDay today) {
  Violations found;
  const auto add = [&](absl::string_view reason, absl::string_view message) {
    found.Add(reason, "paid_until_month", message);
  };
  const v1::Stage stage = StageOn(person.stages(), today);
  if (stage != v1::STAGE_PROBATIONARY && stage != v1::STAGE_FULL) {
    add("NOT_A_MEMBER", "此人今天不是党员（或党籍已停止），不登记党费");
    return std::move(found).Take();
  }
  RequireDuesOfMembership(person, month, today, found);
  const std::optional<absl::CivilDay> paid = ParseMonth(person.dues_paid_until());
  if (paid && month < *paid) {
    add("DUES_GO_BACKWARDS", absl::StrCat("党费已登记缴至 ", person.dues_paid_until(),
                                          "，不能登记更早的月份；登记有误的，请更正党费"));
  }
  return std::move(found).Take();
}

}  // namespace zhibu::membership

#include "services/membership/data/load_fact_rules.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/file.h"
#include "common/base/status.h"
#include "common/domain/citation.h"
#include "common/domain/text_file.h"
#include "services/membership/rules/dues_quote.h"
#include "services/membership/rules/periods.h"

namespace zhibu::membership {
namespace {

// What is wrong and with which field, which of a repeated one; an empty message: nothing.
struct Unsound {
  std::string message, field;
  int index = -1;
};

constexpr char kMonths[] = "1 to 120 months";

// Kinds that are judged by a period or an order of the text: they refuse by their citation.
bool Refuses(v1::MembershipFactKind kind) {
  return kind == v1::MEMBERSHIP_FACT_KIND_STOPPED || kind == v1::MEMBERSHIP_FACT_KIND_RESTORED ||
         kind == v1::MEMBERSHIP_FACT_KIND_CORRECTION_BEGUN;
}

// Kinds that take somebody out of the electorate of a branch.
bool LeavesTheElectorate(v1::MembershipFactKind kind) {
  return kind == v1::MEMBERSHIP_FACT_KIND_RIGHTS_SUSPENDED ||
         kind == v1::MEMBERSHIP_FACT_KIND_EXCUSED;
}

std::string WhyUnsound(const rules::FactRule& rule) {
  if (rule.kind() == v1::MEMBERSHIP_FACT_KIND_UNSPECIFIED) return "a fact without its kind";
  if (!v1::MembershipFactKind_IsValid(rule.kind())) return "a kind that does not exist";
  const auto citation = CitationFromProto(rule.citation());
  if (!citation.ok()) return std::string(citation.status().message());
  if (Refuses(rule.kind()) && rule.citation().mark() != type::v1::MARK_CONFIRMED) {
    return "this kind refuses, so its citation is MARK_CONFIRMED";
  }
  if (!rule.effective_from().empty() && !ParseDate(rule.effective_from()).ok()) {
    return "effective_from is a date such as 2019-05-06";
  }
  if (LeavesTheElectorate(rule.kind()) && !rule.needs_article() && !rule.needs_reason()) {
    return "who leaves the electorate needs_reason or needs_article";
  }
  return "";
}

std::string WhyUnsound(const rules::DuesRate& rate) {
  if (rate.payer() == v1::DUES_PAYER_UNSPECIFIED) return "a rate without its payer";
  if (!v1::DuesPayer_IsValid(rate.payer())) return "a payer that does not exist";
  const auto citation = CitationFromProto(rate.citation());
  if (!citation.ok()) return std::string(citation.status().message());
  if (rate.brackets().empty()) {
    if (rate.amount_fen() < 1) return "brackets, or an amount of at least 1";
    if (std::max(rate.amount_fen(), rate.at_most_fen()) > kMaxDuesBaseFen) {
      return absl::StrCat("an amount is at most ", kMaxDuesBaseFen);
    }
    if (rate.at_most_fen() != 0 && rate.at_most_fen() < rate.amount_fen()) {
      return "at_most_fen is below amount_fen";
    }
    return "";
  }
  if (rate.amount_fen() != 0 || rate.at_most_fen() != 0) return "brackets or an amount, not both";
  int64_t below = 0;
  for (int i = 0; i < rate.brackets_size(); ++i) {
    const rules::DuesBracket& bracket = rate.brackets(i);
    const bool last = i + 1 == rate.brackets_size();
    if (bracket.rate_basis_points() < 1 || bracket.rate_basis_points() > 10000) {
      return "rate_basis_points is 1 to 10000";
    }
    if (last != (bracket.up_to_fen() == 0)) return "the last bracket alone has no up_to_fen";
    if (!last && bracket.up_to_fen() <= below) return "brackets rise";
    below = bracket.up_to_fen();
  }
  return "";
}

Unsound FindUnsound(const rules::FactRules& data) {
  if (!AreMonths(data.lost_contact_months())) return {kMonths, "lost_contact_months"};
  if (!AreMonths(data.self_withdrawal_months())) return {kMonths, "self_withdrawal_months"};
  if (!AreMonths(data.max_correction_months())) return {kMonths, "max_correction_months"};
  if (!AreMonths(data.mobile_months())) return {kMonths, "mobile_months"};
  if (!AreMonths(data.dues_unpaid_months())) return {kMonths, "dues_unpaid_months"};
  for (const auto& [citation, field] :
       {std::pair(&data.mobile(), "mobile"), std::pair(&data.dues_unpaid(), "dues_unpaid")}) {
    const auto sound = CitationFromProto(*citation);
    if (!sound.ok()) return {std::string(sound.status().message()), field};
  }
  const auto decision = CitationFromProto(data.decision());
  if (!decision.ok()) return {std::string(decision.status().message()), "decision"};
  if (data.decision().mark() != type::v1::MARK_CONFIRMED) {
    return {"this refuses, so its citation is MARK_CONFIRMED", "decision"};
  }
  const auto probation = CitationFromProto(data.probation());
  if (!probation.ok()) return {std::string(probation.status().message()), "probation"};
  std::set<int> kinds, payers;
  for (int i = 0; i < data.facts_size(); ++i) {
    std::string wrong = WhyUnsound(data.facts(i));
    if (wrong.empty() && !kinds.insert(data.facts(i).kind()).second) wrong = "this kind twice";
    if (!wrong.empty()) return {wrong, "facts", i};
  }
  for (int i = 0; i < data.dues_size(); ++i) {
    std::string wrong = WhyUnsound(data.dues(i));
    if (wrong.empty() && !payers.insert(data.dues(i).payer()).second) wrong = "this payer twice";
    if (!wrong.empty()) return {wrong, "dues", i};
  }
  if (static_cast<int>(kinds.size()) != v1::MembershipFactKind_MAX) {
    return {"facts has every kind", ""};
  }
  if (static_cast<int>(payers.size()) != v1::DuesPayer_MAX) return {"dues has every payer", ""};
  if (!ParseDate(data.dues_from()).ok()) return {"a date such as 2008-04-01", "dues_from"};
  return {};
}

}  // namespace

absl::StatusOr<rules::FactRules> ParseFactRules(absl::string_view text, absl::string_view name) {
  TextFile parsed(name);
  rules::FactRules data;
  ZHIBU_RETURN_IF_ERROR(parsed.Parse(text, data));
  const Unsound unsound = FindUnsound(data);
  if (unsound.message.empty()) return data;
  return parsed.Fault(unsound.field, unsound.index, unsound.message);
}

absl::StatusOr<rules::FactRules> LoadFactRules(const std::string& file) {
  ZHIBU_ASSIGN_OR_RETURN(const std::string text, ReadFile(file));
  return ParseFactRules(text, file);
}

}  // namespace zhibu::membership

// What memberships, dues and transfers are judged by: refused by name, or sound enough to compute
// with.
#include "common/base/civil.h"
#include "services/membership/data/load_fact_rules.h"
#include "services/membership/data/load_transfer_rules.h"
#include "services/membership/rules/dues_quote.h"
#include "tests/fuzz/fuzz.h"

namespace {

using namespace zhibu;

// A period of any file that is accepted ends within the years that the store can write.
void CheckMonths(int months) {
  ZHIBU_FUZZ_CHECK(AddMonths(absl::CivilDay(2199, 12, 31), months) < kNoEnd);
  ZHIBU_FUZZ_CHECK(months > 0);
}

template <typename T>
bool Refused(const absl::StatusOr<T>& parsed) {
  if (parsed.ok()) return false;
  ZHIBU_FUZZ_CHECK(parsed.status().code() == absl::StatusCode::kInvalidArgument);
  ZHIBU_FUZZ_CHECK(parsed.status().message().find("fuzzed.textproto") != absl::string_view::npos);
  return true;
}

void CheckFactRules(absl::string_view text) {
  const auto rules = membership::ParseFactRules(text, "fuzzed.textproto");
  if (Refused(rules)) return;
  CheckMonths(rules->lost_contact_months());
  CheckMonths(rules->self_withdrawal_months());
  CheckMonths(rules->max_correction_months());
  for (int payer = 1; payer <= membership::v1::DuesPayer_MAX; ++payer) {
    for (int64_t base : {int64_t{0}, int64_t{1}, int64_t{300'000}, membership::kMaxDuesBaseFen}) {
      const auto quote =
          membership::QuoteOf(*rules, static_cast<membership::v1::DuesPayer>(payer), base);
      ZHIBU_FUZZ_CHECK(!quote.citation().document().empty());
      // Either a share of the base or an amount of the file.
      ZHIBU_FUZZ_CHECK(quote.amount_fen() >= 0 &&
                       quote.amount_fen() <= membership::kMaxDuesBaseFen);
      ZHIBU_FUZZ_CHECK(quote.rate_basis_points() == 0 || quote.amount_fen() <= base);
    }
  }
}

void CheckTransferRules(absl::string_view text) {
  const auto rules = membership::ParseTransferRules(text, "fuzzed.textproto");
  if (Refused(rules)) return;
  CheckMonths(rules->max_validity_months());
  for (int days : {rules->validity_days(), rules->validity_days_outside()}) {
    ZHIBU_FUZZ_CHECK(days > 0 && absl::CivilDay(2199, 12, 31) + days < kNoEnd);
  }
  ZHIBU_FUZZ_CHECK(membership::rules::Severity_IsValid(rules->too_long()));
  ZHIBU_FUZZ_CHECK(membership::rules::Severity_IsValid(rules->expired()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  CheckFactRules(Bytes(data, size));
  CheckTransferRules(Bytes(data, size));
  return 0;
}

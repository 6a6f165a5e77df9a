#include "services/membership/rules/dues_quote.h"

#include <gtest/gtest.h>

#include "tests/services/membership/history.h"

namespace zhibu::membership {
namespace {

TEST(QuoteOf, TakesTheWholeBaseAtOneRateUpToTheLimitInclusive) {
  const struct {
    v1::DuesPayer payer;
    int64_t base, amount;
    int rate;
  } kCases[] = {
      {v1::DUES_PAYER_WAGE_EARNER, 0, 0, 50},
      {v1::DUES_PAYER_WAGE_EARNER, 1, 0, 50},    // 0.005 fen
      {v1::DUES_PAYER_WAGE_EARNER, 100, 1, 50},  // half a fen is rounded up
      {v1::DUES_PAYER_WAGE_EARNER, 99, 0, 50},
      {v1::DUES_PAYER_WAGE_EARNER, 300000, 1500, 50},
      {v1::DUES_PAYER_WAGE_EARNER, 300001, 3000, 100},
      {v1::DUES_PAYER_WAGE_EARNER, 500000, 5000, 100},
      {v1::DUES_PAYER_WAGE_EARNER, 500001, 7500, 150},
      {v1::DUES_PAYER_WAGE_EARNER, 1000000, 15000, 150},
      {v1::DUES_PAYER_WAGE_EARNER, 1000001, 20000, 200},
      {v1::DUES_PAYER_WAGE_EARNER, kMaxDuesBaseFen, 2000000, 200},
      {v1::DUES_PAYER_RETIRED, 500000, 2500, 50},
      {v1::DUES_PAYER_RETIRED, 500001, 5000, 100},
      {v1::DUES_PAYER_STUDENT_OR_RELIEF, 999999, 20, 0},
      {v1::DUES_PAYER_FARMER, 0, 20, 0},
  };
  for (const auto& one : kCases) {
    const v1::QuoteDuesResponse quote = QuoteOf(ShippedFactRules(), one.payer, one.base);
    EXPECT_EQ(quote.amount_fen(), one.amount) << one.base;
    EXPECT_EQ(quote.rate_basis_points(), one.rate) << one.base;
    EXPECT_EQ(quote.at_most_fen(), one.payer == v1::DUES_PAYER_FARMER ? 100 : 0);
    EXPECT_EQ(quote.citation().mark(), type::v1::MARK_CONFIRMED);
  }
}

}  // namespace
}  // namespace zhibu::membership

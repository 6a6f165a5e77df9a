#include "services/membership/rules/quota.h"

#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "common/base/text.h"
#include "services/membership/rules/forms.h"

namespace zhibu::membership {
namespace {

constexpr int32_t kFirstYear = 2000, kLastYear = 2100;
constexpr int32_t kMostAtOnce = 100'000;
constexpr int kMaxDocumentCharacters = 100;

}  // namespace

int32_t Remaining(const rows::QuotaRow& ledger) {
  return ledger.allocated() - ledger.handed_down() - ledger.used();
}

std::vector<Violation> CheckAllocationForm(int32_t year, const v1::QuotaEntry& entry) {
  std::vector<Violation> wrong;
  if (year < kFirstYear || year > kLastYear) {
    wrong.push_back(Because("YEAR_INVALID", "year", "年度须为 2000–2100 之间的公历年份"));
  }
  if (!IdOf(kOrganisations, entry.to_organisation())) {
    wrong.push_back(Because("ORGANISATION_NAME_INVALID", "entry.to_organisation",
                            "接收名额的党组织须写作 organisations/{organisation}"));
  }
  if (!entry.from_organisation().empty() && !IdOf(kOrganisations, entry.from_organisation())) {
    wrong.push_back(Because(
        "ORGANISATION_NAME_INVALID", "entry.from_organisation",
        "下达名额的党组织须写作 organisations/{organisation}；由本系统之外的上级下达时不填"));
  }
  if (entry.number() == 0 || entry.number() > kMostAtOnce || entry.number() < -kMostAtOnce) {
    wrong.push_back(
        Because("NUMBER_INVALID", "entry.number", "名额数须为 1–100000；收回时写作负数，不能为 0"));
  }
  if (!IsLine(entry.document_number(), 0, kMaxDocumentCharacters)) {
    wrong.push_back(Because("DOCUMENT_NUMBER_INVALID", "entry.document_number",
                            "文号最多 100 个字符，不含控制字符"));
  }
  return wrong;
}

std::vector<Violation> CheckAllocation(const v1::QuotaEntry& entry, const AllocationFacts& facts) {
  std::vector<Violation> refused;
  const bool takes_back = entry.number() < 0;
  // From one that has ended what it has left is still taken back.
  if (!facts.receiver_there && !takes_back) {
    refused.push_back(Because("ORGANISATION_NOT_THERE", "entry.to_organisation",
                              "该党组织今天不存在，请核对编号；已撤销的党组织只能收回名额"));
  }
  if (!entry.from_organisation().empty() && !facts.above) {
    refused.push_back(Because("NOT_ABOVE", "entry.from_organisation",
                              "名额只能由隶属关系上的上级党组织下达，请核对下达和接收的党组织"));
  }
  if (takes_back) {
    if (facts.given_before < -entry.number()) {
      refused.push_back(Because(
          "QUOTA_NOT_GIVEN", "entry.number",
          absl::StrCat("该下达单位当年只下达过 ", facts.given_before, " 个名额，收回的不能更多")));
    }
    if (Remaining(facts.receiver) < -entry.number()) {
      refused.push_back(
          Because("QUOTA_NOT_LEFT", "entry.number",
                  absl::StrCat("接收单位只剩 ", Remaining(facts.receiver),
                               " 个名额，收回的不能更多；已分给下级的请先从下级收回")));
    }
  } else if (!entry.from_organisation().empty()) {
    if (Remaining(facts.giver) < entry.number()) {
      refused.push_back(Because("QUOTA_NOT_LEFT", "entry.number",
                                absl::StrCat("下达单位当年只剩 ", Remaining(facts.giver),
                                             " 个名额，请先向上级申请追加")));
    }
  } else if (facts.ledger_above) {
    refused.push_back(Because("QUOTA_FROM_ABOVE", "entry.from_organisation",
                              "该党组织的上级当年已有名额台账，请由上级从自己的名额中下达"));
  }
  return refused;
}

}  // namespace zhibu::membership

#include "services/registry/rules/elections.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/domain/classes.h"
#include "services/registry/rules/sources.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::registry {
namespace {

constexpr int kMostBallots = 4;
constexpr int kMostCandidates = 100;
constexpr int kMostVoters = 100000;

// A norm that is confirmed refuses; another warns.
void Judge(const norms::Basis& basis, absl::string_view reason, std::string subject,
           std::string message, ElectionVerdict& verdict) {
  Violation violation;
  violation.reason = std::string(reason);
  violation.subject = std::move(subject);
  violation.message = std::move(message);
  violation.citation = basis.citation();
  const bool confirmed = basis.citation().mark() == type::v1::MARK_CONFIRMED;
  (confirmed ? verdict.refusals : verdict.warnings).push_back(std::move(violation));
}

void RefuseImpossible(const norms::Election* norm, const v1::Ballot& ballot, const std::string& at,
                      Violations& out) {
  const auto impossible = [&](bool is, absl::string_view field, absl::string_view message) {
    if (!is) return;
    AddViolation(out, "VOTE_COUNTS_IMPOSSIBLE", absl::StrCat(at, field), std::string(message));
    if (norm != nullptr) out.back().citation = norm->basis().citation();
  };
  impossible(ballot.present() > ballot.should_attend(), ".present", "实到人数不能多于应到人数");
  impossible(ballot.issued() > ballot.present(), ".issued", "发出的选票不能多于实到人数");
  impossible(ballot.returned() > ballot.issued(), ".returned",
             "收回的选票多于发出的选票，选举无效，须重新选举");
  impossible(ballot.valid_ballots() + ballot.void_ballots() != ballot.returned(), ".valid",
             "有效票与废票之和须等于收回的选票");
  int64_t votes = 0;
  for (int i = 0; i < ballot.candidates_size(); ++i) {
    votes += ballot.candidates(i).votes();
    impossible(ballot.candidates(i).votes() > ballot.valid_ballots(),
               absl::StrCat(".candidates[", i, "]"), "得票不能多于有效票");
  }
  impossible(votes > int64_t{ballot.valid_ballots()} * ballot.seats(), ".candidates",
             "得票总数不能多于有效票乘以应选名额：多选的票是废票");
}

// Marks who is elected. `decided_later`: the next ballot is a run-off of this one.
void Elect(const norms::Election* norm, bool decided_later, const std::string& at,
           v1::Ballot& ballot, ElectionVerdict& verdict) {
  std::vector<v1::Candidate*> ranked;
  const int64_t denominator = norm != nullptr && norm->majority_of() == norms::Election::PRESENT
                                  ? ballot.present()
                                  : ballot.should_attend();
  for (v1::Candidate& candidate : *ballot.mutable_candidates()) {
    candidate.set_elected(false);
    const bool majority = 2 * int64_t{candidate.votes()} > denominator;
    if (majority || (ballot.run_off() && candidate.votes() > 0)) ranked.push_back(&candidate);
  }
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const auto* a, const auto* b) { return a->votes() > b->votes(); });
  const size_t seats = static_cast<size_t>(ballot.seats());
  size_t elected = std::min(seats, ranked.size());
  if (ranked.size() > seats && ranked[seats - 1]->votes() == ranked[seats]->votes()) {
    // Nobody of those who are equal has the seat.
    const int32_t equal = ranked[seats]->votes();
    while (elected > 0 && ranked[elected - 1]->votes() == equal) --elected;
    if (!decided_later) {
      AddViolation(verdict.refusals, "TIE_FOR_LAST_SEAT", absl::StrCat(at, ".candidates"),
                   "最后一个名额得票相等，须对得票相等的再次投票，并把再次投票的结果一并登记");
      if (norm != nullptr) verdict.refusals.back().citation = norm->basis().citation();
    }
  } else if (elected < seats && !decided_later) {
    Violation few;
    few.reason = "SEATS_NOT_FILLED";
    few.subject = absl::StrCat(at, ".candidates");
    few.message = absl::StrCat("应选 ", seats, " 名，得票过半的只有 ", elected,
                               " 名：可对不足的名额再次投票，或经半数以上同意减少名额");
    if (norm != nullptr) few.citation = norm->basis().citation();
    verdict.warnings.push_back(std::move(few));
  }
  for (size_t i = 0; i < elected; ++i) ranked[i]->set_elected(true);
}

void JudgeQuorum(const norms::Election& norm, const v1::Ballot& ballot, const std::string& at,
                 ElectionVerdict& verdict) {
  const int64_t present = int64_t{ballot.present()} * norm.quorum_denominator();
  const int64_t needed = int64_t{ballot.should_attend()} * norm.quorum_numerator();
  if (norm.more_than() ? present > needed : present >= needed) return;
  Judge(norm.basis(), "QUORUM_NOT_REACHED", absl::StrCat(at, ".present"),
        absl::StrCat("实到 ", ballot.present(), " 人，应到 ", ballot.should_attend(),
                     " 人：到会人数须", norm.more_than() ? "超过" : "达到", "应到人数的 ",
                     norm.quorum_numerator(), "/", norm.quorum_denominator(), " 方可选举"),
        verdict);
}

// 差额选举.
void JudgeMargin(const norms::Margin& norm, const v1::Ballot& ballot, const std::string& at,
                 ElectionVerdict& verdict) {
  const int64_t needed = (int64_t{ballot.seats()} * (100 + norm.percent()) + 99) / 100;
  if (ballot.candidates_size() >= needed) return;
  Judge(norm.basis(), "CANDIDATES_TOO_FEW", absl::StrCat(at, ".candidates"),
        absl::StrCat("应选 ", ballot.seats(), " 名，候选人 ", ballot.candidates_size(),
                     " 名：候选人应比应选名额多 ", norm.percent(), "%，至少 ", needed, " 名"),
        verdict);
}

void JudgeCommittee(const Norms& norms, type::v1::OrganisationKind kind, absl::CivilDay day,
                    const v1::Election& election, ElectionVerdict& verdict) {
  const auto count = [&](v1::PostKind post) {
    return std::count_if(verdict.elected.begin(), verdict.elected.end(),
                         [&](const Elected& one) { return one.post == post; });
  };
  const bool for_term = election.kind() == v1::ELECTION_KIND_TERM;
  const auto secretaries = count(v1::POST_KIND_SECRETARY);
  if (secretaries > 1 || (for_term && secretaries == 0)) {
    AddViolation(verdict.refusals, "SECRETARY_COUNT_INVALID", "election.ballots",
                 absl::StrCat("须选出 1 名书记，选出了 ", secretaries, " 名"));
    verdict.refusals.back().citation = OneSecretary();
  }
  if (!for_term) return;
  // Who is entitled to vote are the full members: no other count is as near to the day.
  const auto members = std::find_if(
      election.ballots().begin(), election.ballots().end(),
      [](const v1::Ballot& ballot) { return ballot.body() == v1::BALLOT_BODY_MEMBERS; });
  if (members == election.ballots().end()) return;
  const norms::Committee* norm = norms.CommitteeOf(kind, members->should_attend(), day);
  if (norm == nullptr) return;
  const auto deputies = count(v1::POST_KIND_DEPUTY_SECRETARY);
  const int size = static_cast<int>(verdict.elected.size());
  if (norm->most() == 0) {
    if (size > secretaries + deputies) {
      Judge(norm->basis(), "NO_COMMITTEE_FOR_SO_FEW", "election.ballots",
            absl::StrCat("正式党员 ", members->should_attend(),
                         " 名，不足 7 名的不设委员会，只选书记，必要时设 1 名副书记"),
            verdict);
    }
  } else if (size < norm->least() || size > norm->most()) {
    Judge(norm->basis(), "COMMITTEE_SIZE_INVALID", "election.ballots",
          absl::StrCat("委员会选出 ", size, " 名，须为 ", norm->least(), "–", norm->most(), " 名"),
          verdict);
  } else if (size > norm->usual_most()) {
    Violation large;
    large.reason = "COMMITTEE_UNUSUALLY_LARGE";
    large.subject = "election.ballots";
    large.message = absl::StrCat("委员会一般为 ", norm->least(), "–", norm->usual_most(),
                                 " 名，选出了 ", size, " 名");
    large.citation = norm->basis().citation();
    verdict.warnings.push_back(std::move(large));
  }
  if (norm->most_deputies() > 0 && deputies > norm->most_deputies()) {
    Judge(norm->basis(), "DEPUTY_COUNT_INVALID", "election.ballots",
          absl::StrCat("副书记最多 ", norm->most_deputies(), " 名，选出了 ", deputies, " 名"),
          verdict);
  }
}

}  // namespace

void CheckForm(const v1::Election& election, absl::string_view at, Violations& out) {
  CheckName(kOrganisations, election.organisation(), absl::StrCat(at, ".organisation"), out);
  if (election.kind() == v1::ELECTION_KIND_UNSPECIFIED) {
    AddViolation(out, "KIND_REQUIRED", absl::StrCat(at, ".kind"), "必须填写选举类别");
  }
  CheckDate(election.held_on(), true, absl::StrCat(at, ".held_on"), out);
  const bool opening = election.kind() == v1::ELECTION_KIND_OPENING;
  if (election.ballots_size() > kMostBallots || (election.ballots().empty() != opening)) {
    AddViolation(out, "BALLOTS_INVALID", absl::StrCat(at, ".ballots"),
                 opening ? "期初登记只填日期，不填选票" : "须填写 1–4 次投票的结果");
  }
  for (int i = 0; i < election.ballots_size(); ++i) {
    const v1::Ballot& ballot = election.ballots(i);
    const std::string row = absl::StrCat(at, ".ballots[", i, "]");
    if (ballot.body() == v1::BALLOT_BODY_UNSPECIFIED) {
      AddViolation(out, "KIND_REQUIRED", absl::StrCat(row, ".body"),
                   "必须写明由党员大会还是委员会投票");
    }
    if (!ballot.has_run_off()) {
      AddViolation(out, "DECISION_REQUIRED", absl::StrCat(row, ".run_off"),
                   "请写明是否为再次投票，填 true 或 false：没有填写不等于“否”");
    }
    for (const int32_t number :
         {ballot.should_attend(), ballot.present(), ballot.issued(), ballot.returned(),
          ballot.valid_ballots(), ballot.void_ballots()}) {
      if (number >= 0 && number <= kMostVoters) continue;
      AddViolation(out, "COUNT_INVALID", row,
                   absl::StrCat("人数和票数须在 0–", kMostVoters, " 之间"));
      break;
    }
    if (ballot.seats() < 1 || ballot.candidates().empty() ||
        ballot.candidates_size() > kMostCandidates) {
      AddViolation(out, "BALLOTS_INVALID", row, "须填写应选名额和 1–100 名候选人");
    }
    std::set<std::string> persons;
    for (int j = 0; j < ballot.candidates_size(); ++j) {
      const v1::Candidate& candidate = ballot.candidates(j);
      const std::string cell = absl::StrCat(row, ".candidates[", j, "]");
      CheckName(kPersons, candidate.person(), absl::StrCat(cell, ".person"), out);
      if (!IsCommitteePost(candidate.post())) {
        AddViolation(out, "KIND_REQUIRED", absl::StrCat(cell, ".post"),
                     "须为书记、副书记或委员：其他职务不由选举产生");
      }
      if (candidate.votes() < 0) {
        AddViolation(out, "COUNT_INVALID", absl::StrCat(cell, ".votes"), "得票不能为负数");
      }
      if (!persons.insert(candidate.person()).second) {
        AddViolation(out, "NAME_REPEATED", cell, "同一名候选人填写了两次");
      }
    }
  }
}

void CheckForm(const v1::ElectionDecision& decision, absl::string_view at, Violations& out) {
  CheckName(kOrganisations, decision.authority(), absl::StrCat(at, ".authority"), out);
  CheckDocumentNumber(decision.document_number(), absl::StrCat(at, ".document_number"), out);
  if (decision.document_number().empty()) {
    AddViolation(out, "DOCUMENT_NUMBER_INVALID", absl::StrCat(at, ".document_number"),
                 "必须填写批复的文号");
  }
  CheckDate(decision.date(), true, absl::StrCat(at, ".date"), out);
  if (!decision.has_approved()) {
    AddViolation(out, "DECISION_REQUIRED", absl::StrCat(at, ".approved"),
                 "请写明是批准（true）还是备案（false）：没有填写不等于“备案”");
  }
}

void JudgeDecision(const v1::ElectionDecision& decision, const v1::Election& election,
                   absl::CivilDay today, absl::string_view at, Violations& out) {
  const absl::CivilDay day = FromProto(decision.date()).value_or(kNoEnd);
  if (day < FromProto(election.held_on()).value_or(kNoStart) || day > today) {
    AddViolation(out, "PERIOD_INVALID", absl::StrCat(at, ".date"),
                 "批复日期须在选举之后、不晚于今天");
  }
  if (decision.approved()) return;
  for (const v1::Ballot& ballot : election.ballots()) {
    for (const v1::Candidate& candidate : ballot.candidates()) {
      if (!candidate.elected() || candidate.post() > v1::POST_KIND_DEPUTY_SECRETARY) continue;
      AddViolation(out, "APPROVAL_REQUIRED", absl::StrCat(at, ".approved"),
                   "选出的书记、副书记须报上级批准，委员报上级备案");
      out.back().citation = ApprovalOfTheElected();
      return;
    }
  }
}

void JudgePostponement(const norms::Term& norm, const v1::Term& term,
                       const v1::Postponement& postponement, absl::string_view at,
                       Violations& out) {
  const absl::CivilDay until = FromProto(postponement.until()).value_or(kNoEnd);
  const absl::CivilDay begun = FromProto(term.begun_on()).value_or(kNoStart);
  const absl::CivilDay due = FromProto(term.due_on()).value_or(kNoEnd);
  const absl::CivilDay latest = AddMonths(due, norm.most_postponed_months());
  const absl::CivilDay earliest =
      std::max(begun + 1, AddMonths(due, -norm.most_postponed_months()));
  if (earliest <= until && until <= latest) return;
  AddViolation(out, "POSTPONED_TOO_LONG", std::string(at),
               absl::StrCat("延期或提前不超过 ", norm.most_postponed_months(), " 个月：须在 ",
                            FormatDate(earliest), " 至 ", FormatDate(latest), " 之间"));
  out.back().citation = norm.basis().citation();
}

ElectionVerdict JudgeElection(const Norms& norms, type::v1::OrganisationKind kind,
                              absl::CivilDay day, v1::Election& election) {
  ElectionVerdict verdict;
  const norms::Term* term = norms.TermOf(kind, day);
  if (term != nullptr && term->years() == 0) {
    Judge(term->basis(), "APPOINTED_NOT_ELECTED", "election.organisation",
          "该类党组织的负责人由上级任命，不进行换届选举，请登记任职", verdict);
  }
  const norms::Election* norm = norms.ElectionOf(kind, day);
  std::map<std::string, v1::PostKind> posts;
  std::vector<std::string> order;
  for (int i = 0; i < election.ballots_size(); ++i) {
    v1::Ballot& ballot = *election.mutable_ballots(i);
    const std::string at = absl::StrCat("election.ballots[", i, "]");
    const size_t before = verdict.refusals.size();
    RefuseImpossible(norm, ballot, at, verdict.refusals);
    if (verdict.refusals.size() > before) continue;
    if (norm != nullptr && ballot.body() == v1::BALLOT_BODY_MEMBERS) {
      JudgeQuorum(*norm, ballot, at, verdict);
    }
    if (election.kind() == v1::ELECTION_KIND_TERM && ballot.body() == v1::BALLOT_BODY_MEMBERS &&
        !ballot.run_off()) {
      const norms::Margin* margin = norms.MarginOf(kind, day);
      const norms::Committee* committee = norms.CommitteeOf(kind, ballot.should_attend(), day);
      if (margin != nullptr && committee != nullptr && committee->most() > 0) {
        JudgeMargin(*margin, ballot, at, verdict);
      }
    }
    const bool decided_later = i + 1 < election.ballots_size() && election.ballots(i + 1).run_off();
    Elect(norm, decided_later, at, ballot, verdict);
    for (const v1::Candidate& candidate : ballot.candidates()) {
      if (!candidate.elected()) continue;
      const auto [it, added] = posts.emplace(candidate.person(), candidate.post());
      if (added) {
        order.push_back(candidate.person());
      } else {
        it->second = std::min(it->second, candidate.post());
      }
    }
  }
  for (const std::string& person : order) verdict.elected.push_back({person, posts[person]});
  std::stable_sort(verdict.elected.begin(), verdict.elected.end(),
                   [](const Elected& a, const Elected& b) { return a.post < b.post; });
  if (verdict.refusals.empty() && election.kind() != v1::ELECTION_KIND_OPENING) {
    JudgeCommittee(norms, kind, day, election, verdict);
  }
  return verdict;
}

}  // namespace zhibu::registry

#include "tests/services/membership/rules/naive_bodies.h"

#include <algorithm>
#include <string_view>
#include <vector>

namespace zhibu::membership::naive {
namespace {

// Whether the one at this place may approve (art 23): a committee or work committee, but not a
// base-level committee under a township's or street's, also where other base-level committees stand
// between the two.
bool MayApprove(const History& history, size_t place) {
  const Body& body = (*history.upward)[place];
  if (body.kind == Body::kWorkCommittee) return true;
  if (body.kind != Body::kCommittee) return false;
  if (body.of_township || body.of_county) return true;
  for (size_t above = place + 1; above < history.upward->size(); ++above) {
    const Body& one = (*history.upward)[above];
    if (one.of_township) return false;
    if (one.of_county || one.kind == Body::kWorkCommittee) return true;
  }
  return true;
}
}  // namespace

std::vector<std::string_view> Approvers(const History& history) {
  std::vector<std::string_view> names;
  for (size_t place = 0; place < history.upward->size(); ++place) {
    if (MayApprove(history, place)) names.push_back((*history.upward)[place].name);
  }
  return names;
}

void D12_Electorate(const Did& step, Found& found) {
  if ((step.step != 15 && step.step != 23) || !step.voters) return;
  if (step.came_later > 0 && step.ballot.entitled < *step.voters - step.came_later) {
    // Not even those of whom the books are sure.
    found.refused.insert("ELECTORATE_DIFFERS");
  } else if (step.came_later > 0) {
    // The books cannot tell; what was said stands.
    found.warned.insert("ELECTORATE_NOT_CONFIRMED");
  } else if (*step.voters == 0) {
    found.refused.insert("ELECTORATE_EMPTY");
  } else if (step.ballot.entitled != *step.voters) {
    found.refused.insert("ELECTORATE_DIFFERS");
  }
}

// Who acts for which step (§1.2, §1.10).
void D14_ActingBody(const History& history, const Did& step, Found& found) {
  const auto only = [&](const std::vector<std::string_view>& competent, const char* reason,
                        std::set<std::string>& where) {
    const bool one_of = std::find(competent.begin(), competent.end(), step.by) != competent.end();
    // Nobody in these books may, whoever is said.
    const bool committee =
        step.step != 15 && step.step != 23 && step.step != 18 && competent.empty();
    if (committee) reason = "NO_COMPETENT_COMMITTEE";
    // Not said: the lowest that may.
    if (step.by.empty() ? competent.empty() : !one_of) where.insert(reason);
  };
  std::vector<std::string_view> chain;
  for (const Body& body : *history.upward) chain.push_back(body.name);
  const std::vector<std::string_view> branch = {chain.front()};
  const std::vector<std::string_view> approvers = Approvers(history);
  std::vector<std::string_view> lowest, next;
  if (!approvers.empty()) lowest = {approvers.front()};
  if (approvers.size() > 1) next = {approvers[1]};
  switch (step.step) {
    case 3:
    case 5:
    case 6:
    case 7:
    case 12:
      return only(branch, "BRANCH_NOT_COMPETENT", found.refused);
    case 9:
    case 19:
    case 21:
      return only(branch, "BRANCH_DIFFERS", found.warned);
    case 15:
    case 23: {
      const auto kind = history.upward->front().kind;
      const bool never = kind == Body::kTemporaryBranch || kind == Body::kPartyGroup;
      return only(never ? std::vector<std::string_view>() : branch,
                  "ADMITTING_BRANCH_NOT_COMPETENT", found.refused);
    }
    case 4:
    case 8:
    case 13:
      return only(lowest, "SUPERIOR_NOT_COMPETENT", found.refused);
    case 16:
      return only(lowest, "SUPERIOR_DIFFERS", found.warned);
    case 17:
    case 24:
      return only(lowest, "APPROVER_NOT_COMPETENT", found.refused);
    case 18:
      // Where there is none above in the books, it is one that is not in them.
      if (next.empty() && step.by.empty()) return;
      return only(next, "FILING_BODY_NOT_COMPETENT", found.refused);
    case 11:
      return only(approvers, "TRAINER_NOT_COMPETENT", found.refused);
    case 2:
    case 10:
    case 25:
      return only(chain, "BODY_OUTSIDE_CHAIN", found.refused);
    case 20:
      return only(chain, "OATH_BODY_OUTSIDE_CHAIN", found.warned);
    default:
      return;
  }
}

// A general branch, and a committee that may not approve, deliberates what goes up past it.
void D14_Deliberated(const History& history, const Did& step, Found& found) {
  if (step.step != 17) return;
  const Did* meeting = Last(history, 15);
  // Where nobody in these books may approve, it is not known what it goes up past.
  if (meeting == nullptr || Approvers(history).empty()) return;
  for (size_t place = 1; place < history.upward->size() && !MayApprove(history, place); ++place) {
    const Body& body = (*history.upward)[place];
    if (body.kind != Body::kGeneralBranch && body.kind != Body::kCommittee) continue;
    bool did = false;
    for (const auto& [name, day] : step.deliberated) {
      if (name != body.name) continue;
      did = true;
      if (day > step.on || day < meeting->on) {
        found.refused.insert("DELIBERATION_OUT_OF_TIME");
      }
    }
    if (!did) found.refused.insert("DELIBERATION_MISSING");
  }
}

}  // namespace zhibu::membership::naive

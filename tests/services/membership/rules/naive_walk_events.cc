// The part of naive_walk.h that thinks of what happens to a case beside its steps.

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "tests/services/membership/history.h"
#include "tests/services/membership/rules/naive_events.h"
#include "tests/services/membership/rules/naive_walk.h"

namespace zhibu::membership::naive {

std::string KindName(Happened::Kind kind) {
  const std::string name = v1::CaseEventKind_Name(static_cast<v1::CaseEventKind>(kind + 1));
  return name.substr(sizeof("CASE_EVENT_KIND_") - 1);
}

Day Walk::LastDay() const {
  const auto last = LastThatHappened(history_);
  return last ? std::max(start_, *last) : start_;
}

void Walk::SomeMove() {
  if (history_.moves.size() >= 4) return;
  Move move;
  const Chain now = UpwardOn(history_, LastDay());
  move.to = OneIn(6) ? branches_[Below(static_cast<int>(branches_.size()))] : AddBranch();
  const std::string to = IdOf(kOrganisations, move.to->front().name).value();
  if (OneIn(3)) {
    // It may become known later, and of a branch that the person has left.
    move.merged = OneIn(3) ? branches_[Below(static_cast<int>(branches_.size()))]->front().name
                           : now->front().name;
    if (move.merged == move.to->front().name) return;
    move.on = OneIn(2) ? LastDay() - Below(200) : LastDay() + Below(20);
    move.on = std::max(move.on, start_ - 90);
    HandOverOn(move.on, IdOf(kOrganisations, move.merged).value(), to, "reorganisations/r",
               affiliations_);
  } else {
    if (now->front().name == move.to->front().name) return;
    move.on = OneIn(4) ? LastDay() - Below(100) : LastDay() + Below(20);
    move.on = std::max({move.on, start_ - 90, LastMove(affiliations_)});
    MoveOn(move.on, to, "transfers/t", affiliations_);
  }
  history_.moves.push_back(std::make_shared<Move>(move));
}

Happened::Kind Walk::NextKind() {
  if (Paused(history_) && !OneIn(3)) return Happened::kResumed;
  bool came = history_.probationer_since.has_value(), waits = false;
  for (const auto& move : history_.moves) {
    came = came || (move->transfer() && move->on >= DayOf(15));
    waits = waits || (move->transfer() && move->on >= DayOf(3));
  }
  const bool admitted = history_.probationer_since || Last(17) != nullptr;
  if (!admitted && waits && !OneIn(4)) return Happened::kReceived;
  if (admitted && came && OneIn(2)) {
    return OneIn(6) ? Happened::kNotRecognised : Happened::kPostponed;
  }
  switch (Below(12)) {
    case 0:
    case 1:
    case 2:
      return Happened::kReturned;
    case 3:
    case 4:
    case 5:
      return Happened::kPaused;
    case 6:
    case 7:
      return Happened::kVoided;
    case 8:
      // These end a case that could have gone on.
      return admitted || OneIn(3) ? Happened::kRefused : Happened::kReturned;
    case 9:
      return admitted || OneIn(3) ? Happened::kWithdrawn : Happened::kResumed;
    case 10:
      return OneIn(2) ? Happened::kReceived : Happened::kPostponed;
    default:
      return OneIn(2) ? Happened::kNotRecognised : Happened::kPaused;
  }
}

Happened Walk::ProposeEvent() {
  Happened event;
  event.kind = NextKind();
  event.on = DateOfEvent(event.kind);
  const bool by_county = event.kind == Happened::kNotRecognised;
  if (by_county ? !OneIn(8) : OneIn(event.kind == Happened::kVoided ? 2 : 4)) {
    const Chain upward = UpwardOn(history_, event.on);
    event.decided_by = OneIn(2) ? upward->back() : (*upward)[Below(int(upward->size()))];
    if (OneIn(4)) {
      event.decided_by = Body{"organisations/decider", Body::kCommittee, false, true};
      if (OneIn(2)) event.decided_by->kind = static_cast<Body::Kind>(Below(6));
      if (OneIn(4)) event.decided_by->of_county = false;
      event.in_books = !OneIn(2);
    }
    event.existed = !OneIn(10);
    event.document = OneIn(2);
  }
  if (event.kind == Happened::kVoided) {
    const int recorded = static_cast<int>(history_.done.size());
    event.from = recorded - Below(std::min(recorded, OneIn(6) ? recorded : 3));
    if (OneIn(12)) event.from = recorded + 1 + Below(3);
    event.in_error = OneIn(2);
  }
  if (event.kind == Happened::kReceived) event.continuous = OneIn(2);
  if (event.kind == Happened::kPostponed) {
    event.until = event.on + Below(200);
    if (const auto ends = ProbationEnds(AsItStands(history_, event.on)); ends && !OneIn(8)) {
      event.until = OneIn(2) ? Months(*ends, OneIn(3) ? 7 : 6) - 1 + Below(3) : *ends + Below(180);
      if (OneIn(6)) event.until = *ends - 1 + Below(3);
    }
  }
  return event;
}

Day Walk::DateOfEvent(Happened::Kind kind) {
  const Day last = LastDay();
  if (OneIn(20)) return last - 1 - Below(40);
  if (OneIn(60)) return std::max(last, today_ - 1 + Below(3));
  if (OneIn(100)) return Day(2014, 5, 28) - 1 - Below(30);
  if (kind == Happened::kPostponed && OneIn(2)) {
    if (const auto ends = ProbationEnds(AsItStands(history_, last))) {
      return std::max(last, *ends - 20 + Below(40));
    }
  }
  return last + Below(kind == Happened::kResumed || kind == Happened::kReceived ? 60 : 12);
}

}  // namespace zhibu::membership::naive

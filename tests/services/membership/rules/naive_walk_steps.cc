// The part of naive_walk.h that thinks of steps.

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "tests/services/membership/rules/naive_events.h"
#include "tests/services/membership/rules/naive_walk.h"

namespace zhibu::membership::naive {

const Did* Walk::Last(int step) const {
  for (auto did = standing_.rbegin(); did != standing_.rend(); ++did) {
    if ((*did)->step == step) return did->get();
  }
  return nullptr;
}

// The step that the flow chart has next, mostly.
int Walk::NextStep() {
  if (OneIn(12)) return 1 + Below(25);
  const int last = standing_.empty() ? 0 : standing_.back()->step;
  // An inspection for each half-year of the year until a development object; sometimes one less.
  if (last == 6 && DayOf(6) < Months(DayOf(3), 12) && !OneIn(4)) return 6;
  if (last == 6 && OneIn(8)) return 5;
  if (last == 5 && Last(6) != nullptr && OneIn(2)) return 6;
  if (last == 21 && OneIn(3)) return OneIn(4) ? 19 : 21;
  if (last == 24 && Last(23) != nullptr) {
    const bool ended = Last(24)->passed && Last(23)->outcome != Outcome::kExtended;
    return ended ? 25 : 22 + Below(2);
  }
  // What was not passed is held again, mostly.
  if (last >= 10 && last <= 13 && !standing_.back()->passed && !OneIn(4)) return last;
  for (int step = history_.probationer_since ? 19 : 1; step <= 25; ++step) {
    if (Last(step) == nullptr) return step;
  }
  return 25;
}

Day Walk::DateOf(int step) {
  Day base = standing_.empty() ? start_ : standing_.back()->on;
  if (const auto from = GoesOnFrom(history_)) {
    if (OneIn(8)) return *from - 1 + Below(3);
    base = std::max(base, *from);
  }
  const auto around = [&](Day day) { return std::max(base, day - 1 + Below(3)); };
  if (OneIn(25)) return base - Below(60);
  if (OneIn(25)) return around(Day(2026, 5, 18));
  if (OneIn(60)) return around(today_);
  if (OneIn(2)) {
    switch (step) {
      case 1:
        return start_ + Below(3);
      case 2:
        return around(Months(DayOf(1), 1));
      case 6:
        return around(Months(DayOf(3), 6 * (1 + Below(3))));
      case 15:
        return around(Months(DayOf(13), 1));
      case 17:
        return around(Months(DayOf(15), OneIn(3) ? 6 : 3));
      case 20:
        return around(Months(DayOf(17), 1));
      case 24:
        return around(Months(DayOf(23), 3));
      default:
        break;
    }
  }
  if (step == 7) return around(Months(DayOf(3), 12) + (OneIn(4) ? 0 : uncounted_));
  if (step == 23) {
    if (const auto ends = ProbationEnds(AsItStands(history_, base))) return around(*ends);
  }
  return base + (OneIn(3) ? 0 : Below(step == 6 ? 200 : 25));
}

Named Walk::SomeMember() {
  Named named;
  named.name = absl::StrCat("persons/m", Below(OneIn(8) ? 2 : 40));
  if (OneIn(40)) named.name = kApplicant;
  named.in_books = !OneIn(40);
  named.full_member = named.in_books && !OneIn(40);
  named.suspended = named.full_member && OneIn(20);
  return named;
}

void Walk::SomeBallot(Did& did) {
  Ballot& vote = did.ballot;
  vote.entitled = 3 + Below(20);
  // At the half, one above, and all.
  const int half = vote.entitled / 2;
  vote.present = std::min(OneIn(3) ? half + Below(2) : half + 1 + Below(half + 1), 23);
  vote.written = OneIn(3) ? Below(4) : 0;
  const int votes = vote.present + vote.written;
  vote.in_favour = OneIn(4) ? half + Below(2) : votes;
  vote.against = OneIn(3) ? std::max(0, votes - vote.in_favour) : 0;
  vote.abstained = OneIn(8) ? Below(2) : 0;
  if (OneIn(2)) {
    did.voters = vote.entitled - (OneIn(8) ? 1 : 0);
    if (OneIn(4)) did.came_later = OneIn(4) ? 1 : 1 + Below(*did.voters);
  }
  if (did.step == 23) {
    did.outcome = OneIn(3) ? Outcome::kExtended : OneIn(8) ? Outcome::kCancelled : Outcome::kFull;
    if (did.outcome == Outcome::kExtended) did.months = OneIn(3) ? 5 + 8 * Below(2) : 6 + Below(7);
  }
}

void Walk::SomeDeliberations(Did& did) {
  if (OneIn(3)) did.quota_left = Below(4) - 1;
  for (const Body& body : *UpwardOn(history_, did.on)) {
    if (OneIn(15)) continue;
    did.deliberated.emplace_back(
        body.name, OneIn(10) ? DayOf(15) - 1 + Below(3) : std::max(DayOf(15), did.on - 1));
    if (OneIn(15)) did.deliberated.back().second = did.on + Below(2);
  }
}

Did Walk::ProposeStep() {
  Did did;
  did.step = NextStep();
  did.on = DateOf(did.step);
  did.excepted = OneIn(12);
  if (OneIn(12)) {
    const auto upward = UpwardOn(history_, OneIn(3) ? start_ : did.on);
    did.by = (*upward)[Below(static_cast<int>(upward->size()))].name;
  } else if (OneIn(60)) {
    did.by = "organisations/elsewhere";
  }
  switch (did.step) {
    case 5:
    case 9:
      for (int n = OneIn(12) ? 1 + Below(3) : 2; n > 0; --n) did.named.push_back(SomeMember());
      break;
    case 7:
      if (OneIn(4)) break;
      did.notice_to = did.on - (OneIn(6) ? Below(2) : 1 + Below(10));
      did.notice_from = *did.notice_to - Below(10);
      break;
    case 11:
      did.days = OneIn(4) ? Below(4) : 3;
      did.hours = OneIn(3) ? Below(2) * 23 + Below(3) : 0;
      [[fallthrough]];
    case 10:
    case 12:
    case 13:
    case 17:
    case 24:
      did.passed = !OneIn(10);
      if (did.step == 13 && OneIn(4)) {
        did.leaving = Months(did.on, OneIn(3) ? 12 : 3) - 1 + Below(3);
      }
      if (did.step == 17) SomeDeliberations(did);
      break;
    case 15:
    case 23:
      SomeBallot(did);
      break;
    default:
      break;
  }
  return did;
}

}  // namespace zhibu::membership::naive
